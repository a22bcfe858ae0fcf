"""Reading contacts: whatever way AWS wrote them down, wherever they lie.

Here belongs the one way in, and in the modules of this package AWS's spellings: nothing else in the library knows them.
This package knows neither sessions nor graphs: it hands out one contact after the other, and contradictions between
records are found where records meet.

- ``members``: the one table of what AWS writes of a contact; ``spellings``: how one record spells it; ``fields``: the
  checks of single values;
- ``encodings``: the table of the ways to write a contact; ``strays``: of what else has a contact id; ``envelopes``: of
  what is put around records, with ``grids`` for tables in JSON, ``changes`` for
  changes of tables, ``typed`` for values with their types and ``wrappers`` for objects of people's own;
  ``side_files``: of the files that lie beside records;
- ``sources``: what is handed over, as single records; ``streams``: bytes to text; ``values``: text to records;
  ``tables``: Parquet to records;
- ``reading``: the way through all of these, with an account of what was no contact;
- ``details``: attributes of contacts, and where their transcripts lie;
- ``transcript_file``: the files that hold what was said, which are no records of contacts.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Protocol, TypeVar

from attrs import frozen

from rehydration.contacts import Contact
from rehydration.records.details import ContactDetails
from rehydration.records.encodings import ENCODINGS, Encoding
from rehydration.records.reading import Account, Reading
from rehydration.records.transcript_file import ChatTranscript, read_transcripts

__all__ = [
    "ENCODINGS",
    "Account",
    "BinaryFile",
    "ChatTranscript",
    "ContactDetails",
    "Encoding",
    "Read",
    "Records",
    "Source",
    "read_contact_details",
    "read_contacts",
    "read_contacts_with_attributes",
    "read_records",
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


class Read(Iterator[Found]):
    """What is read, one at a time, nothing before it is asked for; ``account`` tells of all else, as far as it got."""

    def __init__(self, account: Account, found: Iterator[Found]) -> None:
        """Hold what is to be read."""
        self.account = account
        self._found = found

    def __iter__(self) -> Iterator[Found]:  # noqa: PYI034  what reads costs less than asking this one for each
        """Go on where it is."""
        return self._found

    def __next__(self) -> Found:
        """Read the next one."""
        return next(self._found)

    @property
    def untold(self) -> AbstractSet[str]:
        """The attributes of a contact that no record tells, as far as it got: a view, which changes as it goes on."""
        return self.account.untold

    @property
    def tells_channels(self) -> bool:
        """Whether a record tells its channel, as far as it got."""
        return self.account.tells_channels

    def close(self) -> None:
        """Stop, and close the file that is open."""
        self._found.close()  # type: ignore[attr-defined]  # a generator


@frozen
class Records:
    """What a source holds: its contacts, and an account of all that was no contact.

    - ``contacts``: one for each record, in the order of the source.
    - ``untold``: the attributes of a contact that no record tells. Nothing follows from what is not told:
      ``ContactGraph.from_contacts``, which takes all of this, has its answers say so.
    - ``strays``: how many records are something else and were passed over, by what they are.
    - ``passed_over``: files that hold no records, such as the metadata that Athena leaves beside a result.
    - ``envelopes``: what was opened to get at the records, and how often.

    >>> found = read_records(
    ...     [{"ContactId": "C1"}, {"ContactId": "C1", "ContactFlowId": "f", "ContactFlowName": "main"}]
    ... )
    >>> [each.contact_id for each in found.contacts], dict(found.strays)
    (['C1'], {'a flow log': 1})
    """

    contacts: tuple[Contact, ...]
    untold: frozenset[str]
    strays: Mapping[str, int]
    passed_over: tuple[str, ...]
    envelopes: Mapping[str, int]

    def __iter__(self) -> Iterator[Contact]:
        """Yield the contacts."""
        return iter(self.contacts)

    @property
    def tells_channels(self) -> bool:
        """Whether a record tells its channel."""
        return any(each.channel is not None for each in self.contacts)


def read_records(
    source: Source,
    *,
    related_as_link: bool | None = True,
    strict: bool = False,
    encodings: Iterable[Encoding] = ENCODINGS,
) -> Records:
    """Read a source to its end: its contacts, and what in it was none.

    What it takes and raises is what :func:`read_contacts` does.
    """
    read = read_contacts(source, related_as_link=related_as_link, strict=strict, encodings=encodings)
    contacts = tuple(read)
    account = read.account
    return Records(
        contacts,
        frozenset(account.untold),
        dict(account.strays),
        tuple(each.path for each in account.passed_over),
        dict(account.envelopes),
    )


def read_contacts(
    source: Source,
    *,
    related_as_link: bool | None = True,
    strict: bool = False,
    encodings: Iterable[Encoding] = ENCODINGS,
) -> Read[Contact]:
    """Read contacts one at a time, in the order of the source; nothing is read before it is asked for.

    ``source`` is one of these, or an iterable of them:

    - a path: of a file, of a directory (its files by name, subdirectories too), or a pattern such as
      ``exports/*.json.gz``; a pattern or directory without files is an error;
    - an open binary file; it is read to its end and not closed;
    - a mapping that was parsed already, such as an answer of boto3.

    Files hold JSON (one object, an array, JSON lines, or objects with nothing between them), CSV, or Parquet (with the
    extra bulk), in UTF-8 or UTF-16, gzipped or not; an empty one holds no contacts. Contact records, answers of
    DescribeContact, SearchContacts and ListAssociatedContacts, contact events, flow events and rows of the data lake
    may be mixed, in any case of their names, and so may the envelopes that AWS puts around them on their way. Unknown
    members are ignored, null is absent, and so is a cell of CSV that holds NULL. Times are in UTC. Memory holds one
    piece of 256 KiB and the largest record, not the file; a record of more than 64 Mi characters is an error.

    Records that are known to be something else, such as flow logs, and files that hold none are passed over; the
    ``account`` of what is returned counts them, and its ``untold`` names what no record tells, which a graph made of it
    keeps in mind. ``strict`` refuses what is passed over. A source that holds nothing else is refused,
    and so is a record that cannot be told for what it is.

    ``related_as_link`` tells whether ``RelatedContactId`` counts as the link of a rehydration (rule
    ``identity.related-read-as-link``), which no record says; None leaves it open. ``encodings`` is the table of the
    ways to write a contact: put rows of your own into it.

    >>> [contact.contact_id for contact in read_contacts({"ContactId": "C2", "PreviousContactId": "C1"})]
    ['C2']

    :raises UnreadableRecord: something cannot be read; it names the source, the number of the record in it (0: the file
        itself), and the path in the record. The contacts before it were yielded.
    :raises InvalidArgument: ``source`` is of no such kind. What an iterable that was handed in raises passes through.

    Source: https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html
    """
    reading = Reading(source, encodings=tuple(encodings), related_as_link=related_as_link, strict=strict)
    return Read(reading.account, reading.contacts())


def read_contacts_with_attributes(
    source: Source,
    *,
    related_as_link: bool | None = True,
    strict: bool = False,
    encodings: Iterable[Encoding] = ENCODINGS,
) -> Read[tuple[Contact, Mapping[str, str]]]:
    """Read contacts as :func:`read_contacts` does, each with its attributes, which a contact does not hold.

    Contact records, answers of the API, flow events and rows of the data lake have attributes, tables also as text of
    JSON; contact events have none. Null is absent, also as the value of an attribute. The ``account`` counts as
    ``unread`` the contacts whose attributes are another text.

    >>> list(read_contacts_with_attributes({"ContactId": "C2", "Attributes": {"orderId": "A-1042"}}))[0][1]
    {'orderId': 'A-1042'}

    :raises UnreadableRecord: as :func:`read_contacts`, or attributes are no object of text to text.
    :raises InvalidArgument: as :func:`read_contacts`.

    Source: https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html
    """
    reading = Reading(source, encodings=tuple(encodings), related_as_link=related_as_link, strict=strict)
    return Read(reading.account, reading.contacts_with_attributes())


def read_contact_details(
    source: Source,
    *,
    related_as_link: bool | None = True,
    strict: bool = False,
    encodings: Iterable[Encoding] = ENCODINGS,
) -> Read[ContactDetails]:
    """Read contacts as :func:`read_contacts` does, each with its attributes and where its chat transcript lies.

    >>> chat = {"MediaStreamType": "CHAT", "Status": "AVAILABLE", "Location": "bucket/chat/C2_20260504T09:08_UTC.json"}
    >>> next(read_contact_details({"ContactId": "C2", "Recordings": [chat]})).locations
    ('bucket/chat/C2_20260504T09:08_UTC.json',)

    :raises UnreadableRecord: as :func:`read_contacts_with_attributes`.
    :raises InvalidArgument: as :func:`read_contacts`.

    Source: https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html
    """
    reading = Reading(source, encodings=tuple(encodings), related_as_link=related_as_link, strict=strict)
    return Read(reading.account, reading.details())
