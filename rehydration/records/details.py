"""What records tell of a contact besides the contact: its attributes, and where its transcript lies.

This module finds segment attributes and the locations of chat recordings wherever AWS writes them. It does not read a
transcript, and it does not know what a contact says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from rehydration.contacts import Contact
from rehydration.records.fields import CHAT, SegmentAttributes, bare
from rehydration.records.members import CONTACT_ID
from rehydration.records.spellings import spelling_of


@frozen
class ContactDetails:
    """One contact with its attributes, and where its chat transcript lies: addresses in S3 as the record tells them.

    ``segment_attributes`` are those of the contact alone, each with its value as the API spells it:
    ``{"connect:Subtype": {"ValueString": "connect:Chat"}}``. They are read of JSON.
    """

    contact: Contact
    attributes: Mapping[str, str]
    locations: tuple[str, ...]
    segment_attributes: SegmentAttributes


def details_of(record: object, contact: Contact, attributes: Mapping[str, str]) -> ContactDetails:
    """Find what a record, which may hold several contacts, tells of one besides its attributes.

    :raises Fault: segment attributes are of another form.
    """
    locations: dict[str, None] = {}
    segment: SegmentAttributes = {}
    for held, path in _holding(record, contact.contact_id, "$"):
        spelling = spelling_of(tuple(held))
        segment = spelling.segment_attributes(held, path)
        for kind, _, location in spelling.recordings([*held.values()], path):
            if kind == CHAT and location is not None:
                locations[location] = None
    return ContactDetails(contact, attributes, tuple(locations), segment)


def _holding(value: object, contact_id: str, path: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Find what a record tells of a contact, wherever in the record that is, and its path."""
    if isinstance(value, list | tuple):
        for place, each in enumerate(value):
            yield from _holding(each, contact_id, f"{path}[{place}]")
    elif isinstance(value, Mapping):
        own = value.get(spelling_of(tuple(value)).names.get(CONTACT_ID))
        if isinstance(own, str) and bare(own) == bare(contact_id):
            yield value, path
        else:
            for name, each in value.items():
                if not isinstance(each, str):
                    yield from _holding(each, contact_id, f"{path}.{name}")
