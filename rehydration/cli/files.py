"""What can be told of files before they are read: how large they are, what they hold, whether one is to be replaced.

Here belongs looking at files from outside. What they say is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from os.path import samestat
from pathlib import Path

import click

from rehydration.errors import UnreadableRecord, shown
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


def _begins_as_parquet(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(len(streams.PARQUET)) == streams.PARQUET
