"""What can be told of files before they are read: how large they are, and whether they hold columns.

Here belongs looking at files from outside. What they say is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

_PARQUET: Final = b"PAR1"


def size_of(path: str) -> int:
    """Tell how many bytes a file, or the files of a directory, have; 0 where that is not known beforehand."""
    try:
        return sum(each.stat().st_size for each in _files(path))
    except OSError:
        return 0


def is_parquet(path: str) -> bool:
    """Tell whether a file, or one of the files of a directory, is of Parquet."""
    try:
        return any(map(_begins_as_parquet, _files(path)))
    except OSError:
        return False


def _files(path: str) -> Iterator[Path]:
    at = Path(path)
    return filter(Path.is_file, at.rglob("*") if at.is_dir() else (at,))  # what is read of a pipe is gone


def _begins_as_parquet(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(len(_PARQUET)) == _PARQUET
