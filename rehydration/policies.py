"""The open questions as data: what Amazon Connect leaves open, and the reading that is taken.

This module holds the :class:`Policy`, with one field for each open question, and the error code of each kind of fault.
It does not know how a reading is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from itertools import product
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NoReturn, TypeVar

from attrs import field, fields, frozen

from rehydration.errors import InvalidArgument, Malformed, NotFound, Refused, RuleForbids
from rehydration.identifiers import RuleId


class OpenQuestion(Enum):
    """A question that AWS leaves open. Its members are the readings, the default first.

    Calling a question with a reading, or with the name of one, gives the reading.

    :raises InvalidArgument: the value is not one of its readings.
    """

    if not TYPE_CHECKING:  # pragma: no branch
        __hash__ = object.__hash__  # each member is one object; Enum's own hash costs a Python call

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:
        raise InvalidArgument(f"policy field {FIELD_OF[cls]}", value, f"one of {', '.join(cls.__members__)}")


class Ended(OpenQuestion):
    """What must have ended: the whole session of the source, or only the source contact."""

    SESSION = "SESSION"
    SEGMENT = "SEGMENT"


class EarlyCall(OpenQuestion):
    """What happens within 60 s of the session's last disconnect."""

    WARN = "WARN"
    REFUSE = "REFUSE"


class CustomerMismatch(OpenQuestion):
    """What happens if source and target name different customers."""

    WARN = "WARN"
    REFUSE = "REFUSE"


class EntireSource(OpenQuestion):
    """Whether ENTIRE_PAST_SESSION accepts any contact of the session, or only the initial contact."""

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
    """Whether a link counts for its whole session, or only from the contact that carries it onwards."""

    SESSION = "SESSION"
    CONTACT = "CONTACT"


class BeyondLimit(OpenQuestion):
    """What happens if there are more past contacts than the limit."""

    TRUNCATE = "TRUNCATE"
    REFUSE = "REFUSE"


class Unavailable(OpenQuestion):
    """What happens if a transcript cannot be shown: a gap, the end of the walk, or a refusal."""

    GAP = "GAP"
    STOP = "STOP"
    REFUSE = "REFUSE"


Question = TypeVar("Question", bound=OpenQuestion)


@frozen(kw_only=True)
class Policy:
    """One reading of every open question. A reading can be given by its name.

    >>> Policy(ended="SEGMENT").ended
    <Ended.SEGMENT: 'SEGMENT'>

    :raises InvalidArgument: a value is not one of the readings of its field.
    """

    ended: Ended = field(default=Ended.SESSION, converter=Ended)
    early_call: EarlyCall = field(default=EarlyCall.WARN, converter=EarlyCall)
    customer_mismatch: CustomerMismatch = field(default=CustomerMismatch.WARN, converter=CustomerMismatch)
    entire_source: EntireSource = field(default=EntireSource.INITIAL_ONLY, converter=EntireSource)
    most_recent: MostRecent = field(default=MostRecent.DISCONNECT, converter=MostRecent)
    entire_view: EntireView = field(default=EntireView.SESSION, converter=EntireView)
    link_scope: LinkScope = field(default=LinkScope.SESSION, converter=LinkScope)
    beyond_limit: BeyondLimit = field(default=BeyondLimit.TRUNCATE, converter=BeyondLimit)
    unavailable: Unavailable = field(default=Unavailable.GAP, converter=Unavailable)

    @classmethod
    def every(cls) -> Iterator[Policy]:
        """Yield all 1,152 policies."""
        names = QUESTIONS.keys()
        for values in product(*QUESTIONS.values()):
            yield cls(**dict(zip(names, values, strict=True)))


QUESTIONS: Final[Mapping[str, type[OpenQuestion]]] = MappingProxyType(
    {each.name: type(each.default) for each in fields(Policy)}  # type: ignore[misc]  # each has a default
)
"""Field of :class:`Policy` → the question that it answers."""

