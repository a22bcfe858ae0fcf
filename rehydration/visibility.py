"""What is seen: the walk back over links, the limit, and the availability of transcripts.

Here belongs the group ``visibility`` of the rules. What of one session is shown is a strategy's decision; this module
knows no type by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain as concatenate
from itertools import islice
from types import MappingProxyType
from typing import Final

from attrs import frozen

from rehydration.answers import RuleWarning, Unavailability
from rehydration.contacts import Contact, PastContact, UnknownContact
from rehydration.eligibility import TRANSCRIPT_LAG
from rehydration.errors import InvalidArgument, TooManyPastContacts, TranscriptNotAvailable, some_of
from rehydration.identifiers import ContactId, RuleId
from rehydration.policies import BeyondLimit, Consultation, LinkScope, Unavailable
from rehydration.sessions import ChatSession, Segment, chain
from rehydration.strategies import UNKNOWN_TYPE, RehydrationStrategy
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
_BY_UNKNOWN_TYPE: Final[Mapping[tuple[RuleId, ...], tuple[RuleId, ...]]] = {
    each: (*each, _TYPE_OF_LINK) for each in ((), _OVER_LINK, _OVER_LINK_OF_SESSION)
}
"""The rules that lead over a link → the same where its type is unknown."""
_UNKNOWN_CONTACT: Final = RuleId("visibility.unknown-contact")
_UNAVAILABLE: Final = RuleId("visibility.transcript-unavailable")


@frozen(eq=False)
class Leg:
    """The part of a walk in one session: where it enters, by which strategy, what is shown, and why it was entered."""

    start: Segment
    strategy: RehydrationStrategy
    view: View
    entered_by: tuple[RuleId, ...]

    @property
    def session(self) -> ChatSession:
        """The session that the walk is in."""
        return self.start.session

    @property
    def segments(self) -> Iterator[Segment]:
        """What is shown of it, newest first."""
        return _segments(self.start, self.view)

    @property
    def rules(self) -> tuple[RuleId, ...]:
        """The rules by which what is shown is seen."""
        return (*self.entered_by, *self.view.rules)

    @property
    def dropped_by(self) -> tuple[RuleId, ...]:
        """The rules by which the rest of the session is not."""
        own = (_TYPE_OF_LINK,) if _TYPE_OF_LINK in self.entered_by else self.view.dropped_by
        return (*own, _CUT_PERSISTS) if _CUMULATIVE in self.entered_by else own


def _segments(start: Segment, view: View) -> Iterator[Segment]:
    return chain(start) if view.segments is None else iter(view.segments)


_Entry = tuple[Segment, RehydrationStrategy, tuple[RuleId, ...]]
"""Where a session is entered, by which strategy, and the rules that lead there."""


class Walk:
    """Goes back session by session: all that is shown of one, then over its link (rule ``visibility.cumulative``).

    On the way it lists what it finds, and all that is to be said of it.
    """

    __slots__ = (
        "_legs",
        "_now",
        "_strategies",
        "_transcripts",
        "_visited",
        "_within_limit",
        "asked",
        "beyond",
        "incomplete",
        "rules",
        "stopped_at",
        "unavailable",
        "visible",
        "warnings",
    )

    def __init__(
        self,
        strategies: Mapping[str, RehydrationStrategy],
        transcripts: Mapping[str, TranscriptFact],
        now: datetime | None,
        asked: Consultation,
        visited: ChatSession | None,
    ) -> None:
        """Stand before the first session; ``visited`` is the one that must not be entered, if there is one."""
        self._strategies = strategies
        self._transcripts = transcripts
        self._now = now
        self.asked: Consultation = asked
        self._visited = {visited}
        self._legs: list[tuple[Segment, RehydrationStrategy, View, tuple[RuleId, ...]]] = []
        self._within_limit: int = 0
        self.visible: list[PastContact] = []
        self.unavailable: list[Unavailability] = []
        self.warnings: list[RuleWarning] = []
        self.rules: list[RuleId] = []
        self.stopped_at: ContactId | None = None
        self.incomplete: bool = False
        self.beyond: Iterator[Segment] | None = None

    @property
    def legs(self) -> list[Leg]:
        """The sessions entered, in the order of the walk."""
        return [Leg(*each) for each in self._legs]

    # ------------------------------------------------------------------------------------------------------ the way

    def take(self, start: Segment, strategy: RehydrationStrategy) -> None:
        """Go back from a start contact, as far as the limit."""
        self._take((start, strategy, ()))

    def take_link(self, session: ChatSession) -> None:
        """Go back from what a session continues from, as far as the limit."""
        if session.continues is not None:
            self._take(self._over(session.continues, session.rehydration_type, ()))

    def link_counts_for(self, segment: Segment) -> tuple[bool, tuple[RuleId, ...]]:
        """Tell whether the link of a contact's session counts for the contact, and the rule where one had to say so."""
        session = segment.session
        if session.continues is None:
            return False, ()
        if session.is_linear and session.first.carries_link:
            return True, ()
        if _carries_link(chain(segment)):
            return True, ()
        return self.asked.reading(LinkScope) is LinkScope.SESSION, (_LINK_SCOPE,)

    def applied(self) -> Iterable[tuple[RuleId, ...]]:
        """Tell the rules by which what is within the limit is seen, in the order of the walk."""
        told: dict[tuple[RuleId, ...], None] = {}
        last_view = last_entered_by = None
        for _, _, view, entered_by in self._legs[: self._within_limit]:
            if view is not last_view or entered_by is not last_entered_by:  # most legs are like the one before
                told[entered_by] = told[view.rules] = None
                last_view, last_entered_by = view, entered_by
        return told

    def _take(self, entry: _Entry | None) -> None:
        first, room = entry, PAST_CONTACT_LIMIT
        show = self.visible.append
        no_facts, settled = self._transcripts is NO_FACTS, None if self._now is None else self._now - TRANSCRIPT_LAG
        while entry is not None:
            start = entry[0]
            view = self._enter(entry)
            session = start.session
            rest: Iterator[Segment]
            if (
                view.segments is None
                and not session.noteworthy
                and no_facts
                and (settled is None or _had_ended(session, settled))
            ):  # there is nothing to say of any contact of it
                last, at = start, start.previous
                show(last.contact)
                room -= 1
                while at is not None and room:
                    show(at.contact)
                    room -= 1
                    last, at = at, at.previous
                rest = chain(at)
                carries = last.carries_link or (session.carriers > 0 and _carries_link(chain(start, before=at)))
                unknown = False
                self._within_limit = len(self._legs)
            else:
                rest = _segments(start, view)
                entered = list(islice(rest, room))
                room -= len(entered)
                carries, unknown = _carries_link(entered), any(each.known is None for each in entered)
                if entered:
                    self._within_limit = len(self._legs)
                self._list_each(entered)
                if self.stopped_at is not None:
                    return
            if not room:
                self._look_beyond(start if first is None else first[0], self._rest(session, rest, carries, unknown))
                return
            entry = self._next(session, carries, unknown)

    def _enter(self, entry: _Entry) -> View:
        start, strategy, entered_by = entry
        session = start.session
        view = strategy.view(session, start, self.asked)
        self._legs.append((start, strategy, view, entered_by))
        self._visited.add(session)
        if view.by_id_alone:
            self.warnings.append(by_id_alone_warning(session))
        return view

    def _next(self, session: ChatSession, carries: bool, unknown: bool) -> _Entry | None:  # noqa: FBT001
        """Find where to go on to from a session, of which an entered contact ``carries`` the link or is ``unknown``."""
        start = session.continues
        if start is None or unknown:
            return None
        rules: tuple[RuleId, ...] = _OVER_LINK
        if not carries:
            if self.asked.reading(LinkScope) is LinkScope.CONTACT:
                self.rules.insert(0, _LINK_SCOPE)
                return None
            rules = _OVER_LINK_OF_SESSION
        if start.session in self._visited:
            self.warnings.append(_visited(session, start.session))
            return None
        return self._over(start, session.rehydration_type, rules)

    def _over(self, start: Segment, rehydration_type: str | None, rules: tuple[RuleId, ...]) -> _Entry:
        """Enter the session that a link leads into."""
        strategy = None if rehydration_type is None else self._strategies.get(rehydration_type)
        if strategy is not None:
            return (start, strategy, rules)
        if not start.session.is_linear:
            shown = set(chain(start))
            siblings = sorted(each.contact_id for each in start.session if each not in shown and each.is_listed)
            if siblings:
                self.warnings.append(_type_of_link(start.contact_id, tuple(siblings)))
        return (start, UNKNOWN_TYPE, _BY_UNKNOWN_TYPE[rules])

    def _look_beyond(self, start: Segment, rest: Iterator[Segment]) -> None:
        """Look whether there is one contact more."""
        said = len(self.warnings)
        segment = next(rest, None)
        if segment is None:
            return
        del self.warnings[said:]  # what was said of a session that is entered beyond the limit
        if self.asked.reading(BeyondLimit) is BeyondLimit.REFUSE:
            raise TooManyPastContacts(start.contact_id, PAST_CONTACT_LIMIT, segment.contact_id)
        self.rules += (RuleId("visibility.past-limit"), RuleId("visibility.beyond-limit"))
        self.warnings.append(_beyond_limit(segment.contact_id))
        self.beyond = concatenate((segment,), rest)

    def _rest(
        self,
        session: ChatSession,
        segments: Iterator[Segment],
        carries: bool,  # noqa: FBT001  # as _next, of what was entered of the session
        unknown: bool,  # noqa: FBT001
    ) -> Iterator[Segment]:
        """Yield every past contact that comes after those entered."""
        while True:
            for segment in segments:
                carries, unknown = carries or segment.carries_link, unknown or segment.known is None
                yield segment
            entry = self._next(session, carries, unknown)
            if entry is None:
                return
            session, segments, carries, unknown = (
                entry[0].session,
                _segments(entry[0], self._enter(entry)),
                False,
                False,
            )

    # ----------------------------------------------------------------------------------------------------- the list

    def _list_each(self, entered: list[Segment]) -> None:
        for segment in entered:
            self._look_at(segment.contact)
            if self.stopped_at is not None:
                return

    def _look_at(self, contact: PastContact) -> None:
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


def _had_ended(session: ChatSession, by: datetime) -> bool:
    return session.last_disconnect is not None and session.last_disconnect <= by


def _carries_link(segments: Iterable[Segment]) -> bool:
    return any(each.carries_link for each in segments)


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
