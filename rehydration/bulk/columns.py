"""The columns of contacts: what a table must have to be asked about, and how it becomes so.

Here belong the names of the columns, which are those of the data lake, their types, and the ways in: a table whose
columns are spelt as the data lake or contact records spell them, and contacts that were read one by one. This module
does not know files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

import polars as pl
from attrs import evolve

from rehydration.bulk.parts import at_once, parts_of
from rehydration.contacts import REFERENCES, TIMES, Contact
from rehydration.errors import UnreadableRecord
from rehydration.identifiers import CONTACT_ID_LENGTH
from rehydration.records import read_contacts
from rehydration.records.members import A_RECORDING, ONE_RECORDING, pascal
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
_TOLD_OTHERWISE: Final = ("instance_id", "transcript", "is_event")
SPELLINGS: Final[Mapping[str, str]] = {
    pascal(name): name for name in (*SCHEMA, "recordings", "instance_arn") if name not in _TOLD_OTHERWISE
}
"""Members of contact records and what the data lake calls them."""

_RECORDING: Final = {pascal(name): name for name in A_RECORDING}
READ: Final = (*SCHEMA, "instance_arn", "recordings", *ONE_RECORDING)
"""All columns that are looked at."""

_WRITTEN: Final = r"^\d{4}-[01]\d-[0-3]\d[T ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3}|\.\d{6})?(?:Z| UTC)?$"
_PART: Final = 1 << 16


class UnusualColumnsError(Exception):
    """Columns that cannot be taken as they are; read one by one they may tell what they hold, or what is wrong."""


def named_as_the_data_lake(frame: pl.DataFrame) -> pl.DataFrame:
    """Give the columns of contact records the names of the data lake."""
    if "ContactId" not in frame.columns:
        return frame
    return frame.rename({name: other for name, other in SPELLINGS.items() if name in frame.columns})


def contact_columns(frame: pl.DataFrame, *, zone_is_told: bool = False) -> pl.DataFrame:
    """Make columns of contacts of those of the data lake or of contact records.

    ``zone_is_told`` asks of times written as text that they say that they are in UTC.

    :raises UnusualColumnsError: a column is of another type, or a value of another form, than usual.
    """
    frame = named_as_the_data_lake(frame)
    height = frame.height
    columns = {
        name: _column(frame[name], name, zone_is_told=zone_is_told)
        if name in frame.columns
        else pl.repeat(None, height, dtype=kind, eager=True)
        for name, kind in SCHEMA.items()
    }
    _check_ids(columns)
    if "instance_arn" in frame.columns:
        arn = _text(frame["instance_arn"])
        part = pl.DataFrame({"arn": arn}).select(pl.col("arn").str.extract("^(?s:.*?)instance/([^/]+)"))["arn"]
        columns["instance_id"] = part if "instance_id" not in frame.columns else _or(columns["instance_id"], part)
    if "transcript" not in frame.columns:
        columns["transcript"] = _transcripts(frame, columns["contact_id"])
    if "is_event" not in frame.columns:
        columns["is_event"] = pl.repeat(value=False, n=height, dtype=pl.Boolean(), eager=True)
    return pl.DataFrame({name: columns[name] for name in SCHEMA})


def without_own_ids(frame: pl.DataFrame) -> pl.DataFrame:
    """Leave out ids by which a contact refers to itself, which say nothing."""
    is_other = {name: pl.col(name) != pl.col("contact_id") for name in REFERENCES}
    return frame.with_columns(pl.when(test).then(name).alias(name) for name, test in is_other.items())


def _or(column: pl.Series, other: pl.Series) -> pl.Series:
    return pl.DataFrame({"a": column, "b": other}).select(pl.coalesce("a", "b"))["a"]


def _column(column: pl.Series, name: str, *, zone_is_told: bool) -> pl.Series:
    kind = SCHEMA[name]
    if column.dtype == kind:
        return column if name in IDS or kind != pl.String() else _nonempty(column)
    if column.dtype == pl.Null():
        return column.cast(kind)
    if name in TIMES:
        return _times(column, zone_is_told=zone_is_told)
    if kind == pl.String():
        text = _text(column)
        return text if name in IDS else _nonempty(text)
    raise UnusualColumnsError(name)


def _text(column: pl.Series) -> pl.Series:
    if column.dtype == pl.String():
        return column
    if column.dtype in (pl.Categorical, pl.Enum, pl.Null):
        return column.cast(pl.String())
    raise UnusualColumnsError(column.name)


def _nonempty(column: pl.Series) -> pl.Series:
    is_empty = column == ""
    return column.set(is_empty, None) if is_empty.any() else column


def _times(column: pl.Series, *, zone_is_told: bool) -> pl.Series:
    """Take times as datetimes, in UTC unless they name a zone, or as the usual texts."""
    if isinstance(column.dtype, pl.Datetime):
        zoned = column.dt.replace_time_zone("UTC") if column.dtype.time_zone is None else column
        return zoned.dt.convert_time_zone("UTC").dt.cast_time_unit("us")
    text = _text(column)
    usual = _WRITTEN.replace(")?$", ")$") if zone_is_told else _WRITTEN
    if not text.str.contains(usual).all():
        raise UnusualColumnsError(column.name)
    plain = text.str.strip_suffix("Z").str.strip_suffix(" UTC").str.replace("T", " ", literal=True)
    found = plain.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
    if found.null_count() != text.null_count() or (found.dt.year() < 1).any():
        raise UnusualColumnsError(column.name)
    return found.dt.replace_time_zone("UTC")


def _check_ids(columns: Mapping[str, pl.Series]) -> None:
    """Look at the lengths of ids: in so many bytes there are no more characters."""
    if columns["contact_id"].null_count():
        raise UnusualColumnsError("contact_id")
    for name, column in ((name, columns[name]) for name in IDS):

        def is_unusual(part: slice, column: pl.Series = column) -> bool:
            lengths = column[part].str.len_bytes()
            return bool(((lengths == 0) | (lengths > CONTACT_ID_LENGTH)).any())

        if any(at_once(is_unusual, parts_of(len(column)))):
            raise UnusualColumnsError(name)


def _transcripts(frame: pl.DataFrame, contact_id: pl.Series) -> pl.Series:
    """Say what recordings of kind CHAT tell: available beats misplaced, which beats deleted."""
    parts = []
    rows = pl.Series("row", range(frame.height), dtype=pl.UInt32) if frame.height else pl.Series("row", [], pl.UInt32)
    if "recordings" in frame.columns and frame["recordings"].dtype not in (pl.String(), pl.Null()):
        parts.append(_listed_recordings(frame["recordings"], rows))
    if {*ONE_RECORDING} <= {*frame.columns}:
        single = frame.select(*(pl.col(name).cast(pl.String()) for name in ONE_RECORDING))
        parts.append(single.rename(dict(zip(ONE_RECORDING, _RECORDING.values(), strict=True))).with_columns(rows))
    if not parts:
        return pl.repeat(None, frame.height, dtype=pl.String(), eager=True)
    chats = pl.concat(parts, how="diagonal").filter(pl.col("media_stream_type") == "CHAT")
    with_id = chats.with_columns(contact_id.gather(chats["row"]).alias("contact_id"))
    there = pl.col("status") == "AVAILABLE"
    found = with_id.with_columns(
        pl.when(there & (pl.col("location").is_null() | _is_of_contact()))
        .then(0)
        .when(there)
        .then(1)
        .when(pl.col("status") == "DELETED")
        .then(2)
        .alias("fact")
    )
    best = found.drop_nulls("fact").group_by("row").agg(pl.col("fact").min())
    names = pl.Series([Availability.AVAILABLE.value, Availability.MISSING.value, Availability.DELETED.value])
    said = best.with_columns(names.gather(best["fact"]).alias("transcript"))
    return rows.to_frame().join(said, on="row", how="left", maintain_order="left")["transcript"]


def _listed_recordings(recordings: pl.Series, rows: pl.Series) -> pl.DataFrame:
    inner = getattr(recordings.dtype, "inner", None)
    if not isinstance(inner, pl.Struct):
        raise UnusualColumnsError("recordings")
    spelt = {each.name: _RECORDING.get(each.name, each.name) for each in inner.fields}
    if not {*_RECORDING.values()} <= {*spelt.values()}:
        raise UnusualColumnsError("recordings")
    each = pl.DataFrame({"row": rows, "recording": recordings}).explode("recording").drop_nulls("recording")
    wanted = [name for name, other in spelt.items() if other in _RECORDING.values()]
    fields = each["recording"].struct.unnest().select(wanted).rename({name: spelt[name] for name in wanted})
    if any(kind != pl.String() for kind in fields.dtypes):
        fields = fields.select(_text(fields[name]) for name in fields.columns)
    return fields.with_columns(each["row"])


def _is_of_contact() -> pl.Expr:
    """Tell whether a file's name starts with the contact's id, and not with one that is longer."""
    slashes = pl.col("contact_id").str.count_matches("/", literal=True)
    name = pl.col("location").str.split("/").list.tail(slashes + 1).list.join("/")
    rest = name.str.slice(pl.col("contact_id").str.len_chars())
    return name.str.starts_with(pl.col("contact_id")) & ~rest.str.contains(r"^[\p{L}\p{N}]")


# ------------------------------------------------------------------------------------------------------- one by one


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


def rows_as_contacts(frame: pl.DataFrame, source: str, customer_column: str | None) -> Iterator[Contact]:
    """Read the rows of a table one by one, as rows of the data lake or contact records.

    :raises UnreadableRecord: a row cannot be read; it names the source and the row, counted from 1.
    """
    for number, row in enumerate(frame.iter_rows(named=True), 1):
        customer = row.get(customer_column or "")
        try:
            members = {name: value for name, value in row.items() if value is not None and name != customer_column}
            for contact in read_contacts(members):
                yield contact if customer_column is None else evolve(contact, customer_id=_named(customer))
        except UnreadableRecord as error:
            raise UnreadableRecord(source, number, error.path, error.problem, error.expected) from None


def _named(customer: object) -> str | None:
    return None if customer is None else str(customer) or None
