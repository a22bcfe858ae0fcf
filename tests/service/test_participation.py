"""Taking part in a chat: connections, messages, events, and how a chat ends."""

from __future__ import annotations

from typing import Any

import pytest

from service_building import DAWN, EVENT, House, refused, said

DENIED = ("AccessDeniedException", 403, "paging.token-lifetime")
MALFORMED = ("ValidationException", 400, "protocol.declared-errors")


def denied(house: House, token: str) -> bool:
    """Whether a connection token is refused by every operation, with one and the same message."""
    operations: list[tuple[str, dict[str, Any]]] = [
        ("SendMessage", {"ContentType": "text/plain", "Content": "hello"}),
        ("SendEvent", {"ContentType": f"{EVENT}typing"}),
        ("GetTranscript", {}),
        ("DisconnectParticipant", {}),
    ]
    found = {refused(house, name, ConnectionToken=token, **more) for name, more in operations}
    messages = set()
    for name, more in operations:
        with pytest.raises(Exception, match=r"^access denied$") as caught:
            house.call(name, ConnectionToken=token, **more)
        messages.add(str(caught.value))
    return (found, messages) == ({DENIED}, {"access denied"})


def test_a_connection_is_made_of_a_participant_token() -> None:
    house = House()
    begun = house.start()
    answer = house.call(
        "CreateParticipantConnection",
        ParticipantToken=begun["ParticipantToken"],
        Type=["WEBSOCKET", "CONNECTION_CREDENTIALS"],
    )
    token = answer["ConnectionCredentials"]["ConnectionToken"]
    assert answer == {
        "ConnectionCredentials": {"ConnectionToken": token, "Expiry": "2026-05-04T09:00:00.000Z"},
        "Websocket": {
            "Url": f"wss://participant.invalid/{house.drawn[-1]}",
            "ConnectionExpiry": "2026-05-03T09:01:40.000Z",
        },
    }
    assert house.service.has_participant_token(token)
    assert house.service.has_participant_token(begun["ParticipantToken"])
    assert not house.service.has_participant_token("forged")


@pytest.mark.parametrize(
    "asked", [{"Type": ["WEBSOCKET"]}, {"Type": ["CONNECTION_CREDENTIALS"]}, {"ConnectParticipant": True}]
)
def test_a_customer_joins_once_however_often_they_connect(asked: dict[str, Any]) -> None:
    house = House()
    begun = house.start()
    for _ in range(2):
        house.call("CreateParticipantConnection", ParticipantToken=begun["ParticipantToken"], **asked)
    assert house.pages(house.connect(begun)) == [["participant.joined"]]


@pytest.mark.parametrize("asked", [{}, {"ConnectParticipant": False}, {"Type": ["WEBRTC_CONNECTION"]}])
def test_a_connection_is_of_a_kind_that_chats_have(asked: dict[str, Any]) -> None:
    house = House()
    token = house.start()["ParticipantToken"]
    assert refused(house, "CreateParticipantConnection", ParticipantToken=token, **asked) == MALFORMED


def test_an_older_connection_stays_good() -> None:
    house = House()
    begun = house.start()
    first, second = house.connect(begun), house.connect(begun)
    house.say(first, "one")
    house.say(second, "two")
    assert house.pages(first) == house.pages(second) == [["two", "one", "participant.joined"]]


def test_tokens_die_with_the_chat() -> None:
    """paging.token-lifetime."""
    house = House()
    begun = house.start()
    token = house.connect(begun)
    house.stop(begun["ContactId"])
    assert denied(house, token)
    asked = {"ParticipantToken": begun["ParticipantToken"], "Type": ["CONNECTION_CREDENTIALS"]}
    assert refused(house, "CreateParticipantConnection", **asked) == DENIED


def test_a_connection_is_good_for_a_day_and_the_participant_can_make_another() -> None:
    house = House()
    begun = house.start()
    token = house.connect(begun)
    house.advance(hours=24, milliseconds=-1)
    house.say(token, "one")
    house.advance(milliseconds=1)
    assert denied(house, token)
    house.say(house.connect(begun), "two")


def test_forged_tokens_and_tokens_of_another_kind_are_refused_and_nothing_is_told() -> None:
    house = House()
    begun = house.start()
    house.connect(begun)
    for token in ("forged", "\x00", "é" * 900, begun["ParticipantToken"], begun["ContactId"], begun["ParticipantId"]):
        assert denied(house, token)
    asked = {"ParticipantToken": house.connect(begun), "Type": ["CONNECTION_CREDENTIALS"]}
    assert refused(house, "CreateParticipantConnection", **asked) == DENIED


