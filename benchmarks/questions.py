"""One question: which past contacts a new chat would see, on forked contacts of customers who come back.

The networkx digraph is in place in every graph. Questions are distinct and shuffled, so that most of what they touch
is in no cache, but where they are said to be hot: then a few are asked again and again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from benchmarks import peers
from benchmarks.generator import BEGIN, History, contacts, history
from benchmarks.table import Row, Size, at_most
from benchmarks.timing import Timed, ratio, rounds
from rehydration import Contact, ContactGraph, ContactId, Policy, RehydrationRequest, resolve

FORKED = {Size.SMALLEST: 3_000, Size.QUICK: 200_000, Size.FULL: 200_000}
GROWN = {Size.SMALLEST: (1_000, 3_000), Size.QUICK: (1_000, 100_000), Size.FULL: (1_000, 10_000, 100_000, 1_000_000)}
ROUNDS = {Size.SMALLEST: 3, Size.QUICK: 9, Size.FULL: 15}
MANY, FEW, FEWEST = 5_000, 500, 10
HOT = 50
DEPTH_12, DEPTH_100 = range(9, 18), range(90, 101)  # in the mean 12 and 95
TARGET = ContactId("the chat that is about to be associated")
POLICY = Policy()
NOW = BEGIN + timedelta(days=700)
"""Later than all that ended, and less than two years after all that began."""


@dataclass(frozen=True)
class Asked:
    """Questions, all of one kind, as our requests and as the ids that the peers are asked for."""

    requests: Sequence[RehydrationRequest]
    starts: Sequence[ContactId]

    def first(self, count: int) -> Asked:
        """Take so many of them."""
        return Asked(self.requests[:count], self.starts[:count])

    def repeated(self, count: int) -> Asked:
        """Ask them again and again until they are so many."""
        times = count // len(self.requests) + 1
        return Asked([*self.requests] * times, [*self.starts] * times).first(count)


class Past:
    """Contacts, their graph, and questions of them by the depth of the answer."""

    def __init__(self, made: History) -> None:
        """Build the graph."""
        self.contacts: list[Contact] = list(contacts(made))
        self.graph = ContactGraph.from_contacts([*self.contacts, Contact(contact_id=TARGET, channel="CHAT")])
        self._depth = made.depth().tolist()
        self._last: dict[ContactId, int] = {each.initial_contact_id: row for row, each in enumerate(self.contacts)}

    def from_segment(self, depths: range) -> Asked:
        """Ask for contacts of ended sessions, as many as there are up to the most that are asked."""
        rows = [row for row in range(len(self.contacts)) if self._depth[row] in depths and self._has_ended(row)]
        ids = [self.contacts[row].contact_id for row in self._shuffled(rows)]
        return Asked([RehydrationRequest("FROM_SEGMENT", each) for each in ids], ids)

    def entire(self, depths: range) -> Asked:
        """Ask for whole sessions by their first contacts."""
        lasts = [row for row in self._last.values() if self._depth[row] in depths and self._has_ended(row)]
        rows = self._shuffled(lasts)
        firsts = [self.contacts[row].initial_contact_id for row in rows]
        requests = [RehydrationRequest("ENTIRE_PAST_SESSION", each) for each in firsts]
        return Asked(requests, [self.contacts[row].contact_id for row in rows])

    def _has_ended(self, row: int) -> bool:
        return self.contacts[self._last[self.contacts[row].initial_contact_id]].has_ended

    def _shuffled(self, rows: list[int]) -> list[int]:
        dice = Random(7)  # noqa: S311  no secret
        return dice.sample(rows, min(MANY, len(rows)))


def ours(graph: ContactGraph, asked: Asked) -> Timed:
    """Ask the public API for nothing but the list."""

    def ask() -> None:
        for request in asked.requests:
            _ = resolve(graph, request).visible

    return ask


def as_embedders(graph: ContactGraph, asked: Asked) -> Timed:
    """Ask the public API as an emulator does: for a live chat, at a time, under a policy."""

    def ask() -> None:
        for request in asked.requests:
            _ = resolve(graph, request, target=TARGET, now=NOW, policy=POLICY).visible

    return ask


def theirs(peer: peers.Peer, asked: Asked) -> Timed:
    """Ask a peer."""

    def ask() -> None:
        for start in asked.starts:
            peer(start)

    return ask


def compare(graph: ContactGraph, asked: Asked, peer: peers.Peer, name: str) -> None:
    """Check that a peer lists the same contacts in the same order."""
    for request, start in zip(asked.requests, asked.starts, strict=True):
        listed = [each.contact_id for each in resolve(graph, request).visible]
        if listed != peer(start):
            raise AssertionError(f"{name} differs on {request}")


def measure(size: Size) -> Iterator[Row]:
    """Compare, then time; yield each figure."""
    yield from one_question(size)
    yield from growth(size)


def one_question(size: Size) -> Iterator[Row]:
    """Ask one graph, beside all peers."""
    yield from beside(size, Past(history(FORKED[size])), DEPTH_12, embedders=5.0, bare=3.0)
    many_long = history(FORKED[size], in_long_lineages=FORKED[size] // 2, long_lineages=max(1, FORKED[size] // 200))
    yield from beside(size, Past(many_long), DEPTH_100, embedders=2.0, bare=1.3)


def beside(size: Size, past: Past, depths: range, *, embedders: float, bare: float) -> Iterator[Row]:
    """Ask one graph about contacts so deep, beside all peers; the two limits are times the bare dict's time."""
    parents = peers.parents_of(past.contacts)
    digraph = peers.digraph_of(parents)
    quick = {
        peers.BARE_DICT: peers.bare_dict(parents),
        peers.BY_HAND: peers.networkx_by_hand(digraph),
        peers.RUSTWORKX: peers.rustworkx(parents),
        peers.SQLITE: peers.sqlite(parents),
    }
    slow = {
        peers.AS_WRITTEN: (FEW, peers.networkx_as_written(digraph)),
        peers.DUCKDB: (FEWEST, peers.duck_db(parents)),
    }
    for name, asked in (
        (f"FROM_SEGMENT, {depths[0]} to {depths[-1]} deep", past.from_segment(depths)),
        (f"ENTIRE_PAST_SESSION, {depths[0]} to {depths[-1]} deep", past.entire(depths)),
    ):
        count = len(past.contacts)
        for peer, walk in quick.items():
            compare(past.graph, asked.first(FEW), walk, peer)
        timed = {"ours": ours(past.graph, asked), "embedders": as_embedders(past.graph, asked)}
        timed |= {peer: theirs(walk, asked) for peer, walk in quick.items()}
        taken_of_all = rounds(name, timed, ROUNDS[size])
        figure = ratio(taken_of_all["embedders"], taken_of_all[peers.BARE_DICT])
        yield Row(f"{name}, as embedders ask", peers.BARE_DICT, count, figure, at_most(embedders))
        for peer in quick:
            figure = ratio(taken_of_all["ours"], taken_of_all[peer])
            if peer == peers.BARE_DICT:
                yield Row(name, peer, count, figure, at_most(bare))
            else:
                yield Row(name, peer, count, 1 / figure, unit="times faster")
        for peer, (most, walk) in slow.items():
            few = asked.first(most)
            compare(past.graph, few.first(FEWEST), walk, peer)
            taken = rounds(f"{name}, {most} questions", {"ours": ours(past.graph, few), peer: theirs(walk, few)}, 3)
            yield Row(name, peer, count, 1 / ratio(taken["ours"], taken[peer]), None, "times faster")


