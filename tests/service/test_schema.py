"""What the service models allow, and how what they do not is told."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehydration.errors import InvalidArgument
from rehydration.service import TRUSTED, botocore_schema
from rehydration.service import schema as module
from rehydration.service.chat_service import OPERATIONS
from rehydration.service.refusals import AnswerMalformed, ParametersMalformed

SCHEMA = botocore_schema()
CHAT: dict[str, Any] = {"InstanceId": "i-1", "ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ana"}}
ASSOCIATION = {
    "InstanceId": "i-1",
    "InitialContactId": "C9",
    "RehydrationType": "FROM_SEGMENT",
    "SourceContactId": "C1",
}


def problems(operation: str, parameters: Any) -> tuple[str, ...]:
    try:
        SCHEMA.check_parameters(operation, parameters)
    except ParametersMalformed as fault:
        return fault.problems
    return ()


def problems_of_answer(operation: str, answer: Any) -> tuple[str, ...]:
    try:
        SCHEMA.check_answer(operation, answer)
    except AnswerMalformed as fault:
        return fault.problems
    return ()


def test_the_models_of_both_services_are_known() -> None:
    assert SCHEMA.operations <= OPERATIONS.keys()
    assert {"StartChatContact", "CreatePersistentContactAssociation", "GetTranscript"} <= SCHEMA.operations


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ()),
        ({"InstanceId": None}, ("InstanceId is missing",)),
        ({"InstanceId": ""}, ("InstanceId has 0 characters: expected at least 1",)),
        ({"InstanceId": "x" * 101}, ("InstanceId has 101 characters: expected at most 100",)),
        ({"InstanceId": 7}, ("InstanceId is 7: expected text",)),
        ({"InstanceId": "\ud800"}, ("InstanceId is '\\ud800': expected text without lone surrogates",)),
        ({"ParticipantDetails": "Ana"}, ("ParticipantDetails is 'Ana': expected a mapping",)),
        ({"ParticipantDetails": {}}, ("ParticipantDetails.DisplayName is missing",)),
        (
            {"ParticipantDetails": {"DisplayName": "Ana", "Age": 7}},
            ("ParticipantDetails.Age is an unknown member: expected any of DisplayName",),
        ),
        (
            {"PersistentChat": {"RehydrationType": "X"}},
            ("PersistentChat.RehydrationType is 'X': expected one of ENTIRE_PAST_SESSION, FROM_SEGMENT",),
        ),
        ({"ChatDurationInMinutes": 59}, ("ChatDurationInMinutes is 59: expected at least 60",)),
        ({"ChatDurationInMinutes": 10_081}, ("ChatDurationInMinutes is 10,081: expected at most 10,080",)),
        ({"ChatDurationInMinutes": True}, ("ChatDurationInMinutes is True: expected a whole number",)),
        ({"ChatDurationInMinutes": 60.0}, ("ChatDurationInMinutes is 60.0: expected a whole number",)),
        ({"Attributes": ["a"]}, ("Attributes is ['a']: expected a mapping",)),
        ({"Attributes": {"a": 7}}, ("Attributes[a] is 7: expected text",)),
        ({"Attributes": {7: "a"}}, ("a key of Attributes is 7: expected text",)),
        ({"Attributes": {"": "a"}}, ("a key of Attributes has 0 characters: expected at least 1",)),
        (
            {"SupportedMessagingContentTypes": "text/plain"},
            ("SupportedMessagingContentTypes is 'text/plain': expected a list",),
        ),
        (
            {"SupportedMessagingContentTypes": ["text/plain", 7]},
            ("SupportedMessagingContentTypes[1] is 7: expected text",),
        ),
        ({"DisconnectOnCustomerExit": []}, ("DisconnectOnCustomerExit has 0 items: expected at least 1",)),
        ({"CustomerId": 7}, ("CustomerId is not told: expected text",)),
        (
            {"InstanceId": None, "ContactFlowId": 7},
            ("InstanceId is missing", "ContactFlowId is 7: expected text"),
        ),
    ],
)
def test_everything_that_is_wrong_is_told_with_its_place(change: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert problems("StartChatContact", {**CHAT, **change}) == expected


def test_values_are_told_in_few_characters_and_secrets_not_at_all() -> None:
    [told] = problems("CreatePersistentContactAssociation", {**ASSOCIATION, "RehydrationType": "x" * 1000})
    assert told.startswith("RehydrationType is 'xxx")
    assert len(told) < 160
    [told] = problems("GetTranscript", {"ConnectionToken": ["secret"]})
    assert told == "ConnectionToken is not told: expected text"


@pytest.mark.parametrize("parameters", [None, 7, "text", [1]])
def test_what_is_no_mapping_is_told(parameters: Any) -> None:
    assert problems("StopContact", parameters) == (f"the whole is {parameters!r}: expected a mapping",)


def test_a_member_that_nobody_knows_is_told_however_it_is_named() -> None:
    named = problems("StopContact", {"InstanceId": "i", "ContactId": "c", 7: "a", "x" * 100: "b"})
    assert [each.partition(" is ")[0] for each in named] == ["7", "x" * 77 + "..."]


def test_a_value_as_deep_as_it_likes_is_looked_at_no_deeper_than_the_model() -> None:
    deep: Any = "text"
    for _ in range(100_000):
        deep = [deep]
    assert problems("StartChatContact", {**CHAT, "CustomerId": deep}) == ("CustomerId is not told: expected text",)
    assert len(problems("StartChatContact", {**CHAT, "SegmentAttributes": {"a": {"ValueString": "b"}}})) == 0


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"Contact": {"Id": "C1", "InitiationTimestamp": datetime(2026, 5, 3, tzinfo=UTC)}}, ()),
        (
            {"Contact": {"InitiationTimestamp": datetime(2026, 5, 3)}},  # noqa: DTZ001
            ("Contact.InitiationTimestamp is 2026-05-03 00:00:00: expected a time with its zone",),
        ),
        ({"Contact": {"InitiationTimestamp": 7}}, ("Contact.InitiationTimestamp is 7: expected a time",)),
        (
            {"Contact": {"Channel": "PIGEON"}},
            ("Contact.Channel is 'PIGEON': expected one of VOICE, CHAT, TASK, EMAIL",),
        ),
    ],
)
def test_answers_are_held_against_the_model_too(answer: Any, expected: tuple[str, ...]) -> None:
    assert problems_of_answer("DescribeContact", answer) == expected


def test_an_operation_without_an_answer_answers_nothing() -> None:
    assert problems_of_answer("StopContact", {}) == ()
    assert problems_of_answer("StopContact", {"Odd": 7}) != ()


def test_a_pattern_is_one() -> None:
    ids = {"WebRTCConnection": {"Meeting": {"MeetingId": "no id"}}}
    [told] = problems_of_answer("CreateParticipantConnection", ids)
    assert told.startswith("WebRTCConnection.Meeting.MeetingId is 'no id': expected text like")


@given(st.text(max_size=260), st.text(max_size=260))
def test_ids_of_the_right_length_are_taken(instance: str, contact: str) -> None:
    well = 1 <= len(instance) <= 100 and 1 <= len(contact) <= 256
    told = problems("StopContact", {"InstanceId": instance, "ContactId": contact})
    surrogates = any("\ud800" <= each <= "\udfff" for each in instance + contact)
    assert (told == ()) == (well and not surrogates)


def test_trusted_input_is_not_looked_at() -> None:
    TRUSTED.check_parameters("StopContact", {"Odd": 7})
    TRUSTED.check_answer("StopContact", {"Odd": 7})
    assert TRUSTED.operations == OPERATIONS.keys()


def test_without_botocore_nothing_is_checked_and_asking_for_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _name: None)
    assert module.installed_schema() is TRUSTED
    module.operation_models.cache_clear()
    module.declared_operations.cache_clear()
    with pytest.raises(InvalidArgument, match="pip install 'rehydration\\[aws\\]'"):
        botocore_schema()


def test_botocore_is_loaded_when_it_is_needed_and_not_before() -> None:
    program = "import sys, rehydration.service; assert 'botocore' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)
