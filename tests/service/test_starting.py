"""Starting a chat, and having one continue from a past chat."""

from __future__ import annotations

from typing import Any

import pytest

from rehydration import Policy
from rehydration.service import TRUSTED
from service_building import DAWN, EVENT, House, refused, said

ENTIRE, FROM_SEGMENT = "ENTIRE_PAST_SESSION", "FROM_SEGMENT"
CHAT = {"ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ana"}}


def persistent(kind: str, source: str) -> dict[str, Any]:
    return {"PersistentChat": {"RehydrationType": kind, "SourceContactId": source}}


def test_a_chat_is_a_contact_with_a_customer() -> None:
    house = House()
    begun = house.start(CustomerId="ana-1", Attributes={"order": "A-1"})
    assert begun.keys() == {"ContactId", "ParticipantId", "ParticipantToken"}
    assert len(set(begun.values())) == 3
    contact = begun["ContactId"]
    assert house.described(contact) == {
        "Arn": f"arn:aws:connect:us-east-1:123456789012:instance/i-1/contact/{contact}",
        "Id": contact,
        "InitiationTimestamp": DAWN,
        "InitiationMethod": "API",
        "Channel": "CHAT",
        "ContactAssociationId": contact,
        "LastUpdateTimestamp": DAWN,
        "CustomerId": "ana-1",
        "Attributes": {"order": "A-1"},
        "SegmentAttributes": {"connect:Subtype": {"ValueString": "connect:Chat"}},
    }


@pytest.mark.parametrize(
    ("types", "members"),
    [
        (["CONNECTION_CREDENTIALS"], {"ConnectionCredentials"}),
        (["WEBSOCKET", "CONNECTION_CREDENTIALS"], {"ConnectionCredentials", "Websocket"}),
        (["AUTHENTICATION_SESSION"], set()),
    ],
)
def test_a_chat_may_be_started_with_connections(types: list[str], members: set[str]) -> None:
    house = House(schema=TRUSTED)  # an older service model has no such member
    begun = house.start(ConnectionTypes=types, InitialMessage={"ContentType": "text/plain", "Content": "Hello"})
    assert begun.keys() - {"ContactId", "ParticipantId", "ParticipantToken"} == members
    if members:
        token = begun["ConnectionCredentials"]["ConnectionToken"]
        assert house.pages(token) == [["participant.joined", "Hello"]]


def test_streaming_is_answered_with_an_id() -> None:
    house = House(schema=TRUSTED)
    begun = house.start(ChatStreamingConfiguration={"StreamingEndpointArn": "arn"})
    assert begun["StreamingId"] == house.drawn[-1]


def test_the_initial_message_is_the_customers_and_comes_first() -> None:
    house = House()
    begun = house.start(InitialMessage={"ContentType": "text/plain", "Content": "Hello"})
    [joined, message] = house.page(house.connect(begun))["Transcript"]
    assert joined["ContentType"] == f"{EVENT}participant.joined"
    assert message == {
        "AbsoluteTime": "2026-05-03T09:00:00.000Z",
        "Id": message["Id"],
        "Type": "MESSAGE",
        "ContentType": "text/plain",
        "Content": "Hello",
        "ParticipantId": begun["ParticipantId"],
        "ParticipantRole": "CUSTOMER",
        "DisplayName": "Ana",
        "ContactId": begun["ContactId"],
    }


@pytest.mark.parametrize(
    ("kind", "source", "start"), [(FROM_SEGMENT, 1, 1), (FROM_SEGMENT, 0, 0), (ENTIRE, 0, 2), (FROM_SEGMENT, 2, 2)]
)
def test_a_persistent_chat_says_what_it_continues_from(kind: str, source: int, start: int) -> None:
    """start.reported, start.related, protocol.no-event-at-start: by StartChatContact no event is written."""
    house = House()
    session = house.session()
    begun = house.come_back(kind, session[source])
    assert begun["ContinuedFromContactId"] == session[start]
    assert house.described(begun["ContactId"])["RelatedContactId"] == session[start]
    assert said(house.page(house.connect(begun))) == ["participant.joined"]
    link = house.service.graph.link_of(house.service.graph.session_of(begun["ContactId"]))
    assert link is not None
    assert (link.continued_from_contact_id, link.rehydration_type) == (session[start], kind)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"RehydrationType": FROM_SEGMENT}, ("InvalidParameterException", 400, "eligibility.source-required")),
        ({"SourceContactId": "PAST"}, ("InvalidParameterException", 400, "eligibility.type-required")),
        ({}, ("InvalidParameterException", 400, "eligibility.type-required")),
        (
            {"RehydrationType": "SEGMENT", "SourceContactId": "PAST"},
            ("InvalidParameterException", 400, "protocol.declared-errors"),
        ),
        (
            {"RehydrationType": FROM_SEGMENT, "SourceContactId": "nobody"},
            ("ResourceNotFoundException", 404, "eligibility.source-exists"),
        ),
        (
            {"RehydrationType": FROM_SEGMENT, "SourceContactId": "LIVE"},
            ("InvalidRequestException", 400, "eligibility.session-ended"),
        ),
    ],
)
def test_a_refused_start_leaves_no_contact_behind(asked: dict[str, str], expected: tuple[str, int, str]) -> None:
    """protocol.plan-before-commit, protocol.not-resume: a live chat is never gone back to."""
    house = House()
    ids = {"PAST": house.chat("one"), "LIVE": house.start()["ContactId"]}
    house.advance(minutes=2)
    filled = {name: ids.get(value, value) for name, value in asked.items()}
    assert refused(house, "StartChatContact", **CHAT, PersistentChat=filled) == expected


