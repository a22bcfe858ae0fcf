"""The whole records of some contacts in large exports: attributes and locations, which columns leave out.

Here belongs finding them without reading the others: rows of Parquet by their id, lines of JSON by the ids that they
name. What a record says is not known here.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from rehydration.records import sources

_PARQUET: Final = b"PAR1"
_GZIP: Final = b"\x1f\x8b"
_AN_ID: Final = re.compile(rb'"(?:ContactId|contact_id|Id)"\s*:\s*"([^"]*)"')
_SPELLINGS: Final = ("contact_id", "ContactId")


def whole_records(path: str, contact_ids: Collection[str]) -> Iterator[Mapping[str, object]]:
    """Yield the records of a file, or of the files of a directory or pattern, that may be of one of the contacts."""
    for each in sources.paths(path):
        with Path(each).open("rb") as file:
            start = file.read(len(_PARQUET))
        if start == _PARQUET:
            yield from _rows(each, contact_ids)
        else:
            yield from _lines(each, contact_ids, is_packed=start.startswith(_GZIP))


def _rows(path: str, contact_ids: Collection[str]) -> Iterator[Mapping[str, object]]:
    scan = pl.scan_parquet(path)
    names = scan.collect_schema().names()
    name = next(each for each in _SPELLINGS if each in names)
    for row in scan.filter(pl.col(name).is_in(list(contact_ids))).collect().iter_rows(named=True):
        yield {member: _as_object(value) for member, value in row.items() if value is not None}


def _as_object(value: object) -> object:
    """Make an object of a map, which Parquet holds as a list of keys and values."""
    if isinstance(value, list) and value and isinstance(value[0], dict) and value[0].keys() == {"key", "value"}:
        return {each["key"]: each["value"] for each in value}
    return value


def _lines(path: str, contact_ids: Collection[str], *, is_packed: bool) -> Iterator[Mapping[str, object]]:
    """Read the lines that name one of the contacts; a file that does not hold one object a line is read as a whole."""
    wanted = {each.encode() for each in contact_ids}
    found: list[Mapping[str, object]] = []
    try:
        with gzip.open(path) if is_packed else Path(path).open("rb") as file:
            for line in file:
                if any(each[1] in wanted for each in _AN_ID.finditer(line)):
                    record = json.loads(line.strip().rstrip(b","))
                    found.append(dict(record))
    except ValueError:
        yield from (each.value for each in sources.records(path, []) if isinstance(each.value, Mapping))
    else:
        yield from found
