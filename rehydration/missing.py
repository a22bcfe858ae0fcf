"""What the records leave out of one decision, and what the caller assumed of them.

A decision looked at some sessions. This module finds what is missing from them and could have changed the decision. It
does not decide anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from attrs import frozen

from rehydration.answers import Rehydration
from rehydration.basis import Basis, near
from rehydration.contacts import Contact, PastContact
from rehydration.decisions import OfPast, OfRequest, Question
from rehydration.displaced import Displaced
from rehydration.doubts import Doubt, DoubtKind
from rehydration.errors import (
    CalledTooEarly,
    ContactNotFound,
    CustomersDiffer,
    Malformed,
    NotInitialContact,
    RuleForbids,
    SessionNotEnded,
    SourceIsNotChat,
    StartFollowsTarget,
    TargetAlreadyAssociated,
    TargetHasEnded,
    TargetIsNotChat,
    TargetNotFound,
)
from rehydration.gaps import (
    UNTOLD,
    Unplaced,
    beginning_untold,
    channel_untold,
    customer_untold,
    end_untold,
    gaps_at,
    in_order_of_links,
    lacks_previous,
    linking,
    many_unlinked,
    many_unplaced,
    no_link,
    no_record,
    no_session,
    since,
    untold_member,
)
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.other_starts import (
    lacks_channel,
    lacks_channels,
    lacks_something,
    may_be_entire,
    shows_ancestors,
)
from rehydration.policies import EVERY_POLICY
from rehydration.sessions import ChatSession, Segment, is_live
from rehydration.strategies import Part
from rehydration.untold import FROM_SEGMENT, can_differ
from rehydration.walk import PAST_CONTACT_LIMIT, TYPE_OF_LINK, Visit, Walk

LINKS_ASSUMED: Final = Doubt(DoubtKind.RELATED, (), "that related contacts are rehydrations")
"""Named once if an answer looks at a link that records tell only as a related contact."""

_MANY: Final = 10
"""So many unknown contacts that may be of a session are told in one sentence."""

_INITIAL: Final = "initial_contact_id"
_BEGAN: Final = "initiation_timestamp"

_REFUSED_IF_ENDED: Final = (CalledTooEarly, CustomersDiffer, NotInitialContact, StartFollowsTarget)
"""The refusals of requests on sessions that have ended, as far as records tell."""

_FAR: Final = 1_000_000_000
"""So many links lead to nothing that records leave out."""

_ANY_TIME: Final = datetime.min.replace(tzinfo=UTC)
_LAST_TIME: Final = datetime.max.replace(tzinfo=UTC)

ALWAYS: Final = frozenset({_INITIAL, "previous_contact_id", "related_contact_id", "channel", "disconnect_timestamp"})
"""The members that every answer depends on."""


def missing_from(question: Question, answer: Rehydration | RuleForbids, walk: Walk | None) -> Iterator[Doubt]:
    """Say what is missing from the records that could have changed a decision."""
    if isinstance(answer, Malformed):
        return
    graph = question.basis.graph
    if isinstance(question, OfRequest):
        yield from _of_the_two(question)
    is_told = isinstance(answer, SourceIsNotChat | TargetIsNotChat) or "channel" in graph.untold
    if lacks_channels(graph) and not is_told:
        counted = dict.fromkeys(_counted_as_chats(question, walk))
        yield from (channel_untold(each.contact_id) for each in counted if lacks_channel(graph, each))
    relevant = ALWAYS | _asked_for(question)
    yield from (untold_member(name) for name in UNTOLD if name in graph.untold & relevant)
    if walk is not None:
        yield from _undated(question, walk)
        for segment in dict.fromkeys(_looked_at(question, walk)):
            yield from gaps_at(segment.contact, graph.untold, end_is_told=graph.tells_end_of(segment.contact_id))
        if graph.unplaced:
            yield from _perhaps_of(dict.fromkeys(_taken_whole(question, walk)), graph.unplaced)
    elif isinstance(answer, ContactNotFound):
        yield no_record(answer.contact_id)
    elif isinstance(answer, TargetNotFound):
        yield no_record(answer.target_contact_id)
    elif isinstance(answer, TargetHasEnded) and answer.ended is None:
        yield end_untold(answer.target_contact_id)
    elif isinstance(answer, SessionNotEnded):
        yield from map(end_untold, _perhaps_ended(answer, graph))
    elif isinstance(answer, _REFUSED_IF_ENDED) and isinstance(question, OfRequest):
        source = graph.session_of(question.request.source_contact_id)
        yield from map(no_record, source.unknown)
        yield from _perhaps_of([source], graph.unplaced)


def _of_the_two(question: OfRequest) -> Iterator[Doubt]:
    """Say what the records of the source and of the target leave out that could have refused the request."""
    graph, now = question.basis.graph, question.basis.now
    own, target = question.request.source_contact_id, question.target
    source = graph.segment(own).known if own in graph else None
    if source is None:
        return
    if now is not None and source.initiation_timestamp is None and _BEGAN not in graph.untold:
        yield beginning_untold(own)
    if isinstance(target, str):
        target = graph.segment(target).known if target in graph else None
    if target is not None and (source.customer_id is None) != (target.customer_id is None):
        yield customer_untold(own if source.customer_id is None else target.contact_id)


def _counted_as_chats(question: Question, walk: Walk | None) -> Iterator[Segment]:
    """Yield the contacts of which it matters that they count as chats."""
    graph = question.basis.graph
    own: Segment | None = None
    if isinstance(question, OfPast):
        own = graph.segment(question.contact_id) if question.contact_id in graph else None
    elif question.request.source_contact_id in graph:
        source = graph.segment(question.request.source_contact_id)
        is_whole = question.request.rehydration_type != FROM_SEGMENT or not source.session.has_ended
        yield from source.session if is_whole else (source,)
        target = question.target
        own = graph.segment(target) if isinstance(target, str) and target in graph else None
    if own is not None:
        yield own
        yield from _ends_of_link(own.session)
    for visit in () if walk is None else walk.visits:
        is_part = visit.view.segments is Part.UP_TO_START and not shows_ancestors(visit)
        is_whole = not is_part or (TYPE_OF_LINK in visit.entered_by and can_differ(visit.start))
        yield from visit.session if is_whole else visit.shown
        yield from _ends_of_link(visit.session)


def _ends_of_link(session: ChatSession) -> Iterator[Segment]:
    """Yield the contacts between which a session has a link that counts only if both are chats."""
    if session.continues is not None and session.rehydration_type is None:
        yield from (each for each in session if each.carries_link)
        yield session.continues


def undated_in(graph: ContactGraph, undated: Iterable[ContactId]) -> Iterator[Doubt]:
    """Say that nobody tells when contacts began that were ordered by that."""
    if _BEGAN in graph.untold:
        yield from [untold_member(_BEGAN)] if [*undated] else []
    else:
        yield from map(beginning_untold, undated)


@frozen(eq=False)
class Lead:
    """A chat that may continue from sessions over a link that no record tells, and the unknown contact that may do it.

    ``session`` is that of the chat. ``latest`` is when it came to do so, at the latest. ``unknown`` is None if the
    records do not tell sessions at all.
    """

    session: ChatSession
    latest: datetime
    unknown: Unplaced | None = None

    def may_come_to(self, session: ChatSession) -> bool:
        """Tell whether the chat may continue from a session, as far as that does not hang on when the session began."""
        is_own = self.unknown is not None and self.unknown.contact_id == session.initial_contact_id
        return session is not self.session and not is_own


class PerhapsLinked:
    """The unknown contacts by which a chat may continue from a session, although no record tells such a link.

    A chat may continue from one of which no record tells the session. One of a session without a link may carry a link.
    """

    def __init__(self, graph: ContactGraph) -> None:
        """Find those of sessions without a link."""
        self._graph = graph
        unlinked = (each.contact_id for each in graph.unknown_contacts if _may_carry_a_link(graph, each.contact_id))
        self._unlinked = in_order_of_links(
            Unplaced(own, linking(map(_contact, graph.session_of(own)))) for own in unlinked
        )
        self._linked = in_order_of_links(Unplaced(each.contact_id, each.carriers) for each in graph.unplaced)

    def to(self, session: ChatSession) -> Iterator[Doubt]:
        """Say which of them may lead to a session. A chat that had ended before it cannot continue from it."""
        own = {each.contact_id for each in session}
        unplaced, unlinked = (since(session.begun_since, each) for each in (self._linked, self._unlinked))
        if len(unplaced) < _MANY + len(own):
            unplaced = sorted(_carried_by_others(unplaced, own), key=lambda each: each.latest)
        if len(unlinked) < _MANY + len(own):
            unlinked = [each for each in unlinked if each.contact_id not in own]
        yield from _perhaps_of([session], unplaced)
        yield from _perhaps_carrying(unlinked)

    @property
    def leads(self) -> Iterator[Lead]:
        """All chats that may continue from sessions over links that no record tells."""
        graph = self._graph
        yield from (Lead(graph.session_of(each.contact_id), each.latest, each) for each in self._unlinked)
        for each in self._linked:
            yield from (Lead(graph.session_of(name), began, each) for name, began in each.carriers)
        if _INITIAL in graph.untold:
            yield from (Lead(each, _LAST_TIME) for each in graph.sessions if each.continues is not None)

    def behind(self, leads: Iterable[Lead]) -> Iterator[Doubt]:
        """Say what is missing where these chats may continue from sessions."""
        found = {each.unknown: each for each in leads}
        if None in found:
            yield untold_member(_INITIAL)
        linked = [each for each in self._linked if each in found]
        if len(linked) >= _MANY:
            yield many_unplaced(len(linked), linked[-1].contact_id, are_linked=True)
        else:
            yield from (no_session(each.contact_id, each.carriers[0][0], is_linked=True) for each in linked)
        yield from _perhaps_carrying([each for each in self._unlinked if each in found])


def _carried_by_others(unplaced: Iterable[Unplaced], own: Collection[ContactId]) -> Iterator[Unplaced]:
    """Leave out contacts that continue from unknown ones: no chat continues from a contact of its own session."""
    for each in unplaced:
        others = tuple(carrier for carrier in each.carriers if carrier[0] not in own)
        if others:
            yield Unplaced(each.contact_id, others)


def _perhaps_carrying(unlinked: Sequence[Unplaced]) -> Iterator[Doubt]:
    """Name the unknown contacts that may carry a link. Many are told in one sentence."""
    if len(unlinked) >= _MANY:
        yield many_unlinked(len(unlinked), unlinked[-1].contact_id)
    else:
        yield from (no_link(each.contact_id) for each in unlinked)


def _may_carry_a_link(graph: ContactGraph, contact_id: ContactId) -> bool:
    session = graph.session_of(contact_id)
    return session.continues is None and any(each.known is not None for each in session)


def _contact(segment: Segment) -> PastContact:
    return segment.contact


def _perhaps_ended(refusal: SessionNotEnded, graph: ContactGraph) -> list[ContactId]:
    """Find the live contacts whose end would change a refusal: none if enough is known to be live."""
    perhaps = [each for each in refusal.live if not graph.tells_end_of(each)]
    source = refusal.source_contact_id
    is_sure = len(perhaps) < len(refusal.live) and source not in perhaps
    return [] if is_sure else perhaps


def _perhaps_of(sessions: Collection[ChatSession], unplaced: Sequence[Unplaced]) -> Iterator[Doubt]:
    """Yield the unknown contacts that may be of some sessions: those to which a contact is related that began later.

    Many are told in one sentence.
    """
    if not sessions:
        return
    begun = {session.initial_contact_id: session.begun_since or _ANY_TIME for session in sessions}
    perhaps = since(min(begun.values()), unplaced)
    if len(perhaps) >= _MANY:
        told = sum(session.first.contact.initial_contact_id is None for session in sessions)  # a gap of its own
        example = next(each.contact_id for each in reversed(perhaps) if each.contact_id not in begun)
        yield many_unplaced(len(perhaps) - told, example, are_linked=all(each.carriers for each in perhaps))
        return
    for each in perhaps:
        times = [begun[own] for own in begun if own != each.contact_id]
        later = (name for name, began in each.named_by if any(began >= time for time in times))
        carriers = {name for name, _ in each.carriers}
        yield from (no_session(each.contact_id, name, is_linked=name in carriers) for name in islice(later, 1))


class SurelyLeftOut:
    """The contacts that nothing that is missing could show: of another channel, or after a start in their own session.

    Asking about all contacts of a session takes time in proportion to its length.
    """

    def __init__(self, graph: ContactGraph, starts: Iterable[ContactId]) -> None:
        """Take the start contacts of a walk, or of several."""
        self._graph = graph
        self._starts: dict[ChatSession, set[Segment]] = {}
        self._follows: dict[Segment, bool] = {}
        self._outside_circles: set[ChatSession] = set()
        for start in map(graph.segment, starts):
            self._starts.setdefault(start.session, set()).add(start)

    def __contains__(self, contact_id: ContactId) -> bool:
        segment = self._graph.segment(contact_id)
        starts = self._starts.get(segment.session)
        if not segment.is_listed or starts is None:
            return not segment.is_listed
        if self._follows_one(segment, starts):
            return True
        around = starts if self._is_in_circle(segment.session) else ()  # out of the session, and back over its link
        return any(self._graph.comes_before(each.contact_id, contact_id) for each in around)

    def _follows_one(self, segment: Segment, starts: set[Segment]) -> bool:
        """Tell whether previous contacts lead back to a start, each step once."""
        path: list[Segment] = []
        at: Segment | None = segment
        while at is not None and at not in self._follows:
            path.append(at)
            at = at.previous
        follows = at is not None and self._follows[at]
        for each in reversed(path):
            follows = self._follows[each] = follows or each.previous in starts
        return follows

    def _is_in_circle(self, session: ChatSession) -> bool:
        """Tell whether the links of sessions lead back to where they begin."""
        passed: set[ChatSession] = set()
        at: ChatSession | None = session
        while at is not None and at not in passed and at not in self._outside_circles:
            passed.add(at)
            at = None if at.continues is None else at.continues.session
        if at is None or at in self._outside_circles:
            self._outside_circles |= passed
        return at is session


Taken = tuple[Walk | None, Rehydration | RuleForbids, Displaced]
"""The walk of a decision, what it answered, and what it cannot be sure of."""


class PerhapsShown:
    """The contacts that what is missing could show to a chat, under one of several readings."""

    def __init__(self, graph: ContactGraph, taken: Iterable[Taken]) -> None:
        """Take the walks of the decisions from which something is missing, and what they answered.

        A walk that is refused shows nothing, and counts only where all are refused.
        """
        taken = [*taken]
        walks = {walk: answer for walk, answer, _ in taken if walk is not None}
        answered = {walk: answer.beyond_limit for walk, answer in walks.items() if isinstance(answer, Rehydration)}
        self._displaced = frozenset[ContactId]().union(*(each.shown for walk, _, each in taken if walk in answered))
        self._excluded: list[tuple[Collection[ContactId], SurelyLeftOut]] = [
            (frozenset(beyond), SurelyLeftOut(graph, _starts_of_parts(graph, walk)))
            for walk, beyond in (answered or dict.fromkeys(walks, ())).items()
        ]

    def __contains__(self, contact_id: ContactId) -> bool:
        return contact_id in self._displaced or any(
            contact_id not in beyond and contact_id not in left_out for beyond, left_out in self._excluded
        )


def _starts_of_parts(graph: ContactGraph, walk: Walk) -> list[ContactId]:
    """Name the start contacts of a walk after which nothing is shown of their sessions.

    A link without a type may show the whole session, if what is missing may have its start contact be the most recent
    one. So may one that shows a branch of a session that may be one chain.
    """
    return [each.start.contact_id for each in walk.visits if not _may_be_whole(graph, each)]


def _may_be_whole(graph: ContactGraph, visit: Visit) -> bool:
    if shows_ancestors(visit):
        return lacks_something(graph, visit.session)
    return may_be_entire(graph, visit, EVERY_POLICY)


class Reach:
    """How far the walks of a chat need to go to answer what it shows: to the limit, or on to what records leave out.

    What lies beyond the limit is not shown. Only where records leave something out of what a walk can enter is it told
    how far they reach.
    """

    def __init__(self, basis: Basis) -> None:
        """Look at no session yet."""
        self.whole: Basis = basis
        """The basis for walks that go on to their end."""
        self._near = near(basis)
        self._steps: dict[ChatSession, int] = {}
        """How many links lead back from each session to the nearest of which records leave something out."""

    def of(self, session: ChatSession) -> Basis:
        """Give the basis for the walks of the chats of a session."""
        graph = self.whole.graph
        lacks = graph.undated or graph.unplaced or graph.untold & ALWAYS or self._lacks_behind(session)
        return self.whole if lacks else self._near

    def _lacks_behind(self, session: ChatSession) -> bool:
        """Tell whether records leave something out of a session, or of one behind it that a walk can enter.

        A walk enters a contact of each session on its way, so that the limit ends it before any that is further back.
        """
        path: list[ChatSession] = []
        at: ChatSession | None = session
        while at is not None and at not in self._steps:
            self._steps[at] = 0  # where links lead back in a circle, nothing is taken for whole
            path.append(at)
            at = None if at.continues is None else at.continues.session
        steps = _FAR if at is None else self._steps[at]
        for each in reversed(path):
            steps = self._steps[each] = steps + 1 if _lacks_nothing(each) else 0
        return steps <= PAST_CONTACT_LIMIT + 1


def _undated(question: Question, walk: Walk) -> Iterator[Doubt]:
    """Say what no record dates of the sessions that a walk through an earlier time looked at."""
    graph = question.basis.graph
    if not graph.undated:
        return
    sessions = [*walk.sessions]
    if isinstance(question, OfPast):
        sessions.insert(0, graph.session_of(question.contact_id))
    for segment in (each for session in sessions for each in session):
        if segment.contact_id in graph.undated:
            yield graph.undated[segment.contact_id]


def _asked_for(question: Question) -> set[str]:
    """Name the members that matter for this question alone."""
    names = set()
    if question.basis.now is not None:
        names.add(_BEGAN)
    if isinstance(question, OfRequest) and question.target is not None:
        names.add("customer_id")
    return names


def _looked_at(question: Question, walk: Walk) -> Iterator[Segment]:
    """Yield the contacts whose missing members, or missing record, could have changed a walk."""
    graph = question.basis.graph
    if isinstance(question, OfRequest):
        source = graph.session_of(question.request.source_contact_id)
        if source.unknown or source.live:
            yield from (each for each in source if each.known is None or is_live(each.contact))
    else:
        yield from _own(graph.segment(question.contact_id))
    if not all(map(_lacks_nothing, walk.sessions)):
        for visit in walk.visits:
            yield from _of_visit(visit)


def _lacks_nothing(session: ChatSession) -> bool:
    """Tell whether a session is one chain of known chats that have ended, with a first contact that begins it."""
    return not (session.branches or session.irregular or lacks_previous(session.first.contact))  # type: ignore[arg-type]  # known


def _taken_whole(question: Question, walk: Walk) -> Iterator[ChatSession]:
    """Yield the sessions of which every contact counts: one more could change the start, what is shown, or the link."""
    graph = question.basis.graph
    if isinstance(question, OfPast):
        own = graph.session_of(question.contact_id)
        if own.continues is None:
            yield own
    elif question.request.rehydration_type != FROM_SEGMENT:
        yield graph.session_of(question.request.source_contact_id)
    for visit in walk.visits:
        is_part = visit.view.segments is Part.UP_TO_START and visit.session.continues is not None
        if not is_part or may_be_entire(graph, visit, EVERY_POLICY):
            yield visit.session


def _own(segment: Segment) -> Iterator[Segment]:
    """Yield the contacts of a chat's own session that could carry a link, if none is known to."""
    session = segment.session
    if session.continues is None:
        yield from _could_carry_link(session)
    elif not any(each.carries_link for each in segment):
        yield from (each for each in segment if _is_end_of_records(each))


