"""Amazon Connect persistent chat: which past contact a new chat continues from, which transcripts it shows, and why.

>>> from rehydration import Contact, ContactGraph, RehydrationRequest, RehydrationType, resolve

Importing the package loads no other: each name is loaded when it is first used, networkx with the graph.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rehydration.answers import Rehydration as Rehydration
    from rehydration.answers import RuleWarning as RuleWarning
    from rehydration.answers import Unavailability as Unavailability
    from rehydration.contacts import Contact as Contact
    from rehydration.contacts import PastContact as PastContact
    from rehydration.contacts import UnknownContact as UnknownContact
    from rehydration.engine import resolve as resolve
    from rehydration.engine import visible_past as visible_past
    from rehydration.errors import Contradiction as Contradiction
    from rehydration.errors import ContradictoryRecords as ContradictoryRecords
    from rehydration.errors import InvalidInput as InvalidInput
    from rehydration.errors import RehydrationError as RehydrationError
    from rehydration.errors import RuleForbids as RuleForbids
    from rehydration.explanation import Explanation as Explanation
    from rehydration.explanation import Verdict as Verdict
    from rehydration.explanation import explain as explain
    from rehydration.explanation import explain_past as explain_past
    from rehydration.exposures import Exposure as Exposure
    from rehydration.exposures import exposure as exposure
    from rehydration.graph import ContactGraph as ContactGraph
    from rehydration.graph import EdgeKind as EdgeKind
    from rehydration.graph import Link as Link
    from rehydration.identifiers import ContactId as ContactId
    from rehydration.identifiers import RuleId as RuleId
    from rehydration.plans import PlannedRequest as PlannedRequest
    from rehydration.plans import plan as plan
    from rehydration.policies import DEFAULT_POLICY as DEFAULT_POLICY
    from rehydration.policies import Policy as Policy
    from rehydration.reading import Readings as Readings
    from rehydration.reading import readings as readings
    from rehydration.records import read_contacts as read_contacts
    from rehydration.requests import RehydrationRequest as RehydrationRequest
    from rehydration.requests import RehydrationType as RehydrationType
    from rehydration.rules import RULES as RULES
    from rehydration.rules import Rule as Rule
    from rehydration.rules import rule as rule
    from rehydration.sessions import ChatSession as ChatSession
    from rehydration.strategies import STRATEGIES as STRATEGIES
    from rehydration.strategies import RehydrationStrategy as RehydrationStrategy
    from rehydration.transcripts import Availability as Availability
    from rehydration.transcripts import TranscriptFact as TranscriptFact

__all__ = [
    "DEFAULT_POLICY",
    "RULES",
    "STRATEGIES",
    "Availability",
    "ChatSession",
    "Contact",
    "ContactGraph",
    "ContactId",
    "Contradiction",
    "ContradictoryRecords",
    "EdgeKind",
    "Explanation",
    "Exposure",
    "InvalidInput",
    "Link",
    "PastContact",
    "PlannedRequest",
    "Policy",
    "Readings",
    "Rehydration",
    "RehydrationError",
    "RehydrationRequest",
    "RehydrationStrategy",
    "RehydrationType",
    "Rule",
    "RuleForbids",
    "RuleId",
    "RuleWarning",
    "TranscriptFact",
    "Unavailability",
    "UnknownContact",
    "Verdict",
    "explain",
    "explain_past",
    "exposure",
    "plan",
    "read_contacts",
    "readings",
    "resolve",
    "rule",
    "visible_past",
]

_NAMES_OF = {
    "contacts": "Contact PastContact UnknownContact",
    "answers": "Rehydration RuleWarning Unavailability",
    "engine": "resolve visible_past",
    "errors": "Contradiction ContradictoryRecords InvalidInput RehydrationError RuleForbids",
    "explanation": "Explanation Verdict explain explain_past",
    "exposures": "Exposure exposure",
    "graph": "ContactGraph EdgeKind Link",
    "identifiers": "ContactId RuleId",
    "plans": "PlannedRequest plan",
    "policies": "DEFAULT_POLICY Policy",
    "reading": "Readings readings",
    "records": "read_contacts",
    "requests": "RehydrationRequest RehydrationType",
    "rules": "RULES Rule rule",
    "sessions": "ChatSession",
    "strategies": "RehydrationStrategy STRATEGIES",
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
