"""Parquet to rows, a batch at a time, through pyarrow.

Here belongs what a table holds as Python values: one row after the other, with all columns named and those that say
something of a contact filled. It needs the extra bulk, and says so. This module does not know what a row says.
"""

from __future__ import annotations

import io
import os
import tempfile
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import pairwise
from typing import IO, TYPE_CHECKING, Any, Final

from rehydration.records.fields import Fault, Record, Row, shown
from rehydration.records.members import CONTACT_ID, NAME_OF, OTHER_NAMES, plain
from rehydration.records.strays import is_asked

if TYPE_CHECKING:  # most readers do without
    import pyarrow as pa

A_PARQUET_FILE: Final = "a whole Parquet file"
THE_EXTRA: Final = "pyarrow to be there: python -m pip install 'rehydration[bulk]'"
A_TABLE: Final = "a table that names each column once, all of types that Python knows"
UNTOLD: Final = b"rehydration.untold"
"""The key in the metadata of a table's schema where the members stand that no record told when it was made."""
_BYTES: Final = 16
_VERSIONS: Final = 8
_VARIANT: Final = 0b10
AT_ONCE: Final = 4096
"""So many rows are in memory at a time."""


@contextmanager
def sought(
    file: object,
    start: bytes,
    chunks: Iterator[bytes],
    passed: Callable[[int], object] = lambda _bytes: None,
) -> Iterator[IO[bytes]]:
    """Give a file that can be sought in: the file itself if it can, or else a copy on the disk of its chunks.

    ``start`` was read of the file, and ``chunks`` are all of it. ``passed`` is told of bytes that are not read so.
    """
    if isinstance(file, io.BufferedReader | io.BytesIO) and file.seekable() and file.tell() == len(start):
        passed(file.seek(0, os.SEEK_END) - len(start))
        yield file
        file.seek(0, os.SEEK_END)
        return
    with tempfile.TemporaryFile() as copy:
        for chunk in chunks:
            copy.write(chunk)
        copy.seek(0)
        yield copy


def rows(
    file: IO[bytes],
    left_out: Collection[str] = (),
    *,
    group: int | None = None,
    wanted: Sequence[int] | None = None,
) -> Iterator[Record]:
    """Yield the rows of a Parquet file that can be sought in, some columns left out.

    ``group`` is the group of rows to read, all without it, and ``wanted`` are the numbers of rows in it, in order.

    :raises Fault: pyarrow is not there, the file is none, or holds what Python cannot.
    """
    if find_spec("pyarrow") is None:
        raise Fault("$", "is Parquet", THE_EXTRA)
    yield from _rows(file, left_out, group, wanted)


def _rows(
    file: IO[bytes], left_out: Collection[str], group: int | None, wanted: Sequence[int] | None
) -> Iterator[Record]:
    from pyarrow import parquet  # noqa: PLC0415  most readers do without

    try:
        table = parquet.ParquetFile(file)
        names = list(table.schema_arrow.names)
    except Exception as error:
        raise Fault("$", f"cannot be read as Parquet: {_told(error)}", A_PARQUET_FILE) from error
    with table:
        if len({*names}) < len(names):
            twice = next(each for each in names if names.count(each) > 1)
            raise Fault("$", f"names the column {shown(twice)} twice", A_TABLE)
        read = read_of(names, left_out)
        if wanted is not None and len(read) == 1:  # the ids are known
            return
        groups = range(table.num_row_groups) if group is None else (group,)
        batches = table.iter_batches(AT_ONCE, groups, read)
        unread, passed = dict.fromkeys(names), 0
        while True:
            try:
                batch = next(batches, None)
                if batch is not None and wanted is not None:
                    ends = passed, passed + batch.num_rows
                    here = wanted[slice(*(bisect_left(wanted, each) for each in ends))]
                    batch, passed = batch.take(_numbers([each - passed for each in here])), ends[1]
            except Exception as error:
                raise Fault("$", f"cannot be read as Parquet: {_told(error)}", A_PARQUET_FILE) from error
            if batch is None:
                return
            columns = [python_values(column, name) for column, name in zip(batch.columns, read, strict=True)]
            silent = silent_in(batch)
            for values in zip(*columns, strict=True):
                row = Row(unread | dict(zip(read, values, strict=True)))
                row.silent = silent
                yield row


def _numbers(numbers: list[int]) -> pa.Array:
    import pyarrow as pa  # noqa: PLC0415  most readers do without

    return pa.array(numbers, pa.int64())


def read_of(names: Sequence[str], left_out: Collection[str]) -> Sequence[str]:
    """Leave of the columns of a table those that somebody looks at, without some of our members."""
    ours = {each: NAME_OF.get(plain(each)) or OTHER_NAMES.get(plain(each)) for each in names}
    if CONTACT_ID not in ours.values():  # records may be in any column as text
        return names
    return [each for each, name in ours.items() if (name and name not in left_out) or is_asked(each)]


def silent_in(table: pa.Table | pa.RecordBatch) -> frozenset[str]:
    """Find the members whose columns tell nothing: all empty, and made by us when no record told them."""
    untold = (table.schema.metadata or {}).get(UNTOLD, b"").decode(errors="replace").split()
    columns = {NAME_OF.get(plain(name)): name for name in table.column_names} if untold else {}
    spelt = {name: columns[name] for name in untold if name in columns}
    return frozenset(name for name, each in spelt.items() if table.column(each).null_count == table.num_rows)


def python_values(column: pa.Array, name: str) -> list[Any]:
    """Make Python values of a column: times in microseconds, maps as objects, bytes that are text or UUIDs as text."""
    import pyarrow as pa  # noqa: PLC0415  most readers do without

    kind = column.type
    try:
        if isinstance(kind, pa.BaseExtensionType):
            column = column.storage
        if pa.types.is_timestamp(kind) and kind.unit == "ns":
            column = column.cast(pa.timestamp("us", kind.tz), safe=False)
        found: list[Any] = column.to_pylist()
    except Exception as error:
        raise Fault(f"$.{name}", f"holds what Python does not: {_told(error)}", A_TABLE) from error
    if "binary" in str(column.type):
        found = [_text_of(each) for each in found]
    return [_an_object(each, name) for each in found] if pa.types.is_map(kind) else found


def _text_of(value: object) -> object:
    """Read bytes as the UUID or as the text that they are, however deep they lie."""
    if isinstance(value, Mapping):
        return {name: _text_of(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_text_of, value))
    if isinstance(value, bytes) and is_uuid(value):
        return "-".join(value[begin:end].hex() for begin, end in pairwise((0, 4, 6, 8, 10, _BYTES)))
    try:
        return value.decode() if isinstance(value, bytes) else value
    except UnicodeDecodeError:
        return value


def is_uuid(value: bytes) -> bool:
    """Tell whether bytes are a UUID: the bits for its version and variant are set, or none is.

    >>> is_uuid(bytes.fromhex("7f3c52b65f0a4e8e9f6d0b1c2d3e4f5a")), is_uuid(b"sixteen letters.")
    (True, False)
    """
    return len(value) == _BYTES and (not any(value) or (1 <= value[6] >> 4 <= _VERSIONS and value[8] >> 6 == _VARIANT))


def _an_object(pairs: list[tuple[Any, Any]] | None, name: str) -> Record | None:
    if pairs is None:
        return None
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Fault(f"$.{name}", "names a key twice", A_TABLE)
    return found


def _told(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
