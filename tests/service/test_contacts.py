"""Describing a contact, finding what belongs to it, its attributes and its end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from service_building import DAWN, House, refused

NOT_FOUND = ("ResourceNotFoundException", 404, "eligibility.source-exists")
UNKNOWN = [{"ContactId": "P2", "InitialContactId": "P1", "DisconnectTimestamp": "2026-05-01T00:00:00Z"}]


@pytest.mark.parametrize("contact", ["nobody", "P1", "with/slash", "é"])
@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("DescribeContact", {"ContactId": "X"}),
        ("ListAssociatedContacts", {"ContactId": "X"}),
        ("GetContactAttributes", {"InitialContactId": "X"}),
        ("UpdateContactAttributes", {"InitialContactId": "X", "Attributes": {}}),
        ("StopContact", {"ContactId": "X"}),
    ],
)
def test_a_contact_without_a_record_is_not_found(operation: str, parameters: dict[str, Any], contact: str) -> None:
    house = House()
    house.service.seed(UNKNOWN)
    asked = {name: contact if value == "X" else value for name, value in parameters.items()}
    assert refused(house, operation, **asked) == NOT_FOUND


def test_contacts_of_another_instance_are_not_found() -> None:
    """eligibility.source-exists, identity.one-instance."""
    house, other = House(), House()
    other.start()
    theirs = other.chat("one")
    house.start()
    assert refused(house, "DescribeContact", ContactId=theirs) == NOT_FOUND
    asked = {"InstanceId": "i-2", "ContactId": theirs}
    assert refused(house, "DescribeContact", **asked) == (
        "ResourceNotFoundException",
        404,
        "identity.one-instance",
    )


def test_a_contact_is_described_for_24_months() -> None:
    """eligibility.retention: where it was asked for."""
    house = House(retention=True)
    old = house.chat("one")
    house.advance(days=731)  # of which one is 29 February 2028
    assert house.described(old)["InitiationTimestamp"] == DAWN
    house.advance(milliseconds=1)
    assert refused(house, "DescribeContact", ContactId=old) == NOT_FOUND
    house.service.seed(UNKNOWN)
    assert house.described("P2")["DisconnectTimestamp"] == datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "told"), [({}, "API"), ({"DisconnectReason": {"Code": "AGENT_ENDED"}}, "AGENT_ENDED")]
)
def test_a_contact_is_stopped_once_with_a_reason(given: dict[str, Any], told: str) -> None:
    house = House()
    contact = house.start()["ContactId"]
    house.advance(minutes=1)
    assert house.call("StopContact", ContactId=contact, **given) == {}
    described = house.described(contact)
    assert (described["DisconnectTimestamp"], described["DisconnectReason"]) == (house.service.time, told)
    assert refused(house, "StopContact", ContactId=contact) == (
        "ContactNotFoundException",
        410,
        "identity.disconnect-is-per-segment",
    )


def test_a_contact_of_another_channel_is_stopped_without_a_word() -> None:
    house = House()
    house.service.seed([{"ContactId": "T1", "Channel": "TASK"}])
    house.stop("T1")
    assert house.service.to_json()["items"] == []


def test_attributes_are_merged_also_after_the_end() -> None:
    house = House()
    contact = house.start(Attributes={"a": "1", "b": "1"})["ContactId"]
    house.stop(contact)
    house.advance(minutes=1)
    assert house.call("UpdateContactAttributes", InitialContactId=contact, Attributes={"b": "2", "c": ""}) == {}
    assert house.attributes(contact) == {"a": "1", "b": "2", "c": ""}
    assert house.described(contact)["LastUpdateTimestamp"] == house.service.time


@pytest.mark.parametrize("attributes", [{"a": "x" * 16_385}, {"a b": "1"}, {"": "1"}])
def test_attributes_that_would_be_too_large_or_oddly_named_are_refused(attributes: dict[str, str]) -> None:
    house = House()
    contact = house.start(Attributes={"z": "x" * 16_384})["ContactId"]
    asked = {"InitialContactId": contact, "Attributes": attributes}
    found = refused(house, "UpdateContactAttributes", **asked)
    assert found == ("InvalidParameterException", 400, "protocol.declared-errors")


def test_contacts_that_belong_together_are_listed_oldest_first_page_by_page() -> None:
    house = House()
    first, second, survey = house.session()
    new = house.come_back("FROM_SEGMENT", second)["ContactId"]
    house.advance(seconds=1)
    plain = house.start(RelatedContactId=survey)["ContactId"]
    house.start()
    together = [*sorted([first, second, survey]), new, plain]
    for contact in together:
        answer = house.call("ListAssociatedContacts", ContactId=contact)
        assert [each["ContactId"] for each in answer["ContactSummaryList"]] == together
        assert "NextToken" not in answer
    found, asked = [], {"ContactId": first, "MaxResults": 2}
    while True:
        answer = house.call("ListAssociatedContacts", **asked)
        found.append([each["ContactId"] for each in answer["ContactSummaryList"]])
        if "NextToken" not in answer:
            break
        asked["NextToken"] = answer["NextToken"]
    assert found == [together[:2], together[2:4], together[4:]]
    newest = house.call("ListAssociatedContacts", ContactId=first)["ContactSummaryList"][3]
    assert newest == {
        "ContactId": new,
        "ContactArn": f"arn:aws:connect:us-east-1:123456789012:instance/i-1/contact/{new}",
        "InitiationTimestamp": house.described(new)["InitiationTimestamp"],
        "RelatedContactId": second,
        "InitiationMethod": "API",
        "Channel": "CHAT",
    }


def test_unknown_contacts_lead_on_and_are_not_listed() -> None:
    house = House()
    house.service.seed(
        [{"ContactId": "Q1", "RelatedContactId": "gone"}, {"ContactId": "R1", "RelatedContactId": "gone"}]
    )
    listed = house.call("ListAssociatedContacts", ContactId="Q1")["ContactSummaryList"]
    assert [each["ContactId"] for each in listed] == ["Q1", "R1"]


@pytest.mark.parametrize("token", ["forged", "", "é"])
def test_a_listing_goes_on_with_its_own_tokens_only(token: str) -> None:
    house = House()
    first, second, _ = house.session()
    asked = {"ContactId": first, "NextToken": token}
    expected = ("InvalidParameterException", 400, "paging.past-by-token")
    assert refused(house, "ListAssociatedContacts", **asked) == expected
    another = house.call("ListAssociatedContacts", ContactId=second, MaxResults=1)["NextToken"]
    assert refused(house, "ListAssociatedContacts", **{**asked, "NextToken": another}) == expected


def test_a_faulty_request_for_attributes_is_an_invalid_request() -> None:
    """protocol.declared-errors: the operation declares no InvalidParameterException."""
    house = House()
    found = refused(house, "GetContactAttributes", InitialContactId="x" * 257)
    assert found == ("InvalidRequestException", 400, "protocol.declared-errors")
