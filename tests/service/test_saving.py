"""State as JSON data: it comes back whole, and data that was tampered with makes a service that works, or none."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehydration import RehydrationError
from rehydration.errors import InvalidArgument
from rehydration.service import TRUSTED, ChatService
from rehydration.service.schema import operation_models
from service_building import DAWN, INSTANCE, House, websocket_of

PAST = [
    {"ContactId": "P1", "InitiationTimestamp": "2026-05-01T00:00:00Z", "DisconnectTimestamp": "2026-05-01T01:00:00Z"},
    {
        "ContactId": "P2",
        "InitialContactId": "P1",
        "PreviousContactId": "P1",
        "RelatedContactId": "elsewhere",
        "InitiationMethod": "DISCONNECT",
        "DisconnectTimestamp": "2026-05-01T02:00:00Z",
        "Attributes": {"a": "1"},
    },
]

CONNECTED = {
    name: ["WEBSOCKET"]
    for name in operation_models()["StartChatContact"].input_shape.members
    if name == "ConnectionTypes"  # which older service models lack
}


def lived() -> House:
    """A house in which there is something of everything."""
    house = House(rehydration_delay=timedelta(seconds=30))
    house.service.seed(PAST, {"P1": [{"Content": "old"}], "P2": {"Status": "MISSING", "Size": 7}})
    house.service.set_disconnect_flow("flow", seconds=60)
    asked = {"ClientToken": "t1", "DisconnectOnCustomerExit": ["AGENT"], "Attributes": {"b": "2"}}
    begun = house.start(**asked, **CONNECTED)
    ana = house.connect(begun)
    bo = house.connect(house.service.join(begun["ContactId"], "Bo"))
    message = house.say(ana, "hello", ClientToken="t2")["Id"]
    event = "application/vnd.amazonaws.connect.event.message.read"
    house.call("SendEvent", ConnectionToken=bo, ContentType=event, Content=json.dumps({"messageId": message}))
    upload = {"ContentType": "text/plain", "AttachmentSizeInBytes": 5, "AttachmentName": "a.txt", "ClientToken": "t3"}
    attached = house.call("StartAttachmentUpload", ConnectionToken=ana, **upload)["AttachmentId"]
    house.call("CompleteAttachmentUpload", ConnectionToken=ana, AttachmentIds=[attached], ClientToken="t4")
    house.associate(begun["ContactId"], "FROM_SEGMENT", "P1")
    house.leave(ana)
    websocket_of(house, house.start())
    return house


LIVED = json.loads(json.dumps(lived().service.to_json()))


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in data, the whole not included."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [place for key, each in inner for place in [(*path, key), *places(each, (*path, key))]]


PLACES = places(LIVED)
TIMES = ["2026-05-03T09:00:00+00:00", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00"]
NUMBERS = [0, -1, 1, 3.5, 10**30]
VALUES = st.sampled_from(
    [
        None,
        True,
        False,
        *NUMBERS,
        "",
        "x",
        "P1",
        "nobody",
        "CHAT",
        "API",
        "\ud800",
        *TIMES,
        [],
        {},
        [[]],
        {"a": 1},
        ["x"],
    ]
)


@st.composite
def tampered(draw: st.DrawFn) -> Any:
    """Data in which one or two things are changed, left out, doubled or exchanged."""
    data = copy.deepcopy(LIVED)
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from(PLACES))
        try:
            parent = data
            for key in path[:-1]:
                parent = parent[key]
            tamper(draw, parent, path[-1])
        except (KeyError, IndexError, TypeError):
            continue  # it was changed away
    return data


def tamper(draw: st.DrawFn, parent: Any, key: Any) -> None:
    how = draw(st.sampled_from(["change", "change", "remove", "double", "exchange", "rename"]))
    if how == "remove":
        del parent[key]
    elif how == "double" and isinstance(parent, list):
        parent.append(copy.deepcopy(parent[key]))
    elif how == "exchange" and isinstance(parent, list):
        parent[key], parent[0] = parent[0], parent[key]
    elif how == "rename" and isinstance(parent, dict):
        parent[draw(st.sampled_from(["", "x", "P1", "nobody"]))] = parent.pop(key)
    else:
        parent[key] = draw(VALUES)


def restored(data: Any, **further: Any) -> ChatService:
    return ChatService.from_json(data, new_id=lambda: str(uuid4()), now=lambda: DAWN, **further)


def use(service: ChatService, data: Any) -> None:
    """Ask for everything; each question is answered, or refused by an error of ours."""
    contacts = [each.contact_id for each in service.graph]
    tokens = [each["token"] for each in data["participants"]]
    connections = [each["token"] for each in data["connections"]]
    asked: list[Any] = [lambda: service.advance(timedelta(seconds=1))]

    def call(operation: str, **parameters: Any) -> None:
        asked.append(lambda: service.call(operation, parameters))

    for contact in contacts:
        own = {"InstanceId": service.instance_id}
        call("DescribeContact", ContactId=contact, **own)
        call("ListAssociatedContacts", ContactId=contact, **own)
        call("UpdateContactAttributes", InitialContactId=contact, Attributes={"x": "y"}, **own)
        call("CreateParticipant", ContactId=contact, ParticipantDetails={"DisplayName": "Bot"}, **own)
        asked.append(lambda contact=contact: service.seen(contact))
    both = ["WEBSOCKET", "CONNECTION_CREDENTIALS"]
    for token in tokens:
        call("CreateParticipantConnection", ParticipantToken=token, Type=both)
    for token in connections:
        asked.append(lambda token=token: service.follow(token, len))
        call("SendMessage", ConnectionToken=token, ContentType="text/plain", Content="x", ClientToken="t2")
        call("GetTranscript", ConnectionToken=token, MaxResults=100)
        for message in [members["Id"] for _, members in data["items"]]:
            event = "application/vnd.amazonaws.connect.event.message.delivered"
            call("SendEvent", ConnectionToken=token, ContentType=event, Content=json.dumps({"messageId": message}))
        for attachment in data["attachments"]:
            call("GetAttachment", ConnectionToken=token, AttachmentId=attachment["attachment_id"])
        call("DisconnectParticipant", ConnectionToken=token)
    asked += [service.chats, lambda: service.advance(timedelta(days=8)), service.to_json]
    for question in asked:
        try:
            question()
        except RehydrationError:
            continue


@given(tampered(), st.booleans())
def test_data_that_was_tampered_with_makes_a_service_that_works_or_none(data: Any, trusted: bool) -> None:  # noqa: FBT001
    try:
        service = restored(data, schema=TRUSTED if trusted else None)
    except RehydrationError:
        return
    use(service, data)


def test_data_comes_back_whole() -> None:
    assert json.loads(json.dumps(restored(LIVED).to_json())) == LIVED


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("participants", 0, "role"), 7, "data['participants'][0]['role'] is 7: expected text"),
        (("participants", 0, "role"), "GHOST", "data['participants'] is \"Transcript[0].ParticipantRole is 'GHOST'"),
        (("chats", 0, "ends"), "soon", "data['chats'][0]['ends'] is 'soon': expected a time in ISO 8601"),
        (("chats",), [], "data['chats'] is "),
        (
            ("details", "P1", "colour"),
            "red",
            "data['details']['P1']['colour'] is 'red': expected any of number, updated",
        ),
        (("details", "P1", "number"), 1, "data['details'] is "),
        (("items", 0), ["P1"], "data['items'][0] is ['P1']: expected a pair"),
        (("items", 0, 0), "nobody", "data['items'] is 'nobody': expected an id that the rest of the data has"),
        (("attributes", "nobody"), {}, "data['attributes'] is 'nobody': expected the initial contact of one"),
        (("ahead",), [10**8, 0, 0], "data['ahead'] is [100000000, 0, 0]: expected days, seconds and microseconds"),
        (("ahead",), [1], "data['ahead'] is [1]: expected days, seconds and microseconds"),
        (("connections", 0, "participant_id"), "x", "data['connections'] is 'x': expected an id that the rest"),
        (("contacts", 0, "colour"), "red", "data['contacts'] is "),
        (("replays", 0, "operation"), "Nothing", "data['replays'] is 'Nothing'"),
        (("policy", "ended"), "NEVER", "policy field ended is 'NEVER'"),
        (("format",), 1, "data['format'] is 1: expected what to_json wrote, in format 2"),
    ],
)
def test_what_is_wrong_is_told_with_its_path(path: tuple[Any, ...], value: Any, told: str) -> None:
    data = copy.deepcopy(LIVED)
    parent = data
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    with pytest.raises(InvalidArgument) as caught:
        restored(data)
    assert str(caught.value).startswith(told)


def test_an_id_is_there_once() -> None:
    data = copy.deepcopy(LIVED)
    data["connections"].append(data["connections"][0])
    with pytest.raises(InvalidArgument, match="expected ids of which none is there twice"):
        restored(data)


def test_what_is_no_json_is_refused() -> None:
    for odd in ({**LIVED, "items": [["P1", {"Id": object()}]]}, {**LIVED, "key": {"a", "b"}}):
        with pytest.raises(InvalidArgument, match="expected JSON"):
            restored(odd)


# ------------------------------------------------------------------------------------------------------------- pickle


def module_id() -> str:
    return str(uuid4())


def module_time() -> datetime:
    return datetime(2026, 5, 3, 9, tzinfo=UTC)


def test_a_service_is_pickled_with_all_that_it_knows() -> None:
    service = ChatService(INSTANCE, new_id=module_id, now=module_time, schema=TRUSTED)
    service.seed(PAST)
    again = pickle.loads(pickle.dumps(service))  # noqa: S301  # our own
    assert again.to_json() == service.to_json()
    chat = {"InstanceId": INSTANCE, "ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ana"}}
    assert again.call("StartChatContact", chat)["ContactId"] not in service.graph


@pytest.mark.parametrize("name", ["new_id", "now", "stored"])
def test_a_function_that_pickle_does_not_find_is_told(name: str) -> None:
    given: dict[str, Any] = {"new_id": module_id, "now": module_time, "stored": len}
    given[name] = {"new_id": lambda: str(uuid4()), "now": lambda: DAWN, "stored": lambda _: None}[name]
    with pytest.raises(InvalidArgument, match=f"^{name} is .*: expected a function that pickle finds by its name"):
        pickle.dumps(ChatService(INSTANCE, **given))
