"""Flow events: what a flow hands to a Lambda function.

Here belongs how AWS spells a contact in ``Details.ContactData``: as in contact records, with a first contact that names
itself as previous and initial, without times. The data alone, out of its event, cannot be told from a contact record.
Flow events fill gaps of records (rule ``identity.fold``).

Source: https://docs.aws.amazon.com/connect/latest/adminguide/connect-lambda-functions.html
"""

from __future__ import annotations

from rehydration.records import contact_record, fields
from rehydration.records.fields import Members, Record


def read(record: Record, path: str) -> tuple[Members]:
    """Read the contact that an invocation is about."""
    ((data, where),) = holders(record, path)
    (members,) = contact_record.read(data, where)
    members["is_event"] = True
    return (members,)


def holders(record: Record, path: str) -> tuple[tuple[Record, str]]:
    """Find the object that holds the contact, and its path."""
    details = fields.an_object(record, "Details", path)
    return ((fields.an_object(details, "ContactData", f"{path}.Details"), f"{path}.Details.ContactData"),)
