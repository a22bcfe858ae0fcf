"""The columns of contacts: what a table must have to be asked about, and how it becomes so.

Here belong the names of the columns, which are those of the data lake, their types, and the ways in: columns of values
as files and tables hold them, and contacts that were read one by one. What is not as usual is marked, not judged: such
rows are read one by one, and take their place among the others. This module does not know files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Final, NamedTuple, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from rehydration.bulk.numbers import Flags
from rehydration.bulk.shapes import spelt_as
from rehydration.contacts import REFERENCES, TIMES, Contact
from rehydration.identifiers import CONTACT_ID_LENGTH
from rehydration.records import fields
from rehydration.records.members import A_RECORDING, INSTANCE_ARN, MEMBERS, ONE_RECORDING, RECORDING, RECORDINGS
from rehydration.records.tables import is_uuid
from rehydration.transcripts import Availability

TIME: Final = pl.Datetime("us", "UTC")
SCHEMA: Final[Mapping[str, pl.DataType]] = {
    "contact_id": pl.String(),
    "initial_contact_id": pl.String(),
    "previous_contact_id": pl.String(),
    "related_contact_id": pl.String(),
    "channel": pl.String(),
    "initiation_method": pl.String(),
    "initiation_timestamp": TIME,
    "disconnect_timestamp": TIME,
    "last_update_timestamp": TIME,
    "customer_id": pl.String(),
    "instance_id": pl.String(),
    "transcript": pl.String(),
    "is_event": pl.Boolean(),
}
"""The columns of contacts, one row a record: what is not told is null. ``transcript`` is an ``Availability``."""

IDS: Final = ("contact_id", *REFERENCES)
_CHECKED: Final = tuple(name for name in MEMBERS if name not in SCHEMA)
"""Members that are no column and yet must be what a contact may have."""
_WORDS: Final = ("channel", "initiation_method")
READ: Final = (*SCHEMA, *_CHECKED, INSTANCE_ARN, RECORDINGS, RECORDING, *ONE_RECORDING)
"""All members that are looked at."""

Frame: TypeAlias = pl.DataFrame
Column: TypeAlias = pa.Array | pa.ChunkedArray
Rows = npt.NDArray[np.int64]
_Take: TypeAlias = Callable[[str], tuple[pl.Series, Flags]]
ForEach: TypeAlias = Callable[[_Take, list[str]], Iterable[tuple[pl.Series, Flags]]]

_UTC: Final = pa.timestamp("us", "UTC")
_NAIVE: Final = pa.timestamp("us")
_WITH_ZONE: Final = {20, 24, 25, 27}
_WITHOUT_ZONE: Final = {19, 23, 26}
"""How long times are as they are usually written, to seconds, milliseconds or microseconds."""
_WRITTEN: Final = r"^\d{4}-[01]\d-[0-3]\d[T ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3}|\.\d{6})?(?:Z|\+00:00| UTC)?$"
_ZONE: Final = r"(?:Z|\+00:00| UTC)$"
_INSTANCE: Final = "^(?s:.*?)instance/([^/]+)"
_FIRST: Final = 31_536_000_000_000
_LAST: Final = 253_370_764_799_999_999
"""The microseconds since 1970 with which the year 1971 begins and the year 9998 ends."""
_PLAIN_ID: Final = rf"^[0-9A-Za-z._:/-]{{1,{CONTACT_ID_LENGTH}}}$"
_UNLIKELY_ID: Final = rf"^(?:{'|'.join(map(re.escape, sorted(fields.NOTHING - {''})))}|{fields.NO_UUID}|arn:.*)$"
_UUID: Final = r"^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
_NO_UUID: Final = np.frombuffer(fields.NO_UUID.encode(), np.uint8)
_LETTERS: Final = 26
_IN_CACHE: Final = 1 << 13
"""So many ids are looked at in one go, so that they stay in a processor's cache."""
_NOBODY: Final = pa.array(sorted(fields.NOBODY))
_FACTS: Final = (Availability.AVAILABLE.value, Availability.MISSING.value, Availability.DELETED.value)
_KNOWN_FACTS: Final = [each.value for each in Availability]
_PART: Final = 1 << 16
_UUID_BYTES: Final = 16


class Recorded(NamedTuple):
    """Recordings: the row that each is of, and its kind, status and location."""

    rows: Rows
    values: tuple[Column | None, ...]


