"""The records of some contacts in large exports, for attributes and locations, which columns leave out.

Here belongs finding them without making objects of the others: rows of Parquet by their id, lines of JSON by the ids
that stand in them. What a record says is not known here.
"""

# pathlib rewrites paths, and errors name them as they were given.
# ruff: noqa: PTH123

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import BinaryIO, Final, TypeGuard, cast

import polars as pl

from rehydration.bulk.lines import Lines
from rehydration.bulk.pieces import NotInColumnsError, after_an_object, on_lines, pieces
from rehydration.records import sources, streams, tables, values
from rehydration.records.fields import Fault, Record, Row, bare
from rehydration.records.members import ATTRIBUTES, CONTACT_ID, NAMES, ONE_RECORDING, RECORDING, RECORDINGS

_IN_COLUMNS: Final = frozenset(NAMES) - {CONTACT_ID, ATTRIBUTES, RECORDING, RECORDINGS, *ONE_RECORDING}
"""The members that columns do not leave out."""

_ESCAPE: Final = "\\"
"""An id may be written with escapes, so that a line with one may be of any contact."""


def whole_records(path: str, contact_ids: Collection[str]) -> Iterator[Mapping[str, object]]:
    """Yield the records of a file, or of the files of a directory or pattern, that may be of one of the contacts.

    Of an envelope that hides what it holds it finds none.
    """
    for each in sources.paths(path):
        try:
            with open(each, "rb") as file:
                yield from _of_file(file, contact_ids)
        except (NotInColumnsError, Fault):  # records that are written otherwise are all read
            ids = frozenset(map(bare, contact_ids))
            yield from (record for _, _, record in sources.records(each, []) if _may_be_of(record, ids))


def _may_be_of(record: object, contact_ids: frozenset[str]) -> TypeGuard[Mapping[str, object]]:
    """Tell whether a record may be of one of the contacts: a row names it in a cell, however it writes the id."""
    if isinstance(record, Row):
        return any(isinstance(cell, str) and bare(cell) in contact_ids for cell in record.values())
    return isinstance(record, Mapping)


def _of_file(file: BinaryIO, contact_ids: Collection[str]) -> Iterator[Record]:
    start, chunks = streams.begun(file.read)
    if start.startswith(streams.PARQUET):
        yield from tables.rows(file, contact_ids, left_out=_IN_COLUMNS)
        return
    start, chunks = streams.plain(start, chunks)
    for piece in pieces(chunks, after_an_object):
        lines = Lines(on_lines(piece))
        text = cast("pl.Series", pl.from_arrow(lines.text))
        for row in text.str.contains_any([*contact_ids, _ESCAPE], ascii_case_insensitive=True).arg_true():
            yield from cast("Iterator[Record]", values.records(iter((lines[row],))))
