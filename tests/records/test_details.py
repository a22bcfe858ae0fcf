"""Attributes of contacts, and where their transcripts lie, in whatever way AWS writes them."""

from __future__ import annotations

from itertools import permutations

import pytest

from rehydration.errors import UnreadableRecord
from rehydration.records import read_contact_details, read_contacts
from rehydration.records.details import LatestAttributes

PLACE = "bucket/connect/chat/C1_20260504T09:08_UTC.json"
CHAT = {"MediaStreamType": "CHAT", "Status": "AVAILABLE", "Location": PLACE}
VOICE = {"MediaStreamType": "AUDIO", "Status": "AVAILABLE", "Location": "bucket/call.wav"}


@pytest.mark.parametrize(
    "record",
    [
        {"ContactId": "C1", "Recordings": [VOICE, CHAT, CHAT]},
        {"ContactId": "C1", "Recording": {"Type": "CHAT", "Status": "AVAILABLE", "Location": PLACE}},
        {"contact_id": "C1", "recordings": [{"media_stream_type": "CHAT", "status": "AVAILABLE", "location": PLACE}]},
        {
            "contact_id": "C1",
            "recording_type": "CHAT",
            "recording_status": "DELETED",
            "recording_location": PLACE,
        },
        {"Contact": {"Id": "C1", "Arn": "arn", "Recordings": [CHAT]}},
        {"Contacts": [{"Id": "C0", "Size": 3}, {"Id": "C1", "Arn": "arn", "Recordings": [CHAT]}]},
    ],
)
def test_a_location_is_found_wherever_the_recordings_are(record: dict[str, object]) -> None:
    told = {each.contact.contact_id: each.locations for each in read_contact_details(record)}
    assert told["C1"] == (PLACE,)
    assert told.get("C0", ()) == ()
    assert [each.contact for each in read_contact_details(record)] == list(read_contacts(record))


def test_attributes_come_along_and_nothing_is_made_up() -> None:
    (told,) = read_contact_details({"ContactId": "C1", "Attributes": {"order": "7"}, "Recordings": [VOICE, {}]})
    assert (dict(told.attributes), told.locations) == ({"order": "7"}, ())


def test_what_cannot_be_read_is_told_as_ever() -> None:
    with pytest.raises(UnreadableRecord):
        list(read_contact_details({"ContactId": 5}))


CHAT_SUBTYPE = {"connect:Subtype": {"ValueString": "connect:Chat"}}


@pytest.mark.parametrize(
    "record",
    [
        {"ContactId": "C1", "SegmentAttributes": {**CHAT_SUBTYPE, "connect:ContactExpiry": None}},
        {"Contact": {"Id": "C1", "Arn": "arn", "SegmentAttributes": CHAT_SUBTYPE}},
        {"Details": {"ContactData": {"ContactId": "C1", "SegmentAttributes": CHAT_SUBTYPE}}},
        {"contact_id": "C1", "segment_attributes": CHAT_SUBTYPE},
        {"detail": {"contactId": "C1", "segmentAttributes": {"connect:Subtype": {"valueString": "connect:Chat"}}}},
    ],
)
def test_segment_attributes_are_found_wherever_they_are_and_spelt_as_the_api_does(record: dict[str, object]) -> None:
    (told,) = read_contact_details(record)
    assert told.segment_attributes == CHAT_SUBTYPE


def test_a_segment_attribute_may_hold_others() -> None:
    value = {"ValueMap": {"a": {"ValueList": [{"ValueInteger": 1}, {"ValueString": ""}]}}, "ValueArn": None}
    (told,) = read_contact_details({"ContactId": "C1", "SegmentAttributes": {"x": value}})
    assert told.segment_attributes == {"x": {"ValueMap": value["ValueMap"]}}


def test_what_a_database_wrote_as_text_is_passed_over() -> None:
    (told,) = read_contact_details({"contact_id": "C1", "segment_attributes": "{x={valuestring=y}}"})
    assert told.segment_attributes == {}


