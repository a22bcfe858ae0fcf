"""What is seen: the walk back over links, the limit, and the availability of transcripts.

Here belongs the group ``visibility`` of the rules. What of one session is shown is a strategy's decision; this module
knows no type by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain as concatenate
from itertools import islice
from types import MappingProxyType
from typing import Final, NamedTuple

from rehydration.answers import RuleWarning, Unavailability
from rehydration.contacts import Contact, PastContact, UnknownContact
from rehydration.eligibility import TRANSCRIPT_LAG
from rehydration.errors import InvalidArgument, TooManyPastContacts, TranscriptNotAvailable, some_of
from rehydration.identifiers import ContactId, RuleId
from rehydration.policies import BeyondLimit, Consultation, LinkScope, Unavailable
from rehydration.sessions import ChatSession, Segment
from rehydration.strategies import STRAIGHT_VIEW, UNKNOWN_TYPE, RehydrationStrategy
from rehydration.strategies.protocol import View
from rehydration.transcripts import Availability, TranscriptFact

PAST_CONTACT_LIMIT: Final = 100
"""How many past contacts are traversed (rule ``visibility.past-limit``)."""


NO_FACTS: Final[Mapping[str, TranscriptFact]] = MappingProxyType({})
"""Nobody looked at any transcript."""

_CUMULATIVE: Final = RuleId("visibility.cumulative")
_CUT_PERSISTS: Final = RuleId("visibility.cut-persists")
_LINK_SCOPE: Final = RuleId("visibility.link-scope")
_TYPE_OF_LINK: Final = RuleId("visibility.type-of-link")
_OVER_LINK: Final = (_CUMULATIVE,)
_OVER_LINK_OF_SESSION: Final = (_CUMULATIVE, _LINK_SCOPE)
_UNKNOWN_CONTACT: Final = RuleId("visibility.unknown-contact")
_UNAVAILABLE: Final = RuleId("visibility.transcript-unavailable")


class Leg(NamedTuple):
    """The part of a walk in one session: where it enters, by which strategy, what is shown, and why it was entered."""

    session: ChatSession
    start: Segment
    strategy: RehydrationStrategy
    view: View
    entered_by: tuple[RuleId, ...]

    @property
    def rules(self) -> tuple[RuleId, ...]:
        """The rules by which what is shown is seen."""
        return (*self.entered_by, *self.view.rules)

    @property
    def dropped_by(self) -> tuple[RuleId, ...]:
        """The rules by which the rest of the session is not."""
        own = (_TYPE_OF_LINK,) if _TYPE_OF_LINK in self.entered_by else self.view.dropped_by
        return (*own, _CUT_PERSISTS) if _CUMULATIVE in self.entered_by else own


Onward = tuple[Segment, RehydrationStrategy, tuple[RuleId, ...]]
"""Where a walk goes on: the start contact, how its session is shown, and the rules by which it is entered."""


class Walk:
    """Goes back session by session: all that is shown of one, then over its link (rule ``visibility.cumulative``).

    On the way it lists what it finds, and all that is to be said of it.
    """

    __slots__ = (
        "_barred",
        "_is_wary",
        "_legs",
        "_now",
        "_strategies",
        "_transcripts",
        "asked",
        "beyond",
        "incomplete",
        "rules",
        "stopped_at",
        "unavailable",
        "visible",
        "warnings",
        "within_limit",
    )

    def __init__(  # all that a walk looks at
        self,
        strategies: Mapping[str, RehydrationStrategy],
        transcripts: Mapping[str, TranscriptFact],
        now: datetime | None,
        asked: Consultation,
        barred: ChatSession | None,
    ) -> None:
        """Stand before the first session; ``barred`` is the one that must not be entered, if there is one."""
        self._strategies = strategies
        self._transcripts = transcripts
        self._now = now
        self._is_wary = now is not None or transcripts is not NO_FACTS
        self.asked: Consultation = asked
        self._barred = barred
        self._legs: dict[ChatSession, tuple[ChatSession, Segment, RehydrationStrategy, View, tuple[RuleId, ...]]] = {}
        self.within_limit: int = 0
        """How many legs begin within the limit."""
        self.visible: list[PastContact] = []
        self.unavailable: list[Unavailability] = []
        self.warnings: list[RuleWarning] = []
        self.rules: list[RuleId] = []
        self.stopped_at: ContactId | None = None
        self.incomplete: bool = False
        self.beyond: Iterator[Segment] | None = None

    # ------------------------------------------------------------------------------------------------------ the way

    def take(self, start: Segment, strategy: RehydrationStrategy, entered_by: tuple[RuleId, ...] = ()) -> None:
        """Enter the session of a start contact and go back from there, as far as the limit."""
        first, visible, room = start, self.visible, PAST_CONTACT_LIMIT
        while True:
            session = start.session
            segments = self._enter(session, start, strategy, entered_by)
            entered: Sequence[Segment]
            if type(segments) is Segment and not session.noteworthy and not self._is_wary:
                # the chain that leads to it, and there is nothing to say of any contact in it
                self.within_limit = len(self._legs)
                at: Segment | None = segments
                before = room
                while at is not None and room:
                    last, at = at, at.previous
                    visible.append(last.contact)
                    room -= 1
                entered = (last,) if last.carries_link else [*islice(segments, before - room)]
                segments = at or ()
            else:
                segments = iter(segments)
                entered = [*islice(segments, room)]
                if entered:
                    self.within_limit = len(self._legs)
                self._look_at(entered)
                if self.stopped_at is not None:
                    return
                room -= len(entered)
            if not room:
                self._look_beyond(first, session, entered, segments)
                return
            onward = self._onward(session, entered)
            if onward is None:
                return
            start, strategy, entered_by = onward

    def over(self, start: Segment, rehydration_type: str | None, entered_by: tuple[RuleId, ...] = ()) -> Onward:
        """Tell how a link is walked."""
        strategy = self._strategies.get(rehydration_type or "")
        if strategy is not None:
            return start, strategy, entered_by
        self._tell_siblings(start)
        return start, UNKNOWN_TYPE, (*entered_by, _TYPE_OF_LINK)

    @property
    def legs(self) -> Iterator[Leg]:
        """The legs of the walk so far, also beyond the limit."""
        return map(Leg._make, self._legs.values())

    def link_counts_for(self, segment: Segment) -> tuple[bool, tuple[RuleId, ...]]:
        """Tell whether the link of a contact's session counts for the contact, and the rule where one had to say so."""
        session = segment.session
        if session.continues is None:
            return False, ()
        if session.is_linear and session.first.carries_link:
            return True, ()
        if any(each.carries_link for each in segment):
            return True, ()
        return self.asked.reading(LinkScope) is LinkScope.SESSION, (_LINK_SCOPE,)

    def applied(self, rules: Sequence[RuleId]) -> Iterable[Sequence[RuleId]]:
        """Tell the rules applied: those before the walk, and those by which what it lists is seen; some repeatedly."""
        applied = [rules]
        for _, _, _, view, entered_by in islice(self._legs.values(), self.within_limit):
            applied += (entered_by, view.rules)
        applied.append(tuple(self.rules))
        return applied

    def _enter(
        self, session: ChatSession, start: Segment, strategy: RehydrationStrategy, entered_by: tuple[RuleId, ...]
    ) -> Iterable[Segment]:
        """Begin a leg, and tell what is shown of the session."""
        view = strategy.view(session, start, self.asked)
        self._legs[session] = (session, start, strategy, view, entered_by)
        if view.by_id_alone:
            self.warnings.append(by_id_alone_warning(session))
        return view.segments

    def _onward(self, session: ChatSession, entered: Sequence[Segment]) -> Onward | None:
        """Find the session to go on to, if there is one, from what was entered of one."""
        start = session.continues
        if start is None or (session.noteworthy and any(each.known is None for each in entered)):
            return None
        entered_by: tuple[RuleId, ...] = _OVER_LINK
        if not (entered and entered[-1].carries_link) and not any(each.carries_link for each in entered):
            if self.asked.reading(LinkScope) is LinkScope.CONTACT:
                self.rules.insert(0, _LINK_SCOPE)
                return None
            entered_by = _OVER_LINK_OF_SESSION
        if start.session in self._legs or start.session is self._barred:
            self.warnings.append(_visited(session, start.session))
            return None
        return self.over(start, session.rehydration_type, entered_by)

    def _tell_siblings(self, start: Segment) -> None:
        """Warn of what a link of unknown type would show as well, had it been one that shows the whole session."""
        if not start.session.is_linear:
            shown = set(start)
            siblings = sorted(each.contact_id for each in start.session if each not in shown and each.is_listed)
            if siblings:
                self.warnings.append(_type_of_link(start.contact_id, tuple(siblings)))

    def _look_beyond(
        self, first: Segment, session: ChatSession, entered: Sequence[Segment], segments: Iterable[Segment]
    ) -> None:
        """Look whether there is one contact more."""
        rest = self._rest(session, [*entered], segments)
        said = len(self.warnings)
        segment = next(rest, None)
        if segment is None:
            return
        del self.warnings[said:]  # what was said of a session that is entered beyond the limit
        if self.asked.reading(BeyondLimit) is BeyondLimit.REFUSE:
            raise TooManyPastContacts(first.contact_id, PAST_CONTACT_LIMIT, segment.contact_id)
        self.rules += (RuleId("visibility.past-limit"), RuleId("visibility.beyond-limit"))
        self.warnings.append(_beyond_limit(segment.contact_id))
        self.beyond = concatenate((segment,), rest)

    def _rest(self, session: ChatSession, entered: list[Segment], segments: Iterable[Segment]) -> Iterator[Segment]:
        """Yield every past contact that comes after those entered."""
        while True:
            for segment in segments:
                entered.append(segment)
                yield segment
            onward = self._onward(session, entered)
            if onward is None:
                return
            session, entered = onward[0].session, []
            segments = self._enter(session, *onward)

    # ----------------------------------------------------------------------------------------------------- the list

    def _look_at(self, entered: list[Segment]) -> None:
        """List the contacts entered, with what is to be said of each, until the walk stops."""
        for segment in entered:
            self._say(segment.contact)
            if self.stopped_at is not None:
                return

    def _say(self, contact: PastContact) -> None:
        if isinstance(contact, UnknownContact):
            self._list(contact, Unavailability(contact.contact_id, Availability.UNKNOWN, _UNKNOWN_CONTACT))
            self.incomplete = True
            self.warnings.append(_unknown_contact(contact.contact_id))
        elif not contact.is_chat:
            self.rules.append(RuleId("visibility.other-channels"))
        else:
            reason = _unavailability(contact, self._transcripts, self._now)
            if reason is None or reason.availability is Availability.NOT_READY:
                self._list(contact, reason)
            else:
                self._miss(contact, reason)

    def _list(self, contact: PastContact, reason: Unavailability | None) -> None:
        self.visible.append(contact)
        if reason is not None:
            self.unavailable.append(reason)
            self.rules.append(reason.rule)

    def _miss(self, contact: Contact, reason: Unavailability) -> None:
        """Meet a transcript that cannot be shown."""
        reading = self.asked.reading(Unavailable)
        if reading is Unavailable.REFUSE:
            raise TranscriptNotAvailable(contact.contact_id, reason.availability.value, reason.rule)
        self.rules.append(_UNAVAILABLE)
        self.warnings.append(_unavailable(reason, reading))
        if reading is Unavailable.GAP:
            self._list(contact, reason)
        else:
            self.unavailable.append(reason)
            self.rules.append(reason.rule)
            self.stopped_at = contact.contact_id


