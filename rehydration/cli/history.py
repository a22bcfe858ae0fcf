"""Where contacts come from: files, standard input, or a built-in example.

Here belongs reading them, with a sign of life where that takes long, and telling what cannot be read. This module does
not know what is asked of them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from importlib.util import find_spec
from itertools import chain, islice
from typing import BinaryIO, Final, TypedDict

import click
from attrs import asdict, frozen

from rehydration.basis import Given
from rehydration.cli.about import EVERYTHING, About
from rehydration.cli.files import is_parquet, size_of
from rehydration.cli.output import progress
from rehydration.contacts import Contact
from rehydration.examples import EXAMPLES, Example
from rehydration.graph import ContactGraph
from rehydration.history import History
from rehydration.records import ContactDetails, read_contact_details, read_contacts
from rehydration.selections import Selection, lineages

_MANY: Final = 5_000
"""So many contacts are read before progress is shown; fewer are there at once."""

_LARGE: Final = 16_000_000
"""Of so many bytes, what a question is about is found in columns first, where these can be read."""

_COLUMNS: Final = ("numpy", "polars", "pyarrow")
"""What reading columns needs."""


class CannotReadError(click.ClickException):
    """What is needed to read records is not there; the message says what to install."""

    exit_code = 2


class Details(TypedDict):
    """What records tell of contacts besides the contacts, by contact id."""

    attributes: Mapping[str, Mapping[str, str]]
    locations: Mapping[str, tuple[str, ...]]


@frozen
class Source:
    """Where contacts are read from, once."""

    records: tuple[str, ...]
    example: Example | None
    related_as_link: bool = True
    as_of: datetime | None = None

    @classmethod
    def of(
        cls,
        records: tuple[str, ...],
        example: str | None,
        *,
        related_as_link: bool = True,
        as_of: datetime | None = None,
    ) -> Source:
        """Check that there is one source."""
        if bool(records) == bool(example):
            raise click.UsageError(
                "give either RECORDS (files, directories, patterns, - for standard input) or --example NAME; "
                "`rehydration examples` lists the names"
            )
        return cls(records, None if example is None else EXAMPLES[example], related_as_link, as_of)

    def contacts(self, about: About = EVERYTHING) -> Iterator[Contact]:
        """Read everything, once; of a large export, what matters to a question.

        :raises InvalidInput: something cannot be read.
        """
        return self._in_columns(about) if self._reads_columns(about) else _with_progress(self._read())

    def _reads_columns(self, about: About) -> bool:
        """Tell whether reading columns first is worth it, and possible; Parquet is read in no other way."""
        if any(map(is_parquet, self.records)):
            return True
        is_large = sum(map(size_of, self.records)) >= _LARGE
        return about is not EVERYTHING and is_large and all(map(find_spec, _COLUMNS))

    def _in_columns(self, about: About) -> Iterator[Contact]:
        """Read columns, and make contacts of the rows that matter to a question."""
        missing = [each for each in _COLUMNS if find_spec(each) is None]
        if missing:
            raise CannotReadError(f"Parquet needs {', '.join(missing)}; python -m pip install 'rehydration[bulk]'")
        from rehydration.bulk.excerpts import Wanted, contacts_of, excerpt  # noqa: PLC0415  # most runs do without
        from rehydration.bulk.files import read_columns  # noqa: PLC0415  # as above

        items = [sys.stdin.buffer if each == "-" else each for each in self.records]
        with progress() as bar:
            reading = bar.add_task("Reading", total=sum(map(size_of, self.records)) or None)
            frame = read_columns(items, None, lambda size: bar.advance(reading, size))
        total = frame.height
        if about is not EVERYTHING:
            frame = excerpt(frame, Wanted(**asdict(about)))
            click.echo(
                f"Answered from {frame.height:,} of {total:,} records: those that links connect. "
                "`rehydration check` looks for contradictions in all.",
                err=True,
            )
        return contacts_of(frame, related_as_link=self.related_as_link)

    def _read(self) -> Iterator[Contact]:
        return read_contacts(self._items(), related_as_link=self.related_as_link)

    def _items(self) -> Sequence[str | BinaryIO | Mapping[str, object]]:
        """Give what is read."""
        if self.example is not None:
            return [dict(each) for each in self.example.records]
        return [sys.stdin.buffer if each == "-" else each for each in self.records]

    def graph(self, about: About = EVERYTHING) -> ContactGraph:
        """Read what a question is about and put it together, as it is or as it was.

        :raises InvalidInput: something cannot be read.
        :raises ContradictoryRecords: it cannot all be true.
        """
        return self._as_it_was(ContactGraph.from_contacts(self.contacts(about)))

    def chosen(self, selection: Selection) -> Iterable[Contact]:
        """Read the contacts of some sessions and of those that are linked with them; all, if nothing is chosen.

        :raises InvalidInput: something cannot be read, or nothing is found.
        """
        if selection == Selection() and self.as_of is None:
            return self.contacts()
        graph = self.graph(About.of(selection))
        return graph if selection == Selection() else lineages(graph, selection)

    def history(self, given: Given, about: About = EVERYTHING) -> History:
        """Read everything that a question may look at.

        :raises InvalidInput: something cannot be read.
        :raises ContradictoryRecords: it cannot all be true.
        """
        return History(self.graph(about), **self.timed(given))

    def detailed(self, given: Given, about: About) -> tuple[History, Details]:
        """Read attributes and the locations of transcripts as well.

        :raises InvalidInput: something cannot be read.
        :raises ContradictoryRecords: it cannot all be true.
        """
        attributes: dict[str, dict[str, str]] = {}
        locations: dict[str, tuple[str, ...]] = {}

        def noted(details: Iterable[ContactDetails]) -> Iterator[Contact]:
            for each in details:
                own = each.contact.contact_id
                attributes.setdefault(own, {}).update(each.attributes)
                locations[own] = tuple(dict.fromkeys((*locations.get(own, ()), *each.locations)))
                yield each.contact

        if self._reads_columns(about):
            from rehydration.bulk.whole_records import whole_records  # noqa: PLC0415  # most runs do without

            graph = self.graph(about)
            ids = {each.contact_id for each in graph}
            whole = (record for path in self.records for record in whole_records(path, ids))
            for _ in noted(read_contact_details(whole)):
                pass
        else:
            read = noted(read_contact_details(self._items(), related_as_link=self.related_as_link))
            graph = self._as_it_was(ContactGraph.from_contacts(_with_progress(read)))
        return History(graph, **self.timed(given)), {"attributes": attributes, "locations": locations}

    def _as_it_was(self, graph: ContactGraph) -> ContactGraph:
        return graph if self.as_of is None else graph.as_of(self.as_of)

    def timed(self, given: Given) -> Given:
        """Take the time that the history is asked for as the time of the request, unless another is given."""
        return {**given, "now": given.get("now") or self.as_of}


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
