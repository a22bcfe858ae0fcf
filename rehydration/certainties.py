"""How sure an answer is: the answers to one question over all readings of the open questions.

This module enumerates the readings. Only the policy fields that a decision consults can change it. So the module makes
the decision once for each combination of readings that the decision consults, not for all 1,152. It does not know how a
decision is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from math import prod
from typing import Unpack

from attrs import evolve, frozen

from rehydration.answers import Rehydration, what_is_seen
from rehydration.basis import Basis, Given
from rehydration.contacts import Contact
from rehydration.decisions import Decision, decide
from rehydration.errors import RuleForbids
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.notebook import ShowsItself
from rehydration.policies import FIELD_OF, QUESTIONS, Consultation, OpenQuestion, Policy
from rehydration.requests import RehydrationRequest

When = frozenset[OpenQuestion]
"""A condition on a policy. For each question named in it, the policy takes one of the readings listed."""


@frozen
class Outcome:
    """One distinct answer or refusal, and the conditions under which it holds. Each condition suffices by itself.

    ``policies`` is the number of policies, of 1,152, that lead to it.
    """

    answer: Rehydration | RuleForbids
    when: tuple[When, ...]
    policies: int


@frozen
class Certainty(ShowsItself):
    """All distinct answers to a question, the answer under the given policy first.

    ``depends_on`` names the policy fields that make a difference: two policies that differ only in such a field can
    have different answers. The three sets together hold every contact of the sessions that any reading reaches. They
    sort the contacts by whether the transcript is readable under every reading, under some, or under none.
    """

    outcomes: tuple[Outcome, ...]
    depends_on: tuple[str, ...]
    readable_always: frozenset[ContactId]
    readable_sometimes: frozenset[ContactId]
    readable_never: frozenset[ContactId]

    @property
    def is_certain(self) -> bool:
        """Whether every reading of the open questions gives the same answer."""
        return len(self.outcomes) == 1

    @property
    def line(self) -> str:
        """Say in one line how sure the answer is."""
        if not self.depends_on:
            return "holds under every reading of the open questions"
        return f"depends on {', '.join(self.depends_on)}"


@frozen
class Leaf:
    """A decision and the readings that it consulted. Every policy with these readings leads to the same decision."""

    asked: Mapping[str, OpenQuestion]
    decision: Decision | RuleForbids

    @property
    def answer(self) -> Rehydration | RuleForbids:
        """The answer or the refusal."""
        return self.decision if isinstance(self.decision, RuleForbids) else self.decision[0]

    @property
    def policies(self) -> int:
        """The number of policies that lead to this decision."""
        return prod(len(question) for name, question in QUESTIONS.items() if name not in self.asked)

    @property
    def readable(self) -> frozenset[ContactId]:
        """The contacts with a readable transcript; none after a refusal."""
        return frozenset() if isinstance(self.answer, RuleForbids) else frozenset(self.answer.readable)

    @property
    def reached(self) -> frozenset[ContactId]:
        """The contacts of the sessions that the walk visits; none after a refusal."""
        visits = () if isinstance(self.decision, RuleForbids) else self.decision[1].visits
        return frozenset(segment.contact_id for visit in visits for segment in visit.session)


def certainty(
    graph: ContactGraph,
    request: RehydrationRequest,
    *,
    target: str | Contact | None = None,
    **given: Unpack[Given],
) -> Certainty:
    """Find the distinct answers to a request over all readings of the open questions.

    The short way to :meth:`rehydration.History.certainty`. :class:`rehydration.basis.Given` lists the keyword
    arguments.

    :raises InvalidArgument: an argument has the wrong type.
    """
    return certainty_of(Basis(graph, **given), request, target)


def certainty_of(basis: Basis, request: RehydrationRequest, target: str | Contact | None) -> Certainty:
    """Find the distinct answers to a request."""
    return summed_up(list(leaves_of(basis.policy, lambda asked: decide(basis, request, target, asked))))


def leaves_of(policy: Policy, decide_with: Callable[[Consultation], Decision]) -> Iterator[Leaf]:
    """Decide once for each combination of readings that the decision consults, the given policy first.

    A decision consults one question after the other. Which question comes next depends only on the readings so far. So
    each run is a path in a tree. At each question on the path, every other reading starts a new path that keeps the
    readings before it.
    """
    open_paths: list[dict[str, OpenQuestion]] = [{}]
    while open_paths:
        path = open_paths.pop()
        read = evolve(policy, **path)
        consultation = Consultation(read)
        decided: Decision | RuleForbids
        try:
            decided = decide_with(consultation)
        except RuleForbids as refusal:
            decided = refusal
        taken = {name: getattr(read, name) for name in consultation.fields}
        for name, reading in taken.items():
            if name not in path:
                open_paths += [{**path, name: other} for other in QUESTIONS[name] if other is not reading]
                path = {**path, name: reading}
        yield Leaf(taken, decided)


def summed_up(leaves: list[Leaf]) -> Certainty:
    """Group decisions by what is seen."""
    groups: dict[object, list[Leaf]] = {}
    for leaf in leaves:
        groups.setdefault(what_is_seen(leaf.answer), []).append(leaf)
    always = frozenset.intersection(*(leaf.readable for leaf in leaves))
    ever = frozenset.union(*(leaf.readable for leaf in leaves))
    reached = frozenset.union(*(leaf.reached for leaf in leaves))
    return Certainty(
        outcomes=tuple(_outcome(group) for group in groups.values()),
        depends_on=fields_between(list(groups.values())),
        readable_always=always,
        readable_sometimes=ever - always,
        readable_never=reached - ever,
    )


def fields_between(groups: list[list[Leaf]]) -> tuple[str, ...]:
    """Find the fields that by themselves separate two leaves of different groups."""
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
    return Outcome(group[0].answer, when, sum(leaf.policies for leaf in group))


def _joined(conditions: list[When]) -> tuple[When, ...]:
    """Join conditions that differ in one question only. Drop a question once all of its readings are in."""
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
    """Tell whether two conditions name the same questions and differ in the readings of exactly one."""
    apart = {type(reading) for reading in one ^ other}
    return len(apart) == 1 and {type(reading) for reading in one} == {type(reading) for reading in other}


def holds(when: When, policy: Policy) -> bool:
    """Tell whether a policy fulfils a condition."""
    questions = {type(reading) for reading in when}
    return all(getattr(policy, FIELD_OF[question]) in when for question in questions)
