"""Parquet to rows, a batch at a time, through pyarrow.

Here belongs what a table holds as Python values: one row after the other, with all columns named and those that say
something of a contact filled. It needs the extra bulk, and says so. This module does not know what a row says.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import IO, TYPE_CHECKING, Any, Final

from rehydration.records.fields import AROUND, Fault, Record, Row, bare, shown
from rehydration.records.members import CONTACT_ID, NAME_OF, OTHER_NAMES, plain
from rehydration.records.spellings import spelling_of
from rehydration.records.strays import is_asked

if TYPE_CHECKING:  # most readers do without
    import pyarrow as pa

A_PARQUET_FILE: Final = "a whole Parquet file"
THE_EXTRA: Final = "pyarrow to be there: python -m pip install 'rehydration[bulk]'"
A_TABLE: Final = "a table that names each column once, all of types that Python knows"
UNTOLD: Final = b"rehydration.untold"
"""The key in the metadata of a table's schema where the members stand that no record told when it was made."""
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
    file: IO[bytes], contact_ids: Collection[str] | None = None, left_out: Collection[str] = ()
) -> Iterator[Record]:
    """Yield the rows of a Parquet file that can be sought in, all or those of some contacts, some columns left out.

    :raises Fault: pyarrow is not there, the file is none, or holds what Python cannot.
    """
    if find_spec("pyarrow") is None:
        raise Fault("$", "is Parquet", THE_EXTRA)
    yield from _rows(file, contact_ids, left_out)


def _rows(file: IO[bytes], contact_ids: Collection[str] | None, left_out: Collection[str]) -> Iterator[Record]:
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
        ours = {each: NAME_OF.get(plain(each)) or OTHER_NAMES.get(plain(each)) for each in names}
        # without ids, records may be in any column as text
        has_ids = CONTACT_ID in ours.values()
        read = (
            [each for each, name in ours.items() if (name and name not in left_out) or is_asked(each)]
            if has_ids
            else names
        )
        if contact_ids is not None and (not has_ids or len(read) == 1):  # the ids are known
            return
        batches = table.iter_batches(AT_ONCE, columns=read)
        unread = dict.fromkeys(names)
        while True:
            try:
                batch = next(batches, None)
                if batch is not None and contact_ids is not None:
                    batch = _of_contacts(batch, contact_ids)
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


def silent_in(table: pa.Table | pa.RecordBatch) -> frozenset[str]:
    """Find the members whose columns tell nothing: all empty, and made by us when no record told them."""
    untold = (table.schema.metadata or {}).get(UNTOLD, b"").decode(errors="replace").split()
    columns = {NAME_OF.get(plain(name)): name for name in table.column_names} if untold else {}
    spelt = {name: columns[name] for name in untold if name in columns}
    return frozenset(name for name, each in spelt.items() if table.column(each).null_count == table.num_rows)


def _of_contacts(rows: pa.RecordBatch, contact_ids: Collection[str]) -> pa.RecordBatch:
    """Keep the rows that may be of some contacts, however their ids are written."""
    import pyarrow as pa  # noqa: PLC0415  most readers do without
    import pyarrow.compute as pc  # noqa: PLC0415  as above

    spelt = spelling_of(tuple(rows.schema.names), is_row=True).names[CONTACT_ID]
    ids = pc.utf8_lower(pc.utf8_trim(rows.column(spelt).cast(pa.large_string()), AROUND))
    bare_ids = pc.replace_substring_regex(ids, "^arn:.*/", "")
    return rows.filter(pc.is_in(bare_ids, pa.array(map(bare, contact_ids), pa.large_string())))


def python_values(column: pa.Array, name: str) -> list[Any]:
    """Make Python values of a column: times in microseconds, maps as objects, bytes that are text as text."""
    import pyarrow as pa  # noqa: PLC0415  most readers do without

    kind = column.type
    try:
        if pa.types.is_timestamp(kind) and kind.unit == "ns":
            column = column.cast(pa.timestamp("us", kind.tz), safe=False)
        found: list[Any] = column.to_pylist()
    except Exception as error:
        raise Fault(f"$.{name}", f"holds what Python does not: {_told(error)}", A_TABLE) from error
    if "binary" in str(kind):
        found = [_text_of(each) for each in found]
    return [_an_object(each, name) for each in found] if pa.types.is_map(kind) else found


def _text_of(value: object) -> object:
    """Read bytes as the text that older writers leave so, if they are one, however deep they lie."""
    if isinstance(value, Mapping):
        return {name: _text_of(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_text_of, value))
    try:
        return value.decode() if isinstance(value, bytes) else value
    except UnicodeDecodeError:
        return value


def _an_object(pairs: list[tuple[Any, Any]] | None, name: str) -> Record | None:
    if pairs is None:
        return None
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Fault(f"$.{name}", "names a key twice", A_TABLE)
    return found


def _told(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