def straight_back(start: Segment) -> tuple[PastContact, ...] | None:
    """List what is shown from a place back to the first contact of all; None where a :class:`Walk` has to look.

    It has to where there is something to say of a contact or of the way, or more contacts than the limit. That no
    session is entered twice needs no look: a session that leads straight back is linear and its first contact carries
    its link, so that a circle of sessions would be a circle of contacts, which no graph holds.
    """
    listed: list[PastContact] = []
    at = start
    for _ in range(PAST_CONTACT_LIMIT):
        listed.append(at.contact)
        back = at.back
        if back is None:
            return tuple(listed)
        at = back
    return None


class StraightRules:
    """The rules of a walk straight back, put together when they are asked for: the contacts listed tell them."""

    __slots__ = ("_before", "_listed")

    def __init__(self, before: Iterable[Sequence[RuleId]], listed: Sequence[PastContact]) -> None:
        """Take the rules that come before the first link, and the contacts listed."""
        self._before = before
        self._listed = listed

    def __iter__(self) -> Iterator[Sequence[RuleId]]:
        yield from self._before
        for contact in self._listed[:-1]:
            if isinstance(contact, Contact) and contact.is_first:
                yield _OVER_LINK
                if contact.rehydration_type is None:
                    yield (_TYPE_OF_LINK,)
                yield STRAIGHT_VIEW


