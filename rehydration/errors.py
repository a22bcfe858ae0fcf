"""Everything that can be wrong, split by whose fault it is.

This module holds the faults. Each fault keeps its evidence in positional fields. It says in one sentence what is wrong
and what would have worked, and it names the rule that it follows from. There are three families under one root:

- :class:`InvalidInput`: the input cannot be read or has the wrong form.
- :class:`ContradictoryRecords`: each record is readable, but together the records cannot be true.
- :class:`RuleForbids`: the records are sound, and a rule refuses the request.

This module does not know who raises a fault. It does not know Amazon Connect's error codes either: a code depends on
the operation, so it is attached once, where the refusal leaves the engine or the service.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from attrs import define

from rehydration.identifiers import CONTACT_ID_LENGTH, ContactId, RuleId, is_contact_id


def some_of(contact_ids: tuple[ContactId, ...], most: int = 8) -> str:
    """Name contacts in a sentence, of many the first few."""
    named = ", ".join(repr(each) for each in contact_ids[:most])
    return named if len(contact_ids) <= most else f"{named} and {len(contact_ids) - most} more"


def shown(value: object, most: int = 80) -> str:
    """Quote a value in a sentence, in so many characters at the most, however large, deep or unprintable it is."""
    try:
        text = value.isoformat() if isinstance(value, datetime) else repr(value)
    except Exception:  # noqa: BLE001  an object that cannot even be shown must not hide what is wrong with it
        text = f"<{type(value).__name__}>"
    return shortened(text.encode("utf-8", "backslashreplace").decode(), most)


def shortened(text: str, most: int = 80, end: str = "...") -> str:
    """Cut off a text of more characters than these; ``end`` shows that more stood there.

    >>> shortened("a long story", 9)
    'a long...'
    """
    return text if len(text) <= most else f"{text[: most - len(end)]}{end}"


def quoted_id(contact_id: object) -> str:
    """Quote an id in a sentence, or what was given in place of one."""
    return repr(contact_id) if is_contact_id(contact_id) else shown(contact_id)


class RehydrationError(Exception):
    """The root of every error of this library. It is never raised itself."""

    rule: ClassVar[RuleId | None] = None
    code: str | None = None
    status: int | None = None

    def __init__(self, *evidence: object) -> None:
        """Keep the evidence, in the order of the fields.

        The engine or the service sets ``code`` when the error leaves it. The service also sets ``status``, the HTTP
        status.
        """
        super().__init__(*evidence)


# ---------------------------------------------------------------------------------------------------- invalid input


class InvalidInput(RehydrationError):
    """The input cannot be read or has the wrong form."""


@define(slots=False, eq=False)
class InvalidArgument(InvalidInput):
    """An argument has the wrong type or a wrong value."""

    name: str
    value: object
    expected: str

    def __str__(self) -> str:
        return f"{self.name} is {shown(self.value)}: expected {self.expected}"


def texts(name: str, value: object, expected: str) -> tuple[str, ...]:
    """Check that an argument is a collection of texts, and give each of them once.

    :raises InvalidArgument: it is anything else.
    """
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InvalidArgument(name, value, expected)
    given = tuple(value)
    if not all(isinstance(each, str) for each in given):
        raise InvalidArgument(name, given, expected)
    return tuple(dict.fromkeys(given))


@define(slots=False, eq=False)
class UnreadableRecord(InvalidInput):
    """A record cannot be read. ``source`` and ``record``, counted from 1, say which; ``path`` says where in it."""

    source: str
    record: int
    path: str
    problem: str
    expected: str

    def __str__(self) -> str:
        where = self.source if self.record == 0 else f"{self.source}, record {self.record}, {self.path}"
        return f"{where}: {self.problem}; expected {self.expected}".encode("utf-8", "backslashreplace").decode()


# ------------------------------------------------------------------------------------------- contradictory records


class Contradiction(RehydrationError):
    """Records that cannot all be true."""

    involved: ClassVar[tuple[str, ...]] = ()
    """The fields that name the contacts whose records contradict one another."""

    @property
    def contact_ids(self) -> tuple[ContactId, ...]:
        """The contacts whose records contradict one another."""
        return tuple(getattr(self, each) for each in self.involved)


@define(slots=False, eq=False)
class CyclicContacts(Contradiction):
    """Contacts come before themselves. ``walk`` is closed: its last contact is its first."""

    walk: tuple[ContactId, ...]
    rule: ClassVar[RuleId] = RuleId("identity.predecessors-form-a-tree")

    @property
    def contact_ids(self) -> tuple[ContactId, ...]:
        """The contacts of the walk, each once."""
        return self.walk[:-1]

    def __str__(self) -> str:
        walk = " -> ".join(repr(each) for each in (self.walk if len(self.walk) <= 12 else (*self.walk[:11], "...")))
        return f"contacts come before themselves: {walk}; previous and related contacts must lead back to a first one"


@define(slots=False, eq=False)
class PreviousInAnotherSession(Contradiction):
    """A contact and its previous contact name different initial contacts."""

    contact_id: ContactId
    initial_contact_id: ContactId
    previous_contact_id: ContactId
    previous_initial_contact_id: ContactId
    rule: ClassVar[RuleId] = RuleId("identity.session")
    involved: ClassVar[tuple[str, ...]] = ("contact_id", "previous_contact_id")

    def __str__(self) -> str:
        return (
            f"contact {self.contact_id!r} of the session of {self.initial_contact_id!r} has the previous contact "
            f"{self.previous_contact_id!r} of the session of {self.previous_initial_contact_id!r}; "
            "a contact and its previous contact have the same initial contact"
        )


@define(slots=False, eq=False)
class InitialNotFirst(Contradiction):
    """A contact is named as the initial one of a session but is itself a later contact."""

    contact_id: ContactId
    initial_contact_id: ContactId
    named_by: ContactId
    rule: ClassVar[RuleId] = RuleId("identity.session")
    involved: ClassVar[tuple[str, ...]] = ("contact_id", "named_by")

    def __str__(self) -> str:
        return (
            f"contact {self.named_by!r} names {self.contact_id!r} as its initial contact, which belongs to the session "
            f"of {self.initial_contact_id!r}; an initial contact is the first of its own session"
        )


@define(slots=False, eq=False)
class FirstHasPrevious(Contradiction):
    """A contact is the first of its session but has a previous contact."""

    contact_id: ContactId
    previous_contact_id: ContactId
    rule: ClassVar[RuleId] = RuleId("identity.initial-encodings")
    involved: ClassVar[tuple[str, ...]] = ("contact_id", "previous_contact_id")

    def __str__(self) -> str:
        return (
            f"contact {self.contact_id!r} names no other initial contact, so it is the first of its session, and yet "
            f"has the previous contact {self.previous_contact_id!r}; a later contact names its initial contact"
        )


@define(slots=False, eq=False)
class LinksDisagree(Contradiction):
    """Contacts of one session continue from different contacts, or by different types."""

    initial_contact_id: ContactId
    carriers: tuple[ContactId, ...]
    starts: tuple[str, ...]
    rule: ClassVar[RuleId] = RuleId("identity.link-of-session")

    @property
    def contact_ids(self) -> tuple[ContactId, ...]:
        """The contacts that carry the links."""
        return self.carriers

    def __str__(self) -> str:
        pairs = ", ".join(f"{a!r} from {b}" for a, b in zip(self.carriers, self.starts, strict=True))
        return (
            f"contacts of the session of {self.initial_contact_id!r} continue from different contacts: {pairs}; "
            "a session has at most one link"
        )


@define(slots=False, eq=False)
class LinkToOwnSession(Contradiction):
    """A contact was rehydrated, by a known type, from a contact of its own session."""

    contact_id: ContactId
    related_contact_id: ContactId
    rule: ClassVar[RuleId] = RuleId("identity.new-session")
    involved: ClassVar[tuple[str, ...]] = ("contact_id", "related_contact_id")

    def __str__(self) -> str:
        return (
            f"contact {self.contact_id!r} continues from {self.related_contact_id!r} of its own session; "
            "a rehydrated chat is a new session"
        )


@define(slots=False, eq=False)
class InstancesDisagree(Contradiction):
    """Contacts of two Amazon Connect instances are in one graph."""

    contact_id: ContactId
    instance_id: str
    other_contact_id: ContactId
    other_instance_id: str
    rule: ClassVar[RuleId] = RuleId("identity.one-instance")
    involved: ClassVar[tuple[str, ...]] = ("contact_id", "other_contact_id")

    def __str__(self) -> str:
        return (
            f"contact {self.contact_id!r} is of instance {self.instance_id!r} and contact {self.other_contact_id!r} of "
            f"instance {self.other_instance_id!r}; one graph holds one instance"
        )


@define(slots=False, eq=False)
class RecordsDisagree(Contradiction):
    """Two records of one contact have the same update time but differ in an id."""

    contact_id: ContactId
    member: str
    values: tuple[ContactId | None, ...]
    updated: datetime | None
    rule: ClassVar[RuleId] = RuleId("identity.fold")
    involved: ClassVar[tuple[str, ...]] = ("contact_id",)

    def __str__(self) -> str:
        when = "without an update time" if self.updated is None else f"of {self.updated.isoformat()}"
        values = ", ".join(repr(each) for each in self.values)
        return (
            f"records {when} of contact {self.contact_id!r} differ in {self.member}: {values}; "
            "a later record must have a later LastUpdateTimestamp"
        )


@define(slots=False, eq=False)
class AlreadyKnown(Contradiction):
    """A contact is added to a graph that already has it, or ends at two different times."""

    contact_id: ContactId
    problem: str
    rule: ClassVar[RuleId] = RuleId("identity.at-least-once")
    involved: ClassVar[tuple[str, ...]] = ("contact_id",)

    def __str__(self) -> str:
        return f"contact {self.contact_id!r} {self.problem}"


@define(slots=False, eq=False)
class ContradictoryRecords(RehydrationError):
    """Records that cannot form one graph. ``contradictions`` holds the first hundred; ``total`` counts all of them."""

    contradictions: tuple[Contradiction, ...]
    total: int

    def __str__(self) -> str:
        lines = [f"  {each.rule}: {each}" for each in self.contradictions[:10]]
        if self.total > len(lines):
            lines.append(f"  and {self.total - len(lines)} more")
        number = "1 contradiction" if self.total == 1 else f"{self.total} contradictions"
        return "\n".join([f"{number} found in the records:", *lines])


# ---------------------------------------------------------------------------------------------------- rule forbids


class RuleForbids(RehydrationError):
    """The records are sound, and a rule forbids the request. ``code`` is Amazon Connect's error code."""

    rule: ClassVar[RuleId]


