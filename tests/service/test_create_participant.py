"""CreateParticipant adds somebody who joins with their first connection."""

from __future__ import annotations

from typing import Any

import pytest

from service_building import House, refused, said


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        (
            {"DisplayName": "Bot", "ParticipantRole": "SUPERVISOR"},
            {"ParticipantRole": "SUPERVISOR", "DisplayName": "Bot"},
        ),
        ({}, {"ParticipantRole": "CUSTOM_BOT"}),
    ],
)
def test_somebody_is_added_and_joins_when_they_connect(details: dict[str, Any], expected: dict[str, str]) -> None:
    house = House()
    begun = house.start()
    ana = house.connect(begun)
    answer = house.call("CreateParticipant", ContactId=begun["ContactId"], ParticipantDetails=details)
    credentials = answer["ParticipantCredentials"]
    assert credentials["Expiry"] == "2026-05-04T10:00:00.000Z"
    assert said(house.page(ana)) == ["participant.joined"]
    bot = house.connect(credentials)
    house.say(bot, "beep")
    item = house.page(ana, MaxResults=1)["Transcript"][0]
    assert {name: item[name] for name in ("ParticipantId", *expected)} == {
        "ParticipantId": answer["ParticipantId"],
        **expected,
    }


def test_nobody_is_added_to_what_is_over_unknown_or_no_chat() -> None:
    house = House()
    ended = house.chat()
    house.service.seed([{"ContactId": "T1", "Channel": "TASK"}])
    details = {"DisplayName": "Bot"}
    assert [
        refused(house, "CreateParticipant", ContactId=each, ParticipantDetails=details) for each in (ended, "x", "T1")
    ] == [
        ("InvalidRequestException", 400, "identity.disconnect-is-per-segment"),
        ("ResourceNotFoundException", 404, "eligibility.source-exists"),
        ("InvalidRequestException", 400, "eligibility.target-is-chat"),
    ]
