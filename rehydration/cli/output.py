"""How an answer is printed: form, width, colours, progress, and what a terminal cannot show.

Here belongs what depends on the surroundings. This module does not know what it prints.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from shutil import get_terminal_size
from threading import Timer
from typing import TYPE_CHECKING, Any, Final, TypedDict

import click
from attrs import frozen

if TYPE_CHECKING:  # most runs do without
    from rich.progress import Progress, ProgressColumn

BESIDE: Final = "rehydration.beside"
"""Where a run keeps what it found while it read, to be told beside an answer in JSON."""

_SOON: Final = 0.8
"""After so many seconds it is shown that something goes on."""
_ROOM_IN_A_PIPE: Final = 80
_UNPRINTABLE: Final = re.compile(r"[^\n\x20-\x7e]")


Watched = Callable[[Sequence[Any]], Iterable[Any]]
"""Gives things back one by one, so that it is shown how many are done."""


class Look(TypedDict):
    """What text is made for: a width in cells, with colours or without."""

    width: int
    color: bool


class Drawn(TypedDict):
    """How a picture is drawn: in full, or abbreviated; in plain words, or with rules."""

    full: bool
    plain: bool


@frozen
class Form:
    """The form in which an answer is wanted: its name, how text and pictures look, and the file it goes to, if any."""

    name: str
    look: Look
    output: str | None
    drawn: Drawn

    @classmethod
    def of(cls, name: str, output: str | None, color: str, width: int | None, drawn: Drawn) -> Form:
        """Find out what the output takes: ``color`` is auto, always or never; a file takes none unless always."""
        output = None if output == "-" else output
        wide = width or get_terminal_size((_ROOM_IN_A_PIPE, 24)).columns
        colored = color == "always" or (color == "auto" and output is None and _takes_color())
        return cls(name, {"width": wide, "color": colored}, output, drawn)

    def print(self, as_json: Callable[..., object], as_text: Callable[..., str], *found: object) -> None:
        """Print what was found on standard output, as JSON or as text."""
        if self.name == "json":
            emit_json(_with_what_is_beside(as_json(*found)))
        else:
            emit(as_text(*found, **self.look))

    def put(self, text: str) -> None:
        """Write a text to the file, in UTF-8, or print it where none is named.

        :raises CannotWrite: the file cannot be written.
        """
        if self.output is None:
            emit(text)
        else:
            write(self.output, text)

    def put_json(self, value: object) -> None:
        """Write a value as JSON to the file, or print it where none is named.

        :raises CannotWrite: the file cannot be written.
        """
        told = _with_what_is_beside(value)
        if self.output is None:
            emit_json(told)
        else:
            write(self.output, json_of(told))


def _with_what_is_beside(value: object) -> object:
    """Put beside an answer, or each of several, what was passed over to find it, and what no record tells."""
    if isinstance(value, list):
        return [_with_what_is_beside(each) for each in value]
    told = click.get_current_context().meta.get(BESIDE)
    return {**value, **told} if told and isinstance(value, dict) else value


def _takes_color() -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


class CannotWrite(click.ClickException):
    """A file that cannot be written."""

    exit_code = 2


def write(path: str, text: str) -> None:
    """Write a text to a file, in UTF-8.

    :raises CannotWrite: the file cannot be written.
    """
    try:
        Path(path).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CannotWrite(f"{path!r} cannot be written: {error.strerror or error}") from error


@contextmanager
def progress(*columns: ProgressColumn) -> Iterator[Progress]:
    """Show how far it is on standard error, if somebody is watching."""
    from rich.console import Console  # noqa: PLC0415  # most runs do without
    from rich.progress import Progress  # noqa: PLC0415  # as above

    console = Console(stderr=True)
    bar = Progress(*columns, console=console, transient=True)
    if not console.is_terminal:  # one that is started would print an empty line all the same
        yield bar
        return
    with bar:
        yield bar


@contextmanager
def at_work(description: str) -> Iterator[Watched]:
    """Show on standard error that something goes on, once that takes a while, if somebody is watching.

    Whoever goes through many things can have them watched: then it is shown how many are done.
    """
    if not sys.stderr.isatty():
        yield iter
        return
    from rich.console import Console  # noqa: PLC0415  # most runs do without
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415  # as above

    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task(description, total=None)
    begin = Timer(_SOON, bar.start)
    begin.start()
    try:
        yield partial(bar.track, task_id=task)
    finally:
        begin.cancel()
        begin.join()
        bar.stop()


def emit(text: str) -> None:
    """Print a text as it is."""
    sys.stdout.write(text if _is_encodable(text) else _plain(text))
    sys.stdout.flush()


def emit_document(text: str) -> None:
    """Print a document that is UTF-8 everywhere."""
    sys.stdout.buffer.write(text.encode())
    sys.stdout.flush()


def emit_json(value: object) -> None:
    """Print a value as JSON; what is not printable is written as an escape."""
    written = json_of(value)
    emit(written if _is_encodable(written) else json_of(value, ascii_only=True))


def json_of(value: object, *, ascii_only: bool = False) -> str:
    """Write a value as JSON; what is not printable is written as an escape."""
    return _UNPRINTABLE.sub(_escape, json.dumps(value, ensure_ascii=ascii_only, indent=2)) + "\n"


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    return character if character.isprintable() else json.dumps(character)[1:-1]


def _is_encodable(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _plain(text: str) -> str:
    from rehydration.render.lines import ascii_only  # noqa: PLC0415  # seldom needed

    return ascii_only(text)
