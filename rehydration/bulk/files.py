"""Exports in files: read into columns, and tables written.

Here belongs which files are read in columns: Parquet, CSV of the data lake, and JSON with one object a line or with
nothing between the objects. What is written otherwise, or not as usual, is read one record at a time, as everywhere
else, which also says what is wrong with it. This module does not know what is asked of contacts.
"""

# pathlib rewrites paths, and errors name them as they were given.
# ruff: noqa: PTH105, PTH107, PTH110, PTH123, PTH202

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from io import BufferedReader, BytesIO
from typing import Any, Final, cast

import polars as pl
import pyarrow as pa
from attrs import evolve
from polars.exceptions import PolarsError
from pyarrow import csv, parquet

from rehydration.bulk.columns import (
    READ,
    SCHEMA,
    SPELLINGS,
    UnusualColumnsError,
    columns_of,
    contact_columns,
    rows_as_contacts,
    without_own_ids,
)
from rehydration.contacts import Contact
from rehydration.errors import InvalidArgument, UnreadableRecord
from rehydration.records import BinaryFile, read_contacts, read_contacts_with_attributes, sources

Path = str | os.PathLike[str]
Progress = Callable[[int], None]

_PARQUET: Final = b"PAR1"
_GZIP: Final = b"\x1f\x8b"
_PIECE: Final = 1 << 25
_FIRST_LINE: Final = 1 << 20
_ATTRIBUTES: Final = ("Attributes", "attributes")
_NO_RECORDS: Final = ("eventType", "Transcript")
_NO_TEXT: Final = r"^(?:-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|[\[{].*)$"
"""What numbers, truth values and structures look like once they were taken for text."""
_RECORDINGS: Final = {
    "Recordings": pl.List(pl.Struct({"MediaStreamType": pl.String, "Status": pl.String, "Location": pl.String})),
    "recordings": pl.List(pl.Struct({"media_stream_type": pl.String, "status": pl.String, "location": pl.String})),
}


def read_columns(
    source: Path | BinaryFile | Iterable[Path | BinaryFile], customer_column: str | None, progress: Progress
) -> pl.DataFrame:
    """Read exports into columns of contacts; a named column of customers takes the place of ``customer_id``.

    An id by which a contact refers to itself is null, as in a :class:`~rehydration.contacts.Contact` it is left out.
    ``progress`` is told how many bytes of the files were read since it was told last.

    :raises UnreadableRecord: something cannot be read; it names the file, and the record or row in it.
    :raises InvalidArgument: ``source`` is of no such kind, or a file has no such column of customers.
    """
    parts = [pl.DataFrame(schema=SCHEMA)]
    items = [source] if isinstance(source, str | os.PathLike) or hasattr(source, "read") else source
    for item in cast("Iterable[Path | BinaryFile]", items):
        if isinstance(item, str | os.PathLike):
            for path in sources.paths(item):
                parts += _of_file(path, customer_column, progress)
        else:
            parts.append(columns_of(_one_by_one(item, customer_column)))
    return without_own_ids(pl.concat(parts))


def _of_file(path: str, customer: str | None, progress: Progress) -> list[pl.DataFrame]:
    try:
        with open(path, "rb") as file:
            if file.read(len(_PARQUET)) == _PARQUET:
                parts = [_parquet(path, customer)]
            else:
                file.seek(0)
                parts = _of_text(file, path, customer, progress)
            progress(os.path.getsize(path) - file.tell())
    except OSError as error:
        raise UnreadableRecord(path, 0, "$", f"cannot be read: {error.strerror or error}", sources.A_PATH) from error
    return parts


def _of_text(file: BufferedReader, path: str, customer: str | None, progress: Progress) -> list[pl.DataFrame]:
    try:
        unpacked = gzip.GzipFile(fileobj=file) if file.peek(2).startswith(_GZIP) else file
        start = unpacked.peek(4).removeprefix(b"\xef\xbb\xbf")[:1]
        if start == b"{":
            return list(_json(file, unpacked, customer, progress))
        if start not in (b"[", b""):
            return [_csv(path, customer)]
    except (UnusualColumnsError, PolarsError, EOFError, ValueError, gzip.BadGzipFile):
        pass
    return [columns_of(_one_by_one(path, customer))]


