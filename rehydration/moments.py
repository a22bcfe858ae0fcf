"""Contacts as they were at an earlier time, as far as their records tell.

This module turns back single contacts. It knows neither sessions nor graphs. What no record dates stays as it is, and
:func:`undated` says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from rehydration.contacts import Contact, changed
from rehydration.identifiers import ContactId
from rehydration.transcripts import Availability


def contacts_as_of(contacts: Iterable[Contact], time: datetime) -> Iterator[Contact]:
    """Yield the contacts that had begun at a time. Those that ended later are live.

    A contact without a beginning in its record counts as begun. A link counts from the beginning of its carrier.
    """
    for contact in contacts:
        began, ended = contact.initiation_timestamp, contact.disconnect_timestamp
        if began is not None and began > time:
            continue
        yield contact if ended is None or ended <= time else changed(contact, disconnect_timestamp=None)


def ended_later(contacts: Iterable[Contact], time: datetime) -> Iterator[ContactId]:
    """Yield the contacts that had begun at a time and ended later: their records tell that they were live."""
    for contact in contacts:
        began, ended = contact.initiation_timestamp, contact.disconnect_timestamp
        if ended is not None and ended > time and (began is None or began <= time):
            yield contact.contact_id


def undated(contacts: Iterable[Contact], time: datetime) -> Iterator[tuple[ContactId, str]]:
    """Yield what the records do not tell of a time: the contact, and a sentence.

    ``contacts`` are as they are now, not as of the time. A link can be made at any time between the beginning of its
    carrier and its end.
    """
    for contact in contacts_as_of(contacts, time):
        own = contact.contact_id
        if contact.initiation_timestamp is None and contact.disconnect_timestamp is None:
            yield own, f"{own!r} may not have begun: its record tells no beginning"
        if contact.related_contact_id is not None and contact.related_is_link and contact.disconnect_timestamp is None:
            yield own, f"{own!r} may not have been linked to {contact.related_contact_id!r} yet: no record dates a link"
        fact = contact.transcript
        if fact is not None and fact.availability is Availability.DELETED:
            yield own, f"the transcript of {own!r} may have been there still: no record dates its deletion"
