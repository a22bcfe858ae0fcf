"""Flow events: what a flow hands to a Lambda function.

Here belongs how AWS spells a contact in ``Details.ContactData``: as in contact records, with a first contact that names
itself as previous and initial, without times. The data alone, out of its event, cannot be told from a contact record.
Flow events fill gaps of records (rule ``identity.fold``).

Source: https://docs.aws.amazon.com/connect/latest/adminguide/connect-lambda-functions.html
"""

from __future__ import annotations

from rehydration.records import contact_record, fields
from rehydration.records.fields import Attributes, Members, Record


def read(record: Record, path: str) -> tuple[Members]:
    """Read the contact that an invocation is about."""
    (members,) = contact_record.read(*_data(record, path))
    members["is_event"] = True
    return (members,)


def attributes(record: Record, path: str) -> tuple[Attributes]:
    """Read the attributes of that contact."""
    return contact_record.attributes(*_data(record, path))


def _data(record: Record, path: str) -> tuple[Record, str]:
    details = fields.an_object(record, "Details", path)
    return fields.an_object(details, "ContactData", f"{path}.Details"), f"{path}.Details.ContactData"
