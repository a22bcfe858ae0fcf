"""The command ``rehydration audit``: who can read which past contact, for a whole export.

Here belong its arguments, its progress, its words and its exit status. What can be read is found in ``bulk``, which is
imported when it runs: the command line works without it.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from rehydration.cli.output import emit

if TYPE_CHECKING:
    from rich.progress import Progress

    from rehydration.bulk import AuditSummary

_NEEDED: Final = ("numpy", "polars", "pyarrow")


class CannotAudit(click.ClickException):
    """What is needed is not there; the message says what to install."""

    exit_code = 2


@click.command()
@click.argument("exports", nargs=-1, required=True, metavar="EXPORT...")
@click.option(
    "--output",
    required=True,
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Where to write the list: .csv, .parquet, .jsonl or .ndjson. A file that is there is replaced.",
)
@click.option(
    "--customer-column",
    metavar="NAME",
    help="What names customers: a column, CustomerId, or Attributes.NAME; finds what crosses customers.",
)
@click.option(
    "--plain-related",
    is_flag=True,
    help="Take RelatedContactId in the records for a plain relation, never for a rehydration.",
)
def audit(*, exports: tuple[str, ...], output: str, customer_column: str | None, plain_related: bool) -> None:
    """List which past contacts can be read in which later sessions, for a whole export.

    EXPORT is a file of contact records in whatever form AWS writes them, or of rows of the data lake (Parquet too), a
    directory of such, a pattern, or - for standard input. FILE gets a row for each past contact and each later session
    in which its transcript can be read: what crosses customers first, then surveys (initiation method DISCONNECT). No
    transcript is read.

    Needs the extra bulk. Exit status 1 where a link joins two customers.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise CannotAudit(f"audit needs {', '.join(missing)}; python -m pip install 'rehydration[bulk]'")
    from rehydration.bulk import audit_export, read_export
    from rehydration.bulk.files import check_ending, write_tables

    check_ending(output)
    with _progress() as progress:
        reading = progress.add_task("Reading", total=sum(map(_size, exports)) or None)
        items = [sys.stdin.buffer if each == "-" else each for each in exports]
        table = read_export(
            items, customer_column=customer_column, progress=lambda size: progress.advance(reading, size)
        )
        progress.update(reading, total=1, completed=1)
        walking = progress.add_task("Looking back", total=None)
        found = audit_export(
            table, customer_column=None if customer_column is None else "customer_id", related_as_link=not plain_related
        )
        progress.update(walking, total=1, completed=1)
        writing = progress.add_task("Writing", total=len(found))
        write_tables(found.tables(), found.schema, output, lambda rows: progress.advance(writing, rows))
    told = found.summary()
    emit(_text(told, output))
    if told.links_across_customers:
        click.get_current_context().exit(1)


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show how far it is on standard error, if somebody is watching."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    progress = Progress(console=console, transient=True)
    if not console.is_terminal:  # one that is started would print an empty line all the same
        yield progress
        return
    with progress:
        yield progress


def _size(export: str) -> int:
    """Tell how many bytes an export has, for the progress: 0 where that is not known beforehand."""
    path = Path(export)
    try:
        if path.is_dir():
            return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
        return path.stat().st_size
    except OSError:
        return 0


def _text(told: AuditSummary, output: str) -> str:
    """Sum up in words."""
    from rehydration.render.writing import counted, harmless

    unknown = f" and {counted(told.unknown_contacts, 'unknown one')}" if told.unknown_contacts else ""
    later = counted(told.reading_sessions, "later session")
    lines = [
        f"{counted(told.contacts, 'contact')}{unknown} in {counted(told.sessions, 'session')}",
        f"{counted(told.linked_sessions, 'session')} linked to an earlier one",
        f"{counted(told.read_contacts, 'past contact')} readable in {later}: {counted(told.readings, 'row')}",
        f"{counted(told.read_surveys, 'survey')} among them: {counted(told.survey_readings, 'row')}",
    ]
    if told.links_across_customers is not None and told.readings_across_customers is not None:
        links = counted(told.links_across_customers, "link")
        lines.append(f"{links} across customers: {counted(told.readings_across_customers, 'row')}")
    lines.append(f"written to {harmless(output)}")
    return "".join(f"{line}\n" for line in lines)
