"""ENTIRE_PAST_SESSION: continue from the most recently terminated contact of the session, and show all of it."""

from __future__ import annotations

from typing import Final, assert_never, final

from attrs import frozen

from rehydration.consultation import Consultation
from rehydration.errors import NotInitialContact
from rehydration.identifiers import RuleId
from rehydration.policies import EntireSource, EntireView
from rehydration.sessions import ChatSession, Segment
from rehydration.strategies.protocol import Part, Start, View

_START: Final = (RuleId("start.entire-past-session"), RuleId("start.most-recent"))
_FROM_INITIAL: Final = (RuleId("start.entire-takes-initial"), *_START)
_FROM_ANOTHER: Final = (RuleId("start.entire-given-another"), *_START)
BRANCHED: Final = (RuleId("visibility.entire-branched"),)
"""The rule by which a view shows a branched session."""

_LINEAR: Final = View(Part.WHOLE_CHAIN, (RuleId("visibility.entire-linear"),), dropped_by=())
_ANCESTORS: Final = View(Part.UP_TO_START, BRANCHED, dropped_by=BRANCHED)


@final
@frozen
class EntirePastSession:
    """Continues from the most recent contact of the source's session and shows the session."""

    def start(self, session: ChatSession, source: Segment, consultation: Consultation) -> Start:
        """Take the most recently terminated chat contact.

        :raises NotInitialContact: the source is a later contact of its session.
        """
        rules = _FROM_INITIAL
        if source.contact.contact_id != session.initial_contact_id:
            rules = _FROM_ANOTHER
            if consultation.ask(EntireSource) is EntireSource.INITIAL_ONLY:
                raise NotInitialContact(source.contact_id, session.initial_contact_id)
        choice = session.most_recent(consultation)
        return Start(choice.segments[0], rules, choice.by_id_alone)

    def view(self, session: ChatSession, start: Segment, consultation: Consultation) -> View:  # noqa: ARG002
        """Show all of a linear session. Of a branched session, show what ``Policy.entire_view`` says."""
        if not session.branches:
            return _LINEAR
        view = consultation.ask(EntireView)
        if view is EntireView.ANCESTORS:
            return _ANCESTORS
        if view is EntireView.SESSION:
            choice = session.newest_first(consultation)
            return View(choice.segments, BRANCHED, dropped_by=(), by_id_alone=choice.by_id_alone)
        assert_never(view)


def shows_entire(view: View) -> bool:
    """Tell whether a view is one of this type."""
    return view.rules in (_LINEAR.rules, BRANCHED)
