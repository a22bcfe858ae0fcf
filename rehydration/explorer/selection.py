"""Which sessions a page is about: those of some contacts or customers, or since some time, no more than it can hold.

Here belongs the choice, and what is said of one that finds nothing or too much. What is answered is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from difflib import get_close_matches
from itertools import accumulate
from typing import Final

from attrs import define, frozen

from rehydration.contacts import in_utc
from rehydration.errors import InvalidArgument, InvalidInput
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.render.writing import counted
from rehydration.sessions import ChatSession

MOST_SESSIONS: Final = 1_000
"""A page holds no more sessions than this to pick from."""

MOST_CONTACTS: Final = 5_000
"""A page holds no more contacts than this to pick from."""

_NAMED: Final = 3


@define(slots=False, eq=False)
class TooMuchForOnePage(InvalidInput):
    """More is chosen than a page holds; ``since`` is a time from which on it would fit, if there is one."""

    sessions: int
    contacts: int
    since: datetime | None
    sessions_since: int

    def __str__(self) -> str:
        """Say how much there is, how much a page holds, and what would have worked."""
        sentence = (
            f"{self.contacts:,} contacts in {self.sessions:,} sessions are too many for a page, which holds "
            f"{MOST_CONTACTS:,} contacts in {MOST_SESSIONS:,} sessions: choose by contact, by customer or by time"
        )
        if self.since is None:
            return sentence
        return f"{sentence}; since {self.since.isoformat()} there are {self.sessions_since:,} sessions"


@frozen
class Selection:
    """Sessions to pick from: those of the contacts and customers named and all that are linked with them, or all.

    ``since`` keeps those in which a contact began or ended at that time or later.
    """

    contact_ids: tuple[str, ...] = ()
    customer_ids: tuple[str, ...] = ()
    since: datetime | None = None


EVERYTHING: Final = Selection()


def choose(graph: ContactGraph, selection: Selection) -> tuple[ChatSession, ...]:
    """Find the sessions of a selection, the newest first.

    :raises TooMuchForOnePage: they are more than a page holds.
    :raises InvalidArgument: a contact or customer that the records do not name, or a time after everything.
    """
    found = _named(graph, selection)
    if selection.since is not None:
        found = _since(found, selection.since)
    found = sorted(found, key=_recency, reverse=True)
    _check_size(found)
    return tuple(found)


def _named(graph: ContactGraph, selection: Selection) -> list[ChatSession]:
    if not selection.contact_ids and not selection.customer_ids:
        return list(graph.sessions)
    begun = [_session_of(graph, each) for each in selection.contact_ids]
    for customer_id in selection.customer_ids:
        begun += _sessions_of_customer(graph, customer_id)
    return _linked(graph, begun)


def _session_of(graph: ContactGraph, contact_id: str) -> ChatSession:
    if contact_id in graph:
        return graph.session_of(contact_id)
    raise InvalidArgument("contact", contact_id, "a contact that the records hold or refer to")


def _sessions_of_customer(graph: ContactGraph, customer_id: str) -> list[ChatSession]:
    found = {each.initial_contact_id for each in graph if each.customer_id == customer_id}
    if found:
        return [graph.session_of(each) for each in found]
    names = {each.customer_id for each in graph if each.customer_id is not None}
    if not names:
        raise InvalidArgument("customer", customer_id, "no customer, because the records name none; choose by contact")
    close = get_close_matches(customer_id, names, _NAMED) or sorted(names)[:_NAMED]
    named = ", ".join(map(repr, close))
    more = f" and {counted(len(names) - len(close), 'other')}" if len(names) > len(close) else ""
    raise InvalidArgument("customer", customer_id, f"a CustomerId of the records, which name {named}{more}")


def _linked(graph: ContactGraph, begun: Iterable[ChatSession]) -> list[ChatSession]:
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
    latest = max(time for time, _ in timed)
    raise InvalidArgument("since", since, f"a time up to {latest.isoformat()}, when the last contact began or ended")


def last_active(session: ChatSession) -> datetime | None:
    """Tell the last time that records name of a session."""
    return max(_times(session), default=None)


def _times(session: ChatSession) -> Iterator[datetime]:
    for segment in session:
        known = segment.known
        if known is not None:
            yield from (each for each in (known.initiation_timestamp, known.disconnect_timestamp) if each is not None)


def _recency(session: ChatSession) -> tuple[float, ContactId]:
    active = last_active(session)
    return (float("-inf") if active is None else active.timestamp(), session.initial_contact_id)


def _check_size(sessions: list[ChatSession]) -> None:
    """Check that a page holds so much; if not, find the time since when it would."""
    sizes = list(accumulate(map(len, sessions)))
    if len(sessions) <= MOST_SESSIONS and (not sizes or sizes[-1] <= MOST_CONTACTS):
        return
    most = sum(1 for size in sizes[:MOST_SESSIONS] if size <= MOST_CONTACTS)
    times = [last_active(each) for each in sessions]
    while most and (times[most - 1] is None or times[most - 1] == times[most]):
        most -= 1
    since = times[most - 1] if most else None
    raise TooMuchForOnePage(len(sessions), sizes[-1], since, most)
