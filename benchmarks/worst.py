"""The worst histories that there are: what a question takes must grow no faster than they do.

Each is made in two sizes, one ten times the other, and asked the same; a figure is how much longer a contact takes in
the larger one. Both are built and asked in one process, in turns. An answer that names every contact of the history is
set beside a list of the same ids, which has to leave the processor's caches as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from benchmarks.generator import BEGIN
from benchmarks.table import Row, Size, at_most
from benchmarks.timing import Timed, ratio, rounds
from rehydration import Contact, ContactGraph, RehydrationRequest, explain, resolve, visible_past

LARGEST = {Size.SMALLEST: 10_000, Size.QUICK: 100_000, Size.FULL: 100_000}
ROUNDS = {Size.SMALLEST: 3, Size.QUICK: 3, Size.FULL: 5}
TIMES = 10
TARGET = at_most(2.0)
"""Ten times as much no longer lies in the processor's caches."""

Question = Callable[[ContactGraph, int], object]


def contact(number: int, first: int, related: int | None = None) -> Contact:
    """Make a contact, which follows the one before it unless it is the first of its session."""
    return Contact(
        contact_id=f"c{number}",
        initial_contact_id=f"c{first}",
        previous_contact_id=None if number == first else f"c{number - 1}",
        related_contact_id=None if related is None else f"c{related}",
        rehydration_type=None if related is None else "FROM_SEGMENT",
        disconnect_timestamp=BEGIN + timedelta(minutes=number),
    )


def carriers(count: int) -> Iterator[Contact]:
    """Make one session that continues another, and all of its contacts say so."""
    yield contact(0, 0)
    yield from (contact(number, 1, 0) for number in range(1, count))


def continued(count: int) -> Iterator[Contact]:
    """Make one contact that all others continue."""
    yield contact(0, 0)
    yield from (contact(number, number, 0) for number in range(1, count))


def session(count: int) -> Iterator[Contact]:
    """Make one session."""
    yield from (contact(number, 0) for number in range(count))


def lineage(count: int) -> Iterator[Contact]:
    """Make sessions of one contact, each continues the one before."""
    yield contact(0, 0)
    yield from (contact(number, number, number - 1) for number in range(1, count))


def newest(graph: ContactGraph, count: int) -> object:
    """Ask for the newest contact."""
    return resolve(graph, RehydrationRequest("FROM_SEGMENT", f"c{count - 1}"))


def past_of(graph: ContactGraph, count: int) -> object:
    """Ask what the newest contact sees."""
    return visible_past(graph, f"c{count - 1}")


def why_newest(graph: ContactGraph, count: int) -> object:
    """Ask why, for the newest contact."""
    return explain(graph, RehydrationRequest("FROM_SEGMENT", f"c{count - 1}"))


def past_limit(graph: ContactGraph, count: int) -> object:
    """Ask for the newest contact of one session: the answer names all the others, nearly all beyond the limit."""
    return newest(graph, count)


HISTORIES: dict[str, tuple[Callable[[int], Iterator[Contact]], dict[str, Question]]] = {
    "one link that every contact of a session carries": (
        carriers,
        {"resolve": past_limit, "visible_past": past_of},
    ),
    "one contact that every session continues": (continued, {"resolve": newest, "visible_past": past_of}),
    "one session": (session, {"resolve": past_limit, "explain": why_newest}),
    "one lineage": (lineage, {"resolve": newest, "visible_past": past_of, "explain": why_newest}),
}


def measure(size: Size) -> Iterator[Row]:
    """Build and ask each history in both sizes."""
    sizes = (LARGEST[size] // TIMES, LARGEST[size])
    for name, (make, questions) in HISTORIES.items():
        records = [list(make(count)) for count in sizes]
        graphs = [ContactGraph.from_contacts(each) for each in records]
        builds = [building(each) for each in records]
        yield figure(f"Building {name}", builds, size)
        for question, ask in questions.items():
            pair = [asking(ask, graph, count) for graph, count in zip(graphs, sizes, strict=True)]
            listed = [naming(each) for each in records] if ask is past_limit else None
            yield figure(f"`{question}` in {name}", pair, size, listed)


def building(records: list[Contact]) -> Timed:
    """Build a graph of contacts that are there already."""
    return lambda: ContactGraph.from_contacts(records)


def asking(ask: Question, graph: ContactGraph, count: int) -> Timed:
    """Ask a question of one graph."""
    return lambda: ask(graph, count)


def naming(records: list[Contact]) -> Timed:
    """List the ids of contacts."""
    return lambda: [each.contact_id for each in records]


def figure(name: str, pair: list[Timed], size: Size, listed: list[Timed] | None = None) -> Row:
    """Tell how much longer a contact takes in the larger history, or beside a list how much more that grows."""
    timed = sides("", pair) | (sides("list ", listed) if listed else {})
    taken = rounds(name, timed, ROUNDS[size])
    grown = ratio(taken["large"], taken["small"])
    if not listed:
        return Row(name, "as many contacts in ten", LARGEST[size], grown, TARGET)
    list_grown = ratio(taken["list large"], taken["list small"])
    return Row(name, "the growth of a list of as many ids", LARGEST[size], grown / list_grown, TARGET, "times as much")


def sides(name: str, pair: list[Timed]) -> dict[str, Timed]:
    """Name the smaller history, as often as it takes for as many contacts, and the larger."""
    small, large = pair

    def as_many() -> None:
        for _ in range(TIMES):
            small()

    return {f"{name}small": as_many, f"{name}large": large}
