"""What records tell of a contact besides the contact: its attributes, and where its transcript lies.

This module finds the locations of chat recordings wherever AWS writes them. It does not read a transcript, and it does
not know what a contact says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from attrs import frozen

from rehydration.contacts import Contact
from rehydration.errors import UnreadableRecord
from rehydration.records import encodings, sources
from rehydration.records.fields import Fault

_IDS: Final = ("ContactId", "contact_id", "Id")
_RECORDINGS: Final = ("Recordings", "recordings", "Recording")
_KINDS: Final = ("MediaStreamType", "media_stream_type", "Type", "recording_type")
_LOCATIONS: Final = ("Location", "location", "recording_location")


@frozen
class ContactDetails:
    """One contact with its attributes, and where its chat transcript lies: addresses in S3 as the record tells them."""

    contact: Contact
    attributes: Mapping[str, str]
    locations: tuple[str, ...]


def read_contact_details(source: object, *, related_as_link: bool = True) -> Iterator[ContactDetails]:
    """Read contacts as :func:`rehydration.read_contacts` does, each with its attributes and locations.

    >>> chat = {"MediaStreamType": "CHAT", "Status": "AVAILABLE", "Location": "bucket/chat/C2_20260504T09:08_UTC.json"}
    >>> next(read_contact_details({"ContactId": "C2", "Recordings": [chat]})).locations
    ('bucket/chat/C2_20260504T09:08_UTC.json',)

    :raises UnreadableRecord: something cannot be read.
    :raises InvalidArgument: ``source`` is no source of records.

    Source: https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html
    """
    for origin, number, record in sources.records(source):
        try:
            for members, attributes in encodings.members_with_attributes_of(record):
                contact = Contact(related_is_link=related_as_link, **members)  # type: ignore[arg-type]  # checked by the readers
                yield ContactDetails(contact, attributes, tuple(_locations(record, contact.contact_id)))
        except Fault as fault:
            raise UnreadableRecord(origin, number, fault.path, fault.problem, fault.expected) from None


def _locations(value: object, contact_id: str) -> Iterator[str]:
    """Find the locations of a contact's chat transcripts, wherever in a record its recordings are."""
    if isinstance(value, list | tuple):
        for each in value:
            yield from _locations(each, contact_id)
    elif isinstance(value, Mapping):
        if any(value.get(name) == contact_id for name in _IDS):
            yield from dict.fromkeys(_of_recordings([value, *_recordings(value)]))
        else:
            yield from _locations([each for each in value.values() if not isinstance(each, str)], contact_id)


def _recordings(record: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    for name in _RECORDINGS:
        held = record.get(name)
        for each in held if isinstance(held, list | tuple) else (held,):
            if isinstance(each, Mapping):
                yield each


def _of_recordings(recordings: Iterable[Mapping[str, object]]) -> Iterator[str]:
    for each in recordings:
        location = next((each[name] for name in _LOCATIONS if each.get(name)), None)
        if isinstance(location, str) and any(each.get(name) == "CHAT" for name in _KINDS):
            yield location
