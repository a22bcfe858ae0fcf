"""What the arguments of the commands mean, and what is said of wrong ones.

Here belong the types of arguments and the options that commands share, gathered into the values that commands take.
This module does not know what is done with them.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from rehydration.cli.output import Form
from rehydration.collector import paused
from rehydration.examples import EXAMPLES
from rehydration.identifiers import CONTACT_ID_LENGTH, is_contact_id
from rehydration.knowledge import NOTHING_KNOWN, Knowledge
from rehydration.policies import QUESTIONS, Policy
from rehydration.requests import RehydrationType

Command = Callable[..., Any]
Option = Callable[[Command], Command]


class Asked(click.Command):
    """A command that refuses an option twice that takes one value: of two, nobody could tell which was meant."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments."""
        _, _, given = self.make_parser(ctx).parse_args(args=[*args])
        for each, times in Counter(given).items():
            if isinstance(each, click.Option) and times > 1 and not (each.multiple or each.is_flag):
                raise click.UsageError(f"{each.get_error_hint(ctx)} is given {times} times: expected once", ctx)
        return super().parse_args(ctx, args)


class Commands(click.Group):
    """Several commands."""

    command_class: type[click.Command] | None = Asked


def contact_id(value: str) -> str:
    """Check that a value can be a contact id."""
    if not is_contact_id(value):
        raise click.BadParameter(f"{value!r} is not a contact id: expected 1 to {CONTACT_ID_LENGTH} characters")
    return value


def time(value: str) -> datetime:
    """Read a time with a zone, or the word ``now``."""
    if value == "now":
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        problem = "is not an ISO 8601 time"
    else:
        if found.utcoffset() is not None:
            return found
        problem = "has no time zone"
    raise click.BadParameter(
        f"{value!r} {problem}: expected one such as 2026-05-04T09:30:00Z or 2026-05-04T11:30+02:00, or the word now"
    )


def reading(value: str) -> tuple[str, str]:
    """Read one field of the policy with its reading, ``field=value``."""
    name, equals, given = value.partition("=")
    name, given = name.strip().lower(), given.strip().upper()
    if name not in QUESTIONS:
        raise click.BadParameter(f"{value!r} does not name a field: expected one of {_all_readings()}")
    readings = QUESTIONS[name].__members__
    if not equals or given not in readings:
        raise click.BadParameter(f"{value!r}: expected {name}={'|'.join(readings)}")
    return name, given


def _all_readings() -> str:
    return ", ".join(f"{name}={'|'.join(question.__members__)}" for name, question in QUESTIONS.items())


def policy_of(_context: click.Context, _parameter: click.Parameter, given: tuple[tuple[str, str], ...]) -> Policy:
    """Make a policy of the fields given; none may be given twice."""
    names = [name for name, _ in given]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise click.BadParameter(f"{', '.join(twice)} is given more than once")
    return Policy(**dict(given))


def together(*options: Option) -> Option:
    """Add several options, in this order."""

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def of_history(command: Command) -> Command:
    """Add where records come from; the command takes ``history``, a :class:`rehydration.cli.history.Source`."""

    @wraps(command)
    def called(
        *,
        records: tuple[str, ...],
        example: str | None,
        related_as_link: bool | None,
        strict: bool,
        as_of: datetime | None,
        **others: object,
    ) -> object:
        from rehydration.cli.history import Source  # noqa: PLC0415  # help does without

        source = Source.of(records, example, related_as_link=related_as_link, strict=strict, as_of=as_of)
        with paused():  # it would look through the whole history again and again
            try:
                return command(history=source, **others)
            finally:
                gc.freeze()  # as it would once more now, when the process ends

    return together(
        click.argument("records", nargs=-1, metavar="[RECORDS]..."),
        click.option(
            "--example",
            type=click.Choice(tuple(EXAMPLES)),
            metavar="NAME",
            help="Use a built-in example instead of RECORDS; `rehydration examples` lists them.",
        ),
        related,
        strict,
        click.option(
            "--as-of",
            type=time,
            metavar="TIME",
            help="Answer as of an earlier time, in ISO 8601 with a zone: contacts that had not begun are not there, "
            "and those that ended later are live.",
        ),
    )(called)


def chosen(command: Command) -> Command:
    """Add which sessions a command is about; it takes ``selection``, a :class:`rehydration.selections.Selection`."""

    @wraps(command)
    def called(
        *,
        contacts: tuple[str, ...],
        customers: tuple[str, ...],
        since: datetime | None,
        until: datetime | None,
        **others: object,
    ) -> object:
        from rehydration.selections import Selection  # noqa: PLC0415  # help does without

        return command(selection=Selection(contacts, customers, since, until), **others)

    return together(
        click.option(
            "--contact",
            "contacts",
            type=contact_id,
            multiple=True,
            metavar="ID",
            help="Only the session of this contact and the sessions linked with it. Repeatable.",
        ),
        click.option(
            "--customer",
            "customers",
            multiple=True,
            metavar="NAME",
            help="Only the sessions of this CustomerId and the sessions linked with them. Repeatable.",
        ),
        click.option(
            "--since",
            type=time,
            metavar="TIME",
            help="Only sessions in which a contact began or ended at this time or later, in ISO 8601 with a zone.",
        ),
        click.option(
            "--until",
            type=time,
            metavar="TIME",
            help="Only sessions in which a contact began or ended before this time, in ISO 8601 with a zone.",
        ),
    )(called)


