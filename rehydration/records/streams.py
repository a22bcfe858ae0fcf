"""Bytes to text: an export as it lies in a file, in pieces.

Here belongs what stands between a file and its text: gzip, recognised by content, and UTF-8. Whatever is readable
before a fault is handed out before it is raised. This module does not know what the text says.
"""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from rehydration.errors import InvalidArgument
from rehydration.records.fields import Fault

CHUNK: Final = 1 << 18
"""How much is read, and unpacked, at a time, in bytes."""

GZIP: Final = b"\x1f\x8b"
A_FILE: Final = "a file that can be read to its end"
A_GZIP_FILE: Final = "a whole gzip file"
UTF_8: Final = "UTF-8 text, or gzip of it"
_GZIP_FORMAT: Final = 31


def texts(read: Callable[[int], bytes | None]) -> Iterator[str]:
    """Yield the text of a file, whose ``read`` takes a number of bytes and returns at most so many, none at the end.

    :raises Fault: the file cannot be read, is not a whole gzip file, or is not UTF-8.
    :raises InvalidArgument: the file gives something else than bytes.
    """
    chunks = _chunks(read)
    start = b""
    for chunk in chunks:
        start += chunk
        if len(start) >= len(GZIP):
            break
    whole = _chained(start, chunks)
    return _decoded(_unpacked(whole) if start.startswith(GZIP) else whole)


def _chained(start: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield start
    yield from chunks


def _chunks(read: Callable[[int], bytes | None]) -> Iterator[bytes]:
    while True:
        try:
            chunk = read(CHUNK)
        except Exception as error:  # a file of another library raises what it likes
            raise Fault("$", f"cannot be read on: {told(error)}", A_FILE) from error
        if chunk is None:
            raise Fault("$", "cannot be read on: the file does not wait for its data", A_FILE)
        if not isinstance(chunk, bytes):
            raise InvalidArgument("what the file gives", chunk, "bytes: a file opened in binary mode")
        if not chunk:
            return
        yield chunk


def told(error: Exception) -> str:
    """Say what an error says, without the path that an OSError repeats."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    member = zlib.decompressobj(_GZIP_FORMAT)
    for each in chunks:
        chunk = each
        while chunk:
            if member.eof:
                # Members follow one another; zeros may pad them (as they do on tapes).
                chunk = chunk.lstrip(b"\0")
                member = zlib.decompressobj(_GZIP_FORMAT) if chunk else member
            else:
                yield from _inflated(member, chunk)
                chunk = member.unused_data
    if not member.eof:
        raise Fault("$", "is gzip that ends too early", A_GZIP_FILE)


def _inflated(member: zlib._Decompress, chunk: bytes) -> Iterator[bytes]:
    while True:
        before = member.copy()
        try:
            data = member.decompress(chunk, CHUNK)
        except zlib.error as error:
            yield from _salvaged(before, chunk)
            raise Fault("$", f"is damaged gzip: {error}", A_GZIP_FILE) from error
        yield data
        if len(data) < CHUNK:
            return
        chunk = member.unconsumed_tail


def _salvaged(member: zlib._Decompress, chunk: bytes) -> Iterator[bytes]:
    # zlib drops what it unpacked when it meets damage: fed byte by byte, it drops none.
    for position in range(len(chunk)):  # pragma: no branch  it ends at the damage that was met before
        try:
            yield member.decompress(chunk[position : position + 1])
        except zlib.error:
            return


def _decoded(chunks: Iterable[bytes]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    read = 0
    started = False
    for chunk in _with_end(chunks):
        read += len(chunk)
        try:
            text = decoder.decode(chunk, not chunk)
        except UnicodeDecodeError as error:
            good = error.object[: error.start]
            yield good.decode()
            offset = read - len(error.object) + error.start
            raise Fault("$", f"is not UTF-8 at byte offset {offset}: {error.reason}", UTF_8) from None
        if text:
            yield text if started else text.removeprefix("\ufeff")
            started = True


def _with_end(chunks: Iterable[bytes]) -> Iterator[bytes]:
    yield from (chunk for chunk in chunks if chunk)
    yield b""