def test_related_and_persistent_exclude_each_other() -> None:
    """eligibility.related-excludes-persistent."""
    house = House()
    past = house.chat("one")
    assert refused(house, "StartChatContact", **CHAT, **persistent(FROM_SEGMENT, past), RelatedContactId=past) == (
        "InvalidRequestException",
        400,
        "eligibility.related-excludes-persistent",
    )


def test_a_plain_related_contact_is_recorded_and_is_no_link() -> None:
    """eligibility.plain-related-does-not-count."""
    house = House()
    past, other = house.chat("one"), house.chat("two")
    house.advance(minutes=2)
    begun = house.start(RelatedContactId=past)
    assert house.described(begun["ContactId"])["RelatedContactId"] == past
    token = house.connect(begun)
    assert house.pages(token) == [["participant.joined"]]
    assert house.associate(begun["ContactId"], FROM_SEGMENT, other) == {"ContinuedFromContactId": other}
    assert house.described(begun["ContactId"])["RelatedContactId"] == other
    assert house.pages(token)[1] == ["chat.ended", "two", "participant.joined"]
    listed = house.call("ListAssociatedContacts", ContactId=past)["ContactSummaryList"]
    assert [each["ContactId"] for each in listed] == [past]


def test_a_plain_related_contact_exists() -> None:
    house = House()
    found = refused(house, "StartChatContact", **CHAT, RelatedContactId="nobody")
    assert found == ("ResourceNotFoundException", 404, "eligibility.source-exists")


def test_an_association_is_made_on_the_contact_that_initial_contact_id_names() -> None:
    """protocol.initial-contact-id-is-current, protocol.link-on-current, protocol.rehydrated-event."""
    house = House()
    session = house.session()
    begun = house.start()
    token = house.connect(begun)
    current = house.service.transfer(begun["ContactId"])["ContactId"]
    refusal = refused(
        house,
        "CreatePersistentContactAssociation",
        InitialContactId=begun["ContactId"],
        RehydrationType=ENTIRE,
        SourceContactId=session[0],
    )
    assert refusal == ("InvalidRequestException", 400, "eligibility.target-live")
    assert house.associate(current, ENTIRE, session[0]) == {"ContinuedFromContactId": session[2]}
    assert "RelatedContactId" not in house.described(begun["ContactId"])
    assert house.described(current)["RelatedContactId"] == session[2]
    event = house.page(token, MaxResults=1)["Transcript"][0]
    assert event == {
        "AbsoluteTime": "2026-05-03T09:01:00.000Z",
        "Id": event["Id"],
        "Type": "EVENT",
        "ContentType": f"{EVENT}chat.rehydrated",
        "ContactId": current,
    }


@pytest.mark.parametrize("door", ["start", "association"])
def test_a_chat_is_associated_once_whichever_way_and_whichever_of_its_contacts_is_named(door: str) -> None:
    """eligibility.once-per-chat, eligibility.once-per-session."""
    house = House()
    past = house.chat("one")
    house.advance(minutes=2)
    if door == "start":
        begun = house.come_back(FROM_SEGMENT, past)
    else:
        begun = house.start()
        house.associate(begun["ContactId"], FROM_SEGMENT, past)
    house.connect(begun)
    current = house.service.queue_transfer(begun["ContactId"])["ContactId"]
    asked = {"InitialContactId": current, "RehydrationType": ENTIRE, "SourceContactId": past}
    assert refused(house, "CreatePersistentContactAssociation", **asked) == (
        "InvalidRequestException",
        400,
        "eligibility.once-per-chat",
    )


