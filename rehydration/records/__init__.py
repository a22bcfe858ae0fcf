"""Reading contacts: whatever way AWS wrote them down, wherever they lie.

Here belongs the one way in, and in the modules of this package AWS's spellings, one module each: nothing else in the
library knows them. This package knows neither sessions nor graphs: it hands out one contact after the other and keeps
none, and contradictions between records are found where records meet.

- ``sources``: what is handed over, as single records; ``streams``: bytes to text; ``values``: text to records;
- ``encodings``: the table of the ways to write a contact; ``fields``: the checks that they share; ``members``: the
  members that all of them have, and how each spells them;
- ``details``: attributes of contacts, and where their transcripts lie;
- ``transcript_file``: the files that hold what was said, which are no records of contacts;
- ``contact_record``, ``describe_contact``, ``contact_event``, ``flow_event``, ``data_lake``: one way each.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol, TypeVar

from rehydration.contacts import Contact
from rehydration.errors import UnreadableRecord
from rehydration.records import encodings, sources
from rehydration.records.details import ContactDetails, read_contact_details
from rehydration.records.fields import Fault
from rehydration.records.transcript_file import ChatTranscript, read_transcripts

__all__ = [
    "BinaryFile",
    "ChatTranscript",
    "ContactDetails",
    "Source",
    "read_contact_details",
    "read_contacts",
    "read_contacts_with_attributes",
    "read_transcripts",
]


class BinaryFile(Protocol):
    """A file opened in binary mode, as far as reading contacts needs one."""

    def read(self, size: int, /) -> bytes | None:
        """Return at most so many bytes, none at the end."""
        ...


Item = str | os.PathLike[str] | BinaryFile | Mapping[str, object]
Source = Item | Iterable[Item]
"""What contacts can be read from: a path, an open binary file, a mapping, or an iterable of these."""

Found = TypeVar("Found")


def read_contacts(source: Source, *, related_as_link: bool = True) -> Iterator[Contact]:
    """Read contacts one at a time, in the order of the source; nothing is read before it is asked for.

    ``source`` is one of these, or an iterable of them:

    - a path: of a file, of a directory (its files by name, subdirectories too), or a pattern such as
      ``exports/*.json.gz``; a pattern or directory without files is an error;
    - an open binary file; it is read to its end and not closed;
    - a mapping that was parsed already, such as an answer of boto3.

    Files hold JSON (one object, an array, JSON lines, or objects with nothing between them) or CSV rows of the data
    lake, in UTF-8, gzipped or not; an empty one holds no contacts. Contact records, DescribeContact and SearchContacts
    answers, contact events, flow events and data lake rows may be mixed. Unknown members are ignored, null is absent.
    Times are in UTC. Memory holds one piece of 256 KiB and the largest record, not the file.

    ``related_as_link`` tells whether ``RelatedContactId`` counts as the link of a rehydration (rule
    ``identity.related-read-as-link``), which no record says.

    >>> [contact.contact_id for contact in read_contacts({"ContactId": "C2", "PreviousContactId": "C1"})]
    ['C2']

    :raises UnreadableRecord: something cannot be read; it names the source, the number of the record in it (0: the file
        itself), and the path in the record. The contacts before it were yielded.
    :raises InvalidArgument: ``source`` is of no such kind. What an iterable that was handed in raises passes through.

    Source: https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html
    """

    def contacts_of(record: object) -> Iterator[Contact]:
        for members in encodings.members_of(record):
            yield Contact(related_is_link=related_as_link, **members)  # type: ignore[arg-type]  # checked by the readers

    return _read(source, contacts_of)


def read_contacts_with_attributes(
    source: Source, *, related_as_link: bool = True
) -> Iterator[tuple[Contact, Mapping[str, str]]]:
    """Read contacts as :func:`read_contacts` does, each with its attributes, which a contact does not hold.

    Contact records, answers of the API, flow events and, unless they are CSV, rows of the data lake have attributes;
    contact events have none. Null is absent, also as the value of an attribute.

    >>> list(read_contacts_with_attributes({"ContactId": "C2", "Attributes": {"orderId": "A-1042"}}))[0][1]
    {'orderId': 'A-1042'}

    :raises UnreadableRecord: as :func:`read_contacts`, or attributes are no object of text to text.
    :raises InvalidArgument: as :func:`read_contacts`.

    Source: https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html
    """

    def pairs_of(record: object) -> Iterator[tuple[Contact, Mapping[str, str]]]:
        for members, attributes in encodings.members_with_attributes_of(record):
            yield Contact(related_is_link=related_as_link, **members), attributes  # type: ignore[arg-type]  # as above

    return _read(source, pairs_of)


def _read(source: Source, of: Callable[[object], Iterator[Found]]) -> Iterator[Found]:
    for origin, number, record in sources.records(source):
        try:
            yield from of(record)
        except Fault as fault:
            raise UnreadableRecord(origin, number, fault.path, fault.problem, fault.expected) from None
