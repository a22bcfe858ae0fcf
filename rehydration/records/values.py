"""Text to records: JSON one after the other, or rows of CSV.

Here belongs where one record ends and the next begins: JSON lines, an array, objects with nothing between them, and
CSV. The text comes in pieces and goes as it is read: memory holds one piece and the largest record. This module does
not know what a record says, nor where the text is from.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from typing import Final, NoReturn

from rehydration.records.fields import Fault, Record

JSON: Final = "JSON: an object, objects one after the other, or an array of them"
JSON_OR_CSV: Final = f"{JSON}; or CSV whose first line names a column contact_id"
CSV: Final = "CSV with as many cells in each row as there are columns in the first line"
NO_CONSTANT: Final = "JSON, in which every number is finite"
LESS_DEEP: Final = "JSON that nests less deeply; a contact record is about five levels deep"

ROW_LIMIT: Final = 1 << 24
"""The longest line of CSV, in characters: 128 columns at the limit of Python's csv module, 131,072 a cell."""

_LOOKAHEAD: Final = 16
"""No token of JSON but a string is cut short by more characters than this (``-Infinity``, ``\\uD83D\\uDE00``)."""

_blank = re.compile(r"[ \t\r\n]*").match


def records(texts: Iterator[str]) -> Iterator[Record]:
    """Yield the records in a text that comes in pieces, whatever the pieces.

    :raises Fault: the text is neither JSON nor CSV, or ends too early.
    """
    cursor = _Cursor(texts)
    start = cursor.peek()
    if start in {"{", "["}:
        yield from _values(cursor)
    elif start:
        yield from _rows(cursor)


class _ConstantError(ValueError):
    """A number that JSON does not have: ``NaN``, ``Infinity``, ``-Infinity``."""


def _refuse(constant: str) -> NoReturn:
    raise _ConstantError(constant)


_decode = json.JSONDecoder(parse_constant=_refuse).raw_decode


class _Cursor:
    """A place in a text that comes in pieces: what is read is dropped, what is needed is fetched."""

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts = texts
        self._fault: Fault | None = None
        self._dropped = 0
        self.text = ""
        self.at = 0

    def grow(self, wanted: int) -> bool:
        """Fetch so many characters more, or what is left, and tell whether there were any.

        Asking for as much as there is keeps the whole effort for a long record proportional to its length.
        """
        pieces = [self.text[self.at :]]
        gathered = 0
        try:
            for piece in self._texts:
                pieces.append(piece)
                gathered += len(piece)
                if gathered >= wanted:
                    break
        except Fault as fault:
            self._fault = fault
        if self._fault is not None and not gathered:
            raise self._fault
        self._dropped += self.at
        self.text, self.at = "".join(pieces), 0
        return gathered > 0

    def peek(self) -> str:
        """Go to the next character that is not blank; none at the end."""
        while True:
            self.at = _blank(self.text, self.at).end()  # type: ignore[union-attr]  # it matches everywhere
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.grow(1):
                return ""

    def value(self) -> Record:
        """Read the object that begins here."""
        while True:
            try:
                value, self.at = _decode(self.text, self.at)
            except json.JSONDecodeError as error:
                ahead = error.pos - self.at
                if not (self._is_cut_short(error.pos) and self.grow(len(self.text) - self.at)):
                    raise self.fault(self.at + ahead, f"is not JSON: {error.msg.removesuffix(' at')}", JSON) from None
            except RecursionError:
                raise self.fault(self.at, "is nested too deeply", LESS_DEEP) from None
            except _ConstantError as error:
                raise self.fault(self.at, f"holds {error}, which JSON does not have", NO_CONSTANT) from None
            except ValueError as error:
                raise self.fault(self.at, f"holds a number that is too long: {error}", NO_CONSTANT) from None
            else:
                return value  # type: ignore[no-any-return]  # what begins with a brace is an object

    def fault(self, position: int, problem: str, expected: str) -> Fault:
        """Make a fault of what stands at a position of the text at hand."""
        excerpt = self.text[position : position + 20]
        where = f"character offset {self._dropped + position}"
        return Fault("$", f"{problem} at {where}, {repr(excerpt) if excerpt else 'the end'}", expected)

    def _is_cut_short(self, position: int) -> bool:
        if len(self.text) - position <= _LOOKAHEAD:
            return True
        if self.text[position] != '"':
            return False
        try:
            _decode(self.text, position)
        except json.JSONDecodeError:
            return True
        return False


def _values(cursor: _Cursor) -> Iterator[Record]:
    while mark := cursor.peek():
        if mark == "{":
            yield cursor.value()
        elif mark == "[":
            cursor.at += 1
            yield from _elements(cursor)
        else:
            raise cursor.fault(cursor.at, "is followed by what is no record", JSON)


def _elements(cursor: _Cursor) -> Iterator[Record]:
    if cursor.peek() == "]":
        cursor.at += 1
        return
    while True:
        if cursor.peek() != "{":
            raise cursor.fault(cursor.at, "is no object, in an array", JSON)
        yield cursor.value()
        mark = cursor.peek()
        if mark not in {",", "]"}:
            raise cursor.fault(cursor.at, "is neither a comma nor the end of the array", JSON)
        cursor.at += 1
        if mark == "]":
            return


def _rows(cursor: _Cursor) -> Iterator[Record]:
    begin = cursor.fault(cursor.at, "is neither JSON nor CSV of contacts", JSON_OR_CSV)
    rows = csv.reader(_lines(cursor), strict=True)
    try:
        header = next(rows)
        if "contact_id" not in header:
            raise begin
        for row in rows:
            if row:
                yield _row(header, row)
    except csv.Error as error:
        raise Fault("$", f"is not CSV: {error}", CSV) from None


def _row(header: list[str], row: list[str]) -> Record:
    if len(row) != len(header):
        raise Fault("$", f"has {len(row)} cells under {len(header)} columns", CSV)
    return {name: cell or None for name, cell in zip(header, row, strict=True)}


def _lines(cursor: _Cursor) -> Iterator[str]:
    while line := _line(cursor):
        if "\0" in line:
            raise Fault("$", "holds a NUL character", CSV)
        yield line


def _line(cursor: _Cursor) -> str:
    start = cursor.at
    while (end := cursor.text.find("\n", start)) < 0:
        rest = len(cursor.text) - cursor.at
        if rest > ROW_LIMIT:
            raise Fault("$", f"has a line of more than {ROW_LIMIT} characters", CSV)
        if not cursor.grow(max(1, rest)):
            end = len(cursor.text)
            break
        start = cursor.at
    line = cursor.text[cursor.at : end + 1]
    cursor.at += len(line)
    return line