def contact_columns(
    raw: Mapping[str, Column],
    odd: Flags,
    *,
    zone_is_told: bool,
    recorded: Recorded | None = None,
    for_each: ForEach = map,
) -> pl.DataFrame:
    """Make columns of contacts of columns of values, by our names of members; one of contact ids must be there.

    ``zone_is_told`` asks of times written as text that they say in which zone they are; otherwise it is UTC. Rows in
    which a value is of another type or form than usual are marked in ``odd``: they are to be read one by one.
    ``recorded`` are recordings that stand in no column. ``for_each`` takes the columns, one after the other unless it
    is told to take several at once.
    """

    def take(name: str) -> tuple[pl.Series, Flags]:
        is_odd = np.zeros(len(odd), bool)
        return _taken(raw[name], name, is_odd, zone_is_told=zone_is_told), is_odd

    there = [name for name in (*SCHEMA, *_CHECKED) if name in raw]
    lacking = {name: kind for name, kind in SCHEMA.items() if name not in raw}
    columns = {name: _repeated(False if name == "is_event" else None, len(odd), kind) for name, kind in lacking.items()}
    for name, (column, is_odd) in zip(there, for_each(take, there), strict=True):
        columns[name] = column
        odd |= is_odd
    if columns["contact_id"].null_count():
        odd |= columns["contact_id"].is_null().to_numpy()
    if INSTANCE_ARN in raw:
        columns["instance_id"] = _or(columns["instance_id"], _instances(_told(raw[INSTANCE_ARN], odd)))
    if RECORDING in raw:
        odd |= _flags_of(pc.is_valid(raw[RECORDING]))
    recordings = _transcripts(raw, columns["contact_id"], odd, recorded)
    columns["transcript"] = columns["transcript"] if recordings is None else _or(columns["transcript"], recordings)
    if columns["is_event"].null_count():
        columns["is_event"] = columns["is_event"].fill_null(value=False)
    return pl.DataFrame({name: columns[name] for name in SCHEMA})


def with_rows_alone(frame: pl.DataFrame, odd: Flags, alone: Iterable[tuple[int, Contact]]) -> tuple[pl.DataFrame, Rows]:
    """Put contacts that were read one by one, each with its row, in the place of the rows that are odd.

    The numbers tell which row each was of before.
    """
    rows: list[int] = []

    def contacts() -> Iterator[Contact]:
        for row, contact in alone:
            rows.append(row)
            yield contact

    read = columns_of(contacts())
    place = np.concatenate([np.flatnonzero(~odd), np.array(rows, np.int64)])
    whole = pl.concat([frame.filter(pl.Series(~odd)), read]).with_columns(pl.Series("row", place))
    ordered = whole.sort("row", maintain_order=True)
    return ordered.drop("row"), ordered["row"].to_numpy()


def without_own_ids(frame: pl.DataFrame) -> pl.DataFrame:
    """Leave out ids by which a contact refers to itself, which say nothing."""
    is_other = {name: pl.col(name) != pl.col("contact_id") for name in REFERENCES}
    return frame.with_columns(pl.when(test).then(name).alias(name) for name, test in is_other.items())


def _repeated(value: object, length: int, kind: pl.DataType) -> pl.Series:
    """Repeat a value; ``pl.repeat`` asks polars a question, which costs more than all values of a piece."""
    return pl.Series([value], dtype=kind).new_from_index(0, length)


def _or(column: pl.Series, other: pl.Series) -> pl.Series:
    if column.null_count() == len(column):
        return other
    return pl.DataFrame({"a": column, "b": other}).select(pl.coalesce("a", "b"))["a"]


# ------------------------------------------------------------------------------------------------------------- values


def _taken(column: Column, name: str, odd: Flags, *, zone_is_told: bool) -> pl.Series:
    if name in TIMES:
        return _times(column, odd, zone_is_told=zone_is_told)
    if name == "is_event":
        return _yes_or_no(column)
    if name in IDS or name in _CHECKED:
        return _ids(column, odd)
    if name == "customer_id":
        return _names(column, odd)
    if name in _WORDS:
        return _words(_told(column, odd))
    text = _texts(column, odd)
    if name == "transcript":
        return text.set(~text.is_in(_KNOWN_FACTS), None)
    return text


def _texts(column: Column, odd: Flags) -> pl.Series:
    """Take texts, of which the empty one tells nothing; what is neither text nor null is odd."""
    return _series(_told(column, odd))


def _told(column: Column, odd: Flags) -> Column:
    # Arrow's functions cost a tenth of what a question to polars does, whose time is the same for a few rows.
    text = _written(column, odd)
    lengths = pc.binary_length(text)
    return without(text, pc.equal(lengths, 0)) if pc.min(lengths).as_py() == 0 else text


