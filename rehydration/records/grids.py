"""Tables written as JSON: rows of cells below or beside the names of columns, or column by column.

Here belongs how such a table becomes rows, whatever its members are called: so warehouses, spreadsheets and graph
databases answer. Its columns tell that a table is one of contacts, or of something else that is known.

Sources: https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.to_json.html,
https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/getQueryResults,
https://docs.snowflake.com/en/developer-guide/sql-api/handling-responses,
https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_GetStatementResult.html,
https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html,
https://docs.databricks.com/api/workspace/statementexecution/getstatement and
https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Final, NamedTuple

from rehydration.records import fields
from rehydration.records.fields import Fault, Record, Row
from rehydration.records.members import plain
from rehydration.records.strays import are_columns

GRID: Final = "a table in JSON"
A_ROW: Final = "as many cells in each row as there are columns, each of which has a name of its own"
_NAMES: Final = ("name", "columnname", "colname", "fieldname")
"""What names a column that is described by an object."""
_CELLS: Final = ("f", "Data", "row")
"""Where BigQuery, Athena and Timestream, and Neo4j have the cells of a row."""
_DEEPEST: Final = 4

Grid = Iterator[tuple[Record, str]]


class _Table(NamedTuple):
    """The names of columns, None where the first row has them, and the rows, with their paths."""

    columns: Sequence[object] | None
    where: str
    rows: Sequence[object]
    path: str


def without_table(names: Sequence[str]) -> list[str]:
    """Leave out the table, which some databases name before each column.

    >>> without_table(["c.contact_id", "c.channel"]), without_table(["c.contact_id", "channel"])
    (['contact_id', 'channel'], ['c.contact_id', 'channel'])
    """
    table, dot, _ = names[0].partition(".") if names else ("", "", "")
    is_told = dot and all(each.startswith(table + dot) for each in names)
    return [each.removeprefix(table + dot) for each in names] if is_told else [*names]


def names_in(value: object) -> list[str] | None:
    """Take the names of columns of contacts out of a list of them, or of objects that describe them.

    >>> names_in([{"name": "contact_id"}, {"name": "channel"}]), names_in(["a", "b"]), names_in([{"ContactId": "C1"}])
    (['contact_id', 'channel'], None, None)
    """
    if not isinstance(value, list | tuple) or not value or _name(value[0]) is None:
        return None
    names = [_name(each) for each in value]
    told = without_table([each for each in names if each is not None])
    return told if len(told) == len(names) and are_columns(told) else None


def _name(value: object) -> str | None:
    if isinstance(value, Mapping):
        value = next((held for name, held in value.items() if plain(f"{name}") in _NAMES), None)
    return f"{value}" if isinstance(value, str | int) else None


def is_table(record: Record) -> bool:
    """Tell whether an object holds a table of contacts, or of something else that is known."""
    return _table_in(record, "$") is not None


def _table_in(record: Record, path: str) -> _Table | None:
    """Find the names of columns and the rows, wherever in an object they lie."""
    columns: tuple[Sequence[object] | None, str] = None, path
    rows: tuple[Sequence[object] | None, str] = None, path
    waiting = [(record, path, 0)]
    for held, at, depth in waiting:
        for name, value in held.items():
            if isinstance(value, Mapping) and depth < _DEEPEST:
                waiting.append((value, f"{at}.{name}", depth + 1))
            elif isinstance(value, list | tuple) and value:
                if columns[0] is None and names_in(value):
                    columns = value, f"{at}.{name}"
                elif rows[0] is None and all(cells_of(each) is not None for each in value):
                    rows = value, f"{at}.{name}"
    if rows[0] is None or not (columns[0] or names_in(_cells(rows[0][0]))):
        return None
    return _Table(*columns, rows[0], rows[1])


def opened(record: Record, path: str) -> Grid:
    """Yield the rows of a table."""
    found = _table_in(record, path)
    assert found is not None  # noqa: S101  it is one
    columns, where, rows, at = found
    has_header = columns is None
    names = checked(names_in(_cells(rows[0]) if has_header else columns) or [], f"{at}[0]" if has_header else where)
    for place, row in enumerate(rows):
        cells = _cells(row)
        if names_in(cells) != names:
            yield below(names, cells, f"{at}[{place}]", may_be_short=has_header), f"{at}[{place}]"


def checked(names: list[str], path: str) -> list[str]:
    """Check that names of columns differ.

    :raises Fault: they do not.
    """
    if len({*names}) < len(names):
        raise Fault(path, "names a column twice", A_ROW)
    return names


def below(names: Sequence[str], cells: Sequence[object], path: str, *, may_be_short: bool) -> Row:
    """Make a row; a spreadsheet leaves out empty cells at its end.

    :raises Fault: there are not as many cells as columns.
    """
    if len(cells) > len(names) or (len(cells) < len(names) and not may_be_short):
        raise Fault(path, f"has {len(cells)} cells under {len(names)} columns", A_ROW)
    return Row(zip_longest(names, cells))


def cells_of(row: object) -> Sequence[object] | None:
    """Take the cells of a row, which may lie in an object."""
    held = next((row[each] for each in _CELLS if each in row), None) if isinstance(row, Mapping) else row
    return held if isinstance(held, list | tuple) else None


def _cells(row: object) -> list[object]:
    return [_held(each) for each in cells_of(row) or ()]


def _held(cell: object) -> object:
    """Take what a cell holds: BigQuery has it under ``v``, Athena and the data APIs of AWS under its type, if any."""
    if not isinstance(cell, Mapping) or len(cell) > 1:
        return cell
    ((kind, held),) = cell.items() or ((None, None),)
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
