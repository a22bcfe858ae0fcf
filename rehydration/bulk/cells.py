"""CSV to columns, many rows at once, by Arrow's reader of CSV.

Here belongs what makes sure that Arrow and Python's reader, which is strict, see the same cells: quotation marks that
begin and end a cell, no other ends of lines, no NUL, no cell that is too long. What is otherwise is left to Python's.
This module does not know files.
"""

from __future__ import annotations

import codecs
import csv
import re
from typing import Final, NamedTuple, cast

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from rehydration.bulk.columns import IDS, READ, are_uuids, contact_columns, without
from rehydration.bulk.customers import Customers
from rehydration.bulk.numbers import Flags
from rehydration.bulk.pieces import NotInColumnsError
from rehydration.bulk.shapes import shape_of
from rehydration.records import fields, values
from rehydration.records.fields import Row
from rehydration.records.members import ATTRIBUTES, CONTACT_ID
from rehydration.records.reading import Recogniser

_QUOTE: Final = 34
_ENDS: Final = (10, 13)
_SHORT: Final = 3
_EMPTY: Final = re.compile(rb"\n[\r\n]+")
"""Lines that are empty; where most are, what finds their ends would take far more memory than they."""
_LONGEST_CELL: Final = csv.field_size_limit()
_NO_CELL: Final = sorted(fields.NOTHING)


class Taken(NamedTuple):
    """What was taken from rows: columns of contacts, the rows that are odd, and the cells that were looked at.

    ``little`` are ids of rows that tell little more: one of each look.
    """

    names: tuple[str, ...]
    cells: pa.Table
    frame: pl.DataFrame
    odd: Flags
    little: list[str]

    def record(self, row: int) -> object:
        """Give the cells of a row; those that nobody looks at are null."""
        (found,) = self.cells.slice(row, 1).to_pylist()
        return Row(dict.fromkeys(self.names) | found)


