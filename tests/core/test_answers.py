"""An answer is a plain value: whole when it is given, the same for every thread, and independent of the graph."""

from __future__ import annotations

import copy
import gc
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from attrs import evolve, fields

from core.building import ENTIRE, FROM_SEGMENT, PAST, ask, birds, chat, contact, graph, long_past, seen
from rehydration import (
    STRATEGIES,
    Availability,
    ChatSession,
    ContactGraph,
    Policy,
    Rehydration,
    RehydrationRequest,
    RuleId,
    Segment,
    TranscriptFact,
    explain,
    resolve,
    visible_past,
)
from rehydration.answers import what_is_seen
from rehydration.errors import InvalidArgument

LONG = long_past(120, by=FROM_SEGMENT)
NEWEST = LONG[-1].contact_id
REST = tuple(each.contact_id for each in LONG[19::-1])
COPIES = [copy.copy, copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))]  # noqa: S301


def long_answer(history: ContactGraph | None = None) -> Rehydration:
    return ask(history or graph(LONG), FROM_SEGMENT, NEWEST)


# ----------------------------------------------------------------------------------------------------------- as a value


@pytest.mark.parametrize("way", COPIES)
def test_an_answer_survives_a_copy_and_a_pickle(way: Callable[[Rehydration], Rehydration]) -> None:
    for answer in (ask(graph(PAST, birds()), FROM_SEGMENT, "crow"), long_answer()):
        twin = way(answer)
        assert twin == answer
        assert (twin.beyond_limit, twin.consulted) == (answer.beyond_limit, answer.consulted)


OTHER: dict[str, Any] = {
    "rehydration_type": ENTIRE,
    "source_contact_id": "plum",
    "target_contact_id": "owl",
    "continued_from_contact_id": "plum",
    "visible": (),
    "unavailable": (1,),
    "stopped_at": "plum",
    "beyond_limit": ("plum",),
    "incomplete": True,
    "warnings": (1,),
    "rules": (RuleId("start.reported"),),
    "consulted": ("ended",),
    "customer_id": "Ana",
}


def test_every_part_of_an_answer_has_another_value_below() -> None:
    assert [each.alias for each in fields(Rehydration)] == list(OTHER)


@pytest.mark.parametrize("name", list(OTHER))
def test_answers_are_equal_and_have_one_hash_if_they_agree_in_every_part(name: str) -> None:
    answer, twin = (ask(graph(PAST), FROM_SEGMENT, "fig") for _ in range(2))
    assert (answer == twin, hash(answer) == hash(twin), len({answer, twin})) == (True, True, 1)
    assert evolve(answer, **{name: OTHER[name]}) != answer


@pytest.mark.parametrize("part", ["rules", "warnings", "consulted", "stopped_at", "source_contact_id"])
def test_what_is_said_of_an_answer_makes_it_no_other_one_to_see(part: str) -> None:
    answer = ask(graph(PAST), FROM_SEGMENT, "fig")
    assert what_is_seen(evolve(answer, **{part: OTHER[part]})) == what_is_seen(answer)


@pytest.mark.parametrize("part", ["continued_from_contact_id", "visible", "beyond_limit", "incomplete"])
def test_what_is_seen_makes_an_answer_another_one(part: str) -> None:
    answer = ask(graph(PAST), FROM_SEGMENT, "fig")
    assert what_is_seen(evolve(answer, **{part: OTHER[part]})) != what_is_seen(answer)


def test_an_answer_with_another_availability_is_another_one_to_see() -> None:
    lost = {"plum": TranscriptFact(Availability.MISSING)}
    one, other = (ask(graph(PAST), FROM_SEGMENT, "fig", transcripts=facts) for facts in ({}, lost))
    assert one.visible == other.visible
    assert what_is_seen(one) != what_is_seen(other)


def test_an_answer_cannot_be_changed() -> None:
    answer = ask(graph(PAST), FROM_SEGMENT, "fig")
    with pytest.raises(AttributeError):
        answer.visible = ()  # type: ignore[misc]


def test_an_answer_is_the_same_to_all_threads() -> None:
    history = graph(LONG)
    with ThreadPoolExecutor(8) as threads:
        for _ in range(50):
            answer = long_answer(history)
            read = list(threads.map(lambda each: each.beyond_limit, [answer] * 8))
            assert read == [REST] * 8