class Malformed(RuleForbids):
    """The request has the wrong form."""


class NotFound(RuleForbids):
    """The request names something that does not exist."""


class Refused(RuleForbids):
    """The request is well formed and names what exists, but a rule does not allow it."""


@define(slots=False, eq=False)
class TypeRequired(Malformed):
    """The rehydration type is missing or unknown."""

    value: object
    known: tuple[str, ...]
    rule: ClassVar[RuleId] = RuleId("eligibility.type-required")

    def __str__(self) -> str:
        return f"the rehydration type is {shown(self.value)}: expected one of {', '.join(self.known)}"


@define(slots=False, eq=False)
class SourceRequired(Malformed):
    """The source contact id is missing, or is not a contact id."""

    value: object
    rule: ClassVar[RuleId] = RuleId("eligibility.source-required")

    def __str__(self) -> str:
        return f"the source contact id is {shown(self.value)}: expected 1 to {CONTACT_ID_LENGTH} characters"


@define(slots=False, eq=False)
class TargetMalformed(Malformed):
    """The target contact id is not a contact id."""

    value: object
    rule: ClassVar[RuleId] = RuleId("eligibility.target-live")

    def __str__(self) -> str:
        return f"the target contact id is {shown(self.value)}: expected 1 to {CONTACT_ID_LENGTH} characters"


