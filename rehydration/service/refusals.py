"""What the service refuses by itself, besides what the engine refuses.

Here are the faults that only operations can have: parameters, page tokens and client tokens, instances. They are
refusals like those of :mod:`rehydration.errors`, each with its evidence, its sentence and its rule. Which code and
status an operation answers with is known to :mod:`rehydration.service.faults`.
"""

from __future__ import annotations

from typing import ClassVar

from attrs import define

from rehydration.errors import Malformed, NotFound, Refused, RehydrationError, RuleForbids, quoted_id
from rehydration.identifiers import ContactId, RuleId


@define(slots=False, eq=False)
class ParametersMalformed(Malformed):
    """The service model forbids these parameters. ``problems`` lists every problem and where it is."""

    operation: str
    problems: tuple[str, ...]
    rule: ClassVar[RuleId] = RuleId("protocol.declared-errors")

    def __str__(self) -> str:
        more = f" (and {len(self.problems) - 8} more)" if len(self.problems) > 8 else ""
        text = f"{self.operation}: {'; '.join(self.problems[:8])}{more}"
        return text.encode("utf-8", "backslashreplace").decode()


@define(slots=False, eq=False)
class AnswerMalformed(RehydrationError):
    """The service model forbids an answer of the service. This is a defect of this library."""

    operation: str
    problems: tuple[str, ...]

    def __str__(self) -> str:
        return f"the answer of {self.operation} is not what its model says: {'; '.join(self.problems)}"


@define(slots=False, eq=False)
class PageTokenInvalid(Malformed):
    """The page token does not belong to this connection or this listing."""

    operation: str
    rule: ClassVar[RuleId] = RuleId("paging.past-by-token")

    def __str__(self) -> str:
        return f"{self.operation}: NextToken is not valid; send the one of the last answer, over the same connection"


@define(slots=False, eq=False)
class AttachmentNotThere(Malformed):
    """The attachment was not uploaded by this participant, or no transcript that the chat shows has it."""

    attachment_id: str
    problem: str
    rule: ClassVar[RuleId] = RuleId("paging.past-attachments")

    def __str__(self) -> str:
        return f"the attachment {quoted_id(self.attachment_id)} {self.problem}"


@define(slots=False, eq=False)
class AttachmentNotTaken(Malformed):
    """A chat takes no file of this extension, content type or size."""

    member: str
    value: str
    expected: str
    rule: ClassVar[RuleId] = RuleId("protocol.attachment-types")

    def __str__(self) -> str:
        return f"{self.member} is {quoted_id(self.value)}: expected {self.expected}"


@define(slots=False, eq=False)
class InstanceNotFound(NotFound):
    """The request names another instance."""

    instance_id: str
    rule: ClassVar[RuleId] = RuleId("identity.one-instance")

    def __str__(self) -> str:
        return f"there is no instance {quoted_id(self.instance_id)}"


@define(slots=False, eq=False)
class TokenNotAccepted(RuleForbids):
    """A participant or connection token is forged, foreign, expired or of an ended chat. It does not say which."""

    rule: ClassVar[RuleId] = RuleId("paging.token-lifetime")

    def __str__(self) -> str:
        return "access denied"


@define(slots=False, eq=False)
class RelatedAndPersistent(Refused):
    """One request relates a new chat in two ways."""

    operation: str
    rule: ClassVar[RuleId] = RuleId("eligibility.related-excludes-persistent")

    def __str__(self) -> str:
        return f"{self.operation}: RelatedContactId and PersistentChat exclude each other; give one of the two"


@define(slots=False, eq=False)
class ClientTokenReused(Refused):
    """A client token was used before, with other parameters."""

    operation: str
    rule: ClassVar[RuleId] = RuleId("protocol.token-reuse")

    def __str__(self) -> str:
        return f"{self.operation}: the ClientToken was used with other parameters; a new request needs a new token"


@define(slots=False, eq=False)
class ContactHasEnded(Refused):
    """The operation needs a live contact, and the contact has ended."""

    contact_id: ContactId
    rule: ClassVar[RuleId] = RuleId("identity.disconnect-is-per-segment")

    def __str__(self) -> str:
        return f"the contact {self.contact_id!r} has ended"


@define(slots=False, eq=False)
class NoChat(Refused):
    """The operation needs a chat, and the contact is of another channel."""

    contact_id: ContactId
    rule: ClassVar[RuleId] = RuleId("eligibility.target-is-chat")

    def __str__(self) -> str:
        return f"the contact {self.contact_id!r} is not a chat"
