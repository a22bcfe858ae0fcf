"""Tables to files: CSV, Parquet and JSON lines, each whole or not there at all.

Here belongs how a file takes its place once all of it is written, and how cells of CSV are kept from being run by a
spreadsheet. This module does not know what tables say.
"""

# pathlib rewrites paths, and errors name them as they were given.
# ruff: noqa: PTH105, PTH107, PTH118, PTH120, PTH123

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, Final

import polars as pl
import pyarrow as pa
from polars.exceptions import PolarsError
from pyarrow import parquet

from rehydration.errors import InvalidArgument

Path = str | os.PathLike[str]
Progress = Callable[[int], None]

ENDINGS: Final = (".csv", ".parquet", ".jsonl", ".ndjson")
_WRITABLE: Final = "a file in a directory that can be written to, with room for it"
_TIME: Final = "%Y-%m-%d %H:%M:%S%.6fZ"
_FORMULA: Final = r"^[=+\-@\t\r\n＝＋－＠]"  # noqa: RUF001  spreadsheets run what begins with the wide ones, too
"""How a cell begins that a spreadsheet runs as a formula."""


def check_ending(path: Path) -> None:
    """Check that a file can be written.

    :raises InvalidArgument: its name ends otherwise.
    """
    if not os.fspath(path).endswith(ENDINGS):
        raise InvalidArgument("output", os.fspath(path), f"a file name that ends in {', '.join(ENDINGS)}")


def write_tables(
    tables: Iterable[pa.Table],
    schema: pa.Schema,
    path: Path,
    progress: Progress = lambda _rows: None,
    *,
    raw: bool = False,
) -> int:
    """Write tables of one schema to a file, one after the other; the ending says how. A file that is there is replaced.

    In CSV a text that a spreadsheet would run as a formula gets an apostrophe before it, unless ``raw``; the answer is
    how many cells got one. ``progress`` is told how many rows were written since it was told last.

    :raises InvalidArgument: the name ends otherwise, the file cannot be written, or no such file can hold the columns.
    """
    check_ending(path)
    name = os.fspath(path)
    try:
        with _in_place_of(name) as file:
            if name.endswith(".parquet"):
                with parquet.ParquetWriter(file, schema) as writer:
                    for table in _watched(tables, progress):
                        writer.write_table(table)
                return 0
            if name.endswith(".csv"):
                return _write_csv(_watched(tables, progress), schema, file, raw=raw)
            for table in _watched(tables, progress):
                _frame(table).write_ndjson(file)
            return 0
    except OSError as error:
        raise InvalidArgument("output", name, f"{_WRITABLE} ({error.strerror or error})") from error
    except (PolarsError, pa.ArrowException) as error:
        raise InvalidArgument("output", name, f"columns that such a file can hold ({error})") from error


@contextmanager
def _in_place_of(name: str) -> Iterator[BinaryIO]:
    """Give a new file, which takes the place of the named one when all went well and is removed when not."""
    part = os.path.join(os.path.dirname(name), f".{secrets.token_hex(8)}.part")
    file = open(part, "xb")  # noqa: SIM115  it is there only for this one
    try:
        with file:
            yield file
        os.replace(part, name)
    except BaseException:
        with suppress(OSError):
            os.remove(part)
        raise


def _watched(tables: Iterable[pa.Table], progress: Progress) -> Iterator[pa.Table]:
    for table in tables:
        yield table
        progress(table.num_rows)


def _write_csv(tables: Iterable[pa.Table], schema: pa.Schema, file: BinaryIO, *, raw: bool) -> int:
    _joined(_frame(schema.empty_table())).write_csv(file)
    changed = 0
    for table in tables:
        frame = _joined(_frame(table))
        if not raw:
            frame, cells = _harmless(frame)
            changed += cells
        frame.write_csv(file, include_header=False, datetime_format=_TIME)
    return changed


def _frame(table: pa.Table) -> pl.DataFrame:
    """Make a frame of a table; columns of dictionaries become columns of what these hold."""
    return pl.DataFrame(table.cast(pa.schema(each.with_type(_plain(each.type)) for each in table.schema)))


def _plain(kind: pa.DataType) -> pa.DataType:
    """Leave out dictionaries, also within lists."""
    if pa.types.is_list(kind):
        return pa.list_(_plain(kind.value_type))
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _joined(frame: pl.DataFrame) -> pl.DataFrame:
    """Write each list of texts as one text, since CSV has no lists."""
    return frame.with_columns(pl.col(pl.List(pl.String)).list.join("; "))


def _harmless(frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Put an apostrophe before texts that a spreadsheet would run as formulas; tell how many there were."""
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    found = frame.select(pl.col(texts).str.contains(_FORMULA).sum()).row(0, named=True) if texts else {}
    marks = {
        name: pl.when(pl.col(name).str.contains(_FORMULA)).then(pl.lit("'")).otherwise(pl.lit("")) for name in texts
    }
    changed = {name: mark + pl.col(name) for name, mark in marks.items() if found[name]}
    return frame.with_columns(**changed), sum(found.values())
