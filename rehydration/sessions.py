"""One chat session: the contacts of one initial contact, and the questions that they alone can answer.

This module holds a contact's place in its session, the chain that leads to it, whether the session has ended, and which
of its contacts is the most recent. It only reads: :mod:`rehydration.growing` changes sessions, and only the graph uses
that. A session knows the segment and the type of its link, and nothing of the session behind it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from types import MappingProxyType
from typing import Final, TypeGuard, assert_never

from attrs import define, evolve

from rehydration.consultation import MOST_TIED, Consultation
from rehydration.contacts import Contact, PastContact
from rehydration.identifiers import ContactId
from rehydration.policies import MostRecent, Policy

LONGEST_CHAT: Final = timedelta(minutes=10_080)
"""The longest duration of a chat (rule ``protocol.duration``)."""

_BY_DISCONNECT: Final = MostRecent.DISCONNECT  # looking up a member costs a Python call
_BY: Final = {each: Consultation(Policy(most_recent=each)) for each in MostRecent}
_LEAST: Final = float("-inf")
_GREATEST: Final = float("inf")


class Segment:
    """The place of one contact in its session: the contact, and the segment of its previous contact.

    ``contact`` is a value. The graph replaces it when more becomes known of the contact. Iterating over a segment gives
    the segment itself and its predecessors, newest first.
    """

    __slots__ = ("carries_link", "contact", "previous", "session", "successors")

    def __init__(self, contact: PastContact, session: ChatSession) -> None:
        """Make a segment without a predecessor."""
        self.contact: PastContact = contact
        self.session: ChatSession = session
        self.previous: Segment | None = None
        self.successors: int = 0
        """The number of contacts that name this one as their previous contact."""
        self.carries_link: bool = False
        """Whether the record of this contact carries the link of its session."""

    def __repr__(self) -> str:
        return f"<Segment {self.contact_id!r} of the session of {self.session.initial_contact_id!r}>"

    def __iter__(self) -> Iterator[Segment]:
        return iter(chain(self))

    @property
    def contact_id(self) -> ContactId:
        """Id of the contact."""
        return self.contact.contact_id

    @property
    def known(self) -> Contact | None:
        """The contact, or None for an unknown contact."""
        return self.contact if isinstance(self.contact, Contact) else None

    @property
    def customer_id(self) -> str | None:
        """The customer that its record names, or else the only customer that records of its session name."""
        own = self.contact.customer_id if isinstance(self.contact, Contact) else None
        return self.session.customer_id if own is None else own

    @property
    def is_listed(self) -> bool:
        """Whether a walk lists it: a chat or an unknown contact (rule ``visibility.other-channels``)."""
        return not isinstance(self.contact, Contact) or self.contact.is_chat


def chain(segment: Segment, most: int | None = None) -> list[Segment]:
    """List a segment and its predecessors, newest first, or the newest ``most`` of them."""
    listed = [segment]
    at = segment.previous
    while at is not None and len(listed) != most:
        listed.append(at)
        at = at.previous
    return listed


@define  # made for every question, and a frozen class costs three times as much
class Choice:
    """Segments in order of preference. ``by_id_alone`` says whether only the id decided somewhere in that order."""

    segments: tuple[Segment, ...]
    by_id_alone: bool = False
    tied: tuple[Segment, ...] = ()
    """The segments that are as recent as the one chosen, itself included, if only the id decided between them."""
    undated: tuple[Segment, ...] = ()
    """The segments whose place hangs on when they began, which no record tells."""


NO_CHOICE: Final[Mapping[MostRecent, Choice]] = MappingProxyType({})


class _OnTheWay:
    """What a walk reads of each session: slots of one class lie side by side in memory, so they are quick to load."""

    __slots__ = ("branches", "carriers", "continues", "irregular", "last_disconnect", "line", "rehydration_type")


class ChatSession(_OnTheWay):
    """All contacts that share one initial contact, including the initial contact (rule ``identity.session``).

    A session is read-only. It grows with its graph. Its length is the number of its contacts; iterating over it gives
    their segments.
    """

    __slots__ = (
        "_contenders",
        "_customers",
        "_ended",
        "_last_ended",
        "_live",
        "_live_ids",
        "_orders",
        "_recent",
        "_segments",
        "_tip",
        "_unknown",
        "_unknown_ids",
        "initial_contact_id",
        "is_continued",
    )

    def __init__(self, initial_contact_id: ContactId) -> None:
        """Make a session without contacts."""
        self.initial_contact_id: ContactId = initial_contact_id
        self.continues: Segment | None = None
        """The segment of another session that this session continues from; None if there is no link."""
        self.rehydration_type: str | None = None
        """The type of its link; None if there is no link or no record gives the type."""
        self.branches: int = -1
        """The number of roots and forks beyond the first root: 0 in a linear session."""
        self.carriers: int = 0
        """The number of its contacts that carry its link."""
        self.is_continued: bool = False
        """Whether another session continues from one of its contacts, or did until that link proved to be none."""
        self.last_disconnect: datetime | None = None
        """The latest disconnect of its chat contacts; None if none has ended."""
        self.irregular: int = 0
        """The number of its contacts that are not regular: see :func:`is_regular`."""
        self.line: tuple[PastContact, ...] = ()
        """What :meth:`in_line` listed since the session last changed; empty if nobody asked."""
        self._segments: list[Segment] = []
        self._customers: tuple[str, ...] = ()  # two of those that its records name, if there are more
        self._live = 0
        self._live_ids: tuple[ContactId, ...] | None = None
        self._unknown = 0
        self._unknown_ids: tuple[ContactId, ...] | None = None
        self._ended = 0
        self._last_ended: Segment | None = None
        self._tip: Segment | None = None
        self._recent: Mapping[MostRecent, Choice] = NO_CHOICE
        self._contenders: frozenset[Segment] | None = None
        self._orders: Mapping[MostRecent, Choice] = NO_CHOICE

    def __repr__(self) -> str:
        return f"ChatSession({self.initial_contact_id!r}, {len(self)} contacts)"

    def __len__(self) -> int:
        return len(self._segments)

    def __iter__(self) -> Iterator[Segment]:
        """Iterate over the segments in the order in which they became known."""
        return iter(self._segments)

    @property
    def first(self) -> Segment:
        """The segment of its initial contact. Nothing in the session comes before it."""
        return self._segments[0]

    @property
    def customer_id(self) -> str | None:
        """The customer that its records name; None if they name none, or several."""
        return self._customers[0] if len(self._customers) == 1 else None

    @property
    def has_ended(self) -> bool:
        """Whether all of its known chat contacts have ended (rule ``identity.session-end``)."""
        return not self._live

    @property
    def begun(self) -> datetime | None:
        """The earliest time at which a contact began; None if no record tells."""
        known = (each.known for each in self._segments)
        return min((each.initiation_timestamp for each in known if each and each.initiation_timestamp), default=None)

    @property
    def begun_since(self) -> datetime | None:
        """The time from which on it may have begun; None if it may have begun at any time.

        That is so if no record tells when the initial contact began.
        """
        known = self.first.known
        return None if known is None or known.initiation_timestamp is None else self.begun

    @property
    def live(self) -> tuple[ContactId, ...]:
        """Ids of the chat contacts that have not ended, sorted."""
        if not self._live:
            return ()
        if self._live_ids is None:
            self._live_ids = tuple(sorted(each.contact_id for each in self._segments if is_live(each.contact)))
        return self._live_ids

    @property
    def unknown(self) -> tuple[ContactId, ...]:
        """Ids of the unknown contacts, sorted: records refer to them, but there is no record of them."""
        if not self._unknown:
            return ()
        if self._unknown_ids is None:
            self._unknown_ids = tuple(sorted(each.contact_id for each in self._segments if each.known is None))
        return self._unknown_ids

    @property
    def is_linear(self) -> bool:
        """Whether its contacts form one chain: one contact has no predecessor, and none has two successors."""
        return not self.branches

    @property
    def tip(self) -> Segment:
        """The last segment of a linear session; in a branched session, the end of one of the branches."""
        if self._tip is None:
            self._tip = next(each for each in reversed(self._segments) if not each.successors)
        return self._tip

    def in_line(self) -> tuple[PastContact, ...]:
        """List the contacts of a linear session, newest first, and keep the list until the session changes."""
        self.line = tuple([each.contact for each in chain(self.tip)])
        return self.line

    def most_recent(self, consultation: Consultation) -> Choice:
        """Choose the most recently terminated chat contact.

        If no record tells the end of any, choose among the unknown contacts, or else among those whose end nobody told.
        Rules ``start.entire-past-session`` and ``start.most-recent``. The choice holds one segment. It is empty if the
        session has no chat.
        """
        candidates = self._ended or self._unknown or self._live
        if not candidates:
            return Choice(())
        criterion = consultation.ask(MostRecent) if candidates > 1 else _BY_DISCONNECT
        if criterion is _BY_DISCONNECT and self._last_ended is not None:
            return Choice((self._last_ended,))
        choice = self._recent.get(criterion)
        if choice is None:
            choice = _most_recent(self._candidates(), criterion)
            self._recent = {**self._recent, criterion: choice}
        _note_undated(choice, consultation)
        if choice.tied and consultation.weighs:
            first = consultation.first_of([each.contact_id for each in choice.tied])
            return evolve(choice, segments=tuple(each for each in choice.tied if each.contact_id == first))
        return choice

    def could_be_most_recent(self, segment: Segment, consultation: Consultation) -> bool:
        """Tell whether a segment is the one that :meth:`most_recent` chooses, consulting only what can matter."""
        if self._contenders is None:
            choices = [self.most_recent(each) for each in _BY.values()]
            self._contenders = frozenset(one for each in choices for one in (*each.segments, *each.tied, *each.undated))
        if segment not in self._contenders or len(self._contenders) == 1:
            return segment in self._contenders
        return self.most_recent(consultation).segments == (segment,)

    def _candidates(self) -> list[Segment]:
        if self._ended:
            return [each for each in self._segments if _has_ended(each.contact)]
        if self._unknown:
            return [each for each in self._segments if each.known is None]
        return [each for each in self._segments if is_live(each.contact)]

    def newest_first(self, consultation: Consultation) -> Choice:
        """Order all segments from newest to oldest, each before its predecessor (rule ``visibility.order``)."""
        if self.is_linear:
            return Choice(tuple(chain(self.tip)))
        criterion = consultation.ask(MostRecent)
        choice = self._orders.get(criterion)
        if choice is None:
            choice = _newest_first(self._segments, _BY[criterion])
            self._orders = {**self._orders, criterion: choice}
        _note_undated(choice, consultation)
        return _newest_first(self._segments, consultation) if choice.by_id_alone and consultation.weighs else choice


def is_regular(contact: PastContact) -> bool:
    """Tell whether a contact is a known, ended chat with its transcript in place: a walk lists it without a remark."""
    return _has_ended(contact) and (contact.transcript is None or contact.transcript.rule is None)


def is_overdue(chat: ChatSession | Contact, now: datetime) -> bool:
    """Tell whether a chat began so long before a time that it has ended (rule ``identity.end-untold``)."""
    begun = chat.begun if isinstance(chat, ChatSession) else chat.initiation_timestamp
    return begun is not None and now - begun > LONGEST_CHAT


def is_live(contact: PastContact) -> bool:
    """Tell whether a contact is a known chat that has not ended."""
    return isinstance(contact, Contact) and contact.is_chat and not contact.has_ended


def _has_ended(contact: PastContact) -> TypeGuard[Contact]:
    return isinstance(contact, Contact) and contact.is_chat and contact.has_ended


class _Depths(dict[Segment, int]):
    """The number of predecessors of a segment, computed on demand, each step once."""

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


def _note_undated(choice: Choice, consultation: Consultation) -> None:
    if choice.undated and consultation.weighs:
        consultation.undated |= dict.fromkeys([each.contact_id for each in choice.undated])


def lacks_beginning(segment: Segment) -> bool:
    """Tell whether the record of a contact does not tell when it began."""
    return segment.known is not None and segment.known.initiation_timestamp is None


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
    """Give the measures that rank segments, before the id. Each measure breaks the ties of the one before."""
    depth = _Depths().__getitem__
    if criterion is MostRecent.DISCONNECT:
        return (_disconnect, _initiation, depth)
    if criterion is MostRecent.INITIATION:
        return (_initiation, _disconnect, depth)
    if criterion is MostRecent.DEPTH:
        return (depth, _disconnect, _initiation)
    assert_never(criterion)


def _most_recent(tied: list[Segment], criterion: MostRecent) -> Choice:
    perhaps: list[Segment] = []
    for measure in _measures(criterion):
        if measure is _initiation and any(map(lacks_beginning, tied)):
            earlier = earlier_than(tied)
            perhaps = [each for each in tied if each not in earlier]
        measured = [measure(each) for each in tied]
        greatest = max(measured)
        tied = [each for each, value in zip(tied, measured, strict=True) if value == greatest]
    chosen = max(tied, key=lambda each: each.contact_id)
    undated = () if perhaps == [chosen] else tuple(filter(lacks_beginning, perhaps))
    return Choice((chosen,), len(tied) > 1, tuple(tied) if len(tied) > 1 else (), undated)


def earlier_than(segments: Iterable[Segment]) -> Collection[Segment]:
    """Find all that are less recent than some segments which follow them, whenever they began.

    No contact begins before one that it follows. If both began at one time, the one that ended later is more recent.
    """
    latest: dict[Segment, float] = {}
    for each in sorted(segments, key=_disconnect, reverse=True):
        at = each.previous
        while at is not None and at not in latest:
            latest[at] = _disconnect(each)
            at = at.previous
    return {each for each, ended in latest.items() if ended >= _disconnect(each)}


def _newest_first(segments: list[Segment], consultation: Consultation) -> Choice:
    """Repeatedly take the most recent segment whose successors have all been taken."""
    measures = _measures(consultation.ask(MostRecent))
    recency = {each: (each.known is not None, *(measure(each) for measure in measures)) for each in segments}
    ranked = sorted(segments, key=lambda each: (recency[each], each.contact_id), reverse=True)
    rank = {each: place for place, each in enumerate(ranked)}
    waiting = {each: each.successors for each in segments}
    ready = [rank[each] for each in segments if not each.successors]
    heapify(ready)
    beginnings = _Beginnings({each: recency[each][: 1 + measures.index(_initiation)] for each in segments})
    beginnings.enter(*(ranked[each] for each in ready))
    taken: list[Segment] = []
    by_id_alone = False
    weighs = consultation.weighs
    while ready:
        newest = ranked[heappop(ready)]
        if ready and recency[ranked[ready[0]]] == recency[newest]:
            by_id_alone = True
            if weighs:
                tied = {newest.contact_id: newest}
                while ready and recency[ranked[ready[0]]] == recency[newest]:
                    also = ranked[heappop(ready)]
                    tied[also.contact_id] = also
                newest = tied[consultation.first_of(tied)]
                for each in tied.values():
                    if each is not newest:
                        heappush(ready, rank[each])
                weighs = len(tied) <= MOST_TIED
        taken.append(newest)
        beginnings.leave(newest)
        if newest.previous is not None:
            waiting[newest.previous] -= 1
            if not waiting[newest.previous]:
                heappush(ready, rank[newest.previous])
                beginnings.enter(newest.previous)
    return Choice(tuple(taken), by_id_alone, undated=beginnings.undated)


class _Beginnings:
    """Whether the order of contacts hangs on when one began that no record tells: contacts that wait to be taken.

    ``alike`` gives what is compared before the beginning. Of contacts that are alike and wait together, the beginning
    decides.
    """

    def __init__(self, alike: Mapping[Segment, object]) -> None:
        self._alike = alike
        self._lacking = dict.fromkeys(filter(lacks_beginning, alike))
        self._waiting: Counter[object] = Counter()
        self._lacking_wait: Counter[object] = Counter()
        self.undated: tuple[Segment, ...] = ()

    def enter(self, *segments: Segment) -> None:
        for each in segments if self._lacking else ():
            key = self._alike[each]
            self._waiting[key] += 1
            self._lacking_wait[key] += each in self._lacking
            if self._waiting[key] > 1 and self._lacking_wait[key]:
                self.undated = tuple(self._lacking)

    def leave(self, segment: Segment) -> None:
        if self._lacking:
            self._waiting[self._alike[segment]] -= 1
            self._lacking_wait[self._alike[segment]] -= segment in self._lacking