@pytest.mark.parametrize("door", ["start", "association"])
def test_attributes_of_the_start_contact_are_copied_and_the_chats_own_win(door: str) -> None:
    """visibility.attributes-copied, visibility.attribute-precedence: of the start contact, not of the source."""
    house = House()
    first = house.start(Attributes={"a": "first", "b": "first", "c": "first"})
    house.connect(first)
    survey = house.service.run_disconnect_flow(first["ContactId"])["ContactId"]
    house.call("UpdateContactAttributes", InitialContactId=survey, Attributes={"b": "survey"})
    house.stop(survey)
    house.advance(minutes=2)
    if door == "start":
        new = house.come_back(ENTIRE, first["ContactId"], Attributes={"c": "new"})["ContactId"]
    else:
        new = house.start(Attributes={"c": "new"})["ContactId"]
        house.associate(new, ENTIRE, first["ContactId"])
    assert house.attributes(new) == {"a": "first", "b": "survey", "c": "new"}
    house.call("UpdateContactAttributes", InitialContactId=survey, Attributes={"a": "late"})
    assert house.attributes(new) == {"a": "first", "b": "survey", "c": "new"}
    house.stop(new)
    house.advance(minutes=2)
    newest = house.come_back(FROM_SEGMENT, new)["ContactId"]
    assert house.attributes(newest) == {"a": "first", "b": "survey", "c": "new"}


def test_an_unknown_contact_has_no_attributes_to_copy() -> None:
    house = House()
    record = {"ContactId": "P2", "InitialContactId": "P1", "DisconnectTimestamp": "2026-05-01T00:00:00Z"}
    house.service.seed([record])
    begun = house.come_back(FROM_SEGMENT, "P1", Attributes={"a": "1"})
    assert (begun["ContinuedFromContactId"], house.attributes(begun["ContactId"])) == ("P1", {"a": "1"})


def test_a_policy_that_refuses_what_is_early_is_asked() -> None:
    """eligibility.early-call."""
    house = House(policy=Policy(early_call="REFUSE"))
    past = house.chat("one")
    early = refused(house, "StartChatContact", **CHAT, **persistent(FROM_SEGMENT, past))
    assert early == ("InvalidRequestException", 400, "eligibility.early-call")
    house.advance(seconds=60)
    assert house.come_back(FROM_SEGMENT, past)["ContinuedFromContactId"] == past


def test_customers_are_compared_before_a_chat_is_started() -> None:
    """eligibility.customer-mismatch."""
    house = House(policy=Policy(customer_mismatch="REFUSE"))
    past = house.chat("one", CustomerId="ana")
    house.advance(minutes=2)
    other = refused(house, "StartChatContact", **CHAT, **persistent(FROM_SEGMENT, past), CustomerId="bo")
    assert other == ("InvalidRequestException", 400, "eligibility.customer-mismatch")
    assert house.come_back(FROM_SEGMENT, past, CustomerId="ana")["ContinuedFromContactId"] == past


def test_a_contact_may_be_called_what_a_chat_that_is_about_to_start_is_called() -> None:
    house = House()
    record = {"ContactId": "the new chat", "DisconnectTimestamp": "2026-05-01T00:00:00Z"}
    house.service.seed([record])
    assert house.come_back(FROM_SEGMENT, "the new chat")["ContinuedFromContactId"] == "the new chat"


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"SupportedMessagingContentTypes": ["text/markdown"]}, "must contain text/plain"),
        ({"InitialMessage": {"ContentType": "text/markdown", "Content": "*"}}, "InitialMessage.ContentType: expected"),
        ({"Attributes": {"a b": "1"}}, "letters, digits, dashes"),
        ({"Attributes": {"a": "x" * 20_000, "b": "é" * 6_384}}, "at most 32,768 bytes"),
    ],
)
def test_what_the_model_does_not_say_of_a_chat_is_checked_too(more: dict[str, Any], problem: str) -> None:
    house = House()
    assert refused(house, "StartChatContact", **CHAT, **more)[:2] == ("InvalidParameterException", 400)
    with pytest.raises(Exception, match=problem):
        house.start(**more)


def test_attributes_may_be_as_large_as_they_may_be() -> None:
    house = House()
    attributes = {"a": "x" * 20_000, "b": "é" * 6_383}
    assert house.attributes(house.start(Attributes=attributes)["ContactId"]) == attributes


def test_other_content_types_may_be_agreed_on() -> None:
    house = House()
    begun = house.start(
        SupportedMessagingContentTypes=["text/plain", "text/markdown"],
        InitialMessage={"ContentType": "text/markdown", "Content": "*"},
    )
    assert house.pages(house.connect(begun)) == [["participant.joined", "*"]]


def test_an_assistants_chat_is_a_chat() -> None:
    house = House()
    if "StartAssistantContact" not in house.service.operations:
        house = House(schema=TRUSTED)
    past = house.chat("one")
    house.advance(minutes=2)
    asked = {
        "AiAgent": {"AiAgentId": "00000000-0000-0000-0000-000000000000"},
        "ParticipantDetails": {"DisplayName": "Ana"},
    }
    begun = house.call("StartAssistantContact", **asked, **persistent(FROM_SEGMENT, past))
    assert begun["ContinuedFromContactId"] == past
    again = {"InitialContactId": begun["ContactId"], "RehydrationType": ENTIRE, "SourceContactId": past}
    assert refused(house, "CreatePersistentContactAssociation", **again)[2] == "eligibility.once-per-chat"
