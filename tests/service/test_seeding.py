"""Seeding: a whole history at once, or nothing of it."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rehydration import Availability, Contact, RehydrationError, TranscriptFact
from rehydration.errors import ContradictoryRecords, InvalidArgument, UnreadableRecord
from rehydration.service import TRUSTED
from service_building import DAWN, House

ENDED = {"Channel": "CHAT", "DisconnectTimestamp": "2026-05-02T00:00:00Z"}
PAST = [
    {"ContactId": "P1", "InitiationTimestamp": "2026-05-01T00:00:00Z", **ENDED, "Attributes": {"a": "1"}},
    {"ContactId": "P2", "InitialContactId": "P1", "PreviousContactId": "P1", "InitiationMethod": "TRANSFER", **ENDED},
]
HELLO = {"Content": "hello"}


def test_records_become_contacts_with_their_attributes() -> None:
    house = House()
    assert house.service.seed(PAST)["LiveChats"] == []
    assert house.attributes("P1") == {"a": "1"}
    described = house.described("P2")
    del described["Arn"]
    assert described == {
        "Id": "P2",
        "InitialContactId": "P1",
        "PreviousContactId": "P1",
        "InitiationMethod": "TRANSFER",
        "Channel": "CHAT",
        "DisconnectTimestamp": datetime(2026, 5, 2, tzinfo=UTC),
        "ContactAssociationId": "P1",
        "LastUpdateTimestamp": DAWN,
        "Attributes": {"a": "1"},
    }


def test_what_no_record_tells_and_what_was_passed_over_is_told(tmp_path: Path) -> None:
    (tmp_path / "_SUCCESS").touch()
    (tmp_path / "export.jsonl").write_text(
        json.dumps(PAST[0]) + json.dumps({"ContactId": "P1", "ContactFlowId": "f", "Timestamp": "t"})
    )
    assert House().service.seed(tmp_path) == {
        "LiveChats": [],
        "Strays": {"a flow log": 1},
        "Files": [str(tmp_path / "_SUCCESS")],
        "Untold": ["InitialContactId", "PreviousContactId", "RelatedContactId", "InitiationMethod", "CustomerId"],
    }


def test_of_contacts_that_are_values_nothing_is_untold() -> None:
    assert House().service.seed([Contact(contact_id="P1", disconnect_timestamp=DAWN)]) == {"LiveChats": []}  # type: ignore[arg-type]


def test_contacts_may_be_seeded_as_values_and_keep_the_types_of_their_links() -> None:
    house = House()
    contacts: list[Any] = [
        Contact(contact_id="P1", disconnect_timestamp=DAWN),  # type: ignore[arg-type]
        Contact(contact_id="Q1", related_contact_id="P1", rehydration_type="FROM_SEGMENT"),  # type: ignore[arg-type]
        {"ContactId": "R1", **ENDED},
    ]
    [live] = house.service.seed(iter(contacts))["LiveChats"]
    assert live["ContactId"] == "Q1"
    link = house.service.graph.link_of(house.service.graph.session_of("Q1"))
    assert link is not None
    assert (link.continued_from_contact_id, link.rehydration_type, len(house.service.graph)) == (
        "P1",
        "FROM_SEGMENT",
        3,
    )


def test_of_several_records_the_latest_tells_the_attributes() -> None:
    """identity.at-least-once."""
    house = House()
    base = {"ContactId": "P1", **ENDED}
    records = [
        {**base, "LastUpdateTimestamp": "2026-05-02T00:00:02Z", "Attributes": {"a": "latest"}},
        {**base, "LastUpdateTimestamp": "2026-05-02T00:00:01Z", "Attributes": {"a": "earlier"}},
        base,
    ]
    house.service.seed(records)
    assert house.attributes("P1") == {"a": "latest"}
    assert house.described("P1")["LastUpdateTimestamp"] == datetime(2026, 5, 2, 0, 0, 2, tzinfo=UTC)


def test_segment_attributes_are_those_of_one_contact_and_the_next_takes_them_over() -> None:
    """identity.attributes-of-session."""
    house, chat = House(), {"connect:Subtype": {"ValueString": "connect:Chat"}}
    records = [
        {"ContactId": "P1", **ENDED, "SegmentAttributes": chat, "LastUpdateTimestamp": "2026-05-02T00:00:02Z"},
        {"ContactId": "P1", **ENDED, "SegmentAttributes": {"a": {"ValueInteger": 1}}},
        {**PAST[1], "SegmentAttributes": {"connect:ContactExpiry": None}},
        {"contactId": "L1", "eventType": "INITIATED", "segmentAttributes": {"a": {"valueString": "b"}}},
    ]
    house.service.seed(records)
    survey = house.service.run_disconnect_flow("L1")["ContactId"]
    house.service = copy.deepcopy(house.service)
    told = {each: house.described(each).get("SegmentAttributes") for each in ("P1", "P2", "L1", survey)}
    own = {"a": {"ValueString": "b"}}
    assert told == {"P1": chat, "P2": None, "L1": own, survey: own}


def test_a_file_may_be_seeded(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_text("".join(map(json.dumps, PAST)))
    for source in (path, str(path), path.open("rb"), PAST[0]):
        house = House()
        house.service.seed(source)
        assert house.attributes("P1") == {"a": "1"}
        if hasattr(source, "close"):
            source.close()


def test_chats_that_go_on_have_their_customer_in_them() -> None:
    house = House()
    records = [
        {"ContactId": "L1", "InitiationTimestamp": "2020-01-01T00:00:00Z", **ENDED},
        {"ContactId": "L2", "InitialContactId": "L1", "PreviousContactId": "L1"},
        {"ContactId": "M1", "Channel": "CHAT"},
        {"ContactId": "T1", "Channel": "TASK"},
    ]
    first, second = house.service.seed(records, {"L1": [HELLO]})["LiveChats"]
    assert (first["ContactId"], second["ContactId"]) == ("L2", "M1")
    token = house.connect(first)
    house.say(token, "still here")
    assert house.pages(token) == [["still here", "hello"]]
    house.advance(hours=24, minutes=59)
    assert "DisconnectTimestamp" not in house.described("L2")
    house.advance(minutes=1)
    assert house.described("L2")["DisconnectReason"] == "EXPIRED"


def test_a_contact_that_is_added_to_a_chat_that_goes_on_brings_no_second_customer() -> None:
    house = House()
    begun = house.start()
    token = house.connect(begun)
    later = {"ContactId": "X2", "InitialContactId": begun["ContactId"], "PreviousContactId": begun["ContactId"]}
    house.advance(minutes=1)
    assert house.service.seed([{**later, "InitiationTimestamp": "2026-05-03T09:01:00Z"}])["LiveChats"] == []
    house.say(token, "one")
    assert house.page(token)["Transcript"][0]["ContactId"] == "X2"


def test_items_are_filled_in_where_they_say_nothing() -> None:
    house = House()
    odd = {
        "Content": "by Bo",
        "ContactId": "nobody",
        "RelatedContactId": "nobody",
        "ParticipantRole": "AGENT",
        "Id": "b",
    }
    house.service.seed(PAST, {"P1": [HELLO, {"ContentType": "x.event.y"}], "P2": [odd]})
    token = house.connect(house.come_back("ENTIRE_PAST_SESSION", "P1"))
    items = house.page(token, NextToken=house.page(token)["NextToken"], SortOrder="ASCENDING")["Transcript"]
    began = {"AbsoluteTime": "2026-05-01T00:00:00.000Z", "RelatedContactId": "P1"}
    assert items == [
        {**began, "Id": items[0]["Id"], "Type": "MESSAGE", "ContentType": "text/plain", "Content": "hello"},
        {**began, "Id": items[1]["Id"], "Type": "EVENT", "ContentType": "x.event.y"},
        {
            "AbsoluteTime": "2026-05-03T09:00:00.000Z",
            "RelatedContactId": "P2",
            "Id": "b",
            "Type": "MESSAGE",
            "ContentType": "text/plain",
            "Content": "by Bo",
            "ParticipantRole": "AGENT",
        },
    ]


@pytest.mark.parametrize(
    ("told", "fact"),
    [
        (TranscriptFact(Availability.DELETED), TranscriptFact(Availability.DELETED)),
        ({"Status": "MISSING"}, TranscriptFact(Availability.MISSING)),
        ({"Status": "NOT_READY"}, TranscriptFact(Availability.NOT_READY)),
        ({"Size": 5_000_001}, TranscriptFact(size=5_000_001)),
        ({"Misplaced": True}, TranscriptFact(misplaced=True)),
        ({"Size": 7, "Transcript": [HELLO]}, TranscriptFact(size=7)),
    ],
)
def test_facts_about_transcripts_are_kept(told: Any, fact: TranscriptFact) -> None:
    house = House()
    house.service.seed(PAST, {"P1": told})
    assert house.service.facts == {"P1": fact}
    assert len(house.service._instance.transcripts) == 1


def test_what_a_record_says_of_its_recording_is_kept() -> None:
    house = House()
    deleted = {**PAST[0], "Recordings": [{"MediaStreamType": "CHAT", "Status": "DELETED"}]}
    house.service.seed([deleted], {"P1": {"Transcript": [HELLO]}})
    assert house.service.facts["P1"].status is Availability.DELETED
    token = house.connect(house.come_back("FROM_SEGMENT", "P1"))
    assert house.pages(token) == [["participant.joined"]]


def test_a_folder_of_transcript_files_may_be_seeded(tmp_path: Path) -> None:
    for name, contact in (("P1_20260501T00:00_UTC.json", "P1"), ("P2.json", "P2")):
        (tmp_path / name).write_text(json.dumps({"ContactId": contact, "Transcript": [{**HELLO, "Id": contact}]}))
    house = House()
    house.service.seed(PAST, tmp_path)
    size = (tmp_path / "P1_20260501T00:00_UTC.json").stat().st_size
    assert house.service.facts == {
        "P1": TranscriptFact(size=size),
        "P2": TranscriptFact(size=(tmp_path / "P2.json").stat().st_size, misplaced=True),
    }
    token = house.connect(house.come_back("FROM_SEGMENT", "P2"))
    past = house.page(token, NextToken=house.page(token)["NextToken"])["Transcript"]
    assert [each["RelatedContactId"] for each in past] == ["P1"]


FILE = {"Version": "2019-08-26", "AWSAccountId": "123456789012", "ContactId": "P1", "Transcript": [HELLO]}
"""What is in a transcript file of S3."""


def test_a_transcript_file_is_taken_as_it_is() -> None:
    house = House()
    house.service.seed(PAST, {"P1": FILE})
    assert [each["Content"] for each in house.service.seen("P1")["Transcript"]] == ["hello"]


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        ({**FILE, "ContactId": "P2"}, r"\['ContactId'\] is 'P2': expected 'P1', whose transcript it is to be"),
        ({"ContactId": "P1"}, r"\['Transcript'\] is None: expected a list of items"),
        ({"ContactId": "P1", "Transcript": "hello"}, r"\['Transcript'\] is 'hello'"),
    ],
)
def test_a_file_of_another_contact_or_without_items_is_no_transcript(file: Any, problem: str) -> None:
    house = House()
    with pytest.raises(InvalidArgument, match=problem):
        house.service.seed(PAST, {"P1": file})


def test_transcripts_may_be_seeded_later() -> None:
    house = House()
    past = house.chat("one")
    house.advance(minutes=2)
    house.service.seed(transcripts={past: {"Transcript": [{"Content": "two"}], "Size": 9}})
    house.service.seed(transcripts={past: [{"Content": "three"}]})
    token = house.connect(house.come_back("FROM_SEGMENT", past))
    assert house.pages(token)[1] == ["three", "two", "chat.ended", "one", "participant.joined"]
    assert house.service.facts[past].size == 9


def test_records_become_this_instances_whatever_one_instance_they_name() -> None:
    """identity.one-instance."""
    house = House()
    named = [{**each, "InstanceARN": "arn:aws:connect:x:1:instance/i-9"} for each in PAST]
    house.service.seed(named)
    house.service.seed([{"ContactId": "Q1", **ENDED, "InstanceARN": "arn:aws:connect:x:1:instance/i-8"}])
    assert house.described("P1")["Arn"] == "arn:aws:connect:us-east-1:123456789012:instance/i-1/contact/P1"


@pytest.mark.parametrize(
    ("contacts", "transcripts", "kind", "problem"),
    [
        ([{"ContactId": 7}], None, UnreadableRecord, "record 1, \\$.ContactId"),
        ([{"ContactId": "Q1", "Attributes": {"a": 7}}], None, UnreadableRecord, "\\$.Attributes.a"),
        ([{"ContactId": "Q1", "SegmentAttributes": {"a": "b"}}], None, UnreadableRecord, "\\$.SegmentAttributes.a"),
        ([{"ContactId": "Q1", "SegmentAttributes": {"a": {"B": "c"}}}], None, InvalidArgument, "unknown member"),
        (7, None, InvalidArgument, "source is 7"),
        (["/nowhere/at/all"], None, UnreadableRecord, "/nowhere/at/all"),
        ([PAST[0]], None, ContradictoryRecords, "is there already"),
        (
            [{"ContactId": "Q1", "PreviousContactId": "P1", "InitialContactId": "Q0"}],
            None,
            ContradictoryRecords,
            "same initial contact",
        ),
        (
            [
                {"ContactId": "Q1", "InstanceARN": "arn:aws:connect:x:1:instance/i-1"},
                {"ContactId": "Q2", "InstanceARN": "arn:aws:connect:x:1:instance/i-2"},
            ],
            None,
            ContradictoryRecords,
            "i-2",
        ),
        ([{"ContactId": "Q1", "Channel": "PIGEON"}], None, InvalidArgument, "contact 'Q1' is .*Channel is 'PIGEON'"),
        ((), 7, InvalidArgument, "transcripts is 7"),
        ((), {"nobody": [HELLO]}, InvalidArgument, "'nobody'"),
        (
            [{"ContactId": "Q1", "PreviousContactId": "Q0", "InitialContactId": "Q0"}],
            {"Q0": []},
            InvalidArgument,
            "'Q0'",
        ),
        ((), {"P1": 7}, InvalidArgument, r"transcripts\['P1'\] is 7"),
        ((), {"P1": "text"}, InvalidArgument, r"transcripts\['P1'\] is 'text'"),
        ((), {"P1": [7]}, InvalidArgument, r"an item of transcripts\['P1'\] is 7"),
        ((), {"P1": [{"Content": 7}]}, InvalidArgument, r"Content is 7"),
        ((), {"P1": [{"Odd": 7}]}, InvalidArgument, r"Odd is an unknown member"),
        ((), {"P1": [{"AbsoluteTime": "now"}]}, InvalidArgument, r"AbsoluteTime of an item of transcripts\['P1'\]"),
        ((), {"P1": {"Colour": 7}}, InvalidArgument, "'Colour'"),
        ((), {"P1": {"Status": "LOST"}}, InvalidArgument, "'LOST'"),
        ((), {"P1": {"Status": 7}}, InvalidArgument, "is 7"),
        ((), {"P1": {"Status": "TOO_LARGE"}}, InvalidArgument, "report a large file by its size"),
        ((), {"P1": {"Size": -1}}, InvalidArgument, "size is -1"),
        ((), {"P1": {"Transcript": 7}}, InvalidArgument, r"\['Transcript'\] is 7"),
        ((), "/nowhere/at/all", UnreadableRecord, "/nowhere/at/all"),
    ],
)
def test_a_seed_is_taken_in_whole_or_not_at_all(contacts: Any, transcripts: Any, kind: Any, problem: str) -> None:
    house = House()
    house.service.seed(PAST)
    before = house.service.to_json()
    with pytest.raises(kind, match=problem) as caught:
        house.service.seed(contacts, transcripts)
    assert isinstance(caught.value, RehydrationError)
    assert house.service.to_json() == before


def test_trusted_records_are_not_held_against_a_model() -> None:
    house = House(schema=TRUSTED)
    house.service.seed([{"ContactId": "Q1", "Channel": "PIGEON"}], {"Q1": [{"Odd": 7}]})
    assert house.described("Q1")["Channel"] == "PIGEON"
