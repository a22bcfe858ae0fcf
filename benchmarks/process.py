"""What a process pays: its start, its memory, and reading an export; each measured in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from ctypes import CDLL
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.generator import contacts, history, record_lines
from benchmarks.table import Row, Size, at_most
from benchmarks.timing import Timed, ratio, rounds
from rehydration import Contact, ContactGraph, read_contacts

STARTS = {Size.SMALLEST: 3, Size.QUICK: 15, Size.FULL: 25}
HELD = {Size.SMALLEST: 10_000, Size.QUICK: 100_000, Size.FULL: 1_000_000}
READ = {Size.SMALLEST: (1_000,), Size.QUICK: (20_000,), Size.FULL: (20_000, 1_000_000)}
READ_ROUNDS = {1_000: 3, 20_000: 5, 1_000_000: 3}
FIRST_ANSWER = """
from rehydration import Contact, ContactGraph, RehydrationRequest, resolve
graph = ContactGraph.from_contacts([Contact(contact_id="C1", disconnect_timestamp=None, channel="CHAT")])
from datetime import UTC, datetime
graph.end("C1", datetime(2026, 5, 3, tzinfo=UTC))
assert resolve(graph, RehydrationRequest("FROM_SEGMENT", "C1")).continued_from_contact_id == "C1"
"""


def measure(size: Size) -> Iterator[Row]:
    """Time starts, weigh graphs, read an export."""
    yield from starts(size)
    yield from reading(size)
    yield from memory(size)


def starts(size: Size) -> Iterator[Row]:
    """Start interpreters that import something; imports count above a bare interpreter."""
    code = {
        "bare": "pass",
        "rehydration": "import rehydration",
        "networkx": "import networkx",
        "networkx and attrs": "import networkx, attrs",
        "first answer": FIRST_ANSWER,
    }
    taken = rounds("Starts", {name: _start(each) for name, each in code.items()}, STARTS[size])
    bare = median(taken["bare"])
    imported = median(taken["rehydration"]) - bare
    above = imported / (median(taken["networkx"]) - bare)
    yield Row("import rehydration", "import networkx", 0, above, at_most(0.5))
    figure = ratio(taken["first answer"], taken["networkx and attrs"])
    yield Row("From process start to first answer", "import networkx, attrs", 1, figure, at_most(1.3))


def _start(code: str) -> Timed:
    return lambda: subprocess.run([sys.executable, "-c", code], check=True)


def reading(size: Size) -> Iterator[Row]:
    """Read JSON lines of full contact records into a graph, beside json alone; the garbage collector runs."""
    for count in READ[size]:
        yield _read(count)


def _read(count: int) -> Row:
    with TemporaryDirectory() as room:
        path = Path(room) / "export.jsonl"
        with path.open("wb") as file:
            file.writelines(record_lines(history(count)))
        graph = ContactGraph.from_contacts(read_contacts(path))
        if any(_said(one) != _said(other) for one, other in zip(graph, contacts(history(count)), strict=True)):
            raise AssertionError("what was read differs from what was written")
        del graph

        def loads() -> None:
            with path.open("rb") as lines:
                for line in lines:
                    json.loads(line)

        timed = {"ours": lambda: ContactGraph.from_contacts(read_contacts(path)), "json": loads}
        taken = rounds("JSON lines", timed, READ_ROUNDS[count], collecting=True)
    figure = ratio(taken["ours"], taken["json"])
    return Row("JSON lines to a graph", "json.loads of each line", count, figure, at_most(3))


def _said(contact: Contact) -> tuple[object, ...]:
    ids = (contact.contact_id, contact.initial_contact_id, contact.previous_contact_id, contact.related_contact_id)
    return (*ids, contact.initiation_timestamp, contact.disconnect_timestamp, contact.customer_id)


def memory(size: Size) -> Iterator[Row]:
    """Build a graph from JSON lines in a process of its own: what it holds, and what it held at most beyond that."""
    count = HELD[size]
    with TemporaryDirectory() as room:
        path = Path(room) / "export.jsonl"
        with path.open("wb") as file:
            file.writelines(record_lines(history(count)))
        command = [sys.executable, "-m", "benchmarks.process", str(path)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    resident, held, beyond = map(int, done.stdout.split())
    yield Row(
        "A graph in memory, with the allocator's reserve",
        "",
        count,
        resident / count,
        at_most(1_100),
        "bytes a contact",
    )
    yield Row("A graph in memory, without it", "", count, held / count, at_most(1_100), "bytes a contact")
    yield Row("Reading it, memory beyond the graph", "the graph", count, beyond / held, None, "times the bytes")


def weigh(path: str) -> None:
    """Build a graph of an export and print how many bytes it took, how many it holds, and how many more were needed.

    What the allocator keeps in reserve, freed while dictionaries grew, is in the first figure alone.
    """
    before = _bytes("VmRSS")
    graph = ContactGraph.from_contacts(read_contacts(path))
    resident, most = _bytes("VmRSS"), _bytes("VmHWM")
    with suppress(OSError):
        CDLL("libc.so.6").malloc_trim(0)
    held = _bytes("VmRSS")
    print(resident - before, held - before, most - held)
    del graph


def _bytes(name: str) -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition(f"{name}:")[2].split()[0]) * 1024


if __name__ == "__main__":
    weigh(sys.argv[1])
