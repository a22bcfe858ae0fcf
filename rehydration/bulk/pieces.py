"""Bytes to pieces: what comes in chunks, cut where a record ends, so that each piece can be read by itself.

Here belongs where a piece of JSON lines or CSV may end. Memory holds a few pieces and the largest record. This module
does not know what records say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

SIZE: Final = 1 << 24
"""How long a piece is, in bytes, or a little longer."""

LARGEST: Final = 1 << 27
"""How long a piece may be, in bytes, before it is given up."""

_FIRST: Final = 1 << 16
_NEWLINE: Final = 10
_QUOTE: Final = 34


class NotInColumnsError(Exception):
    """A piece that cannot be read in columns, because it is written otherwise, or is not what it seems to be."""


Cut = Callable[[list[bytes]], int | None]
"""Finds how long what follows the last whole record is, in what was gathered; None if not one record is whole."""


def pieces(chunks: Iterable[bytes], cut: Cut) -> Iterator[bytes]:
    """Yield pieces that hold whole records, but for the last one, and for a record that is too long for a piece."""
    gathered: list[bytes] = []
    size, wanted = 0, SIZE
    for chunk in chunks:
        gathered.append(chunk)
        size += len(chunk)
        if size < wanted:
            continue
        left = cut(gathered)
        if left is not None or size > LARGEST:
            whole, rest = _divided(gathered, left or 0)
            yield whole
            gathered, size, wanted = [rest], len(rest), SIZE
        wanted = max(wanted, 2 * size)
    yield b"".join(gathered)


def _divided(gathered: list[bytes], left: int) -> tuple[bytes, bytes]:
    """Divide so many bytes at the end from those before; each is copied once where they are all in the last chunk."""
    *before, last = gathered if left <= len(gathered[-1]) else [b"".join(gathered)]
    end = len(last) - left
    return b"".join([*before, memoryview(last)[:end]]), last[end:]


def after_an_object(gathered: list[bytes]) -> int | None:
    """Find what follows the last whole line, or, in one line without end, the last object before another one."""
    left = _after_a_line(gathered[-1])
    if left is None and len(gathered) > 1:
        return after_an_object([b"".join(gathered)])
    end = gathered[-1].rfind(b'}{"') + 1 if left is None else 0
    return len(gathered[-1]) - end if end else left


def after_a_row(gathered: list[bytes]) -> int | None:
    """Find what follows the last whole line of CSV: what is quoted may hold ends of lines."""
    data = b"".join(gathered)
    as_bytes = np.frombuffer(data, np.uint8)
    if not (as_bytes == _QUOTE).any():
        return _after_a_line(data)
    ends = ends_of_rows(data)
    return len(data) - int(ends[-1]) - 1 if len(ends) else None


def ends_of_rows(data: bytes) -> npt.NDArray[np.int64]:
    """Find where rows of CSV end: at the ends of lines that are not quoted."""
    as_bytes = np.frombuffer(data, np.uint8)
    quotes, ends = (np.flatnonzero(as_bytes == each) for each in (_QUOTE, _NEWLINE))
    whole: npt.NDArray[np.int64] = ends[np.searchsorted(quotes, ends) % 2 == 0]
    return whole


def _after_a_line(data: bytes) -> int | None:
    end = data.rfind(b"\n") + 1
    return len(data) - end if end else None


def on_lines(data: bytes) -> bytes:
    """Put objects that have nothing between them on lines of their own.

    Inside a text the quotation mark would be escaped, or end it: then the halves are no JSON.
    """
    return data.replace(b'}{"', b'}\n{"')


def on_whole_lines(data: bytes) -> bytes:
    """Make whole lines of a small file: what follows it begins another one."""
    apart = on_lines(data) if data.find(b"\n", 0, _FIRST) < 0 else data
    return apart if apart.endswith(b"\n") else apart + b"\n"
