"""What the arguments of the commands mean, and what is said of wrong ones.

Here belong the types of arguments and the options that commands share. This module does not know what is done with
them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

from rehydration.examples import EXAMPLES
from rehydration.identifiers import CONTACT_ID_LENGTH, is_contact_id
from rehydration.policies import QUESTIONS, Policy
from rehydration.requests import RehydrationType

Command = TypeVar("Command", bound=Callable[..., Any])
Option = Callable[[Callable[..., Any]], Callable[..., Any]]


class WrongUsage(click.UsageError):
    """Arguments that do not go together."""


def contact_id(value: str) -> str:
    """Check that a value can be a contact id."""
    if not is_contact_id(value):
        raise click.BadParameter(f"{value!r} is no contact id: 1 to {CONTACT_ID_LENGTH} characters")
    return value


def time(value: str) -> datetime:
    """Read a time with a zone, or the word ``now``."""
    if value == "now":
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        problem = "is no time in ISO 8601"
    else:
        if found.utcoffset() is not None:
            return found
        problem = "has no time zone"
    raise click.BadParameter(
        f"{value!r} {problem}; 2026-05-04T09:30:00Z and 2026-05-04T11:30+02:00 would do, and so would the word now"
    )


def reading(value: str) -> tuple[str, str]:
    """Read one field of the policy with its reading, ``field=value``."""
    name, equals, given = value.partition("=")
    name, given = name.strip().lower(), given.strip().upper()
    if name not in QUESTIONS:
        raise click.BadParameter(f"{value!r} names no field: expected one of {_all_readings()}")
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


sources: list[Option] = [
    click.argument("records", nargs=-1, metavar="[RECORDS]..."),
    click.option(
        "--example",
        type=click.Choice(tuple(EXAMPLES)),
        metavar="NAME",
        help="Use a built-in worked example in place of RECORDS; `rehydration examples` lists them.",
    ),
    click.option(
        "--plain-related",
        is_flag=True,
        help="Take RelatedContactId in the records for a plain relation, never for a rehydration.",
    ),
]
decision: list[Option] = [
    click.option(
        "--now",
        type=time,
        metavar="TIME",
        help="When it is asked, ISO 8601 with a zone, or `now`; brings in the rules about time.",
    ),
    click.option(
        "--policy",
        type=reading,
        metavar="FIELD=VALUE",
        multiple=True,
        callback=policy_of,
        help=f"Another reading of what AWS leaves open; may be repeated. Fields: {', '.join(QUESTIONS)}.",
    ),
]


def formats(*names: str) -> Callable[[Command], Command]:
    """Add the option that chooses the form of the answer."""
    return click.option("--format", "form", type=click.Choice(names), default=names[0], show_default=True)


looks: list[Option] = [
    click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", show_default=True),
    click.option(
        "--width", type=click.IntRange(min=1), metavar="CELLS", help="Width of text; the terminal's by default."
    ),
]
output: Option = click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, writable=True),
    metavar="FILE",
    help="Write to a file instead of standard output; text has colours then only if they are asked for.",
)
full: Option = click.option(
    "--full", is_flag=True, help="Draw everything; long runs of the same are left out by default."
)
target: Option = click.option(
    "--target", type=contact_id, metavar="ID", help="The live chat to be associated, if its record is there."
)
rehydration_type: Option = click.option(
    "--type", "rehydration_type", type=click.Choice(tuple(map(str, RehydrationType))), help="The rehydration type."
)


def together(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Add several options, in this order."""

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add
