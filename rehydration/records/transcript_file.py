"""Chat transcripts: the files that Amazon Connect writes to S3, one a contact.

Here belongs how AWS names and fills such a file; it publishes no schema of it, so that what is not known is kept. Who
may see what was said is not known here.

Source: https://docs.aws.amazon.com/connect/latest/adminguide/chat-persistence.html
"""

# pathlib rewrites paths, and errors name them as they were given.
# ruff: noqa: PTH119, PTH202

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Final, cast

from attrs import frozen

from rehydration.errors import UnreadableRecord
from rehydration.identifiers import ContactId
from rehydration.records import fields, sources
from rehydration.records.fields import Fault, Record
from rehydration.records.members import CONTACT_ID, pascal
from rehydration.transcripts import TranscriptFact

ENDING: Final = ".json"

_TEXTS: Final = (
    "Id",
    "AbsoluteTime",
    "Content",
    "ContentType",
    "Type",
    "ParticipantId",
    "DisplayName",
    "ParticipantRole",
)
_DATED: Final = re.compile(r"_\d{8}T\d\d[:-]\d\d_UTC\.json")
_A_TRANSCRIPT: Final = "a chat transcript, with ContactId and Transcript"
_ITEMS: Final = "a list of items"


@frozen
class ChatTranscript:
    """What one file holds: the items of one contact, as AWS writes them and in the order of the file.

    ``fact`` says how large the file is, in bytes, and whether it has its original name.
    """

    contact_id: ContactId
    initial_contact_id: ContactId | None
    items: tuple[Mapping[str, object], ...]
    fact: TranscriptFact


def read_transcripts(source: str | os.PathLike[str]) -> Iterator[ChatTranscript]:
    """Read chat transcripts one at a time: of a file, of a folder and its subfolders, or of a pattern, by name.

    Of a folder or pattern only files that end in ``.json`` are read. A file keeps its original name if that is
    ``<ContactId>_YYYYMMDDThh:mm_UTC.json``, with ``-`` for the colon where a file system has none.

    :raises UnreadableRecord: a file cannot be read or is no chat transcript, or there is none.
    :raises InvalidArgument: ``source`` is no path.
    """
    paths = [each for each in sources.paths(source) if each.endswith(ENDING)]
    if not paths:
        raise UnreadableRecord(os.fsdecode(source), 0, "$", f"holds no file that ends in {ENDING}", _A_TRANSCRIPT)
    for path in paths:
        yield from _read(path)


def _read(path: str) -> Iterator[ChatTranscript]:
    number = 0
    for origin, number, record in sources.records(path, []):
        try:
            yield _transcript(cast("Record", record), path)  # a file holds objects and nothing else
        except Fault as fault:
            raise UnreadableRecord(origin, number, fault.path, fault.problem, fault.expected) from None
    if number == 0:
        raise UnreadableRecord(path, 0, "$", "the file is empty", _A_TRANSCRIPT)


def _transcript(record: Record, path: str) -> ChatTranscript:
    contact_id = fields.contact_id(record, pascal(CONTACT_ID), "$")
    named = os.path.basename(path)
    is_original = named.startswith(contact_id) and _DATED.fullmatch(named[len(contact_id) :]) is not None
    return ChatTranscript(
        contact_id,
        fields.optional_id(record, pascal("initial_contact_id"), "$"),
        tuple(_items(record)),
        TranscriptFact(size=os.path.getsize(path), misplaced=not is_original),
    )


def _items(record: Record) -> Iterator[Mapping[str, object]]:
    if record.get("Transcript") is None:
        raise Fault("$.Transcript", "is missing", _ITEMS)
    for item, path in fields.objects(record, "Transcript", "$"):
        for name in _TEXTS:
            fields.text(item, name, path)
        yield item
