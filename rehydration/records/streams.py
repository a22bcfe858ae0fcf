"""Bytes to text: an export as it lies in a file, in pieces.

Here belongs what stands between a file and its text: gzip and UTF-16, recognised by content, UTF-8, and the names of
formats that are read elsewhere or not at all. Whatever is readable before a fault is handed out before it is raised.
This module does not know what the text says.
"""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from rehydration.errors import InvalidArgument
from rehydration.records.fields import Fault

CHUNK: Final = 1 << 18
"""How much is read, and unpacked, at a time, in bytes."""

GZIP: Final = b"\x1f\x8b"
A_FILE: Final = "a file that can be read to its end"
A_GZIP_FILE: Final = "a whole gzip file"
UTF_8: Final = "UTF-8 text, or gzip of it"
A_TEXT: Final = "JSON or CSV, gzipped or not, or Parquet; unpack or convert it first"
PARQUET: Final = b"PAR1"
_GZIP_FORMAT: Final = 31
_UTF_16: Final[Mapping[bytes, str]] = {
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    **{bytes((each, 0)): "utf-16-le" for each in (*b"\t\r\n", *range(0x20, 0x7F))},
    **{bytes((0, each)): "utf-16-be" for each in (*b"\t\r\n", *range(0x20, 0x7F))},
}
_OTHERS: Final[Mapping[bytes, str]] = {
    b"PK\x03\x04": "a zip archive, or a workbook",
    b"PK\x05\x06": "an empty zip archive",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"\xff\x06\x00\x00sNaPpY": "Snappy",
    b"\x04\x22\x4d\x18": "LZ4",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"ORC": "ORC",
    b"Obj\x01": "Avro",
    b"ARROW1": "an Arrow file",
    b"\xd0\xcf\x11\xe0": "an old workbook or document of Office",
    b"\xff\xfe\0\0": "text in UTF-32",
    b"\0\0\xfe\xff": "text in UTF-32",
    b"SQLite format 3": "a SQLite database",
    b"%PDF": "PDF",
    b"PARE": "encrypted Parquet",
    b"Salted__": "encrypted by OpenSSL",
    b"\x89LZO": "lzop",
    b"\x80\x04\x95": "a pickle of Python",
    b"\xe0\x01\x00\xea": "Ion in binary",
    b"\xff\xff\xff\xff": "an Arrow stream",
    b"\x1f\x9d": "a file that compress packed",
    b"]\0\0": "LZMA",
    **{b"x" + bytes([level]): "zlib" for level in (0x01, 0x9C, 0xDA)},
    b"<": "XML or HTML",
    b"\xf3\x89\x9a\xc2": "a record of Kinesis that the Producer Library aggregated",
}
_TAR: Final = b"ustar"
_EVENTS: Final = b":message-type"
_FIRST_HEADERS: Final = 256
_JSON: Final = {b"{", b"["}


def other_format(start: bytes) -> str | None:
    """Say in what format a file is that begins so, if it is one that no reader here knows."""
    named = next((name for mark, name in _OTHERS.items() if start.startswith(mark)), None)
    if start[:1] == b"\0" and _EVENTS in start[:_FIRST_HEADERS]:
        return "an event stream of AWS, such as S3 Select answers"
    return named or ("a tar archive" if start[257 : 257 + len(_TAR)] == _TAR else None)


def begun(read: Callable[[int], bytes | None], least: int = len(PARQUET)) -> tuple[bytes, Iterator[bytes]]:
    """Read so many bytes or more, and give them with all that follows; the first are among the rest.

    :raises Fault: the file cannot be read.
    :raises InvalidArgument: the file gives something else than bytes.
    """
    chunks = _chunks(read)
    start = b""
    for chunk in chunks:
        start += chunk
        if len(start) >= least:
            break
    return start, _chained(start, chunks)


def texts(start: bytes, whole: Iterator[bytes]) -> Iterator[str]:
    """Yield the text of a file that begins so.

    :raises Fault: the file cannot be read, is not a whole gzip file, or is not UTF-8 or UTF-16.
    """
    start, whole = plain(start, whole)
    return decoded(whole, encoding_of(start))


def encoding_of(start: bytes) -> str:
    """Tell how a text that begins so is encoded."""
    return _UTF_16.get(start[:2], "utf-8")


def plain(start: bytes, whole: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Unpack a file that begins so, if it is gzip; give its first bytes with all of it.

    :raises Fault: the file cannot be read, is not a whole gzip file, or is of a format that is no text.
    """
    if start.startswith(GZIP):
        whole = _unpacked(whole)
        start = b""
        for chunk in whole:
            start += chunk
            if len(start) >= len(PARQUET):
                break
        whole = _chained(start, whole)
        if start.startswith((GZIP, PARQUET)):
            raise Fault("$", f"is gzip of {'gzip' if start.startswith(GZIP) else 'Parquet'}", A_TEXT)
    if start[:1] not in _JSON and (named := other_format(start)) is not None:
        raise Fault("$", f"is {named}", A_TEXT)
    return start, whole


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


def decoded(chunks: Iterable[bytes], encoding: str, read: int = 0) -> Iterator[str]:
    """Decode a text, of which so many bytes were read before.

    :raises Fault: it is not so encoded.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    mark = "" if read else "\ufeff"
    for chunk in _with_end(chunks):
        read += len(chunk)
        try:
            text = decoder.decode(chunk, not chunk)
        except UnicodeDecodeError as error:
            good = error.object[: error.start]
            yield good.decode(error.encoding).removeprefix(mark)
            offset = read - len(error.object) + error.start
            name = error.encoding.upper()
            raise Fault("$", f"is not {name} at byte offset {offset}: {error.reason}", UTF_8) from None
        if text:
            yield text.removeprefix(mark)
            mark = ""


def _with_end(chunks: Iterable[bytes]) -> Iterator[bytes]:
    yield from (chunk for chunk in chunks if chunk)
    yield b""
