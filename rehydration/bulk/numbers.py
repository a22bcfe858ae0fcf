"""Ids to row numbers: every id of an export is hashed once, and what is found by its hash is compared as text.

Here belongs the way from text to integers, in columns. A hash finds a row through tables that are filled in rounds: of
the rows that fall on one slot the first gets it, those of another hash try again in the next, smaller table. This
module does not know what the texts are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from rehydration.bulk.parts import at_once, parts_of

Rows = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.intp]

NOBODY: Final = -1
"""What stands for no row in a column of row numbers."""

_BITS: Final = 64
_ODD: Final = 0x9E3779B97F4A7C15


class _Round(NamedTuple):
    """One table: the slot of a hash is its product with a factor, all but the highest bits cut off."""

    factor: np.uint64
    shift: np.uint64
    table: Rows

    def slots(self, hashes: Hashes) -> Places:
        return ((hashes * self.factor) >> self.shift).view(np.intp)


class RowNumbers:
    """The rows of a column of texts, to be found by text.

    >>> numbers = RowNumbers(pl.Series(["kiwi", "plum", "kiwi"]))
    >>> numbers.first.tolist(), numbers.find(pl.Series(["plum", None, "fig"])).tolist()
    ([0, 1, 0], [1, -1, -1])
    """

    def __init__(self, texts: pl.Series) -> None:
        """Enter the texts, none of them null."""
        self.texts = texts
        self._hashes = hashes_of(texts)
        self._rounds: list[_Round] = []
        first = self._fill()
        repeated = np.flatnonzero(first != np.arange(len(first), dtype=np.int32))
        self._collides = _differ(texts, first[repeated], texts.gather(repeated))
        self.first: Rows = _first_by_text(texts) if self._collides else first
        """Of each row the first row with the same text."""

    def find(self, texts: pl.Series) -> Rows:
        """Find the first row of each text, ``NOBODY`` for null and for what is not there."""
        if self._collides:
            return _find_by_text(self.texts, texts)
        found = np.full(len(texts), NOBODY, np.int32)

        def look_up(part: slice) -> bool:
            wanted = texts[part]
            there, wanted = np.flatnonzero(wanted.is_not_null().to_numpy()), wanted.drop_nulls()
            rows = self._look_up(hashes_of(wanted))
            found[part][there] = rows
            hit = np.flatnonzero(rows >= 0)
            return _differ(self.texts, rows[hit], wanted if len(hit) == len(rows) else wanted.gather(hit))

        return _find_by_text(self.texts, texts) if any(at_once(look_up, parts_of(len(texts)))) else found

    def _fill(self) -> Rows:
        hashes = self._hashes
        first = np.empty(len(hashes), np.int32)
        waiting = np.arange(len(hashes), dtype=np.int32)
        while len(waiting):
            bits = len(waiting).bit_length()
            factor = np.uint64((_ODD * (2 * len(self._rounds) + 1)) % (1 << _BITS))
            one = _Round(factor, np.uint64(_BITS - bits), np.full(1 << bits, NOBODY, np.int32))
            for part in reversed(parts_of(len(waiting))):
                rows = waiting[part][::-1]
                slots = one.slots(hashes.take(rows, mode="clip"))
                one.table[slots] = rows  # of several the last one assigned stays, which is the first row

            def place(part: slice, waiting: Rows = waiting, one: _Round = one) -> Rows:
                rows = waiting[part]
                own = hashes.take(rows, mode="clip")
                winners = one.table.take(one.slots(own), mode="clip")
                first[rows] = winners
                loses: Flags = hashes.take(winners, mode="clip") != own
                return rows[loses]

            waiting = np.concatenate(at_once(place, parts_of(len(waiting))))
            self._rounds.append(one)
        return first

    def _look_up(self, hashes: Hashes) -> Rows:
        found = np.full(len(hashes), NOBODY, np.int32)
        waiting: npt.NDArray[Any] = np.arange(len(hashes))
        for one in self._rounds:
            rows = one.table.take(one.slots(hashes), mode="clip")
            hit = (rows >= 0) & (self._hashes.take(rows, mode="clip") == hashes)
            found[waiting] = np.where(hit, rows, NOBODY)
            again = np.flatnonzero(~hit & (rows >= 0))  # an empty slot: had it been entered, it would be here
            waiting, hashes = waiting[again], hashes[again]
        return found


def hashes_of(texts: pl.Series) -> Hashes:
    """Hash a column of texts."""
    return texts.hash().to_numpy()


def distinct(columns: Iterable[pl.Series]) -> pl.Series:
    """Put columns of texts together, each text once, in the order in which they come first."""
    texts = pl.concat(list(columns))
    first = RowNumbers(texts).first
    return texts.gather(np.flatnonzero(first == np.arange(len(first))))


def numbered(columns: Sequence[pl.Series], numbers: RowNumbers) -> tuple[list[Rows], RowNumbers | None]:
    """Give numbers to the ids in columns: known ones by row, the others after them, in the order of ``texts``."""
    found = [numbers.find(column) for column in columns]
    missing = [
        np.flatnonzero((rows < 0) & column.is_not_null().to_numpy())
        for rows, column in zip(found, columns, strict=True)
    ]
    if not any(len(rows) for rows in missing):
        return found, None
    texts = [column.gather(rows) for rows, column in zip(missing, columns, strict=True)]
    unknown = RowNumbers(distinct(texts))
    for each, rows, text in zip(found, missing, texts, strict=True):
        each[rows] = unknown.find(text) + len(numbers.texts)
    return found, unknown


def _differ(texts: pl.Series, rows: Rows, others: pl.Series) -> bool:
    """Tell whether a text at one of the rows is another than the one found by the same hash."""
    return bool((texts.gather(rows) != others).any())


def _first_by_text(texts: pl.Series) -> Rows:
    """Find first rows where hashes collide: by the text itself, which takes longer."""
    return _find_by_text(texts, texts)


def _find_by_text(known: pl.Series, wanted: pl.Series) -> Rows:
    rows = pl.DataFrame({"text": known}).with_row_index("row").unique("text", keep="first")
    found = pl.DataFrame({"text": wanted}).join(rows, on="text", how="left", maintain_order="left")
    return found["row"].cast(pl.Int32).fill_null(NOBODY).to_numpy()
