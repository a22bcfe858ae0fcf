"""What is seen: the walk back over links, the limit, and the availability of transcripts.

Here belongs the group ``visibility`` of the rules. What of one session is shown is a strategy's decision; this module
knows no type by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain as concatenate
from typing import Final

from attrs import frozen

from rehydration.answers import RuleWarning, Unavailability
from rehydration.contacts import Contact, PastContact, UnknownContact
from rehydration.eligibility import TRANSCRIPT_LAG
from rehydration.errors import InvalidArgument, TooManyPastContacts, TranscriptNotAvailable, some_of
from rehydration.graph import ContactGraph, Link
from rehydration.identifiers import ContactId, RuleId
from rehydration.policies import BeyondLimit, Consultation, LinkScope, Unavailable
from rehydration.sessions import ChatSession, Segment, chain
from rehydration.strategies import UNKNOWN_TYPE, RehydrationStrategy
from rehydration.strategies.protocol import View
from rehydration.transcripts import Availability, TranscriptFact

PAST_CONTACT_LIMIT: Final = 100
"""How many past contacts are traversed (rule ``visibility.past-limit``)."""


@frozen
class Leg:
    """The part of a walk in one session: where it enters, by which strategy, what it shows and which rules say so."""

    session: ChatSession
    start: Segment
    strategy: RehydrationStrategy
    view: View
    rules: tuple[RuleId, ...]
    dropped_by: tuple[RuleId, ...]


class Walk:
    """Goes back session by session: all that is shown of one, then over its link (rule ``visibility.cumulative``)."""

    def __init__(
        self,
        graph: ContactGraph,
        strategies: Mapping[str, RehydrationStrategy],
        asked: Consultation,
        visited: ChatSession | None,
    ) -> None:
        """Stand before the first session; ``visited`` is the one that must not be entered, if there is one."""
        self._graph = graph
        self._strategies = strategies
        self.asked = asked
        self._visited = set() if visited is None else {visited.initial_contact_id}
        self.legs: list[Leg] = []
        self.warnings: list[RuleWarning] = []
        self.rules: list[RuleId] = []

    def contacts(self, first: Leg) -> Iterator[Segment]:
        """Yield every past contact that the walk enters, newest first, whatever its channel, known or not."""
        leg: Leg | None = first
        while leg is not None:
            self.legs.append(leg)
            self._visited.add(leg.session.initial_contact_id)
            if leg.view.by_id_alone:
                self.warnings.append(by_id_alone_warning(leg.session))
            entered = []
            for segment in leg.view.segments:
                entered.append(segment.contact)
                yield segment
            leg = self._next(leg, entered)

    def link_for(self, segment: Segment) -> tuple[Link | None, tuple[RuleId, ...]]:
        """Find the link of a contact's session, if it counts for the contact, and the rule where one had to say so."""
        link = self._graph.link_of(segment.session)
        if link is None or any(each.contact_id in link.carriers for each in chain(segment)):
            return link, ()
        counts = self.asked.reading(LinkScope) is LinkScope.SESSION
        return link if counts else None, (RuleId("visibility.link-scope"),)

    def over(self, link: Link, rules: tuple[RuleId, ...] = (), dropped_by: tuple[RuleId, ...] = ()) -> Leg:
        """Enter the session that a link leads into."""
        start = self._graph.segment(link.continued_from_contact_id)
        strategy = self._strategies.get(link.rehydration_type or "")
        if strategy is not None:
            return self.enter(start, strategy, rules, dropped_by)
        view = UNKNOWN_TYPE.view(start.session, start, self.asked)
        unknown = RuleId("visibility.type-of-link")
        leg = Leg(start.session, start, UNKNOWN_TYPE, view, (*rules, unknown, *view.rules), (unknown, *dropped_by))
        if not start.session.is_linear:
            shown = {each.contact_id for each in chain(start)}
            listed = (each.contact_id for each in start.session if each.is_listed)
            siblings = tuple(sorted(each for each in listed if each not in shown))
            if siblings:
                self.warnings.append(_type_of_link(start.contact_id, siblings))
        return leg

    def enter(
        self,
        start: Segment,
        strategy: RehydrationStrategy,
        rules: tuple[RuleId, ...] = (),
        dropped_by: tuple[RuleId, ...] = (),
    ) -> Leg:
        """Say what is shown of the session of a start contact."""
        view = strategy.view(start.session, start, self.asked)
        return Leg(start.session, start, strategy, view, (*rules, *view.rules), (*view.dropped_by, *dropped_by))

    def _next(self, leg: Leg, entered: list[PastContact]) -> Leg | None:
        """Find the session to go on to, if there is one."""
        link = self._graph.link_of(leg.session)
        if link is None or any(isinstance(each, UnknownContact) for each in entered):
            return None
        rules: tuple[RuleId, ...] = (RuleId("visibility.cumulative"),)
        if not any(each.contact_id in link.carriers for each in entered):
            if self.asked.reading(LinkScope) is LinkScope.CONTACT:
                self.rules.append(RuleId("visibility.link-scope"))
                return None
            rules = (*rules, RuleId("visibility.link-scope"))
        session = self._graph.session_of(link.continued_from_contact_id)
        if session.initial_contact_id in self._visited:
            self.warnings.append(_visited(leg.session, session))
            return None
        return self.over(link, rules, (RuleId("visibility.cut-persists"),))


