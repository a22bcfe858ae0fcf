"""How sure an answer is: the answers to one question over all readings of what is not known.

This module enumerates the readings. Only what a decision consults can change it. So the module makes the decision once
for each combination of readings that the decision consults, not for all combinations that there are. What records leave
out cannot be enumerated; it is listed beside. This module does not know how a decision is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import combinations, product
from typing import Final, Unpack

from attrs import evolve, frozen

from rehydration.answers import Rehydration, what_is_seen
from rehydration.basis import Basis, Given
from rehydration.consultation import DOUBT_OF_FIELD, Consultation
from rehydration.contacts import Contact
from rehydration.decisions import OfRequest, Question
from rehydration.displaced import NOTHING_DISPLACED, Displaced, displaced_in
from rehydration.doubts import Doubt, DoubtKind, Reading, first_few, in_order
from rehydration.errors import RuleForbids
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.knowledge import NOTHING_KNOWN, Knowledge
from rehydration.missing import Taken, assumed_by, missing_from, undated_in
from rehydration.notebook import ShowsItself
from rehydration.policies import EVERY_POLICY, Policy, policies_with
from rehydration.requests import RehydrationRequest
from rehydration.walk import Walk

MOST_DECISIONS: Final = 2_000
"""The largest number of combinations of readings that are tried for one question."""

NOT_ALL_TRIED: Final = Doubt(
    DoubtKind.BOUND, (), f"there are more than {MOST_DECISIONS:,} combinations of readings; not all were tried"
)

_FEW: Final = 8

When = frozenset[Reading]
"""A condition. For each doubt named in it, one of the readings listed holds."""


@frozen
class Outcome:
    """One distinct answer or refusal, and the conditions under which it holds. Each condition suffices by itself.

    ``policies`` is the number of policies, of 1,152, under which it is possible.
    """

    answer: Rehydration | RuleForbids
    when: tuple[When, ...]
    policies: int


@frozen
class Certainty(ShowsItself):
    """All distinct answers to a question, ours first, and what they depend on.

    - ``outcomes``: the answer under the given policy and our reading of the records comes first.
    - ``depends_on``: what makes a difference, in the order of :class:`rehydration.DoubtKind`. Two cases that differ
      only in the reading of such a doubt can have different answers. A doubt without readings is about records that
      are missing: the answer holds as far as the records reach.
    - ``assumes``: what the caller left as assumed, such as that related contacts are rehydrations.
    - ``readable_always``, ``readable_sometimes``, ``readable_never``: the contacts of all sessions that any reading
      reaches, by whether the transcript is readable under every reading, under some, or under none. What is missing may
      hide contacts, by another start or by the limit, so that they are readable sometimes. If ``is_lower_bound``,
      something that is missing may make even the last readable, and may have all refused.
    """

    outcomes: tuple[Outcome, ...]
    depends_on: tuple[Doubt, ...]
    assumes: tuple[Doubt, ...]
    readable_always: frozenset[ContactId]
    readable_sometimes: frozenset[ContactId]
    readable_never: frozenset[ContactId]
    seen: str = ""
    """What was seen of the instance, in a few words, if that narrows the readings."""

    @property
    def is_certain(self) -> bool:
        """Whether nothing is left that could change the answer."""
        return not self.depends_on

    @property
    def is_lower_bound(self) -> bool:
        """Whether something is left that no reading can decide, so that more contacts may be visible."""
        return any(not each.readings for each in self.depends_on)

    def of_kind(self, kind: DoubtKind | str) -> tuple[Doubt, ...]:
        """Select what the answer depends on by kind."""
        return tuple(each for each in self.depends_on if each.kind == kind)

    @property
    def title(self) -> str:
        """Say in a word or two how sure the answer is."""
        if self.is_certain:
            return "Certain"
        return "Contingent" if len(self.outcomes) > 1 else "At least this"

    @property
    def line(self) -> str:
        """Say in one line how sure the answer is."""
        open_ones = [str(each) for each in self.depends_on if each.readings]
        missing, bounds = (list(map(str, self.of_kind(kind))) for kind in (DoubtKind.RECORDS, DoubtKind.BOUND))
        parts = [f"depends on {'; on '.join(first_few(open_ones, _FEW))}"] if open_ones else []
        parts += [f"holds as far as the records reach: {'; '.join(first_few(missing, _FEW))}"] if missing else []
        said = "; ".join([*parts, *bounds]) or "holds under every reading of the open questions"
        assumed = f"; assumes {'; '.join(map(str, self.assumes))}" if self.assumes else ""
        return f"{said}{assumed}; {self.seen}" if self.seen else f"{said}{assumed}"


@frozen
class Leaf:
    """A decision, the readings that it consulted, and what no reading can decide.

    Every case with these readings leads to the same decision. ``policies`` has a bit for each policy with them.
    ``displaced`` are contacts that what is missing may hide, or move across the limit.
    """

    asked: Mapping[Doubt, str]
    answer: Rehydration | RuleForbids
    walk: Walk | None
    policies: int
    missing: tuple[Doubt, ...]
    assumes: tuple[Doubt, ...]
    displaced: Displaced

    @property
    def taken(self) -> Taken:
        """The walk, what it led to, and what it cannot be sure of."""
        return self.walk, self.answer, self.displaced

    @property
    def alike(self) -> object:
        """What leaves have in common whose answers show the same because they took the same walk."""
        return self.walk, self.answer.rule if isinstance(self.answer, RuleForbids) else None

    @property
    def readable(self) -> frozenset[ContactId]:
        """The contacts with a readable transcript; none after a refusal."""
        return frozenset() if isinstance(self.answer, RuleForbids) else frozenset(self.answer.readable)

    @property
    def reached(self) -> frozenset[ContactId]:
        """The contacts of the sessions that the walk visits; none after a refusal.

        Of a walk that ends at the limit, those that it lists: it may have seen little of a long session.
        """
        if self.walk is None or isinstance(self.answer, RuleForbids):
            return frozenset()
        if self.walk.ends_at_limit:
            return frozenset([each.contact_id for each in self.answer.visible])
        return frozenset(segment.contact_id for visit in self.walk.visits for segment in visit.session)


def certainty(
    graph: ContactGraph,
    request: RehydrationRequest,
    *,
    target: str | Contact | None = None,
    **given: Unpack[Given],
) -> Certainty:
    """Find the distinct answers to a request over all readings of what is not known.

    The short way to :meth:`rehydration.History.certainty`. :class:`rehydration.basis.Given` lists the keyword
    arguments.

    :raises InvalidArgument: an argument has the wrong type.
    """
    return certainty_of(OfRequest(Basis(graph, **given), request, target))


def certainty_of(question: Question) -> Certainty:
    """Find the distinct answers to a question."""
    return summed_up(list(leaves_of(question)), question.basis.known)


def leaves_of(question: Question) -> Iterator[Leaf]:
    """Decide once for each combination of readings that the decision consults, ours first.

    A decision consults one doubt after the other. Which doubt comes next depends only on the readings so far. So each
    run is a path in a tree. At each doubt on the path, every other reading starts a new path that keeps the readings
    before it.
    """
    policy, known = question.basis.policy, question.basis.known.policies
    open_paths: list[dict[Doubt, str]] = [{}]
    left_out: dict[Walk | None, tuple[tuple[Doubt, ...], tuple[Doubt, ...]]] = {}
    made = 0
    while open_paths and made < MOST_DECISIONS:
        made += 1
        path = open_paths.pop()
        fields = tuple((each.subject[0], value) for each, value in path.items() if each.kind is DoubtKind.POLICY)
        read = _evolved(policy, fields)
        if known != EVERY_POLICY:
            read = Knowledge(_policies(path) & known).nearest(read)
        consultation = Consultation(read, path)
        answer, walk = question.attempt(consultation)
        taken = consultation.readings
        for doubt, value in taken.items():
            if doubt not in path:
                others = [{**path, doubt: other} for other in doubt.readings if other != value]
                open_paths += others if known == EVERY_POLICY else [each for each in others if _policies(each) & known]
                path = {**path, doubt: value}
        if walk is None or walk not in left_out:
            left_out[walk] = tuple(missing_from(question, answer, walk)), tuple(assumed_by(question, answer, walk))
        cut = (NOT_ALL_TRIED,) if made == MOST_DECISIONS and open_paths else ()
        missing, assumed = left_out[walk]
        if consultation.undated:
            missing = (*missing, *undated_in(question.basis.graph, consultation.undated))
        policies = _policies(taken) & known
        displaced = displaced_in(question, walk, policies) if missing and walk is not None else NOTHING_DISPLACED
        yield Leaf(taken, answer, walk, policies, (*consultation.left_open, *missing, *cut), assumed, displaced)


@lru_cache(maxsize=1_024)
def _evolved(policy: Policy, fields: tuple[tuple[str, str], ...]) -> Policy:
    """Make a policy that differs in these fields."""
    return evolve(policy, **dict(fields))


def _policies(asked: Mapping[Doubt, str]) -> int:
    """Find the policies with these readings."""
    found = EVERY_POLICY
    for doubt, value in asked.items():
        if doubt.kind is DoubtKind.POLICY:
            found &= policies_with(doubt.subject[0], value)
    return found


def summed_up(leaves: list[Leaf], known: Knowledge = NOTHING_KNOWN) -> Certainty:
    """Group decisions by what is seen."""
    distinct: dict[object, tuple[Leaf, object]] = {}
    groups: dict[object, list[Leaf]] = {}
    for leaf in leaves:
        if leaf.alike not in distinct:
            distinct[leaf.alike] = leaf, what_is_seen(leaf.answer)
        groups.setdefault(distinct[leaf.alike][1], []).append(leaf)
    found = [leaf for leaf, _ in distinct.values()]
    readable = [leaf.readable for leaf in found]
    ever = frozenset.union(*readable)
    always = frozenset.intersection(*readable) - frozenset.union(*(leaf.displaced.hidden for leaf in found))
    reached = frozenset.union(*(leaf.reached for leaf, _ in distinct.values()))
    missing = (doubt for leaf in leaves for doubt in leaf.missing)
    return Certainty(
        outcomes=tuple(_outcome(group) for group in groups.values()),
        depends_on=in_order((*doubts_between(list(groups.values())), *missing)),
        assumes=in_order(doubt for leaf in leaves for doubt in leaf.assumes),
        readable_always=always,
        readable_sometimes=ever - always,
        readable_never=reached - ever,
        seen=known.line,
    )


def doubts_between(groups: list[list[Leaf]]) -> tuple[Doubt, ...]:
    """Find the doubts that by themselves separate two leaves of different groups."""
    return () if len(groups) < 2 else _between(tuple(tuple(map(_consulted, group)) for group in groups))


_Condition = tuple[tuple[Doubt, str], ...]
"""What a decision consulted, and the readings."""


def _consulted(leaf: Leaf) -> _Condition:
    return tuple(leaf.asked.items())


@lru_cache(maxsize=256)  # most answers about one history depend on the same
def _between(groups: tuple[tuple[_Condition, ...], ...]) -> tuple[Doubt, ...]:
    found: dict[Doubt, None] = {}
    codes = _Codes()
    nearest = 0
    coded = [[codes.of(each) for each in group] for group in groups]
    for one, other in combinations(coded, 2):
        for (readings, scope), (others, others_scope) in product(one, other):
            apart = (readings ^ others) & scope & others_scope
            nearest = min(nearest, apart, key=int.bit_count) if nearest else apart
            if apart.bit_count() == 2:
                found.update(dict.fromkeys(codes.doubts_at(apart)))
    if not found:  # what was seen ties doubts to one another
        found = dict.fromkeys(codes.doubts_at(nearest))
    order = list(DOUBT_OF_FIELD.values())
    return tuple(sorted(found, key=lambda each: order.index(each) if each in order else len(order)))


class _Codes:
    """Readings as bits, so that many leaves can be compared quickly: one bit a reading, and all bits of each doubt."""

    def __init__(self) -> None:
        self._bits: dict[Doubt, dict[str, int]] = {}
        self._next = 0

    def of(self, condition: _Condition) -> tuple[int, int]:
        """Code the readings of a decision, and the doubts that it consulted."""
        readings = scope = 0
        for doubt, value in condition:
            if doubt not in self._bits:
                self._bits[doubt] = {each: 1 << self._next + place for place, each in enumerate(doubt.readings)}
                self._next += len(doubt.readings)
            readings |= self._bits[doubt][value]
            scope |= sum(self._bits[doubt].values())
        return readings, scope

    def doubts_at(self, bits: int) -> list[Doubt]:
        """Name the doubts of which bits are readings."""
        return [doubt for doubt, values in self._bits.items() if sum(values.values()) & bits]


def _outcome(group: list[Leaf]) -> Outcome:
    policies = 0
    for leaf in group:
        policies |= leaf.policies
    return Outcome(group[0].answer, _joined(tuple(map(_consulted, group))), policies.bit_count())


@lru_cache(maxsize=256)  # as above
def _joined(conditions: tuple[_Condition, ...]) -> tuple[When, ...]:
    """Join conditions that differ in one doubt only. Drop a doubt once all of its readings are in."""
    joined = {frozenset((doubt, frozenset({value})) for doubt, value in each): None for each in conditions}
    while (merged := _merged(joined)) != joined:
        joined = merged
    return tuple(frozenset(Reading(doubt, each) for doubt, values in when for each in values) for when in joined)


_Joined = frozenset[tuple[Doubt, frozenset[str]]]


def _merged(conditions: Mapping[_Joined, None]) -> dict[_Joined, None]:
    """Join conditions that differ in the same doubt, for one doubt after the other."""
    for doubt in dict.fromkeys(doubt for each in conditions for doubt, _ in each):
        alike: dict[_Joined, set[str]] = {}
        kept: dict[_Joined, None] = {}
        for condition in conditions:
            values = next((values for each, values in condition if each == doubt), None)
            if values is None:
                kept[condition] = None
            else:
                alike.setdefault(condition - {(doubt, values)}, set()).update(values)
        for rest, joined in alike.items():
            kept[rest if joined == set(doubt.readings) else rest | {(doubt, frozenset(joined))}] = None
        conditions = kept
    return dict(conditions)


def holds(when: When, policy: Policy) -> bool:
    """Tell whether a policy fulfils a condition, as far as the condition is about policies."""
    readings: dict[str, set[str]] = {}
    for each in when:
        if each.doubt.kind is DoubtKind.POLICY:
            readings.setdefault(each.doubt.subject[0], set()).add(each.value)
    return all(getattr(policy, field).name in values for field, values in readings.items())
