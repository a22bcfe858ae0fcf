"""What an export holds, in numbers and by name.

Here belongs the counting that ``rehydration check`` reports. What is contradictory is the graph's business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from attrs import define, field, frozen

from rehydration.contacts import Contact
from rehydration.errors import Contradiction, ContradictoryRecords
from rehydration.graph import ContactGraph


@frozen
class Survey:
    """What there is in an export. With contradictions there is no graph, and nothing is known of sessions."""

    records: int
    contacts: int
    other_channels: Mapping[str, int]
    contradictions: int = 0
    contradicting: tuple[Contradiction, ...] = ()
    unknown: tuple[str, ...] = ()
    sessions: int = 0
    not_ended: tuple[str, ...] = ()
    branched: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()


@define
class _Seen:
    """What passed by on the way into the graph."""

    records: int = 0
    channels: dict[str, str] = field(factory=dict)
    """Contact id → its channel, empty for a chat."""

    def watch(self, contacts: Iterable[Contact]) -> Iterator[Contact]:
        for contact in contacts:
            self.records += 1
            if not contact.is_chat or contact.contact_id not in self.channels:
                self.channels[contact.contact_id] = "" if contact.is_chat else str(contact.channel)
            yield contact


def survey(contacts: Iterable[Contact]) -> Survey:
    """Read contacts and count.

    :raises InvalidInput: they cannot be read.
    """
    seen = _Seen()
    contradictory: ContradictoryRecords | None = None
    graph = ContactGraph()
    try:
        graph = ContactGraph.from_contacts(seen.watch(contacts))
    except ContradictoryRecords as error:
        contradictory = error
    channels = Counter(filter(None, seen.channels.values()))
    counts = (seen.records, len(seen.channels), dict(sorted(channels.items())))
    if contradictory is not None:
        return Survey(*counts, contradictory.total, contradictory.contradictions)
    sessions = graph.sessions
    return Survey(
        *counts,
        unknown=tuple(each.contact_id for each in graph.unknown_contacts),
        sessions=len(sessions),
        not_ended=tuple(each.initial_contact_id for each in sessions if not each.has_ended),
        branched=tuple(each.initial_contact_id for each in sessions if not each.is_linear),
        linked=tuple(each.initial_contact_id for each in sessions if graph.link_of(each) is not None),
    )
