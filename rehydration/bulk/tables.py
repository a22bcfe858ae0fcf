"""Arrow tables and Parquet to columns.

Here belongs what can be taken from columns of any type, and how a Parquet file is read so that a damaged one is an
error and nothing worse: by Arrow, whose columns are checked before anything else looks at them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Final, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
from pyarrow import parquet

from rehydration.bulk.columns import READ, contact_columns
from rehydration.bulk.customers import Customers
from rehydration.bulk.numbers import Flags
from rehydration.bulk.parts import at_once
from rehydration.bulk.pieces import NotInColumnsError
from rehydration.bulk.shapes import Shape, shape_of
from rehydration.records import tables
from rehydration.records.fields import Row
from rehydration.records.members import ATTRIBUTES
from rehydration.records.reading import Recogniser

_NANOSECONDS: Final = "ns"


class Taken(NamedTuple):
    """What was taken from a table: columns of contacts, the rows that are odd, and the columns that were looked at."""

    names: tuple[str, ...]
    table: pa.Table
    frame: pl.DataFrame
    odd: Flags

    def record(self, row: int) -> object:
        """Give the values of a row; those that nobody looks at are null.

        :raises Fault: one of them is none that Python has.
        """
        cells = self.table.slice(row, 1).combine_chunks()
        told = {name: tables.python_values(cells.column(name).chunk(0), name)[0] for name in cells.column_names}
        found = Row(dict.fromkeys(self.names) | told)
        found.silent = tables.silent_in(self.table)
        return found


class Reader:
    """Takes columns out of tables whose columns have these names."""

    def __init__(self, names: tuple[str, ...], customers: Customers, recogniser: Recogniser) -> None:
        """Find what the columns say.

        :raises NotInColumnsError: they do not say just what a contact has.
        """
        shape = shape_of(names, recogniser, is_row=True)
        if shape is None:
            raise NotInColumnsError
        self.shape: Shape = shape
        self._names, self._customers = names, customers
        spelt = shape.spelling.names
        self._spelt = {name: spelt[name] for name in READ if name in spelt}
        self._attributes = spelt.get(ATTRIBUTES)
        also = () if customers.is_usual else (customers.column, self._attributes)
        self.wanted: list[str] = [*dict.fromkeys((*self._spelt.values(), *(each for each in also if each in names)))]
        """The columns that are looked at."""

    def take(self, table: pa.Table) -> Taken:
        """Take columns out of a table that has those wanted."""
        odd = np.zeros(table.num_rows, bool)
        raw = {name: table.column(spelt) for name, spelt in self._spelt.items()}
        customer = self._customers.in_table(table, self._attributes, odd)
        if not self._customers.is_usual:
            raw["customer_id"] = pa.nulls(table.num_rows) if customer is None else customer
        zone_is_told = self.shape.spelling.has_zone
        return Taken(self._names, table, contact_columns(raw, odd, zone_is_told=zone_is_told, for_each=at_once), odd)


class Parquet:
    """A Parquet file, read by groups of rows."""

    def __init__(self, file: IO[bytes]) -> None:
        """Open it.

        :raises NotInColumnsError: it is none.
        """
        try:
            self._file = parquet.ParquetFile(file)
            self.names: tuple[str, ...] = tuple(self._file.schema_arrow.names)
        except Exception as error:  # a damaged file makes Arrow raise what it likes
            raise NotInColumnsError from error

    def groups(self, wanted: list[str]) -> Iterator[pa.Table]:
        """Yield groups of rows.

        :raises NotInColumnsError: one of them is damaged.
        """
        for place in range(self._file.num_row_groups):
            try:
                table = self._file.read_row_group(place, columns=wanted)
                at_once(lambda column: column.validate(full=True), table.columns)
                if table.column_names != wanted:
                    table = table.select(wanted)
            except Exception as error:  # as above
                raise NotInColumnsError from error
            yield table
