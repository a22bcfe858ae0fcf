"""The words and signs for what is said of a contact, the same in every picture.

Here belongs the vocabulary. This module draws nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from rehydration.explanation import Verdict
from rehydration.policies import QUESTIONS
from rehydration.reading import Outcome, When
from rehydration.render.picture import Row, verdicts_of
from rehydration.render.writing import counted, shortened, shown
from rehydration.transcripts import Availability

SIGNS: Final[Mapping[Verdict | None, str]] = {
    Verdict.VISIBLE: "✓",
    Verdict.UNAVAILABLE: "!",
    Verdict.UNKNOWN: "?",
    Verdict.DROPPED: "✗",
    Verdict.BEYOND_LIMIT: "»",
    None: "•",
}
"""One sign for each verdict, each one cell wide; None where nothing was decided."""

STYLES: Final[Mapping[Verdict | None, str]] = {
    Verdict.VISIBLE: "green",
    Verdict.UNAVAILABLE: "yellow",
    Verdict.UNKNOWN: "magenta",
    Verdict.DROPPED: "red",
    Verdict.BEYOND_LIMIT: "blue",
    None: "default",
}
"""One colour for each verdict, by name."""


def method_of(row: Row) -> str:
    """Say how a contact began, and in which channel if it is no chat."""
    known = row.known
    if known is None:
        return ""
    method = known.initiation_method or ""
    told = shown(shortened(method)) if method else ""
    return told if known.is_chat else f"{told} {shown(shortened(known.channel or ''))}".strip()


def verdict_of(row: Row) -> str:
    """Say what became of a contact, in a word or two."""
    if row.verdict is None:
        return ""
    if row.verdict is Verdict.UNAVAILABLE and row.availability is not None:
        return f"{row.availability.value.replace('-', ' ')}, {'stops here' if row.is_stop else 'unavailable'}"
    if row.availability is Availability.NOT_READY:
        return f"{row.verdict.value}, not ready"
    return row.verdict.value


def goes_on(row: Row) -> bool:
    """Tell whether a contact is a chat that has not ended."""
    return row.known is not None and row.known.is_chat and not row.known.has_ended


def tally(rows: Sequence[Row]) -> str:
    """Count the verdicts on some contacts."""
    counts = verdicts_of(rows)
    told = ", ".join(f"{SIGNS[verdict]} {count:,} {verdict}" for verdict, count in counts.items())
    return told or counted(len(rows), "contact")


def span(rows: Sequence[Row]) -> str:
    """Name the first and the last of some contacts."""
    return f"{shown(rows[0].contact_id)} … {shown(rows[-1].contact_id)}"


def condition(outcome: Outcome) -> str:
    """Write down what a policy must say for an outcome."""
    return " or ".join(map(_when, outcome.when))


def _when(when: When) -> str:
    fields = {name: [each.name for each in question if each in when] for name, question in QUESTIONS.items()}
    return " ".join(f"{name}={'|'.join(values)}" for name, values in fields.items() if values) or "always"