@define(slots=False, eq=False)
class TargetNotFound(NotFound):
    """There is no record of the target."""

    target_contact_id: ContactId
    rule: ClassVar[RuleId] = RuleId("eligibility.target-live")

    def __str__(self) -> str:
        return f"no record of the target {quoted_id(self.target_contact_id)}; the new chat must have started"


@define(slots=False, eq=False)
class ContactNotFound(NotFound):
    """There is no record of the contact, and none refers to it."""

    contact_id: ContactId
    rule: ClassVar[RuleId] = RuleId("eligibility.source-exists")

    def __str__(self) -> str:
        return f"no record of contact {quoted_id(self.contact_id)}, and none refers to it"


@define(slots=False, eq=False)
class SourceBeyondRetention(NotFound):
    """The source is older than Amazon Connect keeps contacts."""

    source_contact_id: ContactId
    initiated: datetime
    now: datetime
    rule: ClassVar[RuleId] = RuleId("eligibility.beyond-retention")

    def __str__(self) -> str:
        return (
            f"contact {self.source_contact_id!r} was initiated at {self.initiated.isoformat()}, more than 24 months "
            f"before {self.now.isoformat()}; contact data is kept for 24 months"
        )


@define(slots=False, eq=False)
class TargetIsNotChat(Refused):
    """The target is not a chat."""

    target_contact_id: ContactId
    channel: str
    rule: ClassVar[RuleId] = RuleId("eligibility.target-is-chat")

    def __str__(self) -> str:
        return f"the target {self.target_contact_id!r} is of channel {self.channel}; only a CHAT can be associated"