def _unavailability(
    contact: Contact, transcripts: Mapping[str, TranscriptFact], now: datetime | None
) -> Unavailability | None:
    """Say why the transcript of a contact cannot be read: by the facts given, else by its record, else by its age."""
    fact = contact.transcript
    if contact.contact_id in transcripts:
        fact = transcripts[contact.contact_id]
        if not isinstance(fact, TranscriptFact):
            raise InvalidArgument(f"transcripts[{contact.contact_id!r}]", fact, "a TranscriptFact")
    if fact is not None:
        rule = fact.rule
        return None if rule is None else Unavailability(contact.contact_id, fact.availability, rule)
    ended = contact.disconnect_timestamp
    if ended is None or (now is not None and now - ended < TRANSCRIPT_LAG):
        return Unavailability(contact.contact_id, Availability.NOT_READY, RuleId("eligibility.transcript-lag"))
    return None


def by_id_alone_warning(session: ChatSession) -> RuleWarning:
    """Say that nothing but an id decided."""
    return RuleWarning(
        RuleId("start.most-recent"),
        f"contacts of the session of {session.initial_contact_id!r} are equally recent; the greatest id comes first",
        (session.initial_contact_id,),
    )


def _type_of_link(start: ContactId, siblings: tuple[ContactId, ...]) -> RuleWarning:
    return RuleWarning(
        _TYPE_OF_LINK,
        f"a link leads to {start!r} by a type that no record tells; had it been ENTIRE_PAST_SESSION, "
        f"{some_of(siblings)} could be visible too",
        siblings,
    )


