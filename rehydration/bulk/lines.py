"""JSON lines to columns, many at once, by DuckDB's reader of JSON.

Here belongs what is taken out of lines of JSON without making objects of them: the members that a plan names, each as
it is written, so that a number is not taken for a text; and the names of all members, by which the shape of a record is
known. DuckDB takes some things for JSON that are none; such lines are found here and marked, as is all that is not as
usual, to be read one by one. This module does not know files.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from types import NoneType
from typing import Final, NamedTuple, cast

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from rehydration.bulk.columns import READ, Column, Recorded, contact_columns, without
from rehydration.bulk.customers import CUSTOMER, Customers
from rehydration.bulk.numbers import Flags
from rehydration.bulk.pieces import NotInColumnsError, on_lines
from rehydration.bulk.shapes import Plan, Shape, shape_of
from rehydration.records import values
from rehydration.records.members import A_RECORDING, ATTRIBUTES, RECORDINGS
from rehydration.records.reading import Recogniser
from rehydration.records.spellings import recording_names

Hashes = npt.NDArray[np.uint64]

_FIRST: Final = 1 << 16
_BRACE: Final = ord("{")
_BACKSLASH: Final = ord("\\")
_SHORT: Final = 3
_EMPTY: Final = re.compile(rb"\n[ \t\r\n]*\n")
_SUSPECT: Final = r",[ \t\r\n]*[\]}]|NaN|nan|NAN|Inf|inf|INF|[\]}]{16}"
"""What makes a line suspect: a comma too many, constants that JSON does not have, nesting so deep that Python may not
follow. All of it in one pattern is looked for as quickly as any part of it."""
_NO_JSON: Final = re.compile(r",\s*[\]}]|[:,\[]\s*-?(?:nan|inf)|[\]}]{16}", re.IGNORECASE)
_QUERY: Final = """
    SELECT *, hash(json_keys(recordings, '$[*]')) AS kind, from_json(recordings, {recorded}) AS recorded
    FROM (
        SELECT *, struct_extract(told, {recordings}) AS recordings
        FROM (SELECT hash({keys}) AS shape, from_json(line, {told}) AS told{customer} FROM lines)
    )
"""
_ALIKE: Final = "SELECT try(line::{whole}) AS whole FROM lines"
"""A cast takes what has each member of a structure once, and no other: where it does, nobody looks at the names."""
_OF_THE_FIRST: Final = 0
_JSON: Final = {"ARROW:extension:name": "arrow.json", "ARROW:extension:metadata": ""}
_AS_TEXT: Final = pa.schema([pa.field("line", pa.large_string())])
_AS_JSON: Final = pa.schema([pa.field("line", pa.large_string(), metadata=_JSON)])
"""Lines as JSON are not looked at before they are cast. Other functions do not expect that they may be none."""
_AT_ONCE: Final = 64
"""So many lines DuckDB looks at in one go: they, and what it makes of them, stay in a processor's cache."""
_IN_A_ROW: Final = 1 << 16
"""So many empty lines may be there before they are left out first."""
_here = threading.local()


class Lines:
    """Whole lines that hold an object of JSON each, those that are empty left out.

    >>> lines = Lines(b'{"a": 1}' + 2 * bytes([10]) + b'{"a": 2}')
    >>> len(lines), lines[1]
    (2, '{"a": 2}')
    """

    def __init__(self, data: bytes) -> None:
        """Find the lines.

        :raises NotInColumnsError: they are not UTF-8, or one does not begin with a brace.
        """
        offsets = _offsets(data)
        if offsets is None or (np.diff(offsets) < _SHORT).any():
            data = _EMPTY.sub(b"\n", data.lstrip())
            offsets = _offsets(data)
        if offsets is None:
            raise NotInColumnsError
        as_bytes = np.frombuffer(data, np.uint8)
        if not (as_bytes[offsets[:-1]] == _BRACE).all():
            raise NotInColumnsError
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
        every = pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(offsets) - 1, buffers)
        try:
            self.text: pa.LargeStringArray = every.cast(pa.large_string())
        except pa.ArrowInvalid:
            raise NotInColumnsError from None

    def __len__(self) -> int:
        """Count the lines."""
        return len(self.text)

    def __getitem__(self, row: int) -> str:
        """Give the text of one line."""
        return cast("str", self.text[int(row)].as_py()).strip()