# ------------------------------------------------------------------------------------------------------------- columns


def _json(
    file: BufferedReader, unpacked: BufferedReader | gzip.GzipFile, customer: str | None, progress: Progress
) -> Iterator[pl.DataFrame]:
    """Read objects, one a line or with nothing between them, a piece at a time."""
    rest, told = b"", 0
    schema: dict[str, Any] = {}
    while piece := unpacked.read(_PIECE):
        # Inside a text the quotation mark would be escaped, or end it: then the halves are no JSON.
        whole, _, rest = (rest + piece).replace(b'}{"', b'}\n{"').rpartition(b"\n")
        schema = schema or _schema(whole or rest, customer)
        yield _lines(whole, schema, customer)
        progress(file.tell() - told)
        told = file.tell()
    yield _lines(rest, schema, customer)


def _schema(start: bytes, customer: str | None) -> dict[str, Any]:
    """Tell which members are looked at, by how the first object spells them."""
    first = json.loads(start.lstrip()[:_FIRST_LINE].partition(b"\n")[0])
    names = SPELLINGS if "ContactId" in first else READ
    schema: dict[str, Any] = {name: _RECORDINGS.get(name, pl.String) for name in names}
    schema |= dict.fromkeys((*_NO_RECORDS, *(() if "ContactId" in first else ("ContactId",))), pl.String)
    schema.pop("is_event", None)
    schema.pop("transcript", None)
    outer, _, inner = (customer or "").partition(".")
    if inner and outer in _ATTRIBUTES:
        schema["Attributes" if "ContactId" in first else "attributes"] = pl.Struct({inner: pl.String})
    elif customer is not None:
        schema[customer] = pl.String
    return schema


def _lines(lines: bytes, schema: dict[str, Any], customer: str | None) -> pl.DataFrame:
    if not lines.strip():
        return pl.DataFrame(schema=SCHEMA)
    if b"\\ud" in lines or b"\\uD" in lines:
        raise UnusualColumnsError("surrogates")
    others = (*_NO_RECORDS, "contact_id" if "ContactId" in schema and "contact_id" not in schema else "eventType")
    if any(f'"{each}"'.encode() in lines for each in others):
        raise UnusualColumnsError("members")  # also where they are null, which a column does not tell from absent
    frame = pl.read_ndjson(BytesIO(lines), schema=schema)
    is_record = "contact_id" not in schema
    strangers = [*_NO_RECORDS, *(() if is_record else ("ContactId",))]
    texts = [name for name, kind in schema.items() if kind == pl.String and SPELLINGS.get(name, name) != "customer_id"]
    texts = [name for name in texts if name != customer]
    odd = frame.select(
        pl.any_horizontal(pl.col(strangers).is_not_null().any()),
        pl.any_horizontal(pl.col(texts).str.contains(_NO_TEXT).any()),
    )
    if any(odd.row(0)):
        raise UnusualColumnsError("members")
    return contact_columns(_with_customer(frame.drop(strangers), customer), zone_is_told=is_record)


def _csv(path: str, customer: str | None) -> pl.DataFrame:
    scan = pl.scan_csv(path, infer_schema=False)
    names = scan.collect_schema().names()
    if "contact_id" not in names:
        raise UnusualColumnsError("contact_id")
    _check_column(customer, names)
    wanted = [name for name in names if name in READ or name == customer]
    return contact_columns(_with_customer(scan.select(wanted).collect(), customer))


def _parquet(path: str, customer: str | None) -> pl.DataFrame:
    try:
        names = pl.read_parquet_schema(path)
        _check_column(customer, [*names])
        if not {"contact_id", "ContactId"} & {*names}:
            found = ", ".join(names) or "none"
            raise UnreadableRecord(path, 0, "$", f"has the columns {found}", "a column contact_id, or ContactId")
        frame = pl.read_parquet(path, columns=[each for each in names if each in (*READ, *SPELLINGS, customer)])
    except (PolarsError, OSError) as error:
        raise UnreadableRecord(path, 0, "$", f"cannot be read: {error}", "a whole Parquet file") from error
    return table_columns(frame, path, customer)


