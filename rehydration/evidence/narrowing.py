"""From observations to the policies that explain them, all of them at once.

This module compares what came with what each reading answers. It does not decide what a reading answers; the engine
does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import reduce
from itertools import combinations
from operator import and_

from rehydration.answers import Rehydration
from rehydration.basis import Basis
from rehydration.certainties import leaves_of
from rehydration.consultation import Consultation
from rehydration.decisions import OfPast, OfRequest
from rehydration.errors import InvalidInput, RuleForbids
from rehydration.evidence.observation import Observation
from rehydration.graph import ContactGraph
from rehydration.knowledge import Knowledge
from rehydration.policies import EVERY_POLICY, MostRecent, Policy, policies_with
from rehydration.sessions import ChatSession
from rehydration.untold import ENTIRE


class Contradicting(InvalidInput):
    """No policy explains all observations. ``observations`` is the smallest set of them that no policy explains.

    ``places`` are their places among those given, from 1.
    """

    def __init__(self, observations: tuple[Observation, ...], places: tuple[int, ...]) -> None:
        """Hold the observations that exclude one another."""
        super().__init__(observations, places)
        self.observations = observations
        self.places = places

    def __str__(self) -> str:
        if len(self.places) == 1:
            return f"no policy explains observation {self.places[0]}; either its records are wrong, or our rules are"
        named = ", ".join(map(str, self.places[:-1]))
        return (
            f"no policy explains observations {named} and {self.places[-1]} together; either these records are wrong, "
            "or our rules are"
        )


def narrow(observations: Iterable[Observation]) -> Knowledge:
    """Find the policies that explain all observations, and the links that their records tell.

    :raises Contradicting: no policy explains them all. The error names the smallest set that excludes one another.
    :raises InvalidInput: the records of an observation contradict one another.
    """
    seen = tuple(observations)
    explained = [explaining(each) for each in seen]
    policies = reduce(and_, explained, EVERY_POLICY)
    if not policies:
        places = _smallest_contradiction(explained)
        raise Contradicting(tuple(seen[each] for each in places), tuple(each + 1 for each in places))
    return Knowledge(policies, len(seen), max((each.date for each in seen if each.date is not None), default=None))


def explaining(seen: Observation) -> int:
    """Find the policies that explain an observation, as bits."""
    graph = ContactGraph.from_contacts(seen.contacts)
    basis = Basis(graph, transcripts=seen.transcripts, now=seen.now)
    question = OfPast(basis, seen.asked) if isinstance(seen.asked, str) else OfRequest(basis, seen.asked, seen.target)
    policies = 0
    for leaf in leaves_of(question):
        if _agrees(seen, leaf.answer):
            policies |= leaf.policies
    return policies & explaining_links(graph)


def explaining_links(graph: ContactGraph) -> int:
    """Find the policies under which every ENTIRE_PAST_SESSION that records tell starts where it did, as bits.

    A link says something only if the past session was then as it is now: all of it had ended when its carrier began.
    """
    policies = EVERY_POLICY
    for session in graph.sessions:
        start = session.continues
        if start is not None and session.rehydration_type == ENTIRE and _had_ended(start.session, session.begun):
            possible = 0
            for reading in MostRecent:
                choice = start.session.most_recent(Consultation(Policy(most_recent=reading)))
                if start in (choice.tied or choice.segments):
                    possible |= policies_with("most_recent", reading.name)
            policies &= possible
    return policies


def _agrees(seen: Observation, answer: Rehydration | RuleForbids) -> bool:
    """Tell whether an answer is what came."""
    if isinstance(answer, RuleForbids):
        return seen.refused == answer.code
    if seen.refused is not None or seen.continued_from not in (None, answer.continued_from_contact_id):
        return False
    readable = frozenset(answer.readable)
    return seen.shown <= readable and not seen.hidden & readable


def _had_ended(session: ChatSession, time: datetime | None) -> bool:
    """Tell whether all of a session is known to have ended by a time."""
    ended = session.last_disconnect
    return session.has_ended and not session.unknown and None not in (ended, time) and ended <= time  # type: ignore[operator]  # not None


def _smallest_contradiction(explained: Sequence[int]) -> tuple[int, ...]:
    """Find the smallest set of observations that no policy explains, the first of several."""
    first_of = {policies: place for place, policies in reversed([*enumerate(explained)])}
    places = sorted(first_of.values())
    sizes = range(1, len(places) + 1)
    sets = (chosen for size in sizes for chosen in combinations(places, size))
    return next(chosen for chosen in sets if not reduce(and_, (explained[each] for each in chosen)))
