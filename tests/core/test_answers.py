"""An answer is a value, also where part of it is found only when it is asked for."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from attrs import evolve

from core.building import FROM_SEGMENT, PAST, ask, birds, chat, contact, graph, long_past, seen
from rehydration import (
    DEFAULT_POLICY,
    Availability,
    ContactGraph,
    Policy,
    Rehydration,
    RehydrationRequest,
    TranscriptFact,
    explain,
    resolve,
    visible_past,
)
from rehydration.answers import Rest
from rehydration.errors import InvalidArgument
from rehydration.policies import Consultation, LinkScope
from rehydration.sessions import Segment

LONG = long_past(120, by=FROM_SEGMENT)
NEWEST = LONG[-1].contact_id
REST = tuple(each.contact_id for each in LONG[19::-1])
COPIES = [copy.copy, copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))]  # noqa: S301


def long_answer(history: ContactGraph | None = None) -> Rehydration:
    return ask(history or graph(LONG), FROM_SEGMENT, NEWEST)


def is_finished(answer: Rehydration) -> bool:
    return answer._rest._segments is None


# ----------------------------------------------------------------------------------------------------------- as a value


@pytest.mark.parametrize("way", COPIES)
def test_an_answer_survives_a_copy_and_a_pickle(way: Callable[[Rehydration], Rehydration]) -> None:
    for answer in (ask(graph(PAST, birds()), FROM_SEGMENT, "crow"), long_answer()):
        twin = way(answer)
        assert twin == answer
        assert (twin.beyond_limit, twin.consulted) == (answer.beyond_limit, answer.consulted)


def test_answers_differ_by_what_is_beyond_the_limit() -> None:
    history = graph(LONG[2:])
    assert long_answer() == long_answer()
    assert long_answer() != evolve(long_answer(), rest=long_answer(history)._rest)


def test_answers_differ_by_what_was_consulted() -> None:
    answer = ask(graph(PAST), FROM_SEGMENT, "fig")
    asked = Consultation(DEFAULT_POLICY)
    assert evolve(answer, rest=Rest((), asked, [answer.rules])) == answer
    asked.reading(LinkScope)
    assert evolve(answer, rest=Rest((), asked, [answer.rules])) != answer


def test_answers_differ_by_the_rules_applied() -> None:
    answer = ask(graph(PAST), FROM_SEGMENT, "fig")
    asked = Consultation(DEFAULT_POLICY)
    twice = [answer.rules[:1], answer.rules]
    assert evolve(answer, rest=Rest((), asked, twice)) == answer
    assert evolve(answer, rest=Rest((), asked, [answer.rules[1:]])) != answer


def test_what_is_beyond_the_limit_equals_nothing_else() -> None:
    beyond = Rest((), Consultation(DEFAULT_POLICY))
    assert beyond != ()
    assert (beyond == 7) is False


def test_an_answer_cannot_be_changed_and_has_no_hash() -> None:
    answer = ask(graph(PAST), FROM_SEGMENT, "fig")
    with pytest.raises(AttributeError):
        answer.visible = ()
    with pytest.raises(TypeError):
        hash(answer)


def test_an_answer_shows_itself_without_looking_further() -> None:
    answer = long_answer()
    assert repr(answer).startswith("Rehydration(rehydration_type='FROM_SEGMENT', ")
    assert not is_finished(answer)


# --------------------------------------------------------------------------------------------- what is found when asked


def test_what_is_beyond_the_limit_is_found_when_it_is_asked_for() -> None:
    answer = long_answer()
    assert not is_finished(answer)
    assert answer.beyond_limit == REST
    assert is_finished(answer)
    assert answer.beyond_limit == REST


@pytest.mark.parametrize(
    "ask_it", [lambda each: each.consulted, Rehydration.finish, lambda each: each == long_answer()]
)
def test_what_is_beyond_the_limit_is_found_where_it_is_needed(ask_it: Callable[[Rehydration], Any]) -> None:
    answer = long_answer()
    ask_it(answer)
    assert is_finished(answer)


def test_what_is_beyond_the_limit_is_walked_once() -> None:
    history = graph(PAST)
    taken: list[str] = []

    def segments() -> Iterator[Segment]:
        for name in ("kiwi", "fig"):
            taken.append(name)
            yield history.segment(name)

    beyond = Rest(segments(), Consultation(DEFAULT_POLICY))
    assert taken == []
    assert [beyond.contact_ids, beyond.contact_ids] == [("kiwi", "fig"), ("kiwi", "fig")]
    assert taken == ["kiwi", "fig"]


def test_contacts_of_other_channels_are_not_beyond_the_limit() -> None:
    history = graph([contact("fax", channel="TASK"), *PAST[1:]])
    segments = [history.segment(each) for each in ("kiwi", "fax", "plum")]
    assert Rest(segments, Consultation(DEFAULT_POLICY)).contact_ids == ("kiwi", "plum")


def test_the_fields_consulted_beyond_the_limit_count() -> None:
    names = [f"c{(place * 89) % 103}" for place in range(101)]
    late = [*chat("owl", start=-9000), contact("crow", initial_contact_id="owl", related_contact_id="plum")]
    history = graph(PAST, late, chat(*names, link="owl", by=FROM_SEGMENT))
    answer = ask(history, FROM_SEGMENT, names[-1])
    assert not is_finished(answer)
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


def test_an_answer_that_ended_within_the_limit_is_finished() -> None:
    history = graph(PAST)
    ask(history, FROM_SEGMENT, "fig")
    assert history._unfinished is None


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