def _visited(leaving: ChatSession, back: ChatSession) -> RuleWarning:
    return RuleWarning(
        RuleId("visibility.visit-once"),
        f"the link of the session of {leaving.initial_contact_id!r} leads back into that of "
        f"{back.initial_contact_id!r}; the walk ends there",
        (leaving.initial_contact_id, back.initial_contact_id),
    )


def _unknown_contact(contact_id: ContactId) -> RuleWarning:
    return RuleWarning(
        _UNKNOWN_CONTACT,
        f"no record is of {contact_id!r}; what lies before it cannot be told",
        (contact_id,),
    )


def _unavailable(reason: Unavailability, reading: Unavailable) -> RuleWarning:
    then = "it leaves a gap" if reading is Unavailable.GAP else "the walk stops before it"
    return RuleWarning(
        _UNAVAILABLE,
        f"the transcript of {reason.contact_id!r} is {reason.availability.value} ({reason.rule}); {then}",
        (reason.contact_id,),
    )


def _beyond_limit(first_beyond: ContactId) -> RuleWarning:
    return RuleWarning(
        RuleId("visibility.beyond-limit"),
        f"more than {PAST_CONTACT_LIMIT} past contacts; {first_beyond!r} is the first beyond the limit",
        (first_beyond,),
    )
