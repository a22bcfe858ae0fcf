"""What is accepted: patterns of answers, symbols and worlds."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from rehydration.conformance.faults import CaseMalformed
from rehydration.conformance.patterns import difference, differences
from rehydration.conformance.symbols import Symbols
from rehydration.conformance.worlds import planted

NOW = datetime(2026, 5, 3, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ({}, {"a": 1}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": {"absent": True}}, {}),
        ({"a": {"absent": True}}, {"a": None}),
        ({"a": {"any": True}}, {"a": 0}),
        ({"a": {"text": "x+"}}, {"a": "xx"}),
        ({"a": None}, {}),
        ([1, {"any": True}], [1, [2]]),
        ([1], (1,)),
        ([], []),
        ({"some": [{"a": 1}, {"a": 3}]}, [{"a": 1}, {"a": 2}, {"a": 3}]),
        ({"none": {"a": 1}}, [{"a": 2}]),
        (
            {"those": {"a": {"text": "x|y"}}, "are": [{"a": "x"}, {"b": 1}]},
            [{"a": "z"}, {"a": "x"}, 7, {"a": "y", "b": 1}],
        ),
        ({"those": {}, "are": []}, []),
        ({"absent": True}, None),
        (1.0, 1.0),
        ("é", "é"),
        (True, True),
    ],
)
def test_a_value_that_matches_has_no_difference(pattern: Any, value: Any) -> None:
    assert difference(pattern, value) is None


@pytest.mark.parametrize(
    ("pattern", "value", "told"),
    [
        ({"a": 1}, {}, "answer.a is missing, expected 1"),
        ({"a": 1}, [1], "answer is [1] instead of a mapping"),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, "answer.a.b is 2 instead of 1"),
        ({"a": {"absent": True}}, {"a": 1}, "answer.a is 1 and should not be there"),
        ({"absent": True}, 1, "answer is 1 and should not be there"),
        ({"a": {"any": True}}, {"a": None}, "answer.a is missing"),
        ({"any": True}, None, "answer is missing"),
        ({"text": "x+"}, "xy", "answer is 'xy' instead of text like x+"),
        ({"text": "x+"}, 7, "answer is 7 instead of text like x+"),
        ([1, 2], [1], "answer has 1 items instead of 2"),
        ([1, 2], [1, 3], "answer[1] is 3 instead of 2"),
        ([1], "1", "answer is '1' instead of a list"),
        ({"some": [2, 1]}, [1, 2], "answer holds no 1 where one is expected"),
        ({"some": [1]}, 1, "answer is 1 instead of a list"),
        ({"none": 1}, [2, 1], "answer[1] is 1 and should not be there"),
        ({"none": 1}, 1, "answer is 1 instead of a list"),
        ({"those": 1, "are": []}, 1, "answer is 1 instead of a list"),
        ({"those": 1, "are": [1]}, [1, 2, 1], "answer, of which 1, has 2 items instead of 1"),
        (1, True, "answer is True instead of 1"),
        (1, "1", "answer is '1' instead of 1"),
        ("x", "y" * 300, f"answer is '{'y' * 296}... instead of 'x'"),
    ],
)
def test_the_first_difference_is_told_with_its_place(pattern: Any, value: Any, told: str) -> None:
    assert difference(pattern, value) == told


def test_several_differences_are_told_at_once() -> None:
    assert differences({"a": 1, "b": [1, 2], "c": {"any": True}}, {"a": 2, "b": [3, 4]}) == (
        "answer.a is 2 instead of 1",
        "answer.b[0] is 3 instead of 1",
        "answer.b[1] is 4 instead of 2",
        "answer.c is missing",
    )
    assert len(differences(list(range(9)), list(range(1, 10)))) == 5


def symbols() -> Symbols:
    numbers = count(1)
    return Symbols(lambda: f"id-number-{next(numbers)}")


def test_symbols_are_replaced_wherever_they_stand() -> None:
    bound = symbols()
    bound.bind("$C1", "one")
    bound.bind("$n", 7)
    tree = {"$C1": ["$C1", {"a": "$n"}, "C1", "$$C1", None], "b": "$fresh1"}
    assert bound.filled(tree) == {"one": ["one", {"a": 7}, "C1", "$C1", None], "b": "id-number-1"}
    assert (bound.filled("$fresh1"), bound.filled("$fresh2")) == ("id-number-1", "id-number-2")
    for number in range(1, 4):
        bound.bind(f"$P{number}", f"p{number}")
    assert bound.filled([{"chain": "$P", "from": 3, "to": 1}, "x"]) == ["p3", "p2", "p1", "x"]
    assert bound.filled([{"chain": "$P", "from": 2, "to": 3}]) == ["p2", "p3"]
    assert bound.told("id-number-1 is not one") == "$fresh1 is not one"


def test_a_symbol_that_stands_for_nothing_is_a_mistake_of_the_case() -> None:
    with pytest.raises(CaseMalformed, match=r"\$C1 stands for nothing"):
        symbols().filled("$C1")


def test_a_world_becomes_records_with_markers() -> None:
    bound = symbols()
    world = {
        "contacts": [
            {"ContactId": "$C1", "InitiationTimestamp": -60, "DisconnectTimestamp": -30},
            {"ContactId": "$C2", "InitialContactId": "$C1", "Channel": "TASK"},
            {"ContactId": "$C3"},
            {"ContactId": "$C4"},
        ],
        "transcripts": {
            "$C2": [{"Content": "$C1", "AbsoluteTime": -1.5, "Type": "EVENT", "ParticipantRole": "AGENT"}],
            "$C3": {"Size": 7},
            "$C4": {"Status": "MISSING", "Transcript": [{"Content": "x"}]},
        },
    }
    records, transcripts = planted(world, bound, NOW)
    one, two, three, four = (bound.filled(f"$C{number}") for number in range(1, 5))
    assert records == [
        {
            "Channel": "CHAT",
            "ContactId": one,
            "InitiationTimestamp": "2026-05-03T08:59:00Z",
            "DisconnectTimestamp": "2026-05-03T08:59:30Z",
        },
        {"Channel": "TASK", "ContactId": two, "InitialContactId": one},
        {"Channel": "CHAT", "ContactId": three},
        {"Channel": "CHAT", "ContactId": four},
    ]
    message = {"Type": "MESSAGE", "ContentType": "text/plain", "ParticipantRole": "CUSTOMER"}
    items = [*transcripts[one], *transcripts[two], *transcripts[three]["Transcript"], *transcripts[four]["Transcript"]]
    assert len({item.pop("Id") for item in items}) == 4
    assert transcripts == {
        one: [{**message, "AbsoluteTime": "2026-05-03T08:59:00Z", "Content": "marker of C1"}],
        two: [
            {"Type": "EVENT", "ParticipantRole": "AGENT", "Content": one, "AbsoluteTime": "2026-05-03T08:59:58.500Z"}
        ],
        three: {
            "Size": 7,
            "Transcript": [{**message, "AbsoluteTime": "2026-05-03T09:00:00Z", "Content": "marker of C3"}],
        },
        four: {"Status": "MISSING", "Transcript": [{**message, "Content": "x"}]},
    }


@pytest.mark.parametrize("kind", ["sessions", "segments"])
def test_a_chain_stands_for_many_contacts(kind: str) -> None:
    bound = symbols()
    records, _ = planted(
        {"contacts": [{"chain": "$P", "count": 3, "begins": -300, "seconds": 60, "type": kind}]}, bound, NOW
    )
    ids = [bound.filled(f"$P{number}") for number in range(1, 4)]
    assert [each["ContactId"] for each in records] == ids
    assert records[1]["InitiationTimestamp"] == records[0]["DisconnectTimestamp"] == "2026-05-03T08:56:00Z"
    name = "RelatedContactId" if kind == "sessions" else "PreviousContactId"
    assert [each.get(name) for each in records] == [None, *ids[:2]]
    assert ("InitialContactId" in records[2]) == (kind == "segments")


def test_transcripts_of_no_contact_are_a_mistake_of_the_case() -> None:
    with pytest.raises(CaseMalformed, match=r"\$C9"):
        planted({"contacts": [{"ContactId": "$C1"}], "transcripts": {"$C9": []}}, symbols(), NOW)