class Listing:
    """What is found on the way: listed contacts, and all that is to be said of them."""

    def __init__(self, walk: Walk, transcripts: Mapping[str, TranscriptFact], now: datetime | None) -> None:
        """Start with an empty list."""
        self.walk = walk
        self._transcripts = transcripts
        self._now = now
        self.visible: list[PastContact] = []
        self.unavailable: list[Unavailability] = []
        self.rules: list[RuleId] = []
        self.stopped_at: ContactId | None = None
        self.incomplete: bool = False
        self.beyond: Iterable[Segment] = ()
        self.legs: int = 0
        """How many legs of the walk begin within the limit."""

    def take(self, first: Leg) -> None:
        """Go along the walk, as far as the limit."""
        segments = self.walk.contacts(first)
        said = 0
        for entered, segment in enumerate(segments):
            if entered == PAST_CONTACT_LIMIT:
                del self.walk.warnings[said:]
                self._reach_limit(first, segment, segments)
                return
            self._enter(segment.contact)
            if self.stopped_at is not None:
                self.legs = len(self.walk.legs)
                return
            said = len(self.walk.warnings)  # what is said from here on is of a session entered beyond the limit
            self.legs = len(self.walk.legs)

    def _enter(self, contact: PastContact) -> None:
        if isinstance(contact, UnknownContact):
            unknown = Unavailability(contact.contact_id, Availability.UNKNOWN, RuleId("visibility.unknown-contact"))
            self._list(contact, unknown)
            self.incomplete = True
            self.walk.warnings.append(_unknown_contact(contact.contact_id))
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
        reading = self.walk.asked.reading(Unavailable)
        if reading is Unavailable.REFUSE:
            raise TranscriptNotAvailable(contact.contact_id, reason.availability.value, reason.rule)
        self.rules.append(RuleId("visibility.transcript-unavailable"))
        self.walk.warnings.append(_unavailable(reason, reading))
        if reading is Unavailable.GAP:
            self._list(contact, reason)
        else:
            self.unavailable.append(reason)
            self.rules.append(reason.rule)
            self.stopped_at = contact.contact_id

    def _reach_limit(self, first: Leg, segment: Segment, rest: Iterator[Segment]) -> None:
        if self.walk.asked.reading(BeyondLimit) is BeyondLimit.REFUSE:
            raise TooManyPastContacts(first.start.contact_id, PAST_CONTACT_LIMIT, segment.contact_id)
        self.rules += (RuleId("visibility.past-limit"), RuleId("visibility.beyond-limit"))
        self.walk.warnings.append(_beyond_limit(segment.contact_id))
        self.beyond = concatenate((segment,), rest)


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
        RuleId("visibility.type-of-link"),
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
        RuleId("visibility.unknown-contact"),
        f"no record is of {contact_id!r}; what lies before it cannot be told",
        (contact_id,),
    )


def _unavailable(reason: Unavailability, reading: Unavailable) -> RuleWarning:
    then = "it leaves a gap" if reading is Unavailable.GAP else "the walk stops before it"
    return RuleWarning(
        RuleId("visibility.transcript-unavailable"),
        f"the transcript of {reason.contact_id!r} is {reason.availability.value} ({reason.rule}); {then}",
        (reason.contact_id,),
    )


def _beyond_limit(first_beyond: ContactId) -> RuleWarning:
    return RuleWarning(
        RuleId("visibility.beyond-limit"),
        f"more than {PAST_CONTACT_LIMIT} past contacts; {first_beyond!r} is the first beyond the limit",
        (first_beyond,),
    )
