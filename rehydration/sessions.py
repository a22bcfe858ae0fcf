"""One chat session: the contacts of one initial contact, and what can be asked of them alone.

Here belong a contact's place in its session, the chain that leads to it, whether the session has ended, and which of
its contacts is the most recent. This module knows neither other sessions, nor links, nor how contacts got here: the
graph builds sessions, everybody else reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from heapq import heapify, heappop, heappush
from typing import Final, assert_never

from attrs import frozen

from rehydration.contacts import Contact, PastContact
from rehydration.identifiers import ContactId
from rehydration.policies import Consultation, MostRecent

_LEAST: Final = float("-inf")
_GREATEST: Final = float("inf")


class Segment:
    """The place of one contact in its session: the contact, and the place of its previous contact.

    Only the graph that holds it changes it. ``contact`` is a value; it is replaced when more is known of the contact.
    """

    __slots__ = ("contact", "previous", "session", "successors")

    def __init__(self, contact: PastContact, session: ChatSession) -> None:
        """Make the first segment of a chain."""
        self.contact: PastContact = contact
        self.session: ChatSession = session
        self.previous: Segment | None = None
        self.successors: int = 0

    @property
    def contact_id(self) -> ContactId:
        """Identifier of the contact."""
        return self.contact.contact_id

    @property
    def known(self) -> Contact | None:
        """The contact, or None for an unknown one."""
        return self.contact if isinstance(self.contact, Contact) else None

    @property
    def is_listed(self) -> bool:
        """Whether a walk lists it: chat contacts and unknown ones (rule ``visibility.other-channels``)."""
        return not isinstance(self.contact, Contact) or self.contact.is_chat


def chain(segment: Segment | None) -> Iterator[Segment]:
    """Yield a segment and its predecessors, newest first."""
    while segment is not None:
        yield segment
        segment = segment.previous


@frozen
class Choice:
    """Segments in order of preference; ``by_id_alone`` tells that nothing but the id decided somewhere."""

    segments: tuple[Segment, ...]
    by_id_alone: bool = False


class ChatSession:
    """All contacts that share one initial contact, that one included (rule ``identity.session``).

    Only the graph that holds it changes it.
    """

    __slots__ = ("_forks", "_live", "_recent", "_roots", "_segments", "_unknown", "initial_contact_id")

    def __init__(self, initial_contact_id: ContactId) -> None:
        """Make a session that has no contacts yet."""
        self.initial_contact_id: ContactId = initial_contact_id
        self._segments: list[Segment] = []
        self._live = 0
        self._unknown = 0
        self._roots = 0
        self._forks = 0
        self._recent: dict[MostRecent | None, Choice] = {}

    def __repr__(self) -> str:
        return f"ChatSession({self.initial_contact_id!r}, {len(self)} contacts)"

    def __len__(self) -> int:
        return len(self._segments)

    def __iter__(self) -> Iterator[Segment]:
        """Iterate over the segments, in the order in which they became known."""
        return iter(self._segments)

    # ------------------------------------------------------------------------------------------------ what is asked

    @property
    def has_ended(self) -> bool:
        """Whether every known chat contact of it has ended (rule ``identity.session-end``)."""
        return self._live == 0

    @property
    def live(self) -> tuple[ContactId, ...]:
        """The chat contacts that go on, in the order of their ids."""
        return tuple(sorted(each.contact_id for each in self._segments if _goes_on(each.contact)))

    @property
    def unknown(self) -> tuple[ContactId, ...]:
        """The contacts that records refer to but do not contain, in the order of their ids."""
        if not self._unknown:
            return ()
        return tuple(sorted(each.contact_id for each in self._segments if each.known is None))

    @property
    def is_linear(self) -> bool:
        """Whether its contacts form one chain: one without a predecessor, and none with two successors."""
        return self._roots == 1 and not self._forks

    @property
    def tip(self) -> Segment:
        """The last segment of the chain that a linear session is; of a branched one, the end of some branch."""
        return next(each for each in reversed(self._segments) if not each.successors)

    @property
    def last_disconnect(self) -> datetime | None:
        """The latest disconnect of its chat contacts; None where none has ended."""
        ended = (each.disconnect_timestamp for each in map(_chat, self._segments) if each is not None)
        return max((each for each in ended if each is not None), default=None)

    def most_recent(self, asked: Consultation) -> Choice:
        """Choose the most recently terminated chat contact; an unknown contact only where there is none.

        Rules ``start.entire-past-session`` and ``start.most-recent``. The choice holds one segment, or none where the
        session has neither an ended chat contact nor an unknown one.
        """
        candidates = self._recent.get(None)
        if candidates is None:
            ended = tuple(each for each in self._segments if _has_ended(each.contact))
            candidates = Choice(ended or tuple(each for each in self._segments if each.known is None))
            self._recent[None] = candidates
        if len(candidates.segments) < 2:
            return candidates
        criterion = asked.reading(MostRecent)
        choice = self._recent.get(criterion)
        if choice is None:
            choice = self._recent[criterion] = _most_recent(candidates.segments, criterion)
        return choice

    def newest_first(self, asked: Consultation) -> Choice:
        """Order all segments newest to oldest, each before the one that it continues (rule ``visibility.order``)."""
        if self.is_linear:
            return Choice(tuple(chain(self.tip)))
        return _newest_first(self._segments, asked.reading(MostRecent))

    # ------------------------------------------------------------------------------------------ for the graph alone

    def join(self, segment: Segment) -> None:
        """Take in a segment that no session has."""
        segment.session = self
        self._segments.append(segment)
        self._roots += 1
        self._count(segment.contact, 1)

    def follow(self, segment: Segment, previous: Segment) -> None:
        """Place a segment, which had no predecessor, behind another."""
        segment.previous = previous
        previous.successors += 1
        self._roots -= 1
        if previous.successors == 2:  # a third successor makes no other fork
            self._forks += 1
        self._recent.clear()

    def renew(self, segment: Segment, contact: PastContact) -> None:
        """Replace what is known of the contact of a segment."""
        self._count(segment.contact, -1)
        segment.contact = contact
        self._count(contact, 1)

    def _count(self, contact: PastContact, by: int) -> None:
        if not isinstance(contact, Contact):
            self._unknown += by
        elif _goes_on(contact):
            self._live += by
        self._recent.clear()


def _chat(segment: Segment) -> Contact | None:
    contact = segment.contact
    return contact if isinstance(contact, Contact) and contact.is_chat else None


def _goes_on(contact: PastContact) -> bool:
    return isinstance(contact, Contact) and contact.is_chat and not contact.has_ended


def _has_ended(contact: PastContact) -> bool:
    return isinstance(contact, Contact) and contact.is_chat and contact.has_ended


def _disconnect(contact: Contact) -> float:
    return _GREATEST if contact.disconnect_timestamp is None else contact.disconnect_timestamp.timestamp()


def _initiation(contact: Contact) -> float:
    return _LEAST if contact.initiation_timestamp is None else contact.initiation_timestamp.timestamp()


_Recency = tuple[bool, float, float, float]


def _recency(segment: Segment, depth: int, criterion: MostRecent) -> _Recency:
    """Say how recent a segment is, all but its id."""
    contact = segment.contact
    known = isinstance(contact, Contact)
    disconnect = _disconnect(contact) if isinstance(contact, Contact) else _LEAST
    initiation = _initiation(contact) if isinstance(contact, Contact) else _LEAST
    if criterion is MostRecent.DISCONNECT:
        return (known, disconnect, initiation, depth)
    if criterion is MostRecent.INITIATION:
        return (known, initiation, disconnect, depth)
    if criterion is MostRecent.DEPTH:
        return (known, depth, disconnect, initiation)
    assert_never(criterion)


def _depths(segments: Iterable[Segment]) -> dict[Segment, int]:
    """Find the depth of every segment, each step of the chains once."""
    depths: dict[Segment, int] = {}
    for segment in segments:
        path: list[Segment] = []
        at: Segment | None = segment
        while at is not None and at not in depths:
            path.append(at)
            at = at.previous
        depth = -1 if at is None else depths[at]
        for each in reversed(path):
            depth += 1
            depths[each] = depth
    return depths


def _most_recent(candidates: tuple[Segment, ...], criterion: MostRecent) -> Choice:
    depths = _depths(candidates)
    recency = {each: _recency(each, depths[each], criterion) for each in candidates}
    greatest = max(recency.values())
    tied = [each for each in candidates if recency[each] == greatest]
    return Choice((max(tied, key=lambda each: each.contact_id),), by_id_alone=len(tied) > 1)


def _newest_first(segments: list[Segment], criterion: MostRecent) -> Choice:
    """Take, again and again, the most recent segment of those whose successors are all taken."""
    depths = _depths(segments)
    recency = {each: _recency(each, depths[each], criterion) for each in segments}
    ranked = sorted(segments, key=lambda each: (recency[each], each.contact_id), reverse=True)
    rank = {each: place for place, each in enumerate(ranked)}
    waiting = {each: each.successors for each in segments}
    ready = [rank[each] for each in segments if not each.successors]
    heapify(ready)
    taken: list[Segment] = []
    by_id_alone = False
    while ready:
        newest = ranked[heappop(ready)]
        by_id_alone |= bool(ready) and recency[ranked[ready[0]]] == recency[newest]
        taken.append(newest)
        if newest.previous is not None:
            waiting[newest.previous] -= 1
            if not waiting[newest.previous]:
                heappush(ready, rank[newest.previous])
    return Choice(tuple(taken), by_id_alone)
