"""The command ``rehydration explore``: a page for those who answer for what a chat shows.

Here belong where the page is written to, the progress while it is made, and the advice where it would hold too much.
What is on it is the explorer's business.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rehydration.cli.options import Asked, chosen, contact_id, of_history, under_policy
from rehydration.cli.output import at_work, emit, emit_document, write

if TYPE_CHECKING:  # what a command needs is imported when it runs
    from rehydration.basis import Given
    from rehydration.cli.history import Source
    from rehydration.requests import RehydrationRequest
    from rehydration.selections import Selection


@click.command(cls=Asked, short_help="Write an HTML page with every answer about a history.")
@of_history
@click.option("-o", "--output", required=True, metavar="FILE", help="Where to write the page. - is standard output.")
@chosen
@click.option("--target", type=contact_id, metavar="ID", help="The live chat that is to continue, if it is known.")
@under_policy
def explore(  # one for each option
    *,
    history: Source,
    output: str,
    selection: Selection,
    target: str | None,
    given: Given,
) -> None:
    """Write an HTML page that shows, for every contact and type, what a new chat would see and why.

    The page is self-contained: it loads nothing and sends nothing. It holds ids and times of the records but no text of
    transcripts. A page holds up to 1,000 sessions; choose some of a larger export.
    """
    from rehydration.explorer import TooMuchForOnePage, explorer
    from rehydration.render.writing import counted, safe_line

    named = selection.contact_ids
    first: RehydrationRequest | str | None = named[0] if named else None
    if history.example is not None:
        target = target or history.example.target
        first = first or history.example.requests[0]
    try:
        graph, part = history.page(selection, target)
        with at_work("Deciding each contact") as watched:
            page = explorer(
                graph,
                selection=selection,
                part=part,
                first=first,
                target=target,
                watched=watched,
                **history.timed(given),
            )
    except TooMuchForOnePage as error:
        tries = ["--contact ID", "--customer NAME"]
        if error.since is not None:
            tries.insert(0, f"--since {error.since.isoformat()}")
        raise click.UsageError(f"{error}; add {', '.join(tries[:-1])} or {tries[-1]}") from error
    if output == "-":
        emit_document(page)
        return
    write(output, page)
    emit(f"{safe_line(output)}: {counted(len(page.encode()), 'byte')}; open it in a browser\n")
