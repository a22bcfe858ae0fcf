"""The encodings: one row for each way in which AWS writes a contact down.

Here belongs how an encoding is recognised and read, as data. An encoding is added by a row, here or by a caller, with a
function that reads it. How members are spelt is the same in all encodings of AWS, and known to ``members``. This module
does not know where a record is from.

Sources: https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html,
https://docs.aws.amazon.com/connect/latest/adminguide/contact-events.html,
https://docs.aws.amazon.com/connect/latest/adminguide/connect-lambda-functions.html,
https://docs.aws.amazon.com/connect/latest/APIReference/API_Contact.html,
https://docs.aws.amazon.com/connect/latest/APIReference/API_ContactSearchSummary.html and
https://docs.aws.amazon.com/connect/latest/APIReference/API_AssociatedContactSummary.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from attrs import frozen

from rehydration.records import fields
from rehydration.records.fields import Attributes, Members, Record
from rehydration.records.members import CONTACT_ID, EVENT_TYPE, MEMBERS, camel, pascal
from rehydration.records.spellings import DISCONNECTED, Spelling, spelling_of

_EVERYTHING: Final = frozenset({*MEMBERS, "instance_id", "transcript"})
_SEARCHED: Final = _EVERYTHING - {
    "related_contact_id",
    "contact_association_id",
    "last_update_timestamp",
    "customer_id",
    "transcript",
}
_LISTED: Final = (_SEARCHED | {"related_contact_id"}) - {"transcript"}
_OF_EVENTS: Final = _EVERYTHING - {"customer_id", "transcript"}
_OF_FLOWS: Final = _EVERYTHING - {
    "initiation_timestamp",
    "disconnect_timestamp",
    "last_update_timestamp",
    "contact_association_id",
    "transcript",
}


class Encoding(NamedTuple):
    """One way to write contacts down: ``member`` is what only this way has, ``name`` what it is called.

    ``read`` takes a record and its path, yields the keyword arguments of its contacts, and raises
    :class:`~rehydration.records.fields.Fault` with the path of what it cannot read. ``attributes`` does the same for
    the attributes of the same contacts, in the same order; by default AWS writes none. ``tells`` names the attributes
    of a contact that this way tells even where it leaves a member out, which then is null; without it, only members
    that are there tell anything.
    """

    member: str
    name: str
    read: Callable[[Record, str], Iterable[Members]]
    attributes: Callable[[Record, str], Iterable[Attributes]] = lambda _record, _path: ({},)
    tells: frozenset[str] = frozenset()


# --------------------------------------------------------------------------------------------------------- one contact


def spelling_in(record: Record) -> Spelling:
    """Find how a record spells a contact; a row of a table is known by its type."""
    return spelling_of(tuple(record), isinstance(record, fields.Row))


def members_in(record: Record, path: str, missing: str) -> Members:
    """Read the contact whose members stand in a record; ``missing`` is how its id would be spelt if it had one.

    :raises Fault: it cannot be read.
    """
    return spelling_in(record).members([*record.values()], path, missing)


@frozen
class Bare:
    """Reads a contact whose members stand in the record itself; events know when a contact ended.

    ``missing`` is how its id would be spelt if it had one.
    """

    missing: str

    def __call__(self, record: Record, path: str) -> tuple[Members]:
        """Read the contact."""
        return (members_in(record, path, self.missing),)


def _attributes(record: Record, path: str) -> tuple[Attributes]:
    return (spelling_in(record).attributes(record, path),)


# ---------------------------------------------------------------------------------------------------- answers, events


@frozen
class Within:
    """Reads contacts that lie in a member of an answer: one, or a list of them.

    ``missing`` is how the id of one would be spelt if it had one.
    """

    member: str
    missing: str
    is_list: bool

    def __call__(self, record: Record, path: str) -> Iterator[Members]:
        """Read the contacts."""
        for each, where in self.contacts(record, path):
            yield members_in(each, where, self.missing)

    def contacts(self, record: Record, path: str) -> Iterator[tuple[Record, str]]:
        """Yield the contacts as they are written, each with its path."""
        spelt = fields.spelt(record, self.member)
        if self.is_list:
            yield from fields.objects(record, spelt, path)
        else:
            yield fields.an_object(record, spelt, path), f"{path}.{spelt}"

    def attributes(self, record: Record, path: str) -> Iterator[Attributes]:
        """Read the attributes of each contact."""
        for each, where in self.contacts(record, path):
            yield from _attributes(each, where)


_DESCRIBED: Final = Within("Contact", "Id", is_list=False)
_FOUND: Final = Within("Contacts", "Id", is_list=True)
_ASSOCIATED: Final = Within("ContactSummaryList", pascal(CONTACT_ID), is_list=True)
_FLOW_DATA: Final = Within("ContactData", pascal(CONTACT_ID), is_list=False)


def _read_flow_event(record: Record, path: str) -> Iterator[Members]:
    for members in _FLOW_DATA(*_flow_details(record, path)):
        yield members | {"is_event": True}


def _attributes_of_flow(record: Record, path: str) -> Iterator[Attributes]:
    return _FLOW_DATA.attributes(*_flow_details(record, path))


def _flow_details(record: Record, path: str) -> tuple[Record, str]:
    spelt = fields.spelt(record, "Details")
    return fields.an_object(record, spelt, path), f"{path}.{spelt}"


def _read_event(record: Record, path: str) -> tuple[Members]:
    """Read an event in its EventBridge envelope, which says when it was sent (rule ``identity.fold``)."""
    sent = fields.time(record, fields.spelt(record, "time"), path)
    spelt = fields.spelt(record, "detail")
    detail, where = fields.an_object(record, spelt, path), f"{path}.{spelt}"
    members = members_in(detail, where, camel(CONTACT_ID))
    has_end = members.get("disconnect_timestamp") is not None
    if not has_end and spelling_in(detail).event_type([*detail.values()], where) == DISCONNECTED:
        members["disconnect_timestamp"] = sent
    return (members | {"last_update_timestamp": sent, "is_event": True},)


ENCODINGS: Final = (
    Encoding(camel(EVENT_TYPE), "a contact event", Bare(camel(CONTACT_ID)), tells=_OF_EVENTS),
    Encoding(pascal(CONTACT_ID), "a contact record", Bare(pascal(CONTACT_ID)), _attributes),
    Encoding(CONTACT_ID, "a row of the data lake", Bare(CONTACT_ID), _attributes),
    Encoding("Contact", "an answer of DescribeContact", _DESCRIBED, _DESCRIBED.attributes, _EVERYTHING),
    Encoding("Contacts", "an answer of SearchContacts", _FOUND, _FOUND.attributes, _SEARCHED),
    Encoding("ContactSummaryList", "an answer of ListAssociatedContacts", _ASSOCIATED, _ASSOCIATED.attributes, _LISTED),
    Encoding("detail", "a contact event", _read_event, tells=_OF_EVENTS),
    Encoding("Details", "a flow event", _read_flow_event, _attributes_of_flow, _OF_FLOWS),
    Encoding("Arn", "an answer of DescribeContact", Bare("Id"), _attributes, _SEARCHED),
    Encoding(camel(CONTACT_ID), "a contact event", Bare(camel(CONTACT_ID))),
)
"""In the order in which they are tried: a bare event may stray into ``ContactId``, the rest exclude one another."""


def expected_of(encodings: Iterable[Encoding]) -> str:
    """Say in words what a record may be: each name once, with what it is recognised by."""
    found: dict[str, list[str]] = {}
    for each in encodings:
        found.setdefault(each.name, []).append(each.member)
    return ", ".join(f"{name} (with {' or '.join(found[name])})" for name in found)


EXPECTED: Final = expected_of(ENCODINGS)
