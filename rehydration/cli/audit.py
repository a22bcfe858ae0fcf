"""The command ``rehydration audit``: who can read which past contact, for a whole export.

Here belong its arguments, its progress, its words and its exit status. What can be read is found in ``bulk``, which is
imported when it runs: the command line works without it.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from rehydration.cli.edges import standard_input
from rehydration.cli.options import related
from rehydration.cli.output import emit, progress

if TYPE_CHECKING:
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
    help="Where to write the list: .csv, .parquet, .jsonl or .ndjson. Replaces an existing file.",
)
@click.option(
    "--customer-column",
    metavar="NAME",
    help="The column that names customers, CustomerId, or Attributes.NAME. Finds links across customers.",
)
@related
def audit(*, exports: tuple[str, ...], output: str, customer_column: str | None, related_as_link: bool | None) -> None:
    """List which past contacts can be read in which later sessions, for a whole export.

    EXPORT is a file of contact records in any form that AWS writes, or of rows of the data lake (also Parquet), a
    directory of such files, a pattern, or - for standard input. FILE gets a row for each past contact and each later
    session in which its transcript can be read. Rows that cross customers come first, then surveys (initiation method
    DISCONNECT). The command reads no transcripts.

    Requires the extra bulk. Exit status 1 if a link joins two customers.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise CannotAudit(f"audit needs {', '.join(missing)}; python -m pip install 'rehydration[bulk]'")
    from rehydration.bulk import audit_export, read_export
    from rehydration.bulk.files import check_ending, write_tables

    check_ending(output)
    with progress() as bar:
        reading = bar.add_task("Reading", total=sum(map(_size, exports)) or None)
        items = [standard_input() if each == "-" else each for each in exports]
        table = read_export(items, customer_column=customer_column, progress=lambda size: bar.advance(reading, size))
        bar.update(reading, total=1, completed=1)
        walking = bar.add_task("Looking back", total=None)
        found = audit_export(
            table,
            customer_column=None if customer_column is None else "customer_id",
            related_as_link=related_as_link is not False,
        )
        bar.update(walking, total=1, completed=1)
        writing = bar.add_task("Writing", total=len(found))
        write_tables(found.tables(), found.schema, output, lambda rows: bar.advance(writing, rows))
    summary = found.summary()
    emit(_text(summary, output))
    if summary.links_across_customers:
        click.get_current_context().exit(1)


def _size(export: str) -> int:
    """Tell how many bytes an export has, for the progress: 0 where that is not known beforehand."""
    path = Path(export)
    try:
        if path.is_dir():
            return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
        return path.stat().st_size
    except OSError:
        return 0


def _text(summary: AuditSummary, output: str) -> str:
    """Sum up in words."""
    from rehydration.render.writing import counted, safe_line

    unknown = f" and {counted(summary.unknown_contacts, 'unknown one')}" if summary.unknown_contacts else ""
    later = counted(summary.reading_sessions, "later session")
    lines = [
        f"{counted(summary.contacts, 'contact')}{unknown} in {counted(summary.sessions, 'session')}",
        f"{counted(summary.linked_sessions, 'session')} linked to an earlier one",
        f"{counted(summary.read_contacts, 'past contact')} readable in {later}: {counted(summary.readings, 'row')}",
        f"{counted(summary.read_surveys, 'survey')} among them: {counted(summary.survey_readings, 'row')}",
    ]
    if summary.links_across_customers is not None and summary.readings_across_customers is not None:
        links = counted(summary.links_across_customers, "link")
        lines.append(f"{links} across customers: {counted(summary.readings_across_customers, 'row')}")
    lines.append(f"written to {safe_line(output)}")
    return "".join(f"{line}\n" for line in lines)
