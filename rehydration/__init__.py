"""Amazon Connect persistent chat: which past contact a new chat continues from, which transcripts it shows, and why.

>>> from rehydration import Contact, ContactGraph, RehydrationRequest, RehydrationType, resolve

Importing the package alone is cheap. Each name loads its module on first use, and the graph loads networkx when it
searches a long way.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rehydration.answers import Rehydration as Rehydration
    from rehydration.answers import RuleWarning as RuleWarning
    from rehydration.answers import Unavailability as Unavailability
    from rehydration.certainties import Certainty as Certainty
    from rehydration.certainties import Outcome as Outcome
    from rehydration.certainties import certainty as certainty
    from rehydration.consultation import Consultation as Consultation
    from rehydration.contacts import Contact as Contact
    from rehydration.contacts import PastContact as PastContact
    from rehydration.contacts import UnknownContact as UnknownContact
    from rehydration.customers import CustomerReport as CustomerReport
    from rehydration.customers import customer_report as customer_report
    from rehydration.decisions import resolve as resolve
    from rehydration.decisions import visible_past as visible_past
    from rehydration.digraphs import EdgeKind as EdgeKind
    from rehydration.errors import Contradiction as Contradiction
    from rehydration.errors import ContradictoryRecords as ContradictoryRecords
    from rehydration.errors import InvalidInput as InvalidInput
    from rehydration.errors import RehydrationError as RehydrationError
    from rehydration.errors import RuleForbids as RuleForbids
    from rehydration.explanation import ContactVerdict as ContactVerdict
    from rehydration.explanation import Explanation as Explanation
    from rehydration.explanation import PastSession as PastSession
    from rehydration.explanation import Refusal as Refusal
    from rehydration.explanation import Verdict as Verdict
    from rehydration.explanation import explain as explain
    from rehydration.explanation import explain_past as explain_past
    from rehydration.exposures import Exposure as Exposure
    from rehydration.exposures import Opening as Opening
    from rehydration.exposures import Sighting as Sighting
    from rehydration.exposures import Undecided as Undecided
    from rehydration.exposures import exposure as exposure
    from rehydration.graph import ContactGraph as ContactGraph
    from rehydration.graph import Link as Link
    from rehydration.guards import Finding as Finding
    from rehydration.guards import assert_hidden as assert_hidden
    from rehydration.guards import guard as guard
    from rehydration.history import History as History
    from rehydration.identifiers import ContactId as ContactId
    from rehydration.identifiers import RuleId as RuleId
    from rehydration.plans import PlannedRequest as PlannedRequest
    from rehydration.plans import plan as plan
    from rehydration.policies import DEFAULT_POLICY as DEFAULT_POLICY
    from rehydration.policies import BeyondLimit as BeyondLimit
    from rehydration.policies import CustomerMismatch as CustomerMismatch
    from rehydration.policies import EarlyCall as EarlyCall
    from rehydration.policies import Ended as Ended
    from rehydration.policies import EntireSource as EntireSource
    from rehydration.policies import EntireView as EntireView
    from rehydration.policies import LinkScope as LinkScope
    from rehydration.policies import MostRecent as MostRecent
    from rehydration.policies import OpenQuestion as OpenQuestion
    from rehydration.policies import Policy as Policy
    from rehydration.policies import Unavailable as Unavailable
    from rehydration.reasons import Reason as Reason
    from rehydration.reasons import why as why
    from rehydration.records import read_contacts as read_contacts
    from rehydration.requests import RehydrationRequest as RehydrationRequest
    from rehydration.requests import RehydrationType as RehydrationType
    from rehydration.rules import RULES as RULES
    from rehydration.rules import Rule as Rule
    from rehydration.rules import rule as rule
    from rehydration.sessions import ChatSession as ChatSession
    from rehydration.sessions import Choice as Choice
    from rehydration.sessions import Segment as Segment
    from rehydration.sights import SeenContact as SeenContact
    from rehydration.sights import Shown as Shown
    from rehydration.sights import Sight as Sight
    from rehydration.sights import sees as sees
    from rehydration.strategies import STRATEGIES as STRATEGIES
    from rehydration.strategies import Part as Part
    from rehydration.strategies import RehydrationStrategy as RehydrationStrategy
    from rehydration.strategies import Start as Start
    from rehydration.strategies import View as View
    from rehydration.transcripts import Availability as Availability
    from rehydration.transcripts import TranscriptFact as TranscriptFact

__all__ = [
    "DEFAULT_POLICY",
    "RULES",
    "STRATEGIES",
    "Availability",
    "BeyondLimit",
    "Certainty",
    "ChatSession",
    "Choice",
    "Consultation",
    "Contact",
    "ContactGraph",
    "ContactId",
    "ContactVerdict",
    "Contradiction",
    "ContradictoryRecords",
    "CustomerMismatch",
    "CustomerReport",
    "Doubt",
    "DoubtKind",
    "EarlyCall",
    "EdgeKind",
    "Ended",
    "EntireSource",
    "EntireView",
    "Explanation",
    "Exposure",
    "Finding",
    "History",
    "InvalidInput",
    "Link",
    "LinkScope",
    "MostRecent",
    "OpenQuestion",
    "Opening",
    "Outcome",
    "Part",
    "PastContact",
    "PastSession",
    "PlannedRequest",
    "Policy",
    "Reading",
    "Reason",
    "Refusal",
    "Rehydration",
    "RehydrationError",
    "RehydrationRequest",
    "RehydrationStrategy",
    "RehydrationType",
    "Rule",
    "RuleForbids",
    "RuleId",
    "RuleWarning",
    "SeenContact",
    "Segment",
    "Shown",
    "Sight",
    "Sighting",
    "Start",
    "TranscriptFact",
    "Unavailability",
    "Unavailable",
    "Undecided",
    "UnknownContact",
    "Verdict",
    "View",
    "assert_hidden",
    "certainty",
    "customer_report",
    "explain",
    "explain_past",
    "exposure",
    "guard",
    "plan",
    "read_contacts",
    "resolve",
    "rule",
    "sees",
    "visible_past",
    "why",
]

_NAMES_OF = {
    "answers": "Rehydration RuleWarning Unavailability",
    "certainties": "Certainty Outcome certainty",
    "consultation": "Consultation",
    "contacts": "Contact PastContact UnknownContact",
    "customers": "CustomerReport customer_report",
    "decisions": "resolve visible_past",
    "digraphs": "EdgeKind",
    "doubts": "Doubt DoubtKind Reading",
    "errors": "Contradiction ContradictoryRecords InvalidInput RehydrationError RuleForbids",
    "explanation": "ContactVerdict Explanation PastSession Refusal Verdict explain explain_past",
    "exposures": "Exposure Opening Sighting Undecided exposure",
    "graph": "ContactGraph Link",
    "guards": "Finding assert_hidden guard",
    "history": "History",
    "identifiers": "ContactId RuleId",
    "plans": "PlannedRequest plan",
    "policies": (
        "BeyondLimit CustomerMismatch DEFAULT_POLICY EarlyCall Ended EntireSource EntireView LinkScope "
        "MostRecent OpenQuestion Policy Unavailable"
    ),
    "reasons": "Reason why",
    "records": "read_contacts",
    "requests": "RehydrationRequest RehydrationType",
    "rules": "RULES Rule rule",
    "sessions": "ChatSession Choice Segment",
    "sights": "SeenContact Shown Sight sees",
    "strategies": "Part RehydrationStrategy STRATEGIES Start View",
    "transcripts": "Availability TranscriptFact",
}
_HOME_OF = {name: module for module, names in _NAMES_OF.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Load a public name when it is first used."""
    if name not in _HOME_OF:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value: object = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
