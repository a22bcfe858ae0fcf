"""What flows, bots and agents say without joining, and what an overview shows of it."""

from __future__ import annotations

import json

import pytest

from rehydration import Policy, RuleForbids
from rehydration.errors import InvalidArgument
from rehydration.service import TRUSTED
from service_building import EVENT, House

INTERACTIVE = "application/vnd.amazonaws.connect.message.interactive"
PICKER = json.dumps({"templateType": "ListPicker", "version": "1.0", "data": {"content": {"title": "How?"}}})


@pytest.fixture
def house():
    return House()


def shown(house, contact_id):
    """What a chat shows, oldest first, each item with who says it and what."""
    items = house.service.seen(contact_id)["Transcript"]
    return [
        (each.get("ParticipantRole"), each.get("DisplayName"), each.get("Content") or each["ContentType"])
        for each in items
    ]


def test_a_flow_and_a_bot_speak_without_joining(house):
    contact_id = house.start()["ContactId"]
    said = house.service.say(contact_id, "Welcome")
    house.service.say(contact_id, "# Hello", content_type="text/markdown", role="CUSTOM_BOT")
    house.service.say(contact_id, PICKER, content_type=INTERACTIVE, display_name="Shop")
    house.service.say(contact_id, content_type=f"{EVENT}participant.idle", role="AGENT", display_name="Bo")
    house.service.say(contact_id, content_type=f"{EVENT}chat.rehydrated")
    assert shown(house, contact_id) == [
        ("SYSTEM", "SYSTEM_MESSAGE", "Welcome"),
        ("CUSTOM_BOT", "BOT", "# Hello"),
        ("SYSTEM", "Shop", PICKER),
        ("AGENT", "Bo", f"{EVENT}participant.idle"),
        (None, None, f"{EVENT}chat.rehydrated"),
    ]
    assert said == {name: house.service.seen(contact_id)["Transcript"][0][name] for name in ("Id", "AbsoluteTime")}
    assert house.service.chats()[0]["Participants"] == []


def test_who_has_joined_speaks_as_themselves_and_a_bot_stays_the_same_one(house):
    contact_id = house.start()["ContactId"]
    agent = house.service.join(contact_id, "Bo")["ParticipantId"]
    for who in ({"display_name": "Bo"}, {}, {"display_name": "Cai"}, {}):
        house.service.say(contact_id, "Hello", role="AGENT", **who)
    for _ in range(2):
        house.service.say(contact_id, "Beep", role="CUSTOM_BOT")
    spoke = [(each["DisplayName"], each["ParticipantId"]) for each in house.service.seen(contact_id)["Transcript"][1:]]
    assert [name for name, _ in spoke] == ["Bo", "Bo", "Cai", "Cai", "BOT", "BOT"]
    assert [number for _, number in spoke[:2]] == [agent, agent]
    assert len({number for _, number in spoke}) == 3


def test_that_a_bot_types_is_told_and_not_kept(house):
    """paging.typing-is-not-kept."""
    begun = house.start()
    heard = []
    house.service.follow(house.connect(begun), heard.append)
    told = house.service.say(begun["ContactId"], content_type=f"{EVENT}typing", role="CUSTOM_BOT")
    assert [(each["ContentType"], each["DisplayName"], each["Id"]) for each in heard[-1:]] == [
        (f"{EVENT}typing", "BOT", told["Id"])
    ]
    assert shown(house, begun["ContactId"]) == [("CUSTOMER", "Ana", f"{EVENT}participant.joined")]


def test_who_has_left_speaks_no_more_as_themselves(house):
    contact_id = house.start()["ContactId"]
    before = house.service.join(contact_id, "Bo")["ParticipantId"]
    house.service.queue_transfer(contact_id)
    current = house.service.chats()[0]["ContactId"]
    house.service.say(current, "Hello", role="AGENT", display_name="Bo")
    assert house.service.seen(current)["Transcript"][-1]["ParticipantId"] != before


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"content": None}, "content is None"),
        ({"content": ""}, "content is ''"),
        ({"content": 5}, "content is 5"),
        ({"content": "é" * 8_193}, "content is 'é"),
        ({"content": "{", "content_type": INTERACTIVE}, f"JSON, as {INTERACTIVE} has it"),
        ({"content": "x", "content_type": "application/json"}, "JSON, as application/json has it"),
        ({"content": "x", "content_type": "text/html"}, "content_type is 'text/html': expected one of text/plain"),
        ({"content": "x", "content_type": 5}, "content_type is 5"),
        ({"content": "x", "role": "CUSTOMER"}, "a customer says it with SendMessage"),
        ({"content": "x", "role": ["AGENT"]}, "role is"),
        ({"content": "x", "display_name": ""}, "DisplayName has 0 characters"),
        ({"content": "x", "content_type": EVENT + "x" * 100}, "ContentType has 140 characters"),
        ({"content": 5, "content_type": f"{EVENT}typing"}, "Content is 5"),
    ],
)
def test_what_no_transcript_can_show_is_not_said(house, said, told):
    contact_id = house.start()["ContactId"]
    with pytest.raises(InvalidArgument, match=told.replace("[", r"\[")):
        house.service.say(contact_id, **said)
    assert shown(house, contact_id) == []


