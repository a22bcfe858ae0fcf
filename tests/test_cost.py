"""What an answer costs, counted in steps of the interpreter and not in seconds: it does not grow with the records."""

from __future__ import annotations

import copy
import gc
import pickle
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from rehydration import (
    STRATEGIES,
    Contact,
    ContactGraph,
    ContactId,
    RehydrationRequest,
    certainty,
    exposure,
    plan,
    resolve,
    sees,
    visible_past,
)
from rehydration import decisions as decisions_
from rehydration.decisions import OfRequest
from rehydration.explanation import Orders, outline_of
from rehydration.explorer.answers import NearHistory

BEGIN = datetime(2026, 5, 3, 9, tzinfo=UTC)
SESSION = 3


def steps(question: Callable[[], object]) -> int:
    """Count the lines of Python that a question runs."""
    counted = 0

    def count(_frame: object, event: str, _argument: object) -> object:
        nonlocal counted
        counted += event == "line"
        return count

    gc.disable()  # or the callbacks of what others left behind would count
    before = sys.gettrace()
    sys.settrace(count)
    try:
        question()
    finally:
        sys.settrace(before)
        gc.enable()
    return counted


def contact(number: int, first: int, related: int | None = None) -> Contact:
    return Contact(
        contact_id=ContactId(f"c{number}"),
        initial_contact_id=ContactId(f"c{first}"),
        previous_contact_id=None if number == first else ContactId(f"c{number - 1}"),
        related_contact_id=None if related is None else ContactId(f"c{related}"),
        rehydration_type=None if related is None else "FROM_SEGMENT",
        initiation_timestamp=BEGIN + timedelta(minutes=number),
        disconnect_timestamp=BEGIN + timedelta(minutes=number + 1),
    )


def pairs_of_sessions(contacts: int) -> Iterator[Contact]:
    """Sessions of three, every other one continues from the second contact of the one before."""
    for number in range(contacts):
        first = number - number % SESSION
        linked = number == first and first // SESSION % 2
        yield contact(number, first, first - 2 if linked else None)


def lineage(contacts: int) -> Iterator[Contact]:
    """Sessions of three, each continues from the last contact of the one before."""
    for number in range(contacts):
        first = number - number % SESSION
        yield contact(number, first, first - 1 if number == first and first else None)


