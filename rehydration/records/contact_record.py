"""Contact records: what Amazon Connect writes to streams and S3.

Here belongs how AWS spells a contact record, and what its answers spell alike. This module does not know other
encodings, nor where a record is from.

Source: https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rehydration.identifiers import ContactId
from rehydration.records import fields
from rehydration.records.fields import Attributes, Members, Record
from rehydration.records.members import MEMBERS, pascal, taken

_SPELT: Final = [(name, pascal(name), take) for name, take in MEMBERS.items()]


def read(record: Record, path: str) -> tuple[Members]:
    """Read one contact record."""
    members = read_named(record, fields.contact_id(record, "ContactId", path), path)
    members["instance_id"] = fields.instance(record, "InstanceARN", path)
    return (members,)


def attributes(record: Record, path: str) -> tuple[Attributes]:
    """Read the attributes of one contact, which answers of the API and flow events spell alike."""
    return (fields.attributes(record, "Attributes", path),)


def read_named(record: Record, contact_id: ContactId, path: str) -> Members:
    """Read the members that contact records and answers of the API spell alike."""
    members = taken(record, _SPELT, path)
    members["contact_id"] = contact_id
    members["transcript"] = fields.transcript(_recordings(record, path), contact_id)
    return members


def _recordings(record: Record, path: str) -> Iterator[fields.Recording]:
    if record.get("Recordings") is not None:
        for each, where in fields.objects(record, "Recordings", path):
            yield fields.recording(each, ("MediaStreamType", "Status", "Location"), where)
    elif record.get("Recording") is not None:
        single = fields.an_object(record, "Recording", path)
        yield fields.recording(single, ("Type", "Status", "Location"), f"{path}.Recording")
