"""The edges of the command line: standard input, output and error as they may be, and how a run ends.

Here belongs what holds for every command: a closed stream, a full disk, a pipe whose reader left, and control
characters in messages end in a status and at most one line, never in a traceback. This module does not know what
commands do.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable
from typing import BinaryIO, Final

import click

BROKEN_PIPE: Final = 141
"""What a shell reports of a program that nobody listens to any more: 128 and the number of SIGPIPE."""

INTERRUPTED: Final = 130
WRONG: Final = 2


class NothingToRead(click.ClickException):
    """Standard input is closed, so that there is nothing to read."""

    exit_code = WRONG


class ClosedOutput(io.TextIOBase):
    """Standard output that was closed before the program started: everything written to it fails."""

    encoding = "utf-8"

    @property
    def buffer(self) -> ClosedOutput:
        """Itself: bytes fail too."""
        return self

    def write(self, _text: object) -> int:
        """Fail.

        :raises OSError: always.
        """
        raise OSError(errno.EBADF, "standard output is closed")


class Nowhere(io.StringIO):
    """Standard error that was closed before the program started: what is said is heard by nobody."""

    def write(self, text: str) -> int:
        """Keep nothing."""
        return len(text)


def standard_input() -> BinaryIO:
    """Give standard input, as bytes.

    :raises NothingToRead: it is closed.
    """
    if sys.stdin is None:
        raise NothingToRead("standard input is closed; give files, or a pipe")
    return sys.stdin.buffer


def ended(run: Callable[[], object]) -> int:
    """Run a program to its end, whatever its streams are, and return its status."""
    _hold_streams()
    out = sys.stdout
    try:
        status = run()
        out.flush()
    except click.ClickException as error:
        return _told(error)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        _turn_away(1)
        return BROKEN_PIPE
    except SystemExit as leaving:
        status = leaving.code
    except OSError as error:
        _turn_away(1)
        return _told(click.ClickException(f"cannot go on: {error.strerror or error}"), WRONG)
    if sys.stdout is not out:  # click saw a pipe break, and took the stream away
        _turn_away(1)
        return BROKEN_PIPE
    return status if isinstance(status, int) else 0


def _told(error: click.ClickException, status: int | None = None) -> int:
    """Say what is wrong, with nothing in it that moves a cursor."""
    from rehydration.render.writing import safe_line  # noqa: PLC0415  seldom needed

    said = io.StringIO()
    error.show(said)
    try:
        sys.stderr.write("\n".join(map(safe_line, said.getvalue().split("\n"))))
        sys.stderr.flush()
    except OSError:
        _turn_away(2)
    return error.exit_code if status is None else status


def _hold_streams() -> None:
    """Keep the numbers of closed streams from becoming those of files that are opened later."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # it takes the lowest number that is free
    if sys.stdout is None:
        sys.stdout = ClosedOutput()  # Python leaves None there
    if sys.stderr is None:
        sys.stderr = Nowhere()


def _turn_away(number: int) -> None:
    """Send what is still buffered to nowhere, or it would fail once more when Python exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), number)
