"""Contact records: what Amazon Connect writes to streams and S3.

Here belongs how AWS spells a contact record, and what its answers spell alike. This module does not know other
encodings, nor where a record is from.

Source: https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html
"""

from __future__ import annotations

from collections.abc import Iterator

from rehydration.identifiers import ContactId
from rehydration.records import fields
from rehydration.records.fields import Attributes, Members, Record
from rehydration.transcripts import TranscriptFact


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
    return {
        "contact_id": contact_id,
        "initial_contact_id": fields.optional_id(record, "InitialContactId", path),
        "previous_contact_id": fields.optional_id(record, "PreviousContactId", path),
        "related_contact_id": fields.optional_id(record, "RelatedContactId", path),
        "contact_association_id": fields.optional_id(record, "ContactAssociationId", path),
        "channel": fields.text(record, "Channel", path),
        "initiation_method": fields.text(record, "InitiationMethod", path),
        "initiation_timestamp": fields.time(record, "InitiationTimestamp", path),
        "disconnect_timestamp": fields.time(record, "DisconnectTimestamp", path),
        "last_update_timestamp": fields.time(record, "LastUpdateTimestamp", path),
        "customer_id": fields.text(record, "CustomerId", path),
        "transcript": _transcript(record, contact_id, path),
    }


def _transcript(record: Record, contact_id: ContactId, path: str) -> TranscriptFact | None:
    return fields.transcript(_recordings(record, path), contact_id)


def _recordings(record: Record, path: str) -> Iterator[fields.Recording]:
    if record.get("Recordings") is not None:
        for each, where in fields.objects(record, "Recordings", path):
            yield fields.recording(each, ("MediaStreamType", "Status", "Location"), where)
    elif record.get("Recording") is not None:
        single = fields.an_object(record, "Recording", path)
        yield fields.recording(single, ("Type", "Status", "Location"), f"{path}.Recording")
