"""Answers to several requests side by side, in text: a contact on each line, and what became of it in each answer.

Here belongs the table. This module does not know how anything was decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from string import ascii_uppercase
from typing import Final

from attrs import frozen

from rehydration.explanation import Explanation, Refusal
from rehydration.render.lines import Line, cell_len, folded, words
from rehydration.render.picture import Box, Row, picture
from rehydration.render.sentences import differing
from rehydration.render.signs import CONTINGENT, SIGNS, STYLES, method_of, span, verdict_and_customer
from rehydration.render.writing import counted, day, safe_word

LETTERS: Final = ascii_uppercase
"""The names of the answers."""

_GAP: Final = 2
_RUN: Final = 8
_DIFFERS: Final = "≠"
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


@frozen
class _Entry:
    """One contact, and what each answer says of it."""

    row: Row
    cells: tuple[tuple[str, str], ...]
    differs: bool


class Comparison:
    """Sessions, newest first, and in each its contacts."""

    def __init__(self, sides: Sequence[Explanation | Refusal], width: int, *, full: bool, plain: bool) -> None:
        self._width = width
        self._full = full
        answered = [(name, each) for name, each in zip(LETTERS, sides, strict=False) if isinstance(each, Explanation)]
        self._names = [name for name, _ in answered]
        pictures = [picture(each, full=True, plain=plain).boxes for _, each in answered]
        rows = [{row.contact_id: row for box in boxes for row in box.contacts} for boxes in pictures]
        different = differing(sides)
        boxes = {box.initial_contact_id: box for boxes in reversed(pictures) for box in boxes if isinstance(box, Box)}
        self._sessions = {
            box.initial_contact_id: [
                _Entry(row, tuple(_cell(each.get(row.contact_id)) for each in rows), row.contact_id in different)
                for row in box.contacts
            ]
            for box in sorted(boxes.values(), key=_ended, reverse=True)
        }
        entries = [each for session in self._sessions.values() for each in session]
        self._first = max((cell_len(safe_word(each.row.contact_id)) for each in entries), default=0)
        self._method = max((cell_len(method_of(each.row)) for each in entries), default=0)
        self._cells = [max(map(cell_len, column)) for column in zip(*map(_texts, entries), strict=True)]

    def lines(self) -> Iterator[Line]:
        """Write everything."""
        at = 2 + self._first + _GAP + (self._method + _GAP if self._method else 0)
        beside = at + sum(each + _GAP for each in self._cells) + len(_DIFFERS) <= self._width
        if beside and self._sessions:
            line = Line().pad(at)
            for name, cell in zip(self._names, self._cells, strict=True):
                line.add(name, "bold").add(" " * (cell + _GAP - len(name)))
            yield line
        for initial_contact_id, entries in self._sessions.items():
            yield from self._title(initial_contact_id, entries)
            for _, alike in groupby(entries, key=lambda each: each.cells):
                yield from self._run(list(alike), at if beside else None)
            yield Line()

    def _run(self, run: list[_Entry], at: int | None) -> Iterator[Line]:
        """Write entries alike; of many, those at both ends."""
        middle = run[3:-2] if len(run) > _RUN and not self._full else []
        for each in run[:3] if middle else run:
            yield from self._entry(each, at)
        if middle:
            text = f"{len(middle):,} more, {span([each.row for each in middle])}"
            first, *rest = words(text, self._width - 4)
            yield Line().add(f"  ⋮ {first}", "dim")
            yield from (Line().add(f"    {each}", "dim") for each in rest)
            for each in run[-2:]:
                yield from self._entry(each, at)

    def _entry(self, entry: _Entry, at: int | None) -> Iterator[Line]:
        return self._stacked(entry) if at is None else self._beside(entry, at)

    def _title(self, initial_contact_id: str, entries: Sequence[_Entry]) -> Iterator[Line]:
        times = sorted(time for each in entries for time in each.row.times)
        when = f" · {day(times[0])} UTC" if times else ""
        title = f"session {safe_word(initial_contact_id)}{when} · {counted(len(entries), 'contact')}"
        yield from (Line().add(each, "bold") for each in words(title, self._width))

    def _beside(self, entry: _Entry, at: int) -> Iterator[Line]:
        line = Line().add("  ").add(safe_word(entry.row.contact_id), "bold").pad(2 + self._first + _GAP)
        line.add(method_of(entry.row)).pad(at)
        for (text, style), cell in zip(entry.cells, self._cells, strict=True):
            line.add(text, style).add(" " * (cell + _GAP - cell_len(text)))
        yield line.add(_DIFFERS if entry.differs else "", "bold")

    def _stacked(self, entry: _Entry) -> Iterator[Line]:
        name = f"{safe_word(entry.row.contact_id)}"
        yield from (Line().add("  ").add(each, "bold") for each in folded(name, self._width - 2))
        for name, (cell, style) in zip(self._names, entry.cells, strict=True):
            line = Line().add(f"    {name}  ", "bold").add(cell, style)
            yield line.add(f"  {_DIFFERS}" if entry.differs else "", "bold")


def _texts(entry: _Entry) -> list[str]:
    return [text for text, _ in entry.cells]


def _ended(box: Box) -> datetime:
    """Tell when the last of a session happened; one of which nothing is known is the oldest."""
    return max((time for row in box.contacts for time in row.times), default=_EARLIEST)


def _cell(row: Row | None) -> tuple[str, str]:
    if row is None:
        return "not looked at", "dim"
    marks = f"{', start' if row.is_start else ''}{f' {CONTINGENT}' if row.contingent else ''}"
    return f"{SIGNS[row.look]} {verdict_and_customer(row)}{marks}", STYLES[row.look]
