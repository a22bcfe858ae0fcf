"""The walk back: from a start contact, session by session, as far as links, transcripts and the limit let it.

This module obeys the rules of the group ``visibility``. There is one walk for all callers. It takes a session whole if
there is nothing to say of any of its contacts, and otherwise looks at the contacts one by one. A strategy decides what
is shown of one session; this module knows no type by name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from rehydration.answers import Rehydration, RuleWarning, Unavailability, made
from rehydration.basis import NO_FACTS, Basis
from rehydration.consultation import Consultation
from rehydration.contacts import Contact, PastContact, UnknownContact
from rehydration.eligibility import TRANSCRIPT_LAG, by_id_alone_warning, is_overdue_in
from rehydration.errors import InvalidArgument, RuleForbids, TooManyPastContacts, TranscriptNotAvailable, some_of
from rehydration.identifiers import ContactId, RuleId
from rehydration.policies import BeyondLimit, LinkScope, Unavailable
from rehydration.sessions import ChatSession, Segment, chain
from rehydration.strategies import STRATEGIES, UNKNOWN_TYPE, RehydrationStrategy
from rehydration.strategies.protocol import Part, View
from rehydration.transcripts import Availability, TranscriptFact
from rehydration.untold import ENTIRE, can_differ, is_link, type_of_link

PAST_CONTACT_LIMIT: Final = 100
"""The largest number of past contacts that a walk enters (rule ``visibility.past-limit``)."""

_CUMULATIVE: Final = RuleId("visibility.cumulative")
_LINK_SCOPE: Final = RuleId("visibility.link-scope")
TYPE_OF_LINK: Final = RuleId("visibility.type-of-link")
_UNKNOWN_CONTACT: Final = RuleId("visibility.unknown-contact")
_UNAVAILABLE: Final = RuleId("visibility.transcript-unavailable")
_BEYOND_LIMIT: Final = RuleId("visibility.beyond-limit")
_AT_LIMIT: Final = (RuleId("visibility.past-limit"), _BEYOND_LIMIT)

_NOTHING_TOLD: Final = TranscriptFact()
_UP_TO_START: Final = Part.UP_TO_START  # looking up a member costs a Python call
Following = tuple[tuple[RuleId, ...], tuple[RuleId, ...]]
"""The rules by which a walk follows a link: if its type is known, and if no record gives the type."""

OF_CHAT: Final[Following] = ((), (TYPE_OF_LINK,))
"""The link of the chat that looks back."""
_OF_CONTACT: Final[Following] = ((_CUMULATIVE,), (_CUMULATIVE, TYPE_OF_LINK))
"""A link further back, if a contact that carries it was shown."""
_OF_SESSION: Final[Following] = ((_CUMULATIVE, _LINK_SCOPE), (_CUMULATIVE, _LINK_SCOPE, TYPE_OF_LINK))
"""A link further back, if no contact that carries it was shown, but it counts for its whole session."""


class Visit(NamedTuple):
    """What a walk does in one session: where it enters, by which rules, and what the strategy shows there.

    ``room`` is the number of contacts that the limit leaves when the walk enters. ``listed`` are the contacts shown if
    the view lists them; otherwise it names them.
    """

    session: ChatSession
    start: Segment
    entered_by: tuple[RuleId, ...]
    view: View
    listed: list[Segment] | None
    room: int

    @property
    def shown(self) -> list[Segment]:
        """The contacts shown, newest first, including those beyond the limit."""
        return self.view.shown_from(self.start) if self.listed is None else self.listed

    @property
    def newest(self) -> Segment:
        """Of a view that names a part, the newest contact shown."""
        return self.start if self.view.segments is _UP_TO_START else self.session.tip

    @property
    def shown_by(self) -> tuple[RuleId, ...]:
        """The rules that make the shown contacts visible."""
        return (*self.entered_by, *self.view.rules)

    @property
    def dropped_by(self) -> tuple[RuleId, ...]:
        """The rules that drop the rest of the session."""
        own = (TYPE_OF_LINK,) if TYPE_OF_LINK in self.entered_by else self.view.dropped_by
        return (*own, RuleId("visibility.cut-persists")) if _CUMULATIVE in self.entered_by else own


Way = tuple[Segment, RehydrationStrategy, tuple[RuleId, ...]]
"""A way into a session: the start contact, the strategy that shows the session, the rules that lead there."""


class Walk:
    """One walk back: everything shown of one session, then over its link (rule ``visibility.cumulative``).

    A walk collects the contacts that it enters, and what there is to say of them.
    """

    __slots__ = (
        "_all_are_links",
        "_consultation",
        "_graph",
        "_looks_closely",
        "_now",
        "_own_session",
        "_room",
        "_rules",
        "_settled",
        "_shown_by",
        "_strategies",
        "_transcripts",
        "_visited",
        "_visits",
        "beyond_limit",
        "ends_at_limit",
        "first_beyond",
        "incomplete",
        "led_by",
        "refusal",
        "stopped_at",
        "unavailable",
        "visible",
        "warnings",
    )

    def __init__(self, basis: Basis, consultation: Consultation, own_session: ChatSession | None) -> None:
        """Stand before the first session. ``own_session``, that of the chat that looks back, is never entered."""
        self._strategies = basis.strategies
        self._transcripts = basis.transcripts
        self._looks_closely = basis.transcripts is not NO_FACTS
        self._settled = None if basis.now is None else basis.now - TRANSCRIPT_LAG
        """Transcripts of contacts that ended by this time are there; None if no time was given."""
        self._graph, self._now = basis.graph, basis.now
        self._consultation = consultation
        self._all_are_links = not basis.graph.has_open_links
        self._own_session = own_session
        self._room = PAST_CONTACT_LIMIT
        self.ends_at_limit: bool = basis.ends_at_limit
        self._visits: dict[ChatSession, tuple[Segment, tuple[RuleId, ...], View, list[Segment] | None, int]] = {}
        self._visited: list[Visit] = []
        self._shown_by: list[RuleId] = []  # the rules of visits that begin within the limit
        self._rules: list[RuleId] = []
        self.visible: list[PastContact] = []
        self.unavailable: list[Unavailability] = []
        self.warnings: list[RuleWarning] = []
        self.beyond_limit: list[ContactId] = []
        self.first_beyond: ContactId | None = None
        """The first contact beyond the limit; None if no contact lies there."""
        self.refusal: RuleForbids | None = None
        """Why the walk went no further: what it met is refused."""
        self.led_by: tuple[RuleId, ...] = ()
        """The rules that say whether the link of a chat counts for it."""
        self.stopped_at: ContactId | None = None
        self.incomplete: bool = False

    # ------------------------------------------------------------------------------------------------------ the way

    def from_start(self, start: Segment, strategy: RehydrationStrategy) -> None:
        """Go back from a start contact."""
        try:
            self._go_back(start, strategy, ())
        except RuleForbids as refusal:
            self.refusal = refusal

    def from_chat(self, segment: Segment) -> None:
        """Go back over the link of a chat's session, if it counts for this contact of it."""
        try:
            start, self.led_by = self._start_for(segment)
            if start is not None:
                self._go_back(*self._over(segment.session, start, OF_CHAT))
        except RuleForbids as refusal:
            self.refusal = refusal

    def _go_back(self, start: Segment, strategy: RehydrationStrategy, entered_by: tuple[RuleId, ...]) -> None:
        """Visit the session of a start contact, then each session that links lead back to."""
        visits, visible, consultation = self._visits, self.visible, self._consultation
        looks_closely, settled, ends_at_limit = self._looks_closely, self._settled, self.ends_at_limit
        all_are_links, own_session = self._all_are_links, self._own_session
        shown_by = led_by = None
        while True:
            session = start.session
            view = strategy.view(session, start, consultation)
            if view is not shown_by or entered_by is not led_by:
                shown_by, led_by = view, entered_by
                part = view.segments
                names_part = type(part) is Part and not view.by_id_alone
                if self._room:
                    self._shown_by += (*entered_by, *view.rules)
            if (
                names_part
                and not session.irregular
                and not looks_closely
                and self._room
                and (settled is None or session.last_disconnect <= settled)  # type: ignore[operator]  # ended
                and not (ends_at_limit and len(session) > self._room)
            ):
                visits[session] = (start, entered_by, view, None, self._room)
                entered = len(visible)
                if part is not _UP_TO_START or not (start.successors or session.branches):
                    visible += session.line or session.in_line()
                    is_carried = True
                else:
                    at: Segment | None = start
                    while at is not None:
                        visible.append(at.contact)
                        last, at = at, at.previous
                    is_carried = last.carries_link or (session.carriers > 0 and _carries_link(chain(start)))
                self._room -= len(visible) - entered
                if self._room < 0:
                    self._give_up_beyond_limit()
            else:
                shown = view.shown_from(start, self._room + 1 if ends_at_limit else None)
                visits[session] = (start, entered_by, view, None if type(part) is Part else shown, self._room)
                if not self._look_at_each(session, view, shown):
                    return
                is_carried = _carries_link(shown)
            behind = session.continues
            if behind is None or not (all_are_links or is_link(session, consultation)):
                return
            follow = _OF_CONTACT
            if not is_carried:
                if not self._counts_for_session():
                    return
                follow = _OF_SESSION
            if behind.session in visits or behind.session is own_session:
                if self.first_beyond is None:
                    self.warnings.append(_visited(session, behind.session))
                return
            if session.rehydration_type is None and not (behind.successors or behind.session.branches):
                start, strategy, entered_by = behind, UNKNOWN_TYPE, follow[1]  # not can_differ, without the call
            else:
                start, strategy, entered_by = self._over(session, behind, follow)

    def _give_up_beyond_limit(self) -> None:
        """Take back what was listed of the last session beyond the limit."""
        beyond = [each.contact_id for each in self.visible[self._room :]]
        del self.visible[self._room :]
        self._room = 0
        self._leave(beyond[0], beyond)

    def _look_at_each(self, session: ChatSession, view: View, shown: list[Segment]) -> bool:
        """List the contacts shown of a session, with what there is to say of each. Tell whether the walk goes on."""
        if view.by_id_alone and self._room:
            self.warnings.append(by_id_alone_warning(session))
        within = shown[: self._room]
        for segment in within:
            self._look_at(segment)
            if self.stopped_at is not None:
                return False
        self._room -= len(within)
        if len(within) < len(shown):
            beyond = shown[len(within) :]
            listed = [each.contact_id for each in beyond if each.is_listed]
            if self.ends_at_limit and not listed and type(view.segments) is Part:
                listed = [each.contact_id for each in beyond[0] if each.is_listed][:1]
            self._leave(beyond[0].contact_id, listed)
            if self.ends_at_limit:
                return False
        return not (session.irregular and any(each.known is None for each in shown))

    def _start_for(self, segment: Segment) -> tuple[Segment | None, tuple[RuleId, ...]]:
        """Find the start contact of a contact, if the link of its session counts for it, and by which rule it does."""
        session = segment.session
        start = session.continues
        if start is None or not (self._all_are_links or is_link(session, self._consultation)):
            return None, ()
        if session.is_linear and session.first.carries_link:
            return start, ()
        if any(each.carries_link for each in segment):
            return start, ()
        return (start if self._consultation.ask(LinkScope) is LinkScope.SESSION else None), (_LINK_SCOPE,)

    def _counts_for_session(self) -> bool:
        """Tell whether a link counts although no contact that carries it was shown."""
        if self._consultation.ask(LinkScope) is LinkScope.SESSION:
            return True
        if self.first_beyond is None:
            self._rules.insert(0, _LINK_SCOPE)
        return False

    def _over(self, session: ChatSession, start: Segment, follow: Following) -> Way:
        """Give the way over the link of a session, which leads to a start contact."""
        known = self._strategies.get(session.rehydration_type) if session.rehydration_type else None
        if known is not None:
            return start, known, follow[0]
        if can_differ(start):
            counts, is_open = type_of_link(session, start, self._consultation)
            if counts == ENTIRE:
                return start, STRATEGIES[counts], follow[1]
            if is_open and self._room:
                self._tell_what_could_be_visible_too(start)
        return start, UNKNOWN_TYPE, follow[1]

    def _tell_what_could_be_visible_too(self, start: Segment) -> None:
        """Warn of the contacts that a link of unknown type would also show if its type showed the whole session."""
        shown = set(start)
        others = sorted(each.contact_id for each in start.session if each not in shown and each.is_listed)
        if others:
            self.warnings.append(_type_of_link(start.contact_id, tuple(others)))

    # ----------------------------------------------------------------------------------------------------- the list

    def _look_at(self, segment: Segment) -> None:
        """List a contact that the walk enters, with what there is to say of it."""
        contact = segment.contact
        if isinstance(contact, UnknownContact):
            self._add(contact, Unavailability(contact.contact_id, Availability.UNKNOWN, _UNKNOWN_CONTACT))
            self.incomplete = True
            self.warnings.append(_unknown_contact(contact.contact_id))
        elif not contact.is_chat:
            self._rules.append(RuleId("visibility.other-channels"))
        else:
            reason = self._why_unavailable(contact, segment.session)
            if reason is None:
                self.visible.append(contact)
            elif reason.availability.is_readable:
                self._add(contact, reason)
            else:
                self._miss(contact, reason)

    def _add(self, contact: PastContact, reason: Unavailability) -> None:
        """List a contact whose transcript has a reason not to be available."""
        self.visible.append(contact)
        self.unavailable.append(reason)
        self._rules.append(reason.rule)

    def _miss(self, contact: Contact, reason: Unavailability) -> None:
        """Treat a transcript that cannot be shown as the policy says."""
        reading = self._consultation.ask(Unavailable)
        if reading is Unavailable.REFUSE:
            raise TranscriptNotAvailable(contact.contact_id, reason.availability.value, reason.rule)
        self._rules.append(_UNAVAILABLE)
        self.warnings.append(_unavailable(reason, reading))
        if reading is Unavailable.GAP:
            self._add(contact, reason)
        else:
            self.unavailable.append(reason)
            self._rules.append(reason.rule)
            self.stopped_at = contact.contact_id

    def _why_unavailable(self, contact: Contact, session: ChatSession) -> Unavailability | None:
        """Say why the transcript of a chat is not available: by the given fact, else by its record, else by its age."""
        own = contact.contact_id
        told = self._transcripts.get(own, _NOTHING_TOLD)
        if told is not _NOTHING_TOLD and not isinstance(told, TranscriptFact):
            raise InvalidArgument(f"transcripts[{own!r}]", told, "a TranscriptFact")
        fact = contact.transcript if told is _NOTHING_TOLD else told
        if fact is not None:
            rule = fact.rule
            return None if rule is None else Unavailability(own, fact.availability, rule)
        ended = contact.disconnect_timestamp
        if ended is None:
            is_late = not is_overdue_in(self._graph, session, self._now)
        else:
            is_late = self._settled is not None and ended > self._settled
        if is_late:
            return Unavailability(own, Availability.NOT_READY, RuleId("eligibility.transcript-lag"))
        return None

    def _leave(self, first: ContactId, listed: Iterable[ContactId]) -> None:
        """Name the contacts that the walk would enter if there were no limit. ``first`` is the first contact there."""
        if self.first_beyond is None:
            self.first_beyond = first
            if not self.ends_at_limit:
                refusal = self.refused(self._consultation)
                if refusal is not None:
                    raise refusal
        self.beyond_limit += listed

    # ---------------------------------------------------------------------------------------------- for the answers

    def refused(self, consultation: Consultation) -> RuleForbids | None:
        """Give what refuses the walk: what it met, or the limit as the policy reads it."""
        if self.refusal is not None or self.first_beyond is None:
            return self.refusal
        if consultation.ask(BeyondLimit) is BeyondLimit.REFUSE:
            begin = next(iter(self._visits.values()))[0]
            return TooManyPastContacts(begin.contact_id, PAST_CONTACT_LIMIT, self.first_beyond)
        return None

    @property
    def begin(self) -> Segment | None:
        """The start contact of the first session visited; None if none was."""
        return next((start for start, *_ in self._visits.values()), None)

    @property
    def sessions(self) -> Collection[ChatSession]:
        """The sessions visited by the end of the walk, in order."""
        return self._visits.keys()

    @property
    def visits(self) -> Sequence[Visit]:
        """The sessions visited by the end of the walk, in order, including those beyond the limit."""
        if len(self._visited) < len(self._visits):
            self._visited = [Visit(session, *visit) for session, visit in self._visits.items()]
        return self._visited

    def answer(  # noqa: PLR0913  # what a walk does not know of its answer
        self,
        consultation: Consultation,
        rules: tuple[RuleId, ...],
        warnings: Sequence[RuleWarning],
        rehydration_type: str | None,
        source_contact_id: ContactId | None,
        target_contact_id: ContactId | None,
        continued_from_contact_id: ContactId | None,
        customer_id: str | None,
    ) -> Rehydration:
        """Sum up the walk. ``rules`` are those applied before it, and ``warnings`` those given before it."""
        warnings = [*warnings, *self.warnings]
        if self.first_beyond is not None:
            warnings.append(_first_beyond_limit(self.first_beyond))
        return made(
            {
                "rehydration_type": rehydration_type,
                "source_contact_id": source_contact_id,
                "target_contact_id": target_contact_id,
                "continued_from_contact_id": continued_from_contact_id,
                "visible": tuple(self.visible),
                "unavailable": tuple(self.unavailable),
                "stopped_at": self.stopped_at,
                "beyond_limit": tuple(self.beyond_limit),
                "incomplete": self.incomplete,
                "warnings": tuple(dict.fromkeys(warnings)) if warnings else (),
                "rules": self._rules_after(rules),
                "consulted": consultation.consulted,
                "customer_id": customer_id,
            }
        )

    def _rules_after(self, rules: tuple[RuleId, ...]) -> tuple[RuleId, ...]:
        """List the rules applied, each once: those before the walk, then those that make contacts visible."""
        at_limit = () if self.first_beyond is None else _AT_LIMIT
        return _each_once((*rules, *self._shown_by, *self._rules, *at_limit))


