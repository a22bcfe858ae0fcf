"""Attachments: announced, completed, shown and fetched, also over the connection of a chat that continues theirs."""

from __future__ import annotations

import pytest

from rehydration import Policy, RuleForbids
from rehydration.service import ChatService
from rehydration.service.attachments import ATTACHMENT_BYTES, NOWHERE
from service_building import House

FILE = {"AttachmentName": "a.pdf", "ContentType": "application/pdf", "AttachmentSizeInBytes": 5}


@pytest.fixture
def house():
    return House()


def announced(house, token, **more):
    asked = {**FILE, "ClientToken": "t1", **more}
    return house.call("StartAttachmentUpload", ConnectionToken=token, **asked)


def completed(house, token, attachment_id, again="t2"):
    return house.call(
        "CompleteAttachmentUpload", ConnectionToken=token, AttachmentIds=[attachment_id], ClientToken=again
    )


def refused(house, operation, **parameters):
    with pytest.raises(RuleForbids) as refusal:
        house.call(operation, **parameters)
    return refusal.value.code, refusal.value.rule, str(refusal.value)


def attached(house, token):
    """The attachments that a connection shows, oldest first, of the current session and of the past."""
    found, more = [], {}
    while True:
        page = house.call("GetTranscript", ConnectionToken=token, ScanDirection="BACKWARD", **more)
        found += [each for each in page["Transcript"] if each["Type"] == "ATTACHMENT"]
        if "NextToken" not in page:
            return found[::-1]
        more = {"NextToken": page["NextToken"]}


def test_an_attachment_is_announced_completed_shown_and_fetched(house):
    begun = house.start()
    token = house.connect(begun)
    told = announced(house, token)
    attachment_id = told["AttachmentId"]
    assert told == {
        "AttachmentId": attachment_id,
        "UploadMetadata": {
            "Url": f"{NOWHERE}{attachment_id}",
            "UrlExpiry": "2026-05-03T09:15:00.000Z",
            "HeadersToInclude": {"Content-Type": "application/pdf"},
        },
    }
    assert attached(house, token) == []
    assert completed(house, token, attachment_id) == completed(house, token, attachment_id) == {}
    (item,) = attached(house, token)
    assert {name: item[name] for name in ("Type", "ContactId", "ParticipantRole", "DisplayName", "Attachments")} == {
        "Type": "ATTACHMENT",
        "ContactId": begun["ContactId"],
        "ParticipantRole": "CUSTOMER",
        "DisplayName": "Ana",
        "Attachments": [
            {
                "AttachmentId": attachment_id,
                "AttachmentName": "a.pdf",
                "ContentType": "application/pdf",
                "Status": "APPROVED",
            }
        ],
    }
    assert house.call("GetAttachment", ConnectionToken=token, AttachmentId=attachment_id, UrlExpiryInSeconds=60) == {
        "Url": f"{NOWHERE}{attachment_id}",
        "UrlExpiry": "2026-05-03T09:01:00.000Z",
        "AttachmentSizeInBytes": 5,
    }


def test_an_attachment_of_the_past_is_fetched_over_the_new_connection_unless_it_was_dropped(house):
    """paging.past-attachments."""
    begun = house.start()
    token = house.connect(begun)
    before = announced(house, token)["AttachmentId"]
    completed(house, token, before)
    survey = house.service.run_disconnect_flow(begun["ContactId"])["ContactId"]
    after = announced(house, token, ClientToken="t3")["AttachmentId"]
    completed(house, token, after, "t4")
    house.stop(survey)
    back = house.connect(house.come_back("FROM_SEGMENT", begun["ContactId"]))
    assert house.call("GetAttachment", ConnectionToken=back, AttachmentId=before)["AttachmentSizeInBytes"] == 5
    code, rule, text = refused(house, "GetAttachment", ConnectionToken=back, AttachmentId=after)
    assert (code, rule) == ("ValidationException", "paging.past-attachments")
    assert text == f"the attachment {after!r} is in no transcript that this chat shows"
    assert [each["RelatedContactId"] for each in attached(house, back)] == [begun["ContactId"]]


def test_what_nobody_completed_is_not_to_be_had_and_nobody_completes_what_others_announced(house):
    begun = house.start()
    token = house.connect(begun)
    agent = house.connect(house.service.join(begun["ContactId"]))
    attachment_id = announced(house, token)["AttachmentId"]
    for asked in (attachment_id, "nobody's"):
        assert refused(house, "GetAttachment", ConnectionToken=token, AttachmentId=asked)[0] == "ValidationException"
        by_agent = {"ConnectionToken": agent, "AttachmentIds": [asked], "ClientToken": "x"}
        assert refused(house, "CompleteAttachmentUpload", **by_agent)[0] == "ValidationException"
    completed(house, token, attachment_id)
    again = {"ConnectionToken": token, "AttachmentIds": [attachment_id], "ClientToken": "other"}
    assert "completed already" in refused(house, "CompleteAttachmentUpload", **again)[2]
    assert house.call("GetAttachment", ConnectionToken=agent, AttachmentId=attachment_id)


