"""Where contacts come from: files, standard input, or a built-in example.

Here belongs reading them, with a sign of life where that takes long, and telling what cannot be read. This module does
not know what is asked of them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import BinaryIO, Final

import click
from attrs import frozen

from rehydration.cli.output import progress
from rehydration.contacts import Contact
from rehydration.examples import EXAMPLES, Example
from rehydration.graph import ContactGraph
from rehydration.records import read_contacts

_MANY: Final = 5_000
"""So many contacts are read before progress is shown; fewer are there at once."""


@frozen
class Source:
    """Where contacts are read from, once."""

    records: tuple[str, ...]
    example: Example | None
    related_as_link: bool = True

    @classmethod
    def of(cls, records: tuple[str, ...], example: str | None, *, related_as_link: bool = True) -> Source:
        """Check that there is one source."""
        if bool(records) == bool(example):
            raise click.UsageError(
                "give either RECORDS (files, directories, patterns, - for standard input) or --example NAME; "
                "`rehydration examples` lists the names"
            )
        return cls(records, None if example is None else EXAMPLES[example], related_as_link)

    def contacts(self) -> Iterator[Contact]:
        """Read everything, once.

        :raises InvalidInput: something cannot be read.
        """
        return _with_progress(self._read())

    def _read(self) -> Iterator[Contact]:
        if self.example is not None:
            return read_contacts(self.example.records, related_as_link=self.related_as_link)
        items: list[str | BinaryIO] = [sys.stdin.buffer if each == "-" else each for each in self.records]
        return read_contacts(items, related_as_link=self.related_as_link)

    def graph(self) -> ContactGraph:
        """Read everything and put it together.

        :raises InvalidInput: something cannot be read.
        :raises ContradictoryRecords: it cannot all be true.
        """
        return ContactGraph.from_contacts(self.contacts())


def _with_progress(contacts: Iterable[Contact]) -> Iterator[Contact]:
    """Show on standard error how many contacts were read, if there are many and somebody is watching."""
    if not sys.stderr.isatty():
        yield from contacts
        return
    waiting = iter(contacts)
    yield from islice(waiting, _MANY)
    following = next(waiting, None)
    if following is None:
        return
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415  # most runs do without

    with progress(SpinnerColumn(), TextColumn("{task.completed:,} contacts read"), TimeElapsedColumn()) as bar:
        task = bar.add_task("", total=None, completed=_MANY)
        for number, contact in enumerate(chain((following,), waiting), _MANY + 1):
            yield contact
            if not number % 1_000:
                bar.update(task, completed=number)
