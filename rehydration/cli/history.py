"""Where contacts come from: files, standard input, or a built-in example.

Here belongs reading them, with a sign of life where that takes long, and telling what cannot be read. This module does
not know what is asked of them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any, Final

import click

from rehydration.cli.edges import standard_input
from rehydration.cli.output import PASSED_OVER, progress
from rehydration.contacts import Contact
from rehydration.examples import EXAMPLES, Example
from rehydration.graph import ContactGraph
from rehydration.records import Account, Read, read_contacts
from rehydration.render.passed_over import passed_over_json, passed_over_lines

_MANY: Final = 5_000
"""So many contacts are read before progress is shown; fewer are there at once."""


class Source:
    """Where contacts are read from, once; ``account`` tells what else was there, as far as it was read."""

    def __init__(self, found: Read[Contact], example: Example | None) -> None:
        """Hold what will be read, and the example that it is of."""
        self.example = example
        self._found = found

    @classmethod
    def of(
        cls, records: tuple[str, ...], example: str | None, *, related_as_link: bool = True, strict: bool = False
    ) -> Source:
        """Check that there is one source."""
        if bool(records) == bool(example):
            raise click.UsageError(
                "give either RECORDS (files, directories, patterns, - for standard input) or --example NAME; "
                "`rehydration examples` lists the names"
            )
        chosen = None if example is None else EXAMPLES[example]
        items: list[Any] = [standard_input() if each == "-" else each for each in records]
        source = items if chosen is None else chosen.records
        return cls(read_contacts(source, related_as_link=related_as_link, strict=strict), chosen)

    @property
    def account(self) -> Account:
        """What was found besides contacts."""
        return self._found.account

    def contacts(self) -> Iterator[Contact]:
        """Read everything, once, and say on standard error what was passed over.

        :raises InvalidInput: something cannot be read.
        """
        yield from _with_progress(self._found)
        tell(self.account)

    def graph(self) -> ContactGraph:
        """Read everything and put it together.

        :raises InvalidInput: something cannot be read.
        :raises ContradictoryRecords: it cannot all be true.
        """
        return ContactGraph.from_contacts(self.contacts())


def tell(account: Account) -> None:
    """Say on standard error what was passed over; JSON has it beside the answer."""
    click.get_current_context().meta[PASSED_OVER] = passed_over_json(account)
    for line in passed_over_lines(account):
        click.echo(line, err=True)


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
