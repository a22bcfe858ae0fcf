"""The answer as a value: what a chat continues from, what is visible, and what there is to say of it.

This module holds the answer, and says when two answers show the same. It does not know how an answer is decided.
"""

from __future__ import annotations

from attrs import frozen

from rehydration.contacts import Contact, PastContact
from rehydration.errors import InvalidArgument, RuleForbids
from rehydration.identifiers import ContactId, RuleId
from rehydration.notebook import ShowsItself
from rehydration.transcripts import Availability


@frozen
class RuleWarning:
    """Something to know about an answer: the rule, one sentence, and the contacts concerned."""

    rule: RuleId
    message: str
    contact_ids: tuple[ContactId, ...] = ()


@frozen
class Unavailability:
    """Why the transcript of a contact is not available, and the rule that says so."""

    contact_id: ContactId
    availability: Availability
    rule: RuleId


@frozen(kw_only=True, slots=False)  # without slots it takes half the time to make
class Rehydration(ShowsItself):
    """An answer: what a new chat continues from, and what is visible in it.

    An answer is a plain value: frozen, hashable, comparable and picklable. It stays as it is when the graph grows.

    - ``rehydration_type`` and ``source_contact_id``: those of the request. For a chat that is already linked, the type
      of its link, or None if no record gives it, and None.
    - ``target_contact_id``: the new chat, or None if the request named none.
    - ``continued_from_contact_id``: the start contact. An answer to a request always has one. It is None only for a
      chat without a link.
    - ``visible``: the past contacts, newest first. They are known contacts, and unknown ones that the walk met.
    - ``unavailable``: the contacts whose transcript is not available, each with the reason. ``visible`` lists them too,
      except ``stopped_at``.
    - ``stopped_at``: the contact before which the walk stopped because its transcript is lost and the policy says STOP.
    - ``beyond_limit``: the past contacts after the hundredth, newest first.
    - ``incomplete``: whether the walk ended at an unknown contact, so that there may be more past contacts.
    - ``warnings``: what to know about the answer.
    - ``rules``: the rules applied, in order. :func:`rehydration.rule` looks a rule up.
    - ``consulted``: the fields of :class:`Policy` that the decision consulted. No other field can change this answer.
    - ``customer_id``: the customer of the new chat, or of the source if the request names no target. None if no record
      names one. It decides nothing: :attr:`other_customers` compares it with each visible contact.
    """

    rehydration_type: str | None
    source_contact_id: ContactId | None = None
    target_contact_id: ContactId | None = None
    continued_from_contact_id: ContactId | None = None
    visible: tuple[PastContact, ...] = ()
    unavailable: tuple[Unavailability, ...] = ()
    stopped_at: ContactId | None = None
    beyond_limit: tuple[ContactId, ...] = ()
    incomplete: bool = False
    warnings: tuple[RuleWarning, ...] = ()
    rules: tuple[RuleId, ...] = ()
    consulted: tuple[str, ...] = ()
    customer_id: str | None = None

    @property
    def readable(self) -> tuple[ContactId, ...]:
        """Ids of the visible contacts whose transcript is readable, now or once it is written."""
        return self._without({each.contact_id for each in self.unavailable if not each.availability.is_readable})

    @property
    def not_lost(self) -> tuple[ContactId, ...]:
        """Ids of the visible contacts whose transcript is not known to be lost, including unknown contacts."""
        return self._without({each.contact_id for each in self.unavailable if each.availability.is_lost})

    def _without(self, lost: set[ContactId]) -> tuple[ContactId, ...]:
        listed = [each.contact_id for each in self.visible]
        return tuple([each for each in listed if each not in lost] if lost else listed)

    @property
    def other_customers(self) -> tuple[Contact, ...]:
        """The visible contacts of another customer than :attr:`owner`, newest first."""
        owner = self.owner
        known = () if owner is None else [each for each in self.visible if isinstance(each, Contact)]
        return tuple([each for each in known if each.customer_id != owner and each.customer_id is not None])

    @property
    def untold_customers(self) -> tuple[ContactId, ...]:
        """Those of an answer that names customers of which nothing tells the customer: the chat, then visible contacts.

        They may be of another customer. A contact is of the customer that visible contacts of its session name. The
        chat is the target of a request, or one that is linked already.
        """
        told = [each for each in self.visible if isinstance(each, Contact) and each.customer_id is not None]
        if self.customer_id is None and not told:
            return ()
        chat = () if self.customer_id is not None or self.target_contact_id is None else (self.target_contact_id,)
        if len(told) == len(self.visible):
            return chat
        sessions = {each.initial_contact_id or each.contact_id for each in told}
        untold = [each for each in self.visible if (each.initial_contact_id or each.contact_id) not in sessions]
        return (*chat, *(each.contact_id for each in untold))

    @property
    def owner(self) -> str | None:
        """The customer that contacts are compared with (rule ``eligibility.no-ownership-check``).

        It is the customer of the new chat, or else that of the newest visible contact that names one.
        """
        if self.customer_id is not None:
            return self.customer_id
        named = (each.customer_id for each in self.visible if isinstance(each, Contact))
        return next((each for each in named if each is not None), None)

    def is_of_another_customer(self, contact: PastContact) -> bool:
        """Tell whether a contact and :attr:`owner` are of two customers. A contact that names none is of no other."""
        return isinstance(contact, Contact) and _differ(contact, self.owner)

    def availability(self, contact_id: str) -> Availability:
        """Give the availability of the transcript of a contact in this answer.

        :raises InvalidArgument: the answer does not list the contact, and did not stop before it.
        """
        for reason in self.unavailable:
            if reason.contact_id == contact_id:
                return reason.availability
        if not any(each.contact_id == contact_id for each in self.visible):
            raise InvalidArgument("contact_id", contact_id, "a contact that the answer lists")
        return Availability.AVAILABLE


def _differ(contact: Contact, owner: str | None) -> bool:
    return None not in (contact.customer_id, owner) and contact.customer_id != owner


def what_is_seen(answer: Rehydration | RuleForbids) -> object:
    """Give what distinguishes one answer from another: what is seen, not what is said of it (decision 27)."""
    if isinstance(answer, RuleForbids):
        return answer.rule
    reasons = {each.contact_id: each.availability for each in answer.unavailable}
    listed = tuple([each.contact_id for each in answer.visible])
    told = tuple([reasons.get(each) for each in listed]) if reasons else ()
    return (answer.continued_from_contact_id, listed, told, answer.beyond_limit, answer.incomplete)
