"""Exports in files, read into columns: many records at once where they are as usual, one by one where they are not.

Here belongs which way each file goes. JSON with one object a line or with nothing between the objects, CSV and Parquet
go in columns; small files of one kind go together. A record that is not as usual, and a file that is written otherwise,
go through the one reader of :mod:`rehydration.records`, which also says what is wrong with them, so that both ways give
the same. This module does not know what is asked of contacts.
"""

# pathlib rewrites paths, and errors name them as they were given.
# ruff: noqa: PTH123

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import IO, Any, Final, Protocol, cast

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
from attrs import Factory, define

from rehydration.bulk import cells, lines, tables
from rehydration.bulk.columns import IDS, SCHEMA, columns_of, with_rows_alone, without_own_ids
from rehydration.bulk.customers import CUSTOMER, Customers
from rehydration.bulk.numbers import Flags
from rehydration.bulk.parts import WORKERS, Ahead, at_once
from rehydration.bulk.pieces import (
    SIZE,
    NotInColumnsError,
    after_a_row,
    after_an_object,
    on_lines,
    on_whole_lines,
    pieces,
)
from rehydration.bulk.places import Place
from rehydration.bulk.shapes import Plan, Shape, shape_of
from rehydration.contacts import Contact
from rehydration.errors import InvalidArgument, UnreadableRecord
from rehydration.records import BinaryFile, sources, streams, values
from rehydration.records import tables as record_tables
from rehydration.records.encodings import ENCODINGS
from rehydration.records.fields import Fault
from rehydration.records.members import ATTRIBUTES
from rehydration.records.reading import Account, Reading

Path = str | os.PathLike[str]
Source = Path | BinaryFile | Iterable[Path | BinaryFile]
Progress = Callable[[int], None]

_BOM: Final = b"\xef\xbb\xbf"
_BLANK: Final = b" \t\r\n"
_SHORT: Final = 100
_TRIED: Final = 20
"""So many first lines are looked at for one that is as usual."""

_IN_SOME: Final = "a column or member that names a customer in some record"


