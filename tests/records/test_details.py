"""Attributes of contacts, and where their transcripts lie, in whatever way AWS writes them."""

from __future__ import annotations

import pytest

from rehydration.errors import UnreadableRecord
from rehydration.records import read_contact_details, read_contacts

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
