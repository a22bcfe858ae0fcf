"""What AWS wraps around records on their way: one row for each wrapping, and what opens it.

Here belongs what Lambda, Kinesis, Firehose, SQS, SNS, CloudWatch Logs, DynamoDB and others put around what they carry:
objects, text in text, base64, gzip in base64. An envelope gives its contents and knows nothing of them; how deep they
may lie is not known here.

Sources: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-example.html,
https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html and
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Final, NamedTuple

from rehydration.records import fields, grids, typed, values, wrappers
from rehydration.records.changes import CHANGES
from rehydration.records.fields import Fault, Record
from rehydration.records.members import plain

BASE64: Final = "base64 of records"
A_TEXT: Final = "text that holds records"

Content = Record | bytes | str
"""What lies in an envelope: one record, or what a file could hold."""


class Envelope(NamedTuple):
    """One wrapping: what it is called, the plain names that mark it, and what yields its contents with their paths.

    ``name`` is None for a mere list of envelopes. ``of_logs`` says that a content may be any line, ``of_rows``
    that rows of tables may be such, as those of logs may; ``test`` asks the values as well.
    """

    name: str | None
    marks: tuple[frozenset[str], ...]
    opened: Callable[[Record, str], Iterator[tuple[Content, str]]]
    of_logs: bool = False
    of_rows: bool = False
    test: Callable[[Record], bool] | None = None

    def is_it(self, record: Record) -> bool:
        """Tell whether something with the marks is it by its values too."""
        return self.test is None or self.test(record)

    def is_marked(self, names: Collection[str]) -> bool:
        """Tell whether something with members of these plain names is such an envelope."""
        return any(mark <= set(names) for mark in self.marks)


Opened = Iterator[tuple[Content, str]]


def _listed(name: str) -> Callable[[Record, str], Opened]:
    def opened(record: Record, path: str) -> Opened:
        return fields.objects(record, fields.spelt(record, name), path)

    return opened


def _one(name: str, *inner: str) -> Callable[[Record, str], Opened]:
    """Open what holds one object, maybe some levels deep."""

    def opened(record: Record, path: str) -> Opened:
        for each in (name, *inner):
            spelt = fields.spelt(record, each)
            record, path = fields.an_object(record, spelt, path), f"{path}.{spelt}"
        yield record, path

    return opened


def _text(name: str, *outer: str) -> Callable[[Record, str], Opened]:
    def opened(record: Record, path: str) -> Opened:
        for holder, where in _one(*outer)(record, path) if outer else ((record, path),):
            assert isinstance(holder, Mapping)  # noqa: S101  what holds is an object
            spelt = fields.spelt(holder, name)
            value = holder.get(spelt)
            if not isinstance(value, Mapping | str):
                raise Fault(f"{where}.{spelt}", "is missing" if value is None else f"is {fields.shown(value)}", A_TEXT)
            yield value, f"{where}.{spelt}"

    return opened


def _coded(name: str, *outer: str) -> Callable[[Record, str], Opened]:
    """Open what holds base64, or bytes where boto3 has decoded it."""

    def opened(record: Record, path: str) -> Opened:
        for holder, where in _one(*outer)(record, path) if outer else ((record, path),):
            assert isinstance(holder, Mapping)  # noqa: S101  what holds is an object
            spelt = fields.spelt(holder, name)
            yield _decoded(holder.get(spelt), f"{where}.{spelt}"), f"{where}.{spelt}"

    return opened


def _decoded(value: object, path: str) -> Content:
    if isinstance(value, Mapping) and isinstance(held := value.get("data"), list) and value.get("type") == "Buffer":
        value = _bytes_of(held, f"{path}.data")
    if isinstance(value, bytes | Mapping):  # CloudEvents have the object as it is
        return value
    if not isinstance(value, str):
        raise Fault(path, "is missing" if value is None else f"is {fields.shown(value)}", BASE64)
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        pass
    if value.lstrip()[:1] in {"{", "["}:  # the AWS CLI can be told to decode
        return value.encode("utf-8", "surrogatepass")
    raise Fault(path, f"is {fields.shown(value)}", BASE64)


def _bytes_of(numbers: list[object], path: str) -> bytes:
    """Make bytes of a buffer as Node writes it in JSON."""
    try:
        return bytes(numbers)  # type: ignore[arg-type]  # or else it is said
    except (TypeError, ValueError):
        raise Fault(path, "are no bytes", "numbers from 0 to 255") from None


def _items(name: str) -> Callable[[Record, str], Opened]:
    def opened(record: Record, path: str) -> Opened:
        held = record.get(fields.spelt(record, name))
        several = _listed(name) if isinstance(held, list | tuple) else _one(name)
        for item, where in several(record, path):
            assert isinstance(item, Mapping)  # noqa: S101  a list of objects, or one
            yield typed.of_item(item, where), where

    return opened


def _insights(record: Record, path: str) -> Opened:
    """Open an answer of Logs Insights: lists of fields, of which the message is what was logged, or columns of it."""
    name = fields.spelt(record, "results")
    found = record.get(name)
    for place, row in enumerate(found if isinstance(found, list | tuple) else ()):
        at, cells = f"{path}.{name}[{place}]", {}
        for each, where in fields.objects({"row": row}, "row", at):
            if each.get("field") == "@message":
                yield from _text("value")(each, where)
                break
            cells[fields.text(each, "field", where) or ""] = fields.text(each, "value", where)
        else:
            cells.pop("@ptr", None)
            yield fields.Row(cells), at


def _entry(record: Record, path: str) -> Opened:
    """Open an event whose detail is text: the event, with what the text says."""
    name = fields.spelt(record, "detail")
    where = f"{path}.{name}"
    try:
        detail = next(values.records(iter((str(record[name]),))), None)
    except Fault as fault:
        raise Fault(f"{where} | {fault.path}", fault.problem, fault.expected) from None
    yield {**record, name: fields.as_object(detail, where)}, path


def _is_entry(record: Record) -> bool:
    return isinstance(record.get(fields.spelt(record, "detail")), str)


def _lines(record: Record, path: str) -> Opened:
    """Open lines that Loki answers, each with its time."""
    name = fields.spelt(record, "values")
    held = record.get(name)
    for place, each in enumerate(held if isinstance(held, list | tuple) else ()):
        if not isinstance(each, list | tuple) or len(each) < 2 or not isinstance(each[1], str):
            raise Fault(f"{path}.{name}[{place}]", f"is {fields.shown(each)}", "a time and a line")
        yield each[1], f"{path}.{name}[{place}][1]"


def _is_coded(record: Record) -> bool:
    """Tell whether what Firehose calls data, or a CloudEvent, may be that and no page of somebody else's answer."""
    held = record.get(fields.spelt(record, "data"))
    return isinstance(held, str | bytes) or (isinstance(held, Mapping) and "specversion" in record)