SMALL = ContactGraph.from_contacts(pairs_of_sessions(60))
LARGE = ContactGraph.from_contacts(pairs_of_sessions(6_000))
QUESTIONS: dict[str, Callable[[ContactGraph], object]] = {
    "resolve FROM_SEGMENT": lambda graph: resolve(graph, RehydrationRequest("FROM_SEGMENT", "c28")),
    "resolve ENTIRE_PAST_SESSION": lambda graph: resolve(graph, RehydrationRequest("ENTIRE_PAST_SESSION", "c27")),
    "visible_past": lambda graph: visible_past(graph, "c28"),
    "certainty": lambda graph: certainty(graph, RehydrationRequest("ENTIRE_PAST_SESSION", "c27")),
    "exposure": lambda graph: exposure(graph, "c25"),
    "plan": lambda graph: plan(graph, {"c25"}, {"c26"}),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_takes_as_many_steps_among_many_contacts_as_among_few(question: str) -> None:
    ask = QUESTIONS[question]
    ask(SMALL), ask(LARGE)
    assert steps(lambda: ask(SMALL)) == steps(lambda: ask(LARGE))


def is_linear(ask: Callable[[int], int]) -> bool:
    """Tell whether steps grow in proportion to a size, once what is kept for all answers is there."""
    ask(300)
    small, middle, large = ask(300), ask(600), ask(1_200)
    return large - middle == 2 * (middle - small)


@pytest.mark.parametrize("kind", STRATEGIES)
def test_a_question_beyond_the_limit_takes_steps_in_proportion_to_the_lineage(kind: str) -> None:
    def ask(contacts: int) -> int:
        graph = ContactGraph.from_contacts(lineage(contacts))
        last = contacts - (SESSION if kind == "ENTIRE_PAST_SESSION" else 1)
        return steps(lambda: resolve(graph, RehydrationRequest(kind, f"c{last}")))

    assert is_linear(ask)


def test_a_graph_grows_by_as_many_steps_when_it_is_large_as_when_it_is_small() -> None:
    def grow(graph: ContactGraph) -> None:
        graph.add(Contact(contact_id=ContactId("new")))
        graph.associate("new", "c28", "FROM_SEGMENT")
        graph.end("new", BEGIN + timedelta(days=9))

    small, large = SMALL.copy(), LARGE.copy()
    assert steps(lambda: grow(small)) == steps(lambda: grow(large))


@pytest.mark.parametrize("question", ["resolve", "visible_past"])
def test_a_long_session_takes_steps_in_proportion_to_its_length(question: str) -> None:
    def ask(contacts: int) -> int:
        linked = evolve(contact(1, 1, 0), rehydration_type="ENTIRE_PAST_SESSION")
        session = (contact(number, 1) for number in range(2, contacts))
        newer = contact(contacts, contacts, contacts - 1)
        graph = ContactGraph.from_contacts([contact(0, 0), linked, *session, newer])
        if question == "resolve":
            return steps(lambda: resolve(graph, RehydrationRequest("ENTIRE_PAST_SESSION", "c1")))
        return steps(lambda: visible_past(graph, f"c{contacts}"))

    assert is_linear(ask)


def test_who_can_read_a_transcript_takes_as_many_steps_in_a_deep_lineage_as_in_one_of_a_hundred_sessions() -> None:
    def ask(sessions: int) -> int:
        chats = (contact(number, number, number - 1 if number else None) for number in range(sessions))
        graph = ContactGraph.from_contacts(chats)
        return steps(lambda: exposure(graph, "c0"))

    ask(110)  # what is kept between questions is there
    assert ask(120) == ask(240)


def test_what_is_missing_takes_steps_in_proportion_to_a_session_with_many_branches() -> None:
    def ask(contacts: int) -> int:
        branches = (evolve(contact(number, 0), previous_contact_id=ContactId("c0")) for number in range(2, contacts))
        first = evolve(contact(0, 0), related_contact_id=ContactId("gone"))
        graph = ContactGraph.from_contacts([first, contact(1, 0), *branches, contact(contacts, contacts, 1)])
        return steps(lambda: sees(graph, f"c{contacts}"))

    assert is_linear(ask)


def test_an_answer_of_a_page_takes_as_many_steps_in_a_long_session_as_in_a_short_one() -> None:
    def ask(contacts: int) -> int:
        near = NearHistory(ContactGraph.from_contacts(contact(number, 1) for number in range(1, contacts)))
        orders = Orders(near)
        question = OfRequest(near, RehydrationRequest("FROM_SEGMENT", f"c{contacts - 200}"), None)
        outline_of(question, orders)
        return steps(lambda: outline_of(question, orders))

    assert ask(400) == ask(4_000)


def test_a_contact_that_many_chats_continue_is_continued_by_as_many_steps_once_more() -> None:
    def once_more(chats: int) -> int:
        many = (contact(number, number, 0) for number in range(1, chats))
        graph = ContactGraph.from_contacts([contact(0, 0), *many])
        graph.add(Contact(contact_id=ContactId("new")))
        return steps(lambda: graph.associate("new", "c0", "FROM_SEGMENT"))

    assert once_more(1_000) == once_more(10)


def test_a_link_that_many_contacts_carry_is_carried_by_as_many_steps_by_one_more() -> None:
    def one_more(carriers: int) -> int:
        many = (contact(number, 1, 0) for number in range(1, carriers))
        graph = ContactGraph.from_contacts([contact(0, 0), *many])
        return steps(lambda: graph.add(contact(carriers, 1, 0)))

    assert one_more(1_000) == one_more(10)


def test_a_certain_answer_is_certain_after_one_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    decisions = 0
    attempt = decisions_.attempt

    def counted(*arguments: object) -> object:
        nonlocal decisions
        decisions += 1
        return attempt(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(decisions_, "attempt", counted)
    certainty(SMALL, RehydrationRequest("FROM_SEGMENT", "c28"))
    assert decisions == 1
    certainty(SMALL, RehydrationRequest("ENTIRE_PAST_SESSION", "c27"))
    assert decisions == 1 + 3  # the contacts ended one after the other: three readings of most_recent, one answer


@pytest.mark.slow
def test_a_chain_of_a_hundred_thousand_contacts_overflows_nothing() -> None:
    size = 100_000
    graph = ContactGraph.from_contacts(contact(number, 0) for number in range(size))
    answer = resolve(graph, RehydrationRequest("ENTIRE_PAST_SESSION", "c0"))
    assert answer.continued_from_contact_id == f"c{size - 1}"
    assert [each.contact_id for each in answer.visible] == [f"c{size - 1 - place}" for place in range(100)]
    assert len(answer.beyond_limit) == size - 100
    assert pickle.loads(pickle.dumps(answer)) == answer  # noqa: S301
    assert len(copy.deepcopy(graph)) == size
    assert len(pickle.loads(pickle.dumps(graph))) == size  # noqa: S301
