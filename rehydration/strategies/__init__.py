"""What each rehydration type means: a strategy a type, one file each, in one table.

Strategies are stateless values; they see one session and a place in it, nothing wider. That ignorance is what keeps a
type one file: links, limits, transcripts and targets are the engine's business and are the same for every type.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rehydration.requests import RehydrationType
from rehydration.strategies.entire_past_session import EntirePastSession
from rehydration.strategies.from_segment import FromSegment
from rehydration.strategies.protocol import Part, RehydrationStrategy, Start, View

STRATEGIES: Final[Mapping[str, RehydrationStrategy]] = MappingProxyType(
    {
        RehydrationType.ENTIRE_PAST_SESSION: EntirePastSession(),
        RehydrationType.FROM_SEGMENT: FromSegment(),
    }
)
"""Rehydration type → its strategy. To add a type, hand ``{**STRATEGIES, "MY_TYPE": MyStrategy()}`` to the engine."""

UNKNOWN_TYPE: Final[RehydrationStrategy] = STRATEGIES[RehydrationType.FROM_SEGMENT]
"""How a link is walked whose type no record tells (rule ``visibility.type-of-link``)."""

__all__ = ["STRATEGIES", "UNKNOWN_TYPE", "Part", "RehydrationStrategy", "Start", "View"]