def _ids(column: Column, odd: Flags) -> pl.Series:
    """Take ids; those that are not written as AWS does are odd, but for UUIDs in capitals."""
    text = _told(column, odd)
    if are_uuids(text):
        return _series(text)
    ids = _series(text)
    is_usual = ids.str.contains(_PLAIN_ID) & ~ids.str.contains(_UNLIKELY_ID)
    odd |= (~is_usual).fill_null(value=False).to_numpy()
    in_capitals = ids.str.contains(_UUID)
    return ids.zip_with(~in_capitals, ids.str.to_lowercase()) if in_capitals.any() else ids


def are_uuids(text: Column) -> bool:
    """Tell whether all texts are as long as a UUID, have nothing in capitals and no other signs, and say something."""
    return all(map(_are_uuids, _parts(text)))


def _are_uuids(part: pa.Array) -> bool:
    lengths = pc.min_max(pc.binary_length(part))
    if {lengths["min"].as_py(), lengths["max"].as_py()} - {None, len(_NO_UUID)}:
        return False
    held = _bytes(part)
    if len(held) != (len(part) - part.null_count) * len(_NO_UUID):
        return False
    for begin in range(0, len(held), _IN_CACHE * len(_NO_UUID)):
        rows = held[begin : begin + _IN_CACHE * len(_NO_UUID)].reshape(-1, len(_NO_UUID))
        first = rows[:, 0]
        if (
            not (ord("-") <= rows.min() and rows.max() <= ord("z"))
            or (rows - ord("A") < _LETTERS).any()
            or (first == ord("-")).any()
            or (rows[first == _NO_UUID[0]] == _NO_UUID).all(axis=1).any()
        ):
            return False
    return True


def _names(column: Column, odd: Flags) -> pl.Series:
    """Take names, without blanks around them; words for nothing are none."""
    text = _told(column, odd)
    if _have_bytes(text, b"!~"):
        is_nothing = pc.is_in(text, _NOBODY)
        return _series(without(text, is_nothing) if pc.any(is_nothing).as_py() else text)
    names = _series(text).str.strip_chars(fields.AROUND)
    return names.set(names.is_in([*fields.NOBODY]), None)


def _have_bytes(text: Column, ends: bytes) -> bool:
    """Tell whether all bytes of texts lie between two."""
    every = map(_bytes, _parts(text))
    return all(ends[0] <= held.min() and held.max() <= ends[1] for held in every if len(held))


def _parts(text: Column) -> list[pa.Array]:
    return text.chunks if isinstance(text, pa.ChunkedArray) else [text]


def _bytes(part: pa.Array) -> npt.NDArray[np.uint8]:
    """Give the bytes of texts, one after the other."""
    _, offsets, data = part.buffers()
    width = np.int64 if pa.types.is_large_string(part.type) else np.int32
    begin, end = np.frombuffer(offsets, width)[[part.offset, part.offset + len(part)]]
    return np.frombuffer(data or b"", np.uint8)[begin:end]


def without(texts: Column, flags: Column) -> Column:
    """Leave out the texts that are flagged.

    ``if_else`` of PyArrow gives zero bytes instead of texts if the array is a part of another one, at least up to 21.
    """
    mask = flags.combine_chunks() if isinstance(flags, pa.ChunkedArray) else flags
    return pc.replace_with_mask(texts, mask, pa.scalar(None, texts.type))


def _written(column: Column, odd: Flags) -> Column:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if isinstance(kind, pa.BaseExtensionType) and pa.types.is_fixed_size_binary(kind.storage_type):
        parts = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
        column, kind = pa.chunked_array([each.storage for each in parts], kind.storage_type), kind.storage_type
    if pa.types.is_fixed_size_binary(kind):
        column, kind = column.cast(pa.binary()), pa.binary()
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return _of_bytes(column, odd)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return column
    if pa.types.is_string_view(kind):
        return column.cast(pa.large_string())
    odd |= _flags_of(pc.is_valid(column))
    return pa.nulls(len(column), pa.large_string())


