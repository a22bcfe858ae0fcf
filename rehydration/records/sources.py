"""What is handed over to records: paths, open files, mappings, or several of them.

Here belongs how a source is taken apart into single records, each with the name of its source and its number in it,
counted from 1. This module does not know what a record says.
"""

# pathlib rewrites paths, and errors name them as they were given.
# ruff: noqa: PTH110, PTH112, PTH113, PTH114, PTH118, PTH119, PTH123, PTH207, PTH208

from __future__ import annotations

import glob
import io
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from rehydration.errors import InvalidArgument, UnreadableRecord
from rehydration.records import streams, tables, values
from rehydration.records.fields import Fault, shown
from rehydration.records.side_files import side_file, side_folder
from rehydration.records.values import NO_WAYS, Ways

MAPPINGS: Final = "<mappings>"
UNNAMED: Final = "<file>"
A_SOURCE: Final = (
    "a path (of a file, a directory, or with *, ? or [ to find files by), a file opened in binary mode, a mapping, "
    "or an iterable of these"
)
A_BINARY_FILE: Final = "a file opened in binary mode, such as open(path, 'rb') or sys.stdin.buffer"
A_PATH: Final = "the path of a file or directory that can be read"


class PassedOver(NamedTuple):
    """A file that holds no records, and what it is."""

    path: str
    reason: str


Numbered = tuple[str, int, object]
"""One record: the name of its source, its number in it, and what it is before anyone looked at it."""


def records(
    source: object, passed_over: list[PassedOver], *, left_out: Collection[str] = (), ways: Ways = NO_WAYS
) -> Iterator[Numbered]:
    """Yield the records of a source in its order, as it is read, and note the files that hold none.

    ``left_out`` are members of ours that nobody will look at; where they are columns of their own, they are not read.
    Where ``ways`` make something of a record of JSON, that is yielded.

    :raises InvalidArgument: the source is of no kind that holds records.
    :raises UnreadableRecord: a file cannot be found or read, or is no JSON or CSV.
    """
    files = mappings = 0
    for item in _items(source):
        if isinstance(item, str | os.PathLike):
            for path in paths(item, passed_over):
                files += 1
                yield from _of_path(path, left_out, ways)
        elif hasattr(item, "read") and not isinstance(item, Mapping):
            files += 1
            yield from _of_file(item, name_of(item), left_out, ways)
        else:
            mappings += 1
            yield MAPPINGS, mappings, _checked(item, mappings)
    if not files and not mappings:
        check_no_side_files_alone(passed_over)


def check_no_side_files_alone(passed_over: Sequence[PassedOver]) -> None:
    """Check, where nothing was read, that nothing was passed over either.

    :raises UnreadableRecord: a file was.
    """
    for path, reason in passed_over:
        raise UnreadableRecord(path, 0, "$", f"is {reason}, and no file beside it holds records", A_PATH)


def _items(source: object) -> Iterable[object]:
    if isinstance(source, str | os.PathLike | Mapping) or hasattr(source, "read"):
        return (source,)
    if isinstance(source, bytes | bytearray | memoryview) or not isinstance(source, Iterable):
        raise InvalidArgument("source", source, A_SOURCE)
    return source


def _checked(item: object, number: int) -> object:
    if isinstance(item, Mapping):
        for key in item:
            if not isinstance(key, str):
                raise UnreadableRecord(MAPPINGS, number, "$", f"has the key {shown(key)}", "keys that are text")
    return item


# ------------------------------------------------------------------------------------------------------------- paths


def paths(source: str | os.PathLike[str], passed_over: list[PassedOver] | None = None) -> Iterator[str]:
    """Yield the paths of the files that a path stands for: of a file, of a directory, or a pattern.

    Files that lie beside records and hold none are not among them; they are noted in ``passed_over``.

    :raises InvalidArgument: it is no path.
    :raises UnreadableRecord: there is no such file.
    """
    try:
        path = os.fsdecode(source)
    except TypeError:
        raise InvalidArgument("source", source, A_SOURCE) from None
    noted = [] if passed_over is None else passed_over
    try:
        if os.path.isdir(path):
            yield from _files_in(path, noted)
        elif any(character in path for character in "*?[") and not os.path.lexists(path):
            yield from _files_like(path, noted)
        elif not _is_beside(path, noted, was_named=True):
            yield path
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error


