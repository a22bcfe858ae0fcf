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
from typing import TYPE_CHECKING, Any, Final, TypedDict, TypeVar

import click
from attrs import evolve

from rehydration.basis import Given
from rehydration.cli.edges import standard_input
from rehydration.cli.files import can_be_read_again, check_is_not_read, size_of, weight_of
from rehydration.cli.output import BESIDE, at_work, progress
from rehydration.contacts import CHAT, Contact
from rehydration.doubts import Doubt
from rehydration.examples import EXAMPLES, Example
from rehydration.graph import ContactGraph
from rehydration.history import History
from rehydration.knowledge import NOTHING_KNOWN
from rehydration.policies import DEFAULT_POLICY
from rehydration.records import Account, ContactDetails, Read, read_contact_details, read_contacts
from rehydration.records.details import LatestAttributes
from rehydration.render.passed_over import beside_json, passed_over_lines, unread_lines
from rehydration.render.writing import safe_line
from rehydration.selections import WHOLE, About, Part, Selection, lineages, meant, unknown_customer

if TYPE_CHECKING:  # it needs the extra
    from rehydration.bulk.columns import Frame
    from rehydration.bulk.excerpts import Showing
    from rehydration.bulk.places import Place

_MANY: Final = 5_000
"""So many contacts are read before progress is shown; fewer are there at once."""

_LARGE: Final = 16_000_000
"""Of so many bytes of JSON, what a question is about is found in columns first, where these can be read."""

_COLUMNS: Final = ("duckdb", "numpy", "polars", "pyarrow")
"""What reading columns needs."""


_HINTS: Final = 3

Found = TypeVar("Found")


class Details(TypedDict):
    """What records tell of contacts besides the contacts, by contact id."""

    attributes: Mapping[str, Mapping[str, str]]
    locations: Mapping[str, tuple[str, ...]]


