"""The privacy question: where the transcript of a contact can be read, and where it could be next.

Here belongs the way forward: from a contact to the sessions that continue from its session, and on. What each of
them sees is the engine's decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Final

from attrs import frozen

from rehydration.answers import Rehydration
from rehydration.engine import World, check_policy, refusals
from rehydration.errors import RuleForbids
from rehydration.graph import ContactGraph, Link
from rehydration.identifiers import ContactId, RuleId
from rehydration.policies import DEFAULT_POLICY, QUESTIONS, RULE_OF_FIELD, Consultation, Policy
from rehydration.reading import Leaf, fields_between, leaves_of
from rehydration.requests import RehydrationRequest
from rehydration.sessions import ChatSession, Segment
from rehydration.strategies import STRATEGIES, RehydrationStrategy
from rehydration.transcripts import Availability, TranscriptFact

_LOST: Final = frozenset({Availability.MISSING, Availability.DELETED, Availability.TOO_LARGE})


@frozen
class Sighting:
    """A later session in which the transcript is visible.

    ``contact_ids`` are the contacts of that session that see it, newest first. ``through`` are the links that lead from
    that session back to the session of the transcript, in the order of the walk back. ``depends_on`` are the fields of
    the policy that could make one of the contacts not see it.
    """

    initial_contact_id: ContactId
    contact_ids: tuple[ContactId, ...]
    through: tuple[Link, ...]
    depends_on: tuple[str, ...] = ()


@frozen
class Doubt:
    """A later session of which it cannot be told whether the transcript is visible in it.

    ``contact_ids`` are the contacts of that session that may see it, newest first, ``rules`` those that leave it open:
    the walk ends at an unknown contact, the type of a link is unknown, the transcript is not there today, or AWS leaves
    a question open and another reading than the policy's shows it.
    """

    initial_contact_id: ContactId
    contact_ids: tuple[ContactId, ...]
    rules: tuple[RuleId, ...]


@frozen
class Opening:
    """A past session that a new chat could continue to see the transcript, and the requests that do.

    Of one type, the request on the initial contact comes first, then the newest; of requests that continue from the
    same contact and show the same, the first stands for all.
    """

    initial_contact_id: ContactId
    requests: tuple[RehydrationRequest, ...]


@frozen
class Exposure:
    """Where the transcript of a contact is visible besides its own session, where it may be, and could be next.

    The transcript of an unknown contact counts as visible where the contact is listed.
    """

    contact_id: ContactId
    sightings: tuple[Sighting, ...]
    doubts: tuple[Doubt, ...]
    openings: tuple[Opening, ...]


def exposure(  # noqa: PLR0913  # what resolve takes
    graph: ContactGraph,
    contact_id: str,
    *,
    transcripts: Mapping[str, TranscriptFact] | None = None,
    now: datetime | None = None,
    policy: Policy = DEFAULT_POLICY,
    strategies: Mapping[str, RehydrationStrategy] = STRATEGIES,
) -> Exposure:
    """Find every session in which the transcript of a contact is visible, and the past sessions that could expose it.

    Its own session is not listed: there it is no past contact. Where the policy refuses, nothing is visible. Where the
    records or the rules do not tell, the session is among the doubts.

    :raises ContactNotFound: no record is of the contact or refers to it.
    :raises InvalidArgument: an argument is not of its type.
    """
    world = World.of(graph, transcripts, now, strategies)
    with refusals():
        segment = graph.segment(contact_id)
    asking = _Asking(world, check_policy(policy), segment.contact_id)
    found = list(asking.later_sessions(segment.session))
    sightings = tuple(each for each in found if isinstance(each, Sighting))
    doubts = tuple(each for each in found if isinstance(each, Doubt))
    later = dict.fromkeys(each.initial_contact_id for each in found)
    sessions = [segment.session, *map(graph.session_of, later)]
    openings = (Opening(each.initial_contact_id, tuple(asking.requests(each))) for each in sessions)
    return Exposure(segment.contact_id, sightings, doubts, tuple(each for each in openings if each.requests))


@frozen
class _View:
    """What one contact of a later session sees of the transcript, and what leaves that open."""

    viewer: ContactId
    sees: bool
    depends_on: tuple[str, ...]
    doubts: tuple[RuleId, ...]


@frozen
class _Asking:
    """One contact, and all that the engine is to be asked of it."""

    world: World
    policy: Policy
    contact_id: ContactId

    def later_sessions(self, session: ChatSession) -> Iterator[Sighting | Doubt]:
        """Go forward from session to session, as long as the contact is seen or may be.

        What a session does not see by its link, no session sees that continues from it: it would have to go over the
        same link, with more contacts behind it already.
        """
        through: dict[ContactId, tuple[Link, ...]] = {session.initial_contact_id: ()}
        waiting = [session]
        for earlier in waiting:
            for later in self.world.graph.continuations(earlier):
                link = self.world.graph.link_of(later)
                if later.initial_contact_id in through or link is None:
                    continue
                views = [self._view(each.contact_id) for each in self._newest_first(later)]
                through[later.initial_contact_id] = (link, *through[earlier.initial_contact_id])
                found = list(_told(later.initial_contact_id, views, through[later.initial_contact_id]))
                if found:
                    waiting.append(later)
                    yield from found

    def requests(self, session: ChatSession) -> Iterator[RehydrationRequest]:
        """Yield the requests on a session whose answers show the contact; of those alike, the first."""
        told: set[object] = set()
        newest_first = self._newest_first(session)
        initial_first = sorted(newest_first, key=lambda each: each.contact_id != session.initial_contact_id)
        for rehydration_type in self.world.strategies:
            for segment in initial_first:
                request = RehydrationRequest(rehydration_type, segment.contact_id)
                answer = self._unless_refused(partial(self.world.resolve, request, self.policy))
                if answer is None or not self._is_shown(answer):
                    continue
                alike = (rehydration_type, answer.continued_from_contact_id, answer.visible)
                if alike not in told:
                    told.add(alike)
                    yield request

    def _newest_first(self, session: ChatSession) -> tuple[Segment, ...]:
        return session.newest_first(Consultation(self.policy)).segments

    def _view(self, viewer: ContactId) -> _View:
        answer = self._unless_refused(lambda: self.world.visible_past(viewer, self.policy))
        groups: dict[bool, list[Leaf]] = {True: [], False: []}
        for leaf in leaves_of(lambda asked: self.world.decide_past(viewer, asked)):
            groups[isinstance(leaf.answer, Rehydration) and self._is_shown(leaf.answer)].append(leaf)
        fields = fields_between(list(groups.values()))
        if answer is not None and self._is_shown(answer):
            return _View(viewer, sees=True, depends_on=fields, doubts=())
        doubts = [] if answer is None else list(self._doubts(answer))
        return _View(viewer, sees=False, depends_on=(), doubts=(*doubts, *(RULE_OF_FIELD[each] for each in fields)))

    def _doubts(self, answer: Rehydration) -> Iterator[RuleId]:
        """Yield the rules that leave open whether an answer shows the contact, which it does not."""
        yield from (each.rule for each in answer.unavailable if each.contact_id == self.contact_id)
        if answer.incomplete:
            yield RuleId("visibility.unknown-contact")
        for each in answer.warnings:
            if each.rule == "visibility.type-of-link" and self.contact_id in each.contact_ids:
                yield each.rule

    def _is_shown(self, answer: Rehydration) -> bool:
        listed = any(each.contact_id == self.contact_id for each in answer.visible)
        return listed and answer.availability(self.contact_id) not in _LOST

    def _unless_refused(self, question: Callable[[], Rehydration]) -> Rehydration | None:
        try:
            return question()
        except RuleForbids:
            return None


def _told(initial_contact_id: ContactId, views: list[_View], through: tuple[Link, ...]) -> Iterator[Sighting | Doubt]:
    """Sum up what the contacts of one session see."""
    seeing = [each for each in views if each.sees]
    if seeing:
        fields = {field for each in seeing for field in each.depends_on}
        viewers = tuple(each.viewer for each in seeing)
        yield Sighting(initial_contact_id, viewers, through, tuple(each for each in QUESTIONS if each in fields))
    open_to = [each for each in views if each.doubts]
    if open_to:
        rules = dict.fromkeys(rule for each in open_to for rule in each.doubts)
        yield Doubt(initial_contact_id, tuple(each.viewer for each in open_to), tuple(rules))