def test_tokens_of_another_instance_are_refused() -> None:
    house, other = House(), House(region_name="eu-west-1")
    begun = other.start()
    other.start()
    assert denied(house, other.connect(begun))


def test_a_message_is_answered_with_its_item() -> None:
    house = House()
    begun = house.start()
    token = house.connect(begun)
    house.advance(milliseconds=1500)
    answer = house.say(token, "hello")
    item = house.page(token)["Transcript"][0]
    assert answer == {"Id": item["Id"], "AbsoluteTime": "2026-05-03T09:00:01.500Z"}
    assert item == {
        **answer,
        "Type": "MESSAGE",
        "ContentType": "text/plain",
        "Content": "hello",
        "ParticipantId": begun["ParticipantId"],
        "ParticipantRole": "CUSTOMER",
        "DisplayName": "Ana",
        "ContactId": begun["ContactId"],
    }


@pytest.mark.parametrize(
    "content",
    ["x" * 16_384, "é" * 8_192, "&PersistentChat=1", '{"a": [1]}', "\x00\x01\x1f\x7f\u2028", "\U0001f600", " "],
)
def test_whatever_is_said_is_read(content: str) -> None:
    house = House()
    token = house.connect(house.start())
    house.say(token, content)
    assert house.page(token)["Transcript"][0]["Content"] == content


@pytest.mark.parametrize("content", ["x" * 16_385, "é" * 8_193, "\ud800", ""])
def test_what_is_too_long_or_no_text_is_refused(content: str) -> None:
    house = House()
    token = house.connect(house.start())
    said = {"ConnectionToken": token, "ContentType": "text/plain", "Content": content}
    assert refused(house, "SendMessage", **said) == MALFORMED


def test_a_message_is_of_a_content_type_that_the_chat_agreed_on() -> None:
    house = House()
    token = house.connect(house.start())
    said = {"ConnectionToken": token, "ContentType": "text/markdown", "Content": "*"}
    assert refused(house, "SendMessage", **said) == MALFORMED


@pytest.mark.parametrize("event", ["typing", "connection.acknowledged", "message.delivered", "message.read"])
def test_an_event_is_answered_and_not_kept(event: str) -> None:
    """paging.typing-is-not-kept."""
    house = House()
    token = house.connect(house.start())
    answer = house.call("SendEvent", ConnectionToken=token, ContentType=f"{EVENT}{event}", Content="{}")
    assert answer == {"Id": house.drawn[-1], "AbsoluteTime": "2026-05-03T09:00:00.000Z"}
    assert house.pages(token) == [["participant.joined"]]


@pytest.mark.parametrize("event", ["text/plain", f"{EVENT}chat.ended", f"{EVENT}participant.left"])
def test_other_events_are_not_a_participants(event: str) -> None:
    house = House()
    token = house.connect(house.start())
    assert refused(house, "SendEvent", ConnectionToken=token, ContentType=event) == MALFORMED


def test_a_chat_ends_when_its_last_participant_leaves() -> None:
    house = House()
    begun = house.start()
    ana = house.connect(begun)
    second = house.service.transfer(begun["ContactId"], "Bo")
    bo = house.connect(second)
    house.leave(ana)
    house.leave(ana)  # once more changes nothing
    assert said(house.page(ana, MaxResults=1)) == said(house.page(bo, MaxResults=1)) == ["participant.left"]
    assert "DisconnectTimestamp" not in house.described(second["ContactId"])
    house.leave(bo)
    contact = house.described(second["ContactId"])
    assert (contact["DisconnectTimestamp"], contact["DisconnectReason"]) == (DAWN, "AGENT_DISCONNECT")
    assert denied(house, bo)


def test_a_customer_who_leaves_alone_ends_the_chat() -> None:
    house = House()
    begun = house.start()
    house.leave(house.connect(begun))
    assert house.described(begun["ContactId"])["DisconnectReason"] == "CUSTOMER_DISCONNECT"


def test_agents_may_be_made_to_leave_with_the_customer() -> None:
    house = House()
    begun = house.start(DisconnectOnCustomerExit=["AGENT"])
    ana = house.connect(begun)
    bo = house.connect(house.service.join(begun["ContactId"], "Bo"))
    house.leave(ana)
    assert denied(house, bo)
    house.advance(minutes=2)
    back = house.connect(house.come_back("FROM_SEGMENT", begun["ContactId"]))
    left = ["chat.ended", "participant.left", "participant.left"]
    assert house.pages(back)[1] == [*left, "participant.joined", "participant.joined"]


