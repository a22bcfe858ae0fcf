"""What control URLs take: JSON objects, and a whole history.

Here belongs the reading of bodies, of which nothing is ever taken for the name of a file.
"""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from rehydration.errors import InvalidArgument
from rehydration.records import sources
from rehydration.records.fields import Fault

_GZIP: Final = b"\x1f\x8b"
_PEEK: Final = 256
_HISTORY: Final = frozenset({"Contacts", "Transcripts"})
_BESIDE: Final = frozenset({"InstanceId", "Links", "NextToken", "ResponseMetadata", "TotalCount", "UnknownContactIds"})
"""What else stands beside contacts in an answer of SearchContacts, and in what these URLs tell of a graph."""

_KINDS: Final[Mapping[type, str]] = {str: "text", bool: "true or false", float: "a number"}


class _Body(io.BytesIO):
    """A body as an open file; errors of the reader name it."""

    name = "the body"


def object_of(body: bytes, needed: Mapping[str, type], optional: Mapping[str, type]) -> dict[str, Any]:
    """Read a JSON object with these members and no others; null is absent.

    :raises InvalidArgument: it is none.
    """
    known = {**needed, **optional}
    read = any_object_of(body, f"a JSON object with {', '.join(known)}")
    found = {name: value for name, value in read.items() if value is not None}
    for name, value in found.items():
        if name not in known:
            raise InvalidArgument(name, value, f"no such member; there are {', '.join(known)}")
        if not _is(value, known[name]):
            raise InvalidArgument(name, value, _KINDS[known[name]])
    for name in needed:
        if name not in found:
            raise InvalidArgument(name, None, _KINDS[needed[name]])
    return found


def any_object_of(body: bytes, expected: str = "a JSON object") -> dict[str, Any]:
    """Read a JSON object, whatever its members.

    :raises InvalidArgument: it is none.
    """
    read = _parsed(body)
    if not isinstance(read, dict):
        raise InvalidArgument("the body", read, expected)
    return read


def _is(value: object, kind: type) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, kind)


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body.decode(), parse_constant=_no_number)
    except (ValueError, RecursionError) as problem:
        raise InvalidArgument("the body", body, f"JSON ({problem})") from None


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


def history_of(body: bytes) -> tuple[Any, dict[str, Any] | None]:
    """Read what is to be seeded: contacts and transcripts, one transcript file, or records in any form of the reader.

    :raises InvalidArgument: an object is not of its form.
    """
    read = _object(body)
    if read is not None and isinstance(read.get("ContactId"), str) and "Transcript" in read:
        return [], {read["ContactId"]: read}
    if read is None or not (not read or ("ContactId" not in read and not _HISTORY.isdisjoint(read))):
        return _Body(body), None
    for name in read.keys() - _HISTORY - _BESIDE:
        raise InvalidArgument(name, read[name], f"no such member; there are {', '.join(sorted(_HISTORY))}")
    contacts, transcripts = read.get("Contacts") or [], read.get("Transcripts") or {}
    if not isinstance(contacts, list) or not all(isinstance(each, dict) for each in contacts):
        raise InvalidArgument("Contacts", contacts, "an array of contact records")
    if not isinstance(transcripts, dict):
        raise InvalidArgument("Transcripts", transcripts, "an object with transcripts by contact id")
    for contact_id, transcript in transcripts.items():
        if not isinstance(transcript, list | dict):
            raise InvalidArgument(f"Transcripts[{contact_id!r}]", transcript, "an array of items, or an object")
    return [{"Contact": each} if "Id" in each and "ContactId" not in each else each for each in contacts], transcripts


def _object(body: bytes) -> dict[str, Any] | None:
    """Parse a single object, gzipped or not; None for all else, which is for the reader, who says what is wrong."""
    if not _beginning(body).lstrip().startswith(b"{"):
        return None
    try:
        records = sources.held(body)
        read = next(records, None)
        is_alone = next(records, None) is None
    except Fault:
        return None
    return read if isinstance(read, dict) and is_alone else None


def _beginning(body: bytes) -> bytes:
    if not body.startswith(_GZIP):
        return body[:_PEEK]
    try:
        return zlib.decompressobj(wbits=31).decompress(body, _PEEK)
    except zlib.error:
        return b""