def nested(times: int) -> dict[str, object]:
    value: dict[str, object] = {"ValueString": "x"}
    for _ in range(times):
        value = {"ValueMap": {"a": value}}
    return {"x": value}


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ("text", "$.SegmentAttributes: is 'text'"),
        ({7: {}}, "$.SegmentAttributes: has the key 7"),
        ({"x": "y"}, "$.SegmentAttributes.x: is 'y'"),
        ({"x": {"ValueString": 1.5}}, "$.SegmentAttributes.x.ValueString: is 1.5"),
        ({"x": {"ValueString": "\ud800"}}, "$.SegmentAttributes.x.ValueString: is"),
        ({"x": {"ValueList": [None, 7]}}, "$.SegmentAttributes.x.ValueList[1]: is 7"),
        (nested(300), "is nested too deep"),
    ],
)
def test_segment_attributes_of_another_form_are_told(told: object, where: str) -> None:
    with pytest.raises(UnreadableRecord) as caught:
        list(read_contact_details({"ContactId": "C1", "SegmentAttributes": told}))
    assert where in str(caught.value)


@pytest.mark.parametrize("written", ["{}", " {}\n", "{upper}", "arn:aws:connect:eu-west-2:1:instance/i/contact/{}"])
def test_locations_are_found_however_the_id_of_the_contact_is_written(written: str) -> None:
    own = "0b6c6c4e-3f8c-4d0a-9a9e-51c2e1f7a101"
    recording = {"MediaStreamType": "CHAT", "Status": "AVAILABLE", "Location": "bucket/key"}
    record = {"ContactId": written.format(own, upper=own.upper()), "Channel": "CHAT", "Recordings": [recording]}

    (told,) = read_contact_details(record)
    assert (told.contact.contact_id, told.locations) == (own, ("bucket/key",))


def told(*records: tuple[str | None, dict[str, str]]) -> tuple[dict[str, str], list[str]]:
    """What attributes a contact has by its records, each of a time, and what nobody can tell, whatever their order."""
    found = []
    for order in permutations(records):
        latest = LatestAttributes()
        for time, attributes in order:
            written = {
                "ContactId": "C1",
                "InitialContactId": None,
                "LastUpdateTimestamp": time,
                "Attributes": attributes,
            }
            latest.note(next(read_contact_details(written)))
        found.append((latest.of("C1"), [*map(str, latest.disagreements)]))
    assert all(each == found[0] for each in found)
    return found[0]


EARLY, LATE = "2026-05-03T09:00:00Z", "2026-05-03T10:00:00Z"


def test_the_latest_record_that_has_attributes_tells_them() -> None:
    assert told((EARLY, {"a": "2", "b": "1"}), (LATE, {"a": "1"}), (None, {"c": "9"})) == ({"a": "1"}, [])
    assert told((EARLY, {"a": "2"}), (LATE, {})) == ({"a": "2"}, [])
    assert told((None, {"a": "1"}), (None, {"b": "2"})) == ({"a": "1", "b": "2"}, [])


@pytest.mark.parametrize("time", [None, LATE])
def test_where_records_of_one_time_tell_an_attribute_differently_it_is_said(time: str | None) -> None:
    said = "records of 'C1' differ in the attribute cid ('Bo', 'Ana'), and no time tells which is the latest: "
    said += "'Bo' was taken"
    assert told((time, {"cid": "Ana"}), (time, {"cid": "Bo"}), (EARLY if time else None, {"cid": "Ana"})) == (
        {"cid": "Bo"},
        [said],
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('{"cid": "Ana", "none": null}', {"cid": "Ana"}),
        ([{"key": "cid", "value": "Ana"}], {"cid": "Ana"}),
        ("{cid=Ana}", {}),
        ("null", {}),
        (" ", {}),
    ],
)
def test_attributes_may_be_text_of_json_or_keys_and_values(written: object, read: dict[str, str]) -> None:
    found = read_contact_details({"ContactId": "C1", "Attributes": written})
    assert [dict(each.attributes) for each in found] == [read]
    assert found.account.unread == (written == "{cid=Ana}")
