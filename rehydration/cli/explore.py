"""The command ``rehydration explore``: a page for those who answer for what a chat shows.

Here belongs where the page is written to, what is shown while it is made, and what is said where it would hold too
much. What is on it is the explorer's business.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from rehydration.cli.options import WrongUsage, contact_id, decision, sources, time, together
from rehydration.cli.output import emit, emit_document
from rehydration.identifiers import ContactId
from rehydration.policies import Policy

_MANY: Final = 200
"""So many contacts are asked about before progress is shown; fewer are done at once."""


@click.command()
@together(
    *sources,
    click.option(
        "-o",
        "--output",
        required=True,
        metavar="FILE",
        help="Where to write the page; - for standard output.",
    ),
    click.option(
        "--contact",
        "contacts",
        type=contact_id,
        multiple=True,
        metavar="ID",
        help="Only the session of this contact and the sessions linked with it, earlier and later; may be repeated.",
    ),
    click.option(
        "--customer",
        "customers",
        multiple=True,
        metavar="NAME",
        help="Only the sessions of this CustomerId and the sessions linked with them; may be repeated.",
    ),
    click.option(
        "--since",
        type=time,
        metavar="TIME",
        help="Only sessions in which a contact began or ended at this time or later, ISO 8601 with a zone.",
    ),
    click.option("--target", type=contact_id, metavar="ID", help="The live chat that is to continue, if it is known."),
    *decision,
)
def explore(  # noqa: PLR0913  # one for each option
    *,
    records: tuple[str, ...],
    example: str | None,
    plain_related: bool,
    output: str,
    contacts: tuple[str, ...],
    customers: tuple[str, ...],
    since: datetime | None,
    target: str | None,
    now: datetime | None,
    policy: Policy,
) -> None:
    """Write one HTML page in which to look up what a new chat would see by every contact and type, and why.

    The page is self-contained: it loads nothing, sends nothing, and holds ids and times of the records but no text of
    transcripts. It holds up to 1,000 sessions; of larger exports, choose some.
    """
    from rehydration.cli.history import Source
    from rehydration.explorer import Selection, TooMuchForOnePage, explorer
    from rehydration.render.writing import counted, harmless
    from rehydration.requests import RehydrationRequest

    source = Source.of(records, example, related_as_link=not plain_related)
    first = RehydrationRequest("FROM_SEGMENT", contacts[0]) if contacts else None
    if source.example is not None:
        target = target or source.example.target
        first = first or source.example.requests[0]
    graph = source.graph()
    try:
        page = explorer(
            graph,
            selection=Selection(contacts, customers, since),
            first=first,
            target=target,
            now=now,
            policy=policy,
            watched=_with_progress,
        )
    except TooMuchForOnePage as error:
        tries = ["--contact ID", "--customer NAME"]
        if error.since is not None:
            tries.insert(0, f"--since {error.since.isoformat()}")
        raise WrongUsage(f"{error}; add {', '.join(tries[:-1])} or {tries[-1]}") from error
    if output == "-":
        emit_document(page)
        return
    try:
        Path(output).write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise WrongUsage(f"{output} cannot be written: {os.strerror(error.errno or 0)}; name a file with -o") from error
    emit(f"{harmless(output)}: {counted(len(page.encode()), 'byte')}; open it in a browser\n")


def _with_progress(contacts: Sequence[ContactId]) -> Iterable[ContactId]:
    """Show on standard error how many contacts were asked about, if they are many and somebody is watching."""
    if len(contacts) < _MANY or not sys.stderr.isatty():
        return contacts
    return _watched(contacts)


def _watched(contacts: Sequence[ContactId]) -> Iterator[ContactId]:
    from rich.console import Console
    from rich.progress import track

    yield from track(contacts, "Asking about each contact", console=Console(stderr=True), transient=True)
