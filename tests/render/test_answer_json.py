"""An answer as JSON: the members and their values."""

from __future__ import annotations

import json

import pytest

from pictured import HISTORIES, History, contact
from rehydration import RuleForbids, RuleId
from rehydration.render import as_json, refusal_as_json

FROM_START = ["visibility.predecessors"]
PREDECESSORS = ["visibility.cumulative", "visibility.predecessors"]


def test_everything_that_may_be_listed_is_told() -> None:
    explanation, _ = HISTORIES["unavailable, unknown, another channel"].explained()

    assert as_json(explanation) == {
        "RehydrationType": "FROM_SEGMENT",
        "SourceContactId": "E1",
        "ContinuedFromContactId": "E1",
        "Visible": [
            {
                "ContactId": "E1",
                "InitialContactId": "E1",
                "Availability": "too-large",
                "Rules": [
                    "visibility.predecessors",
                    "visibility.transcript-size",
                    "visibility.transcript-unavailable",
                ],
            },
            {
                "ContactId": "D3",
                "InitialContactId": "D0",
                "Availability": "deleted",
                "Rules": [*PREDECESSORS, "visibility.transcript-unavailable"],
            },
            {"ContactId": "D1", "InitialContactId": "D0", "Availability": "available", "Rules": PREDECESSORS},
            {
                "ContactId": "D0",
                "InitialContactId": "D0",
                "Availability": "unknown",
                "Rules": [*PREDECESSORS, "visibility.unknown-contact"],
            },
        ],
        "Dropped": [{"ContactId": "D2", "Rules": ["visibility.other-channels"]}],
        "BeyondLimit": [],
        "Incomplete": True,
        "Warnings": [{"Rule": each.rule, "Message": each.message} for each in explanation.answer.warnings],
        "DependsOn": [
            {
                "Kind": "policy",
                "Subject": ["unavailable"],
                "Sentence": "what happens if a transcript cannot be shown (unavailable)",
                "Readings": ["GAP", "STOP", "REFUSE"],
            },
            {
                "Kind": "records",
                "Subject": ["D0"],
                "Sentence": "no record of 'D0', so nobody can tell what lies before it",
                "Readings": [],
            },
        ],
        "Assumes": [],
        "CustomerId": None,
        "CustomersCompared": False,
        "OfOtherCustomers": [],
        "OfUntoldCustomers": [],
    }


def test_a_contact_that_the_walk_stopped_before_is_dropped() -> None:
    explanation, _ = HISTORIES["stopped"].explained()

    told = as_json(explanation)

    assert [each["ContactId"] for each in told["Visible"]] == ["D1"]  # type: ignore[attr-defined]
    assert [each["ContactId"] for each in told["Dropped"]] == ["A3", "A2", "A1"]  # type: ignore[attr-defined]


def test_the_initial_contact_of_a_contact_that_nothing_tells_it_of_is_null() -> None:
    history = History([contact("D1", related="U")], "FROM_SEGMENT", "D1")
    explanation, _ = history.explained()

    assert as_json(explanation)["Visible"] == [
        {"ContactId": "D1", "InitialContactId": "D1", "Availability": "available", "Rules": FROM_START},
        {
            "ContactId": "U",
            "InitialContactId": None,
            "Availability": "unknown",
            "Rules": [
                "visibility.cumulative",
                "visibility.type-of-link",
                "visibility.predecessors",
                "visibility.unknown-contact",
            ],
        },
    ]


def test_what_is_beyond_the_limit_is_told_by_id() -> None:
    explanation, _ = HISTORIES["a long session"].explained()

    assert as_json(explanation)["BeyondLimit"] == [f"N{number}" for number in range(27, -1, -1)]


@pytest.mark.parametrize("name", HISTORIES)
def test_an_answer_is_json(name: str) -> None:
    explanation, _ = HISTORIES[name].explained()

    told = as_json(explanation)

    assert json.loads(json.dumps(told)) == told


def test_a_refusal_is_told_by_code_rule_and_message() -> None:
    history = History([contact("B1"), contact("B2", "B1", "B1", at=10)], "ENTIRE_PAST_SESSION", "B2")
    with pytest.raises(RuleForbids) as refused:
        history.explained()

    assert refusal_as_json(refused.value) == {
        "Error": {
            "Code": "InvalidRequestException",
            "Rule": RuleId("start.entire-given-another"),
            "Message": str(refused.value),
        }
    }