class Walks:
    """Takes the walk of each decision by itself."""

    def from_start(
        self,
        basis: Basis,
        consultation: Consultation,
        own_session: ChatSession | None,
        start: Segment,
        strategy: RehydrationStrategy,
    ) -> Walk:
        """Take the walk back from a start contact."""
        walk = Walk(basis, consultation, own_session)
        walk.from_start(start, strategy)
        return walk

    def from_chat(self, basis: Basis, consultation: Consultation, segment: Segment) -> Walk:
        """Take the walk back over the link of a chat."""
        walk = Walk(basis, consultation, segment.session)
        walk.from_chat(segment)
        return walk


EACH_BY_ITSELF: Final = Walks()


@lru_cache(maxsize=256)  # few orders of rules make most answers
def _each_once(rules: tuple[RuleId, ...]) -> tuple[RuleId, ...]:
    return tuple(dict.fromkeys(rules))


def _carries_link(shown: list[Segment]) -> bool:
    """Tell whether one of the segments carries the session's link. Usually the oldest does."""
    return bool(shown) and (shown[-1].carries_link or any(each.carries_link for each in shown))


def _type_of_link(start: ContactId, others: tuple[ContactId, ...]) -> RuleWarning:
    return RuleWarning(
        TYPE_OF_LINK,
        f"the type of the link to {start!r} is not recorded; had it been ENTIRE_PAST_SESSION, "
        f"{some_of(others)} could be visible too",
        others,
    )


