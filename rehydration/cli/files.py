"""What can be told of files before they are read: how large they are, what they hold, whether one is to be replaced.

Here belongs looking at files from outside. What they say is not known here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import suppress
from os.path import samestat
from pathlib import Path
from typing import Final

import click

from rehydration.errors import UnreadableRecord, shown
from rehydration.records import sources, streams

_JSON: Final = {b"{", b"["}
_PACKED: Final = 10
_ROWS: Final = 5
"""So many times as long reading takes of gzip and of CSV as of as many bytes of JSON."""


def size_of(path: str) -> int:
    """Tell how many bytes the files that a path stands for have; 0 where that is not known beforehand."""
    try:
        return sum(each.stat().st_size for each in _files(path) if each.is_file())  # what is read of a pipe is gone
    except (OSError, UnreadableRecord):
        return 0


def weight_of(path: str) -> float:
    """Tell how long reading the files that a path stands for takes, in bytes of JSON that take as long.

    Of Parquet that is infinite: it is read in columns alone.
    """
    try:
        return sum(map(_weight, filter(Path.is_file, _files(path))))
    except (OSError, UnreadableRecord):
        return 0


def can_be_read_again(path: str) -> bool:
    """Tell whether all that a path stands for are files, and no pipes."""
    try:
        return all(map(Path.is_file, _files(path)))
    except (OSError, UnreadableRecord):
        return False


def check_is_not_read(output: object, records: Iterable[str]) -> None:
    """Check that what is written does not take the place of what is read.

    :raises UsageError: it is the same file, by whatever name.
    """
    for path in records if isinstance(output, str) else ():
        with suppress(OSError, ValueError, UnreadableRecord):  # it is not there, or reading says what is wrong
            written = Path(str(output)).stat()
            if any(samestat(written, each.stat()) for each in _files(path)):
                raise click.UsageError(f"{shown(output)} is read: its records would be gone; write to another file")


def _files(path: str) -> Iterator[Path]:
    return map(Path, sources.paths(path))


def _weight(file: Path) -> float:
    with file.open("rb") as opened:
        start = opened.read(len(streams.PARQUET))
    if start == streams.PARQUET:
        return math.inf
    return file.stat().st_size * (_PACKED if start.startswith(streams.GZIP) else 1 if start[:1] in _JSON else _ROWS)
