"""Bytes to pieces: what comes in chunks, cut where a record ends, so that each piece can be read by itself.

Here belongs where a piece of JSON lines or CSV may end. Memory holds a few pieces and the largest record. This module
does not know what records say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import numpy as np

SIZE: Final = 1 << 23
"""How long a piece is, in bytes, or a little longer."""

LARGEST: Final = 1 << 27
"""How long a piece may be, in bytes, before it is given up."""

_NEWLINE: Final = 10
_QUOTE: Final = 34


class NotInColumnsError(Exception):
    """A piece that cannot be read in columns, because it is written otherwise, or is not what it seems to be."""


Cut = Callable[[bytes], int]
"""Finds how long the whole records are with which some bytes begin; 0 if not one is whole."""


def pieces(chunks: Iterable[bytes], cut: Cut) -> Iterator[bytes]:
    """Yield pieces that hold whole records, but for the last one, and for a record that is too long for a piece."""
    gathered: list[bytes] = []
    size, wanted = 0, SIZE
    for chunk in chunks:
        gathered.append(chunk)
        size += len(chunk)
        if size < wanted:
            continue
        data = b"".join(gathered)
        end = cut(data)
        if end or size > LARGEST:
            yield data[: end or size] if end < size else data
            data = data[end or size :]
            wanted = SIZE
        gathered, size = [data], len(data)
        wanted = max(wanted, 2 * size)
    yield b"".join(gathered)


def after_a_line(data: bytes) -> int:
    """Find the end of the last whole line."""
    return data.rfind(b"\n") + 1


def after_an_object(data: bytes) -> int:
    """Find the end of the last whole line, or, in one line without end, of the last object before another one."""
    return after_a_line(data) or data.rfind(b'}{"') + 1


def after_a_row(data: bytes) -> int:
    """Find the end of the last whole line of CSV: what is quoted may hold ends of lines."""
    as_bytes = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(as_bytes == _QUOTE)
    if not len(quotes):
        return after_a_line(data)
    ends = np.flatnonzero(as_bytes == _NEWLINE)
    whole = ends[np.searchsorted(quotes, ends) % 2 == 0]
    return int(whole[-1]) + 1 if len(whole) else 0


def on_lines(data: bytes) -> bytes:
    """Put objects that have nothing between them on lines of their own.

    Inside a text the quotation mark would be escaped, or end it: then the halves are no JSON.
    """
    return data.replace(b'}{"', b'}\n{"')
