"""Whoever follows a chat is told what happens in it: everything, once, in order, and nothing that is not theirs."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest

from rehydration import RuleForbids
from rehydration.errors import InvalidArgument
from service_building import EVENT, House, websocket_of

Told = dict[str, Any]
DENIED = ("AccessDeniedException", 403, "paging.token-lifetime")


def short(item: Told) -> str:
    return item.get("Content") or item.get("ContentType", item["Type"]).removeprefix(EVENT)


def heard_by(house: House, token: str) -> list[Told]:
    """Follow, and keep what is told."""
    heard: list[Told] = []
    house.service.follow(token, heard.append)
    return heard


def test_everybody_is_told_what_is_said_as_the_transcript_has_it() -> None:
    """protocol.rehydrated-event."""
    house = House()
    past = house.chat("old")
    house.advance(minutes=1)
    begun = house.start()
    ana = house.connect(begun)
    bo = house.connect(house.service.join(begun["ContactId"], "Bo"))
    told = [heard_by(house, ana), heard_by(house, bo)]
    sent = house.say(ana, "hello")
    house.associate(begun["ContactId"], "FROM_SEGMENT", past)
    assert told[0] == told[1]
    assert told[0][0]["Id"] == sent["Id"]
    shown = house.page(ana, MaxResults=2, SortOrder="ASCENDING")["Transcript"]
    assert told[0] == [{**each, "InitialContactId": begun["ContactId"]} for each in shown]
    assert [short(each) for each in told[0]] == ["hello", "chat.rehydrated"]


def test_an_item_tells_its_contact_and_the_first_of_its_session() -> None:
    house = House()
    begun = house.start()
    ana = house.connect(begun)
    heard = heard_by(house, ana)
    second = house.service.transfer(begun["ContactId"], "Bo")["ContactId"]
    assert [(short(each), each["ContactId"], each["InitialContactId"]) for each in heard] == [
        ("transfer.succeeded", begun["ContactId"], begun["ContactId"]),
        ("participant.joined", second, begun["ContactId"]),
    ]


def test_typing_is_told_and_not_kept() -> None:
    """paging.typing-is-not-kept."""
    house = House()
    begun = house.start()
    ana = house.connect(begun)
    heard = heard_by(house, ana)
    typing = {"ConnectionToken": ana, "ContentType": f"{EVENT}typing"}
    answer = house.call("SendEvent", **typing)
    assert heard == [
        {
            **answer,
            "Type": "EVENT",
            "ContentType": f"{EVENT}typing",
            "ParticipantId": begun["ParticipantId"],
            "ParticipantRole": "CUSTOMER",
            "DisplayName": "Ana",
            "ContactId": begun["ContactId"],
            "InitialContactId": begun["ContactId"],
        }
    ]
    assert house.pages(ana) == [["participant.joined"]]


def receipt(house: House, token: str, kind: str, message_id: str) -> Told:
    content = f'{{"messageId": "{message_id}"}}'
    return house.call("SendEvent", ConnectionToken=token, ContentType=f"{EVENT}message.{kind}", Content=content)


def test_a_receipt_is_told_and_kept_with_its_message() -> None:
    house = House()
    begun = house.start()
    ana = house.connect(begun)
    joined = house.service.join(begun["ContactId"], "Bo")
    bo = house.connect(joined)
    message = house.say(ana, "hello")["Id"]
    heard = heard_by(house, ana)
    house.advance(seconds=1)
    delivered = receipt(house, bo, "delivered", message)
    house.advance(seconds=1)
    read = receipt(house, bo, "read", message)
    contact = {"ContactId": begun["ContactId"], "InitialContactId": begun["ContactId"]}
    by = {"RecipientParticipantId": joined["ParticipantId"]}
    times = [{"DeliveredTimestamp": "2026-05-03T09:00:01.000Z"}, {"ReadTimestamp": "2026-05-03T09:00:02.000Z"}]
    assert heard == [
        {
            **answer,
            "Type": "MESSAGEMETADATA",
            "MessageMetadata": {"MessageId": message, "Receipts": [{**time, **by}]},
            **contact,
        }
        for answer, time in zip([delivered, read], times, strict=True)
    ]
    kept = house.page(ana, MaxResults=1)["Transcript"][0]["MessageMetadata"]
    assert kept == {"MessageId": message, "Receipts": [{**times[0], **times[1], **by}]}


def test_a_receipt_that_says_nothing_new_is_answered_and_told_to_nobody() -> None:
    house = House()
    begun = house.start()
    ana = house.connect(begun)
    bo = house.connect(house.service.join(begun["ContactId"], "Bo"))
    message = house.say(ana, "hello")["Id"]
    receipt(house, bo, "read", message)
    kept = house.page(ana)
    heard = heard_by(house, ana)
    joined = kept["Transcript"][-1]["Id"]
    for token, named in ((bo, message), (ana, message), (bo, joined), (bo, "nobody")):
        receipt(house, token, "read", named)
    house.call("SendEvent", ConnectionToken=bo, ContentType=f"{EVENT}message.read")
    house.call("SendEvent", ConnectionToken=bo, ContentType=f"{EVENT}connection.acknowledged")
    assert (heard, house.page(ana)) == ([], kept)


@pytest.mark.parametrize("content", ["", "no JSON", "[]", "7", '{"messageId": 7}', "[" * 2_000])
def test_a_receipt_names_a_message(content: str) -> None:
    house = House()
    token = house.connect(house.start())
    with pytest.raises(RuleForbids) as caught:
        house.call("SendEvent", ConnectionToken=token, ContentType=f"{EVENT}message.read", Content=content)
    assert caught.value.code == "ValidationException"


def test_whoever_left_and_is_no_customer_hears_the_end_and_nothing_else() -> None:
    """protocol.connection-until-ended."""
    house = House()
    begun = house.start()
    ana = house.connect(begun)
    bo = house.connect(house.service.join(begun["ContactId"], "Bo"))
    first, by_bo = heard_by(house, ana), heard_by(house, bo)
    cy = house.connect(house.service.transfer(begun["ContactId"], "Cy"))
    by_cy = heard_by(house, cy)
    house.leave(ana)
    house.say(cy, "gone?")
    house.leave(cy)
    assert [short(each) for each in first] == [
        "participant.left",
        "transfer.succeeded",
        "participant.joined",
        "participant.left",
        "gone?",
        "participant.left",
        "chat.ended",
    ]
    assert [short(each) for each in by_bo] == ["participant.left", "transfer.succeeded", "chat.ended"]
    assert [short(each) for each in by_cy] == ["participant.left", "gone?", "participant.left", "chat.ended"]


def test_nothing_comes_after_the_end_and_nothing_of_other_chats() -> None:
    house = House()
    first, other = house.start(), house.start()
    ana, eve = house.connect(first), house.connect(other)
    heard: list[Told] = []
    following = house.service.follow(ana, heard.append)
    house.say(eve, "not yours")
    house.stop(first["ContactId"])
    assert ([short(each) for each in heard], following.is_over, following.fault) == (["chat.ended"], True, None)
    house.service.unfollow(following)


def test_what_happens_by_itself_is_told_when_it_is_found_out() -> None:
    house = House()
    heard = heard_by(house, house.connect(house.start(ChatDurationInMinutes=60)))
    house.advance(hours=25)
    assert [(short(each), each["AbsoluteTime"]) for each in heard] == [("chat.ended", "2026-05-03T10:00:00.000Z")]


def test_nobody_follows_without_a_good_token_or_with_what_cannot_be_called() -> None:
    house = House()
    begun = house.start()
    token = house.connect(begun)
    with pytest.raises(InvalidArgument, match="deliver is 7: expected a function that takes an item"):
        house.service.follow(token, 7)  # type: ignore[arg-type]
    house.stop(begun["ContactId"])
    for bad in (token, "forged"):
        with pytest.raises(RuleForbids) as caught:
            house.service.follow(bad, print)
        assert (caught.value.code, caught.value.status, caught.value.rule) == DENIED


def test_whoever_cannot_take_an_item_is_told_no_more_and_nobody_else_suffers() -> None:
    house = House()
    token = house.connect(house.start())
    fault = ValueError("full")

    def refuse(_item: Told) -> None:
        raise fault

    following, heard = house.service.follow(token, refuse), heard_by(house, token)
    house.say(token, "one")
    house.say(token, "two")
    assert ([short(each) for each in heard], following.fault, following.is_over) == (["one", "two"], fault, True)


def test_whoever_stops_following_is_told_no_more() -> None:
    house = House()
    token = house.connect(house.start())
    heard: list[Told] = []
    following, others = house.service.follow(token, heard.append), heard_by(house, token)
    house.say(token, "one")
    house.service.unfollow(following)
    house.say(token, "two")
    assert ([short(each) for each in heard], [short(each) for each in others]) == (["one"], ["one", "two"])


def test_a_connection_that_is_a_day_old_hears_nothing_more() -> None:
    """paging.token-lifetime."""
    house = House()
    begun = house.start()
    heard: list[Told] = []
    following = house.service.follow(house.connect(begun), heard.append)
    house.advance(days=1)
    house.say(house.connect(begun), "still there?")
    assert (heard, following.is_over) == ([], True)


def test_whoever_speaks_while_being_told_is_heard_by_all_in_one_order() -> None:
    house = House()
    token = house.connect(house.start())
    first: list[Told] = []

    def answer(item: Told) -> None:
        first.append(item)
        if item["Content"] == "ping":
            house.say(token, "pong")

    house.service.follow(token, answer)
    second = heard_by(house, token)
    house.say(token, "ping")
    assert [short(each) for each in first] == [short(each) for each in second] == ["ping", "pong"]


def test_what_is_told_can_be_changed_without_changing_the_transcript() -> None:
    house = House()
    token = house.connect(house.start())
    house.service.follow(token, dict.clear)
    heard = heard_by(house, token)
    house.say(token, "one")
    assert [short(each) for each in heard] == house.pages(token)[0][:1] == ["one"]


def test_eight_threads_at_once_are_heard_in_the_order_of_the_transcript() -> None:
    house = House()
    token = house.connect(house.start())
    heard = [heard_by(house, token) for _ in range(3)]

    def talk(thread: int) -> Callable[[], None]:
        return lambda: [house.say(token, f"{thread}-{number}") for number in range(12)] and None

    threads = [Thread(target=talk(each)) for each in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    kept = house.page(token, MaxResults=100, SortOrder="ASCENDING")["Transcript"][1:]
    assert len(kept) == 96
    for told in heard:
        assert [each["Id"] for each in told] == [each["Id"] for each in kept]


# -------------------------------------------------------------------------------------------------------- websockets


def test_a_websocket_is_opened_by_a_token_of_its_own_for_a_hundred_seconds() -> None:
    house = House()
    connection, token = websocket_of(house, house.start())
    house.advance(seconds=99)
    assert [house.service.websocket_connection(each) for each in (token, token, connection, "forged", 7)] == [
        connection,
        connection,
        None,
        None,
        None,
    ]
    house.advance(seconds=1)
    with pytest.raises(RuleForbids) as caught:
        house.service.websocket_connection(token)
    assert (caught.value.code, caught.value.status, caught.value.rule) == DENIED


def test_a_websocket_of_a_chat_that_ended_is_not_opened() -> None:
    house = House()
    begun = house.start()
    _, token = websocket_of(house, begun)
    house.stop(begun["ContactId"])
    with pytest.raises(RuleForbids):
        house.service.websocket_connection(token)
