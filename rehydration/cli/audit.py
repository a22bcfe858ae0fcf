"""The command ``rehydration audit``: who can read which past contact, for a whole export.

Here belong its arguments, its progress, its words and its exit status. What can be read is found in ``bulk``, which is
imported when it runs: the command line works without it.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import click

from rehydration.cli.edges import standard_input
from rehydration.cli.files import check_is_not_read, size_of
from rehydration.cli.options import Asked, policy, related, seen, strict
from rehydration.cli.output import emit, progress

if TYPE_CHECKING:
    from rehydration.bulk import AuditSummary
    from rehydration.knowledge import Knowledge
    from rehydration.policies import Policy

_NEEDED: Final = ("duckdb", "numpy", "polars", "pyarrow")
_MISSING: Final = {
    "initial_contact_id": "initial contacts",
    "previous_contact_id": "previous contacts",
    "related_contact_id": "related contacts",
}
"""What makes more readable the more of it is told."""


class CannotAudit(click.ClickException):
    """What is needed is not there; the message says what to install."""

    exit_code = 2


@click.command(cls=Asked, short_help="List who can read what, for a whole export.")
@click.argument("exports", nargs=-1, required=True, metavar="EXPORT...")
@click.option(
    "-o",
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
@click.option(
    "--only",
    type=click.Choice(("surveys", "other-customers")),
    multiple=True,
    help="List only what is or may be a survey, or only what crosses customers. Repeatable.",
)
@click.option(
    "--raw",
    is_flag=True,
    help="Write CSV as it is. By default, a text that a spreadsheet would run as a formula gets an apostrophe first.",
)
@related
@strict
@seen
@policy
def audit(  # noqa: PLR0913  one for each option
    *,
    exports: tuple[str, ...],
    output: str,
    customer_column: str | None,
    only: tuple[str, ...],
    raw: bool,
    related_as_link: bool | None,
    strict: bool,
    policy: Policy,
    known: Knowledge,
) -> None:
    """List which past contacts can be read in which later sessions, for a whole export.

    EXPORT is a file of contact records in any form that AWS writes, or of rows of the data lake (also Parquet), a
    directory of such files, a pattern, or - for standard input. FILE gets a row for each past contact and each later
    session in which its transcript can be read, or may be. A row that is not readable and depends on something is
    undecided: treat it as readable. Rows that cross customers come first, then surveys (initiation method DISCONNECT),
    then contacts that may be surveys, because no record tells how they were initiated. A link that joins two customers
    has a row even if it shows nothing. What unknown contacts may lead to, over links that no record tells, has no row;
    the command counts it. It reads no transcripts.

    Requires the extra bulk. Exit status 1 if a link joins two customers, or if undecided rows, missing records,
    missing members or records that disagree leave open whether a session shows another customer's contact.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise CannotAudit(f"audit needs {', '.join(missing)}; python -m pip install 'rehydration[bulk]'")
    from rehydration.bulk import audit_export, read_export
    from rehydration.bulk.writing import check_ending, write_tables
    from rehydration.cli.history import tell, tell_of_disagreements
    from rehydration.records import Account

    check_ending(output)
    check_is_not_read(output, exports)
    if "other-customers" in only and customer_column is None:
        raise click.UsageError("--only other-customers needs --customer-column, which names the customers")
    account = Account()
    with progress() as bar:
        reading = bar.add_task("Reading", total=sum(map(size_of, exports)) or None)
        items = [standard_input() if each == "-" else each for each in exports]
        table = read_export(
            items,
            customer_column=customer_column,
            strict=strict,
            account=account,
            progress=lambda size: bar.advance(reading, size),
        )
        bar.update(reading, total=1, completed=1)
        walking = bar.add_task("Looking back", total=None)
        found = audit_export(
            table,
            customer_column=None if customer_column is None else "customer_id",
            related_as_link=related_as_link,
            policy=policy,
            known=known,
        )
        bar.update(walking, total=1, completed=1)
        writing = bar.add_task("Writing", total=found.count(only))
        neutralised = write_tables(
            found.tables(only), found.schema, output, lambda rows: bar.advance(writing, rows), raw=raw
        )
    if account.one_by_one:
        click.echo(f"{_named(account.one_by_one)}: read one record at a time, which takes longer", err=True)
    tell(account)
    tell_of_disagreements(found.disagreements)
    summary = found.summary()
    emit(_text(summary, output, found.count(only) if only else None, neutralised))
    if customer_column is not None and (
        summary.links_across_customers
        or summary.undecided_across_customers
        or summary.led_across_customers
        or summary.untold
        or summary.unweighed_sessions
        or summary.disagreeing_customers
    ):
        click.get_current_context().exit(1)


