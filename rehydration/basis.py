"""What a decision may look at, as one value: contacts, facts about transcripts, the time, the policy, the types.

This module holds these five values and checks the type of each. It does not know what is decided from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar, Final, TypedDict

from attrs import field, frozen

from rehydration.contacts import in_utc
from rehydration.errors import InvalidArgument
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.knowledge import NOTHING_KNOWN, Knowledge
from rehydration.policies import DEFAULT_POLICY, Policy
from rehydration.strategies import STRATEGIES, RehydrationStrategy
from rehydration.transcripts import TranscriptFact

RETENTION_YEARS: Final = 2
"""How many years Amazon Connect keeps contact data, from initiation (rule ``eligibility.retention``)."""

Facts = Mapping[str, TranscriptFact] | Mapping[ContactId, TranscriptFact]
"""Facts about transcripts, by contact id. A mapping is invariant in its keys, so the type names text and ContactId."""

NO_FACTS: Final[Facts] = MappingProxyType({})
"""No facts: nobody looked at any transcript."""


class Given(TypedDict, total=False):
    """The keyword arguments that every question takes: what a decision may look at besides contacts.

    - ``transcripts``: facts by contact id. A fact overrides what the record says. The engine looks up a fact only for
      contacts that the walk enters.
    - ``now``: an aware datetime. With it, the rules about time apply.
    - ``policy``: the reading of each open question.
    - ``strategies``: the rehydration types and the strategy of each.
    - ``known``: what was seen of the instance. Policies that do not explain it are left out of every answer.
    """

    transcripts: Facts | None
    now: datetime | None
    policy: Policy
    strategies: Mapping[str, RehydrationStrategy]
    known: Knowledge


def _facts(transcripts: Facts | None) -> Facts:
    return NO_FACTS if transcripts is None else transcripts


@frozen(unsafe_hash=False)  # a graph grows, so it has no hash
class Basis:
    """Everything that a decision may look at: the contacts, and what :class:`Given` names."""

    ends_at_limit: ClassVar[bool] = False
    """Whether a walk ends in the session in which it reaches the limit, or names all contacts beyond it.

    Where it ends there, it names the first contact beyond the limit, or all of a view that lists contacts.
    """

    graph: ContactGraph
    transcripts: Facts = field(default=NO_FACTS, converter=_facts, kw_only=True)
    now: datetime | None = field(default=None, kw_only=True)
    policy: Policy = field(default=DEFAULT_POLICY, kw_only=True)
    strategies: Mapping[str, RehydrationStrategy] = field(default=STRATEGIES, kw_only=True)
    known: Knowledge = field(default=NOTHING_KNOWN, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.graph, ContactGraph):
            raise InvalidArgument("graph", self.graph, "a ContactGraph; ContactGraph.from_contacts makes one")
        if self.transcripts is not NO_FACTS and not isinstance(self.transcripts, Mapping):
            # each fact is checked when a walk needs it
            raise InvalidArgument("transcripts", self.transcripts, "a mapping from contact id to TranscriptFact")
        if self.now is not None:
            object.__setattr__(self, "now", _checked_now(self.now))
        if not isinstance(self.policy, Policy):
            raise InvalidArgument("policy", self.policy, "a Policy")
        if self.strategies is not STRATEGIES:
            _check_strategies(self.strategies)
        if self.known is not NOTHING_KNOWN:
            object.__setattr__(self, "policy", _known_policy(self.policy, self.known))


class NearBasis(Basis):
    """A basis whose walks end at the limit. What an answer depends on only beyond it can change nothing visible."""

    ends_at_limit: ClassVar[bool] = True


def near(basis: Basis) -> Basis:
    """Give the same basis with walks that end at the limit."""
    return NearBasis(
        basis.graph,
        transcripts=basis.transcripts,
        now=basis.now,
        policy=basis.policy,
        strategies=basis.strategies,
        known=basis.known,
    )


def _known_policy(policy: Policy, known: object) -> Policy:
    """Take the policy, or if it is the default, the one nearest to it that explains what was seen."""
    if not isinstance(known, Knowledge):
        raise InvalidArgument("known", known, "a Knowledge, which rehydration.evidence.narrow makes of observations")
    if policy in known:
        return policy
    if policy != DEFAULT_POLICY:
        raise InvalidArgument(
            "policy", policy, f"a policy that explains what was seen, such as {known.nearest(policy)}"
        )
    return known.nearest(policy)


def _checked_now(now: object) -> datetime:
    checked = in_utc("now", now)
    if checked.year <= RETENTION_YEARS:
        raise InvalidArgument("now", now, f"a time after the year {RETENTION_YEARS}")
    return checked


def _check_strategies(strategies: object) -> None:
    if not isinstance(strategies, Mapping):
        raise InvalidArgument(
            "strategies", strategies, "a mapping from rehydration type to strategy, such as STRATEGIES"
        )
    for rehydration_type, strategy in strategies.items():
        if not isinstance(rehydration_type, str):
            raise InvalidArgument("a type of strategies", rehydration_type, "the name of a rehydration type")
        if not callable(getattr(strategy, "start", None)) or not callable(getattr(strategy, "view", None)):
            raise InvalidArgument(
                f"strategies[{rehydration_type!r}]", strategy, "a RehydrationStrategy, which has start and view"
            )
