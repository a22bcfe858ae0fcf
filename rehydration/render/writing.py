"""How what comes from records is written down for a reader: ids, free text, times.

Here belongs what keeps a picture safe and legible whatever the records hold: a control character in an id moves no
cursor, an id with blanks stands out from its surroundings. This module knows neither pictures nor verdicts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from rehydration import errors

_MOST_ID: Final = 20
_QUOTED: Final = frozenset(" \\'\"")


def safe_word(value: str) -> str:
    r"""Write an id or another short text: as it is where that is unmistakable, else quoted and escaped.

    >>> print(safe_word("C2"), safe_word("C 2"), safe_word("C\x1b[2J"))
    C2 'C 2' 'C\x1b[2J'
    """
    if value and value.isprintable() and _QUOTED.isdisjoint(value):
        return value
    return repr(value)


def brief(value: str) -> str:
    """Write an id, without its middle if it is long: ids differ at their ends.

    >>> print(brief("C2"), brief("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"))
    C2 0a1b2c3d…d7e8f9
    """
    return safe_word(value if len(value) <= _MOST_ID else f"{value[:8]}…{value[-6:]}")


def safe_line(text: str) -> str:
    r"""Write a sentence on one line, with escapes for what is not printable.

    >>> print(safe_line("a\nb\x1b"))
    a b\x1b
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else " " if each in "\n\t" else repr(each)[1:-1] for each in text)


def day(time: datetime) -> str:
    """Write the day of a time, in UTC."""
    return time.astimezone(UTC).strftime("%Y-%m-%d")


def clock(time: datetime, *, seconds: bool) -> str:
    """Write the time of day, in UTC."""
    return time.astimezone(UTC).strftime("%H:%M:%S" if seconds else "%H:%M")


def counted(number: int, one: str, many: str | None = None) -> str:
    """Write a number of things.

    >>> counted(1, "contact"), counted(1200, "contact")
    ('1 contact', '1,200 contacts')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def days_of(times: Iterable[datetime]) -> str:
    """Write the days, in UTC, from the first to the last of some times; nothing where there are none."""
    days = sorted(map(day, times))
    if not days:
        return ""
    return f"{days[0]} UTC" if days[0] == days[-1] else f"{days[0]} – {days[-1]} UTC"


def named(
    contact_ids: Sequence[str],
    most: int = 12,
    nothing: str = "none",
    between: str = " ",
    written: Callable[[str], str] = safe_word,
) -> str:
    """Name contacts; of many, name the first and count the rest.

    >>> print(named(["C1", "C 2"]), named(["C1", "C2", "C3"], 1), named([]))
    C1 'C 2' C1 and 2 more none
    """
    if not contact_ids:
        return nothing
    few = between.join(map(written, contact_ids[:most]))
    return few if len(contact_ids) <= most else f"{few} and {len(contact_ids) - most:,} more"


def shortened(value: str, most: int = 20) -> str:
    """Cut a text off where it is longer than anybody would read."""
    return errors.shortened(value, most, "…")