def _named(files: list[str]) -> str:
    """Name files: the first one, and how many more there are."""
    from rehydration.render.writing import safe_line

    first, *others = map(safe_line, files)
    return f"{first} and {len(others)} more" if others else first


def _text(summary: AuditSummary, output: str, listed: int | None, neutralised: int) -> str:
    """Sum up in words."""
    from rehydration.render.writing import counted, safe_line

    unknown = f" and {counted(summary.unknown_contacts, 'unknown one')}" if summary.unknown_contacts else ""
    later = counted(summary.reading_sessions, "later session")
    lines = [
        f"{counted(summary.contacts, 'contact')}{unknown} in {counted(summary.sessions, 'session')}",
        f"{counted(summary.linked_sessions, 'session')} linked to an earlier one",
        f"{counted(summary.read_contacts, 'past contact')} readable in {later}: {counted(summary.readings, 'row')}",
    ]
    may_be_more = summary.read_maybe_surveys or summary.undecided_surveys or summary.undecided_maybe_surveys
    may_be_more = may_be_more or summary.led_surveys or summary.led_maybe_surveys
    if summary.read_surveys or not (may_be_more or summary.untold or summary.unweighed_sessions):
        lines.append(f"{counted(summary.read_surveys, 'survey')} among them: {counted(summary.survey_readings, 'row')}")
    if summary.read_maybe_surveys:
        more = "more " if summary.read_surveys else ""
        maybe = counted(summary.read_maybe_surveys, f"{more}that may be a survey", f"{more}that may be surveys")
        lines.append(f"{maybe}, no record tells: {counted(summary.maybe_survey_readings, 'row')}")
    if summary.links_across_customers is not None:
        lines += _of_customers(summary)
    if summary.undecided_readings:
        lines.append(_undecided(summary))
    if summary.led_contacts:
        lines.append(_led(summary))
    if summary.contingent_readings:
        lines.append(f"{counted(summary.contingent_readings, 'row')} readable, unless what is left open hides it")
    if summary.unweighed_sessions:
        sessions = counted(summary.unweighed_sessions, "later session")
        lines.append(f"undecided: {sessions} whose past can be read in too many ways to try all, treat it as readable")
    missing = [words for name, words in _MISSING.items() if name in summary.untold]
    if missing:
        lines.append(f"no record tells {', '.join(missing)}: this is a lower bound, more may be readable")
    if listed is not None:
        lines.append(f"{counted(listed, 'row')} listed of those asked for")
    if neutralised:
        cells = counted(neutralised, "cell")
        lines.append(
            f"{cells} with an apostrophe before what a spreadsheet would run as a formula; --raw leaves it out"
        )
    lines.append(f"written to {safe_line(output)}")
    return "".join(f"{line}\n" for line in lines)


def _undecided(summary: AuditSummary) -> str:
    """Say what may be readable."""
    from rehydration.render.writing import counted

    across = summary.undecided_across_customers
    parts = _surveys(summary.undecided_surveys, summary.undecided_maybe_surveys)
    parts += [f"{counted(across, 'row')} across customers"] if across else []
    of = f" ({', '.join(parts)} among them)" if parts else ""
    return f"undecided: {counted(summary.undecided_readings, 'row')}{of}, treat as readable"


def _led(summary: AuditSummary) -> str:
    """Say what may be readable over links that no record tells."""
    from rehydration.render.writing import counted

    across = summary.led_across_customers
    parts = _surveys(summary.led_surveys, summary.led_maybe_surveys)
    parts += [f"{across:,} of other customers"] if across else []
    of = f" ({', '.join(parts)} among them)" if parts else ""
    contacts, unknown = counted(summary.led_contacts, "past contact"), counted(summary.unknown_leads, "unknown contact")
    return f"undecided: {contacts}{of} to which {unknown} may lead, without a row, treat as readable"


def _surveys(surveys: int, maybe: int) -> list[str]:
    """Count surveys, and what may be one."""
    from rehydration.render.writing import counted

    parts = [counted(surveys, "survey")] if surveys else []
    return [*parts, *([counted(maybe, "that may be a survey", "that may be surveys")] if maybe else [])]


def _of_customers(summary: AuditSummary) -> Iterator[str]:
    """Say what crosses customers, and of which links that is not known."""
    from rehydration.render.writing import counted

    nothing = summary.links_showing_nothing
    silent = f", of which {nothing} {'shows' if nothing == 1 else 'show'} nothing" if nothing else ""
    links = counted(summary.links_across_customers or 0, "link")
    yield f"{links} across customers{silent}: {counted(summary.readings_across_customers or 0, 'row')}"
    if summary.links_without_customers:
        yield f"{counted(summary.links_without_customers, 'link')} with no customer named on one side or both"
