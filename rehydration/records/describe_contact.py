"""Answers of the API: DescribeContact and SearchContacts, on the wire and out of boto3.

Here belongs how the two operations spell a contact: ``Id`` and ``Arn``, times as epoch numbers or datetimes. This
module does not know other encodings but for the names it shares with contact records.

Sources: https://docs.aws.amazon.com/connect/latest/APIReference/API_Contact.html and
https://docs.aws.amazon.com/connect/latest/APIReference/API_ContactSearchSummary.html
"""

from __future__ import annotations

from collections.abc import Iterator

from rehydration.records import fields
from rehydration.records.contact_record import read_named
from rehydration.records.fields import Members, Record


def read_bare(record: Record, path: str) -> tuple[Members]:
    """Read one contact, taken out of its answer."""
    members = read_named(record, fields.contact_id(record, "Id", path), path)
    members["instance_id"] = fields.instance(record, "Arn", path)
    return (members,)


def read(record: Record, path: str) -> tuple[Members]:
    """Read the answer of DescribeContact."""
    ((contact, where),) = holders(record, path)
    return read_bare(contact, where)


def holders(record: Record, path: str) -> tuple[tuple[Record, str]]:
    """Find the object that holds the contact, and its path."""
    return ((fields.an_object(record, "Contact", path), f"{path}.Contact"),)


def read_page(record: Record, path: str) -> Iterator[Members]:
    """Read the contacts of one page of SearchContacts, one after the other."""
    for each, where in holders_of_page(record, path):
        yield from read_bare(each, where)


def holders_of_page(record: Record, path: str) -> Iterator[tuple[Record, str]]:
    """Find the objects that hold the contacts of one page, and their paths."""
    return fields.objects(record, "Contacts", path)
