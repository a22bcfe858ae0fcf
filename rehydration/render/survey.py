"""What an export holds, in numbers and by name.

Here belongs the counting that ``rehydration check`` reports. What is contradictory is the graph's business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from attrs import Factory, frozen

from rehydration.contacts import Contact
from rehydration.doubts import Doubt
from rehydration.errors import Contradiction, ContradictoryRecords
from rehydration.gaps import UNTOLD, untold_member
from rehydration.graph import ContactGraph
from rehydration.records import Account


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
    account: Account = Factory(Account)
    gaps: tuple[Doubt, ...] = ()


def survey(contacts: Iterable[Contact], account: Account) -> Survey:
    """Read contacts and count; the account of reading them is full when they are read.

    :raises InvalidInput: they cannot be read.
    """
    records = 0
    channels: dict[str, str] = {}  # contact id → channel, empty for a chat

    def counted() -> Iterator[Contact]:
        nonlocal records
        for contact in contacts:
            records += 1
            if not contact.is_chat or contact.contact_id not in channels:
                channels[contact.contact_id] = "" if contact.is_chat else str(contact.channel)
            yield contact

    try:
        read = list(counted())
        graph = ContactGraph.from_contacts(read, untold=account.untold)
    except ContradictoryRecords as error:
        return Survey(
            records,
            len(channels),
            _other(channels),
            error.total,
            error.contradictions,
            account=account,
            gaps=_untold(account),
        )
    sessions = sorted(graph.sessions, key=lambda each: each.initial_contact_id)
    return Survey(
        records,
        len(channels),
        _other(channels),
        unknown=tuple(sorted(each.contact_id for each in graph.unknown_contacts)),
        sessions=len(sessions),
        not_ended=tuple(each.initial_contact_id for each in sessions if not each.has_ended),
        branched=tuple(each.initial_contact_id for each in sessions if not each.is_linear),
        linked=tuple(each.initial_contact_id for each in sessions if graph.link_of(each) is not None),
        account=account,
        gaps=graph.gaps,
    )


def _untold(account: Account) -> tuple[Doubt, ...]:
    return tuple(untold_member(name) for name in UNTOLD if name in account.untold)


def _other(channels: Mapping[str, str]) -> dict[str, int]:
    """Count the contacts of each channel but chat."""
    return dict(sorted(Counter(filter(None, channels.values())).items()))