def table_columns(frame: pl.DataFrame, source: str, customer: str | None) -> pl.DataFrame:
    """Make columns of contacts of a table, row by row where something is unusual."""
    try:
        return contact_columns(_with_customer(frame, customer))
    except UnusualColumnsError:
        return columns_of(rows_as_contacts(frame, source, customer))


def _with_customer(frame: pl.DataFrame, customer: str | None) -> pl.DataFrame:
    """Put the named column of customers in the place of ``customer_id``."""
    if customer is None or customer in ("customer_id", "CustomerId"):
        return frame
    outer, _, inner = customer.partition(".")
    held = next((name for name in _ATTRIBUTES if name in frame.columns), None)
    if inner and outer in _ATTRIBUTES and held is not None and customer not in frame.columns:
        column = pl.col(held).struct.field(inner)
    else:
        column = pl.col(customer)
    named = "CustomerId" if "ContactId" in frame.columns else "customer_id"
    return frame.with_columns(column.cast(pl.String).alias(named))


def _check_column(customer: str | None, names: list[str]) -> None:
    outer, _, inner = (customer or "").partition(".")
    if customer is None or customer in names or {customer} <= {"customer_id", "CustomerId"}:
        return
    if inner and outer in _ATTRIBUTES and {*_ATTRIBUTES} & {*names}:
        return
    raise InvalidArgument("customer_column", customer, f"one of the columns {', '.join(names)}")


# ---------------------------------------------------------------------------------------------------------- one by one


def _one_by_one(item: Path | BinaryFile, customer: str | None) -> Iterator[Contact]:
    outer, _, inner = (customer or "").partition(".")
    if customer is None or customer in ("customer_id", "CustomerId"):
        yield from read_contacts(item)
    elif inner and outer in _ATTRIBUTES:
        for contact, attributes in read_contacts_with_attributes(item):
            yield evolve(contact, customer_id=attributes.get(inner) or None)
    else:
        expected = "CustomerId or Attributes.NAME; columns by other names are read of Parquet, CSV and JSON lines"
        raise InvalidArgument("customer_column", customer, expected)


# ------------------------------------------------------------------------------------------------------------- writing

ENDINGS: Final = (".csv", ".parquet", ".jsonl", ".ndjson")


def check_ending(path: Path) -> None:
    """Check that a file can be written.

    :raises InvalidArgument: its name ends otherwise.
    """
    if not os.fspath(path).endswith(ENDINGS):
        raise InvalidArgument("output", os.fspath(path), f"a file name that ends in {', '.join(ENDINGS)}")


def write_tables(
    tables: Iterable[pa.Table], schema: pa.Schema, path: Path, progress: Progress = lambda _rows: None
) -> None:
    """Write tables of one schema to a file, one after the other; the ending says how. A file that is there is replaced.

    ``progress`` is told how many rows were written since it was told last.

    :raises InvalidArgument: the name ends otherwise, or the file cannot be written.
    """
    check_ending(path)
    part = f"{os.fspath(path)}.part"
    try:
        _write(_watched(tables, progress), schema, part, os.fspath(path))
        os.replace(part, path)
    except OSError as error:
        expected = "a file in a directory that can be written to"
        raise InvalidArgument("output", os.fspath(path), f"{expected} ({error.strerror or error})") from error
    finally:
        if os.path.exists(part):
            os.remove(part)


def _write(tables: Iterable[pa.Table], schema: pa.Schema, part: str, path: str) -> None:
    if path.endswith((".jsonl", ".ndjson")):
        with open(part, "wb") as file:
            for table in tables:
                pl.DataFrame(table).write_ndjson(file)
        return
    with closing(
        csv.CSVWriter(part, schema) if path.endswith(".csv") else parquet.ParquetWriter(part, schema)
    ) as writer:
        for table in tables:
            writer.write_table(table)


def _watched(tables: Iterable[pa.Table], progress: Progress) -> Iterator[pa.Table]:
    for table in tables:
        yield table
        progress(table.num_rows)
