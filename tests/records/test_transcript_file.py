"""Chat transcripts: what one file holds, which files are read, and the attributes that contacts do not hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehydration import Contact, InvalidInput, TranscriptFact
from rehydration.errors import InvalidArgument, UnreadableRecord
from rehydration.records import ChatTranscript, read_contacts_with_attributes, read_transcripts

SAID = {"Id": "i-1", "Type": "MESSAGE", "Content": "Hello", "AbsoluteTime": "2026-05-03T09:12:31.004Z", "Odd": [1]}
JOINED = {"Id": "i-2", "Type": "EVENT", "ContentType": "application/vnd.amazonaws.connect.event.participant.joined"}
NAME = "k7_20260503T09:12_UTC.json"
A_TRANSCRIPT = "a chat transcript, with ContactId and Transcript"


def write(folder: Path, body: Any, name: str = NAME) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(body), encoding="utf-8")
    return path


def problem(source: Any) -> tuple[str, int, str, str, str]:
    with pytest.raises(UnreadableRecord) as caught:
        list(read_transcripts(source))
    fault = caught.value
    return (fault.source, fault.record, fault.path, fault.problem, fault.expected)


def test_a_file_holds_the_items_of_one_contact(tmp_path: Path) -> None:
    path = write(tmp_path, {"ContactId": "k7", "InitialContactId": "k1", "Version": "1", "Transcript": [SAID, JOINED]})
    fact = TranscriptFact(size=path.stat().st_size)
    assert list(read_transcripts(path)) == [ChatTranscript("k7", "k1", (SAID, JOINED), fact)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "misplaced"),
    [
        ("k7_20260503T09:12_UTC.json", False),
        ("k7_20260503T09-12_UTC.json", False),
        ("k7.json", True),
        ("k77_20260503T09:12_UTC.json", True),
        ("copy of k7_20260503T09:12_UTC.json", True),
        ("k7_20260503T09:12_UTC.json.json", True),
        ("k7_analysis_2026-05-03T09:12:00Z.json", True),
    ],
)
def test_a_file_of_another_name_than_its_original_one_is_misplaced(
    tmp_path: Path, name: str, misplaced: object
) -> None:
    """visibility.transcript-place."""
    [found] = read_transcripts(write(tmp_path, {"ContactId": "k7", "Transcript": []}, name))
    assert (found.fact.misplaced, found.items) == (misplaced, ())


def test_a_folder_holds_files_by_name_also_in_its_subfolders(tmp_path: Path) -> None:
    for contact_id, name in (("k3", "b/k3.json"), ("k1", "a.json"), ("k2", "b/a/k2.json")):
        write(tmp_path, {"ContactId": contact_id, "Transcript": []}, name)
    (tmp_path / "notes.txt").write_text("no transcript")
    assert [each.contact_id for each in read_transcripts(tmp_path)] == ["k1", "k2", "k3"]
    assert [each.contact_id for each in read_transcripts(str(tmp_path / "b" / "*.json"))] == ["k3"]


def test_several_files_of_one_contact_are_all_read(tmp_path: Path) -> None:
    for name in ("k7_20260503T09:12_UTC.json", "k7_20260503T10:12_UTC.json"):
        write(tmp_path, {"ContactId": "k7", "Transcript": [{"Content": name}]}, name)
    assert [each.items[0]["Content"] for each in read_transcripts(tmp_path)] == [
        "k7_20260503T09:12_UTC.json",
        "k7_20260503T10:12_UTC.json",
    ]


def test_a_folder_without_transcripts_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no transcript")
    assert problem(tmp_path) == (str(tmp_path), 0, "$", "holds no file that ends in .json", A_TRANSCRIPT)


def test_an_empty_file_is_no_transcript(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.touch()
    assert problem(path) == (str(path), 0, "$", "the file is empty", A_TRANSCRIPT)


@pytest.mark.parametrize(
    ("body", "path", "told"),
    [
        ({"Transcript": []}, "$.ContactId", "is missing"),
        ({"ContactId": "", "Transcript": []}, "$.ContactId", "is ''"),
        ({"ContactId": "k7"}, "$.Transcript", "is missing"),
        ({"ContactId": "k7", "Transcript": 7}, "$.Transcript", "is 7"),
        ({"ContactId": "k7", "Transcript": [SAID, 7]}, "$.Transcript[1]", "is 7"),
        ({"ContactId": "k7", "Transcript": [{"Content": 7}]}, "$.Transcript[0].Content", "is 7"),
        ({"ContactId": "k7", "Transcript": [{"Id": ["a"]}]}, "$.Transcript[0].Id", "is of type list"),
        ({"ContactId": "k7", "InitialContactId": 7, "Transcript": []}, "$.InitialContactId", "is 7"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(tmp_path: Path, body: Any, path: str, told: str) -> None:
    file = write(tmp_path, body)
    assert problem(file)[:4] == (str(file), 1, path, told)


def test_a_source_that_is_no_path_is_a_mistake() -> None:
    with pytest.raises(InvalidArgument):
        list(read_transcripts(7))  # type: ignore[arg-type]


@given(
    st.binary(max_size=40) | st.just(json.dumps({"ContactId": "k7", "Transcript": [SAID]}).encode()),
    st.binary(max_size=4),
)
def test_whatever_a_file_holds_is_read_or_told(
    tmp_path_factory: pytest.TempPathFactory, beginning: bytes, end: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / NAME
    path.write_bytes(beginning + end)
    try:
        told = {each.contact_id for each in read_transcripts(path)}
    except InvalidInput as fault:
        told = {"k7"} if str(path) in str(fault) else {"a fault that does not say where"}
    assert told == {"k7"}


# ---------------------------------------------------------------------------------------------------------- attributes

HELD = {"order": "A-1", "note": ""}


@pytest.mark.parametrize(
    ("record", "attributes"),
    [
        ({"ContactId": "k7", "Attributes": HELD}, [HELD]),
        ({"ContactId": "k7", "Attributes": None}, [{}]),
        ({"ContactId": "k7"}, [{}]),
        ({"Contact": {"Id": "k7", "Attributes": HELD}}, [HELD]),
        ({"Id": "k7", "Arn": "arn", "Attributes": HELD}, [HELD]),
        ({"Contacts": [{"Id": "k7", "Attributes": HELD}, None, {"Id": "k8"}]}, [HELD, {}]),
        ({"Details": {"ContactData": {"ContactId": "k7", "Attributes": HELD}}}, [HELD]),
        ({"detail": {"contactId": "k7", "eventType": "INITIATED"}}, [{}]),
        ({"contact_id": "k7"}, [{}]),
    ],
)
def test_contacts_are_read_with_their_attributes(record: dict[str, Any], attributes: list[dict[str, str]]) -> None:
    found = list(read_contacts_with_attributes(record))
    assert [each[1] for each in found] == attributes
    assert found[0][0].contact_id == "k7"


def test_a_contact_read_with_its_attributes_is_the_contact_that_is_read_without() -> None:
    record = {"ContactId": "k7", "RelatedContactId": "k1", "Channel": "CHAT"}
    expected = Contact(contact_id="k7", related_contact_id="k1", channel="CHAT")  # type: ignore[arg-type]
    assert list(read_contacts_with_attributes(record)) == [(expected, {})]


@pytest.mark.parametrize(
    ("record", "path", "told"),
    [
        ({"ContactId": "k7", "Attributes": 7}, "$.Attributes", "is 7"),
        ({"ContactId": "k7", "Attributes": {"a": 7}}, "$.Attributes.a", "is 7"),
        ({"ContactId": "k7", "Attributes": {"\ud800": "x"}}, "$.Attributes", r"has the key '\ud800'"),
        ({"Contact": {"Id": "k7", "Attributes": ["a"]}}, "$.Contact.Attributes", "is of type list"),
        ({"Contacts": [{"Id": "k7"}, {"Id": "k8", "Attributes": 7}]}, "$.Contacts[1].Attributes", "is 7"),
        ({"ContactId": 7}, "$.ContactId", "is 7"),
    ],
)
def test_attributes_that_are_none_are_told_with_their_place(record: dict[str, Any], path: str, told: str) -> None:
    with pytest.raises(UnreadableRecord) as caught:
        list(read_contacts_with_attributes(record))
    assert (caught.value.record, caught.value.path, caught.value.problem) == (1, path, told)
