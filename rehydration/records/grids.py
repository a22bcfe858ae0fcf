"""Tables written as JSON: the columns apart from the rows, as pandas, BigQuery, Snowflake and Redshift write them.

Here belongs how such a table becomes rows. This module does not know what a row says.

Sources: https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.to_json.html,
https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/getQueryResults,
https://docs.snowflake.com/en/developer-guide/sql-api/handling-responses and
https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_GetStatementResult.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from rehydration.records import fields
from rehydration.records.fields import Fault, Record, Row

GRID: Final = "a table in JSON"
A_ROW: Final = "as many cells in each row as there are columns, each of which has a name of its own"
FORMS: Final = (
    ("column_metadata records", "ColumnMetadata", "Records"),
    ("result_set_meta_data data", "resultSetMetaData rowType", "data"),
    ("schema rows", "schema fields", "rows"),
    ("columns data", "columns", "data"),
    ("columns rows", "columns", "rows"),
    ("columns values", "columns", "values"),
    ("schema datarows", "schema", "datarows"),
    ("meta data rows", "meta", "data"),
    ("column_info rows", "ColumnInfo", "Rows"),
)
"""The marks of each form, the way to its columns, and the member with its rows."""

Grid = Iterator[tuple[Record, str]]


def has_rows(rows: str) -> Callable[[Record], bool]:
    """Make what tells whether a member holds rows of cells, and no objects."""

    def test(record: Record) -> bool:
        held = record.get(fields.spelt(record, rows))
        return isinstance(held, list | tuple) and all(_cells(each) is not None for each in held)

    return test


def opening(columns: Sequence[str], rows: str) -> Callable[[Record, str], Grid]:
    """Make what opens a table: its columns lie under some members, one in the other, its rows under another one."""

    def opened(record: Record, path: str) -> Grid:
        held, where = record, path
        for each in columns[:-1]:
            spelt = fields.spelt(held, each)
            held, where = fields.an_object(held, spelt, where), f"{where}.{spelt}"
        spelt = fields.spelt(held, columns[-1])
        listed = held.get(spelt)
        names = [
            each.get("name", each.get("Name")) if isinstance(each, Mapping) else each for each in _cells(listed) or ()
        ]
        if not names or not all(isinstance(each, str) for each in names) or len({*names}) < len(names):
            raise Fault(f"{where}.{spelt}", "names no columns, or one twice", A_ROW)
        name = fields.spelt(record, rows)
        for place, row in enumerate(_cells(record.get(name)) or ()):
            at, cells = f"{path}.{name}[{place}]", [_held(each) for each in _cells(row) or ()]
            if len(cells) != len(names):
                raise Fault(at, f"has {len(cells)} cells under {len(names)} columns", A_ROW)
            yield Row(zip(map(str, names), cells, strict=True)), at

    return opened


def _cells(row: object) -> Sequence[object] | None:
    """Take the cells of a row, which BigQuery has under ``f``, and Timestream under ``Data``."""
    held = row.get("f", row.get("Data")) if isinstance(row, Mapping) else row
    return held if isinstance(held, list | tuple) else None


def _held(cell: object) -> object:
    """Take what a cell holds: BigQuery has it under ``v``, Timestream and the data APIs of AWS under its type."""
    if not isinstance(cell, Mapping) or len(cell) != 1:
        return cell
    ((kind, held),) = cell.items()
    return None if kind in {"isNull", "NullValue"} else held


def in_frames(record: Record, path: str) -> Grid:
    """Yield the rows of a frame of Grafana, whose values lie column by column beside its schema."""
    schema, data = (fields.an_object(record, fields.spelt(record, each), path) for each in ("schema", "data"))
    names = [f"{each.get('name')}" for each, _ in fields.objects(schema, "fields", f"{path}.schema")]
    yield from by_columns(dict(zip(names, data["values"], strict=True)), path)  # type: ignore[call-overload]  # lists


def is_frame(record: Record) -> bool:
    """Tell whether an object with a schema and data is a frame of Grafana."""
    schema, data = (record.get(fields.spelt(record, each)) for each in ("schema", "data"))
    columns = schema.get("fields") if isinstance(schema, Mapping) else None
    values = data.get("values") if isinstance(data, Mapping) else None
    return isinstance(columns, list) and isinstance(values, list) and len(columns) == len(values)


def by_columns(record: Record, path: str) -> Grid:
    """Yield the rows of an object of columns: lists of one length, or objects whose keys number the rows.

    Of anything else there are none.

    >>> [row for row, _ in by_columns({"ContactId": {"0": "C1"}, "Channel": {"0": "CHAT"}}, "$")]
    [{'ContactId': 'C1', 'Channel': 'CHAT'}]
    """
    columns: list[Sequence[object]] = []
    keys: set[object] = set()
    for each in record.values():
        if isinstance(each, Mapping) and all(isinstance(key, str) and key.isdigit() for key in each):
            keys.add(tuple(each))
            columns.append([*each.values()])
        elif isinstance(each, list | tuple):
            keys.add(len(each))
            columns.append(each)
        else:
            return
    if len(keys) == 1:
        for place, row in enumerate(zip(*columns, strict=True), 1):
            yield Row(zip(record, row, strict=True)), f"{path} | record {place}, $"
