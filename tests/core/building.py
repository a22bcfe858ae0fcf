"""Compact histories for the unit tests of the core.

A session is a list of contacts: ``chat("plum", "fig", "kiwi")`` is plum, continued by fig, continued by kiwi;
``"kiwi<plum"`` follows plum instead of the one before it. Contacts are initiated and end in the order in which they are
named, ten seconds each. Ids are words in an order that has nothing to do with the alphabet: an engine that orders by id
where it should order by time is found out.

The worked session of the rules, C1 -> C2 -> C3, is here plum -> fig -> kiwi; what continues it are birds, then fish.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import evolve

from rehydration import STRATEGIES, Contact, ContactGraph, Policy, Rehydration, RehydrationRequest, resolve

DAWN = datetime(2026, 5, 3, 9, tzinfo=UTC)
FROM_SEGMENT = "FROM_SEGMENT"
ENTIRE = "ENTIRE_PAST_SESSION"
TWO_TYPES = {kind: STRATEGIES[kind] for kind in (ENTIRE, FROM_SEGMENT)}
"""The types of the worked examples: facts about all requests that there are stay true when a type is added."""


def at(seconds: float) -> datetime:
    """The time so many seconds after the beginning of all histories."""
    return DAWN + timedelta(seconds=seconds)


def contact(contact_id: str, **facts: Any) -> Contact:
    """A contact that ended, unless told otherwise."""
    return Contact(contact_id=contact_id, **{"initiation_timestamp": at(0), "disconnect_timestamp": at(10)} | facts)


def chat(
    *names: str, start: float = 0, link: str | None = None, by: str | None = None, live: Collection[str] = ()
) -> list[Contact]:
    """A session; its first contact carries the link, if there is one."""
    contacts: list[Contact] = []
    for place, name in enumerate(names):
        contact_id, _, previous = name.partition("<")
        ended = None if contact_id in live else at(start + 10 * place + 10)
        first = not contacts
        contacts.append(
            contact(
                contact_id,
                initial_contact_id=None if first else contacts[0].contact_id,
                previous_contact_id=None if first else previous or contacts[-1].contact_id,
                related_contact_id=link if first else None,
                rehydration_type=by if first else None,
                initiation_timestamp=at(start + 10 * place),
                disconnect_timestamp=ended,
            )
        )
    return contacts


def but(contacts: Iterable[Contact], contact_id: str, **facts: Any) -> list[Contact]:
    """The same contacts, but one of them is different."""
    changed = [evolve(each, **facts) if each.contact_id == contact_id else each for each in contacts]
    assert changed != list(contacts)
    return changed


def without(contacts: Iterable[Contact], *contact_ids: str) -> list[Contact]:
    """The same contacts, but no record of some of them."""
    return [each for each in contacts if each.contact_id not in contact_ids]


def graph(*sessions: Iterable[Contact]) -> ContactGraph:
    """A graph of all contacts of some sessions."""
    return ContactGraph.from_contacts([each for session in sessions for each in session])


def ask(history: ContactGraph, rehydration_type: str, source: str, policy: Any = None, **arguments: Any) -> Rehydration:
    """The answer to a request, under a policy given by the fields that differ from the default."""
    reading = policy if isinstance(policy, Policy) else Policy(**(policy or {}))
    return resolve(history, RehydrationRequest(rehydration_type, source), policy=reading, **arguments)


def seen(answer: Rehydration) -> list[str]:
    """The ids of what an answer lists, newest first."""
    return [each.contact_id for each in answer.visible]


def warned(answer: Rehydration) -> list[tuple[str, tuple[str, ...]]]:
    """The rules and contacts that an answer warns of."""
    return [(each.rule, each.contact_ids) for each in answer.warnings]


PAST = chat("plum", "fig", "kiwi")
"""The worked session: plum is continued by fig, fig by kiwi."""

FORK = chat("rye", "oat<rye", "elm<rye", "ash<oat")
"""A branched session: oat and elm follow rye, ash follows oat and is the last to end."""


def birds(by: str | None = FROM_SEGMENT, link: str = "fig", start: float = 1000) -> list[Contact]:
    """The session owl, continued by crow, that continues the worked one from fig."""
    return chat("owl", "crow", start=start, link=link, by=by)


def long_past(length: int, *, by: str | None = None) -> list[Contact]:
    """A chain of sessions of one contact each, linked one to the next; the newest comes last. Ids are opaque."""
    ids = [f"{(7919 * place) % 10007:05}" for place in range(length)]
    sessions = [
        chat(name, start=100 * place, link=ids[place - 1] if place else None, by=by if place else None)
        for place, name in enumerate(ids)
    ]
    return [each for session in sessions for each in session]
