"""FROM_SEGMENT: continue from the given contact, and drop what came after it in its session."""

from __future__ import annotations

from typing import Final, final

from attrs import frozen

from rehydration.consultation import Consultation
from rehydration.identifiers import RuleId
from rehydration.sessions import ChatSession, Segment
from rehydration.strategies.protocol import Part, Start, View

_START: Final = (RuleId("start.from-segment"),)
_VIEW: Final = View(
    Part.UP_TO_START, (RuleId("visibility.predecessors"),), dropped_by=(RuleId("visibility.later-dropped"),)
)


@final
@frozen
class FromSegment:
    """Continues from the source itself and shows it and its predecessors."""

    def start(self, session: ChatSession, source: Segment, consultation: Consultation) -> Start:  # noqa: ARG002
        """Take the source."""
        return Start(source, _START)

    def view(self, session: ChatSession, start: Segment, consultation: Consultation) -> View:  # noqa: ARG002
        """Show the chain that leads to the start contact."""
        return _VIEW
