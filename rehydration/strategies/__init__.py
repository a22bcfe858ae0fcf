"""What each rehydration type means: one strategy for each type, one file each, in one table.

Strategies are stateless values. They see one session and a segment of it, nothing wider. That is why one file is enough
for a type: the engine handles links, limits, transcripts and targets, the same way for every type.
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
"""Rehydration type → its strategy. To try your own, pass ``strategies={**STRATEGIES, "MY_TYPE": MyStrategy()}``."""

UNKNOWN_TYPE: Final[RehydrationStrategy] = STRATEGIES[RehydrationType.FROM_SEGMENT]
"""How a walk follows a link whose type no record gives (rule ``visibility.type-of-link``)."""

__all__ = ["STRATEGIES", "UNKNOWN_TYPE", "Part", "RehydrationStrategy", "Start", "View"]
