"""Walks that the questions of one page share: each is taken once for the readings that it consults.

Here belongs what repeats between the questions of a page: contacts of a session have the same start, and a walk looks
the same under every reading that it does not consult. What a walk does is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from rehydration.basis import Basis
from rehydration.consultation import Consultation
from rehydration.sessions import ChatSession, Segment
from rehydration.strategies import RehydrationStrategy
from rehydration.walk import Walk, Walks


class SharedWalks(Walks):
    """Takes the walks of a page. Keep it no longer than the graph stays and the basis is the same."""

    def __init__(self) -> None:
        """Start without a walk."""
        self._taken: dict[Hashable, list[tuple[Consultation, Walk]]] = {}

    def from_start(
        self,
        basis: Basis,
        consultation: Consultation,
        own_session: ChatSession | None,
        start: Segment,
        strategy: RehydrationStrategy,
    ) -> Walk:
        """Take the walk back from a start contact, or give the one that was taken under the same readings."""
        return self._shared(
            (own_session, start, id(strategy)),
            consultation,
            lambda part: super(SharedWalks, self).from_start(basis, part, own_session, start, strategy),
        )

    def from_chat(self, basis: Basis, consultation: Consultation, segment: Segment) -> Walk:
        """Take the walk back over the link of a chat, or give the one that was taken under the same readings."""
        return self._shared(
            segment, consultation, lambda part: super(SharedWalks, self).from_chat(basis, part, segment)
        )

    def _shared(self, way: Hashable, consultation: Consultation, take: Callable[[Consultation], Walk]) -> Walk:
        if consultation.has_ordered:  # what was ordered before decides what is asked now
            return take(consultation)
        taken = self._taken.setdefault(way, [])
        found = next((each for each in taken if consultation.agrees(each[0])), None)
        if found is None:
            part = consultation.part()
            found = part, take(part)
            taken.append(found)
        consultation.take_over(found[0])
        return found[1]
