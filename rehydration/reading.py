"""Certain or contingent: the answers to one request over all readings of the open questions.

Here belongs the enumeration. Only the fields of the policy that a decision consults can change it, so the decision is
run once for every combination of readings that it really asks for, never for all 1,152. How a decision is made is the
engine's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import combinations
from math import prod

from attrs import frozen

from rehydration.answers import Rehydration
from rehydration.engine import World, refusals
from rehydration.errors import RuleForbids
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.policies import FIELD_OF, QUESTIONS, Consultation, OpenQuestion, Policy
from rehydration.requests import RehydrationRequest
from rehydration.strategies import STRATEGIES, RehydrationStrategy
from rehydration.transcripts import TranscriptFact
from rehydration.visibility import Walk

When = frozenset[OpenQuestion]
"""A condition on a policy: of each question that has readings in it, the policy takes one of these."""


@frozen
class Outcome:
    """One of the distinct answers, or refusals, and the conditions under which it is the one; any of them suffices.

    ``readings`` counts the policies, of 1,152, that lead to it.
    """

    answer: Rehydration | RuleForbids
    when: tuple[When, ...]
    readings: int


@frozen
class Readings:
    """All distinct answers to a request, the one under the default policy first.

    ``depends_on`` are the fields of the policy that make a difference: two policies that differ in one of them alone
    have different answers. The three sets hold all contacts of the sessions that any reading reaches.
    """

    outcomes: tuple[Outcome, ...]
    depends_on: tuple[str, ...]
    visible_under_every: frozenset[ContactId]
    visible_under_some: frozenset[ContactId]
    visible_under_none: frozenset[ContactId]

    @property
    def line(self) -> str:
        """Say in one line how sure the answer is."""
        if not self.depends_on:
            return "holds under every reading of the open questions"
        return f"depends on {', '.join(self.depends_on)}"


@frozen
class Leaf:
    """What was answered, and the readings that were asked for on the way: all policies with these are answered so."""

    asked: Mapping[str, OpenQuestion]
    answer: Rehydration | RuleForbids
    reached: frozenset[ContactId]

    @property
    def readings(self) -> int:
        """How many policies are answered so."""
        return prod(len(question) for name, question in QUESTIONS.items() if name not in self.asked)

    @property
    def identity(self) -> object:
        """What makes an answer another one: what is seen, not what is said of it."""
        answer = self.answer
        if isinstance(answer, RuleForbids):
            return (type(answer), answer.rule)
        listed = tuple((each.contact_id, answer.availability(each.contact_id)) for each in answer.visible)
        return (answer.continued_from_contact_id, listed, answer.beyond_limit, answer.incomplete)

    @property
    def visible(self) -> frozenset[ContactId]:
        """The contacts whose transcript can be read; none after a refusal."""
        return frozenset() if isinstance(self.answer, RuleForbids) else frozenset(self.answer.readable)


def readings(  # noqa: PLR0913  # what resolve takes, but the policy
    graph: ContactGraph,
    request: RehydrationRequest,
    *,
    target: str | None = None,
    transcripts: Mapping[str, TranscriptFact] | None = None,
    now: datetime | None = None,
    strategies: Mapping[str, RehydrationStrategy] = STRATEGIES,
) -> Readings:
    """Find the distinct answers to a request over all readings of the open questions.

    A refusal is an answer like another. Two answers are distinct if they continue from another contact, list other
    contacts or with another availability, differ in what is beyond the limit, or in whether they are complete.

    :raises InvalidArgument: an argument is not of its type.
    """
    world = World.of(graph, transcripts, now, strategies)
    leaves = list(leaves_of(lambda asked: world.decide(request, target, asked)))
    groups: dict[object, list[Leaf]] = {}
    for leaf in leaves:
        groups.setdefault(leaf.identity, []).append(leaf)
    every = frozenset.intersection(*(leaf.visible for leaf in leaves))
    some = frozenset.union(*(leaf.visible for leaf in leaves))
    reached = frozenset.union(*(leaf.reached for leaf in leaves))
    return Readings(
        outcomes=tuple(_outcome(group) for group in groups.values()),
        depends_on=fields_between(list(groups.values())),
        visible_under_every=every,
        visible_under_some=some - every,
        visible_under_none=reached - some,
    )


def leaves_of(decide: Callable[[Consultation], tuple[Rehydration, Walk]]) -> Iterator[Leaf]:
    """Run the decision once for every combination of readings that it asks for, the default policy first.

    A decision asks one question after the other, and what it asks next depends on the readings so far alone. So each
    run is a path in a tree; each other reading of a question on it, the ones before it kept, starts another path.
    """
    open_paths: list[dict[str, OpenQuestion]] = [{}]
    while open_paths:
        path = open_paths.pop()
        policy = Policy(**path)  # type: ignore[arg-type]  # names and readings belong together
        asked = Consultation(policy)
        reached: set[ContactId] = set()
        answer: Rehydration | RuleForbids
        try:
            with refusals():
                answer, walk = decide(asked)
            answer.finish()
            reached.update(each.contact_id for leg in walk.legs for each in leg.session)
        except RuleForbids as refusal:
            answer = refusal
        taken = {name: getattr(policy, name) for name in asked.asked}
        for name, reading in taken.items():
            if name not in path:
                open_paths += [{**path, name: other} for other in QUESTIONS[name] if other is not reading]
                path = {**path, name: reading}
        yield Leaf(taken, answer, frozenset(reached))


def fields_between(groups: list[list[Leaf]]) -> tuple[str, ...]:
    """Find the fields in which alone two leaves of different answers differ."""
    found = set()
    for one, other in combinations(groups, 2):
        for a in one:
            for b in other:
                apart = [name for name in a.asked.keys() & b.asked.keys() if a.asked[name] is not b.asked[name]]
                if len(apart) == 1:
                    found.add(apart[0])
    return tuple(name for name in QUESTIONS if name in found)


def _outcome(group: list[Leaf]) -> Outcome:
    when = _joined([frozenset(leaf.asked.values()) for leaf in group])
    return Outcome(group[0].answer, when, sum(leaf.readings for leaf in group))


def _joined(conditions: list[When]) -> tuple[When, ...]:
    """Join conditions that differ in the readings of one question, and drop a question that all its readings answer."""
    pairs = combinations(conditions, 2)
    while (pair := next((pair for pair in pairs if _are_alike(*pair)), None)) is not None:
        question = next(type(reading) for reading in pair[0] ^ pair[1])
        both = pair[0] | pair[1]
        if both >= frozenset(question):
            both -= frozenset(question)
        conditions = [both, *(each for each in conditions if each not in pair)]
        pairs = combinations(conditions, 2)
    return tuple(conditions)


def _are_alike(one: When, other: When) -> bool:
    """Tell whether two conditions are on the same questions and differ in the readings of one alone."""
    apart = {type(reading) for reading in one ^ other}
    return len(apart) == 1 and {type(reading) for reading in one} == {type(reading) for reading in other}


def holds(when: When, policy: Policy) -> bool:
    """Tell whether a policy fulfils a condition."""
    questions = {type(reading) for reading in when}
    return all(getattr(policy, FIELD_OF[question]) in when for question in questions)
