"""The privacy question: who can read the transcript of a contact, and who could read it next.

This module goes forward: from a contact to the sessions that continue from its session, and on from there. It does not
decide what each of them sees; the engine does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from typing import Final, Unpack

from attrs import frozen

from rehydration.answers import Rehydration
from rehydration.basis import Basis, Given, near
from rehydration.certainties import Leaf, doubts_between, leaves_of
from rehydration.consultation import Consultation, rule_of
from rehydration.contacts import REFERENCES, PastContact
from rehydration.decisions import OfPast, attach_code, attempt
from rehydration.doubts import Doubt, in_order
from rehydration.errors import ContactNotFound, NotInitialContact, RuleForbids, texts
from rehydration.gaps import untold_member
from rehydration.graph import ContactGraph, Link
from rehydration.identifiers import ContactId, RuleId
from rehydration.missing import LINKS_ASSUMED, PerhapsLinked, PerhapsShown, Reach, is_assumed
from rehydration.notebook import ShowsItself
from rehydration.requests import RehydrationRequest
from rehydration.selections import unknown_customer
from rehydration.sessions import ChatSession, Segment
from rehydration.walk import PAST_CONTACT_LIMIT

_NEVER: Final = datetime.min.replace(tzinfo=UTC)

_KEPT: Final = 512
"""What so many sessions see and show is kept for the next contact: its walks end within the same hundred contacts."""


@frozen
class Sighting:
    """A later session in which the transcript is visible.

    ``contact_ids`` are the contacts of that session that see the transcript, newest first. ``through`` are the links
    from that session back to the session of the transcript, in the order of the walk. ``depends_on`` holds what could
    hide the transcript from one of these contacts. ``customer_id`` is the customer of that session, and ``began`` the
    earliest time at which one of its contacts began.
    """

    initial_contact_id: ContactId
    contact_ids: tuple[ContactId, ...]
    through: tuple[Link, ...]
    depends_on: tuple[Doubt, ...] = ()
    customer_id: str | None = None
    began: datetime | None = None


@frozen
class Undecided:
    """A later session in which the transcript may be visible, but the records or the rules leave it open.

    ``contact_ids`` are the contacts of that session that may see the transcript, newest first. ``depends_on`` holds
    what leaves it open. ``rules`` are the rules about that, and about a transcript that is not there today.
    ``customer_id`` is the customer of that session, and ``began`` the earliest time at which one of its contacts began.
    """

    initial_contact_id: ContactId
    contact_ids: tuple[ContactId, ...]
    depends_on: tuple[Doubt, ...]
    rules: tuple[RuleId, ...]
    customer_id: str | None = None
    began: datetime | None = None


@frozen
class Opening:
    """A past session that a new chat could continue to see the transcript, and the requests that do so.

    Among requests of one type, the request on the initial contact comes first, then the newest. If several requests
    continue from the same contact and show the same, only the first is listed. ``customer_id`` is the customer of the
    session.
    """

    initial_contact_id: ContactId
    requests: tuple[RehydrationRequest, ...]
    customer_id: str | None = None


@frozen
class Exposure(ShowsItself):
    """Where the transcript of a contact is visible outside its own session, may be visible, and could be next.

    The transcript of an unknown contact counts as visible wherever the contact is listed. ``customer_id`` is the
    customer of the contact, and ``is_live`` tells whether its chat has not ended: then no new chat can continue from
    it. ``gaps`` are what no record tells of sessions and links, and the unknown contacts by which
    a chat may continue from here: with any, there may be more than is found here. ``assumes`` is what the caller left
    as assumed, such as that related contacts are rehydrations.
    """

    contact: PastContact
    customer_id: str | None
    sightings: tuple[Sighting, ...]
    undecided: tuple[Undecided, ...]
    openings: tuple[Opening, ...]
    gaps: tuple[Doubt, ...] = ()
    assumes: tuple[Doubt, ...] = ()
    is_live: bool = False

    @property
    def contact_id(self) -> ContactId:
        """Identifier of the contact."""
        return self.contact.contact_id

    def is_of_another_customer(self, found: Sighting | Undecided | Opening) -> bool:
        """Tell whether a session and the transcript are of two customers."""
        return None not in (self.customer_id, found.customer_id) and found.customer_id != self.customer_id


def exposure(graph: ContactGraph, contact_id: str, **given: Unpack[Given]) -> Exposure:
    """Find every session in which the transcript of a contact is visible, and the past sessions that could expose it.

    The short way to :meth:`rehydration.History.exposure`. :class:`rehydration.basis.Given` lists the keyword arguments.

    :raises ContactNotFound: there is no record of the contact, and no record refers to it.
    :raises InvalidArgument: an argument has the wrong type.
    """
    return exposure_of(Basis(graph, **given), contact_id)


def exposures_of(
    basis: Basis,
    contact_ids: Iterable[str],
    customer_ids: Collection[str],
    *,
    surveys: bool,
    watched: Callable[[Sequence[str]], Iterable[str]] = iter,
) -> tuple[Exposure, ...]:
    """Find where the transcripts of several contacts are visible: those named, those of customers, and surveys.

    ``watched`` is handed the contacts and gives them back one by one, so that somebody can watch.
    """
    named = texts("contact_ids", contact_ids, "a collection of contact ids")
    customers = frozenset(texts("customer_ids", customer_ids, "a collection of customers"))
    known = sorted(basis.graph, key=lambda each: (each.initiation_timestamp or _NEVER, each.contact_id))
    unknown = customers - {each.customer_id for each in known}
    if unknown:
        raise unknown_customer(min(unknown), {each.customer_id for each in known if each.customer_id is not None})
    chosen = [each.contact_id for each in known if each.customer_id in customers or (surveys and each.is_survey)]
    return tuple(exposures_in_turn(basis, watched(tuple(dict.fromkeys((*named, *chosen))))))


def exposures_in_turn(basis: Basis, contact_ids: Iterable[str]) -> Iterator[Exposure]:
    """Find where several transcripts are visible; what the same chats see is decided once for all of them."""
    decided = _Decided(basis)
    return (_exposure(decided, each) for each in contact_ids)


def exposure_of(basis: Basis, contact_id: str) -> Exposure:
    """Find where the transcript of a contact is visible, and where it could be."""
    return _exposure(_Decided(basis), contact_id)


def _exposure(decided: _Decided, contact_id: str) -> Exposure:
    graph = decided.basis.graph
    try:
        segment = graph.segment(contact_id)
    except ContactNotFound as refusal:
        attach_code(refusal)
        raise
    found = [*_later_sessions(decided, segment)]
    later = {each.initial_contact_id: graph.session_of(each.initial_contact_id) for each in found}
    openings = (_opening(decided, each, segment.contact_id) for each in (segment.session, *later.values()))
    return Exposure(
        segment.contact,
        segment.customer_id,
        tuple(each for each in found if isinstance(each, Sighting)),
        tuple(each for each in found if isinstance(each, Undecided)),
        tuple(each for each in openings if each.requests),
        (
            *(untold_member(name) for name in REFERENCES if name in graph.untold),
            *(decided.perhaps.to(segment.session) if segment.is_listed else ()),
        ),
        (LINKS_ASSUMED,) if any(map(is_assumed, later.values())) else (),
        not segment.session.has_ended,
    )


def _later_sessions(decided: _Decided, segment: Segment) -> Iterator[Sighting | Undecided]:
    """Go forward from session to session, as long as the contact is visible or may be.

    If a session does not see the contact over its link, no session that continues from it does either: its walk
    would go over the same link, with more contacts behind it. But what is refused to the one may be beyond the limit of
    the other. A walk enters a contact of each session on its way, so that no session further than the limit sees it.
    """
    through: dict[ContactId, tuple[Link, ...]] = {segment.session.initial_contact_id: ()}
    waiting = [segment.session]
    for earlier in waiting:
        if len(through[earlier.initial_contact_id]) == PAST_CONTACT_LIMIT:
            continue
        for later, link in decided.later(earlier):
            if later.initial_contact_id in through:
                continue
            through[later.initial_contact_id] = (link, *through[earlier.initial_contact_id])
            viewers = decided.viewers(later)
            found = list(viewers.told(segment.contact_id, through[later.initial_contact_id]))
            if found or viewers.may_be_refused:
                waiting.append(later)
                yield from found


def _opening(decided: _Decided, session: ChatSession, contact_id: ContactId) -> Opening:
    """Find the requests on a session whose answers show a contact."""
    requests = tuple([request for request, shown in decided.requests(session) if contact_id in shown])
    return Opening(session.initial_contact_id, requests, session.customer_id)


@frozen
class View:
    """Whether contacts of a later session see the transcript, and what leaves that open."""

    viewers: tuple[ContactId, ...]
    sees: bool
    depends_on: tuple[Doubt, ...] = ()
    rules: tuple[RuleId, ...] = ()


class _Viewer:
    """One contact of a later session, or several that see alike, and what they see under each reading."""

    def __init__(self, basis: Basis, contact_ids: tuple[ContactId, ...]) -> None:
        """Decide once for each reading that matters."""
        self._contact_ids = contact_ids
        leaves = list(leaves_of(OfPast(basis, contact_ids[0])))
        self._ours = leaves[0].answer
        self._shown = [_shown_in(leaf.answer) for leaf in leaves]
        self.may_be_refused: bool = any(isinstance(leaf.answer, RuleForbids) for leaf in leaves)
        self._missing = dict.fromkeys(doubt for leaf in leaves for doubt in leaf.missing)
        self._perhaps_hidden = frozenset[ContactId]().union(*(each.displaced.hidden for each in leaves))
        self._perhaps = PerhapsShown(basis.graph, [each.taken for each in leaves if each.missing])
        self._leaves = leaves
        self._views: dict[tuple[tuple[bool, ...], bool, tuple[RuleId, ...]], View] = {}

    def view(self, contact_id: ContactId) -> View:
        """Tell whether they see the transcript of a contact."""
        seeing = tuple([contact_id in shown for shown in self._shown])
        may_change = contact_id in (self._perhaps_hidden if seeing[0] else self._perhaps)
        asked = seeing, may_change, () if seeing[0] else tuple(_lost(self._ours, contact_id))
        if asked not in self._views:
            self._views[asked] = self._view(*asked)
        return self._views[asked]

    def _view(self, seeing: tuple[bool, ...], may_change: bool, lost: tuple[RuleId, ...]) -> View:  # noqa: FBT001
        """Tell what the readings under which they see a transcript come to; ``may_change`` is by what is missing."""
        depends_on = in_order((*_doubts_between(self._leaves, seeing), *(self._missing if may_change else ())))
        rules = () if seeing[0] else dict.fromkeys((*lost, *filter(None, map(rule_of, depends_on))))
        return View(self._contact_ids, seeing[0], depends_on, tuple(rules))


def _doubts_between(leaves: list[Leaf], seeing: tuple[bool, ...]) -> tuple[Doubt, ...]:
    """Find what separates the decisions that show a transcript from the others."""
    if len(set(seeing)) < 2:  # they agree
        return ()
    ours = seeing[0]
    groups = ([leaf for leaf, sees in zip(leaves, seeing, strict=True) if sees is each] for each in (ours, not ours))
    return doubts_between(list(groups))


class _Viewers:
    """The contacts of a later session, newest first. Those that see alike are asked about once."""

    def __init__(self, reach: Reach, session: ChatSession) -> None:
        """Decide what each of them sees."""
        basis = reach.of(session)
        self._initial_contact_id = session.initial_contact_id
        self._facts = session.customer_id, session.begun
        ids = tuple([each.contact_id for each in _newest_first(basis, session)])
        are_alike = session.is_linear and session.first.carries_link
        self._viewers = [_Viewer(basis, each) for each in ([ids] if are_alike else [(own,) for own in ids])]

    @property
    def may_be_refused(self) -> bool:
        """Whether a reading refuses one of them the past."""
        return any(each.may_be_refused for each in self._viewers)

    def told(self, contact_id: ContactId, through: tuple[Link, ...]) -> Iterator[Sighting | Undecided]:
        """Sum up what the contacts of the session see of a contact."""
        own, facts = self._initial_contact_id, self._facts
        views = [each.view(contact_id) for each in self._viewers]
        seeing = [each for each in views if each.sees]
        if seeing:
            yield Sighting(own, _viewers_in(seeing), through, _doubts_in(seeing), *facts)
        open_to = [each for each in views if not each.sees and (each.rules or each.depends_on)]
        if open_to:
            rules = tuple(dict.fromkeys(rule for each in open_to for rule in each.rules))
            yield Undecided(own, _viewers_in(open_to), _doubts_in(open_to), rules, *facts)


def _viewers_in(views: list[View]) -> tuple[ContactId, ...]:
    return tuple([viewer for each in views for viewer in each.viewers])


def _doubts_in(views: list[View]) -> tuple[Doubt, ...]:
    return in_order(doubt for each in views for doubt in each.depends_on)


class LookingBack:
    """Later sessions, and what each sees of earlier ones: the same as :func:`exposure_of` tells of each contact."""

    def __init__(self, basis: Basis) -> None:
        """Decide nothing yet."""
        self._graph = basis.graph
        self._viewers = cache(partial(_Viewers, Reach(basis)))
        self._may_see = cache(self._sees_or_may)

    def seen_from(self, session: ChatSession) -> Iterator[tuple[ContactId, Sighting | Undecided]]:
        """Find every contact of earlier sessions that a session sees or may see."""
        graph = self._graph
        passed = [session]
        through: tuple[Link, ...] = ()
        while (link := graph.link_of(session)) is not None and len(through) < PAST_CONTACT_LIMIT:
            session = graph.session_of(link.continued_from_contact_id)
            if session in passed:
                return
            through = (*through, link)
            for segment in session:
                later, *between = passed
                found = [*self._viewers(later).told(segment.contact_id, through)]
                if found and all(self._may_see(each, segment.contact_id) for each in between):
                    yield from ((segment.contact_id, each) for each in found)
            passed.append(session)

    def _sees_or_may(self, session: ChatSession, contact_id: ContactId) -> bool:
        viewers = self._viewers(session)
        return viewers.may_be_refused or any(viewers.told(contact_id, ()))


class _Decided:
    """What chats see and what requests show, each decided once; the least lately asked of many are forgotten."""

    def __init__(self, basis: Basis) -> None:
        """Decide nothing yet."""
        self.basis = near(basis)
        self.viewers = lru_cache(_KEPT)(partial(_Viewers, Reach(basis)))
        self.requests = lru_cache(_KEPT)(self._requests)
        self.later = lru_cache(_KEPT)(self._later)
        self.perhaps = PerhapsLinked(basis.graph)

    def _later(self, session: ChatSession) -> list[tuple[ChatSession, Link]]:
        """Give the sessions that continue from a session, and their links."""
        graph = self.basis.graph
        links = ((each, graph.link_of(each)) for each in graph.continuations(session))
        return [(each, link) for each, link in links if link is not None]

    def _requests(self, session: ChatSession) -> tuple[tuple[RehydrationRequest, frozenset[ContactId]], ...]:
        """Give the requests on a session and the transcripts that they show, only the first of those that are alike."""
        found: dict[object, tuple[RehydrationRequest, frozenset[ContactId]]] = {}
        newest_first = _newest_first(self.basis, session)
        initial_first = sorted(newest_first, key=lambda each: each.contact_id != session.initial_contact_id)
        for rehydration_type in self.basis.strategies:
            for segment in initial_first:
                request = RehydrationRequest(rehydration_type, segment.contact_id)
                answer, _ = attempt(self.basis, request, None, Consultation(self.basis.policy))
                if isinstance(answer, NotInitialContact):  # so is each request after it
                    break
                if isinstance(answer, RuleForbids):
                    continue
                listed = tuple([each.contact_id for each in answer.visible])
                alike = (rehydration_type, answer.continued_from_contact_id, listed)
                if alike not in found:
                    found[alike] = request, _shown_in(answer)
        return tuple(found.values())


def _newest_first(basis: Basis, session: ChatSession) -> tuple[Segment, ...]:
    return session.newest_first(Consultation(basis.policy)).segments


def _shown_in(answer: Rehydration | RuleForbids) -> frozenset[ContactId]:
    return frozenset(answer.not_lost) if isinstance(answer, Rehydration) else frozenset()


def _lost(answer: Rehydration | RuleForbids, contact_id: ContactId) -> Iterator[RuleId]:
    """Yield the rule by which the transcript of a contact is not there today, if an answer lists the contact."""
    if isinstance(answer, Rehydration):
        yield from (each.rule for each in answer.unavailable if each.contact_id == contact_id)
