"""What a decision consults: the policy, and where records leave something open, one reading of that.

This module remembers what was consulted, because nothing else can change the decision. It does not know what is done
with a reading.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from rehydration.doubts import Doubt, DoubtKind
from rehydration.identifiers import ContactId, RuleId
from rehydration.policies import FIELD_OF, MEANINGS, QUESTIONS, RULE_OF_FIELD, Policy, Question

MOST_TIED: Final = 5
"""The largest number of equally recent contacts whose orders are all tried."""

DOUBT_OF_FIELD: Final[Mapping[str, Doubt]] = {
    name: Doubt(
        DoubtKind.POLICY,
        (name,),
        f"{MEANINGS[name][0]} ({name})",
        tuple(question.__members__),
    )
    for name, question in QUESTIONS.items()
}
"""Field of :class:`Policy` → the doubt about it."""

_FIELDS: Final = tuple(QUESTIONS)

_RULE_OF_KIND: Final = MappingProxyType(
    {
        DoubtKind.LINK_TYPE: RuleId("visibility.type-of-link"),
        DoubtKind.RELATED: RuleId("identity.related-read-as-link"),
        DoubtKind.TIE: RuleId("start.most-recent"),
        DoubtKind.RECORDS: RuleId("identity.window"),
    }
)


def rule_of(doubt: Doubt) -> RuleId | None:
    """Name the rule that is about a doubt; None if none is."""
    return RULE_OF_FIELD[doubt.subject[0]] if doubt.kind is DoubtKind.POLICY else _RULE_OF_KIND.get(doubt.kind)


class Consultation:
    """A policy that remembers which of its fields a decision consulted, and what else the decision depends on.

    Only what a decision consults can change it. So whatever decides takes a consultation, not the policy. ``choices``
    are readings of other doubts. Without them, a decision takes our reading of each, and nothing is remembered of it.
    """

    __slots__ = ("_asked", "_behind", "_choices", "_policy", "left_open", "undated")

    def __init__(self, policy: Policy, choices: Mapping[Doubt, str] | None = None) -> None:
        """Start with nothing consulted."""
        self._policy = policy
        self._choices = choices
        self._asked: dict[str | Doubt, str | None] = {}
        self._behind: dict[ContactId, set[ContactId]] = {}
        self.left_open: list[Doubt] = []
        """What no reading can decide."""
        self.undated: dict[ContactId, None] = {}
        """The contacts that were ordered by when they began, although their records do not tell it."""

    def ask(self, question: type[Question]) -> Question:
        """Give the policy's reading of a question, and remember the question."""
        name = FIELD_OF[question]
        self._asked[name] = None
        answer: Question = getattr(self._policy, name)
        return answer

    @property
    def weighs(self) -> bool:
        """Whether somebody wants to know what the decision depends on beyond the policy."""
        return self._choices is not None

    def choose(self, doubt: Doubt) -> str:
        """Give the reading of a doubt, ours unless another was chosen, and remember the doubt."""
        if self._choices is None:
            return doubt.readings[0]
        value = self._asked[doubt] = self._choices.get(doubt, doubt.readings[0])
        return value

    def first_of(self, contact_ids: Collection[ContactId]) -> ContactId:
        """Choose which of several equally recent contacts comes first. By our reading, the one with the greatest id.

        Choices agree with one another: what came behind once comes behind again. Ask only one that :attr:`weighs`.
        """
        tied = [each for each in contact_ids if not any(each in self._behind.get(other, ()) for other in contact_ids)]
        if len(tied) > MOST_TIED:
            self.left_open.append(too_many_tied(len(tied)))
            return max(tied)
        first = ContactId(self.choose(_tie(tied))) if len(tied) > 1 else tied[0]
        behind = {other for other in contact_ids if other != first}
        behind.update(*(self._behind.get(other, ()) for other in behind))
        self._behind.setdefault(first, set())
        for leading, others in self._behind.items():
            if leading == first or first in others:
                others.update(behind)
        return first

    @property
    def has_ordered(self) -> bool:
        """Whether equally recent contacts were ordered, so that later orders must agree."""
        return bool(self._behind)

    def part(self) -> Consultation:
        """Begin a consultation for a part of the decision: with the same readings, and nothing consulted."""
        return Consultation(self._policy, self._choices)

    def agrees(self, part: Consultation) -> bool:
        """Tell whether everything that another consultation was asked has the same reading here."""
        return all(
            getattr(self._policy, each) is getattr(part._policy, each)
            if isinstance(each, str)
            else (self._choices or {}).get(each, each.readings[0]) == value
            for each, value in part._asked.items()
        )

    def take_over(self, part: Consultation) -> None:
        """Remember what a part of the decision consulted."""
        self._asked |= part._asked
        self.left_open += part.left_open
        self.undated |= part.undated

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of :class:`Policy` consulted so far, in the order of their first consultation."""
        return tuple(each for each in self._asked if isinstance(each, str))

    @property
    def consulted(self) -> tuple[str, ...]:
        """The same fields, in the order of :class:`Policy`."""
        return tuple([name for name in _FIELDS if name in self._asked]) if self._asked else ()

    @property
    def readings(self) -> dict[Doubt, str]:
        """Everything consulted so far and its reading, in the order of the first consultation."""
        return {
            DOUBT_OF_FIELD[each] if isinstance(each, str) else each: value or getattr(self._policy, str(each)).name
            for each, value in self._asked.items()
        }


def _tie(contact_ids: list[ContactId]) -> Doubt:
    """State that only their ids order contacts."""
    tied = tuple(sorted(contact_ids, reverse=True))
    named = ", ".join(map(repr, sorted(tied)))
    return Doubt(DoubtKind.TIE, tied, f"which of {named} is the most recent: they are equal in every time", tied)


def too_many_tied(number: int) -> Doubt:
    """State that too many contacts are equally recent to try all orders."""
    return Doubt(DoubtKind.BOUND, (), f"{number:,} contacts are equally recent; not all orders of them were tried")
