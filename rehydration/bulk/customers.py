"""The column that names customers, where it is another than ``customer_id``.

Here belongs what a caller's name of it means: a member or column of that name, or an attribute. This module does not
know files.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, cast

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen

from rehydration.bulk.columns import Column
from rehydration.bulk.numbers import Flags
from rehydration.bulk.pieces import NotInColumnsError
from rehydration.bulk.shapes import Plan
from rehydration.contacts import Contact
from rehydration.records.encodings import Encoding
from rehydration.records.fields import Record, Unread, as_name
from rehydration.records.members import ATTRIBUTES, plain

CUSTOMER: Final = "customer_id"


@frozen
class Customers:
    """Where customers are named: in a column or member, or, as ``attribute``, in an attribute of a contact.

    ``column`` is None where nobody named one: then it is ``customer_id``.
    """

    column: str | None = None

    @property
    def is_usual(self) -> bool:
        """Whether customers are named where contacts name them."""
        return self.column is None or plain(self.column) == plain(CUSTOMER)

    @property
    def attribute(self) -> str | None:
        """The attribute that names customers."""
        outer, dot, inner = (self.column or "").partition(".")
        return inner if dot and inner and plain(outer) == plain(ATTRIBUTES) else None

    def path(self, plan: Plan) -> tuple[str, ...] | None:
        """Tell the members of JSON that lead to the customer, where that is not ``customer_id``."""
        if self.is_usual:
            return None
        if self.attribute is not None:
            return plan.names[ATTRIBUTES], self.attribute
        return (cast("str", self.column),)

    def of(self, encoding: Encoding, record: Record, path: str) -> Iterator[Contact]:
        """Make contacts of a record, with their customers."""
        if self.is_usual:
            for members in encoding.read(record, path):
                yield Contact(**members)  # type: ignore[arg-type]  # checked by the readers
        elif self.attribute is None or self.column in record:
            for members in encoding.read(record, path):
                yield Contact(**members | {CUSTOMER: _named(record.get(cast("str", self.column)))})  # type: ignore[arg-type]
        else:
            found = zip(encoding.read(record, path), encoding.attributes(record, path), strict=True)
            for members, attributes in found:
                if type(attributes) is Unread:
                    raise attributes.fault
                yield Contact(**members | {CUSTOMER: _named(attributes.get(self.attribute))})  # type: ignore[arg-type]

    def in_table(self, table: pa.Table, attributes: str | None, odd: Flags) -> Column | None:
        """Take the column of a table that names customers; None where there is none, or it is ``customer_id``.

        :raises NotInColumnsError: they are named in texts.
        """
        if self.is_usual:
            return None
        if self.column in table.column_names:
            column = table.column(self.column)
            return column.cast(pa.string()) if pa.types.is_integer(column.type) else column
        if self.attribute is None or attributes is None:
            return None
        held = table.column(attributes)
        kind = held.type
        if not (pa.types.is_nested(kind) or pa.types.is_null(kind)):
            raise NotInColumnsError  # a text of JSON
        if pa.types.is_map(kind) and _may_be_text(kind.item_type):
            odd[_with_a_key_twice(held)] = True
            return pc.map_lookup(held, pa.scalar(self.attribute, kind.key_type), "first")
        names = [each.name for each in kind] if pa.types.is_struct(kind) else []
        if not names or len({*names}) < len(names):
            odd |= _are_told(held)
            return None
        for each in kind:  # all of them are to be texts, as where records are read one by one
            if not _may_be_text(each.type):
                odd |= _are_told(pc.struct_field(held, each.name))
        return pc.struct_field(held, self.attribute) if self.attribute in names else None


def _with_a_key_twice(maps: Column) -> npt.NDArray[np.int64]:
    """Find the rows whose map has a key twice."""
    parts = maps.chunks if isinstance(maps, pa.ChunkedArray) else [maps]
    lists = pa.concat_arrays(parts).cast(
        pa.list_(pa.struct([("key", maps.type.key_type), ("value", maps.type.item_type)]))
    )
    keys = {"row": pc.list_parent_indices(lists), "key": pc.struct_field(pc.list_flatten(lists), "key")}
    found = cast("pl.DataFrame", pl.from_arrow(pa.table(keys)))
    return found.filter(found.is_duplicated())["row"].unique().to_numpy()


def _are_told(column: Column) -> Flags:
    return cast("Flags", pc.is_valid(column).to_numpy(zero_copy_only=False))


def _may_be_text(kind: pa.DataType) -> bool:
    held = kind.value_type if pa.types.is_dictionary(kind) else kind
    tests = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_null)
    return any(test(held) for test in tests)


def _named(customer: object) -> str | None:
    return None if customer is None else as_name(str(customer), "$", CUSTOMER)
