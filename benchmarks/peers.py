"""What users would pick instead, to list the past contacts of a contact: each built from the same contacts.

A peer is a function from the id of a contact to the ids of at most a hundred past contacts, itself included, newest
first. None of them knows sessions, ends, transcripts or rules.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping

import duckdb
import networkx as nx
import pyarrow as pa
import rustworkx as rx

from rehydration import Contact

LIMIT = 100
BARE_DICT = "a bare dict of pointers"
BY_HAND = "networkx by hand (`_pred`)"
AS_WRITTEN = "networkx as users write it"
RUSTWORKX = "rustworkx"
SQLITE = "SQLite, recursive query"
DUCKDB = "DuckDB, recursive query"

Peer = Callable[[str], list[str]]
Parents = Mapping[str, str | None]

RECURSIVE = """
    WITH RECURSIVE past(id, parent, hops) AS (
        SELECT id, parent, 0 FROM contact WHERE id = ?
        UNION ALL
        SELECT contact.id, contact.parent, hops + 1 FROM past JOIN contact ON contact.id = past.parent WHERE hops < 99
    )
    SELECT id FROM past ORDER BY hops
"""


def parents_of(contacts: Iterable[Contact]) -> dict[str, str | None]:
    """Tell the contact right before each: the previous one, or the one continued from."""
    return {each.contact_id: each.previous_contact_id or each.related_contact_id for each in contacts}


def bare_dict(parents: Parents) -> Peer:
    """Follow pointers in a dict: the least that Python can do."""

    def walk(contact_id: str) -> list[str]:
        past: list[str] = []
        at: str | None = contact_id
        while at is not None and len(past) < LIMIT:
            past.append(at)
            at = parents[at]
        return past

    return walk


def digraph_of(parents: Parents) -> nx.DiGraph[str]:
    """Make the digraph that users make, edges from earlier to later."""
    digraph: nx.DiGraph[str] = nx.DiGraph()
    digraph.add_nodes_from(parents)
    digraph.add_edges_from((parent, each) for each, parent in parents.items() if parent is not None)
    return digraph


def networkx_by_hand(digraph: nx.DiGraph[str]) -> Peer:
    """Follow the dictionaries inside of networkx."""
    predecessors = digraph._pred  # type: ignore[attr-defined]  # noqa: SLF001  this is what is faster by hand

    def walk(contact_id: str) -> list[str]:
        past: list[str] = []
        at: str | None = contact_id
        while at is not None and len(past) < LIMIT:
            past.append(at)
            at = next(iter(predecessors[at]), None)
        return past

    return walk


def networkx_as_written(digraph: nx.DiGraph[str]) -> Peer:
    """Take the ancestors and sort them, as the documentation of networkx suggests."""

    def walk(contact_id: str) -> list[str]:
        past = nx.ancestors(digraph, contact_id) | {contact_id}
        return list(nx.topological_sort(digraph.subgraph(past)))[::-1][:LIMIT]

    return walk


def rustworkx(parents: Parents) -> Peer:
    """Take the ancestors in Rust; nodes are numbered in time order, so that numbers sort them."""
    ids = list(parents)
    number = {each: place for place, each in enumerate(ids)}
    digraph: rx.PyDiGraph[None, None] = rx.PyDiGraph()
    digraph.add_nodes_from([None] * len(ids))
    digraph.add_edges_from_no_data([(number[parent], number[each]) for each, parent in parents.items() if parent])

    def walk(contact_id: str) -> list[str]:
        own = number[contact_id]
        past = sorted(rx.ancestors(digraph, own), reverse=True)
        return [ids[each] for each in (own, *past[: LIMIT - 1])]

    return walk


def sqlite(parents: Parents) -> Peer:
    """Ask a table in memory, indexed by the id."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE contact (id TEXT PRIMARY KEY, parent TEXT) WITHOUT ROWID")
    connection.executemany("INSERT INTO contact VALUES (?, ?)", parents.items())

    def walk(contact_id: str) -> list[str]:
        return [each for (each,) in connection.execute(RECURSIVE, (contact_id,))]

    return walk


def duck_db(parents: Parents) -> Peer:
    """Ask a table of columns, indexed by the id."""
    connection = duckdb.connect()
    columns = pa.table({"id": list(parents), "parent": pa.array(parents.values(), pa.string())})
    connection.register("columns", columns)
    connection.execute("CREATE TABLE contact AS SELECT * FROM columns")
    connection.execute("CREATE UNIQUE INDEX by_id ON contact (id)")

    def walk(contact_id: str) -> list[str]:
        return [each for (each,) in connection.execute(RECURSIVE, (contact_id,)).fetchall()]

    return walk
