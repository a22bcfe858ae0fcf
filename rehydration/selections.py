"""Which sessions somebody is interested in: those of some contacts or customers, or active in some time.

This module holds the choice, and what of a large export a question is about. It says what would have worked where it
finds nothing. It does not know what is asked of the sessions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from difflib import get_close_matches
from typing import Final

from attrs import frozen

from rehydration.contacts import Contact, in_utc
from rehydration.errors import InvalidArgument
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.sessions import ChatSession

_NAMED: Final = 3
_AROUND: Final = " \t\r\n\"'`…"
"""What a copied id may bring along."""


@frozen
class Selection:
    """Sessions to pick from: those of the contacts and customers named and all that are linked with them, or all.

    ``since`` keeps those in which a contact began or ended at that time or later, ``until`` those in which one began or
    ended before that time.
    """

    contact_ids: tuple[str, ...] = ()
    customer_ids: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


EVERYTHING: Final = Selection()


@frozen
class Part:
    """What part of a history a graph holds: the sessions chosen, and behind each as many as a walk can enter.

    ``chosen`` are their initial contacts, newest first. ``ends`` are those of the sessions whose links lead on and are
    left out. ``contacts`` and ``sessions`` are the numbers of all. ``names_customers``: whether one of all
    records does.
    """

    chosen: tuple[str, ...]
    ends: frozenset[str]
    contacts: int
    sessions: int
    names_customers: bool


@frozen
class About:
    """What a question is about: contacts, customers, surveys, and sessions active in some time, or what is forbidden.

    With ``later``, sessions that continue from one of these matter as well. ``forbid`` are conditions of a guard, as
    :func:`rehydration.guard` takes them: the lineages in which a chat could show what meets one matter. Without any of
    these, a question is about everything.
    """

    contact_ids: tuple[str, ...] = ()
    customer_ids: tuple[str, ...] = ()
    surveys: bool = False
    since: datetime | None = None
    until: datetime | None = None
    later: bool = False
    forbid: tuple[str, ...] = ()

    @classmethod
    def of(cls, selection: Selection) -> About:
        """Make what a selection is about: of contacts and customers all time, since time only narrows them."""
        if selection.contact_ids or selection.customer_ids:
            return cls(selection.contact_ids, selection.customer_ids, later=True)
        is_of_time = selection.since is not None or selection.until is not None
        return cls(since=selection.since, until=selection.until, later=True) if is_of_time else WHOLE


WHOLE: Final = About()


def selected(graph: ContactGraph, selection: Selection) -> list[ChatSession]:
    """Find the sessions of a selection.

    :raises InvalidArgument: a contact or customer that the records do not name, or a time when nothing happened.
    """
    found = _named(graph, selection)
    if selection.since is not None:
        found = _since(found, selection.since)
    return found if selection.until is None else _until(found, selection.until)


def lineages(graph: ContactGraph, selection: Selection) -> Iterator[Contact]:
    """Yield the contacts of the sessions of a selection, and of all that are linked with them.

    :raises InvalidArgument: a contact or customer that the records do not name, or a time when nothing happened.
    """
    for session in linked(graph, selected(graph, selection)):
        yield from (each.known for each in session if each.known is not None)


def _named(graph: ContactGraph, selection: Selection) -> list[ChatSession]:
    if not selection.contact_ids and not selection.customer_ids:
        return list(graph.sessions)
    begun = [_session_of(graph, each) for each in selection.contact_ids]
    for customer_id in selection.customer_ids:
        begun += sessions_of_customer(graph, customer_id)
    return linked(graph, begun)


def _session_of(graph: ContactGraph, contact_id: str) -> ChatSession:
    if contact_id in graph:
        return graph.session_of(contact_id)
    alike = meant(contact_id, (each.contact_id for each in graph))[:_NAMED]
    such = f", such as {', '.join(map(repr, alike))}" if alike else ""
    raise InvalidArgument("contact", contact_id, f"a contact that the records hold or refer to{such}")


def sessions_of_customer(graph: ContactGraph, customer_id: str) -> list[ChatSession]:
    """Find the sessions in which a record names a customer.

    :raises InvalidArgument: no record does.
    """
    found = dict.fromkeys(each.initial_contact_id for each in graph if each.customer_id == customer_id)
    if found:
        return [graph.session_of(each) for each in found]
    raise unknown_customer(customer_id, {each.customer_id for each in graph if each.customer_id is not None})


def too_late(since: datetime, latest: datetime) -> InvalidArgument:
    """Say that nothing happened since a time, and when something happened last."""
    expected = f"a time up to {latest.isoformat()}, when the last contact began or ended"
    return InvalidArgument("since", since, expected)


def too_early(until: datetime, first: datetime) -> InvalidArgument:
    """Say that nothing happened before a time, and when something happened first."""
    expected = f"a time after {first.isoformat()}, when the first contact began or ended"
    return InvalidArgument("until", until, expected)


def unknown_customer(customer_id: str, names: Collection[str]) -> InvalidArgument:
    """Say that no record names a customer, and which names records have."""
    if not names:
        expected = "no customer, because the records name none; choose by contact"
        return InvalidArgument("customer", customer_id, expected)
    close = get_close_matches(str(customer_id), names, _NAMED) or sorted(names)[:_NAMED]
    named, others = ", ".join(map(repr, close)), len(names) - len(close)
    more = f" and {others:,} other{'' if others == 1 else 's'}" if others else ""
    return InvalidArgument("customer", customer_id, f"a CustomerId of the records, which name {named}{more}")


def meant(contact_id: str, known: Iterable[str]) -> list[str]:
    """Find the ids that may be meant by one that nobody knows: in other case, in quotes, in an ARN, or cut short.

    >>> meant(" 'C1' ", ["c1", "c12"]), meant("C…", ["C1", "C12"]), meant("arn:aws:connect:…:contact/C1", ["C1"])
    (['c1'], ['C1', 'C12'], ['C1'])
    """
    bare = contact_id.rpartition("/")[2].strip(_AROUND).casefold()
    alike = sorted(each for each in known if bare and each.casefold().startswith(bare))
    return [each for each in alike if each.casefold() == bare] or alike


def linked(graph: ContactGraph, begun: Iterable[ChatSession]) -> list[ChatSession]:
    """Find all sessions that links lead to from some, in both directions."""
    waiting = list(begun)
    found: dict[ContactId, ChatSession] = {}
    while waiting:
        session = waiting.pop()
        if session.initial_contact_id in found:
            continue
        found[session.initial_contact_id] = session
        link = graph.link_of(session)
        if link is not None:
            waiting.append(graph.session_of(link.continued_from_contact_id))
        waiting += graph.continuations(session)
    return list(found.values())


def _since(sessions: Iterable[ChatSession], since: datetime) -> list[ChatSession]:
    since = in_utc("since", since)
    timed = [(time, each) for each in sessions if (time := last_active(each)) is not None]
    kept = [each for time, each in timed if time >= since]
    if kept or not timed:
        return kept
    raise too_late(since, max(time for time, _ in timed))


def _until(sessions: Iterable[ChatSession], until: datetime) -> list[ChatSession]:
    until = in_utc("until", until)
    timed = [(time, each) for each in sessions if (time := min(_times(each), default=None)) is not None]
    kept = [each for time, each in timed if time < until]
    if kept or not timed:
        return kept
    raise too_early(until, min(time for time, _ in timed))


def last_active(session: ChatSession) -> datetime | None:
    """Tell the last time that records name of a session."""
    return max(_times(session), default=None)


def _times(session: ChatSession) -> Iterator[datetime]:
    for segment in session:
        known = segment.known
        if known is not None:
            yield from (each for each in (known.initiation_timestamp, known.disconnect_timestamp) if each is not None)
