"""The contract of a strategy: what it is asked, and what are legal answers.

This module knows sessions and open questions; not types, and nothing wider than one session.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from attrs import define

from rehydration.identifiers import RuleId
from rehydration.policies import Consultation
from rehydration.sessions import ChatSession, Segment


@define  # made for every session of a walk: a frozen one costs three times as much
class Start:
    """The start contact, the rules that chose it, and whether nothing but its id decided between it and another."""

    segment: Segment
    rules: tuple[RuleId, ...]
    by_id_alone: bool = False


@define  # made for every session of a walk: a frozen one costs three times as much
class View:
    """What is shown of one session: newest first, the rules that show it, and those by which the rest is dropped."""

    segments: Iterable[Segment]
    rules: tuple[RuleId, ...]
    dropped_by: tuple[RuleId, ...]
    by_id_alone: bool = False


class RehydrationStrategy(Protocol):
    """What a rehydration type means for one session. Stateless, so that one value serves everybody.

    Whatever depends on an open question is asked of the :class:`~rehydration.policies.Consultation`, and only if it
    matters: what was asked is what an answer depends on.
    """

    def start(self, session: ChatSession, source: Segment, asked: Consultation) -> Start:
        """Find the contact to continue from: any segment of the session.

        The session has ended as far as ``Policy.ended`` demands, and ``source`` is a chat contact of it or unknown.

        :raises RuleForbids: the type does not take this source.
        """
        ...

    def view(self, session: ChatSession, start: Segment, asked: Consultation) -> View:
        """Say what of a session is visible from a start contact.

        Segments of the session only, each once, newest first (a contact before the one that it continues). They may be
        an iterator: no more than the limit are taken. A segment stands for the chain that leads to it. Called for links
        of former rehydrations too, whose start contact may be any segment.
        """
        ...