class Source:
    """Where contacts are read from, once; ``account`` tells what else was there, as far as it was read."""

    def __init__(
        self,
        records: tuple[str, ...],
        example: Example | None,
        *,
        related_as_link: bool | None,
        strict: bool,
        as_of: datetime | None,
    ) -> None:
        """Hold what will be read, and the example that it is of."""
        self.example = example
        self.as_of = as_of
        self.account: Account = Account()
        self._known: Iterable[str] | None = None
        self._names_customers: bool | None = None
        self._untold_methods: int | None = None
        self._given: Given = {}
        self._frame: Frame
        self._places: list[Place] = []
        self._records = records
        self._related_as_link = related_as_link
        self._strict = strict

    @classmethod
    def of(
        cls,
        records: tuple[str, ...],
        example: str | None,
        *,
        related_as_link: bool | None = True,
        strict: bool = False,
        as_of: datetime | None = None,
    ) -> Source:
        """Check that there is one source."""
        if bool(records) == bool(example):
            raise click.UsageError(
                "give either RECORDS (files, directories, patterns, - for standard input) or --example NAME; "
                "`rehydration examples` lists the names"
            )
        context = click.get_current_context(silent=True)
        check_is_not_read(None if context is None else context.params.get("output"), records)
        chosen = None if example is None else EXAMPLES[example]
        return cls(records, chosen, related_as_link=related_as_link, strict=strict, as_of=as_of)

    def contacts(self, about: About = WHOLE) -> Iterator[Contact]:
        """Read everything, once, and say on standard error what was passed over; of a large export, what matters.

        :raises InvalidInput: something cannot be read.
        """
        if self._reads_columns(about):
            return self._in_columns(about)
        return self._watched(read_contacts(self._items(), related_as_link=self._related_as_link, strict=self._strict))

    def _watched(self, found: Read[Found]) -> Iterator[Found]:
        """Read with a sign of life, and keep account."""
        self.account = found.account
        return _until_told(found)

    def _reads_columns(self, about: About) -> bool:
        """Tell whether finding what a question is about in columns first is worth it, and possible."""
        return about != WHOLE and self._has_columns()

    def _has_columns(self) -> bool:
        if not all(map(find_spec, _COLUMNS)):
            return False
        return sum(map(weight_of, self._records)) >= _LARGE

    def _in_columns(self, about: About) -> Iterator[Contact]:
        """Read columns, and make contacts of the rows that matter to a question."""
        from rehydration.bulk.excerpts import as_it_was, excerpt  # noqa: PLC0415  # most runs do without

        frame = self._columns()
        then = frame if self.as_of is None else as_it_was(frame, self.as_of)
        if about.customer_ids:
            names = frozenset(then["customer_id"].unique().drop_nulls())
            for each in frozenset(about.customer_ids) - names:
                raise unknown_customer(each, names)
        few = excerpt(then, about, related_as_link=self._related_as_link, showing=self._showing(then))
        return self._of(few if self.as_of is None else frame[few["row"]], frame)

    def _showing(self, frame: Frame) -> Showing | None:
        """Tell which chats show what, under what is given; None where a time decides, too."""
        from rehydration.bulk.shown import ShownInColumns  # noqa: PLC0415  # most runs do without

        given = self.timed(self._given)
        if given["now"] is not None:
            return None
        asked = given.get("policy", DEFAULT_POLICY), given.get("known", NOTHING_KNOWN)
        return ShownInColumns(frame, *asked, related_as_link=self._related_as_link, untold=self.account.untold)

    def page(self, selection: Selection, target: str | None) -> tuple[ContactGraph, Part | None]:
        """Read what a page about some sessions needs; of a large export, only what walks from these can come to.

        :raises InvalidInput: something cannot be read, or is more than a page holds.
        :raises ContradictoryRecords: it cannot all be true.
        """
        from rehydration.explorer.selection import check_size  # noqa: PLC0415  # most runs do without

        is_of_time = not (selection.contact_ids or selection.customer_ids or target)
        if not is_of_time or self.as_of is not None or self.example is not None or not self._has_columns():
            about = About.of(selection)
            if target is not None and about != WHOLE:
                about = evolve(about, contact_ids=(*about.contact_ids, target))
            graph = self.graph(about)
            self._tell_of_customers(graph)
            return graph, self._part(graph, selection) if self._reads_columns(about) else None
        from rehydration.bulk.nearby import Nearby  # noqa: PLC0415  # as above

        frame = self._columns()
        nearby = Nearby(frame, selection)
        check_size(nearby.sizes, nearby.times)
        few, part = nearby.excerpt()
        graph = self.put_together(self._of(few, frame))
        tell_of_disagreements(graph.disagreements)
        self._tell_of_customers(graph)
        return graph, part

    def _part(self, graph: ContactGraph, selection: Selection) -> Part:
        """Tell what part of the whole export the sessions chosen are."""
        from rehydration.bulk.excerpts import as_it_was  # noqa: PLC0415  # most runs do without
        from rehydration.bulk.nearby import name_customers, numbers_of  # noqa: PLC0415  # as above
        from rehydration.explorer.selection import choose  # noqa: PLC0415  # as above

        chosen = tuple(each.initial_contact_id for each in choose(graph, selection))
        frame = self._frame if self.as_of is None else as_it_was(self._frame, self.as_of)
        return Part(chosen, frozenset(), *numbers_of(frame), name_customers(frame))

    def _columns(self) -> Frame:
        from rehydration.bulk.customers import Customers  # noqa: PLC0415  # most runs do without
        from rehydration.bulk.files import read_columns  # noqa: PLC0415  # as above

        with progress() as bar:
            reading = bar.add_task("Reading", total=sum(map(size_of, self._records)) or None)
            frame = read_columns(
                self._items(),
                Customers(),
                lambda size: bar.advance(reading, size),
                strict=self._strict,
                account=self.account,
                places=self._places,
            )
        tell(self.account)
        self._frame = frame
        self._known = frame["contact_id"]
        self._names_customers = frame["customer_id"].null_count() < frame.height
        is_chat = frame["channel"].eq_missing(CHAT) | frame["channel"].is_null()
        self._untold_methods = frame.filter(is_chat)["initiation_method"].null_count()
        return frame

    def _of(self, few: Frame, frame: Frame) -> Iterator[Contact]:
        """Make contacts of an excerpt, and say that it is one."""
        from rehydration.bulk.excerpts import contacts_of  # noqa: PLC0415  # most runs do without

        click.echo(
            f"Answered from {few.height:,} of {frame.height:,} records: those that links connect. "
            "`rehydration check` looks for contradictions in all.",
            err=True,
        )
        return contacts_of(few, related_as_link=self._related_as_link)

    def _items(self) -> list[Any]:
        """Give what is read."""
        if self.example is not None:
            return list(self.example.records)
        return [standard_input() if each == "-" else each for each in self._records]

    def graph(self, about: About = WHOLE) -> ContactGraph:
        """Read what a question is about and put it together, as it is or as it was.

        :raises InvalidInput: something cannot be read.
        :raises ContradictoryRecords: it cannot all be true.
        """
        return self._as_it_was(self.put_together(self.contacts(about)))

    def put_together(self, contacts: Iterable[Contact]) -> ContactGraph:
        """Put contacts together that may be a part of those read, of which the account tells, with a sign of life.

        :raises ContradictoryRecords: they cannot all be true.
        """
        read = tuple(contacts)
        with at_work("Putting contacts together"):
            graph = ContactGraph.from_contacts(read, untold=self.account.untold)
        graph.tells_channels = self.account.tells_channels
        return graph

    def hints(self, contact_id: str) -> Iterator[str]:
        """Say what else may be meant by an id that nobody knows: one that an answer shortened, or one of later."""
        known = frozenset(() if self._known is None else self._known)
        if contact_id in known:
            yield f"{contact_id!r} is in the records, but began after {self.as_of}"
        alike = [] if contact_id in known else meant(contact_id, known)
        if alike:
            more = f" and {len(alike) - _HINTS:,} more" if len(alike) > _HINTS else ""
            yield f"Give the id as it is in the records: {', '.join(map(repr, alike[:_HINTS]))}{more}"

    def chosen(self, selection: Selection) -> Iterable[Contact]:
        """Read the contacts of some sessions and of those that are linked with them; all, if nothing is chosen.

        :raises InvalidInput: something cannot be read, or nothing is found.
        """
        if selection == Selection() and self.as_of is None:
            return self.contacts()
        graph = self.graph(About.of(selection))
        return graph if selection == Selection() else lineages(graph, selection)

    def history(self, given: Given, about: About = WHOLE) -> History:
        """Read everything that a question may look at.

        :raises InvalidInput: something cannot be read.
        :raises ContradictoryRecords: it cannot all be true.
        """
        self._given = given
        graph = self.graph(about)
        if not about.forbid:
            self._tell_of_customers(graph)
        return History(graph, **self.timed(given))

    def _tell_of_customers(self, graph: ContactGraph) -> None:
        """Say on standard error that no record names a customer, so that nobody takes silence for an answer."""
        names = self._names_customers
        if names is None:
            names = any(each.customer_id is not None for each in graph)
        if not names and self.example is None and len(graph):
            click.echo(
                "no record names a customer, so nobody can tell whether contacts of other customers are shown", err=True
            )

    def tell_of_methods(self, graph: ContactGraph) -> None:
        """Say on standard error of how many chats no record tells how they began: they may be surveys."""
        number = self._untold_methods
        if number is None:
            number = sum(each.is_chat and each.initiation_method is None for each in graph)
        if number:
            more = "" if number == 1 else "s"
            click.echo(f"no record tells how {number:,} chat contact{more} began: they may be surveys", err=True)

    def detailed(self, given: Given, about: About) -> tuple[History, Details]:
        """Read attributes and the locations of transcripts as well.

        :raises InvalidInput: something cannot be read.
        :raises ContradictoryRecords: it cannot all be true.
        """
        attributes = LatestAttributes()
        locations: dict[str, tuple[str, ...]] = {}

        def noted(details: Iterable[ContactDetails]) -> Iterator[Contact]:
            for each in details:
                own = each.contact.contact_id
                attributes.note(each)
                locations[own] = tuple(dict.fromkeys((*locations.get(own, ()), *each.locations)))
                yield each.contact

        if self._reads_columns(about) and all(map(can_be_read_again, self._records)):
            from rehydration.bulk.places import whole_records  # noqa: PLC0415  # most runs do without

            graph = self.graph(about)
            ids = {each.contact_id for each in graph}
            every = read_contact_details(whole_records(self._frame, self._places, ids))
            for _ in noted(each for each in every if each.contact.contact_id in ids):
                pass
            tell_besides(unread_lines(every.account), {"UnreadAttributes": every.account.unread})
        else:
            found = read_contact_details(self._items(), related_as_link=self._related_as_link, strict=self._strict)
            graph = self._as_it_was(self.put_together(noted(self._watched(found))))
        tell_of_disagreements(attributes.disagreements)
        known = [each.contact_id for each in graph]  # not those that had not begun
        details: Details = {
            "attributes": {each: attributes.of(each) for each in known},
            "locations": {each: locations.get(each, ()) for each in known},
        }
        return History(graph, **self.timed(given)), details

    def _as_it_was(self, graph: ContactGraph) -> ContactGraph:
        tell_of_disagreements(graph.disagreements)
        if self._known is None:
            self._known = (each.contact_id for each in graph)
        then = graph if self.as_of is None else graph.as_of(self.as_of)
        if len(graph) and not len(then):
            click.echo(f"no contact had begun at {self.as_of}, so the answer is about none", err=True)
        return then

    def timed(self, given: Given) -> Given:
        """Take the time that the history is asked for as the time of the request, unless another is given."""
        now = given.get("now")
        if now is not None and self.as_of is not None and now < self.as_of:
            raise click.UsageError(
                f"--now is {now}, before --as-of {self.as_of}: give a time from then on, or leave it out"
            )
        return {**given, "now": now or self.as_of}


