"""The words and signs for what is said of a contact, the same in every picture.

Here belongs the vocabulary. This module draws nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import frozen

from rehydration.explanation import Verdict
from rehydration.render.picture import Look, Outgoing, Row, State, looks_of
from rehydration.render.writing import clock, counted, safe_word, shortened
from rehydration.transcripts import Availability

SIGNS: Final[Mapping[Look, str]] = {
    Verdict.VISIBLE: "✓",
    Verdict.UNAVAILABLE: "!",
    Verdict.UNKNOWN: "?",
    Verdict.DROPPED: "✗",
    Verdict.BEYOND_LIMIT: "»",
    State.LIVE: "•",
    State.ENDED: "✓",
    State.OTHER_CHANNEL: "–",
    None: "•",
}
"""One sign for each look, each one cell wide; None where nothing was decided."""

STYLES: Final[Mapping[Look, str]] = {
    Verdict.VISIBLE: "green",
    Verdict.UNAVAILABLE: "yellow",
    Verdict.UNKNOWN: "magenta",
    Verdict.DROPPED: "red",
    Verdict.BEYOND_LIMIT: "blue",
    State.LIVE: "green",
    State.ENDED: "default",
    State.OTHER_CHANNEL: "blue",
    None: "default",
}
"""One colour for each look, by name."""


@frozen
class Colors:
    """How a look is coloured: what fills it, what it is drawn with, what is written in it."""

    fill: str
    stroke: str
    text: str


_GREEN: Final = Colors("#d6f5d6", "#1a7f37", "#0b3d1a")
_AMBER: Final = Colors("#fff2c2", "#9a6700", "#4d3300")
_PURPLE: Final = Colors("#f1e1fb", "#8250df", "#3d1a73")
_RED: Final = Colors("#fdeaea", "#cf222e", "#6e0a12")
_BLUE: Final = Colors("#ddeeff", "#0969da", "#0a3069")
_GREY: Final = Colors("#f6f8fa", "#57606a", "#24292f")

CONTINGENT: Final = "~"
"""The sign for a contact that another reading of the open questions decides otherwise."""

LIGHT: Final[Mapping[Look, Colors]] = {
    Verdict.VISIBLE: _GREEN,
    Verdict.UNAVAILABLE: _AMBER,
    Verdict.UNKNOWN: _PURPLE,
    Verdict.DROPPED: _RED,
    Verdict.BEYOND_LIMIT: _BLUE,
    State.LIVE: _GREEN,
    State.ENDED: _GREY,
    State.OTHER_CHANNEL: _BLUE,
    None: _GREY,
}
"""The colours of each look on a light background. Shape and sign differ as well."""

_DARK_GREEN: Final = Colors("#12301c", "#3fb950", "#c3f5ca")
_DARK_AMBER: Final = Colors("#35290a", "#d29922", "#fbe3a1")
_DARK_PURPLE: Final = Colors("#2b1d45", "#a371f7", "#e6d6ff")
_DARK_RED: Final = Colors("#3a1619", "#f85149", "#ffd0cc")
_DARK_BLUE: Final = Colors("#10263f", "#58a6ff", "#c6e2ff")
_DARK_GREY: Final = Colors("#21262d", "#9da7b3", "#e6edf3")

DARK: Final[Mapping[Look, Colors]] = {
    Verdict.VISIBLE: _DARK_GREEN,
    Verdict.UNAVAILABLE: _DARK_AMBER,
    Verdict.UNKNOWN: _DARK_PURPLE,
    Verdict.DROPPED: _DARK_RED,
    Verdict.BEYOND_LIMIT: _DARK_BLUE,
    State.LIVE: _DARK_GREEN,
    State.ENDED: _DARK_GREY,
    State.OTHER_CHANNEL: _DARK_BLUE,
    None: _DARK_GREY,
}
"""The colours of each look on a dark background."""

LINK_COLOR: Final = "#0550ae"
"""The colour of links on a light background."""

LINK_COLOR_DARK: Final = "#79c0ff"
"""The colour of links on a dark background."""


def type_of(link: Outgoing) -> str:
    """Say by which rehydration type a session continues another."""
    return safe_word(link.rehydration_type) if link.rehydration_type else "type not recorded"


def method_of(row: Row) -> str:
    """Say how a contact began, and in which channel if it is no chat."""
    known = row.known
    if known is None:
        return ""
    method = known.initiation_method or ""
    began = safe_word(shortened(method)) if method else ""
    return began if known.is_chat else f"{began} {safe_word(shortened(known.channel or ''))}".strip()


def verdict_of(row: Row) -> str:
    """Say what became of a contact, or what it is, in a word or two."""
    if row.verdict is None:
        return row.state or ""
    if row.verdict is Verdict.UNAVAILABLE and row.availability is not None:
        return f"{row.availability.value.replace('-', ' ')}, {'stops here' if row.is_stop else 'unavailable'}"
    if row.availability is Availability.NOT_READY:
        return f"{row.verdict.value}, not ready"
    return row.verdict.value


def is_live(row: Row) -> bool:
    """Tell whether a contact is a chat that has not ended."""
    return row.known is not None and row.known.is_chat and not row.known.has_ended


def tally(rows: Sequence[Row]) -> str:
    """Count the looks of some contacts."""
    looks = ", ".join(f"{SIGNS[look]} {count:,} {look}" for look, count in looks_of(rows).items())
    return looks or counted(len(rows), "contact")


def span(rows: Sequence[Row]) -> str:
    """Name the first and the last of some contacts."""
    return f"{safe_word(rows[0].contact_id)} … {safe_word(rows[-1].contact_id)}"


def marks_of(row: Row) -> Iterator[str]:
    """Name the marks of a contact, besides its verdict."""
    if row.is_start:
        yield "start"
    if row.contingent:
        yield "contingent"


def when_and_how(row: Row) -> str:
    """Say when a contact took place and how it began."""
    period = "–".join(clock(each, seconds=False) for each in row.times) if row.known else "no record"
    parts = [period, "live" if is_live(row) else ""]
    return f"{', '.join(filter(None, parts))} {method_of(row)}".strip()


def common_look(rows: tuple[Row, ...]) -> Look:
    """Find the look that contacts have in common."""
    looks = {each.look for each in rows}
    return looks.pop() if len(looks) == 1 else None
