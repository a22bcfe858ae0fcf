"""What records tell of a contact besides the contact: its attributes, and where its transcript lies.

This module finds segment attributes and the locations of chat recordings wherever AWS writes them. It does not read a
transcript, and it does not know what a contact says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from attrs import frozen

from rehydration.contacts import Contact, disagreement
from rehydration.doubts import Doubt
from rehydration.records.fields import CHAT, SegmentAttributes, bare
from rehydration.records.members import CONTACT_ID
from rehydration.records.spellings import spelling_of

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


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


class LatestAttributes:
    """The attributes of contacts that come with several records: those of the latest that has any.

    Of records of one time, or of none, the greatest value counts; ``disagreements`` say so.

    >>> latest = LatestAttributes()
    >>> for cid in ("Ana", "Bo"):
    ...     latest.note(ContactDetails(Contact(contact_id="C1"), {"cid": cid}, (), {}))
    >>> latest.of("C1"), len(latest.disagreements)
    ({'cid': 'Bo'}, 1)
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._told: dict[str, tuple[datetime, dict[str, set[str]]]] = {}

    def note(self, details: ContactDetails) -> None:
        """Note what a record tells."""
        own, updated = details.contact.contact_id, details.contact.last_update_timestamp or _NEVER
        if not details.attributes or updated < self._told.get(own, (_NEVER,))[0]:
            return
        if own not in self._told or updated > self._told[own][0]:
            self._told[own] = updated, {}
        for name, value in details.attributes.items():
            self._told[own][1].setdefault(name, set()).add(value)

    def of(self, contact_id: str) -> dict[str, str]:
        """Give the attributes of a contact."""
        return {name: max(values) for name, values in self._told.get(contact_id, (_NEVER, {}))[1].items()}

    @property
    def disagreements(self) -> tuple[Doubt, ...]:
        """Where records of one contact tell several values, and no time tells which is the latest: what was taken."""
        return tuple(
            disagreement(contact_id, f"the attribute {name}", *sorted(values, reverse=True))
            for contact_id, (_, told) in self._told.items()
            for name, values in told.items()
            if len(values) > 1
        )


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
