"""The worked examples: each answer whole."""

from __future__ import annotations

import json

import pytest

from rehydration import ContactGraph, Policy, RehydrationRequest, Verdict, explain, read_contacts
from rehydration.errors import InvalidArgument
from rehydration.examples import EXAMPLES, example

ENTIRE, FROM = "ENTIRE_PAST_SESSION", "FROM_SEGMENT"
CHAIN = [f"C{number}" for number in range(130, 0, -1)]

# name, type, source, policy, start, visible, dropped, beyond the limit
TABLE = [
    ("use-case-1", FROM, "C2", {}, "C2", "C2 C1", "C3", ""),
    ("use-case-2", ENTIRE, "C1", {}, "C3", "C3 C2 C1", "", ""),
    ("cumulative", FROM, "Y", {}, "Y", "Y X", "", ""),
    ("cumulative", ENTIRE, "Y", {}, "Y", "Y X", "", ""),
    ("first-segment", FROM, "C1", {}, "C1", "C1", "C3 C2", ""),
    ("last-segment", FROM, "C3", {}, "C3", "C3 C2 C1", "", ""),
    ("single-contact", FROM, "C1", {}, "C1", "C1", "", ""),
    ("single-contact", ENTIRE, "C1", {}, "C1", "C1", "", ""),
    ("cut-persists", ENTIRE, "D1", {}, "D2", "D2 D1 C2 C1", "C3", ""),
    ("cut-in-the-middle", FROM, "D1", {}, "D1", "D1 C2 C1", "D2 C3", ""),
    ("backward-only", FROM, "C3", {}, "C3", "C3 C2 C1", "", ""),
    ("late-association", FROM, "D1", {}, "D1", "D1 C2 C1", "D2 C3", ""),
    ("late-association", FROM, "D1", {"link_scope": "CONTACT"}, "D1", "D1", "D2", ""),
    ("beyond-the-limit", FROM, "C130", {}, "C130", " ".join(CHAIN[:100]), "", " ".join(CHAIN[100:])),
    ("branches", ENTIRE, "B1", {}, "B2", "B2 B3 B1", "", ""),
    ("branches", ENTIRE, "B1", {"entire_view": "ANCESTORS"}, "B2", "B2 B1", "B3", ""),
]
DEPENDS_ON = {
    "late-association": ("link_scope",),
    "beyond-the-limit": ("beyond_limit",),
    "branches": ("entire_view",),
}


@pytest.mark.parametrize(("name", "kind", "source", "policy", "start", "visible", "dropped", "beyond"), TABLE)
def test_an_example_is_answered_as_in_the_table(  # noqa: PLR0913
    name: str, kind: str, source: str, policy: dict[str, str], start: str, visible: str, dropped: str, beyond: str
) -> None:
    found = EXAMPLES[name]
    graph = ContactGraph.from_contacts(read_contacts(found.records))
    request = RehydrationRequest(kind, source)

    answered = explain(graph, request, target=found.target, policy=Policy(**policy))  # type: ignore[arg-type]

    assert request in found.requests
    assert answered.answer.continued_from_contact_id == start
    assert [each.contact_id for each in answered.answer.visible] == visible.split()
    assert [each.contact_id for each in answered.with_verdict(Verdict.DROPPED)] == dropped.split()
    assert list(answered.answer.beyond_limit) == beyond.split()
    assert answered.answer.unavailable == ()
    assert not answered.answer.incomplete
    assert tuple(each.subject[0] for each in answered.certainty.depends_on) == DEPENDS_ON.get(name, ())


def test_every_request_of_every_example_is_in_the_table() -> None:
    told = {(name, kind, source) for name, kind, source, *_ in TABLE}

    assert told == {
        (each.name, request.rehydration_type, request.source_contact_id)
        for each in EXAMPLES.values()
        for request in each.requests
    }


def test_only_the_limit_gives_a_warning() -> None:
    warned = {}
    for each in EXAMPLES.values():
        graph = ContactGraph.from_contacts(read_contacts(each.records))
        for request in each.requests:
            answer = explain(graph, request, target=each.target).answer
            warned[each.name] = [warning.rule for warning in answer.warnings]

    assert {name: rules for name, rules in warned.items() if rules} == {"beyond-the-limit": ["visibility.beyond-limit"]}


def test_records_of_an_example_are_json() -> None:
    for each in EXAMPLES.values():
        records = [dict(record) for record in each.records]
        assert json.loads(json.dumps(records)) == records


def test_an_example_is_found_by_its_name() -> None:
    assert example("branches") is EXAMPLES["branches"]


def test_a_name_that_is_almost_right_is_told_the_right_one() -> None:
    with pytest.raises(InvalidArgument, match=r"^example is 'branch': expected one of branches$"):
        example("branch")


def test_a_name_that_is_all_wrong_is_told_all() -> None:
    with pytest.raises(InvalidArgument, match=r"one of use-case-1, .*, branches$"):
        example("zzz")