_RELATED = {"rehydration": True, "plain": False, "unknown": None}


def _as_link(_context: click.Context, _option: click.Parameter, value: str) -> bool | None:
    """Tell whether a related contact is a link; None leaves it open."""
    return _RELATED[value]


related: Option = click.option(
    "--related",
    "related_as_link",
    type=click.Choice(tuple(_RELATED)),
    default="rehydration",
    show_default=True,
    callback=_as_link,
    help="What RelatedContactId in the records means: a rehydration, something else, or unknown, which leaves open "
    "what depends on it.",
)


strict: Option = click.option(
    "--strict",
    is_flag=True,
    help="Refuse files and records that hold no contact. By default, they are passed over and named.",
)


def _seen(_context: click.Context, _option: click.Parameter, path: str | None) -> Knowledge:
    """Narrow what is possible by what was seen."""
    if path is None:
        return NOTHING_KNOWN
    from rehydration.evidence import narrow, read_observations  # noqa: PLC0415  # most runs do without

    return narrow(read_observations(path))


seen: Option = click.option(
    "--known",
    metavar="FILE",
    callback=_seen,
    help="What was seen on your instance: a file of observations; see `rehydration evidence`.",
)

policy: Option = click.option(
    "--policy",
    type=reading,
    metavar="FIELD=VALUE",
    multiple=True,
    callback=policy_of,
    help=f"How to read a question that AWS leaves open. Repeatable. Fields: {', '.join(QUESTIONS)}; "
    "`rehydration rules FIELD` explains one.",
)


def under_policy(command: Command) -> Command:
    """Add what a decision may look at besides contacts; the command takes it as ``given``."""

    @wraps(command)
    def called(*, now: datetime | None, policy: Policy, known: Knowledge, **others: object) -> object:
        return command(given={"now": now, "policy": policy, "known": known}, **others)

    time_of_request = click.option(
        "--now",
        type=time,
        metavar="TIME",
        help="The time of the request, in ISO 8601 with a zone, or `now`. Without it, the rules about time are off: "
        "contacts are kept for 24 months, and transcripts are there a minute after the end.",
    )
    return together(seen, time_of_request, policy)(called)


def shown_as(*names: str, to_file: bool = False) -> Option:
    """Add how the answer is shown; the command takes ``form``, a :class:`rehydration.cli.output.Form`."""
    options: list[Option] = [
        click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", show_default=True),
        click.option(
            "--width", type=click.IntRange(min=1), metavar="CELLS", help="Width of text. Default: the terminal's."
        ),
    ]
    if "svg" in names:
        options = [_full, _plain, *options]
    if to_file:
        options.insert(0, _output)
    if names:
        options.insert(0, _format(names, to_file=to_file))

    def add(command: Command) -> Command:
        @wraps(command)
        def called(  # noqa: PLR0913  # one for each option
            *,
            color: str,
            width: int | None,
            form: str = "text",
            output: str | None = None,
            full: bool = False,
            plain: bool = False,
            **others: object,
        ) -> object:
            return command(form=Form.of(form, output, color, width, {"full": full, "plain": plain}), **others)

        return together(*options)(called)

    return add


_ENDINGS: Final = {
    ".json": "json",
    ".svg": "svg",
    ".html": "html",
    ".htm": "html",
    ".mmd": "mermaid",
    ".dot": "dot",
    ".gv": "dot",
    ".xml": "junit",
}
"""How the name of a file ends → the format that it promises."""


def _format(names: tuple[str, ...], *, to_file: bool) -> Option:
    """Choose a format: the one that is named, or else what the name of the file promises, or else the first."""

    def chosen(context: click.Context, _option: click.Parameter, value: str | None) -> str:
        promised = _ENDINGS.get(Path(context.params.get("output") or "").suffix.lower())
        return value or (promised if promised in names else names[0])

    default = f"{names[0]}, or as the name of --output ends" if to_file else names[0]
    return click.option("--format", "form", type=click.Choice(names), callback=chosen, show_default=default)


_output: Option = click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, writable=True),
    is_eager=True,  # its name may choose the format
    metavar="FILE",
    help="Write to a file; - is standard output. Text in a file has no colors unless --color always.",
)
_full: Option = click.option("--full", is_flag=True, help="Draw everything. By default, long runs are shortened.")
_plain: Option = click.option("--plain", is_flag=True, help="Draw for slides: plain words, without rules.")
target: Option = click.option(
    "--target", type=contact_id, metavar="ID", help="The live chat to associate, if the records include it."
)
rehydration_type: Option = click.option(
    "--type", "rehydration_type", type=click.Choice(tuple(map(str, RehydrationType))), help="The rehydration type."
)
