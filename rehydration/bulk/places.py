"""Where the rows of columns stand in files, so that the whole records of a few contacts are read without the others.

Here belongs the way from rows back to records: columns leave out attributes and locations, and who needs those of a few
contacts reads their records again. What a record says is not known here.
"""

# pathlib rewrites paths, and errors name them as they were given.
# ruff: noqa: PTH123

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from itertools import pairwise
from typing import BinaryIO, Final, cast

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import frozen

from rehydration.bulk.lines import Lines
from rehydration.bulk.pieces import NotInColumnsError, ends_of_rows, on_lines, on_whole_lines
from rehydration.records import sources, streams, tables, values
from rehydration.records.fields import Fault, Record
from rehydration.records.members import ATTRIBUTES, CONTACT_ID, NAMES, ONE_RECORDING, RECORDING, RECORDINGS

Rows = npt.NDArray[np.int64]

_IN_COLUMNS: Final = frozenset(NAMES) - {CONTACT_ID, ATTRIBUTES, RECORDING, RECORDINGS, *ONE_RECORDING}
"""The members that columns do not leave out."""


@frozen(eq=False)
class Place:
    """Where rows stand that follow one another: in pieces of files, or somewhere in a file.

    ``pieces`` are the names of files, with the bytes of their text from which and up to which each piece goes.
    ``header`` is the line before that names the columns of CSV. The pieces hold ``count`` records, and ``records``
    tells which of them each row is of; None if each is of its own. Without a ``count``, rows are somewhere in the file.
    ``group`` is the group of rows of a Parquet file.
    """

    height: int
    pieces: Sequence[tuple[str, int, int]]
    header: bytes = b""
    count: int = 0
    records: Rows | None = None
    group: int | None = None


def whole_records(frame: pl.DataFrame, places: Sequence[Place], contact_ids: Collection[str]) -> Iterator[Record]:
    """Yield the records of some contacts, in the order of the files; ``places`` are those of the rows of ``frame``.

    Where it is not known which records of a file those are, all of them come along. Where columns leave nothing out of
    a table, none do.
    """
    rows = frame["contact_id"].is_in([*contact_ids]).arg_true().to_numpy().astype(np.int64)
    ends = np.cumsum([0, *(each.height for each in places)])
    with _Texts() as texts:
        for place, begin, cut in zip(places, ends, pairwise(np.searchsorted(rows, ends)), strict=False):
            here = rows[slice(*cut)] - begin
            if not len(here):
                continue
            try:
                yield from _at(place, here, texts)
            except (NotInColumnsError, Fault):
                for _, _, record in sources.records([name for name, _, _ in place.pieces], []):
                    yield cast("Record", record)


def _at(place: Place, rows: Rows, texts: _Texts) -> list[Record]:
    """Read the records of some rows.

    :raises NotInColumnsError: nobody knows where they are.
    :raises Fault: they cannot be read.
    """
    if not place.count:
        raise NotInColumnsError
    wanted = rows if place.records is None else np.unique(place.records[rows])
    if place.group is not None:
        with open(place.pieces[0][0], "rb") as file:
            return list(tables.rows(file, _IN_COLUMNS, group=place.group, wanted=wanted.tolist()))
    if place.header and not _leaves_out(place.header.decode()):
        return []
    data = b"".join(on_whole_lines(texts.between(*each)) for each in place.pieces)
    found = _rows(place, data, wanted) if place.header else _lines(place, data, wanted)
    return cast("list[Record]", list(values.records(iter(found))))


def _lines(place: Place, data: bytes, wanted: Rows) -> list[str]:
    lines = Lines(data)
    if len(lines) != place.count:
        lines = Lines(on_lines(data))
    if len(lines) != place.count:
        raise NotInColumnsError
    return [f"{lines[row]}\n" for row in wanted]


def _leaves_out(header: str) -> bool:
    """Tell whether columns leave out something of the rows below a first line."""
    (names,) = csv.reader([header], delimiter=values.delimiter_of(header))
    return len(tables.read_of(names, _IN_COLUMNS)) > 1


def _rows(place: Place, data: bytes, wanted: Rows) -> list[str]:
    ends = ends_of_rows(data) + 1
    told = np.stack([np.concatenate([[0], ends[:-1]]), ends], axis=1)
    if len(told) != place.count:
        told = np.array([each for each in told.tolist() if data[slice(*each)].strip()])
    if len(told) != place.count:
        raise NotInColumnsError
    return [place.header.decode(), *(data[slice(*each)].decode() for each in told[wanted].tolist())]


class _Texts(ExitStack):
    """Texts of files, one after the other, each read forwards."""

    def __init__(self) -> None:
        super().__init__()
        self._name: str | None = None
        self._file: BinaryIO
        self._unpacked: Iterator[bytes] | None = None
        self._text, self._at = b"", 0

    def between(self, name: str, begin: int, end: int) -> bytes:
        """Give the bytes of a text between two places, the first not before those given last."""
        if name != self._name:
            self._open(name)
        if self._unpacked is None:
            self._file.seek(begin)
            return self._file.read(end - begin)
        gathered = [self._text]
        at = self._at + len(self._text)
        for chunk in self._unpacked if at < end else ():
            if at <= begin:
                gathered, self._at = [], at
            gathered.append(chunk)
            at += len(chunk)
            if at >= end:
                break
        text = b"".join(gathered)
        self._text, begin, end = text[end - self._at :], begin - self._at, end - self._at
        self._at += end
        return text[begin:end]

    def _open(self, name: str) -> None:
        self.close()
        self._name, self._file = name, self.enter_context(open(name, "rb"))  # noqa: SIM115  it is entered
        start, chunks = streams.begun(self._file.read)
        is_packed = start.startswith(streams.GZIP)
        self._unpacked = streams.plain(start, chunks)[1] if is_packed else None
        self._text, self._at = b"", 0