def test_json_that_is_nested_too_deep_is_none():
    house = House(schema=TRUSTED)
    contact_id = house.start()["ContactId"]
    with pytest.raises(InvalidArgument, match="expected JSON"):
        house.service.say(contact_id, "[" * 10_000, content_type="application/json")


def test_nothing_is_said_in_a_chat_that_has_ended(house):
    contact_id = house.start()["ContactId"]
    house.stop(contact_id)
    with pytest.raises(RuleForbids) as refusal:
        house.service.say(contact_id, "Hello")
    assert (refusal.value.code, refusal.value.rule) == ("InvalidRequestException", "identity.disconnect-is-per-segment")


# -------------------------------------------------------------------------------------------------------- the overview


def survey_story(house):
    """A chat, a transfer, a survey; the chat that continues the second contact."""
    first = house.start()["ContactId"]
    house.service.join(first, "Bo")
    house.service.say(first, "one")
    second = house.service.transfer(first, "Cai")["ContactId"]
    house.service.say(second, "two")
    third = house.service.run_disconnect_flow(second)["ContactId"]
    house.service.say(third, "three")
    house.stop(third)
    return first, second, third


def test_a_chat_shows_its_past_and_what_it_does_not_show_and_why(house):
    first, second, third = survey_story(house)
    back = house.come_back("FROM_SEGMENT", second)["ContactId"]
    house.service.say(back, "four")
    view = house.service.seen(back)
    messages = [each for each in view["Transcript"] if each["Type"] == "MESSAGE"]
    assert [(each["Content"], each.get("RelatedContactId"), each.get("ContactId")) for each in messages] == [
        ("one", first, None),
        ("two", second, None),
        ("four", None, back),
    ]
    ((dropped, verdict, rules),) = [(each["ContactId"], each["Verdict"], each["Rules"]) for each in view["NotShown"]]
    assert (dropped, verdict) == (third, "dropped")
    assert [each["Id"] for each in rules] == ["visibility.later-dropped"]
    assert rules[0]["Statement"].startswith("FROM_SEGMENT: contacts of the source session")


def test_chats_that_go_on_come_first_and_of_the_ended_the_last(house):
    first, second, third = survey_story(house)
    house.time = house.time.replace(hour=10)
    back = house.come_back("FROM_SEGMENT", second)
    house.connect(back)
    live, ended = house.service.chats()
    assert (live["ContactId"], live["HasEnded"], live["ContinuedFromContactId"]) == (back["ContactId"], False, second)
    assert (live["RehydrationType"], live["Customer"], live["Items"]) == ("FROM_SEGMENT", "Ana", 1)
    assert [each["ParticipantRole"] for each in live["Participants"]] == ["CUSTOMER"]
    assert (ended["InitialContactId"], ended["ContactId"], ended["HasEnded"]) == (first, third, True)
    assert [(each["ContactId"], each["InitiationMethod"]) for each in ended["Contacts"]] == [
        (first, "API"),
        (second, "TRANSFER"),
        (third, "DISCONNECT"),
    ]
    assert ended["Contacts"][0]["InitiationTimestamp"] == "2026-05-03T09:00:00.000Z"
    assert (ended["ContinuedFromContactId"], ended["RehydrationType"]) == (None, None)


def test_of_many_chats_that_ended_the_last_are_told_and_other_channels_are_no_chats(house):
    ended = [
        {"ContactId": f"C{day}", "Channel": "CHAT", "DisconnectTimestamp": f"2026-04-{day:02}T09:00:00Z"}
        for day in range(1, 26)
    ]
    voice = {"ContactId": "V1", "Channel": "VOICE", "DisconnectTimestamp": "2026-05-01T09:00:00Z"}
    house.service.seed([*ended, voice, {"ContactId": "D1", "PreviousContactId": "D0", "InitialContactId": "D0"}])
    told = [each["ContactId"] for each in house.service.chats()]
    assert told == ["D1", *(f"C{day}" for day in range(25, 5, -1))]


def test_an_overview_of_a_chat_whose_past_is_refused_says_so():
    house = House(policy=Policy(unavailable="REFUSE"))
    house.service.seed(
        [{"ContactId": "C1", "Channel": "CHAT", "DisconnectTimestamp": "2026-05-02T09:00:00Z"}],
        {"C1": {"Status": "DELETED"}},
    )
    with pytest.raises(RuleForbids):
        house.come_back("FROM_SEGMENT", "C1")
    house.service.seed([{"ContactId": "D1", "Channel": "CHAT", "RelatedContactId": "C1"}])
    view = house.service.seen("D1")
    assert (view["Transcript"], view["NotShown"]) == ([], [])
    assert "C1" in view["Refusal"]


def test_there_is_no_overview_of_a_contact_that_is_not_there(house):
    with pytest.raises(RuleForbids) as refusal:
        house.service.seen("nobody")
    assert refusal.value.code == "ResourceNotFoundException"