def _of_bytes(column: Column, odd: Flags) -> Column:
    """Take UUIDs out of bytes, or else texts; where one is neither, all others are odd."""
    is_long = _flags_of(pc.fill_null(pc.equal(pc.binary_length(column), _UUID_BYTES), fill_value=False))
    data = np.frombuffer(b"".join(column.filter(pa.array(is_long)).to_pylist()), np.uint8).reshape(-1, _UUID_BYTES)
    is_one = np.fromiter((is_uuid(each.tobytes()) for each in data), bool, len(data))
    written = np.frombuffer(data[is_one].tobytes().hex().encode(), np.uint8).reshape(-1, 2 * _UUID_BYTES)
    text = np.insert(written, [8, 12, 16, 20], ord("-"), axis=1)
    ends = pa.py_buffer(np.arange(len(text) + 1, dtype=np.int64) * text.shape[1])
    uuids = pa.Array.from_buffers(pa.large_string(), len(text), [None, ends, pa.py_buffer(text.tobytes())])
    found = is_long.copy()
    found[is_long] = is_one
    others = without(column, pa.array(found))
    try:
        told = others.cast(pa.large_string())  # so older writers leave texts
    except pa.ArrowInvalid:
        odd |= _flags_of(pc.is_valid(others))
        told = pa.nulls(len(column), pa.large_string())
    return pc.replace_with_mask(told, pa.array(found), uuids) if len(uuids) else told


def _series(column: Column) -> pl.Series:
    return cast("pl.Series", pl.from_arrow(column))


def _flags_of(column: Column) -> Flags:
    return cast("Flags", column.to_numpy(zero_copy_only=False))


def _words(text: Column) -> pl.Series:
    """Take words for what they mean, such as ``Chat``; there are few of them."""
    told = pc.unique(text).to_pylist()
    meant = [fields.as_keyword(each, "", "") for each in told]
    return _series(text) if told == meant else _series(text).replace(told, meant)


def _instances(arns: Column) -> pl.Series:
    """Take the ids of instances out of ARNs, mostly of one alone."""
    told = pc.unique(arns)
    if len(told) == 1:
        (arn,) = told.to_pylist()
        return _repeated(None if arn is None else fields.instance(arn), len(arns), pl.String())
    each = _series(told)
    return _series(arns).replace(each, each.str.extract(_INSTANCE))


def _yes_or_no(column: Column) -> pl.Series:
    if pa.types.is_boolean(column.type):
        return _series(column)
    number = column.cast(pa.string()) if pa.types.is_integer(column.type) else column
    return _texts(number, np.zeros(len(column), bool)).str.to_lowercase().is_in([*fields.YES])


def _times(column: Column, odd: Flags, *, zone_is_told: bool) -> pl.Series:
    """Take times as datetimes, in UTC unless they name a zone, or as the usual texts."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        told = _series(column)
        zoned = told.dt.replace_time_zone("UTC") if kind.tz is None else told
        return _of_the_calendar(zoned.dt.cast_time_unit("us").dt.convert_time_zone("UTC"), odd)
    written = _told(column, odd)
    quick = _quickly(written, zone_is_told=zone_is_told)
    if quick is not None:
        ends = pc.min_max(quick.cast(pa.int64()))
        is_usual = (ends["min"].as_py() or _FIRST) >= _FIRST and (ends["max"].as_py() or _FIRST) <= _LAST
        return _series(quick) if is_usual else _of_the_calendar(_series(quick), odd)
    text = _series(written)
    usual = _WRITTEN.replace("| UTC)?$", ")$") if zone_is_told else _WRITTEN
    plain = text.set(~text.str.contains(usual), None).str.replace(_ZONE, "").str.replace("T", " ", literal=True)
    found = plain.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
    told = found.dt.replace_time_zone("UTC")
    odd |= (told.is_null() & text.is_not_null()).to_numpy()
    return _of_the_calendar(told, odd)


def _quickly(text: Column, *, zone_is_told: bool) -> Column | None:
    """Read times by Arrow's own reader, where all are so long as usual and it takes all of them."""
    lengths = {*pc.unique(pc.binary_length(text)).to_pylist()} - {None}
    try:
        if lengths <= _WITH_ZONE:
            return text.cast(_UTC)
        if lengths <= _WITHOUT_ZONE and not zone_is_told:
            return text.cast(_NAIVE).cast(_UTC)
    except pa.ArrowInvalid:
        pass
    return None


def _of_the_calendar(told: pl.Series, odd: Flags) -> pl.Series:
    """Leave out times before the year 1971 or after the year 9998, which are odd."""
    moments = told.to_physical()
    outside = ((moments < _FIRST) | (moments > _LAST)).fill_null(value=False)
    if not outside.any():
        return told
    odd |= outside.to_numpy()
    return told.set(outside, None)


# -------------------------------------------------------------------------------------------------------- transcripts


