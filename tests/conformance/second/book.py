"""What a second implementation knows of contacts: who belongs to a session, which link counts, who is live."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Item = dict[str, Any]

_DECLARED = {  # by the service models; those that tell of a fault of the service, or of quotas, are left out
    "StartChatContact": ("InvalidRequestException", "InvalidParameterException", "ResourceNotFoundException"),
    "StopContact": (
        "InvalidRequestException",
        "InvalidParameterException",
        "ResourceNotFoundException",
        "ContactNotFoundException",
    ),
    "CreatePersistentContactAssociation": (
        "InvalidRequestException",
        "InvalidParameterException",
        "ResourceNotFoundException",
        "AccessDeniedException",
    ),
    "DescribeContact": ("ResourceNotFoundException", "InvalidRequestException", "InvalidParameterException"),
    "ListAssociatedContacts": ("ResourceNotFoundException", "InvalidRequestException", "InvalidParameterException"),
    "GetContactAttributes": ("ResourceNotFoundException", "InvalidRequestException"),
    "UpdateContactAttributes": ("ResourceNotFoundException", "InvalidRequestException", "InvalidParameterException"),
}
POLICIES = {
    "ended": ("SESSION", "SEGMENT"),
    "early_call": ("WARN", "REFUSE"),
    "customer_mismatch": ("WARN", "REFUSE"),
    "entire_source": ("INITIAL_ONLY", "ANY_OF_SESSION"),
    "most_recent": ("DISCONNECT", "INITIATION", "DEPTH"),
    "entire_view": ("SESSION", "ANCESTORS"),
    "link_scope": ("SESSION", "CONTACT"),
    "beyond_limit": ("TRUNCATE", "REFUSE"),
    "unavailable": ("GAP", "STOP", "REFUSE"),
}


class Refused(Exception):
    """What was asked is refused, with an error code of AWS's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Freedom:
    """What the rules leave open: each question is answered by the first of its answers, the default."""

    def pick(self, _question: str, *answers: Any) -> Any:
        return answers[0]

    def usually(self, question: str) -> bool:
        return bool(self.pick(question, *(True, False)))

    def seldom(self, question: str) -> bool:
        return bool(self.pick(question, *(False, True)))


class Dice(Freedom):
    """Each question is answered at random, anew each time; ``kept`` answers stay the same."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  no secret depends on it

    def pick(self, _question: str, *answers: Any) -> Any:
        return self._random.choice(answers)


@dataclass(eq=False)
class Contact:
    """One segment of a chat."""

    id: str
    initial: str
    begun: float
    previous: str | None = None
    related: str | None = None
    links: bool = False
    kind: str = "FROM_SEGMENT"
    ended: float = math.inf
    channel: str = "CHAT"
    method: str = "API"
    reason: str = ""
    customer: str | None = None
    available: bool = True
    attributes: dict[str, str] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)

    @property
    def is_live(self) -> bool:
        return self.ended == math.inf


class Book:
    """Contacts, sessions and links, the clock, and what is left open."""

    def __init__(self, freedom: Freedom | None = None, policy: Mapping[str, str] | None = None) -> None:
        self.freedom = freedom or Freedom()
        chosen = {name: self.freedom.pick(name, *readings) for name, readings in POLICIES.items()}
        self.policy = {**chosen, **(policy or {})}
        self.lag = self.freedom.pick("seconds until a past transcript is there", 0, 30, 60)
        self.contacts: dict[str, Contact] = {}
        self.operation = ""
        self._skew = 0.0

    # -------------------- time and refusals

    def now(self) -> float:
        return time.time() + self._skew

    def advance(self, seconds: float) -> None:
        self._skew += seconds

    def refuse(self, code: str, message: str) -> Refused:
        """Refuse with the code that is closest; any that the operation declares would do."""
        return Refused(self.freedom.pick("code", code, *_DECLARED.get(self.operation, ())), message)

    # -------------------- contacts of a session

    def contact(self, contact_id: str) -> Contact:
        if contact_id not in self.contacts:
            raise self.refuse("ResourceNotFoundException", "nobody knows this contact")
        return self.contacts[contact_id]

    def session(self, initial: str) -> list[Contact]:
        """Every contact whose initial contact is the same, in the order of their beginning."""
        mine = [each for each in self.contacts.values() if each.initial == initial]
        return sorted(mine, key=lambda each: (each.begun, self.depth(each), each.id))

    def chats(self, initial: str) -> list[Contact]:
        return [each for each in self.session(initial) if each.channel == "CHAT"]

    def current(self, initial: str) -> Contact:
        """Return the live chat contact that came last; where none is live, the one that ended last."""
        return max(self.chats(initial), key=lambda each: (each.ended, each.begun, self.depth(each), each.id))

    def predecessors(self, contact: Contact) -> list[Contact]:
        """The contact and those before it in its session, newest first."""
        chain = [contact]
        while (before := self.contacts.get(chain[-1].previous or "")) and before not in chain:
            chain.append(before)
        return chain

    def depth(self, contact: Contact) -> int:
        return len(self.predecessors(contact)) - 1

    def is_linear(self, initial: str) -> bool:
        """Whether the contacts of a session form one chain."""
        mine = self.session(initial)
        predecessors = [each.previous for each in mine]
        known = all(before is None or before in self.contacts for before in predecessors)
        return known and predecessors.count(None) == 1 and len(set(predecessors)) == len(predecessors)

    # -------------------- their end

    def has_ended(self, initial: str) -> bool:
        return not any(each.is_live for each in self.chats(initial))

    def end_of(self, initial: str) -> float:
        return max(each.ended for each in self.chats(initial))

    # -------------------- link and order

    def carrier(self, initial: str) -> Contact | None:
        """Return the contact that carries the link of its session."""
        return next((each for each in self.session(initial) if self.is_link(each)), None)

    def is_link(self, contact: Contact) -> bool:
        if not contact.links or contact.related is None:
            return False
        start = self.contacts.get(contact.related)
        return start is None or (start.channel == "CHAT" and start.initial != contact.initial)

    def recency(self, contact: Contact) -> tuple[Any, ...]:
        """Return what the most recent contact has the greatest of."""
        by = {"DISCONNECT": contact.ended, "INITIATION": contact.begun, "DEPTH": self.depth(contact)}
        first = self.policy["most_recent"]
        return (by[first], *(value for name, value in by.items() if name != first), contact.id)

    def newest_first(self, contacts: list[Contact]) -> list[Contact]:
        """Each contact before the one that it continues; where that leaves a choice, the most recent."""
        left, order = list(contacts), []
        while left:
            waited_for = {each.previous for each in left}
            free = [each for each in left if each.id not in waited_for]
            order.append(max(free, key=self.recency))
            left.remove(order[-1])
        return order


def written(moment: float) -> str:
    """A time as AWS writes it in transcripts."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read(moment: str | float) -> float:
    return moment if isinstance(moment, int | float) else datetime.fromisoformat(moment).timestamp()
