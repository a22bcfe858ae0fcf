"""One chat session: the contacts of one initial contact, and what can be asked of them alone.

Here belong a contact's place in its session, the chain that leads to it, whether the session has ended, and which of
its contacts is the most recent. What is asked of many sessions in a row is counted as they grow, and where a walk goes
straight back is pointed to. This module knows of a link no more than the place that it leads to and whether its type is
one of those that lead straight there, and not how contacts got here: the graph builds sessions, everybody else reads
them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from heapq import heapify, heappop, heappush
from types import MappingProxyType
from typing import Final, TypeGuard, assert_never

from attrs import define

from rehydration.contacts import Contact, PastContact, UnknownContact
from rehydration.identifiers import ContactId
from rehydration.policies import Consultation, MostRecent
from rehydration.requests import STRAIGHT_TYPES

_BY_DISCONNECT: Final = MostRecent.DISCONNECT  # to look a member up costs a Python call
_LEAST: Final = float("-inf")
_GREATEST: Final = float("inf")


class Segment:
    """The place of one contact in its session: the contact, and the place of its previous contact.

    Only the graph that holds it changes it. ``contact`` is a value; it is replaced when more is known of the contact.
    Iterating over it gives the chain that leads to it: itself and its predecessors, newest first.
    """

    __slots__ = ("back", "carries_link", "contact", "previous", "session", "successors")

    def __init__(self, contact: PastContact, session: ChatSession) -> None:
        """Make the first segment of a chain."""
        self.contact: PastContact = contact
        self.session: ChatSession = session
        self.previous: Segment | None = None
        self.successors: int = 0
        self.carries_link: bool = False
        """Whether the record of the contact itself names what its session continues from."""
        self.back: Segment | None = LOOK
        """Where a walk goes straight back from here, with nothing to say of the contact or of the way.

        To the previous contact, or, from the first contact of a linear session, over its link, or to None where there
        is no link. ``LOOK`` where a walk has to look.
        """

    def __iter__(self) -> Iterator[Segment]:
        return chain(self)

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


LOOK: Final = Segment.__new__(Segment)
"""Stands where no straight way back is. It leads to itself alone, so that whoever goes there comes to the limit."""

LOOK.contact = UnknownContact(ContactId("-"))
LOOK.back = LOOK


@define  # made for every question: a frozen one costs three times as much
class Choice:
    """Segments in order of preference; ``by_id_alone`` tells that nothing but the id decided somewhere."""

    segments: tuple[Segment, ...]
    by_id_alone: bool = False


_NOTHING: Final[Mapping[MostRecent, Choice]] = MappingProxyType({})


class ChatSession:
    """All contacts that share one initial contact, that one included (rule ``identity.session``).

    Only the graph that holds it changes it.
    """

    __slots__ = (
        "_branches",
        "_ended",
        "_last_ended",
        "_live",
        "_recent",
        "_segments",
        "_tip",
        "_unknown",
        "carriers",
        "continues",
        "initial_contact_id",
        "is_continued",
        "last_disconnect",
        "noteworthy",
        "rehydration_type",
    )

    def __init__(self, initial_contact_id: ContactId) -> None:
        """Make a session that has no contacts yet."""
        self.initial_contact_id: ContactId = initial_contact_id
        self.continues: Segment | None = None
        """The place that it continues from by its link: of another session, where a walk goes on."""
        self.rehydration_type: str | None = None
        """The type of its link, where there is one and the type is known."""
        self.carriers: int = 0
        """How many of its contacts carry its link."""
        self.is_continued: bool = False
        """Whether another session continues from one of its contacts, or did before that link proved to be none."""
        self.last_disconnect: datetime | None = None
        """The latest disconnect of its chat contacts; None where none has ended."""
        self.noteworthy: int = 0
        """How many of its contacts are anything else than a known chat that has ended and whose transcript is there."""
        self._segments: list[Segment] = []
        self._live = 0
        self._unknown = 0
        self._ended = 0
        self._last_ended: Segment | None = None
        self._branches = -1  # roots and forks, the first root not counted
        self._tip: Segment | None = None
        self._recent: Mapping[MostRecent, Choice] = _NOTHING

    def __repr__(self) -> str:
        return f"ChatSession({self.initial_contact_id!r}, {len(self)} contacts)"

    def __len__(self) -> int:
        return len(self._segments)

    def __iter__(self) -> Iterator[Segment]:
        """Iterate over the segments, in the order in which they became known."""
        return iter(self._segments)

    # ------------------------------------------------------------------------------------------------ what is asked

    @property
    def first(self) -> Segment:
        """The place of its initial contact, which nothing in the session comes before."""
        return self._segments[0]

    @property
    def has_ended(self) -> bool:
        """Whether every known chat contact of it has ended (rule ``identity.session-end``)."""
        return not self._live

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
        return not self._branches

    @property
    def tip(self) -> Segment:
        """The last segment of the chain that a linear session is; of a branched one, the end of some branch."""
        if self._tip is None:
            self._tip = next(each for each in reversed(self._segments) if not each.successors)
        return self._tip

    def most_recent(self, asked: Consultation) -> Choice:
        """Choose the most recently terminated chat contact; an unknown contact only where there is none.

        Rules ``start.entire-past-session`` and ``start.most-recent``. The choice holds one segment, or none where the
        session has neither an ended chat contact nor an unknown one.
        """
        candidates = self._ended or self._unknown
        if not candidates:
            return Choice(())
        criterion = asked.reading(MostRecent) if candidates > 1 else _BY_DISCONNECT
        if criterion is _BY_DISCONNECT and self._last_ended is not None:
            return Choice((self._last_ended,))
        choice = self._recent.get(criterion)
        if choice is None:
            choice = _most_recent(self._candidates(), criterion)
            self._recent = {**self._recent, criterion: choice}
        return choice

    def _candidates(self) -> list[Segment]:
        if self._ended:
            return [each for each in self._segments if _has_ended(each.contact)]
        return [each for each in self._segments if each.known is None]

    def newest_first(self, asked: Consultation) -> Choice:
        """Order all segments newest to oldest, each before the one that it continues (rule ``visibility.order``)."""
        if self.is_linear:
            return Choice(tuple(self.tip))
        return _newest_first(self._segments, asked.reading(MostRecent))

    # ------------------------------------------------------------------------------------------ for the graph alone

    def join(self, segment: Segment) -> None:
        """Take in a segment that no other session has, or one of a session that was not known to be this one."""
        self.is_continued |= segment.session.is_continued
        segment.session = self
        self._segments.append(segment)
        self._branches += 1
        self._count(segment, 1)
        if self._branches:
            self.first.back = LOOK
        else:
            self._point_back(segment)

    def follow(self, segment: Segment, previous: Segment) -> None:
        """Place a segment, which had no predecessor, behind another."""
        segment.previous = previous
        previous.successors += 1
        if previous.successors != 2:  # a third successor makes no other fork
            self._branches -= 1
        if previous is self._tip:
            self._tip = None
        self._recent = _NOTHING
        self._point_back(segment)
        if not self._branches:
            self._point_back(self.first)

    def renew(self, segment: Segment, contact: PastContact) -> None:
        """Replace what is known of the contact of a segment."""
        self._count(segment, -1)
        segment.contact = contact
        self._count(segment, 1)
        self._point_back(segment)

    def link(self, carrier: Segment, start: Segment, rehydration_type: str | None) -> None:
        """Continue from a place of another session, as the record of one of its contacts says."""
        self.continues = start
        self.rehydration_type = self.rehydration_type or rehydration_type
        self.carriers += 1
        carrier.carries_link = start.session.is_continued = True
        self._point_back(self.first)

    def unlink(self, carrier: Segment) -> None:
        """Take back that a contact carries the link, and the link with its last carrier."""
        carrier.carries_link = False
        self.carriers -= 1
        if not self.carriers:
            self.continues = self.rehydration_type = None
        self._point_back(self.first)

    def _point_back(self, segment: Segment) -> None:
        """Set where a walk goes straight back from a segment."""
        contact = segment.contact
        if not _is_plain(contact):
            segment.back = LOOK
        elif segment.previous is not None:
            segment.back = segment.previous
        elif self._branches or (self.carriers and not self._leads_straight(segment, contact)):
            segment.back = LOOK
        else:
            segment.back = self.continues

    def _leads_straight(self, first: Segment, contact: Contact) -> bool:
        """Tell whether a walk from the first contact goes over the link with nothing to look at."""
        is_told = contact.rehydration_type == self.rehydration_type  # by the contact listed, for the rules
        return is_told and first.carries_link and self.rehydration_type in STRAIGHT_TYPES

    def _count(self, segment: Segment, by: int) -> None:
        contact = segment.contact
        self._recent = _NOTHING
        if not _is_plain(contact):
            self.noteworthy += by
        if not isinstance(contact, Contact):
            self._unknown += by
        elif contact.is_chat:
            if contact.disconnect_timestamp is None:
                self._live += by
            else:
                self._ended += by
                self._note_end(segment, contact.disconnect_timestamp)

    def _note_end(self, segment: Segment, ended: datetime) -> None:
        """Keep which contact ended last, none if several did."""
        last = self.last_disconnect
        if last is None or ended > last:
            self.last_disconnect, self._last_ended = ended, segment
        elif ended == last and segment is not self._last_ended:
            self._last_ended = None


def _is_plain(contact: PastContact) -> TypeGuard[Contact]:
    """Tell whether it is a known chat that has ended and whose transcript is there, so that a walk just lists it."""
    if not isinstance(contact, Contact) or contact.disconnect_timestamp is None or not contact.is_chat:
        return False
    return contact.transcript is None or contact.transcript.rule is None


def _goes_on(contact: PastContact) -> bool:
    return isinstance(contact, Contact) and contact.is_chat and not contact.has_ended


def _has_ended(contact: PastContact) -> bool:
    return isinstance(contact, Contact) and contact.is_chat and contact.has_ended


class _Depths(dict[Segment, int]):
    """The number of contacts before a segment along previous contacts, found where asked for, each step once."""

    def __missing__(self, segment: Segment) -> int:
        path: list[Segment] = []
        at: Segment | None = segment
        while at is not None and at not in self:
            path.append(at)
            at = at.previous
        depth = -1 if at is None else self[at]
        for each in reversed(path):
            depth += 1
            self[each] = depth
        return depth


def _disconnect(segment: Segment) -> float:
    contact = segment.contact
    if not isinstance(contact, Contact):
        return _LEAST
    return _GREATEST if contact.disconnect_timestamp is None else contact.disconnect_timestamp.timestamp()


def _initiation(segment: Segment) -> float:
    contact = segment.contact
    if not isinstance(contact, Contact) or contact.initiation_timestamp is None:
        return _LEAST
    return contact.initiation_timestamp.timestamp()


_Measure = Callable[[Segment], float]


def _measures(criterion: MostRecent) -> tuple[_Measure, _Measure, _Measure]:
    """Say by what segments are compared, all but the id, where the first leaves a tie by the next."""
    depth = _Depths().__getitem__
    if criterion is MostRecent.DISCONNECT:
        return (_disconnect, _initiation, depth)
    if criterion is MostRecent.INITIATION:
        return (_initiation, _disconnect, depth)
    if criterion is MostRecent.DEPTH:
        return (depth, _disconnect, _initiation)
    assert_never(criterion)


def _most_recent(tied: list[Segment], criterion: MostRecent) -> Choice:
    for measure in _measures(criterion):
        measured = [measure(each) for each in tied]
        greatest = max(measured)
        tied = [each for each, value in zip(tied, measured, strict=True) if value == greatest]
    return Choice((max(tied, key=lambda each: each.contact_id),), by_id_alone=len(tied) > 1)


def _newest_first(segments: list[Segment], criterion: MostRecent) -> Choice:
    """Take, again and again, the most recent segment of those whose successors are all taken."""
    measures = _measures(criterion)
    recency = {each: (each.known is not None, *(measure(each) for measure in measures)) for each in segments}
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