def _transcripts(
    raw: Mapping[str, Column], contact_id: pl.Series, odd: Flags, recorded: Recorded | None
) -> pl.Series | None:
    """Say what recordings of kind CHAT tell: available beats misplaced, which beats deleted."""
    parts = [] if recorded is None else [_recordings(recorded, contact_id, odd)]
    if RECORDINGS in raw:
        parts.append(_recordings(_listed(raw[RECORDINGS], odd), contact_id, odd))
    if ONE_RECORDING[0] in raw:
        parts.append(_recordings(Recorded(np.arange(len(odd)), tuple(map(raw.get, ONE_RECORDING))), contact_id, odd))
    if not parts:
        return None
    best = np.full(len(odd), len(_FACTS))
    for rows, facts in parts:
        np.minimum.at(best, rows, facts)
    return pl.Series([*_FACTS, None], dtype=pl.String()).gather(best)


def _listed(column: Column, odd: Flags) -> Recorded:
    """Take a column of lists of recordings apart; a text that may be JSON is odd, and any other tells nothing."""
    kind = column.type
    if (pa.types.is_list(kind) or pa.types.is_large_list(kind)) and pa.types.is_struct(kind.value_type):
        lists = pa.concat_arrays(column.chunks) if isinstance(column, pa.ChunkedArray) else column
        rows, structs = pc.list_parent_indices(lists), pc.list_flatten(lists)
        rows, structs = rows.filter(structs.is_valid()), structs.drop_null()
        raw = spelt_as([each.name for each in kind.value_type], (*A_RECORDING, "type"))
        raw.setdefault(A_RECORDING[0], raw.get("type", ""))
        values = (pc.struct_field(structs, raw[name]) if raw.get(name) else None for name in A_RECORDING)
        return Recorded(rows.to_numpy().astype(np.int64), tuple(values))
    if not (pa.types.is_list(kind) and pa.types.is_null(kind.value_type)):
        odd |= _flags_of(pc.fill_null(pc.match_substring_regex(_told(column, odd), r"^\s*[{\[]"), fill_value=False))
    return Recorded(np.empty(0, np.int64), (None, None, None))


def _recordings(recorded: Recorded, contact_id: pl.Series, odd: Flags) -> tuple[Rows, Rows]:
    """Say what each recording of kind CHAT tells, by its place in ``_FACTS``, and the row of its contact."""
    rows, values = recorded
    is_odd = np.zeros(len(rows), bool)
    kind, status, location = (_told(pa.nulls(len(rows)) if each is None else each, is_odd) for each in values)
    odd[rows[is_odd]] = True
    chats = _are(kind, "CHAT")
    is_there, is_deleted = chats & _are(status, "AVAILABLE"), chats & _are(status, "DELETED")
    at, gone = np.flatnonzero(is_there), np.flatnonzero(is_deleted)
    named = pl.DataFrame({"contact_id": contact_id.gather(rows[at]), "location": _series(location.take(pa.array(at)))})
    is_own = named.select(pl.col("location").is_null() | _is_of_contact()).to_series().to_numpy()
    facts = np.concatenate([np.where(is_own, 0, 1), np.full(len(gone), 2)])
    return np.concatenate([rows[at], rows[gone]]), facts


def _are(text: Column, word: str) -> Flags:
    return _flags_of(pc.fill_null(pc.equal(text, word), fill_value=False))


def _is_of_contact() -> pl.Expr:
    """Tell whether a file's name starts with the contact's id, and not with one that is longer."""
    slashes = pl.col("contact_id").str.count_matches("/", literal=True)
    name = pl.col("location").str.split("/").list.tail(slashes + 1).list.join("/")
    rest = name.str.slice(pl.col("contact_id").str.len_chars())
    return name.str.starts_with(pl.col("contact_id")) & ~rest.str.contains(r"^[\p{L}\p{N}]")


# --------------------------------------------------------------------------------------------------------- one by one


def columns_of(contacts: Iterable[Contact]) -> pl.DataFrame:
    """Make columns of contacts that were read one by one."""
    parts = [pl.DataFrame(schema=SCHEMA)]
    waiting = iter(contacts)
    while part := [_row(each) for each in islice(waiting, _PART)]:
        parts.append(pl.DataFrame(part, schema=SCHEMA, orient="row"))
    return pl.concat(parts)


def _row(contact: Contact) -> tuple[object, ...]:
    fact = contact.transcript
    special = {
        "initial_contact_id": None if contact.is_first else contact.initial_contact_id,
        "transcript": None if fact is None else fact.availability.value,
    }
    return tuple(special[name] if name in special else getattr(contact, name) for name in SCHEMA)