@pytest.mark.parametrize(
    "file",
    [
        {"AttachmentSizeInBytes": ATTACHMENT_BYTES},
        {"AttachmentName": "Photo.of.it.JPG", "ContentType": "image/jpeg"},
        {"AttachmentName": "notes.txt", "ContentType": "Text/Plain; charset=utf-8"},
        {"AttachmentName": "clipboard", "ContentType": "image/png"},
    ],
)
def test_a_chat_takes_the_files_on_the_list(house, file):
    """protocol.attachment-types."""
    assert announced(house, house.connect(house.start()), **file)


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ({"AttachmentName": "setup.pdf.exe"}, "AttachmentName is '.exe': expected one of .csv, .doc, .docx, .heic"),
        ({"AttachmentName": "a."}, "AttachmentName is '.': expected one of"),
        ({"ContentType": "text/html"}, "ContentType is 'text/html': expected that of one of the files that a chat"),
        ({"AttachmentSizeInBytes": ATTACHMENT_BYTES + 1}, "is '20,971,521': expected at most 20,971,520"),
    ],
)
def test_a_chat_takes_no_others(house, file, told):
    """protocol.attachment-types."""
    asked = {**FILE, **file, "ClientToken": "x"}
    code, rule, text = refused(house, "StartAttachmentUpload", ConnectionToken=house.connect(house.start()), **asked)
    assert (code, rule) == ("ValidationException", "protocol.attachment-types")
    assert told in text


def test_a_bot_gets_no_attachment(house):
    begun = house.start()
    token = house.connect(begun)
    attachment_id = announced(house, token)["AttachmentId"]
    completed(house, token, attachment_id)
    bot = house.connect(house.service.join(begun["ContactId"], "Bot", "CUSTOM_BOT"))
    assert (
        refused(house, "GetAttachment", ConnectionToken=bot, AttachmentId=attachment_id)[0] == "AccessDeniedException"
    )


@pytest.mark.parametrize(("came", "told"), [(None, "nothing came"), (4, "4 bytes came"), (5, None)])
def test_who_keeps_the_bytes_tells_whether_they_came(came, told):
    house = House(stored=lambda _: came)
    token = house.connect(house.start())
    attachment_id = announced(house, token)["AttachmentId"]
    asked = {"ConnectionToken": token, "AttachmentIds": [attachment_id], "ClientToken": "x"}
    if told is None:
        assert house.call("CompleteAttachmentUpload", **asked) == {}
    else:
        assert told in refused(house, "CompleteAttachmentUpload", **asked)[2]


@pytest.mark.parametrize(("stored", "size"), [(None, 1), (lambda _: None, 1), (lambda _: 7, 7)])
def test_a_planted_attachment_is_as_large_as_what_is_kept_or_of_the_least_size(stored, size):
    house = House(stored=stored)
    item = {"Type": "ATTACHMENT", "Attachments": [{"AttachmentId": "A1", "AttachmentName": "a.pdf"}]}
    house.service.seed([{"ContactId": "C1", "DisconnectTimestamp": "2026-05-02T09:00:00Z"}], {"C1": [item]})
    token = house.connect(house.come_back("ENTIRE_PAST_SESSION", "C1"))
    told = house.call("GetAttachment", ConnectionToken=token, AttachmentId="A1")
    assert told["AttachmentSizeInBytes"] == size


def test_a_past_that_the_policy_refuses_has_no_attachments():
    house = House(policy=Policy(unavailable="REFUSE"))
    house.service.seed(
        [
            {"ContactId": "C1", "DisconnectTimestamp": "2026-05-02T09:00:00Z"},
            {"ContactId": "D1", "RelatedContactId": "C1"},
        ],
        {"C1": {"Status": "DELETED"}},
    )
    live = house.service.to_json()["participants"][0]
    token = house.connect({"ParticipantToken": live["token"]})
    code, rule, _ = refused(house, "GetAttachment", ConnectionToken=token, AttachmentId="A1")
    assert (code, rule) == ("ValidationException", "visibility.transcript-unavailable")


def test_attachments_are_written_down_and_read_again(house):
    begun = house.start()
    token = house.connect(begun)
    attachment_id = announced(house, token)["AttachmentId"]
    data = house.service.to_json()
    assert [each["name"] for each in data["attachments"]] == ["a.pdf"]
    again = ChatService.from_json(data, new_id=lambda: "new", now=lambda: house.time, stored=lambda _: 5)
    asked = {"ConnectionToken": token, "AttachmentIds": [attachment_id], "ClientToken": "x"}
    assert again.call("CompleteAttachmentUpload", asked) == {}
    assert again.to_json()["attachments"][0]["completed"] is True
