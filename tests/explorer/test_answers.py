"""What a page holds is what the engine answers, for every contact and every type."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from explored import LINKED, TYPES, answered, data_of, held, readers
from pictured import HISTORIES, MORNING
from pictured import contact as pictured
from rehydration import (
    Contact,
    ContactGraph,
    History,
    Outcome,
    Policy,
    Rehydration,
    RehydrationRequest,
    RuleForbids,
    exposure,
    read_contacts,
    walk,
)
from rehydration.decisions import OfPast, OfRequest
from rehydration.examples import EXAMPLES
from rehydration.explanation import Orders, Outline, outline_of
from rehydration.explorer import Selection, answers, explorer
from rehydration.explorer.answers import NearHistory
from rehydration.explorer.walks import SharedWalks
from rehydration.identifiers import RuleId
from rehydration.policies import QUESTIONS
from rehydration.rules import RULES, Evidence
from rehydration.strategies import STRATEGIES, RehydrationStrategy, Start, View
from worlds import BEGIN, at, contact, ids, worlds

POLICIES = st.fixed_dictionaries({name: st.sampled_from(list(each)) for name, each in QUESTIONS.items()}).map(
    lambda fields: Policy(**fields)
)


def everything(data: Any) -> dict[tuple[str, str], Any]:
    return {
        (data["ids"][contact], asked): held(data, contact, place)
        for contact in range(data["pickable"])
        for place, asked in enumerate(data["types"])
    }


def expected(graph: ContactGraph, policy: Policy = Policy(), **world: Any) -> dict[tuple[str, str], Any]:  # noqa: B008
    known = [each.contact_id for session in graph.sessions for each in session]
    return {(each, asked): answered(graph, each, asked, policy, **world) for each in known for asked in TYPES}


@given(worlds(), POLICIES, st.data())
def test_what_a_page_holds_is_what_the_engine_answers(
    records: list[dict[str, Any]], policy: Policy, draw: st.DataObject
) -> None:
    graph = ContactGraph.from_contacts(map(contact, records))
    world: Mapping[str, Any] = {
        "target": draw.draw(st.none() | st.sampled_from(ids(records))),
        "now": draw.draw(st.sampled_from([None, at(BEGIN + 100), at(BEGIN + 100_000_000)])),
    }

    page = explorer(graph, policy=policy, **world)

    assert everything(data_of(page)) == expected(graph, policy, **world)


def test_contacts_of_two_customers_in_one_session_are_each_compared_with_what_they_see() -> None:
    graph = ContactGraph.from_contacts(
        [
            Contact(contact_id="A1", customer_id="Ana"),
            Contact(contact_id="B1", customer_id="Ana", related_contact_id="A1", rehydration_type="FROM_SEGMENT"),
            Contact(contact_id="B2", customer_id="Bo", initial_contact_id="B1", previous_contact_id="B1"),
        ]
    )

    page = everything(data_of(explorer(graph)))

    assert [page[each, LINKED]["others"] for each in ("B1", "B2")] == [0, 1]
    assert [page[each, LINKED]["untold"] for each in ("B1", "B2")] == [0, 0]


@given(worlds(), POLICIES, st.sampled_from([100, 1, 2, 4]), st.data())
def test_questions_that_share_walks_have_the_answers_that_each_has_by_itself(
    records: list[dict[str, Any]], policy: Policy, limit: int, draw: st.DataObject
) -> None:
    graph = ContactGraph.from_contacts(map(contact, records))
    target = draw.draw(st.none() | st.sampled_from(ids(records)))
    near = NearHistory(graph, policy=policy, now=draw.draw(st.sampled_from([None, at(BEGIN + 100)])))
    orders, walks = Orders(near), SharedWalks()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(walk, "PAST_CONTACT_LIMIT", limit)
        for name in ids(records):
            past = _told(outline_of(OfPast(near, name, walks), orders))
            assert past == _told(outline_of(OfPast(near, name)))
            for request in (RehydrationRequest(each, name) for each in STRATEGIES):
                shared = _told(outline_of(OfRequest(near, request, target, walks), orders))
                assert shared == _told(outline_of(OfRequest(near, request, target)))


def test_a_walk_whose_start_was_chosen_among_equally_recent_contacts_is_not_shared() -> None:
    first = Contact(contact_id="A1", channel="CHAT", initiation_timestamp=MORNING, disconnect_timestamp=MORNING)
    after = evolve(first, initial_contact_id="A1", previous_contact_id="A1")
    tied = [evolve(after, contact_id=name) for name in "BC"]
    task = evolve(after, contact_id="T", channel="TASK")
    near = NearHistory(ContactGraph.from_contacts([first, *tied, task]))
    request = RehydrationRequest("ENTIRE_PAST_SESSION", "A1")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(walk, "PAST_CONTACT_LIMIT", 1)
        shared, alone = (_told(outline_of(OfRequest(near, request, None, *each))) for each in ([SharedWalks()], []))
    assert shared == alone


@given(worlds(), POLICIES, st.sampled_from([100, 1, 2, 4]))
def test_what_a_page_leaves_out_of_doubts_changes_nothing_that_is_visible(
    records: list[dict[str, Any]], policy: Policy, limit: int
) -> None:
    graph = ContactGraph.from_contacts(map(contact, records))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(walk, "PAST_CONTACT_LIMIT", limit)
        for name, kind in product(ids(records), [*STRATEGIES, None]):
            near, whole = (
                outline_of(
                    OfPast(each, name) if kind is None else OfRequest(each, RehydrationRequest(kind, name), None)
                ).certainty
                for each in (NearHistory(graph, policy=policy), History(graph, policy=policy))
            )
            assert {*near.depends_on} <= {*whole.depends_on}
            assert (near.readable_always, near.readable_sometimes) == (whole.readable_always, whole.readable_sometimes)
            assert set(map(_seen, near.outcomes)) == set(map(_seen, whole.outcomes))


def _told(outline: Outline) -> object:
    outcomes = [(_value(each.answer), each.when, each.policies) for each in outline.certainty.outcomes]
    sessions = [each.told for each in outline.sessions]
    return _value(outline.answer), sessions, outcomes, evolve(outline.certainty, outcomes=())


def _seen(outcome: Outcome) -> object:
    answer = outcome.answer
    if isinstance(answer, RuleForbids):
        return answer.rule
    return answer.continued_from_contact_id, answer.visible, answer.unavailable


def _value(answer: Rehydration | RuleForbids) -> object:
    return (answer.code, answer.rule, str(answer)) if isinstance(answer, RuleForbids) else answer


def test_a_live_chat_alone_on_its_page_brings_the_session_that_it_continues_from() -> None:
    graph = ContactGraph.from_contacts([pictured("A1", at=0), pictured("B1", at=100, related="A1", minutes=None)])

    page = data_of(explorer(graph, selection=Selection(since=MORNING + timedelta(minutes=60))))

    assert (page["pickable"], page["ids"]) == (1, ["B1", "A1"])
    assert held(page, 0, page["types"].index(LINKED)) == answered(graph, "B1", LINKED, Policy())


@given(worlds(), POLICIES)
def test_who_reads_a_transcript_on_a_page_is_who_sees_it_in_the_engine(
    records: list[dict[str, Any]], policy: Policy
) -> None:
    graph = ContactGraph.from_contacts(map(contact, records))
    data = data_of(explorer(graph, policy=policy))

    for place in range(data["pickable"]):
        found = readers(data, place)
        told = exposure(graph, data["ids"][place], policy=policy)
        assert sorted(found.get(LINKED, [])) == sorted(each for seen in told.sightings for each in seen.contact_ids)
        undecided = {each for session in told.undecided for each in session.contact_ids}
        assert undecided >= set(found.get("PERHAPS", []))
        for opening in told.openings:
            for request in opening.requests:
                assert request.source_contact_id in found[request.rehydration_type]


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_page_of_an_example_holds_the_answers(name: str) -> None:
    graph = ContactGraph.from_contacts(read_contacts(EXAMPLES[name].records))

    assert everything(data_of(explorer(graph))) == expected(graph)


@pytest.mark.parametrize("name", HISTORIES)
def test_a_page_of_a_history_that_is_hard_to_draw_holds_the_answers(name: str) -> None:
    history = HISTORIES[name]
    world = {"transcripts": history.transcripts}

    page = explorer(history.graph, policy=history.policy, **world)

    assert everything(data_of(page)) == expected(history.graph, history.policy, **world)


def test_a_rule_is_held_with_what_was_seen_on_a_live_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    name = RuleId("visibility.predecessors")
    seen = Evidence(date(2024, 5, 13), "https://example.org/issues/1", "It was so.")
    monkeypatch.setattr(answers, "RULES", {**RULES, name: evolve(RULES[name], evidence=(seen,))})
    data = data_of(explorer(ContactGraph.from_contacts(read_contacts(EXAMPLES["use-case-1"].records))))
    told = data["rules"][name]["evidence"]
    assert told == [["2024-05-13", "https://example.org/issues/1", "It was so.", False]]


def test_what_an_answer_of_a_page_looks_at_does_not_grow_with_the_history() -> None:
    days = [pictured(f"C{day}", at=1_440 * day, related=f"C{day - 1}" if day else None) for day in range(250)]
    near = NearHistory(ContactGraph.from_contacts(days))

    told = near.explain(RehydrationRequest("FROM_SEGMENT", "C249"))
    assert (len(told.sessions), told.answer.beyond_limit) == (101, ("C149",))
    whole = near.explain_past("C249")
    assert len(whole.sessions) == 101
    assert near.resolve(RehydrationRequest("FROM_SEGMENT", "C99")).beyond_limit == ()


class Everything:
    """A type of somebody's own, with a rule of its own."""

    def start(self, session: Any, source: Any, asked: Any) -> Start:  # noqa: ARG002
        return Start(source, ("own.start",))  # type: ignore[arg-type]

    def view(self, session: Any, start: Any, asked: Any) -> View:  # noqa: ARG002
        return View(iter(session), ("own.view",), ())  # type: ignore[arg-type]


def test_a_type_of_ones_own_is_asked_about_and_its_rules_are_named() -> None:
    graph = ContactGraph.from_contacts(
        [Contact(contact_id="C1", disconnect_timestamp=datetime(2026, 5, 4, tzinfo=UTC))]
    )  # type: ignore[arg-type]
    strategies: Mapping[str, RehydrationStrategy] = {**STRATEGIES, "EVERYTHING": Everything()}

    data = data_of(explorer(graph, strategies=strategies))

    place = data["types"].index("EVERYTHING")
    said = held(data, 0, place)
    assert said is not None
    assert said["verdicts"] == [["C1", "C1", "visible", None, ["own.view"]]]
    assert "own.view" not in data["rules"]
