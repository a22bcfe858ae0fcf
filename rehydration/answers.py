"""The answer as a value: what a chat continues from, what is visible, and all that is to be said of it.

Here belongs what an answer holds, and what makes it another one. How it was decided is not known here.
"""

from __future__ import annotations

from attrs import frozen

from rehydration.contacts import PastContact
from rehydration.errors import InvalidArgument, RuleForbids
from rehydration.identifiers import ContactId, RuleId
from rehydration.notebook import ShowsItself
from rehydration.transcripts import Availability


@frozen
class RuleWarning:
    """Something to know about an answer: the rule, one sentence, and the contacts that it is about."""

    rule: RuleId
    message: str
    contact_ids: tuple[ContactId, ...] = ()


@frozen
class Unavailability:
    """Why the transcript of a contact cannot be read."""

    contact_id: ContactId
    availability: Availability
    rule: RuleId


@frozen(kw_only=True, slots=False)  # without slots it is made in half the time
class Rehydration(ShowsItself):
    """An answer: what a new chat continues from and what is visible in it.

    ``visible`` lists the past contacts, newest first: known ones, and the unknown ones that the walk ended at.
    ``unavailable`` tells whose transcript cannot be read and why; those contacts are listed all the same, but for
    ``stopped_at``, before which the walk stopped where the policy says so. ``beyond_limit`` lists the past contacts
    that come after the hundredth, newest first. ``incomplete`` says that the walk ended at an unknown contact, so that
    there may be more.

    ``rules`` are the rules applied, in the order in which they were; look them up with :func:`rehydration.rule`.
    ``consulted`` are the fields of :class:`Policy` that were consulted: no other field can change this answer.

    ``rehydration_type`` and ``source_contact_id`` are those of the request, or, for a chat that is linked already, the
    type of its link where it is known and None. ``continued_from_contact_id`` is None where there is no link.
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

    @property
    def readable(self) -> tuple[ContactId, ...]:
        """Identifiers of the visible contacts whose transcript can be read, now or once it is written."""
        lost = {each.contact_id for each in self.unavailable if not each.availability.is_readable}
        return tuple(each.contact_id for each in self.visible if each.contact_id not in lost)

    @property
    def not_lost(self) -> tuple[ContactId, ...]:
        """Identifiers of the visible contacts whose transcript is not known to be lost, unknown contacts included."""
        lost = {each.contact_id for each in self.unavailable if each.availability.is_lost}
        return tuple(each.contact_id for each in self.visible if each.contact_id not in lost)

    def availability(self, contact_id: str) -> Availability:
        """Tell whether the transcript of a listed contact can be read.

        :raises InvalidArgument: the answer neither lists the contact nor stopped before it.
        """
        for reason in self.unavailable:
            if reason.contact_id == contact_id:
                return reason.availability
        if not any(each.contact_id == contact_id for each in self.visible):
            raise InvalidArgument("contact_id", contact_id, "a contact that the answer lists")
        return Availability.AVAILABLE


def what_is_seen(answer: Rehydration | RuleForbids) -> object:
    """Give what makes an answer another one: what is seen, not what is said of it (decision 27)."""
    if isinstance(answer, RuleForbids):
        return (type(answer), answer.rule)
    reasons = {each.contact_id: each.availability for each in answer.unavailable}
    listed = tuple((each.contact_id, reasons.get(each.contact_id)) for each in answer.visible)
    return (answer.continued_from_contact_id, listed, answer.beyond_limit, answer.incomplete)