def _of_visit(visit: Visit) -> Iterator[Segment]:
    """Yield the contacts of a visited session that count: those shown, or all if the whole session counts.

    It counts where it has branches, and a branch is shown because of that: it may be one chain.
    """
    session = visit.session
    if session.is_linear and not (session.irregular and (session.unknown or session.live)):
        yield session.first  # of one chain of known contacts that have ended, nothing else can lack anything
        return
    is_part = visit.view.segments is Part.UP_TO_START and not shows_ancestors(visit)
    yield from visit.shown if is_part else session
    if visit.session.continues is None:
        yield from _could_carry_link(visit.session)


def _could_carry_link(session: ChatSession) -> Iterator[Segment]:
    return (each for each in session if _is_end_of_records(each))


def _is_end_of_records(segment: Segment) -> bool:
    """Tell whether records end at a contact: it is unknown, or its previous contact is."""
    return not isinstance(segment.contact, Contact) or lacks_previous(segment.contact)


def assumed_by(question: Question, answer: Rehydration | RuleForbids, walk: Walk | None) -> Iterator[Doubt]:
    """Say what a decision assumes: that the related contacts which it takes for links are links."""
    if any(map(is_assumed, _sessions_of(question, answer, walk))):
        yield LINKS_ASSUMED


def _sessions_of(question: Question, answer: Rehydration | RuleForbids, walk: Walk | None) -> Iterator[ChatSession]:
    graph = question.basis.graph
    if isinstance(answer, TargetAlreadyAssociated) and answer.target_contact_id in graph:
        yield graph.session_of(answer.target_contact_id)
    if isinstance(question, OfPast) and question.contact_id in graph:
        yield graph.session_of(question.contact_id)
    yield from () if walk is None else walk.sessions


def is_assumed(session: ChatSession) -> bool:
    """Tell whether a session has a link only because related contacts are assumed to be links."""
    if session.continues is None or session.rehydration_type is not None:
        return False
    return any(each.carries_link and each.known is not None and each.known.related_is_link for each in session)
