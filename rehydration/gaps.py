"""What records leave out: contacts, previous contacts, ends, and members that no record tells.

This module states what is missing, as doubts. It does not know what a decision makes of that. The rules are
``identity.window`` and ``identity.end-untold``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from types import MappingProxyType
from typing import Final

from attrs import fields, frozen

from rehydration.contacts import Contact, PastContact
from rehydration.doubts import Doubt, DoubtKind
from rehydration.errors import InvalidArgument, shown
from rehydration.identifiers import ContactId

CONTINUING_METHODS: Final = frozenset({"TRANSFER", "QUEUE_TRANSFER", "DISCONNECT"})
"""The initiation methods of contacts that always have a previous contact."""

UNTOLD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "initial_contact_id": "initial contacts, so each contact is a session by itself",
        "previous_contact_id": "previous contacts, so no contact has a past within its session",
        "related_contact_id": "related contacts, so no session has a link",
        "channel": "channels, so every contact counts as a chat",
        "initiation_method": "how contacts began, so nobody can tell which of them are surveys",
        "initiation_timestamp": "when contacts began",
        "disconnect_timestamp": "when contacts ended, so every contact counts as live",
        "customer_id": "customers, so nobody can tell whose transcripts are shown",
    }
)
"""Member of a contact that an export may lack as a whole → what its records do not tell then."""


_ANY_TIME: Final = datetime.max.replace(tzinfo=UTC)
_FIRST_TIME: Final = datetime.min.replace(tzinfo=UTC)
_MEMBERS: Final = frozenset(each.name for each in fields(Contact))


def checked_untold(contacts: object, untold: Iterable[str] | None) -> frozenset[str]:
    """Check the names of members that no record tells; where none are given, those that the contacts know themselves.

    :raises InvalidArgument: one of them is not such a member.
    """
    if untold is None:
        untold = getattr(contacts, "untold", ())
    names = [*untold] if isinstance(untold, Iterable) and not isinstance(untold, str) else [untold]
    for each in names:
        if not isinstance(each, str) or each not in _MEMBERS:
            raise InvalidArgument("untold", each, f"names of members, such as {', '.join(UNTOLD)}")
    return frozenset(names)


def untold_member(name: str) -> Doubt:
    """State that no record of the export tells a member."""
    return Doubt(DoubtKind.RECORDS, (name,), f"the records do not tell {UNTOLD[name]}")


def no_record(contact_id: str) -> Doubt:
    """State that an id is not in the records. The contact may exist beyond what was exported."""
    return Doubt(DoubtKind.RECORDS, (contact_id,), f"no record of {shown(contact_id)}; the export may not reach it")


def gaps_at(contact: PastContact, untold: Collection[str] = (), *, end_is_told: bool = False) -> Iterator[Doubt]:
    """Say what the records leave out of one contact. Members that no record tells are left out here."""
    own = contact.contact_id
    if not isinstance(contact, Contact):
        sentence = f"no record of {own!r}, so nobody can tell what lies before it"
        yield Doubt(DoubtKind.RECORDS, (own,), sentence, lacks="record")
        return
    if "previous_contact_id" not in untold and lacks_previous(contact):
        sentence = f"the record of {own!r} does not tell its previous contact"
        yield Doubt(DoubtKind.RECORDS, (own,), sentence, lacks="previous contact")
    if contact.is_chat and not contact.has_ended and not end_is_told and "disconnect_timestamp" not in untold:
        yield end_untold(own)


def beginning_untold(contact_id: str) -> Doubt:
    """State that no record tells when a contact began."""
    sentence = f"the record of {contact_id!r} does not tell when it began"
    return Doubt(DoubtKind.RECORDS, (contact_id,), sentence, lacks="beginning")


def channel_untold(contact_id: str) -> Doubt:
    """State that the record of a contact lacks its channel."""
    sentence = f"the record of {contact_id!r} does not tell its channel, so it counts as a chat"
    return Doubt(DoubtKind.RECORDS, (contact_id,), sentence, lacks="channel")


def customer_untold(contact_id: str) -> Doubt:
    """State that no record tells the customer of a source or target, although the other one names its own."""
    sentence = f"the record of {contact_id!r} does not tell its customer"
    return Doubt(DoubtKind.RECORDS, (contact_id,), sentence, lacks="customer")


def lacks_previous(contact: Contact) -> bool:
    """Tell whether a contact has a previous contact that its record does not tell."""
    if contact.previous_contact_id is not None:
        return False
    return not contact.is_first or contact.initiation_method in CONTINUING_METHODS


@frozen
class Unplaced:
    """An unknown contact that may be of any session, or carry a link to any, and until when others could name it.

    ``carriers`` continue from it, or are of its session, and can be linked until they end; ``related`` are related to
    it without a link, since they began. Where no record tells when that was, it is the last time that there is.
    """

    contact_id: ContactId
    carriers: tuple[Named, ...]
    related: tuple[Named, ...] = ()

    @property
    def named_by(self) -> tuple[Named, ...]:
        """All of them."""
        return (*self.carriers, *self.related)

    @property
    def latest(self) -> datetime:
        """The last time at which one of them could name it."""
        return max(until for _, until in self.named_by)


Named = tuple[ContactId, datetime]
"""A contact that names another, and until when it could."""


def linking(contacts: Iterable[PastContact]) -> tuple[Named, ...]:
    """Tell until when known contacts could be linked to an unknown one: a live chat can be."""
    known = (each for each in contacts if isinstance(each, Contact))
    return tuple(sorted((each.contact_id, each.disconnect_timestamp or _ANY_TIME) for each in known))


def unplaced(unknown: Collection[ContactId], known: Iterable[tuple[Contact, bool]]) -> tuple[Unplaced, ...]:
    """Tell of unknown contacts which known ones are related to them, apart from those that carry a link."""
    linked: dict[ContactId | None, list[Contact]] = {each: [] for each in unknown}
    related: dict[ContactId | None, list[Contact]] = {each: [] for each in unknown}
    for contact, carries_link in known:
        if contact.related_contact_id in linked:
            (linked if carries_link else related)[contact.related_contact_id].append(contact)
    began = {
        own: tuple(sorted((each.contact_id, each.initiation_timestamp or _ANY_TIME) for each in some))
        for own, some in related.items()
    }
    return in_order_of_links(Unplaced(each, linking(linked[each]), began[each]) for each in unknown)


def in_order_of_links(unknown: Iterable[Unplaced]) -> tuple[Unplaced, ...]:
    """Order unknown contacts by the last time at which one could name them; those that none names are left out."""
    return tuple(sorted((each for each in unknown if each.named_by), key=lambda each: (each.latest, each.contact_id)))


def since(begun: datetime | None, unknown: Sequence[Unplaced]) -> Sequence[Unplaced]:
    """Leave out, of unknown contacts in order, those of which all is told to have been earlier."""
    return unknown[bisect_left(unknown, begun or _FIRST_TIME, key=attrgetter("latest")) :]


def many_unplaced(number: int, example: str, *, are_linked: bool) -> Doubt:
    """State that many unknown contacts may be of a session that counts as a whole."""
    named = "from which others continue" if are_linked else "to which others are related"
    sentence = f"no record of {number:,} contacts {named}, such as {example!r}"
    return Doubt(
        DoubtKind.RECORDS, (), f"{sentence}, so nobody can tell their sessions", lacks="session", number=number
    )


def no_session(contact_id: str, name: str, *, is_linked: bool) -> Doubt:
    """State that an unknown contact that another names may be of a session that counts as a whole."""
    named = f"from which {name!r} continues" if is_linked else f"to which {name!r} is related"
    sentence = f"no record of {contact_id!r}, {named}, so nobody can tell its session"
    return Doubt(DoubtKind.RECORDS, (contact_id,), sentence, lacks="session")


def no_link(contact_id: str) -> Doubt:
    """State that an unknown contact may carry a link."""
    sentence = f"no record of {contact_id!r}, so nobody can tell what its session continues from"
    return Doubt(DoubtKind.RECORDS, (contact_id,), sentence, lacks="link")


def many_unlinked(number: int, example: str) -> Doubt:
    """State that many unknown contacts may carry links."""
    sentence = f"no record of {number:,} contacts of sessions without a link, such as {example!r}"
    return Doubt(
        DoubtKind.RECORDS, (), f"{sentence}, so nobody can tell what these continue from", lacks="link", number=number
    )


def end_untold(contact_id: str) -> Doubt:
    """State that no record tells the end of a contact. It is live, or its end was lost or is late."""
    sentence = f"no record tells whether {contact_id!r} has ended"
    return Doubt(DoubtKind.RECORDS, (contact_id,), sentence, lacks="end")