class Taken(NamedTuple):
    """What was taken from lines: columns of contacts, the rows that are odd, and the shape of each row, as a hash.

    The shape of lines with the members of the first one is 0. ``names`` are the members that were looked for.
    """

    names: tuple[str, ...]
    lines: Lines
    frame: pl.DataFrame
    odd: Flags
    shapes: Hashes

    def record(self, row: int) -> object:
        """Give the record of a row.

        :raises Fault: it is none.
        """
        return next(values.records(iter((self.lines[row],))))


class _Told(NamedTuple):
    """What lines tell as it is written, which of them are odd, and the shape of each.

    ``recordings`` are the kinds, statuses and locations of recordings, ``of`` the row that each is of.
    """

    members: dict[str, pa.Array]
    of: npt.NDArray[np.int64]
    recordings: list[pa.Array]
    odd: Flags
    shapes: Hashes
    customer: pa.Array | None = None


class _Question(NamedTuple):
    """The members that are looked for, with the queries that ask for them; other threads see all of it change at once.

    ``of_the_first`` asks lines for the members of the first one, ``of_each`` for whatever names they have.
    """

    names: tuple[str, ...]
    of_each: str
    of_the_first: str


class Reader:
    """Takes columns out of lines that are mostly spelt as planned."""

    def __init__(self, plan: Plan, customers: Customers, recogniser: Recogniser, first: str) -> None:
        """Prepare what is asked of every line; most have the members of the ``first``, or nearly so."""
        self._plan = plan
        self._recogniser = recogniser
        self._recording = _styled(plan)
        self._customers, self._customer = customers, customers.path(plan)
        self._first = names_of(first) or ()
        self._recorded = self._names_of_a_recording(first)
        self._are_alike = self._customer is None and _are_apart(self._first) and _are_apart(self._recorded)
        self._question = _Question((), "", "")
        self._is_usual: dict[int, bool] = {}
        self._shapes: dict[int, Shape | None] = {}

    def take(self, data: bytes) -> Taken:
        """Take columns out of whole lines, in any thread; objects may also have nothing between them.

        :raises NotInColumnsError: they are not all objects of JSON.
        """
        if data.find(b"\n", 0, _FIRST) < 0:
            data = on_lines(data)
        try:
            return self._take(data)
        except NotInColumnsError:
            if (on_several := on_lines(data)) == data:
                raise
            return self._take(on_several)

    def look_for(self, shape: Shape) -> None:
        """Look for the members that records of a shape have, too."""
        names = [name for name in READ if name in shape.spelling.names or name in self._question.names]
        if RECORDINGS not in names:
            names.append(RECORDINGS)
        keys, customer = "json_keys(line)", ""
        if self._customer is not None:
            if self._customers.attribute:
                attributes = _pointer(self._customer[:-1])
                each = _quoted(f'$."{self._customer[0]}".*')
                keys += f", json_type(line, {attributes}), json_keys(line, {attributes}), json_type(line, {each})"
            customer = f", json_extract(line, {_pointer(self._customer)}) AS customer"
        query = _QUERY.format(
            keys=keys,
            told=_structure(dict.fromkeys((self._plan.names[name] for name in names), "JSON")),
            customer=customer,
            recordings=_quoted(self._plan.names[RECORDINGS]),
            recorded=_structure([dict.fromkeys(self._recording, "JSON")]),
        )
        raw = {self._plan.names[name] for name in names}
        kinds = {each: "JSON" if each in raw else _name("NULL") for each in self._first}
        if self._plan.names[RECORDINGS] in kinds:
            kinds[self._plan.names[RECORDINGS]] = _struct(dict.fromkeys(self._recorded, "JSON")) + "[]"
        self._question = _Question(tuple(names), query, _ALIKE.format(whole=_struct(kinds)))

    def settle(self, taken: Taken) -> frozenset[str] | None:
        """Mark the records as odd that are not spelt as planned, and say which attributes of a contact others tell.

        The answer is None if there are members that were not looked for: they will be if the piece is taken again.
        """
        if np.count_nonzero(taken.shapes == _OF_THE_FIRST) < len(taken.shapes) / 2:
            self._are_alike = False  # to ask the others twice takes longer than to look at all names
        told: set[str] = set()
        for each, row in zip(*np.unique(taken.shapes, return_index=True), strict=True):
            if each not in self._shapes:
                self._shapes[each] = self._shape(taken.lines[row])
            shape = self._shapes[each]
            if shape is None:
                taken.odd[taken.shapes == each] = True
                continue
            if any(name in READ and name not in taken.names for name in shape.spelling.names):
                self.look_for(shape)
                return None
            told |= shape.told
        return frozenset(told)

    def _shape(self, line: str) -> Shape | None:
        names = names_of(line)
        if self._customers.attribute and names is not None and not _is_usual(line, self._plan.names[ATTRIBUTES]):
            return None
        shape = None if names is None else shape_of(names, self._recogniser, is_row=False)
        return None if shape is None or not self._plan.fits(shape) else shape

    def count(self, data: bytes) -> int:
        """Count the records in whole lines."""
        return len(Lines(on_lines(data)))

    def _take(self, data: bytes) -> Taken:
        lines, question = Lines(data), self._question
        told = self._of_the_first(lines.text, question) if self._are_alike else self._of_each(lines.text, question)
        odd = told.odd | _suspects(lines)
        raw: dict[str, Column] = dict(zip(told.members, _unquoted([*told.members.values()], odd), strict=True))
        if told.customer is not None:
            raw[CUSTOMER] = _named(told.customer, odd, are_texts=bool(self._customers.attribute))
        is_odd = np.zeros(len(told.of), bool)
        recorded = Recorded(told.of, tuple(_unquoted(told.recordings, is_odd)))
        odd[told.of[is_odd]] = True
        frame = contact_columns(raw, odd, zone_is_told=self._plan.zone_is_told, recorded=recorded)
        return Taken(question.names, lines, frame, odd, told.shapes)

    def _of_the_first(self, text: pa.LargeStringArray, question: _Question) -> _Told:
        """Ask lines of which most have the members of the first one, and the others again."""
        whole = _asked(question.of_the_first, text, _AS_JSON)["whole"].combine_chunks()
        raw = {name: self._plan.names[name] for name in question.names}
        lacking = pa.nulls(len(text), pa.string())
        members = {name: whole.field(each) if each in self._first else lacking for name, each in raw.items()}
        lists = members.pop(RECORDINGS)
        if lists is lacking:
            lists = pa.nulls(len(text), pa.list_(pa.struct({each: pa.string() for each in self._recorded})))
        of, items = pc.list_parent_indices(lists).to_numpy(), pc.list_flatten(lists)
        nothing = pa.nulls(len(items), pa.string())
        recordings = [items.field(each) if each in self._recorded else nothing for each in self._recording]
        odd, shapes = np.zeros(len(text), bool), np.full(len(text), _OF_THE_FIRST, np.uint64)
        if not whole.null_count:
            return _Told(members, of, recordings, odd, shapes)
        is_other = whole.is_null()
        rows = np.flatnonzero(is_other.to_numpy(zero_copy_only=False))
        others = self._of_each(text.filter(is_other), question)
        odd[rows], shapes[rows] = others.odd, others.shapes
        return _Told(
            {name: pc.replace_with_mask(each, is_other, others.members[name]) for name, each in members.items()},
            np.concatenate([of, rows[others.of]]),
            [pa.concat_arrays(both) for both in zip(recordings, others.recordings, strict=True)],
            odd,
            shapes,
        )

    def _of_each(self, text: pa.LargeStringArray, question: _Question) -> _Told:
        """Ask each line for the names of all its members, too."""
        told = _asked(question.of_each, text, _AS_TEXT)
        members = dict(zip(question.names, told["told"].combine_chunks().flatten(), strict=True))
        lists, recorded = members.pop(RECORDINGS), told["recorded"].combine_chunks()
        is_list = pc.fill_null(pc.starts_with(lists, "["), fill_value=False)
        odd = pc.and_not(pc.is_valid(lists), is_list).to_numpy(zero_copy_only=False)
        rows = np.flatnonzero(pc.and_(is_list, pc.not_equal(lists, "[]")).to_numpy(zero_copy_only=False))
        kinds = told["kind"].to_numpy()[rows]
        for kind, first in zip(*np.unique(kinds, return_index=True), strict=True):
            if kind not in self._is_usual:
                items = json.loads(lists[int(rows[first])].as_py(), object_pairs_hook=_Pairs)
                self._is_usual[kind] = all(map(self._has_usual_names, items))
            if not self._is_usual[kind]:
                odd[rows[kinds == kind]] = True
        return _Told(
            members,
            pc.list_parent_indices(recorded).to_numpy(),
            pc.list_flatten(recorded).flatten(),
            odd,
            told["shape"].to_numpy(),
            None if self._customer is None else told["customer"].combine_chunks(),
        )

    def _names_of_a_recording(self, first: str) -> tuple[str, ...]:
        """Tell the members of a recording of the first line, or those that are looked for."""
        held = dict(json.loads(first, object_pairs_hook=_Pairs)).get(self._plan.names[RECORDINGS])
        items = [each for each in held if self._has_usual_names(each)] if isinstance(held, list) else []
        return cast("_Pairs", items[0]).names if items else self._recording

    def _has_usual_names(self, item: object) -> bool:
        """Tell whether an item is a recording that is spelt as planned; of what has no names, DuckDB tells nothing."""
        if not isinstance(item, _Pairs) or not item:
            return False
        names = item.names
        return len({*names}) == len(names) and recording_names(names) == self._recording


