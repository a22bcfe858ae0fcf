"""What records tell of a contact besides the contact: its attributes, and where its transcript lies.

This module finds the locations of chat recordings wherever AWS writes them. It does not read a transcript, and it does
not know what a contact says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from rehydration.contacts import Contact
from rehydration.records.fields import CHAT
from rehydration.records.members import CONTACT_ID
from rehydration.records.spellings import spelling_of


@frozen
class ContactDetails:
    """One contact with its attributes, and where its chat transcript lies: addresses in S3 as the record tells them."""

    contact: Contact
    attributes: Mapping[str, str]
    locations: tuple[str, ...]


def locations_of(record: object, contact_id: str) -> tuple[str, ...]:
    """Give the locations of a contact's chat transcripts, each once."""
    return tuple(dict.fromkeys(_locations(record, contact_id)))


def _locations(value: object, contact_id: str) -> Iterator[str]:
    """Find the locations of a contact's chat transcripts, wherever in a record its recordings are."""
    if isinstance(value, list | tuple):
        for each in value:
            yield from _locations(each, contact_id)
    elif isinstance(value, Mapping):
        spelling = spelling_of(tuple(value))
        if value.get(spelling.names.get(CONTACT_ID)) == contact_id:
            for kind, _, location in spelling.recordings(value, "$"):
                if kind == CHAT and location is not None:
                    yield location
        else:
            yield from _locations([each for each in value.values() if not isinstance(each, str)], contact_id)