@define(slots=False, eq=False)
class TargetHasEnded(Refused):
    """The target has ended."""

    target_contact_id: ContactId
    ended: datetime | None
    """None if no record tells the end, and the chat began longer ago than any chat lasts."""
    rule: ClassVar[RuleId] = RuleId("eligibility.target-live")

    def __str__(self) -> str:
        when = "has ended: no chat lasts so long" if self.ended is None else f"ended at {self.ended.isoformat()}"
        return f"the target {self.target_contact_id!r} {when}; only a live chat can be associated"


@define(slots=False, eq=False)
class TargetAlreadyAssociated(Refused):
    """The target's session already continues from a past contact."""

    target_contact_id: ContactId
    continued_from_contact_id: ContactId
    rule: ClassVar[RuleId] = RuleId("eligibility.once-per-chat")

    def __str__(self) -> str:
        return (
            f"the session of the target {self.target_contact_id!r} continues from {self.continued_from_contact_id!r} "
            "already; a chat is associated once, so start a new one"
        )


@define(slots=False, eq=False)
class SourceIsNotChat(Refused):
    """The source is not a chat."""

    source_contact_id: ContactId
    channel: str
    rule: ClassVar[RuleId] = RuleId("eligibility.source-is-chat")

    def __str__(self) -> str:
        return f"the source {self.source_contact_id!r} is of channel {self.channel}; only a CHAT has a chat transcript"


@define(slots=False, eq=False)
class SourceInTargetSession(Refused):
    """Source and target belong to one session."""

    source_contact_id: ContactId
    target_contact_id: ContactId
    initial_contact_id: ContactId
    rule: ClassVar[RuleId] = RuleId("eligibility.source-in-another-session")

    def __str__(self) -> str:
        return (
            f"the source {self.source_contact_id!r} and the target {self.target_contact_id!r} both belong to the "
            f"session of {self.initial_contact_id!r}; continue from a contact of a past session"
        )


@define(slots=False, eq=False)
class StartFollowsTarget(Refused):
    """The start contact comes after the target, so a link would make contacts come before themselves."""

    start_contact_id: ContactId
    target_contact_id: ContactId
    rule: ClassVar[RuleId] = RuleId("identity.predecessors-form-a-tree")

    def __str__(self) -> str:
        return (
            f"the start contact {self.start_contact_id!r} comes after the target {self.target_contact_id!r}, by "
            "previous contacts and links; continue from a contact that does not"
        )


