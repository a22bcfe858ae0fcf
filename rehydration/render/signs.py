"""The words and signs for what is said of a contact, the same in every picture.

Here belongs the vocabulary. This module draws nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
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


CLASSES: Final[Mapping[Look, str]] = {
    Verdict.VISIBLE: "visible",
    Verdict.UNAVAILABLE: "unavailable",
    Verdict.UNKNOWN: "unknown",
    Verdict.DROPPED: "dropped",
    Verdict.BEYOND_LIMIT: "beyond",
    State.LIVE: "live",
    State.ENDED: "ended",
    State.OTHER_CHANNEL: "channel",
    None: "plain",
}
"""One name of a class for each look, in style sheets."""


@frozen
class Colors:
    """How a look is coloured: what fills it, what it is drawn with, what is written in it."""

    fill: str
    stroke: str
    text: str


CONTINGENT: Final = "~"
"""The sign for a contact that another reading of the open questions decides otherwise."""

_ON_LIGHT: Final = {
    "green": Colors("#d6f5d6", "#1a7f37", "#0b3d1a"),
    "yellow": Colors("#fff2c2", "#9a6700", "#4d3300"),
    "magenta": Colors("#f1e1fb", "#8250df", "#3d1a73"),
    "red": Colors("#fdeaea", "#cf222e", "#6e0a12"),
    "blue": Colors("#ddeeff", "#0969da", "#0a3069"),
    "default": Colors("#f6f8fa", "#57606a", "#24292f"),
}
_ON_DARK: Final = {
    "green": Colors("#12301c", "#3fb950", "#c3f5ca"),
    "yellow": Colors("#35290a", "#d29922", "#fbe3a1"),
    "magenta": Colors("#2b1d45", "#a371f7", "#e6d6ff"),
    "red": Colors("#3a1619", "#f85149", "#ffd0cc"),
    "blue": Colors("#10263f", "#58a6ff", "#c6e2ff"),
    "default": Colors("#21262d", "#9da7b3", "#e6edf3"),
}
LIGHT: Final[Mapping[Look, Colors]] = {look: _ON_LIGHT[style] for look, style in STYLES.items()}
"""The colours of each look on a light background. Shape and sign differ as well."""

DARK: Final[Mapping[Look, Colors]] = {look: _ON_DARK[style] for look, style in STYLES.items()}
"""The colours of each look on a dark background."""

LINK_COLOR: Final = "#0550ae"
"""The colour of links on a light background."""

LINK_COLOR_DARK: Final = "#79c0ff"
"""The colour of links on a dark background."""


def type_of(rehydration_type: str | None) -> str:
    """Say by which rehydration type a chat continues another."""
    return safe_word(rehydration_type) if rehydration_type else "type not recorded"


def kind_of(link: Outgoing) -> str:
    """Say by which rehydration type a session continues another, and whether that is of another customer."""
    told = type_of(link.rehydration_type)
    return f"{told}, other customer" if link.crosses else told


def method_of(row: Row) -> str:
    """Say how a contact began, and in which channel if it is no chat."""
    known = row.known
    if known is None:
        return ""
    method = known.initiation_method or ""
    if row.is_plain and known.is_survey:
        method = "survey"
    began = safe_word(shortened(method)) if method else ""
    return began if known.is_chat else f"{began} {safe_word(shortened(known.channel or ''))}".strip()


def verdict_and_customer(row: Row) -> str:
    """Say what became of a contact, and whether it is of another customer."""
    return f"{verdict_of(row)}, other customer" if row.is_foreign else verdict_of(row)


def verdict_of(row: Row) -> str:
    """Say what became of a contact, or what it is, in a word or two."""
    if row.verdict is None:
        return row.state or "" if row.availability is None else f"transcript {row.availability.value.replace('-', ' ')}"
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
    foreign = sum(each.is_foreign for each in rows)
    told = f", {foreign:,} of another customer" if foreign else ""
    return f"{looks or counted(len(rows), 'contact')}{told}"


def span(rows: Sequence[Row], written: Callable[[str], str] = safe_word) -> str:
    """Name the first and the last of some contacts."""
    ends = dict.fromkeys((rows[0].contact_id, rows[-1].contact_id))
    return " … ".join(map(written, ends))


def marks_of(row: Row) -> Iterator[str]:
    """Name the marks of a contact, besides its verdict."""
    if row.is_start:
        yield "start"
    if row.is_foreign:
        yield "other customer"
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