def growth(size: Size) -> Iterator[Row]:
    """Ask graphs of growing size questions of one depth, beside the dict; then few of them again and again."""
    timed: dict[str, Timed] = {}
    for count in GROWN[size]:
        past = Past(history(count))
        walk = peers.bare_dict(peers.parents_of(past.contacts))
        asked = past.from_segment(DEPTH_12)
        compare(past.graph, asked.first(FEW), walk, peers.BARE_DICT)
        asked = asked.repeated(MANY)
        hot = asked.first(HOT).repeated(MANY)
        timed |= {f"ours {count}": ours(past.graph, asked), f"theirs {count}": theirs(walk, asked)}
        timed[f"hot {count}"] = ours(past.graph, hot)
    taken = rounds("Growth", timed, ROUNDS[size])
    small = GROWN[size][0]
    for count in GROWN[size][1:]:
        grown = ratio(taken[f"ours {count}"], taken[f"ours {small}"])
        theirs_grown = ratio(taken[f"theirs {count}"], taken[f"theirs {small}"])
        name = f"Growth from {small:,} contacts"
        yield Row(name, f"the growth of {peers.BARE_DICT}", count, grown / theirs_grown, at_most(1.0), "times as much")
        hot_grown = ratio(taken[f"hot {count}"], taken[f"hot {small}"])
        yield Row(f"{name}, hot questions", f"{small:,} contacts", count, hot_grown, at_most(1.3))