@define(slots=False, eq=False)
class SessionNotEnded(Refused):
    """The source, or another contact of its session, is live."""

    source_contact_id: ContactId
    live: tuple[ContactId, ...]
    reason: RuleId

    @property
    def rule(self) -> RuleId:  # type: ignore[override]  # two rules, told apart by whether the source itself is live
        """``eligibility.session-ended``, or ``eligibility.ended-scope`` where only others are live."""
        return self.reason

    def __str__(self) -> str:
        return (
            f"the session of the source {self.source_contact_id!r} has not ended: {some_of(self.live)} still live; "
            "a chat can continue from a session once all of its contacts have ended"
        )


@define(slots=False, eq=False)
class CalledTooEarly(Refused):
    """The session ended so recently that its transcripts may not be there."""

    source_contact_id: ContactId
    ended: datetime
    now: datetime
    rule: ClassVar[RuleId] = RuleId("eligibility.early-call")

    def __str__(self) -> str:
        return (
            f"the session of the source {self.source_contact_id!r} ended at {self.ended.isoformat()} and it is "
            f"{self.now.isoformat()}; wait until 60 s after the end, when its transcripts are written"
        )


@define(slots=False, eq=False)
class CustomersDiffer(Refused):
    """Source and target name different customers."""

    source_contact_id: ContactId
    source_customer_id: str
    target_contact_id: ContactId
    target_customer_id: str
    rule: ClassVar[RuleId] = RuleId("eligibility.customer-mismatch")

    def __str__(self) -> str:
        return (
            f"the source {self.source_contact_id!r} names customer {self.source_customer_id!r} and the target "
            f"{self.target_contact_id!r} customer {self.target_customer_id!r}; continue a chat of the same customer"
        )


@define(slots=False, eq=False)
class NotInitialContact(Refused):
    """ENTIRE_PAST_SESSION was given a contact other than the initial contact."""

    source_contact_id: ContactId
    initial_contact_id: ContactId
    rule: ClassVar[RuleId] = RuleId("start.entire-given-another")

    def __str__(self) -> str:
        return (
            f"ENTIRE_PAST_SESSION takes the initial contact id of the past session, {self.initial_contact_id!r}, "
            f"not {self.source_contact_id!r}; FROM_SEGMENT takes any contact of it"
        )


@define(slots=False, eq=False)
class TooManyPastContacts(Refused):
    """More past contacts than Amazon Connect traverses."""

    start_contact_id: ContactId
    limit: int
    first_beyond: ContactId
    rule: ClassVar[RuleId] = RuleId("visibility.beyond-limit")

    def __str__(self) -> str:
        return (
            f"{self.first_beyond!r} is the first contact beyond Connect's {self.limit}-contact limit, counted back "
            f"from {self.start_contact_id!r}; continue from a shorter history"
        )


@define(slots=False, eq=False)
class TranscriptNotAvailable(Refused):
    """A past transcript cannot be shown."""

    contact_id: ContactId
    availability: str
    reason: RuleId
    rule: ClassVar[RuleId] = RuleId("visibility.transcript-unavailable")

    def __str__(self) -> str:
        return (
            f"the transcript of the past contact {self.contact_id!r} is {self.availability} ({self.reason}); "
            "restore it, or continue from a contact whose history is complete"
        )


@define(slots=False, eq=False)
class NothingShows(Refused):
    """No request shows what must be shown and hides the rest: ``contact_id`` stands in the way, by rule ``reason``."""

    contact_id: ContactId
    reason: RuleId
    problem: str

    @property
    def rule(self) -> RuleId:  # type: ignore[override]  # which rule stands in the way depends on the records
        """The rule that stands in the way."""
        return self.reason

    def __str__(self) -> str:
        return self.problem
