"""Reading, from the file to the answer: what people wait for, beside the readers of the field.

Files hold full contact records of about 2 KB as JSON lines, or rows of the data lake as Parquet. DuckDB reads the same
file by its own reader and answers in SQL, as in ``exports``. The garbage collector runs as it does for everybody.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from benchmarks.exports import CUSTOMER, answered, compare, in_bulk, most_memory
from benchmarks.generator import columns, history, record_lines
from benchmarks.table import Row, Size, at_least, at_most
from benchmarks.timing import ratio, rounds
from rehydration.bulk import Only, audit_export, read_export, write_table
from rehydration.bulk.writing import write_tables

RECORDS = {Size.SMALLEST: 5_000, Size.QUICK: 100_000, Size.FULL: 1_000_000}
IN_SMALL_FILES = {Size.SMALLEST: 1_000, Size.QUICK: 100_000, Size.FULL: 100_000}
OF_A_SMALL_FILE = 20
ROUNDS = {Size.SMALLEST: 3, Size.QUICK: 5, Size.FULL: 5}

FROM_LINES = """
    CREATE TABLE export AS SELECT
        ContactId AS contact_id, InitialContactId AS initial_contact_id, RelatedContactId AS related_contact_id,
        InitiationTimestamp AS initiation_timestamp, DisconnectTimestamp AS disconnect_timestamp,
        CustomerId AS customer_id
    FROM read_json('{}', format = 'newline_delimited', columns = {{
        ContactId: 'VARCHAR', InitialContactId: 'VARCHAR', RelatedContactId: 'VARCHAR', CustomerId: 'VARCHAR',
        InitiationTimestamp: 'TIMESTAMP', DisconnectTimestamp: 'TIMESTAMP'
    }})
"""
FROM_PARQUET = "CREATE TABLE export AS SELECT * FROM read_parquet('{}')"


def by_duckdb(query: str, path: Path) -> pa.Table:
    """Read a file and answer in SQL."""
    with duckdb.connect() as connection:
        connection.execute(query.format(path))
        return answered(connection)


def whole(path: Path) -> pa.Table:
    """Read a file and answer in columns."""
    return in_bulk(read_export(path))


def loads(path: Path) -> None:
    """Parse each line, and keep nothing."""
    with path.open("rb") as lines:
        for line in lines:
            json.loads(line)


def measure(size: Size) -> Iterator[Row]:
    """Compare, then time; yield each figure."""
    with TemporaryDirectory() as room:
        lines, table = Path(room) / "export.jsonl", Path(room) / "export.parquet"
        count = RECORDS[size]
        made = history(count)
        with lines.open("wb") as file:
            file.writelines(record_lines(made))
        write_table(columns(made), table)
        yield from _to_columns(lines, count, ROUNDS[size])
        yield from _to_answers(lines, table, count, ROUNDS[size])
        yield from _audits(table, Path(room), count, ROUNDS[size])
    yield from _small_files(IN_SMALL_FILES[size], ROUNDS[size])


def _to_columns(lines: Path, count: int, turns: int) -> Iterator[Row]:
    timed = {"ours": lambda: read_export(lines), "json": lambda: loads(lines)}
    taken = rounds("JSON lines to columns", timed, turns, collecting=True)
    yield Row(
        "JSON lines to columns", "json.loads of each line", count, ratio(taken["ours"], taken["json"]), at_most(1.3)
    )
    command = [sys.executable, "-m", "benchmarks.reading", str(lines)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    yield Row("JSON lines to columns, peak memory", "the columns", count, float(done.stdout), None, "times the bytes")


def _to_answers(lines: Path, table: Path, count: int, turns: int) -> Iterator[Row]:
    for path, query in ((lines, FROM_LINES), (table, FROM_PARQUET)):
        compare(whole(path), by_duckdb(query, path))
    timed = {
        "lines": lambda: whole(lines),
        "lines by DuckDB": lambda: by_duckdb(FROM_LINES, lines),
        "Parquet": lambda: whole(table),
        "Parquet by DuckDB": lambda: by_duckdb(FROM_PARQUET, table),
    }
    taken = rounds("From file to answers", timed, turns, collecting=True)
    figure = ratio(taken["lines"], taken["lines by DuckDB"])
    yield Row("All contacts, from JSON lines", "DuckDB, from the same file", count, figure, at_most(1.5))
    figure = 1 / ratio(taken["Parquet"], taken["Parquet by DuckDB"])
    yield Row("All contacts, from Parquet", "DuckDB, from the same file", count, figure, at_least(1.6), "times faster")


def _audits(table: Path, room: Path, count: int, turns: int) -> Iterator[Row]:
    audit = audit_export(read_export(table), customer_column=CUSTOMER)
    path, copied = room / "found.csv", room / "copied.csv"
    rows = pa.concat_tables(audit.tables())

    def copy() -> None:
        with duckdb.connect() as connection:
            connection.register("rows", rows)
            connection.execute(f"COPY rows TO '{copied}' (FORMAT csv)")

    timed = {
        "all": lambda: write_tables(audit.tables(), audit.schema, path),
        "DuckDB": copy,
        "only": lambda: write_tables(audit.tables([Only.OTHER_CUSTOMERS]), audit.schema, path),
    }
    taken = rounds("Audit to CSV", timed, turns, collecting=True)
    yield Row(
        "An audit as CSV, its rows made and written",
        "DuckDB, COPY of the rows",
        count,
        ratio(taken["all"], taken["DuckDB"]),
    )
    yield Row("An audit as CSV, only other customers", "all rows", count, ratio(taken["only"], taken["all"]))


def _small_files(count: int, turns: int) -> Iterator[Row]:
    """Read as many records from many files, as Firehose leaves them, and from one."""
    with TemporaryDirectory() as room:
        one, many = Path(room) / "one.jsonl", Path(room) / "many"
        many.mkdir()
        lines = record_lines(history(count))
        with one.open("wb") as file:
            for number in range(count // OF_A_SMALL_FILE):
                data = b"".join(islice(lines, OF_A_SMALL_FILE))
                file.write(data)
                (many / f"{number:06}").write_bytes(data)
        if not read_export(many).equals(read_export(one)):
            raise AssertionError("many files differ from one")
        timed = {"many": lambda: read_export(many), "one": lambda: read_export(one)}
        taken = rounds("Small files", timed, turns, collecting=True)
        name = f"{count // OF_A_SMALL_FILE:,} files of JSON lines to columns"
        yield Row(name, "one file of the same records", count, ratio(taken["many"], taken["one"]), at_most(1.5))


def peak(path: str) -> float:
    """Read a file and say how many times the bytes of its columns that took."""
    read_export([])
    before = most_memory()
    table = read_export(path)
    taken: float = (most_memory() - before) / table.nbytes
    return taken


if __name__ == "__main__":
    print(peak(sys.argv[1]))