def _offsets(data: bytes) -> npt.NDArray[np.int64] | None:
    """Find where lines begin, and where the last one ends; None if so many are empty that this takes more than they."""
    found, end = [0], data.find(b"\n") + 1
    while end:
        found.append(end)
        if len(found) * _SHORT > end + _IN_A_ROW:
            return None
        end = data.find(b"\n", end) + 1
    return np.array(found if found[-1] == len(data) else [*found, len(data)], np.int64)


def names_of(line: str) -> tuple[str, ...] | None:
    """Tell the names of the members of an object of JSON, doubled ones too; None for what is none.

    >>> names_of('{"a": {"b": 1}, "a": 2}')
    ('a', 'a')
    """
    try:
        found = json.loads(line, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        return None
    return found.names if isinstance(found, _Pairs) else None


def _are_apart(names: tuple[str, ...]) -> bool:
    """Tell whether names differ in more than capitals, as DuckDB asks of a structure's."""
    return len({*map(str.lower, names)}) == len(names)


def _is_usual(line: str, member: str) -> bool:
    """Tell whether a member of a line is null, or an object of texts and nulls that names each of them once."""
    held = dict(json.loads(line, object_pairs_hook=_Pairs)).get(member)
    if held is None:
        return True
    is_once = isinstance(held, _Pairs) and len({*held.names}) == len(held)
    return is_once and all(isinstance(each, str | NoneType) for _, each in cast("_Pairs", held))


class _Pairs(list[tuple[str, object]]):
    """The members of an object, each as often as it is named."""

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(name for name, _ in self)


def _styled(plan: Plan) -> tuple[str, str, str]:
    kind, status, location = (plan.style(name) for name in A_RECORDING)
    return kind, status, location


def _structure(of: object) -> str:
    """Write in SQL of what structure an answer is."""
    return _quoted(json.dumps(of))


def _pointer(path: Iterable[str]) -> str:
    """Write a path as a JSON pointer, in SQL."""
    return _quoted("".join("/" + each.replace("~", "~0").replace("/", "~1") for each in path))


def _struct(kinds: Mapping[str, str]) -> str:
    """Write in SQL the kind of a structure with these members."""
    return f"STRUCT({', '.join(f'{_name(each)} {kind}' for each, kind in kinds.items())})"


def _name(name: str) -> str:
    """Write a name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    """Write a text in SQL."""
    return "'" + text.replace("'", "''") + "'"


def _asked(query: str, text: pa.LargeStringArray, schema: pa.Schema) -> pa.Table:
    """Ask DuckDB about lines, in this thread alone.

    :raises NotInColumnsError: one of them is no JSON.
    """
    if not hasattr(_here, "connection"):
        _here.connection = duckdb.connect(config={"threads": 1})
    apart = [text.slice(begin, _AT_ONCE) for begin in range(0, len(text), _AT_ONCE)]
    _here.connection.register("lines", pa.table([pa.chunked_array(apart, pa.large_string())], schema=schema))
    try:
        return _here.connection.sql(query).to_arrow_table()
    except (duckdb.Error, UnicodeDecodeError):  # its message may cut a character in two
        raise NotInColumnsError from None
    finally:
        _here.connection.unregister("lines")


def _suspects(lines: Lines) -> Flags:
    """Find the lines that DuckDB takes for JSON and Python does not."""
    odd = np.zeros(len(lines), bool)
    text = cast("pl.Series", pl.from_arrow(lines.text))
    for row in text.str.contains(_SUSPECT).arg_true().to_list():
        odd[row] = _NO_JSON.search(lines[row]) is not None
    return odd


def _unquoted(columns: Sequence[pa.Array], odd: Flags) -> list[pa.Array]:
    """Take the texts of columns out of their quotation marks; what is neither text nor null is odd."""
    written = pa.concat_arrays(columns)
    is_text = pc.starts_with(written, '"')
    if not pc.all(is_text, min_count=0).as_py():
        is_other = pc.fill_null(pc.invert(is_text), fill_value=False).to_numpy(zero_copy_only=False)
        odd |= is_other.reshape(len(columns), -1).any(axis=0)
        written = without(written, pc.invert(is_text))
    text = pc.binary_slice(written.cast(pa.binary()), 1, -1).cast(pa.string())
    if (np.frombuffer(text.buffers()[2], np.uint8) == _BACKSLASH).any():
        has_escape = pc.fill_null(pc.match_substring(written, "\\"), fill_value=False)
        meant = pa.array(map(json.loads, written.filter(has_escape).to_pylist()), pa.string())
        text = pc.replace_with_mask(text, has_escape, meant)
    return [text.slice(place * len(odd), len(odd)) for place in range(len(columns))]


def _named(written: pa.Array, odd: Flags, *, are_texts: bool) -> pa.Array:
    """Take names of customers: texts, and whole numbers as they are written, unless all ``are_texts``."""
    written = without(written, pc.equal(written, "null"))
    if are_texts:
        return _unquoted([written], odd)[0]
    is_number = pc.match_substring_regex(written, r"^-?\d+$")
    numbers = pc.binary_join_element_wise('"', written.filter(is_number), '"', "")
    quoted = pc.replace_with_mask(written, is_number, numbers)
    return _unquoted([quoted], odd)[0]
