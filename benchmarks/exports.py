"""Whole exports: every contact answered at once, beside DuckDB and beside the engine in a loop.

DuckDB is asked in SQL for the same columns, from the same Arrow table: ids become row numbers by joins, sessions are
summed up, lineages are followed by doubling, and what is exposed is counted by a recursive query that enters a session
a step. It may rely on more than the rules allow it to: no unknown contacts, no branches, no circles, nothing but chats,
each record once, contacts of a session in the order of time. Its answers are row numbers, which nobody has to turn
into texts. The engine is asked for the two requests of a contact alone, on a graph that is there already.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

import duckdb
import pyarrow as pa

from benchmarks.generator import columns, contacts, history
from benchmarks.table import Row, Size, at_least, at_most
from benchmarks.timing import ratio, rounds
from rehydration import ContactGraph, RehydrationRequest, RuleForbids, resolve
from rehydration.bulk import resolve_export

SIZES = {Size.SMALLEST: (20_000,), Size.QUICK: (1_000_000,), Size.FULL: (1_000_000, 10_000_000)}
ROUNDS = {20_000: 3, 1_000_000: 5, 10_000_000: 4}
IN_A_LOOP = 20_000
CUSTOMER = "customer_id"

NUMBERED = """
    CREATE TABLE numbered AS
    WITH ids AS (SELECT contact_id AS id, row_number() OVER () - 1 AS i, * EXCLUDE contact_id FROM export)
    SELECT
        ids.i, coalesce(initial.i, ids.i)::INT AS session, related.i::INT AS start,
        row_number() OVER (PARTITION BY coalesce(initial.i, ids.i) ORDER BY ids.initiation_timestamp)::INT AS place,
        ids.disconnect_timestamp AS ended, ids.customer_id <> related.customer_id AS joins_customers
    FROM ids
    LEFT JOIN ids AS initial ON initial.id = ids.initial_contact_id
    LEFT JOIN ids AS related ON related.id = ids.related_contact_id
"""
SESSIONS = """
    CREATE TABLE sessions AS
    WITH summed AS (
        SELECT session, count(*)::INT AS size, bool_and(ended IS NOT NULL) AS has_ended,
            arg_max(i, ended) AS last, max(start) AS start
        FROM numbered GROUP BY session
    )
    SELECT summed.*, past.session AS up, past.place AS shown, past.session AS root, past.place::BIGINT AS total
    FROM summed LEFT JOIN numbered AS past ON past.i = summed.start
"""
DOUBLED = """
    CREATE OR REPLACE TABLE sessions AS
    SELECT s.* EXCLUDE (root, total, ahead),
        coalesce(t.root, s.root) AS root, s.total + coalesce(t.total, 0) AS total, t.ahead AS ahead
    FROM sessions AS s LEFT JOIN sessions AS t ON t.session = s.ahead
"""
EXPOSED = """
    CREATE TABLE exposed AS
    WITH RECURSIVE walk(session, place, room) AS (
        SELECT up, shown, 100 FROM sessions WHERE up IS NOT NULL
        UNION ALL
        SELECT s.up, s.shown, room - place FROM walk JOIN sessions AS s USING (session)
        WHERE room > place AND s.up IS NOT NULL
    ),
    marks AS (
        SELECT session, place, 1 AS mark FROM walk
        UNION ALL SELECT session, place - room, -1 FROM walk WHERE place > room
    )
    SELECT session, place, sum(mark) AS mark FROM marks GROUP BY session, place
"""
ANSWERED = """
    SELECT
        n.session AS initial_contact_id, has_ended AS session_has_ended, s.start AS continued_from_contact_id,
        coalesce(s.root, n.session) AS root_contact_id,
        CASE WHEN has_ended AND n.i = n.session THEN last END AS entire_continued_from,
        CASE WHEN has_ended AND n.i = n.session THEN least(100, size + coalesce(total, 0)) END AS entire_visible,
        CASE WHEN has_ended AND n.i = n.session THEN size + coalesce(total, 0) > 100 END AS entire_is_beyond_limit,
        CASE WHEN has_ended THEN n.i END AS segment_continued_from,
        CASE WHEN has_ended THEN least(100, n.place + coalesce(total, 0)) END AS segment_visible,
        CASE WHEN has_ended THEN n.place + coalesce(total, 0) > 100 END AS segment_is_beyond_limit,
        coalesce(sum(mark) OVER (PARTITION BY n.session ORDER BY n.place DESC), 0) AS exposure,
        joins_customers AS link_joins_customers
    FROM numbered AS n JOIN sessions AS s USING (session) LEFT JOIN exposed AS e USING (session, place)
    ORDER BY n.i