@define
class _File:
    """A file: how much of it was read, the line that heads its rows, and how it ends.

    ``length`` counts bytes, ``fault`` is what is wrong where it cannot be read on. ``ids`` are some of those read, and
    ``has_little`` says that there was a row which tells little more.
    """

    name: str
    encoding: str = "utf-8"
    records: int = 0
    characters: int = 0
    length: int = 0
    header: bytes = b""
    fault: Fault | None = None
    ids: list[str] = Factory(list)
    has_little: bool = False

    @property
    def above(self) -> values.Above:
        """What a table has above what is not read yet."""
        return values.Above(self.records, self.ids, all_tell_more=not self.has_little)

    def ends_before(self, little: Sequence[str]) -> bool:
        """Tell whether the table may end before rows with ids that tell little more; from then on it has such rows."""
        above = self.above
        may_end = any(above.is_unlike(each, [each]) for each in little)
        self.has_little |= bool(little) and not may_end
        return may_end

    @property
    def read(self) -> int:
        """How many bytes of its text were read, with the line that heads its rows."""
        return self.length + len(self.header)

    def until_fault(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield chunks as long as the file can be read, and keep what is wrong with it then."""
        try:
            yield from chunks
        except Fault as fault:
            self.fault = fault

    def with_fault(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield chunks, and raise what is wrong with the file after them.

        :raises Fault: something is.
        """
        yield from chunks
        if self.fault is not None:
            raise self.fault

    def passed(self, data: bytes, records: int) -> None:
        """Note what was read."""
        self.records += records
        self.characters += len(data) if data.isascii() else len(data.decode())
        self.length += len(data)


class _Taken(Protocol):
    """What was taken from a piece: a row a record, and which of them are odd."""

    @property
    def frame(self) -> pl.DataFrame: ...

    @property
    def odd(self) -> Flags: ...

    def record(self, row: int) -> object:
        """Give the record of a row, to be read by itself."""
        ...


class _Reader(Protocol):
    """Reads pieces of one kind in columns."""

    def take(self, data: bytes, /) -> _Taken:
        """Take columns out of a piece, in any thread."""
        ...

    def settle(self, taken: Any, /) -> frozenset[str] | None:  # noqa: ANN401  what the same reader took
        """Mark what else is odd, and say which attributes of a contact are told; None if it must be taken again."""
        ...

    def count(self, data: bytes, /) -> int:
        """Count the records of a piece."""
        ...


def read_columns(  # noqa: PLR0913  # what is read, how, and what is filled
    source: Source,
    customers: Customers,
    progress: Progress = lambda _bytes: None,
    *,
    strict: bool = False,
    account: Account,
    places: list[Place] | None = None,
) -> pl.DataFrame:
    """Read exports into columns of contacts.

    An id by which a contact refers to itself is null, as in a :class:`~rehydration.contacts.Contact` it is left out.
    ``progress`` is told how many bytes of the files were read since it was told last. ``account`` is filled with what
    was found besides contacts, ``places`` with where the rows stand.

    :raises UnreadableRecord: something cannot be read; it names the file, and the record or row in it.
    :raises InvalidArgument: ``source`` is of no such kind, or no record names a customer where it was said.
    """
    exports = _Exports(customers, progress, strict=strict, account=account)
    exports.places = [] if places is None else places
    parts = [pl.DataFrame(schema=SCHEMA), *exports.columns(source)]
    whole = without_own_ids(pl.concat(parts))
    account.channels.update(whole["channel"].unique())
    account.backwards += int((whole["disconnect_timestamp"] < whole["initiation_timestamp"]).sum())
    if customers.column is not None and whole.height:
        if whole[CUSTOMER].null_count() == whole.height:
            raise InvalidArgument("customer_column", customers.column, _IN_SOME)
        account.told.add(CUSTOMER)
    return whole


class _Exports:
    """Reads files, once."""

    def __init__(self, customers: Customers, progress: Progress, *, strict: bool, account: Account) -> None:
        self._customers = customers
        self._progress = progress
        self._reading = Reading((), encodings=ENCODINGS, related_as_link=True, strict=strict)
        self._reading.account = self._account = account
        self._shapes: dict[tuple[str, ...], tuple[Shape, Plan] | None] = {}
        self._readers: dict[object, _Reader] = {}
        self._alike: dict[bytes, _Reader] = {}
        self._reader: _Reader | None = None
        self._waiting: list[tuple[_File, bytes]] = []
        self._waiting_bytes = 0
        self.places: list[Place] = []

    def columns(self, source: Source) -> Iterator[pl.DataFrame]:
        """Yield the columns of files, one after the other."""
        is_one = isinstance(source, str | os.PathLike) or hasattr(source, "read")
        files = 0
        for item in cast("Iterable[Path | BinaryFile]", [source] if is_one else source):
            if isinstance(item, str | os.PathLike):
                for path in sources.paths(item, self._account.passed_over):
                    files += 1
                    yield from self._of_path(path)
            else:
                files += 1
                yield from self._of_file(item, sources.name_of(item))
        if not files:
            sources.check_no_side_files_alone(self._account.passed_over)
        yield from self._flushed()
        self._reading.check()

    def _of_path(self, path: str) -> Iterator[pl.DataFrame]:
        try:
            file = open(path, "rb")  # noqa: SIM115  opening and reading fail differently
        except (OSError, ValueError) as error:
            raise sources.unreadable(path, error) from error
        with file:
            yield from self._of_file(file, path)

    def _of_file(self, item: object, name: str) -> Iterator[pl.DataFrame]:
        file = _File(name)
        try:
            start, chunks = streams.begun(self._watched(sources.reader(item)))
            if start.startswith(streams.PARQUET):
                yield from self._flushed()
                with record_tables.sought(item, start, chunks, self._progress) as sought:
                    yield from self._parquet(file, sought)
                return
            start, chunks = streams.plain(start, chunks)
            file.encoding = streams.encoding_of(start)
            text = start.removeprefix(_BOM)
            first = text.lstrip(_BLANK)[:1]
            if file.encoding != "utf-8" or first in (b"", b"["):
                yield from self._flushed()
                yield from self._streamed(file, chunks)
                return
            if len(text) < len(start):
                file.length = len(_BOM)
                chunks = _without_start(chunks, len(_BOM))
            cut = after_an_object if first == b"{" else after_a_row
            yield from self._text(file, pieces(file.until_fault(chunks), cut), is_json=first == b"{")
        except Fault as fault:
            raise _unreadable(file, fault) from fault.__cause__

    def _watched(self, read: Callable[[int], bytes | None]) -> Callable[[int], bytes | None]:
        def watched(size: int) -> bytes | None:
            chunk = read(size)
            self._progress(len(chunk) if isinstance(chunk, bytes) else 0)
            return chunk

        return watched

    # ----------------------------------------------------------------------------------------------------------- text

    def _text(self, file: _File, parts: Iterator[bytes], *, is_json: bool) -> Iterator[pl.DataFrame]:
        """Read a text: a small one waits for others of its kind, of a large one some pieces are read at once.

        The end of a file that cannot be read on is left to who reads one record after the other, up to the fault.
        """
        first = next(parts)
        second = next(parts, None)
        try:
            reader, body = self._for_text(file, first, is_json=is_json)
        except NotInColumnsError:
            yield from self._flushed()
            yield from self._streamed(file, chain([first], () if second is None else [second], parts))
            return
        if reader is not self._reader or second is not None:
            yield from self._flushed()
            self._reader = reader
        if second is None:
            self._waiting.append((file, body))
            self._waiting_bytes += len(body)
            if self._waiting_bytes >= WORKERS * SIZE:
                yield from self._flushed()
            return
        ahead = Ahead(_taker(reader), chain([body, second], parts))
        for piece, taken in ahead:
            columns = None
            if taken is not None and file.fault is None:
                columns = self._settled(reader, taken, [(file, piece)])
            if columns is None:
                yield from self._streamed(file, chain([piece], ahead.rest()))
                return
            yield columns

    def _for_text(self, file: _File, first: bytes, *, is_json: bool) -> tuple[_Reader, bytes]:
        """Find how a text is read that begins so.

        :raises NotInColumnsError: one record after the other.
        """
        if file.fault is not None:
            raise NotInColumnsError
        return self._for_json(first) if is_json else self._for_csv(file, first)

    def _for_json(self, first: bytes) -> tuple[_Reader, bytes]:
        """Find how lines are read: as those that began with the same member, which tells who wrote them."""
        begin = first[: max(0, first.find(b'"', first.find(b'"', 0, _SHORT) + 1, _SHORT))]
        if begin not in self._alike:
            self._alike[begin] = self._for_lines(first)
        return self._alike[begin], first

    def _for_lines(self, first: bytes) -> _Reader:
        """Find how lines are read, by the first one that is as usual."""
        for each in on_lines(first[: 1 << 20]).split(b"\n", _TRIED)[:_TRIED]:
            line = each.decode(errors="replace")
            names = lines.names_of(line) if line.strip() else None
            if names is None:
                continue
            if names not in self._shapes:
                shape = shape_of(names, self._reading.recogniser, is_row=False)
                self._shapes[names] = None if shape is None else (shape, Plan.of(shape))
            if (found := self._shapes[names]) is not None:
                shape, plan = found
                if plan.key not in self._readers:
                    reader = lines.Reader(plan, self._customers, self._reading.recogniser, line)
                    reader.look_for(shape)
                    self._readers[plan.key] = reader
                return self._readers[plan.key]
        raise NotInColumnsError

    def _for_csv(self, file: _File, first: bytes) -> tuple[_Reader, bytes]:
        """Find how rows are read, by the first line."""
        end = first.find(b"\n") + 1
        if not end:
            raise NotInColumnsError
        header, body = first[:end], first[end:]
        if header not in self._readers:
            self._readers[header] = cells.Reader(header, self._customers, self._reading.recogniser)
        file.header = header
        return self._readers[header], body

    def _flushed(self) -> Iterator[pl.DataFrame]:
        """Read the small files that wait."""
        if not self._waiting or self._reader is None:
            return
        reader, waiting = self._reader, self._waiting
        self._waiting, self._waiting_bytes = [], 0
        groups = [*_grouped(waiting)]
        joined = [b"".join(on_whole_lines(data) for _, data in group) for group in groups]
        for group, taken in zip(groups, at_once(_taker(reader), joined), strict=True):
            columns = None if taken is None else self._settled(reader, taken, group)
            if columns is not None:
                yield columns
                continue
            for file, data in group:
                alone = _taker(reader)(data) if len(group) > 1 else None
                columns = None if alone is None else self._settled(reader, alone, [(file, data)])
                yield from self._streamed(file, iter([data])) if columns is None else [columns]

    def _settled(self, reader: _Reader, taken: _Taken, parts: list[tuple[_File, bytes]]) -> pl.DataFrame | None:
        """Read the odd records of some parts one by one; None if they cannot be told apart or are no JSON."""
        if isinstance(taken, cells.Taken) and len(parts) == 1 and parts[0][0].ends_before(taken.little):
            return None
        told = reader.settle(taken)
        while told is None:
            taken = reader.take(b"".join(on_whole_lines(data) for _, data in parts))
            told = reader.settle(taken)
        rows = np.flatnonzero(taken.odd)
        numbered = []
        try:
            if len(rows):
                counts = [reader.count(data) for _, data in parts] if len(parts) > 1 else [len(taken.odd)]
                ends = np.cumsum(counts)
                if ends[-1] != len(taken.odd):
                    return None
                of = np.searchsorted(ends, rows, side="right")
                for row, part in zip(rows.tolist(), of.tolist(), strict=True):
                    file = parts[part][0]
                    number = file.records + row - int(ends[part]) + counts[part] + 1
                    numbered.append((row, (file.name, number, taken.record(row))))
        except (Fault, NotInColumnsError):
            return None
        if len(rows) < len(taken.odd):
            self._account.note(told, parts[0][0].name if parts[0][0].header else None)
            self._account.records += len(taken.odd) - len(rows)
        frame, records = taken.frame, None
        if len(rows):
            alone = ((row, each) for row, one in numbered for each in self._reading.found_in(one, self._customers.of))
            frame, records = with_rows_alone(frame, taken.odd, alone)
        pieces_of = [(file.name, begin, begin + len(data)) for file, data in parts for begin in [file.read]]
        self.places.append(Place(frame.height, pieces_of, parts[0][0].header, len(taken.odd), records))
        if len(parts) == 1:
            few = frame[IDS].head(values.MOST_LOOKS)
            parts[0][0].ids = parts[0][0].ids or [each for name in IDS for each in few[name].drop_nulls()]
            parts[0][0].passed(parts[0][1], len(taken.odd))
        return frame

    def _streamed(self, file: _File, chunks: Iterator[bytes]) -> Iterator[pl.DataFrame]:
        """Read what is left of a file one record at a time."""
        self._account.one_by_one.append(file.name)
        texts = streams.decoded(file.with_fault(chain([file.header], chunks)), file.encoding, file.length)
        try:
            records = values.records(texts, file.characters, above=file.above)
            yield self._somewhere(file, columns_of(self._one_by_one(file, records)))
        except Fault as fault:
            raise _unreadable(file, fault) from fault.__cause__

    def _somewhere(self, file: _File, frame: pl.DataFrame) -> pl.DataFrame:
        """Note that rows stand somewhere in a file."""
        self.places.append(Place(frame.height, [(file.name, 0, 0)]))
        return frame

    def _one_by_one(self, file: _File, records: Iterator[object]) -> Iterator[Contact]:
        for record in records:
            file.records += 1
            yield from self._reading.found_in((file.name, file.records, record), self._customers.of)

    # --------------------------------------------------------------------------------------------------------- tables

    def _parquet(self, file: _File, sought: IO[bytes]) -> Iterator[pl.DataFrame]:
        try:
            table = tables.Parquet(sought)
            reader = tables.Reader(table.names, self._customers, self._reading.recogniser)
            for number, group in enumerate(table.groups(reader.wanted)):
                told = reader.shape.told - record_tables.silent_in(group)
                frame, records = self._rows(file, reader.take(group), told)
                self.places.append(Place(frame.height, [(file.name, 0, 0)], b"", group.num_rows, records, number))
                yield frame
        except NotInColumnsError:
            sought.seek(0)
            self._account.one_by_one.append(file.name)
            rows = record_tables.rows(sought, left_out=() if self._customers.attribute else (ATTRIBUTES,))
            yield self._somewhere(file, columns_of(self._one_by_one(file, islice(rows, file.records, None))))

    def table(self, table: pa.Table, name: str) -> pl.DataFrame:
        """Make columns of contacts of a table."""
        names, file = tuple(table.column_names), _File(name)
        try:
            reader = tables.Reader(names, self._customers, self._reading.recogniser)
        except NotInColumnsError:
            every = tables.Taken(names, table, columns_of(()), np.ones(table.num_rows, bool))
            return self._rows(file, every, frozenset())[0]
        told = reader.shape.told - record_tables.silent_in(table)
        return self._rows(file, reader.take(table.select(reader.wanted)), told)[0]

    def _rows(
        self, file: _File, taken: tables.Taken, told: frozenset[str]
    ) -> tuple[pl.DataFrame, npt.NDArray[np.int64] | None]:
        """Read the odd rows of a table one by one; they come after those of the file that were read."""
        rows, before = np.flatnonzero(taken.odd), file.records
        file.records += len(taken.odd)
        if len(rows) < len(taken.odd):
            self._account.note(told, file.name)
            self._account.records += len(taken.odd) - len(rows)
        if not len(rows):
            return taken.frame, None

        def alone() -> Iterator[tuple[int, Contact]]:
            for row in rows.tolist():
                number = before + row + 1
                try:
                    record = taken.record(row)
                except Fault as fault:
                    raise UnreadableRecord(file.name, number, fault.path, fault.problem, fault.expected) from None
                one = (file.name, number, record)
                yield from ((row, each) for each in self._reading.found_in(one, self._customers.of))

        return with_rows_alone(taken.frame, taken.odd, alone())


def read_table(table: pa.Table, name: str, customers: Customers, account: Account) -> pl.DataFrame:
    """Make columns of contacts of a table, and fill an account.

    :raises UnreadableRecord: a row cannot be read; rows are counted from 1.
    """
    return _Exports(customers, lambda _bytes: None, strict=False, account=account).table(table, name)


def _unreadable(file: _File, fault: Fault) -> UnreadableRecord:
    return UnreadableRecord(file.name, file.records + 1, fault.path, fault.problem, fault.expected)


def _taker(reader: _Reader) -> Callable[[bytes], _Taken | None]:
    """Take columns out of a piece, or nothing where that cannot be."""

    def take(data: bytes) -> _Taken | None:
        try:
            return reader.take(data)
        except NotInColumnsError:
            return None

    return take


def _grouped(waiting: list[tuple[_File, bytes]]) -> Iterator[list[tuple[_File, bytes]]]:
    """Put small files together until they are as long as a piece."""
    group: list[tuple[_File, bytes]] = []
    size = 0
    for file, data in waiting:
        group.append((file, data))
        size += len(data)
        if size >= SIZE:
            yield group
            group, size = [], 0
    if group:
        yield group


def _without_start(chunks: Iterator[bytes], length: int) -> Iterator[bytes]:
    start = b""
    for chunk in chunks:
        start += chunk
        if len(start) >= length:
            break
    yield start[length:]
    yield from chunks
