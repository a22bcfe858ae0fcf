"""What can be told of files before they are read: how large they are, and whether they hold columns.

Here belongs looking at files from outside. What they say is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rehydration.errors import UnreadableRecord
from rehydration.records import sources, streams


def size_of(path: str) -> int:
    """Tell how many bytes the files that a path stands for have; 0 where that is not known beforehand."""
    try:
        return sum(each.stat().st_size for each in _files(path) if each.is_file())  # what is read of a pipe is gone
    except (OSError, UnreadableRecord):
        return 0


def is_parquet(path: str) -> bool:
    """Tell whether one of the files that a path stands for is of Parquet."""
    try:
        return any(_begins_as_parquet(each) for each in _files(path) if each.is_file())
    except (OSError, UnreadableRecord):
        return False


def can_be_read_again(path: str) -> bool:
    """Tell whether all that a path stands for are files, and no pipes."""
    try:
        return all(map(Path.is_file, _files(path)))
    except (OSError, UnreadableRecord):
        return False


def _files(path: str) -> Iterator[Path]:
    return map(Path, sources.paths(path))


def _begins_as_parquet(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(len(streams.PARQUET)) == streams.PARQUET
