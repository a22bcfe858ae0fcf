"""A graph that grows by a contact, an end or an association, beside the two calls that networkx takes for a contact."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import networkx as nx

from benchmarks.generator import BEGIN, contacts, history
from benchmarks.table import Row, Size, at_most
from benchmarks.timing import Timed, ratio, rounds
from rehydration import Contact, ContactGraph, ContactId

SIZES = {Size.SMALLEST: (1_000, 3_000), Size.QUICK: (1_000, 100_000), Size.FULL: (1_000, 1_000_000)}
ROUNDS = {Size.SMALLEST: 3, Size.QUICK: 9, Size.FULL: 15}
CHATS = 500
LATER = BEGIN + timedelta(days=1_000)
PEER = "add_node and add_edge of networkx"


class Growing:
    """A graph of ours and one of networkx, which grow by as many chats of two contacts in every round."""

    def __init__(self, count: int) -> None:
        """Build both."""
        every = list(contacts(history(count)))
        self.graph = ContactGraph.from_contacts(every)
        self.digraph: nx.DiGraph[ContactId] = nx.DiGraph()
        for each in every:
            self.digraph.add_node(each.contact_id)
            if each.previous_contact_id is not None:
                self.digraph.add_edge(each.previous_contact_id, each.contact_id)
        self._past = [each.contact_id for each in every if each.has_ended][:: max(1, count // CHATS)][:CHATS]
        self._made = 0
        self.firsts: list[Contact] = []
        self.seconds: list[Contact] = []

    def begin(self) -> None:
        """Begin so many chats."""
        numbers = range(self._made, self._made + CHATS)
        self._made += CHATS
        self.firsts = [Contact(contact_id=ContactId(f"new-{each}"), channel="CHAT") for each in numbers]
        self.seconds = [
            Contact(
                contact_id=ContactId(f"{each.contact_id}-2"),
                initial_contact_id=each.contact_id,
                previous_contact_id=each.contact_id,
                channel="CHAT",
            )
            for each in self.firsts
        ]
        for each in self.firsts:
            self.graph.add(each)
            self.digraph.add_node(each.contact_id)

    def transfer(self) -> None:
        """Add the second contact of every chat."""
        for each in self.seconds:
            self.graph.add(each)

    def theirs(self) -> None:
        """Add the second contact of every chat to the graph of networkx."""
        for each in self.seconds:
            self.digraph.add_node(each.contact_id, contact=each)
            self.digraph.add_edge(each.initial_contact_id, each.contact_id, kind="previous-contact")

    def end(self) -> None:
        """End the first contact of every chat."""
        for each in self.firsts:
            self.graph.end(each.contact_id, LATER)

    def associate(self) -> None:
        """Link every chat to a past contact."""
        for each, start in zip(self.firsts, self._past, strict=False):
            self.graph.associate(each.contact_id, start, "FROM_SEGMENT")


def measure(size: Size) -> Iterator[Row]:
    """Time every way to grow, in small and large graphs."""
    growing = {count: Growing(count) for count in SIZES[size]}
    taken: dict[tuple[int, str], list[float]] = {}
    for _ in range(ROUNDS[size]):
        for each in growing.values():
            each.begin()
        timed: dict[str, Timed] = {}
        for count, each in growing.items():
            timed |= {f"{count} transfer": each.transfer, f"{count} theirs": each.theirs}
        _gather(taken, rounds("One more", timed, 1))
        for name in ("end", "associate"):
            timed = {f"{count} {name}": getattr(each, name) for count, each in growing.items()}
            _gather(taken, rounds("One more", timed, 1))
    small = SIZES[size][0]
    for what, name in (("One contact more", "transfer"), ("One end", "end"), ("One association", "associate")):
        for count in SIZES[size]:
            yield Row(what, PEER, count, ratio(taken[count, name], taken[count, "theirs"]), at_most(2.5))
        grown, theirs_grown = (ratio(taken[count, each], taken[small, each]) for each in (name, "theirs"))
        growth = f"the growth of {PEER}, from {small:,}"
        yield Row(what, growth, count, grown / theirs_grown, at_most(1.3), "times as much")


def _gather(taken: dict[tuple[int, str], list[float]], seconds: dict[str, list[float]]) -> None:
    for label, values in seconds.items():
        count, name = label.split()
        taken.setdefault((int(count), name), []).extend(values)
