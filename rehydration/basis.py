"""What a decision may look at, as one value: contacts, facts about transcripts, the time, the policy, the types.

Here belong these five and the check that each is of its type. What is decided from them is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypedDict

from attrs import field, frozen

from rehydration.contacts import in_utc
from rehydration.errors import InvalidArgument
from rehydration.graph import ContactGraph
from rehydration.policies import DEFAULT_POLICY, Policy
from rehydration.strategies import STRATEGIES, RehydrationStrategy
from rehydration.transcripts import TranscriptFact

RETENTION_YEARS: Final = 2
"""How long contact data is kept, from initiation (rule ``eligibility.retention``): 24 months."""

NO_FACTS: Final[Mapping[str, TranscriptFact]] = MappingProxyType({})
"""Nobody looked at any transcript."""


class Given(TypedDict, total=False):
    """What a decision may look at besides contacts: the keyword arguments that every question takes.

    - ``transcripts``: facts by contact id, which beat those of the records; asked for contacts that are entered alone.
    - ``now``: an aware datetime, which brings in the rules about time.
    - ``policy``: how the open questions are read.
    - ``strategies``: the rehydration types that there are.
    """

    transcripts: Mapping[str, TranscriptFact] | None
    now: datetime | None
    policy: Policy
    strategies: Mapping[str, RehydrationStrategy]


def _facts(transcripts: Mapping[str, TranscriptFact] | None) -> Mapping[str, TranscriptFact]:
    return NO_FACTS if transcripts is None else transcripts


@frozen(unsafe_hash=False)  # a graph grows, so it has no hash
class Basis:
    """All that a decision may look at: the contacts, and what :class:`Given` names."""

    graph: ContactGraph
    transcripts: Mapping[str, TranscriptFact] = field(default=NO_FACTS, converter=_facts, kw_only=True)
    now: datetime | None = field(default=None, kw_only=True)
    policy: Policy = field(default=DEFAULT_POLICY, kw_only=True)
    strategies: Mapping[str, RehydrationStrategy] = field(default=STRATEGIES, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.graph, ContactGraph):
            raise InvalidArgument("graph", self.graph, "a ContactGraph; ContactGraph.from_contacts makes one")
        if self.transcripts is not NO_FACTS and not isinstance(self.transcripts, Mapping):
            # what a fact is, is looked at where one is needed
            raise InvalidArgument("transcripts", self.transcripts, "a mapping from contact id to TranscriptFact")
        if self.now is not None:
            object.__setattr__(self, "now", _checked_now(self.now))
        if not isinstance(self.policy, Policy):
            raise InvalidArgument("policy", self.policy, "a Policy")
        if self.strategies is not STRATEGIES:
            _check_strategies(self.strategies)


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