def test_an_answer_holds_nothing_of_the_graph() -> None:
    answer = long_answer()
    reached: dict[int, object] = {}
    waiting: list[object] = [answer]
    while waiting:
        each = waiting.pop()
        if id(each) not in reached and not isinstance(each, type):
            reached[id(each)] = each
            waiting += gc.get_referents(each)
    assert not [each for each in reached.values() if isinstance(each, (ContactGraph, ChatSession, Segment))]


def test_contacts_of_other_channels_are_not_beyond_the_limit() -> None:
    records = [*LONG[:10], *(evolve(each, channel="TASK") for each in LONG[10:15]), *LONG[15:]]
    assert long_answer(graph(records)).beyond_limit == (*REST[:5], *REST[10:])


def test_the_fields_consulted_beyond_the_limit_count() -> None:
    names = [f"c{(place * 89) % 103}" for place in range(101)]
    late = [*chat("owl", start=-9000), contact("crow", initial_contact_id="owl", related_contact_id="plum")]
    history = graph(PAST, late, chat(*names, link="owl", by=FROM_SEGMENT))
    answer = ask(history, FROM_SEGMENT, names[-1])
    assert answer.consulted == ("link_scope", "beyond_limit")


CHANGES: dict[str, Callable[[ContactGraph], None]] = {
    "a contact is added": lambda history: history.add(contact("sun", initial_contact_id=LONG[0].contact_id)),
    "a contact is associated": lambda history: history.associate(LONG[0].contact_id, "owl"),
}


@pytest.mark.parametrize("change", list(CHANGES.values()), ids=list(CHANGES))
@pytest.mark.parametrize(
    "question",
    [
        lambda history: resolve(history, RehydrationRequest(FROM_SEGMENT, NEWEST)),
        lambda history: explain(history, RehydrationRequest(FROM_SEGMENT, NEWEST)).answer,
        lambda history: visible_past(history, "hen"),
    ],
    ids=["resolve", "explain", "visible_past"],
)
def test_an_answer_tells_what_was_so_when_it_was_given(
    change: Callable[[ContactGraph], None], question: Callable[[ContactGraph], Rehydration]
) -> None:
    history = graph(LONG, chat("owl"), chat("hen", link=NEWEST, by=FROM_SEGMENT))
    answer = question(history)
    change(history)
    assert answer.beyond_limit == REST
    assert "owl" not in answer.beyond_limit


def test_an_answer_given_after_a_change_tells_what_is_so_then() -> None:
    history = graph(LONG, chat("owl"))
    history.associate(LONG[0].contact_id, "owl")
    assert long_answer(history).beyond_limit == (*REST, "owl")


# --------------------------------------------------------------------------------------------------------- what it says


def lost_and_found() -> Rehydration:
    facts = {
        "kiwi": TranscriptFact(Availability.NOT_READY),
        "fig": TranscriptFact(Availability.MISSING),
        "owl": TranscriptFact(size=10**9),
    }
    return ask(graph(PAST[1:], birds(link="kiwi")), FROM_SEGMENT, "crow", transcripts=facts)


def test_an_answer_tells_the_availability_of_what_it_lists() -> None:
    answer = lost_and_found()
    assert {each: answer.availability(each).value for each in seen(answer)} == {
        "crow": "available",
        "owl": "too-large",
        "kiwi": "not-ready",
        "fig": "missing",
        "plum": "unknown",
    }


def test_what_is_readable_is_what_is_available_or_will_be() -> None:
    assert lost_and_found().readable == ("crow", "kiwi")


def test_what_a_walk_stopped_before_is_neither_listed_nor_readable() -> None:
    answer = ask(
        graph(PAST),
        FROM_SEGMENT,
        "kiwi",
        Policy(unavailable="STOP"),
        transcripts={"fig": TranscriptFact(Availability.DELETED)},
    )
    assert (seen(answer), answer.readable, answer.availability("fig")) == (["kiwi"], ("kiwi",), Availability.DELETED)


@pytest.mark.parametrize("contact_id", ["kiwi", "sun", "", None, []])
def test_an_answer_tells_nothing_of_the_transcript_of_a_contact_that_it_does_not_list(contact_id: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        ask(graph(PAST), FROM_SEGMENT, "fig").availability(contact_id)
    assert caught.value.args == ("contact_id", contact_id, "a contact that the answer lists")


@pytest.mark.parametrize("kind", STRATEGIES)
def test_an_answer_is_what_the_constructor_makes_of_its_members(kind: str) -> None:
    history = graph(PAST, birds())
    for answer in (resolve(history, RehydrationRequest(kind, "owl")), visible_past(history, "crow")):
        assert [*vars(answer)] == [each.name for each in fields(Rehydration)]
        assert Rehydration(**vars(answer)) == answer
