"""The open questions as data: what Amazon Connect leaves unsaid, and which answer is taken.

Here belong the :class:`Policy`, one field per open question of the rules, and the codes that faults answer with. This
module does not know how an answer to a question is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

from attrs import field, fields, frozen

from rehydration.errors import InvalidArgument, Malformed, NotFound, Refused, RuleForbids
from rehydration.identifiers import RuleId


class OpenQuestion(Enum):
    """A question that AWS leaves open; its members are the readings, the default first."""

    if not TYPE_CHECKING:  # pragma: no branch
        __hash__ = object.__hash__  # each member is one object; Enum's own hash costs a Python call


class Ended(OpenQuestion):
    """What must have ended: the source's whole session, or the source contact alone."""

    SESSION = "SESSION"
    SEGMENT = "SEGMENT"


class EarlyCall(OpenQuestion):
    """What happens within 60 s of the session's last disconnect."""

    WARN = "WARN"
    REFUSE = "REFUSE"


class CustomerMismatch(OpenQuestion):
    """What happens where source and target name different customers."""

    WARN = "WARN"
    REFUSE = "REFUSE"


class EntireSource(OpenQuestion):
    """Whether ENTIRE_PAST_SESSION takes another contact than the initial one for its session."""

    INITIAL_ONLY = "INITIAL_ONLY"
    ANY_OF_SESSION = "ANY_OF_SESSION"


class MostRecent(OpenQuestion):
    """Which contact of a session is the most recent."""

    DISCONNECT = "DISCONNECT"
    INITIATION = "INITIATION"
    DEPTH = "DEPTH"


class EntireView(OpenQuestion):
    """What ENTIRE_PAST_SESSION shows of a branched session: all of it, or the start contact and its predecessors."""

    SESSION = "SESSION"
    ANCESTORS = "ANCESTORS"


class LinkScope(OpenQuestion):
    """Whether a link counts for its whole session, or only from the contact on that carries it."""

    SESSION = "SESSION"
    CONTACT = "CONTACT"


class BeyondLimit(OpenQuestion):
    """What happens with more past contacts than are traversed."""

    TRUNCATE = "TRUNCATE"
    REFUSE = "REFUSE"


class Unavailable(OpenQuestion):
    """What happens at a transcript that cannot be shown: a gap, the end of the walk, or a refusal."""

    GAP = "GAP"
    STOP = "STOP"
    REFUSE = "REFUSE"


Question = TypeVar("Question", bound=OpenQuestion)


def _reading(question: type[Question], rule: str) -> Question:
    """Make the field of a question: its default is its first reading, a reading may be given by name."""

    def convert(value: object) -> Question:
        if isinstance(value, question):
            return value
        if isinstance(value, str) and value in question.__members__:
            return question[value]
        raise InvalidArgument(f"policy field {FIELD_OF[question]}", value, f"one of {', '.join(question.__members__)}")

    default: Question = field(
        default=next(iter(question)),
        converter=convert,
        metadata={"question": question, "rule": RuleId(rule)},
    )
    return default


@frozen(kw_only=True)
class Policy:
    """One reading of every open question; a reading may be given by its name.

    >>> Policy(ended="SEGMENT").ended
    <Ended.SEGMENT: 'SEGMENT'>

    :raises InvalidArgument: a value that is none of the field's readings.
    """

    ended: Ended = _reading(Ended, "eligibility.ended-scope")
    early_call: EarlyCall = _reading(EarlyCall, "eligibility.early-call")
    customer_mismatch: CustomerMismatch = _reading(CustomerMismatch, "eligibility.customer-mismatch")
    entire_source: EntireSource = _reading(EntireSource, "start.entire-given-another")
    most_recent: MostRecent = _reading(MostRecent, "start.most-recent")
    entire_view: EntireView = _reading(EntireView, "visibility.entire-branched")
    link_scope: LinkScope = _reading(LinkScope, "visibility.link-scope")
    beyond_limit: BeyondLimit = _reading(BeyondLimit, "visibility.beyond-limit")
    unavailable: Unavailable = _reading(Unavailable, "visibility.transcript-unavailable")

    @classmethod
    def every(cls) -> Iterator[Policy]:
        """Yield all 1,152 readings."""
        names = QUESTIONS.keys()
        for values in product(*QUESTIONS.values()):
            yield cls(**dict(zip(names, values, strict=True)))


QUESTIONS: Final = MappingProxyType({each.name: each.metadata["question"] for each in fields(Policy)})
"""Field of :class:`Policy` → the question that it answers."""

FIELD_OF: Final = MappingProxyType({question: name for name, question in QUESTIONS.items()})
"""Question → the field of :class:`Policy` that answers it."""

RULE_OF_FIELD: Final = MappingProxyType({each.name: each.metadata["rule"] for each in fields(Policy)})
"""Field of :class:`Policy` → the rule that leaves its question open."""

DEFAULT_POLICY: Final = Policy()
"""The first reading of every question."""


class Consultation:
    """Answers open questions from a policy and remembers which were asked.

    Only the fields that a decision consults can change it, so what decides takes one of these instead of the policy.
    """

    __slots__ = ("_policy", "asked")

    def __init__(self, policy: Policy) -> None:
        """Start with no question asked."""
        self._policy = policy
        self.asked: dict[str, None] = {}

    def reading(self, question: type[Question]) -> Question:
        """Answer a question."""
        name = FIELD_OF[question]
        self.asked[name] = None
        answer: Question = getattr(self._policy, name)
        return answer


FAULT_CODES: Final = MappingProxyType(
    {
        Malformed: "InvalidParameterException",
        NotFound: "ResourceNotFoundException",
        Refused: "InvalidRequestException",
    }
)
"""Kind of fault → the code that it answers with by default."""


def code_of(fault: RuleForbids) -> str:
    """Name the code of a fault; what is of no kind, a strategy of your own may raise it, is a refusal like others."""
    return next((code for kind, code in FAULT_CODES.items() if isinstance(fault, kind)), FAULT_CODES[Refused])