FIELD_OF: Final = MappingProxyType({question: name for name, question in QUESTIONS.items()})
"""Question → the field of :class:`Policy` that answers it."""

RULE_OF_FIELD: Final = MappingProxyType(
    {
        "ended": RuleId("eligibility.ended-scope"),
        "early_call": RuleId("eligibility.early-call"),
        "customer_mismatch": RuleId("eligibility.customer-mismatch"),
        "entire_source": RuleId("start.entire-given-another"),
        "most_recent": RuleId("start.most-recent"),
        "entire_view": RuleId("visibility.entire-branched"),
        "link_scope": RuleId("visibility.link-scope"),
        "beyond_limit": RuleId("visibility.beyond-limit"),
        "unavailable": RuleId("visibility.transcript-unavailable"),
    }
)
"""Field of :class:`Policy` → the rule that leaves its question open."""

MEANINGS: Final = MappingProxyType(
    {
        "ended": (
            "what must have ended",
            {"SESSION": "the whole session of the source", "SEGMENT": "only the source contact"},
        ),
        "early_call": (
            "whether 60 seconds must have passed since the session ended",
            {"WARN": "an earlier request is accepted", "REFUSE": "an earlier request is refused"},
        ),
        "customer_mismatch": (
            "whether a contact of another customer can be the source",
            {"WARN": "it is accepted", "REFUSE": "it is refused"},
        ),
        "entire_source": (
            "which contact ENTIRE_PAST_SESSION takes",
            {"INITIAL_ONLY": "only the initial contact", "ANY_OF_SESSION": "any contact of the session"},
        ),
        "most_recent": (
            "which contact is the most recent",
            {
                "DISCONNECT": "the last to end",
                "INITIATION": "the last to begin",
                "DEPTH": "the last of the longest chain",
            },
        ),
        "entire_view": (
            "what ENTIRE_PAST_SESSION shows of a branched session",
            {"SESSION": "all branches", "ANCESTORS": "the start contact and what led to it"},
        ),
        "link_scope": (
            "which contacts of a session its link counts for",
            {"SESSION": "all of them", "CONTACT": "the contact that carries it, and what follows"},
        ),
        "beyond_limit": (
            "what happens beyond 100 contacts",
            {"TRUNCATE": "the oldest are not shown", "REFUSE": "the request is refused"},
        ),
        "unavailable": (
            "what happens if a transcript cannot be shown",
            {
                "GAP": "it leaves a gap",
                "STOP": "nothing further back is shown",
                "REFUSE": "the request is refused",
            },
        ),
    }
)
"""Field of :class:`Policy` → what it decides, and what each reading means, in a few words."""

EVERY_POLICY: Final = (1 << prod(len(question) for question in QUESTIONS.values())) - 1
"""A set of policies as bits, in the order of :meth:`Policy.every`: all 1,152."""


@cache
def policies_with(name: str, reading: str) -> int:
    """Find the policies with a reading of a field, as bits in the order of :meth:`Policy.every`."""
    fields_after = [*QUESTIONS][[*QUESTIONS].index(name) + 1 :]
    run = prod(len(QUESTIONS[each]) for each in fields_after)  # so many neighbours share their reading
    members = [*QUESTIONS[name].__members__]
    bits = ((1 << run) - 1) << run * members.index(reading)
    period = run * len(members)
    while period < EVERY_POLICY.bit_length():
        bits |= bits << period
        period *= 2
    return bits & EVERY_POLICY


DEFAULT_POLICY: Final = Policy()
"""The default reading of every question."""


FAULT_CODES: Final = MappingProxyType(
    {
        Malformed: "InvalidParameterException",
        NotFound: "ResourceNotFoundException",
        Refused: "InvalidRequestException",
    }
)
"""Kind of fault → its default error code."""


def code_of(fault: RuleForbids) -> str:
    """Give the error code of a fault. A fault of no kind, which a strategy of your own may raise, counts as Refused."""
    return next((code for kind, code in FAULT_CODES.items() if isinstance(fault, kind)), FAULT_CODES[Refused])