def _is_selected(record: Record) -> bool:
    """Tell whether what S3 Select answers has records."""
    held = record.get(fields.spelt(record, "records"))
    return isinstance(held, Mapping) and {*map(str, held)} == {"Payload"}


def _has_typed(name: str) -> Callable[[Record], bool]:
    def has_typed(record: Record) -> bool:
        held = record.get(fields.spelt(record, name))
        items = held if isinstance(held, list | tuple) else [held]
        return any(map(typed.is_item, items))

    return has_typed


def _marks(*groups: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(map(plain, each.split())) for each in groups)


_LISTS: Final = ("records", "messages", "log_events", "events next_forward_token", "events searched_log_streams")
"""What marks answers of AWS and Kafka that only list what is in them."""

ENVELOPES: Final = (
    Envelope("a record of Kinesis", _marks("kinesis"), _coded("data", "kinesis")),
    Envelope("a record of Kinesis", _marks("data partition_key", "data sequence_number"), _coded("Data")),
    Envelope("a record of Firehose", _marks("data record_id", "data approximate_arrival_timestamp"), _coded("data")),
    Envelope("a record that Firehose could not deliver", _marks("raw_data error_code"), _coded("rawData")),
    Envelope("a message of SQS", _marks("body message_id", "body receipt_handle"), _text("body")),
    Envelope("a notification of SNS", _marks("sns event_source"), _text("Message", "Sns")),
    Envelope("a notification of SNS", _marks("message topic_arn"), _text("Message")),
    Envelope("a record of Kafka", _marks("topic value offset"), _coded("value")),
    Envelope("CloudWatch Logs", _marks("awslogs"), _coded("data", "awslogs")),
    Envelope("CloudWatch Logs", _marks("results statistics", "results status"), _insights, of_logs=True),
    Envelope("CloudWatch Logs", _marks("message timestamp"), _text("message"), of_logs=True),
    *(Envelope(f"a change in {each.by}", (each.marks,), each.opened, test=each.is_it) for each in CHANGES),
    Envelope(typed.DYNAMODB.name, _marks("item"), _items("Item"), test=_has_typed("Item")),
    Envelope(typed.DYNAMODB.name, _marks("items"), _items("Items"), test=_has_typed("Items")),
    Envelope("an entry of PutEvents", _marks("detail detail_type"), _entry, of_rows=True, test=_is_entry),
    Envelope("a record of Kafka Connect", _marks("schema payload"), _text("payload")),
    Envelope("lines of Loki", _marks("stream values"), _lines, of_logs=True),
    Envelope(None, _marks("results preview", "results init_offset"), _listed("results")),
    Envelope(None, _marks("seq changes doc"), _one("doc")),
    Envelope("a message of Pub/Sub", _marks("message subscription"), _coded("data", "message")),
    Envelope("an event of Event Grid", _marks("data event_type event_time"), _text("data")),
    Envelope("an invocation of Lambda", _marks("request_payload request_context"), _one("requestPayload")),
    Envelope(grids.GRID, _marks("schema data"), grids.in_frames, test=grids.is_frame),
    Envelope("an event of S3 Select", _marks("records"), _coded("Payload", "Records"), test=_is_selected),
    Envelope("a record of Firehose", (frozenset({"data"}),), _coded("data"), test=_is_coded),
    Envelope(None, _marks(*_LISTS), wrappers.opened, test=wrappers.is_wrapper),
)
"""In the order in which they are tried: what has more marks comes first."""

TABLE: Final = Envelope(grids.GRID, (), grids.opened, test=grids.is_table)
WRAPPER: Final = Envelope("an object around records", (), wrappers.opened, test=wrappers.is_wrapper)
"""What is tried last, one after the other, of whatever has no marks."""

BY_COLUMNS: Final = Envelope(grids.GRID, (), grids.by_columns)
"""What looks like a record, and has columns for its members."""
