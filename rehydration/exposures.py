"""The privacy question: where the transcript of a contact can be read, and where it could be next.

Here belongs the way forward: from a contact to the sessions that continue from its session, and on. What each of
them sees is the engine's decision.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from attrs import frozen

from rehydration.answers import Rehydration
from rehydration.engine import World, check_policy, refusals
from rehydration.errors import RuleForbids
from rehydration.graph import ContactGraph, Link
from rehydration.identifiers import ContactId
from rehydration.policies import DEFAULT_POLICY, Consultation, Policy
from rehydration.requests import RehydrationRequest
from rehydration.sessions import ChatSession, Segment
from rehydration.strategies import STRATEGIES, RehydrationStrategy
from rehydration.transcripts import TranscriptFact


@frozen
class Sighting:
    """A later session in which the transcript is visible.

    ``contact_ids`` are the contacts of that session that see it, newest first. ``through`` are the links that lead from
    that session back to the session of the transcript, in the order of the walk back.
    """

    initial_contact_id: ContactId
    contact_ids: tuple[ContactId, ...]
    through: tuple[Link, ...]


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
    """Where the transcript of a contact is visible outside its own session, and where it could be next."""

    contact_id: ContactId
    sightings: tuple[Sighting, ...]
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

    Its own session is not listed: there it is no past contact. Where the policy refuses, nothing is visible.

    :raises ContactNotFound: no record is of the contact or refers to it.
    :raises InvalidArgument: an argument is not of its type.
    """
    world = World.of(graph, transcripts, now, strategies)
    with refusals():
        segment = graph.segment(contact_id)
    asking = _Asking(world, check_policy(policy), segment.contact_id)
    found = list(asking.sightings(segment.session))
    sessions = [segment.session, *(graph.session_of(each.initial_contact_id) for each in found)]
    openings = (Opening(each.initial_contact_id, tuple(asking.requests(each))) for each in sessions)
    return Exposure(segment.contact_id, tuple(found), tuple(each for each in openings if each.requests))


@frozen
class _Asking:
    """One contact, and all that the engine is to be asked of it."""

    world: World
    policy: Policy
    contact_id: ContactId

    def sightings(self, session: ChatSession) -> Iterator[Sighting]:
        """Go forward from session to session, as long as the contact is seen.

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
                seeing = tuple(each.contact_id for each in self._newest_first(later) if self._sees(each.contact_id))
                if not seeing:
                    continue
                through[later.initial_contact_id] = (link, *through[earlier.initial_contact_id])
                waiting.append(later)
                yield Sighting(later.initial_contact_id, seeing, through[later.initial_contact_id])

    def requests(self, session: ChatSession) -> Iterator[RehydrationRequest]:
        """Yield the requests on a session whose answers show the contact; of those alike, the first."""
        told: set[object] = set()
        newest_first = self._newest_first(session)
        initial_first = sorted(newest_first, key=lambda each: each.contact_id != session.initial_contact_id)
        for rehydration_type in self.world.strategies:
            for segment in initial_first:
                request = RehydrationRequest(rehydration_type, segment.contact_id)
                answer = self._answer(request)
                if answer is None or self.contact_id not in answer.readable:
                    continue
                alike = (rehydration_type, answer.continued_from_contact_id, answer.visible)
                if alike not in told:
                    told.add(alike)
                    yield request

    def _newest_first(self, session: ChatSession) -> tuple[Segment, ...]:
        return session.newest_first(Consultation(self.policy)).segments

    def _sees(self, contact_id: ContactId) -> bool:
        try:
            return self.contact_id in self.world.visible_past(contact_id, self.policy).readable
        except RuleForbids:
            return False

    def _answer(self, request: RehydrationRequest) -> Rehydration | None:
        try:
            return self.world.resolve(request, self.policy)
        except RuleForbids:
            return None
