"""The sessions that a page is about, the newest first and no more than it can hold.

Here belongs what is said of a choice that finds too much. What is answered is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate
from typing import Final

from attrs import define

from rehydration.errors import InvalidInput
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.selections import Selection, last_active, selected
from rehydration.sessions import ChatSession

MOST_SESSIONS: Final = 1_000
"""A page holds no more sessions than this to pick from."""

MOST_CONTACTS: Final = 5_000
"""A page holds no more contacts than this to pick from."""


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


def choose(graph: ContactGraph, selection: Selection) -> tuple[ChatSession, ...]:
    """Find the sessions of a selection, the newest first.

    :raises TooMuchForOnePage: they are more than a page holds.
    :raises InvalidArgument: a contact or customer that the records do not name, or a time after everything.
    """
    found = sorted(selected(graph, selection), key=_recency, reverse=True)
    check_size(list(map(len, found)), list(map(last_active, found)))
    return tuple(found)


def _recency(session: ChatSession) -> tuple[float, ContactId]:
    active = last_active(session)
    return (float("-inf") if active is None else active.timestamp(), session.initial_contact_id)


def check_size(contacts: Sequence[int], times: Sequence[datetime | None]) -> None:
    """Check that a page holds sessions of so many contacts, last active at these times, newest first.

    :raises TooMuchForOnePage: it does not; it names the time since when it would.
    """
    sizes = list(accumulate(contacts))
    if len(sizes) <= MOST_SESSIONS and (not sizes or sizes[-1] <= MOST_CONTACTS):
        return
    most = sum(1 for size in sizes[:MOST_SESSIONS] if size <= MOST_CONTACTS)
    while most and (times[most - 1] is None or times[most - 1] == times[most]):
        most -= 1
    since = times[most - 1] if most else None
    raise TooMuchForOnePage(len(sizes), sizes[-1], since, most)
