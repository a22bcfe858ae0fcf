"""Contact events: what Amazon Connect sends through EventBridge.

Here belongs how AWS spells a contact event: in camel case, from which its own samples stray into Pascal case, and with
the channel as ``Voice`` in some of them. The envelope's time orders events; they fill gaps of records (rule
``identity.fold``). This module does not know other encodings.

Source: https://docs.aws.amazon.com/connect/latest/adminguide/contact-events.html
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from rehydration.records import fields
from rehydration.records.fields import Members, Record

DISCONNECTED: Final = "DISCONNECTED"


def read(record: Record, path: str) -> tuple[Members]:
    """Read an event in its EventBridge envelope."""
    sent = fields.time(record, "time", path)
    return (_members(fields.an_object(record, "detail", path), f"{path}.detail", sent),)


def read_bare(record: Record, path: str) -> tuple[Members]:
    """Read the detail of an event, taken out of its envelope."""
    return (_members(record, path, None),)


def _members(detail: Record, path: str, sent: datetime | None) -> Members:
    channel = fields.text(detail, _spelt(detail, "channel"), path)
    ended = fields.time(detail, _spelt(detail, "disconnectTimestamp"), path)
    if ended is None and fields.text(detail, _spelt(detail, "eventType"), path) == DISCONNECTED:
        ended = sent
    return {
        "contact_id": fields.contact_id(detail, _spelt(detail, "contactId"), path),
        "initial_contact_id": fields.optional_id(detail, _spelt(detail, "initialContactId"), path),
        "previous_contact_id": fields.optional_id(detail, _spelt(detail, "previousContactId"), path),
        "related_contact_id": fields.optional_id(detail, _spelt(detail, "relatedContactId"), path),
        "contact_association_id": fields.optional_id(detail, _spelt(detail, "contactAssociationId"), path),
        "channel": None if channel is None else channel.upper(),
        "initiation_method": fields.text(detail, _spelt(detail, "initiationMethod"), path),
        "initiation_timestamp": fields.time(detail, _spelt(detail, "initiationTimestamp"), path),
        "disconnect_timestamp": ended,
        "last_update_timestamp": sent,
        "customer_id": fields.text(detail, _spelt(detail, "customerId"), path),
        "instance_id": fields.instance(detail, _spelt(detail, "instanceArn", "InstanceARN"), path),
        "is_event": True,
    }


def _spelt(detail: Record, name: str, *others: str) -> str:
    for each in (name, name[0].upper() + name[1:], *others):
        if each in detail:
            return each
    return name
