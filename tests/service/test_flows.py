"""What agents and flows do: who is where, on which contact, and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest

from rehydration import RuleForbids
from rehydration.errors import InvalidArgument
from service_building import DAWN, House, said

WAYS = ["join", "leave", "transfer", "queue_transfer", "run_disconnect_flow"]


@pytest.mark.parametrize(
    ("way", "method"),
    [("transfer", "TRANSFER"), ("queue_transfer", "QUEUE_TRANSFER"), ("run_disconnect_flow", "DISCONNECT")],
)
def test_a_chat_goes_on_in_a_new_contact_of_its_session(way: str, method: str) -> None:
    """identity.contact-is-segment, identity.session, identity.disconnect-is-per-segment."""
    house = House()
    begun = house.start(CustomerId="ana", Attributes={"a": "1"})
    first = begun["ContactId"]
    token = house.connect(begun)
    house.advance(minutes=3)
    second = getattr(house.service, way)(first)["ContactId"]
    now = house.service.time
    described = house.described(second)
    del described["Arn"], described["SegmentAttributes"]
    assert described == {
        "Id": second,
        "InitialContactId": first,
        "PreviousContactId": first,
        "InitiationTimestamp": now,
        "LastUpdateTimestamp": now,
        "InitiationMethod": method,
        "Channel": "CHAT",
        "ContactAssociationId": first,
        "CustomerId": "ana",
        "Attributes": {"a": "1"},
    }
    ended = house.described(first)
    assert (ended["DisconnectTimestamp"], "DisconnectReason" in ended) == (now, False)
    house.say(token, "on the new contact")
    assert house.page(token)["Transcript"][0]["ContactId"] == second
    house.call("UpdateContactAttributes", InitialContactId=second, Attributes={"a": "2"})
    assert house.attributes(first) == house.attributes(second) == {"a": "2"}


def test_a_transfer_hands_over_from_agent_to_agent() -> None:
    house = House()
    begun = house.start()
    token = house.connect(begun)
    bo = house.service.join(begun["ContactId"], "Bo")
    invited = house.connect(bo)
    second = house.service.transfer(begun["ContactId"], "Cy")
    with pytest.raises(RuleForbids, match="access denied"):
        house.say(invited, "too late")
    house.say(house.connect(second), "hello")
    items = house.page(token, SortOrder="ASCENDING")["Transcript"]
    assert [(each.get("DisplayName"), each["ContactId"] == second["ContactId"]) for each in items] == [
        ("Ana", False),
        ("Bo", False),
        ("Bo", False),
        (None, False),
        ("Cy", True),
        ("Cy", True),
    ]
    assert said(house.page(token, SortOrder="ASCENDING"))[2:] == [
        "participant.left",
        "transfer.succeeded",
        "participant.joined",
        "hello",
    ]


def test_into_a_queue_no_agent_goes_along_and_a_survey_is_no_transfer() -> None:
    house = House()
    begun = house.start()
    token = house.connect(begun)
    queued = house.service.queue_transfer(begun["ContactId"])
    assert queued.keys() == {"ContactId"}
    house.service.join(queued["ContactId"], "Bo")
    house.service.run_disconnect_flow(queued["ContactId"])
    assert house.pages(token) == [
        ["participant.left", "participant.joined", "transfer.succeeded", "participant.joined"]
    ]


def test_a_supervisor_may_join() -> None:
    house = House()
    begun = house.start()
    house.connect(begun)
    token = house.connect(house.service.join(begun["ContactId"], "Di", "SUPERVISOR"))
    assert house.page(token)["Transcript"][0]["ParticipantRole"] == "SUPERVISOR"


def test_a_customer_who_has_not_joined_may_join_after_a_transfer() -> None:
    house = House()
    begun = house.start()
    second = house.service.transfer(begun["ContactId"], "Bo")
    token = house.connect(begun)
    assert [each["ContactId"] for each in house.page(token)["Transcript"]] == [
        second["ContactId"],
        second["ContactId"],
        begun["ContactId"],
    ]


@pytest.mark.parametrize(
    ("way", "arguments", "problem"),
    [
        ("join", {"role": "JESTER"}, "ParticipantRole is 'JESTER'"),
        ("join", {"display_name": ""}, "DisplayName has 0 characters"),
        ("transfer", {"display_name": 7}, "DisplayName is 7"),
    ],
)
def test_a_participant_has_a_role_and_a_name_that_can_be_shown(way: str, arguments: Any, problem: str) -> None:
    house = House()
    contact = house.start()["ContactId"]
    before = house.service.to_json()
    with pytest.raises(InvalidArgument, match=problem):
        getattr(house.service, way)(contact, **arguments)
    assert house.service.to_json() == before


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        ("ended", ("InvalidRequestException", 400, "identity.disconnect-is-per-segment")),
        ("nobody", ("ResourceNotFoundException", 404, "eligibility.source-exists")),
        ("P1", ("ResourceNotFoundException", 404, "eligibility.source-exists")),
        ("T1", ("InvalidRequestException", 400, "eligibility.target-is-chat")),
    ],
)
def test_only_a_chat_that_goes_on_can_go_on(way: str, contact: str, expected: tuple[Any, ...]) -> None:
    house = House()
    ended = house.chat("one")
    house.service.seed(
        [
            {"ContactId": "P2", "InitialContactId": "P1", "DisconnectTimestamp": "2026-05-01T00:00:00Z"},
            {"ContactId": "T1", "Channel": "TASK"},
        ]
    )
    before = house.service.to_json()
    with pytest.raises(RuleForbids) as caught:
        getattr(house.service, way)(ended if contact == "ended" else contact)
    assert (caught.value.code, caught.value.status, caught.value.rule) == expected
    assert house.service.to_json() == before


def test_what_is_done_on_one_branch_leaves_the_other() -> None:
    house = House()
    records = [
        {"ContactId": "L1", "DisconnectTimestamp": "2026-05-03T08:00:00Z"},
        {"ContactId": "L2", "InitialContactId": "L1", "PreviousContactId": "L1"},
        {"ContactId": "L3", "InitialContactId": "L1", "PreviousContactId": "L1"},
    ]
    [live] = house.service.seed(records)["LiveChats"]
    token = house.connect(live)
    house.stop("L3")
    house.say(token, "still here")
    assert house.pages(token) == [["still here"]]
    assert house.described("L3")["DisconnectTimestamp"] == DAWN
    house.stop("L2")
    with pytest.raises(RuleForbids, match="access denied"):
        house.say(token, "too late")
