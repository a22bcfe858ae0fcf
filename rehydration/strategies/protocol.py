"""The contract of a strategy: what it is asked, and what are legal answers.

This module knows sessions and open questions; not types, and nothing wider than one session.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto
from typing import Protocol

from attrs import define, frozen

from rehydration.identifiers import RuleId
from rehydration.policies import Consultation
from rehydration.sessions import ChatSession, Segment, chain


@define  # made for every question: a frozen one costs three times as much
class Start:
    """The start contact, the rules that chose it, and whether nothing but its id decided between it and another."""

    segment: Segment
    rules: tuple[RuleId, ...]
    by_id_alone: bool = False


class Part(Enum):
    """A part of a session that is shown often, by name."""

    UP_TO_START = auto()
    """The start contact and its predecessors."""
    WHOLE_CHAIN = auto()
    """All of a session that is linear."""


@frozen
class View:
    """What is shown of one session, the rules that show it, and those by which the rest is dropped.

    ``segments`` are those shown, newest first (a contact before the one that it continues), each once, or a part by
    name. Where nothing but an id decided about their order, ``by_id_alone`` says so.
    """

    segments: Part | Iterable[Segment]
    rules: tuple[RuleId, ...]
    dropped_by: tuple[RuleId, ...]
    by_id_alone: bool = False

    def shown_from(self, start: Segment) -> list[Segment]:
        """List what is shown of the session of a start contact."""
        if self.segments is Part.UP_TO_START:
            return chain(start)
        if self.segments is Part.WHOLE_CHAIN:
            return chain(start.session.tip)
        return [*self.segments]


class RehydrationStrategy(Protocol):
    """What a rehydration type means for one session. Stateless, so that one value serves everybody.

    A strategy asks the :class:`~rehydration.policies.Consultation` whatever depends on an open question, and only if it
    matters: what was asked is what an answer depends on.
    """

    def start(self, session: ChatSession, source: Segment, consultation: Consultation) -> Start:
        """Find the contact to continue from: any segment of the session.

        The session has ended as far as ``Policy.ended`` demands, and ``source`` is a chat contact of it or unknown.

        :raises RuleForbids: the type does not take this source.
        """
        ...

    def view(self, session: ChatSession, start: Segment, consultation: Consultation) -> View:
        """Say what of a session is visible from a start contact: segments of this session only.

        Called for links of former rehydrations too, whose start contact may be any segment.
        """
        ...