def _until_told(found: Read[Found]) -> Iterator[Found]:
    yield from _with_progress(found)
    tell(found.account)


def tell(account: Account) -> None:
    """Say on standard error what was passed over, and what no record tells; JSON has it beside the answer."""
    context = click.get_current_context(silent=True)
    if context is not None:
        context.meta[BESIDE] = beside_json(account)
    for line in passed_over_lines(account):
        click.echo(line, err=True)


def tell_of_disagreements(disagreements: Sequence[Doubt]) -> None:
    """Say on standard error where records of one contact differ and none is told to be the latest."""
    from rehydration.render.answer_json import doubts_json  # noqa: PLC0415  # most runs do without
    from rehydration.render.listing import gaps_told  # noqa: PLC0415  # as above

    context = click.get_current_context(silent=True)
    before = [] if context is None else context.meta.get(BESIDE, {}).get("Disagreements", [])
    told = [*before, *doubts_json(disagreements)]
    tell_besides(map(safe_line, gaps_told(disagreements)), {"Disagreements": told})


def tell_besides(lines: Iterable[str], beside: Mapping[str, object]) -> None:
    """Say something on standard error, if anything, and put it beside an answer in JSON."""
    for line in lines:
        click.echo(line, err=True)
        context = click.get_current_context(silent=True)
        if context is not None:
            context.meta.setdefault(BESIDE, {}).update(beside)


def _with_progress(contacts: Iterable[Found]) -> Iterator[Found]:
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
