"""The public noun: each question of a history is the short way's answer, with all that the history holds."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from attrs import evolve

from core.building import ENTIRE, FROM_SEGMENT, PAST, at, birds, chat, graph
from rehydration import (
    Availability,
    ContactGraph,
    Explanation,
    History,
    Policy,
    RehydrationError,
    RehydrationRequest,
    TranscriptFact,
    certainty,
    explain,
    explain_past,
    exposure,
    plan,
    resolve,
    visible_past,
)

REQUEST = RehydrationRequest(FROM_SEGMENT, "crow")
LINKED = graph(PAST, birds(), chat("hen", start=5000, live=["hen"]))
GIVEN = {
    "transcripts": {"plum": TranscriptFact(Availability.MISSING)},
    "now": at(1030),
    "policy": Policy(unavailable="STOP"),
}
EACH: dict[str, tuple[Callable[[History], object], Callable[..., object]]] = {
    "resolve": (
        lambda history: history.resolve(REQUEST, target="hen"),
        lambda contacts, **given: resolve(contacts, REQUEST, target="hen", **given),
    ),
    "visible_past": (
        lambda history: history.visible_past("crow"),
        lambda each, **given: visible_past(each, "crow", **given),
    ),
    "explain": (
        lambda history: history.explain(REQUEST, target="hen"),
        lambda contacts, **given: explain(contacts, REQUEST, target="hen", **given),
    ),
    "explain_past": (
        lambda history: history.explain_past("crow"),
        lambda each, **given: explain_past(each, "crow", **given),
    ),
    "certainty": (
        lambda history: history.certainty(REQUEST, target="hen").depends_on,
        lambda contacts, **given: certainty(contacts, REQUEST, target="hen", **given).depends_on,
    ),
    "exposure": (lambda history: history.exposure("fig"), lambda contacts, **given: exposure(contacts, "fig", **given)),
    "plan": (
        lambda history: history.plan(["fig"], ["kiwi"]),
        lambda each, **given: plan(each, ["fig"], ["kiwi"], **given),
    ),
}


def comparable(answer: object) -> object:
    """An answer without its certainty: refusals in it are errors, which equal none but themselves."""
    return evolve(answer, certainty=None) if isinstance(answer, Explanation) else answer


@pytest.mark.parametrize("name", EACH)
@pytest.mark.parametrize("given", [{}, GIVEN], ids=["nothing given", "all given"])
def test_a_history_answers_as_the_short_way_does(name: str, given: dict[str, object]) -> None:
    ask, short = EACH[name]
    assert comparable(ask(History(LINKED, **given))) == comparable(short(LINKED, **given))  # type: ignore[arg-type]


def test_what_is_given_makes_a_difference() -> None:
    assert [
        [each.contact_id for each in History(LINKED, **given).resolve(REQUEST).visible]  # type: ignore[arg-type]
        for given in ({}, GIVEN)
    ] == [["crow", "owl", "fig", "plum"], ["crow", "owl", "fig"]]


def test_histories_of_equal_parts_are_equal_and_have_no_hash() -> None:
    assert History(LINKED) == History(LINKED.copy())
    assert History(LINKED) != History(graph(PAST))
    assert History(LINKED) != History(LINKED, policy=Policy(ended="SEGMENT"))
    with pytest.raises(TypeError):
        hash(History(LINKED))


def test_a_history_is_changed_by_making_another() -> None:
    history = History(ContactGraph(), now=at(0))
    assert evolve(history, now=None) == History(ContactGraph())


def test_a_graph_equals_another_of_the_same_contacts_and_nothing_else() -> None:
    assert graph(PAST, birds()) == graph(birds(), PAST)
    assert graph(PAST) != graph(PAST, birds())
    assert (graph(PAST) == list(PAST)) is False


def test_a_segment_shows_its_contact_and_its_session() -> None:
    assert repr(graph(PAST).segment("fig")) == "<Segment 'fig' of the session of 'plum'>"


def test_an_account_is_the_explanation_of_a_request_that_is_granted() -> None:
    history, request = History(LINKED), RehydrationRequest(ENTIRE, "plum")
    assert comparable(history.account(request)) == comparable(history.explain(request))


def wrong_values() -> list[object]:
    """What somebody could hand in by mistake, made anew: some of it can be read only once."""
    plain: list[object] = [None, True, 3, 1.5, b"x", object(), "", "x" * 300, "\ud800", at(0), REQUEST, Policy()]
    return [*plain, [], ["fig"], ["\ud800"], [["fig"]], [{}], [None], {"fig": 1}, {3: {}}, (each for each in [[1]])]


QUESTIONS = [name for name in vars(History) if not name.startswith("_") and callable(getattr(History, name))]


def slots(name: str) -> Iterator[tuple[tuple[object, ...], dict[str, object]]]:
    """Call a question with a wrong value in each place in turn, and what would work in the others."""
    sound = {"forbid": ["surveys"], "show": ["fig"], "customer_id": "Ana", "time": at(0), "request": REQUEST}
    parameters = list(inspect.signature(getattr(History, name)).parameters.values())[1:]
    needed = [each for each in parameters if each.default is each.empty]
    usual = [sound.get(each.name, "fig") for each in needed]
    for each in parameters:
        for value in wrong_values():
            if each in needed:
                place = needed.index(each)
                yield (*usual[:place], value, *usual[place + 1 :]), {}
            else:
                yield tuple(usual), {each.name: value}


@pytest.mark.parametrize("name", QUESTIONS)
def test_whatever_a_question_is_asked_with_nothing_but_our_own_errors_come_back(name: str) -> None:
    owned = ContactGraph.from_contacts(evolve(each, customer_id="Ana") for each in LINKED)

    for positional, named in slots(name):
        with suppress(RehydrationError):
            getattr(History(owned), name)(*positional, **named)


def test_every_question_is_tried_with_wrong_values() -> None:
    assert {"customer", "exposures", "guard", "plan", "resolve", "sees", "why"} < set(QUESTIONS)
    assert {len(list(slots(each))) for each in QUESTIONS} == {21, 42, 63, 84}
