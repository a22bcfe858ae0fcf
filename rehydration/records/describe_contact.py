"""Answers of the API: DescribeContact and SearchContacts, on the wire and out of boto3.

Here belongs how the two operations spell a contact: ``Id`` and ``Arn``, times as epoch numbers or datetimes. This
module does not know other encodings but for the names it shares with contact records.

Sources: https://docs.aws.amazon.com/connect/latest/APIReference/API_Contact.html and
https://docs.aws.amazon.com/connect/latest/APIReference/API_ContactSearchSummary.html
"""

from __future__ import annotations

from collections.abc import Iterator

from rehydration.records import contact_record, fields
from rehydration.records.fields import Attributes, Members, Record


def read_bare(record: Record, path: str) -> tuple[Members]:
    """Read one contact, taken out of its answer."""
    members = contact_record.read_named(record, fields.contact_id(record, "Id", path), path)
    members["instance_id"] = fields.instance(record, "Arn", path)
    return (members,)


def read(record: Record, path: str) -> tuple[Members]:
    """Read the answer of DescribeContact."""
    return read_bare(fields.an_object(record, "Contact", path), f"{path}.Contact")


def attributes(record: Record, path: str) -> tuple[Attributes]:
    """Read the attributes in the answer of DescribeContact."""
    return contact_record.attributes(fields.an_object(record, "Contact", path), f"{path}.Contact")


def read_page(record: Record, path: str) -> Iterator[Members]:
    """Read the contacts of one page of SearchContacts, one after the other."""
    for each, where in fields.objects(record, "Contacts", path):
        yield from read_bare(each, where)


def attributes_of_page(record: Record, path: str) -> Iterator[Attributes]:
    """Read the attributes of each contact of a page, though AWS documents none there."""
    for each, where in fields.objects(record, "Contacts", path):
        yield from contact_record.attributes(each, where)
