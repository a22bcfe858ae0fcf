"""Rows of the analytics data lake: the ``contact_record`` table, as JSON or CSV.

Here belongs how the table spells a contact: in snake case, times as SQL prints them. Its timestamps are UTC and may
come without saying so; here alone a time without a zone is taken. ``data_lake_last_processed_timestamp`` says when the
lake touched the row, which orders nothing, and is not read. This module does not know other encodings.

Source: https://docs.aws.amazon.com/connect/latest/adminguide/data-lake-contact-data.html
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from rehydration.records import fields
from rehydration.records.fields import Attributes, Members, Record
from rehydration.records.members import MEMBERS, taken

A_TIME: Final = (
    "a time such as '2026-05-03 09:00:00.000 UTC', in UTC unless it names a zone, or seconds or milliseconds since 1970"
)

RECORDING: Final = ("media_stream_type", "status", "location")
"""Kind, status and location in a structure of the column ``recordings``."""

ONE_RECORDING: Final = ("recording_type", "recording_status", "recording_location")
"""The same of the first of them, in columns of their own."""


def _time(record: Record, name: str, path: str) -> datetime | None:
    value = record.get(name)
    if value is None:
        return None
    try:
        return fields.moment(_with_zone(value))
    except ValueError:
        raise fields.Fault(f"{path}.{name}", f"is {fields.shown(value)}", A_TIME) from None


def _with_zone(value: object) -> object:
    if isinstance(value, str):
        if value.isascii() and value.replace(".", "", 1).isdigit():
            return float(value)
        value = datetime.fromisoformat(value.removesuffix(" UTC"))
    if isinstance(value, datetime) and value.utcoffset() is None:
        return value.replace(tzinfo=UTC)
    return value


_SPELT: Final = [(name, name, _time if take is fields.time else take) for name, take in MEMBERS.items()]


def read(record: Record, path: str) -> tuple[Members]:
    """Read one row."""
    contact_id = fields.contact_id(record, "contact_id", path)
    members = taken(record, _SPELT, path)
    members["contact_id"] = contact_id
    members["instance_id"] = fields.text(record, "instance_id", path) or fields.instance(record, "instance_arn", path)
    members["transcript"] = fields.transcript(_recordings(record, path), contact_id)
    return (members,)


def attributes(record: Record, path: str) -> tuple[Attributes]:
    """Read the attributes of one row: a map, which CSV holds as text that no standard describes and is not read."""
    is_text = isinstance(record.get("attributes"), str)
    return ({} if is_text else fields.attributes(record, "attributes", path),)


def _recordings(record: Record, path: str) -> Iterator[fields.Recording]:
    # CSV holds the list of structures as text that no standard describes; the columns of the first one say enough.
    if not isinstance(record.get("recordings"), str):
        for each, where in fields.objects(record, "recordings", path):
            yield fields.recording(each, RECORDING, where)
    yield fields.recording(record, ONE_RECORDING, path)