def test_agents_are_made_to_leave_with_the_customer_and_not_the_other_way_round() -> None:
    house = House()
    begun = house.start(DisconnectOnCustomerExit=["AGENT"])
    ana = house.connect(begun)
    house.leave(house.connect(house.service.join(begun["ContactId"], "Bo")))
    assert said(house.page(ana, MaxResults=1)) == ["participant.left"]


def test_a_participant_who_left_cannot_come_back_with_the_same_token() -> None:
    house = House()
    begun = house.start()
    house.connect(begun)
    bo = house.service.join(begun["ContactId"], "Bo")
    house.leave(house.connect(bo))
    asked = {"ParticipantToken": bo["ParticipantToken"], "Type": ["CONNECTION_CREDENTIALS"]}
    assert refused(house, "CreateParticipantConnection", **asked) == DENIED


# ------------------------------------------------------------------------------------------------------- client tokens


def test_the_same_request_again_is_answered_again_and_done_once() -> None:
    """protocol.token-replay."""
    house = House()
    past = house.chat("old")
    house.advance(minutes=2)
    begun = house.come_back("FROM_SEGMENT", past, ClientToken="a")
    assert house.come_back("FROM_SEGMENT", past, ClientToken="a") == begun
    plain = house.start(ClientToken="b")
    association = house.associate(plain["ContactId"], "FROM_SEGMENT", past, ClientToken="a")
    assert house.associate(plain["ContactId"], "FROM_SEGMENT", past, ClientToken="a") == association
    token = house.connect(begun)
    one = house.say(token, "one", ClientToken="a")
    assert house.say(token, "one", ClientToken="a") == one
    assert house.say(house.connect(begun), "one", ClientToken="a") == one
    typing = {"ContentType": f"{EVENT}typing", "ClientToken": "a"}
    event = house.call("SendEvent", ConnectionToken=token, **typing)
    assert house.call("SendEvent", ConnectionToken=token, **typing) == event
    assert house.pages(token)[0] == ["one", "participant.joined"]
    house.leave(token, ClientToken="a")
    house.leave(token, ClientToken="a")
    assert len(house.service.graph) == 3


@pytest.mark.parametrize("token", [None, ""])
def test_without_a_client_token_the_same_request_is_another_one(token: str | None) -> None:
    house = House()
    assert house.start(ClientToken=token) != house.start(ClientToken=token)


def test_a_client_token_with_other_parameters_is_refused() -> None:
    """protocol.token-reuse."""
    house = House()
    begun = house.start(ClientToken="a")
    chat = {"ContactFlowId": "other flow", "ParticipantDetails": {"DisplayName": "Ana"}, "ClientToken": "a"}
    assert refused(house, "StartChatContact", **chat) == ("InvalidRequestException", 400, "protocol.token-reuse")
    token = house.connect(begun)
    house.say(token, "one", ClientToken="a")
    said = {"ConnectionToken": token, "ContentType": "text/plain", "Content": "two", "ClientToken": "a"}
    assert refused(house, "SendMessage", **said) == ("ValidationException", 400, "protocol.token-reuse")


def test_participants_do_not_share_their_client_tokens() -> None:
    house = House()
    first, second = house.connect(house.start()), house.connect(house.start())
    assert house.say(first, "one", ClientToken="a") != house.say(second, "two", ClientToken="a")


def test_a_refused_request_leaves_no_client_token_behind() -> None:
    house = House()
    live = house.start()["ContactId"]
    chat = {"ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ana"}, "ClientToken": "a"}
    asked = {**chat, "PersistentChat": {"RehydrationType": "FROM_SEGMENT", "SourceContactId": live}}
    assert refused(house, "StartChatContact", **asked)[2] == "eligibility.session-ended"
    house.stop(live)
    house.advance(minutes=2)
    assert house.call("StartChatContact", **asked)["ContinuedFromContactId"] == live


def test_a_client_token_is_good_for_seven_days() -> None:
    """protocol.token-lifetime."""
    house = House()
    first = house.start(ClientToken="a")
    house.advance(days=7, milliseconds=-1)
    assert house.start(ClientToken="a") == first
    house.advance(milliseconds=1)
    assert house.start(ClientToken="a") != first
