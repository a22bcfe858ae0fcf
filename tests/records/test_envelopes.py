"""What AWS wraps around records is opened, or refused with its place."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest

from records.people import NEXT, RECORD, kinesis, text, typed
from rehydration.errors import UnreadableRecord
from rehydration.records import read_records, values

CODED = base64.b64encode(text(RECORD).encode()).decode()


def ids(record: dict[str, Any]) -> list[str]:
    return [each.contact_id for each in read_records(record).contacts]


@pytest.mark.parametrize(
    "record",
    [
        {"Records": [{"Data": text(RECORD).encode(), "PartitionKey": "p"}]},
        {"Records": [{"Data": text(RECORD), "PartitionKey": "p"}]},
        {"Records": [{"messageId": "m", "body": RECORD}]},
        {"eventSource": "aws:kafka", "records": {"topic-0": [{"topic": "t", "value": CODED, "offset": 1}]}},
        {
            "results": [[{"field": "@timestamp", "value": "t"}, {"field": "@message", "value": text(RECORD)}]],
            "statistics": {},
        },
        {"Item": {name: value for name, value in RECORD.items() if value is not None}},
    ],
    ids=["bytes of boto3", "text of the CLI", "an object in a body", "Kafka", "Logs Insights", "a plain item"],
)
def test_what_is_not_coded_twice_is_read_as_it_is(record: dict[str, Any]) -> None:
    assert ids(record) == ["C1"]


def test_an_item_that_was_deleted_tells_nothing() -> None:
    change = {"eventName": "REMOVE", "dynamodb": {"Keys": {}}, "eventSource": "aws:dynamodb"}
    assert ids({"Records": [change, {"dynamodb": {"NewImage": typed(NEXT)}}]}) == ["C2"]


def test_every_type_of_dynamodb_is_taken_for_its_value() -> None:
    item = typed(RECORD) | {
        "InitiationTimestamp": {"N": "1777798800"},
        "DisconnectTimestamp": {"N": "1777798800.5"},
        "Recordings": {
            "L": [{"M": {"MediaStreamType": {"S": "CHAT"}, "Status": {"S": "DELETED"}, "Location": {"NULL": True}}}]
        },
        "Tags": {"SS": ["a"]},
    }
    (contact,) = read_records({"Items": [item]}).contacts
    assert contact.initiation_timestamp is not None
    assert contact.disconnect_timestamp is not None
    assert contact.transcript is not None
    assert contact.previous_contact_id is None


def deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "C1"}
    for _ in range(levels):
        value = {"L": [value]}
    return value


@pytest.mark.parametrize(
    ("record", "path", "problem"),
    [
        ({"Records": [kinesis("")["kinesis"] | {"kinesis": {}}]}, "$.Records[0].kinesis.data", "is missing"),
        ({"Records": [{"kinesis": {"data": 5}}]}, "$.Records[0].kinesis.data", "is 5"),
        ({"Records": [{"messageId": "m", "body": None}]}, "$.Records[0].body", "is missing"),
        ({"Records": [{"messageId": "m", "body": 5}]}, "$.Records[0].body", "is 5"),
        ({"Records": [RECORD, 5]}, "$.Records[1]", "is 5"),
        (
            {"Records": [{"messageId": "m", "body": "{} {"}]},
            "$.Records[0].body | $",
            "is in no known encoding; it has no members",
        ),
        (
            {"Records": [{"messageId": "m", "body": text(RECORD) + "!"}]},
            "$.Records[0].body | record 2, $",
            f"is followed by what is no record at character offset {len(text(RECORD))}, '!'",
        ),
        ({"Items": [typed(RECORD) | {"Tags": deep(40)}]}, "$.Items[0].Tags" + "[0]" * 32, "is nested too deeply"),
        ({"Items": [typed(RECORD) | {"InitiationTimestamp": {"N": "x"}}]}, "$.Items[0].InitiationTimestamp", "is 'x'"),
        (
            {"ResultSet": {"Rows": [{"Data": [{"VarCharValue": "contact_id"}, {"VarCharValue": "contact_id"}]}]}},
            "$.ResultSet.Rows[0]",
            "names a column twice",
        ),
        (
            {"ResultSet": {"Rows": [{"Data": [{"VarCharValue": "contact_id"}]}, {"Data": [{}, {}]}]}},
            "$.ResultSet.Rows[1]",
            "has 2 cells under 1 columns",
        ),
    ],
)
def test_what_is_broken_in_one_is_refused_with_its_place(record: dict[str, Any], path: str, problem: str) -> None:
    with pytest.raises(UnreadableRecord) as raised:
        read_records(record)
    assert (raised.value.path, raised.value.problem) == (path, problem)


def test_a_record_is_not_read_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "RECORD_LIMIT", 1_000)

    class Trickle(io.BytesIO):
        def read1(self, _size: int | None = -1) -> bytes:
            return self.read(300)

    for start, goes_on in ((b'{"ContactId": "', b"x"), (b'2026-05-03T09:00:00Z {"ContactId":\n', b"        \n")):
        endless = Trickle(start + goes_on * 100_000)
        with pytest.raises(UnreadableRecord, match="has a record of more than 1000 characters"):
            read_records(endless)
        assert endless.tell() < 10_000


def test_records_of_ever_other_members_are_read() -> None:
    records = [{"ContactId": "C1", "PreviousContactId": None, f"m{number}": None} for number in range(5_000)]
    assert len(read_records(io.BytesIO(json.dumps(records).encode())).contacts) == 5_000


def test_keys_that_are_no_text_say_nothing() -> None:
    assert ids({"Contact": {"Id": "C1", 5: "x", "Recordings": [{7: "x", "MediaStreamType": "CHAT"}]}}) == ["C1"]