class Reader:
    """Takes columns out of the rows below a first line, which names them."""

    def __init__(self, line: bytes, customers: Customers, recogniser: Recogniser) -> None:
        """Read the first line.

        :raises NotInColumnsError: it is none, or names no columns of contacts.
        """
        try:
            if b"\0" in line:
                raise NotInColumnsError
            text = line.decode()
            self._delimiter = values.delimiter_of(text)
            self._padded = values.is_padded(text, self._delimiter)
            (names,) = csv.reader([text], delimiter=self._delimiter, strict=True, skipinitialspace=self._padded)
        except (csv.Error, ValueError):
            raise NotInColumnsError from None
        shape = shape_of(tuple(names), recogniser, is_row=True)
        if shape is None:
            raise NotInColumnsError
        self._names, self._shape, self._customers = tuple(names), shape, customers
        self._again = [*names, f"{values.MARK}{names[0]}"]
        spelt = shape.spelling.names
        self._spelt = {name: spelt[name] for name in READ if name in spelt}
        self._wanted = [*self._spelt.values()]
        self._attributes = spelt.get(ATTRIBUTES)
        if customers.column in names and customers.column not in self._wanted:
            self._wanted.append(customers.column)
        elif customers.attribute and self._attributes:
            self._wanted.append(self._attributes)

    def take(self, data: bytes) -> Taken:
        """Take columns out of whole rows, in any thread.

        :raises NotInColumnsError: Python's reader might see other cells.
        """
        if data.count(b"\n") * _SHORT > len(data) and b'"' not in data:
            data = _EMPTY.sub(b"\n", data)
        _check(data, ord(self._delimiter))
        cells = self._cells(data) if data.strip() else self._schema.empty_table()
        ids = cells.column(self._spelt[CONTACT_ID])
        first = ids[0].as_py() if len(ids) else None
        if ids.null_count or values.is_type(first or "") or pc.any(pc.is_in(ids, pa.array(self._again))).as_py():
            raise NotInColumnsError  # a row may be empty, and files that were joined name their columns again
        little: list[str] = []
        if not are_uuids(ids):
            if pc.any(pc.match_substring_regex(ids, values.NO_ROW)).as_py():
                raise NotInColumnsError
            little = self._little(cells)
        odd = np.zeros(cells.num_rows, bool)
        raw = {name: cells.column(spelt) for name, spelt in self._spelt.items()}
        customer = self._customers.in_table(cells, self._attributes, odd)
        if not self._customers.is_usual:
            raw["customer_id"] = pa.nulls(cells.num_rows) if customer is None else customer
        return Taken(self._names, cells, contact_columns(raw, odd, zone_is_told=False), odd, little)

    def _little(self, cells: pa.Table) -> list[str]:
        """Find ids of rows that tell little more, as a line below a table does: one of each look.

        :raises NotInColumnsError: one looks like none of the others here.
        """
        own, *others = (cells.column(name) for name in self._wanted)
        little = pc.not_equal(pc.binary_length(own), len(fields.NO_UUID))
        for each in others:
            little = pc.and_(little, pc.or_kleene(pc.is_null(each), pc.match_substring_regex(each, r"^\s*\d*\s*$")))
        if not pc.any(little).as_py():
            return []
        whole = cells.filter(pc.invert(little)).slice(0, values.MOST_LOOKS)
        names = [whole.column(self._spelt[name]) for name in IDS if name in self._spelt]
        looks = {values.look(each) for name in names for each in name.drop_null().to_pylist()}
        ids = cast("pl.Series", pl.from_arrow(own.filter(little)))
        shapes = ids.str.replace_all(r"\p{L}+", "a").str.replace_all(r"\p{N}+", "0")
        alike: list[str] = ids.to_frame("id").with_columns(shape=shapes).unique("shape")["id"].to_list()
        if looks and any(values.look(each) not in looks for each in alike):
            raise NotInColumnsError
        return alike

    @property
    def _schema(self) -> pa.Schema:
        return pa.schema([(name, pa.string()) for name in self._wanted])

    def _cells(self, data: bytes) -> pa.Table:
        try:
            cells = arrow_csv.read_csv(
                pa.BufferReader(data),
                read_options=arrow_csv.ReadOptions(
                    column_names=list(self._names), block_size=len(data) + 1, use_threads=False
                ),
                parse_options=arrow_csv.ParseOptions(delimiter=self._delimiter, newlines_in_values=True),
                convert_options=arrow_csv.ConvertOptions(
                    column_types=self._schema,
                    include_columns=self._wanted,
                    null_values=[] if self._padded else _NO_CELL,
                    strings_can_be_null=True,
                ),
            )
        except (pa.ArrowException, OverflowError):
            raise NotInColumnsError from None
        return (
            pa.table(dict(zip(cells.column_names, map(_trimmed, cells.columns), strict=True)))
            if self._padded
            else cells
        )

    def settle(self, _taken: Taken) -> frozenset[str]:
        """Say which attributes of a contact the rows tell."""
        return self._shape.told

    def count(self, data: bytes) -> int:
        """Count the rows."""
        return len(self.take(data).odd)


def _trimmed(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    told = pc.utf8_trim(cells, values.BLANKS)
    return without(told, pc.is_in(told, pa.array(_NO_CELL)))


def _check(data: bytes, delimiter: int) -> None:
    """Check that all readers see the same cells, also in columns that nobody looks at.

    :raises NotInColumnsError: they might not.
    """
    try:
        if not data.isascii():
            data.decode()
    except UnicodeDecodeError:
        raise NotInColumnsError from None
    if data.startswith(codecs.BOM_UTF8):  # which Arrow leaves out, wherever in the file it is
        raise NotInColumnsError
    if b"\0" in data or data.count(b"\r") != data.count(b"\r\n"):
        raise NotInColumnsError
    as_bytes = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(as_bytes == _ENDS[0])
    if np.diff(ends, prepend=-1, append=len(data)).max() > _LONGEST_CELL:
        raise NotInColumnsError
    quotes = np.flatnonzero(as_bytes == _QUOTE)
    if len(quotes) % 2:
        raise NotInColumnsError
    opening, closing = quotes[::2], quotes[1::2]
    around = np.concatenate([[_ENDS[0]], as_bytes, [_ENDS[0]]])
    before, after = around[opening], around[closing + 2]
    begins = np.isin(before, (delimiter, *_ENDS)) | (before == _QUOTE)
    goes_on = np.isin(after, (delimiter, *_ENDS)) | (after == _QUOTE)
    if not (begins & goes_on).all():
        raise NotInColumnsError
