"""The straight way back: it gives the answer of a whole walk or none, however the graph came to be."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import product
from typing import Any
from unittest.mock import Mock

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from core.building import (
    ENTIRE,
    FORK,
    FROM_SEGMENT,
    PAST,
    TWO_TYPES,
    at,
    birds,
    but,
    chat,
    contact,
    graph,
    long_past,
    without,
)
from rehydration import (
    DEFAULT_POLICY,
    STRATEGIES,
    Availability,
    Contact,
    ContactGraph,
    Policy,
    Rehydration,
    RehydrationError,
    RehydrationRequest,
    TranscriptFact,
    engine,
    resolve,
    sessions,
)
from rehydration.strategies.from_segment import FromSegment
from rehydration.strategies.protocol import Start, View
from worlds import BEGIN, Record, ids, worlds
from worlds import contact as contact_of

POLICIES = st.builds(
    Policy,
    most_recent=st.sampled_from(["DISCONNECT", "INITIATION", "DEPTH"]),
    entire_source=st.sampled_from(["INITIAL_ONLY", "ANY_OF_SESSION"]),
    link_scope=st.sampled_from(["SESSION", "CONTACT"]),
)
Step = Callable[[ContactGraph], None]


@st.composite
def mostly_plain(draw: st.DrawFn) -> list[Record]:
    """A history in which most contacts are chats that have ended."""
    records = draw(worlds(most=12))
    for record in records:
        if draw(st.integers(0, 15)):
            record |= {"channel": "CHAT", "transcript": None, "ended": record["ended"] or BEGIN + 400}
    return records


@st.composite
def growing(draw: st.DrawFn) -> tuple[list[str], list[Step]]:
    """The ids of a history, and the steps by which it comes about: contacts begin, end, and are associated."""
    records = draw(mostly_plain())
    now: list[Step] = []
    later: list[Step] = []
    for whole, record in zip(map(contact_of, records), records, strict=True):
        begun = evolve(whole, disconnect_timestamp=None)
        if record["related_is_link"] and draw(st.booleans()):
            begun = evolve(begun, related_contact_id=None, rehydration_type=None)
        now.append(lambda history, begun=begun: history.add(begun))
        if whole.disconnect_timestamp is not None:
            follows = draw(st.sampled_from([now, now, later]))
            follows.append(lambda history, of=whole: history.end(of.contact_id, of.disconnect_timestamp))
        if whole.related_contact_id != begun.related_contact_id:
            link = (whole.contact_id, whole.related_contact_id, whole.rehydration_type)
            draw(st.sampled_from([now, later])).append(lambda history, link=link: history.associate(*link))
    return ids(records), [*now, *draw(st.permutations(later))]


def walked(history: ContactGraph, request: RehydrationRequest, policy: Policy = DEFAULT_POLICY) -> Rehydration:
    """The answer of a whole walk."""
    return engine.World.of(history, None, None, STRATEGIES).resolve(request, policy)


def straight(history: ContactGraph, request: RehydrationRequest, policy: Policy = DEFAULT_POLICY) -> Rehydration | None:
    return engine._straight(history, request, policy)


def whole(answer: Rehydration) -> tuple[Any, ...]:
    return (answer, answer.rules, answer.consulted, answer.beyond_limit)


@given(growing(), POLICIES)
def test_an_answer_straight_back_is_that_of_a_walk_and_stays_so_when_the_graph_grows(
    history_of: tuple[list[str], list[Step]], policy: Policy
) -> None:
    names, steps = history_of
    history = ContactGraph()
    answers: list[tuple[Rehydration, tuple[Any, ...]]] = []
    for step in steps:
        with suppress(RehydrationError):  # two carriers of one link cannot both be associated
            step(history)
        for kind, source in product(STRATEGIES, names):
            request = RehydrationRequest(kind, source)
            answer = straight(history, request, policy)
            if answer is not None:
                expected = whole(walked(history, request, policy))
                assert answer == expected[0]
                answers.append((answer, expected))
    for answer, expected in answers:
        assert whole(answer) == expected


STRAIGHT: dict[str, tuple[list[Contact], str]] = {
    "one session": (PAST, "kiwi"),
    "a link of unknown type": ([*PAST, *birds(by=None)], "crow"),
    "a link from a segment": ([*PAST, *birds()], "crow"),
    "a hundred sessions": (long_past(100), long_past(100)[-1].contact_id),
}


@pytest.mark.parametrize(("records", "source"), STRAIGHT.values(), ids=list(STRAIGHT))
@pytest.mark.parametrize("kind", TWO_TYPES)
def test_a_history_of_plain_contacts_is_answered_without_a_walk(
    records: list[Contact], source: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = graph(records)
    request = RehydrationRequest(
        kind, source if kind == FROM_SEGMENT else history.session_of(source).initial_contact_id
    )
    expected = walked(history, request)
    monkeypatch.setattr(engine, "Walk", None)
    assert whole(resolve(history, request)) == whole(expected)


def test_what_ends_late_or_was_referred_to_before_it_was_known_is_straight_in_the_end() -> None:
    history = ContactGraph()
    for each in [*birds(), *reversed(PAST)]:
        history.add(evolve(each, disconnect_timestamp=None))
    for each in [*PAST, *birds()]:
        assert straight(history, RehydrationRequest(FROM_SEGMENT, "crow")) is None
        history.end(each.contact_id, at(10))
    assert straight(history, RehydrationRequest(FROM_SEGMENT, "crow")) is not None


def test_a_session_whose_link_turns_out_to_be_none_leads_straight_to_its_own_begin() -> None:
    history = graph(birds(by=None))
    history.add(contact("fig", channel="TASK"))
    answer = straight(history, RehydrationRequest(FROM_SEGMENT, "crow"))
    assert answer is not None
    assert [each.contact_id for each in answer.visible] == ["crow", "owl"]


def test_the_segments_of_a_branched_session_are_put_into_order_once(monkeypatch: pytest.MonkeyPatch) -> None:
    order = sessions._newest_first
    ordered = Mock(side_effect=order)
    monkeypatch.setattr(sessions, "_newest_first", ordered)
    resolve(graph(FORK), RehydrationRequest(ENTIRE, "rye"))
    assert ordered.call_count == 1


@pytest.mark.parametrize("tied", ["start", "view"])
def test_what_only_ids_decide_is_left_to_the_walk_whatever_the_type(tied: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Tied(FromSegment):
        def start(self, *given: Any) -> Start:
            return evolve(super().start(*given), by_id_alone=tied == "start")

        def view(self, *given: Any) -> View:
            return evolve(super().view(*given), by_id_alone=tied == "view")

    monkeypatch.setattr(engine, "STRATEGIES", {"TIED": Tied()})
    assert straight(graph(PAST), RehydrationRequest("TIED", "fig")) is None


MISSING = TranscriptFact(Availability.MISSING)
NOT_STRAIGHT: dict[str, tuple[list[Contact], str]] = {
    "nobody has heard of it": (PAST, "nobody"),
    "a contact goes on": (chat("plum", "fig", live=["fig"]), "plum"),
    "no record is of a contact": (without(PAST, "fig"), "kiwi"),
    "another channel": (but(PAST, "fig", channel="TASK"), "kiwi"),
    "a transcript that is not there": (but(PAST, "fig", transcript=MISSING), "kiwi"),
    "a transcript that is not there, in the past": ([*but(PAST, "fig", transcript=MISSING), *birds()], "crow"),
    "a branched session": (FORK, "ash"),
    "a branched session in the past": ([*FORK, *birds(by=None, link="ash")], "crow"),
    "a link to nobody known": (birds(), "crow"),
    "a link of the whole session": ([*PAST, *birds(by=ENTIRE)], "crow"),
    "a link of an unheard-of type": ([*PAST, *birds(by="MINE")], "crow"),
    "a link that a later contact carries": (
        [*PAST, *but(chat("owl", "crow"), "crow", related_contact_id="fig")],
        "crow",
    ),
    "a link whose type a later contact tells": (
        [*PAST, *but(birds(by=None), "crow", related_contact_id="fig", rehydration_type=FROM_SEGMENT)],
        "crow",
    ),
    "a hundred and one sessions": (long_past(101), long_past(101)[-1].contact_id),
}


@pytest.mark.parametrize(("records", "source"), NOT_STRAIGHT.values(), ids=list(NOT_STRAIGHT))
def test_where_there_is_something_to_say_a_walk_looks(records: list[Contact], source: str) -> None:
    assert straight(graph(records), RehydrationRequest(FROM_SEGMENT, source)) is None


@pytest.mark.parametrize("request_of", [("MINE", "plum"), ([], "plum"), (FROM_SEGMENT, []), (None, None)])
def test_what_is_no_request_is_left_to_the_walk(request_of: Any) -> None:
    assert straight(graph(PAST), RehydrationRequest(*request_of)) is None


def test_a_walk_looks_at_time_at_facts_and_at_types_of_ones_own() -> None:
    history, request = graph(PAST), RehydrationRequest(FROM_SEGMENT, "fig")
    listed = [each.contact_id for each in resolve(history, request).visible]
    assert listed == ["fig", "plum"]
    told = resolve(history, request, transcripts={"plum": MISSING})
    assert [each.contact_id for each in told.unavailable] == ["plum"]
    mine = {**STRATEGIES, FROM_SEGMENT: STRATEGIES[ENTIRE]}
    assert resolve(history, RehydrationRequest(FROM_SEGMENT, "plum"), strategies=mine) == evolve(
        resolve(history, RehydrationRequest(ENTIRE, "plum")), rehydration_type=FROM_SEGMENT
    )
