"""What records tell of a contact besides the contact: its attributes, and where its transcript lies.

This module finds the locations of chat recordings wherever AWS writes them. It does not read a transcript, and it does
not know what a contact says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from attrs import frozen

from rehydration.contacts import Contact

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


def locations_of(record: object, contact_id: str) -> tuple[str, ...]:
    """Give the locations of a contact's chat transcripts, each once."""
    return tuple(dict.fromkeys(_locations(record, contact_id)))


def _locations(value: object, contact_id: str) -> Iterator[str]:
    """Find the locations of a contact's chat transcripts, wherever in a record its recordings are."""
    if isinstance(value, list | tuple):
        for each in value:
            yield from _locations(each, contact_id)
    elif isinstance(value, Mapping):
        if any(value.get(name) == contact_id for name in _IDS):
            yield from _of_recordings([value, *_recordings(value)])
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
