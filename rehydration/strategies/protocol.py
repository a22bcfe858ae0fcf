"""The contract of a strategy: the two questions that it answers, and the legal answers.

This module knows sessions and open questions. It does not know types, and it sees nothing wider than one session.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto
from typing import Protocol

from attrs import define, frozen

from rehydration.consultation import Consultation
from rehydration.identifiers import RuleId
from rehydration.sessions import ChatSession, Segment, chain


@define  # made for every question, and a frozen class costs three times as much
class Start:
    """The start contact, the rules that chose it, and whether only the id decided between it and another contact."""

    segment: Segment
    rules: tuple[RuleId, ...]
    by_id_alone: bool = False


class Part(Enum):
    """A named part of a session. A view that names a part is faster than one that lists its segments."""

    UP_TO_START = auto()
    """The start contact and its predecessors."""
    WHOLE_CHAIN = auto()
    """All of a linear session."""


@frozen
class View:
    """What is shown of one session, the rules that show it, and the rules that drop the rest.

    ``segments`` is a named part, or the segments shown, each once, newest first: a segment comes before its
    predecessor. ``by_id_alone`` says whether only the id decided somewhere in their order.
    """

    segments: Part | Iterable[Segment]
    rules: tuple[RuleId, ...]
    dropped_by: tuple[RuleId, ...]
    by_id_alone: bool = False

    def shown_from(self, start: Segment, most: int | None = None) -> list[Segment]:
        """List the segments shown from a start contact; of a named part no more than ``most``."""
        if self.segments is Part.UP_TO_START:
            return chain(start, most)
        if self.segments is Part.WHOLE_CHAIN:
            return chain(start.session.tip, most)
        return [*self.segments]


class RehydrationStrategy(Protocol):
    """What a rehydration type means for one session. A strategy is stateless, so one value serves every caller.

    If an answer depends on an open question, the strategy asks the :class:`~rehydration.consultation.Consultation`, and
    only then: an answer depends on every question that was asked.
    """

    def start(self, session: ChatSession, source: Segment, consultation: Consultation) -> Start:
        """Find the contact to continue from: any segment of the session.

        The session has ended as far as ``Policy.ended`` demands. ``source`` is a chat contact of it, or unknown.

        :raises RuleForbids: the type does not take this source.
        """
        ...

    def view(self, session: ChatSession, start: Segment, consultation: Consultation) -> View:
        """Say what is visible of a session from a start contact: segments of this session only.

        The engine also calls this for the links of earlier rehydrations. Their start contact can be any segment.
        """
        ...
