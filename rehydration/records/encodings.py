"""The encodings: one row for each way in which AWS writes a contact down.

Here belongs how an encoding is recognised and which module reads it, as data. An encoding is added by a module with a
reader and a row here. This module does not know where a record is from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple, NoReturn

from rehydration.records import contact_event, contact_record, data_lake, describe_contact, flow_event
from rehydration.records.fields import Attributes, Fault, Members, Record, shown


class Encoding(NamedTuple):
    """One way to write contacts down: ``member`` is what only this way has, ``name`` what it is called.

    ``read`` takes a record and its path, yields the keyword arguments of its contacts, and raises
    :class:`~rehydration.records.fields.Fault` with the path of what it cannot read. ``attributes`` does the same for
    the attributes of the same contacts, in the same order; by default AWS writes none.
    """

    member: str
    name: str
    read: Callable[[Record, str], Iterable[Members]]
    attributes: Callable[[Record, str], Iterable[Attributes]] = lambda _record, _path: ({},)


def _refuse_transcript(_record: Record, path: str) -> NoReturn:
    raise Fault(path, "is a chat transcript, which read_transcripts reads, not a record of a contact", EXPECTED)


TRANSCRIPT: Final = Encoding("Transcript", "a chat transcript", _refuse_transcript)

ENCODINGS: Final = (
    Encoding("eventType", "a contact event", contact_event.read_bare),
    Encoding("ContactId", "a contact record", contact_record.read, contact_record.attributes),
    Encoding("contact_id", "a row of the data lake", data_lake.read, data_lake.attributes),
    Encoding("Contact", "an answer of DescribeContact", describe_contact.read, describe_contact.attributes),
    Encoding(
        "Contacts", "an answer of SearchContacts", describe_contact.read_page, describe_contact.attributes_of_page
    ),
    Encoding("detail", "a contact event", contact_event.read),
    Encoding("Details", "a flow event", flow_event.read, flow_event.attributes),
    Encoding("Arn", "an answer of DescribeContact", describe_contact.read_bare, contact_record.attributes),
    Encoding("contactId", "a contact event", contact_event.read_bare),
)
"""In the order in which they are tried: a bare event may stray into ``ContactId``, the rest exclude one another."""


def expected_of(encodings: Iterable[Encoding]) -> str:
    """Say in words what a record may be: each name once, with what it is recognised by."""
    found: dict[str, list[str]] = {}
    for each in encodings:
        found.setdefault(each.name, []).append(each.member)
    return ", ".join(f"{name} (with {' or '.join(found[name])})" for name in found)


EXPECTED: Final = expected_of(ENCODINGS)

_TRIED: Final = (TRANSCRIPT, *ENCODINGS)


def members_of(record: object, encodings: Iterable[Encoding] = _TRIED) -> Iterable[Members]:
    """Make keyword arguments of :class:`~rehydration.contacts.Contact` of one record, for each contact in it.

    :raises Fault: the record is in no known encoding, or not of the form of its own.
    """
    return _encoding_of(record, encodings).read(record, "$")  # type: ignore[arg-type]  # it was recognised


def members_with_attributes_of(
    record: object, encodings: Iterable[Encoding] = _TRIED
) -> Iterator[tuple[Members, Attributes]]:
    """Make what :func:`members_of` makes, for each contact together with its attributes.

    :raises Fault: as :func:`members_of`, or attributes are no object of text to text.
    """
    attributes = _encoding_of(record, encodings).attributes
    return zip(members_of(record, encodings), attributes(record, "$"), strict=True)  # type: ignore[arg-type]


def _encoding_of(record: object, encodings: Iterable[Encoding]) -> Encoding:
    if not isinstance(record, Mapping):
        raise Fault("$", f"is {shown(record)}, not a record", EXPECTED)
    for encoding in encodings:
        if encoding.member in record and (encoding is not TRANSCRIPT or isinstance(record["Transcript"], list)):
            return encoding
    raise Fault("$", f"is in no known encoding; it has {_keys(record)}", EXPECTED)


def _keys(record: Record) -> str:
    found = [shown(key) for _, key in zip(range(5), record, strict=False)]
    return f"the members {', '.join(found)}" if found else "no members"