def _is_beside(path: str, noted: list[PassedOver], *, was_named: bool) -> bool:
    reason = side_file(os.path.basename(path), was_named=was_named)
    if reason is not None:
        noted.append(PassedOver(path, reason))
    return reason is not None


def _files_in(directory: str, noted: list[PassedOver]) -> Iterator[str]:
    found = False
    waiting = [directory]
    while waiting:
        path = waiting.pop()
        if os.path.isfile(path) or not os.path.exists(path):  # a link that leads nowhere is said when it is opened
            found = True
            if not _is_beside(path, noted, was_named=False):
                yield path
        elif not os.path.isdir(path):
            noted.append(PassedOver(path, "a pipe, socket or device"))
        else:
            reason = None if path == directory else side_folder(os.path.basename(path))
            if path != directory and os.path.islink(path):  # it may lead back to where it lies
                reason = "a link to a folder"
            if reason is None:
                waiting += sorted((os.path.join(path, name) for name in os.listdir(path)), reverse=True)
            else:
                noted.append(PassedOver(path, reason))
    if not found:
        raise UnreadableRecord(directory, 0, "$", "the directory holds no files", A_PATH)


def _files_like(pattern: str, noted: list[PassedOver]) -> Iterator[str]:
    found = sorted(glob.glob(pattern, recursive=True))
    if not found:
        raise UnreadableRecord(pattern, 0, "$", "no file has such a path", _a_path(pattern))
    for path in found:
        if os.path.isdir(path):
            yield from _files_in(path, noted)
        elif not _is_beside(path, noted, was_named=False):
            yield path


def unreadable(path: str, error: Exception) -> UnreadableRecord:
    """Make the error of a file that cannot be opened."""
    return UnreadableRecord(path, 0, "$", f"cannot be opened: {streams.told(error)}", _a_path(path))


def _a_path(given: str) -> str:
    return f"{A_PATH}, not an address: download it first" if "://" in given else A_PATH


# ------------------------------------------------------------------------------------------------------------- files


def _of_path(path: str, left_out: Collection[str], ways: Ways) -> Iterator[Numbered]:
    try:
        file = open(path, "rb")  # noqa: SIM115  opening and reading fail differently
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    with file:
        yield from _of_file(file, path, left_out, ways)


def _of_file(file: object, name: str, left_out: Collection[str], ways: Ways) -> Iterator[Numbered]:
    number = 0
    try:
        for value in _records(file, left_out, ways):
            number += 1
            yield name, number, value
    except Fault as fault:
        raise UnreadableRecord(name, number + 1, fault.path, fault.problem, fault.expected) from fault.__cause__


def _records(file: object, left_out: Collection[str] = (), ways: Ways = NO_WAYS) -> Iterator[object]:
    start, whole = streams.begun(reader(file))
    if not start.startswith(streams.PARQUET):
        yield from values.records(streams.texts(start, whole), ways=ways)
        return
    with tables.sought(file, start, whole) as table:
        yield from tables.rows(table, left_out=left_out)


def held(content: bytes | str) -> Iterator[object]:
    """Yield the records in what could be the content of a file.

    :raises Fault: it holds something else.
    """
    if isinstance(content, str):
        return values.records(iter((content,)))
    return _records(io.BytesIO(content))


def reader(file: object) -> Callable[[int], bytes | None]:
    """Find how an open file is read.

    :raises InvalidArgument: it was opened as text.
    """
    if isinstance(file, io.TextIOBase):
        raise InvalidArgument("source", file, A_BINARY_FILE)
    # What a pipe has is read at once instead of waiting until it fills a whole chunk.
    read: Callable[[int], bytes | None] = getattr(file, "read1", None) or file.read  # type: ignore[attr-defined]
    return read


def name_of(file: object) -> str:
    """Find what an open file is called."""
    name = getattr(file, "name", None)
    return name if isinstance(name, str) else UNNAMED