"""


def by_duckdb(export: pa.Table) -> pa.Table:
    """Answer in SQL."""
    with duckdb.connect() as connection:
        connection.register("export", export)
        return answered(connection)


def answered(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Answer in SQL what a table ``export`` of the connection is asked."""
    connection.execute(NUMBERED)
    connection.execute(SESSIONS)
    connection.execute("ALTER TABLE sessions ADD COLUMN ahead INT")
    connection.execute("UPDATE sessions SET ahead = up")
    while connection.execute("SELECT count(ahead) FROM sessions").fetchall() != [(0,)]:
        connection.execute(DOUBLED)
    connection.execute(EXPOSED)
    return connection.sql(ANSWERED).to_arrow_table()


def in_bulk(export: pa.Table) -> pa.Table:
    """Answer in columns."""
    return resolve_export(export, customer_column=CUSTOMER)


def compare(ours: pa.Table, theirs: pa.Table) -> None:
    """Check that two tables answer the same, ids by their row numbers."""
    for name in theirs.column_names:
        column = ours[name].combine_chunks()
        numbers = column.indices if pa.types.is_dictionary(column.type) else column
        if not numbers.cast(pa.int64()).equals(theirs[name].combine_chunks().cast(pa.int64())):
            raise AssertionError(f"{name} differs")


def measure(size: Size) -> Iterator[Row]:
    """Compare, then time; yield each figure."""
    per_contact = []
    for count in SIZES[size]:
        export = columns(history(count))
        compare(in_bulk(export), by_duckdb(export))
        timed = {"ours": lambda: in_bulk(export), "duckdb": lambda: by_duckdb(export)}  # noqa: B023
        taken = rounds(f"All of {count} contacts", timed, ROUNDS[count])
        yield Row(
            "All contacts", "DuckDB, SQL", count, 1 / ratio(taken["ours"], taken["duckdb"]), at_least(3), "times faster"
        )
        per_contact.append(min(taken["ours"]) / count)
        if count == SIZES[size][0]:
            yield Row(
                "All contacts",
                "the engine in a loop",
                count,
                in_a_loop() / per_contact[-1],
                at_least(20),
                "times faster",
            )
        yield Row("All contacts, peak memory", "the columns", count, peak(export), at_most(4), "times the bytes")
    if len(per_contact) > 1:
        yield Row(
            "All contacts, time a contact", "a tenth of them", count, per_contact[1] / per_contact[0], at_most(2.5)
        )


def in_a_loop() -> float:
    """Take the seconds that the engine needs for the two requests of one contact, on a graph that is there."""
    every = list(contacts(history(100_000)))
    graph = ContactGraph.from_contacts(every)
    asked = Random(7).sample(every, IN_A_LOOP)  # noqa: S311  no secret
    begin = perf_counter()
    for contact in asked:
        for kind in ("ENTIRE_PAST_SESSION", "FROM_SEGMENT"):
            try:
                resolve(graph, RehydrationRequest(kind, contact.contact_id))
            except RuleForbids:
                continue
    return (perf_counter() - begin) / IN_A_LOOP


def peak(export: pa.Table) -> float:
    """Answer in a process of its own and divide its greatest memory, the imports left out, by that of the columns."""
    with TemporaryDirectory() as room:
        path = Path(room) / "export.arrow"
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, export.schema) as writer:
            writer.write_table(export)
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.exports", str(path)],
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
    taken: float = int(done.stdout) / export.nbytes
    return taken


def answer_alone(path: str) -> None:
    """Answer an export and print how many bytes that took, the columns included."""
    resolve_export(pa.table({"contact_id": ["C1"]}))
    before = most_memory()
    with pa.OSFile(path) as file:
        export = pa.ipc.open_file(file).read_all()
    in_bulk(export)
    print(most_memory() - before)


def most_memory() -> int:
    """Tell how many bytes this process had at most; what getrusage says is inherited from the one that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


if __name__ == "__main__":
    answer_alone(sys.argv[1])
