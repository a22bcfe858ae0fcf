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


def _one_in(name: str, missing: str, *outer: str) -> Callable[[Record, str], tuple[Record, str, str]]:
    def found(record: Record, path: str) -> tuple[Record, str, str]:
        for each in (*outer, name):
            spelt = fields.spelt(record, each)
            record, path = fields.an_object(record, spelt, path), f"{path}.{spelt}"
        return record, path, missing

    return found


_DESCRIBED: Final = _one_in("Contact", "Id")
_FLOW_DATA: Final = _one_in("ContactData", pascal(CONTACT_ID), "Details")


def _read_described(record: Record, path: str) -> tuple[Members]:
    contact, where, missing = _DESCRIBED(record, path)
    return (members_in(contact, where, missing),)


def _attributes_described(record: Record, path: str) -> tuple[Attributes]:
    return _attributes(*_DESCRIBED(record, path)[:2])


def _read_flow_event(record: Record, path: str) -> tuple[Members]:
    contact, where, missing = _FLOW_DATA(record, path)
    return (members_in(contact, where, missing) | {"is_event": True},)


def _attributes_of_flow(record: Record, path: str) -> tuple[Attributes]:
    return _attributes(*_FLOW_DATA(record, path)[:2])


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


def _in_list(name: str, missing: str) -> Callable[[Record, str], Iterator[Members]]:
    def read(record: Record, path: str) -> Iterator[Members]:
        for each, where in fields.objects(record, fields.spelt(record, name), path):
            yield members_in(each, where, missing)

    return read


def _attributes_in_list(name: str) -> Callable[[Record, str], Iterator[Attributes]]:
    def read(record: Record, path: str) -> Iterator[Attributes]:
        for each, where in fields.objects(record, fields.spelt(record, name), path):
            yield from _attributes(each, where)

    return read


ENCODINGS: Final = (
    Encoding(camel(EVENT_TYPE), "a contact event", Bare(camel(CONTACT_ID)), tells=_OF_EVENTS),
    Encoding(pascal(CONTACT_ID), "a contact record", Bare(pascal(CONTACT_ID)), _attributes),
    Encoding(CONTACT_ID, "a row of the data lake", Bare(CONTACT_ID), _attributes),
    Encoding("Contact", "an answer of DescribeContact", _read_described, _attributes_described, _EVERYTHING),
    Encoding(
        "Contacts",
        "an answer of SearchContacts",
        _in_list("Contacts", "Id"),
        _attributes_in_list("Contacts"),
        _SEARCHED,
    ),
    Encoding(
        "ContactSummaryList",
        "an answer of ListAssociatedContacts",
        _in_list("ContactSummaryList", pascal(CONTACT_ID)),
        _attributes_in_list("ContactSummaryList"),
        _LISTED,
    ),
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
