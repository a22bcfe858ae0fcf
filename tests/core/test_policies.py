"""The policy: nine open questions, their readings, and what asking leaves behind. What each reading changes is tested
where the question is asked."""

from __future__ import annotations

import pickle
from collections import Counter

import pytest
from attrs import evolve

from rehydration import DEFAULT_POLICY, Policy
from rehydration.consultation import Consultation
from rehydration.errors import ContactNotFound, InvalidArgument, NotInitialContact, RuleForbids, TypeRequired
from rehydration.identifiers import ContactId
from rehydration.policies import (
    FAULT_CODES,
    FIELD_OF,
    MEANINGS,
    QUESTIONS,
    BeyondLimit,
    Ended,
    MostRecent,
    Unavailable,
    code_of,
)

READINGS = {
    "ended": ["SESSION", "SEGMENT"],
    "early_call": ["WARN", "REFUSE"],
    "customer_mismatch": ["WARN", "REFUSE"],
    "entire_source": ["INITIAL_ONLY", "ANY_OF_SESSION"],
    "most_recent": ["DISCONNECT", "INITIATION", "DEPTH"],
    "entire_view": ["SESSION", "ANCESTORS"],
    "link_scope": ["SESSION", "CONTACT"],
    "beyond_limit": ["TRUNCATE", "REFUSE"],
    "unavailable": ["GAP", "STOP", "REFUSE"],
}


def test_the_questions_and_their_readings_are_those_of_the_rules_page_default_first() -> None:
    assert {name: [each.value for each in question] for name, question in QUESTIONS.items()} == READINGS


def test_each_reading_of_each_question_has_a_meaning_in_words() -> None:
    assert {name: [*meanings] for name, (_, meanings) in MEANINGS.items()} == READINGS


def test_the_value_of_a_reading_is_its_name() -> None:
    assert all(each.name == each.value for question in QUESTIONS.values() for each in question)


def test_the_default_policy_takes_the_first_reading_of_each() -> None:
    assert {name: getattr(DEFAULT_POLICY, name).value for name in READINGS} == {
        name: values[0] for name, values in READINGS.items()
    }


def test_the_default_policy_is_a_policy_that_nothing_is_said_of() -> None:
    assert Policy() == DEFAULT_POLICY


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in READINGS.items() for value in values])
def test_a_reading_is_given_by_name_or_as_itself(name: str, value: str) -> None:
    reading = QUESTIONS[name](value)
    assert Policy(**{name: value}) == Policy(**{name: reading}) == evolve(DEFAULT_POLICY, **{name: value})
    assert getattr(Policy(**{name: value}), name) is reading


@pytest.mark.parametrize("name", READINGS)
@pytest.mark.parametrize("value", [None, "", "session", 0, ["SESSION"], b"SESSION", "__class__"])
def test_anything_else_is_refused(name: str, value: object) -> None:
    with pytest.raises(InvalidArgument) as caught:
        Policy(**{name: value})
    assert caught.value.args == (f"policy field {name}", value, f"one of {', '.join(READINGS[name])}")


def test_a_reading_of_another_question_is_refused() -> None:
    with pytest.raises(InvalidArgument) as caught:
        Policy(unavailable=BeyondLimit.REFUSE)
    assert caught.value.name == "policy field unavailable"


def test_there_are_1152_readings_and_no_two_are_equal() -> None:
    assert [len(list(Policy.every())), len(set(Policy.every()))] == [1152, 1152]


def test_among_all_readings_each_value_of_a_field_is_as_frequent_as_the_others() -> None:
    every = list(Policy.every())
    found = {name: Counter(getattr(each, name).value for each in every) for name in READINGS}
    assert found == {name: dict.fromkeys(values, 1152 // len(values)) for name, values in READINGS.items()}


def test_the_first_reading_is_the_default() -> None:
    assert next(Policy.every()) == DEFAULT_POLICY


def test_a_policy_is_a_value() -> None:
    policy = Policy(ended="SEGMENT", unavailable="STOP")
    copy = pickle.loads(pickle.dumps(policy))  # noqa: S301
    assert (copy, hash(copy)) == (policy, hash(policy))
    assert copy.ended is Ended.SEGMENT
    with pytest.raises(AttributeError):
        policy.ended = Ended.SESSION


def test_a_question_has_one_field() -> None:
    assert {question: name for name, question in QUESTIONS.items()} == dict(FIELD_OF)


def test_a_consultation_answers_from_its_policy() -> None:
    asked = Consultation(Policy(most_recent="DEPTH"))
    assert (asked.ask(MostRecent), asked.ask(Unavailable)) == (MostRecent.DEPTH, Unavailable.GAP)


def test_a_consultation_remembers_what_was_asked_once_each_in_that_order() -> None:
    asked = Consultation(DEFAULT_POLICY)
    assert list(asked.fields) == []
    for question in (Unavailable, Ended, Unavailable):
        asked.ask(question)
    assert list(asked.fields) == ["unavailable", "ended"]


def test_two_consultations_remember_apart() -> None:
    one, other = Consultation(DEFAULT_POLICY), Consultation(DEFAULT_POLICY)
    one.ask(Ended)
    assert list(other.fields) == []


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (TypeRequired(None, ()), "InvalidParameterException"),
        (ContactNotFound(ContactId("fig")), "ResourceNotFoundException"),
        (NotInitialContact(ContactId("fig"), ContactId("plum")), "InvalidRequestException"),
        (RuleForbids(), "InvalidRequestException"),
    ],
)
def test_a_fault_answers_with_the_code_of_its_kind(fault: RuleForbids, code: str) -> None:
    assert code_of(fault) == code


def test_there_are_three_codes() -> None:
    assert sorted(FAULT_CODES.values()) == [
        "InvalidParameterException",
        "InvalidRequestException",
        "ResourceNotFoundException",
    ]
