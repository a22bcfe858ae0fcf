"""The way in: time, JSON data and back, what is injected, and the codes that refusals leave with."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from rehydration import Policy, RuleForbids
from rehydration import errors as faults
from rehydration.errors import InvalidArgument
from rehydration.service import TRUSTED, ChatService, schema
from rehydration.service import refusals as own_refusals
from rehydration.service.chat_service import OPERATIONS
from rehydration.service.faults import PARTICIPANT_OPERATIONS, STATUSES, code_for, internal_code
from rehydration.service.refusals import AnswerMalformed, ParametersMalformed
from rehydration.service.schema import operation_models
from service_building import DAWN, House, declared, refused, said

# ---------------------------------------------------------------------------------------------------------------- time


def test_a_chat_that_nobody_joins_in_five_minutes_ends_then() -> None:
    """protocol.join-in-five-minutes."""
    house = House()
    first, second = house.start(), house.start()
    house.advance(minutes=4)
    house.connect(second)
    third = house.start()
    house.advance(hours=1)
    ended = house.described(first["ContactId"])
    assert ended["DisconnectTimestamp"] == DAWN + timedelta(minutes=5)
    assert ended["DisconnectReason"] == "CUSTOMER_CONNECTION_NOT_ESTABLISHED"
    assert "DisconnectTimestamp" not in house.described(second["ContactId"])
    assert house.described(third["ContactId"])["DisconnectTimestamp"] == DAWN + timedelta(minutes=9)


@pytest.mark.parametrize(
    ("asked", "minutes"), [({}, 1500), ({"ChatDurationInMinutes": 60}, 60), ({"ChatDurationInMinutes": 10_080}, 10_080)]
)
def test_a_chat_ends_at_its_duration_however_often_it_was_transferred(asked: dict[str, int], minutes: int) -> None:
    """protocol.duration."""
    house = House()
    begun = house.start(**asked)
    house.connect(begun)
    house.advance(minutes=30)
    second = house.service.transfer(begun["ContactId"])["ContactId"]
    house.advance(minutes=minutes - 30, milliseconds=-1)
    assert "DisconnectTimestamp" not in house.described(second)
    house.advance(days=1)
    contact = house.described(second)
    assert contact["DisconnectTimestamp"] == DAWN + timedelta(minutes=minutes)
    assert contact["DisconnectReason"] == "EXPIRED"
    back = house.connect(house.come_back("FROM_SEGMENT", second))
    assert house.pages(back)[1][0] == "chat.ended"


def test_all_live_contacts_of_a_chat_end_with_it_and_the_end_is_said_once() -> None:
    house = House()
    records = [
        {"ContactId": "L1"},
        {"ContactId": "L2", "InitialContactId": "L1", "PreviousContactId": "L1"},
        {"ContactId": "L3", "InitialContactId": "L1", "PreviousContactId": "L1"},
    ]
    house.service.seed(records)
    house.advance(hours=26)
    ends = [house.described(each)["DisconnectTimestamp"] for each in ("L1", "L2", "L3")]
    assert ends == [DAWN + timedelta(hours=25)] * 3
    assert [item[0] for item in house.service.to_json()["items"]] == ["L3"]


def test_chats_end_in_the_order_in_which_they_are_due_whichever_call_comes_next() -> None:
    house = House()
    long, short = house.start(ChatDurationInMinutes=120), house.start(ChatDurationInMinutes=60)
    for begun in (long, short):
        house.connect(begun)
    house.time += timedelta(days=1)
    assert said(house.page(house.connect(house.come_back("FROM_SEGMENT", long["ContactId"])))) == ["participant.joined"]
    items = house.service.to_json()["items"]
    assert [contact for contact, _ in items[2:4]] == [short["ContactId"], long["ContactId"]]
    times = [members["AbsoluteTime"] for _, members in items]
    assert times == sorted(times)


def test_what_is_due_has_happened_in_all_that_is_handed_out() -> None:
    house = House()
    begun = house.start()["ContactId"]
    house.time += timedelta(minutes=5)
    ended = [each.disconnect_timestamp for each in house.service.graph]
    house.time += timedelta(minutes=5)
    assert ended == [DAWN + timedelta(minutes=5)]
    assert house.service.to_json()["time"] == "2026-05-03T09:10:00+00:00"
    assert set(house.service.facts) == {begun}


def test_time_never_goes_back_and_is_told_to_the_millisecond() -> None:
    house = House()
    house.time = DAWN + timedelta(microseconds=1_999)
    assert house.service.time == DAWN + timedelta(milliseconds=1)
    house.time = DAWN - timedelta(days=1)
    assert house.service.time == DAWN + timedelta(milliseconds=1)
    house.advance(days=1)
    assert house.service.time == DAWN + timedelta(milliseconds=1)
    house.advance(hours=1)
    assert house.service.time == DAWN + timedelta(hours=1)


@pytest.mark.parametrize("by", [timedelta(microseconds=-1), 60, None, timedelta(days=365 * 9000), timedelta.max])
def test_time_goes_on_by_a_duration(by: Any) -> None:
    house = House()
    before = house.service.to_json()
    with pytest.raises(InvalidArgument, match=r"^by is "):
        house.service.advance(by)
    assert house.service.to_json() == before


def test_a_clock_without_a_zone_is_a_mistake() -> None:
    with pytest.raises(InvalidArgument, match="now"):
        ChatService("i-1", new_id=lambda: "id", now=lambda: datetime(2026, 1, 1))  # noqa: DTZ001


# ----------------------------------------------------------------------------------------------------------- arguments


@pytest.mark.parametrize("instance_id", ["", "x" * 101, 7, None])
def test_an_instance_has_an_id(instance_id: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"^instance_id is "):
        ChatService(instance_id, new_id=lambda: "id", now=lambda: DAWN)


def test_a_policy_is_one() -> None:
    with pytest.raises(InvalidArgument, match=r"^policy is "):
        House(policy="SEGMENT")


@pytest.mark.parametrize("drawn", ["", "x" * 257, 7, None, "\ud800", "same"])
def test_ids_that_are_none_or_were_drawn_before_are_a_mistake(drawn: Any) -> None:
    first = iter(["key", "same", "p1", "t1"])
    service = ChatService("i-1", new_id=lambda: next(first, drawn), now=lambda: DAWN, schema=TRUSTED)
    chat = {"InstanceId": "i-1", "ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ana"}}
    service.call("StartChatContact", chat)
    before = service.to_json()
    with pytest.raises(InvalidArgument, match=r"^new_id\(\) is "):
        service.call("StartChatContact", chat)
    assert service.to_json() == before


@pytest.mark.parametrize("operation", ["TransferContact", "startChatContact", "", None, 7, ["a"]])
def test_an_operation_is_one_that_there_is(operation: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"^operation is .*: expected one of CompleteAttachmentUpload"):
        House().service.call(operation, {})


@pytest.mark.parametrize("parameters", [None, 7, "text", ["a"]])
def test_parameters_are_a_mapping(parameters: Any) -> None:
    with pytest.raises(ParametersMalformed, match="expected a mapping"):
        House().service.call("StopContact", parameters)


def test_what_is_none_is_absent() -> None:
    house = House()
    begun = house.start(
        PersistentChat=None, Attributes={"a": "1"}, InitialMessage=None, SupportedMessagingContentTypes=None
    )
    assert "ContinuedFromContactId" not in begun
    asked = {"ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": None}}
    assert refused(house, "StartChatContact", **asked)[0] == "InvalidParameterException"


def test_trusted_input_that_lacks_a_member_is_malformed_all_the_same() -> None:
    house = House(schema=TRUSTED)
    assert refused(house, "StopContact") == ("InvalidParameterException", 400, "protocol.declared-errors")
    assert refused(house, "GetTranscript") == ("ValidationException", 400, "protocol.declared-errors")
    assert house.service.operations == frozenset(OPERATIONS)


def test_answers_are_held_against_the_model() -> None:
    house = House()
    begun = house.start()
    # nobody can do this from outside
    chat = house.service._instance.graph.contact(begun["ContactId"])
    house.service._instance.graph.segment(begun["ContactId"]).contact = evolve(chat, channel="PIGEON")
    with pytest.raises(AnswerMalformed, match="Channel"):
        house.described(begun["ContactId"])


# ------------------------------------------------------------------------------------------------- JSON data and back


def lived() -> House:
    """A house in which everything happened once."""
    house = House(policy=Policy(entire_view="ANCESTORS"), region_name="eu-west-2", account_id="1")
    first, second, _ = house.session()
    house.come_back("FROM_SEGMENT", second, ClientToken="a", ConnectionTypes=None)
    begun = house.start(ChatDurationInMinutes=60, DisconnectOnCustomerExit=["AGENT"])
    house.associate(begun["ContactId"], "ENTIRE_PAST_SESSION", first)
    house.say(house.connect(begun), "hello", ClientToken="b")
    record = {"ContactId": "S1", "RelatedContactId": "S0", "CustomerId": "ana", "Attributes": {"a": "1"}}
    history = [record, {"ContactId": "S2", "InitialContactId": "S1", "PreviousContactId": "S1"}]
    house.service.seed(
        [*history, {"ContactId": "T1", "Recordings": [{"MediaStreamType": "CHAT", "Status": "DELETED"}]}],
        {"S1": [{"Content": "x"}], "S2": {"Size": 7, "Misplaced": True}},
    )
    house.advance(seconds=1.5)
    return house


def test_a_service_is_the_same_after_the_way_to_json_and_back() -> None:
    house = lived()
    data = house.service.to_json()
    back = ChatService.from_json(json.loads(json.dumps(data)), new_id=iter("abcdef").__next__, now=lambda: house.time)
    assert back.to_json() == data
    assert (back.instance_id, back.region_name, back.account_id) == ("i-1", "eu-west-2", "1")
    assert back.graph.digraph().edges == house.service.graph.digraph().edges
    assert back.facts == house.service.facts
    assert repr(back) == repr(house.service) == "<ChatService of instance 'i-1', 8 contacts>"


def test_what_was_given_out_before_is_good_afterwards() -> None:
    house = House()
    past = house.chat("one")
    house.advance(minutes=2)
    begun = house.come_back("FROM_SEGMENT", past, ClientToken="a")
    token = house.connect(begun)
    page = house.page(token)["NextToken"]
    house.service = copy.deepcopy(house.service)
    assert house.come_back("FROM_SEGMENT", past, ClientToken="a") == begun
    assert said(house.page(token, NextToken=page)) == ["chat.ended", "one", "participant.joined"]
    house.say(house.connect(begun), "two")
    house.advance(hours=25)
    assert house.described(begun["ContactId"])["DisconnectReason"] == "EXPIRED"


def test_a_copy_lives_its_own_life() -> None:
    house = House()
    begun = house.start(Attributes={"a": "1"})
    house.connect(begun)
    copied = copy.deepcopy(house.service)
    before = copied.to_json()
    house.say(house.connect(begun), "hello")
    house.call("UpdateContactAttributes", InitialContactId=begun["ContactId"], Attributes={"a": "2"})
    house.stop(begun["ContactId"])
    assert copied.to_json() == before


def test_attributes_are_told_as_they_are_described() -> None:
    house = House()
    ids = [house.start(**asked)["ContactId"] for asked in ({"Attributes": {"a": "1"}}, {})]
    told = house.service.attributes
    of_segments = {"connect:Subtype": {"ValueString": "connect:Chat"}}
    assert told == {
        ids[0]: {"Attributes": {"a": "1"}, "SegmentAttributes": of_segments},
        ids[1]: {"SegmentAttributes": of_segments},
    }
    assert all(told[each].items() <= house.described(each).items() for each in ids)


def test_what_is_handed_out_is_a_copy() -> None:
    house = House()
    begun = house.start(Attributes={"a": "1"})
    before = house.service.to_json()
    house.attributes(begun["ContactId"])["a"] = "2"
    house.described(begun["ContactId"])["Attributes"]["a"] = "2"
    house.service.graph.end(begun["ContactId"], DAWN)
    house.service.to_json()["details"].clear()
    assert house.service.to_json() == before


def test_expired_client_tokens_are_not_kept() -> None:
    house = House()
    house.start(ClientToken="a")
    assert len(house.service.to_json()["replays"]) == 1
    house.advance(days=7)
    assert house.service.to_json()["replays"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"format": 1},
        {"contacts": 7},
        {"contacts": [{"contact_id": ""}]},
        {"details": {"nobody": {}}},
        {"policy": {"ended": "NEVER"}},
        {"time": "yesterday"},
        {"chats": [{"initial_contact_id": "x", "ends": "never"}]},
        {"key": None},
    ],
)
def test_data_of_another_form_is_refused(change: dict[str, Any]) -> None:
    data = {**House().service.to_json(), **change}
    with pytest.raises(faults.RehydrationError):
        ChatService.from_json(data, new_id=lambda: "id", now=lambda: DAWN)


@pytest.mark.parametrize("data", [None, 7, {}, [], {"format": 1}])
def test_data_that_is_none_is_refused(data: Any) -> None:
    with pytest.raises(InvalidArgument, match="what to_json wrote"):
        ChatService.from_json(data, new_id=lambda: "id", now=lambda: DAWN)


# --------------------------------------------------------------------------------------------------------------- codes


def refusals(root: type[RuleForbids] = RuleForbids) -> Iterator[type[RuleForbids]]:
    for kind in root.__subclasses__():
        if kind.__module__ in (faults.__name__, own_refusals.__name__):
            yield kind
            yield from refusals(kind)


def test_the_operations_are_those_that_are_taken_from_the_models() -> None:
    assert sorted(OPERATIONS) == sorted(name for names in schema.OPERATIONS.values() for name in names)


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_every_code_is_declared_for_its_operation_with_its_status(operation: str) -> None:
    """protocol.declared-errors."""
    if operation not in operation_models():
        pytest.skip("the installed botocore does not know the operation")
    possible = set(refusals())
    if operation not in PARTICIPANT_OPERATIONS:
        possible.remove(own_refusals.TokenNotAccepted)  # these take no token
    codes = {code_for(operation, kind.__new__(kind)) for kind in possible}
    ours = {**{code: STATUSES[code] for code in codes}, internal_code(operation): 500}
    theirs = declared(operation_models()[operation])
    assert {code: theirs.get(code) for code in ours} == ours


def test_times_are_utc() -> None:
    house = House()
    begun = house.start()
    assert house.described(begun["ContactId"])["InitiationTimestamp"].tzinfo is UTC