def _visited(leaving: ChatSession, back: ChatSession) -> RuleWarning:
    return RuleWarning(
        RuleId("visibility.visit-once"),
        f"the link of the session of {leaving.initial_contact_id!r} leads back into the session of "
        f"{back.initial_contact_id!r}; the walk ends there",
        (leaving.initial_contact_id, back.initial_contact_id),
    )


def _unknown_contact(contact_id: ContactId) -> RuleWarning:
    return RuleWarning(
        _UNKNOWN_CONTACT,
        f"no record of {contact_id!r}; what lies before it is not known. Does the export reach back far enough?",
        (contact_id,),
    )


def _unavailable(reason: Unavailability, reading: Unavailable) -> RuleWarning:
    is_gap = reading is Unavailable.GAP
    then = "the chat lists the contact without it" if is_gap else "the chat shows nothing from there back"
    lost = reason.availability.value.replace("-", " ")
    return RuleWarning(
        _UNAVAILABLE,
        f"the transcript of {reason.contact_id!r} is {lost}; {then}",
        (reason.contact_id,),
    )


def _first_beyond_limit(contact_id: ContactId) -> RuleWarning:
    return RuleWarning(
        _BEYOND_LIMIT,
        f"{contact_id!r} is the first contact beyond Connect's {PAST_CONTACT_LIMIT}-contact limit",
        (contact_id,),
    )
