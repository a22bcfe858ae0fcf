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
from rehydration.records.members import MEMBERS, camel, taken

DISCONNECTED: Final = "DISCONNECTED"

_SPELT: Final = [(name, camel(name), take) for name, take in MEMBERS.items() if name != "last_update_timestamp"]


def read(record: Record, path: str) -> tuple[Members]:
    """Read an event in its EventBridge envelope."""
    sent = fields.time(record, "time", path)
    return (_members(fields.an_object(record, "detail", path), f"{path}.detail", sent),)


def read_bare(record: Record, path: str) -> tuple[Members]:
    """Read the detail of an event, taken out of its envelope."""
    return (_members(record, path, None),)


def _members(detail: Record, path: str, sent: datetime | None) -> Members:
    contact_id = fields.contact_id(detail, _spelt(detail, "contactId"), path)
    members = taken(detail, ((name, _spelt(detail, spelt), take) for name, spelt, take in _SPELT), path)
    if members["channel"] is not None:
        members["channel"] = str(members["channel"]).upper()
    if (
        members["disconnect_timestamp"] is None
        and fields.text(detail, _spelt(detail, "eventType"), path) == DISCONNECTED
    ):
        members["disconnect_timestamp"] = sent
    instance_id = fields.instance(detail, _spelt(detail, "instanceArn", "InstanceARN"), path)
    return members | {
        "contact_id": contact_id,
        "last_update_timestamp": sent,
        "instance_id": instance_id,
        "is_event": True,
    }


def _spelt(detail: Record, name: str, *others: str) -> str:
    for each in (name, name[0].upper() + name[1:], *others):
        if each in detail:
            return each
    return name
