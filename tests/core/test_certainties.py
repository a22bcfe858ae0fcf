"""Certainty: which answers there are, under which policies, and what is certain whichever is right."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pytest

from core.building import (
    ENTIRE,
    FORK,
    FROM_SEGMENT,
    PAST,
    ask,
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
    Availability,
    Certainty,
    Contact,
    ContactGraph,
    Policy,
    Reading,
    Rehydration,
    RehydrationRequest,
    RuleForbids,
    RuleId,
    TranscriptFact,
    certainty,
    resolve,
)
from rehydration.certainties import Outcome, When, holds
from rehydration.consultation import DOUBT_OF_FIELD, Consultation
from rehydration.errors import NotInitialContact, SessionNotEnded, SourceIsNotChat, TypeRequired
from rehydration.policies import (
    FIELD_OF,
    QUESTIONS,
    EntireSource,
    EntireView,
    MostRecent,
    OpenQuestion,
    Unavailable,
)
from rehydration.sessions import ChatSession, Segment
from rehydration.strategies import Start, View

EVERY = list(Policy.every())
MISSING = TranscriptFact(Availability.MISSING)


def of(records: Iterable[Contact], kind: str, source: str, **more: Any) -> Certainty:
    return certainty(graph(records), RehydrationRequest(kind, source), **more)


def names(when: tuple[When, ...]) -> list[dict[str, set[str]]]:
    """Conditions by name, so that they can be read."""
    found = []
    for each in when:
        condition: dict[str, set[str]] = {}
        for reading in each:
            condition.setdefault(reading.doubt.subject[0], set()).add(reading.value)
        found.append(condition)
    return found


def fields(told: Certainty) -> tuple[str, ...]:
    """The fields of the policy that an answer depends on."""
    return tuple(each.subject[0] for each in told.of_kind("policy"))


def sets(told: Certainty) -> tuple[set[str], set[str], set[str]]:
    return set(told.readable_always), set(told.readable_sometimes), set(told.readable_never)


# ------------------------------------------------------------------------------------------------------------- certain


def test_an_answer_that_asks_nothing_holds_under_every_reading() -> None:
    history = graph(PAST, birds())
    told = certainty(history, RehydrationRequest(FROM_SEGMENT, "crow"))
    answer = ask(history, FROM_SEGMENT, "crow")
    assert told == Certainty(
        outcomes=(Outcome(answer, (frozenset(),), 1152),),
        depends_on=(),
        assumes=(),
        readable_always=frozenset({"crow", "owl", "fig", "plum"}),
        readable_sometimes=frozenset(),
        readable_never=frozenset({"kiwi"}),
    )
    assert told.line == "holds under every reading of the open questions"


def test_a_question_that_makes_no_difference_is_none_that_the_answer_depends_on() -> None:
    """Who is the most recent is asked, and kiwi is by each criterion."""
    told = of(PAST, ENTIRE, "plum")
    assert [names(each.when) for each in told.outcomes] == [[{}]]
    assert (told.depends_on, told.outcomes[0].policies) == ((), 1152)


def test_a_refusal_under_every_reading_is_certain_too() -> None:
    told = of(but(PAST, "fig", channel="TASK"), FROM_SEGMENT, "fig")
    ((outcome,), sizes) = told.outcomes, sets(told)
    assert isinstance(outcome.answer, SourceIsNotChat)
    assert (outcome.answer.code, outcome.policies) == ("InvalidRequestException", 1152)
    assert sizes == (set(), set(), set())


def test_a_malformed_request_is_refused_under_every_reading() -> None:
    (outcome,) = of(PAST, "SEGMENT", "fig").outcomes
    assert isinstance(outcome.answer, TypeRequired)


# ---------------------------------------------------------------------------------------------------------- contingent


def test_an_answer_that_depends_on_one_question_has_an_outcome_for_each_reading() -> None:
    told = of(PAST, ENTIRE, "fig")
    assert fields(told) == ("entire_source",)
    assert told.line == "depends on which contact ENTIRE_PAST_SESSION takes (entire_source)"
    refused, answered = told.outcomes
    assert isinstance(refused.answer, NotInitialContact)
    assert names(refused.when) == [{"entire_source": {"INITIAL_ONLY"}}]
    assert isinstance(answered.answer, Rehydration)
    assert names(answered.when) == [{"entire_source": {"ANY_OF_SESSION"}}]
    assert (refused.policies, answered.policies) == (576, 576)
    assert sets(told) == (set(), {"kiwi", "fig", "plum"}, set())


def test_readings_alike_are_joined_to_one_condition() -> None:
    """Oat began last, but ended first: by disconnect and by depth ash is the most recent."""
    records = but(but(FORK, "oat", initiation_timestamp=at(500)), "elm", disconnect_timestamp=None)
    told = of(records, ENTIRE, "rye")
    assert fields(told) == ("ended", "most_recent", "entire_view")
    by_start = {
        outcome.answer.continued_from_contact_id: names(outcome.when)
        for outcome in told.outcomes
        if isinstance(outcome.answer, Rehydration) and len(outcome.answer.visible) < 4
    }
    assert by_start == {
        "ash": [{"ended": {"SEGMENT"}, "most_recent": {"DISCONNECT", "DEPTH"}, "entire_view": {"ANCESTORS"}}],
        "oat": [{"ended": {"SEGMENT"}, "most_recent": {"INITIATION"}, "entire_view": {"ANCESTORS"}}],
    }


def test_the_answer_under_the_default_policy_comes_first() -> None:
    for kind, source in ((ENTIRE, "rye"), (ENTIRE, "elm"), (FROM_SEGMENT, "elm")):
        told = of(FORK, kind, source)
        try:
            expected: object = ask(graph(FORK), kind, source)
        except RuleForbids as refusal:
            expected = refusal.args
        first = told.outcomes[0].answer
        assert (first.args if isinstance(first, RuleForbids) else first) == expected


def test_the_fields_that_an_answer_depends_on_are_told_in_the_order_of_the_policy() -> None:
    told = of(FORK, ENTIRE, "elm", transcripts={"rye": MISSING}, now=at(41))
    assert fields(told) == ("early_call", "entire_source", "entire_view", "unavailable")
    assert told.line == (
        "depends on whether 60 seconds must have passed since the session ended (early_call); on which contact "
        "ENTIRE_PAST_SESSION takes (entire_source); on what ENTIRE_PAST_SESSION shows of a branched session "
        "(entire_view); on what happens if a transcript cannot be shown (unavailable)"
    )


def test_every_contact_is_readable_always_some_or_no_reading() -> None:
    """Plum is never readable, kiwi always dropped."""
    late = but(chat("owl", "crow", start=1000), "crow", related_contact_id="fig", rehydration_type=FROM_SEGMENT)
    told = of([*PAST, *late], FROM_SEGMENT, "owl", transcripts={"plum": TranscriptFact(size=10**9)})
    assert sets(told) == (set(), {"owl", "fig"}, {"crow", "plum", "kiwi"})
    wide = of([*PAST, *late], FROM_SEGMENT, "owl")
    assert sets(wide) == ({"owl"}, {"fig", "plum"}, {"crow", "kiwi"})


def test_what_is_unavailable_is_visible_under_no_reading_and_what_is_not_ready_is() -> None:
    facts = {"fig": MISSING, "plum": TranscriptFact(Availability.NOT_READY)}
    told = of(PAST, FROM_SEGMENT, "kiwi", transcripts=facts)
    assert sets(told) == (set(), {"kiwi", "plum"}, {"fig"})
    assert fields(told) == ("unavailable",)


def test_an_unknown_contact_is_visible_under_no_reading() -> None:
    told = of(PAST[1:], FROM_SEGMENT, "kiwi")
    assert sets(told) == ({"kiwi", "fig"}, set(), {"plum"})


def test_the_target_is_part_of_the_question() -> None:
    records = [*but(PAST, "fig", customer_id="Ana"), contact("owl", customer_id="Bo", disconnect_timestamp=None)]
    assert fields(of(records, FROM_SEGMENT, "fig")) == ()
    assert fields(of(records, FROM_SEGMENT, "fig", target="owl")) == ("customer_mismatch",)


def test_the_limit_is_part_of_the_question_and_what_lies_beyond_of_the_answer() -> None:
    records = long_past(99, by=FROM_SEGMENT)
    late = but(chat("owl", "crow", "hen", start=-9000), "hen", related_contact_id="fig", rehydration_type=FROM_SEGMENT)
    records = [*but(records, records[0].contact_id, related_contact_id="crow", rehydration_type=FROM_SEGMENT), *late]
    told = of([*PAST, *records], FROM_SEGMENT, records[98].contact_id)
    assert fields(told) == ("link_scope", "beyond_limit")
    beyond = {
        each.answer.beyond_limit if isinstance(each.answer, Rehydration) else None: each.policies
        for each in told.outcomes
    }
    assert beyond == {("owl", "fig", "plum"): 288, ("owl",): 288, None: 576}
    assert {"fig", "plum"} <= told.readable_never


# ------------------------------------------------------------------------------------------- against all 1,152 readings


def identity(answer: Rehydration | RuleForbids) -> object:
    if isinstance(answer, RuleForbids):
        return type(answer), answer.rule
    listed = [(each.contact_id, answer.availability(each.contact_id)) for each in answer.visible]
    return answer.continued_from_contact_id, listed, answer.stopped_at, answer.beyond_limit, answer.incomplete


def decided(history: ContactGraph, kind: str, source: str, policy: Policy, **more: Any) -> Rehydration | RuleForbids:
    try:
        return resolve(history, RehydrationRequest(kind, source), policy=policy, **more)
    except RuleForbids as refusal:
        return refusal


CASES: dict[str, tuple[list[Contact], str, str, datetime | None, str | None]] = {
    "certain": (PAST, FROM_SEGMENT, "fig", None, None),
    "one chain": (PAST, ENTIRE, "kiwi", at(31), None),
    "branches": (FORK, ENTIRE, "rye", None, None),
    "branches that go on": (but(FORK, "elm", disconnect_timestamp=None), ENTIRE, "oat", at(41), None),
    "all that differs": (
        [
            *but(
                but(but(FORK, "oat", initiation_timestamp=at(500)), "elm", transcript=MISSING), "rye", customer_id="A"
            ),
            contact("tern", initial_contact_id="rye", disconnect_timestamp=None),
            contact("gull", customer_id="B", disconnect_timestamp=None),
            *PAST,
            contact("hen", initial_contact_id="rye", previous_contact_id="tern", related_contact_id="fig"),
        ],
        ENTIRE,
        "rye",
        at(1),
        "gull",
    ),
    "links that come late": (
        [*PAST, *but(chat("owl", "crow", start=900), "crow", related_contact_id="fig", rehydration_type=ENTIRE)],
        FROM_SEGMENT,
        "owl",
        None,
        None,
    ),
    "unknown": (without([*PAST, *birds()], "plum", "owl"), FROM_SEGMENT, "crow", None, None),
}


@pytest.mark.parametrize(("records", "kind", "source", "now", "target"), list(CASES.values()), ids=list(CASES))
def test_readings_equal_brute_force(
    records: list[Contact], kind: str, source: str, now: datetime | None, target: str | None
) -> None:
    history = graph(records)
    told = certainty(history, RehydrationRequest(kind, source), now=now, target=target)
    answers = {policy: decided(history, kind, source, policy, now=now, target=target) for policy in EVERY}
    counted = [0] * len(told.outcomes)
    for policy, answer in answers.items():
        (place,) = [place for place, each in enumerate(told.outcomes) if any(holds(when, policy) for when in each.when)]
        assert identity(told.outcomes[place].answer) == identity(answer)
        counted[place] += 1
    assert counted == [each.policies for each in told.outcomes]
    identities = [identity(each.answer) for each in told.outcomes]
    assert all(identities.count(each) == 1 for each in identities)
    readable = [set() if isinstance(each, RuleForbids) else set(each.readable) for each in answers.values()]
    every, some = set.intersection(*readable), set.union(*readable)
    assert (told.readable_always, told.readable_sometimes) == (every, some - every)
    assert fields(told) == tuple(name for name in QUESTIONS if differs(answers, name))


def differs(answers: dict[Policy, Rehydration | RuleForbids], name: str) -> bool:
    """Whether two policies that differ in one field alone have different answers."""
    groups: dict[object, list[object]] = {}
    for policy, answer in answers.items():
        rest = tuple(getattr(policy, each) for each in QUESTIONS if each != name)
        groups.setdefault(rest, []).append(identity(answer))
    return any(group.count(group[0]) != len(group) for group in groups.values())


# ----------------------------------------------------------------------------------------------------------- the parts


@pytest.mark.parametrize(
    ("when", "policy", "expected"),
    [
        (frozenset(), {}, True),
        ({EntireView.SESSION}, {}, True),
        ({EntireView.ANCESTORS}, {}, False),
        ({MostRecent.DISCONNECT, MostRecent.DEPTH}, {"most_recent": "DEPTH"}, True),
        ({MostRecent.DISCONNECT, MostRecent.DEPTH}, {"most_recent": "INITIATION"}, False),
        ({EntireView.SESSION, Unavailable.STOP}, {"unavailable": "STOP"}, True),
        ({EntireView.SESSION, Unavailable.STOP}, {}, False),
        ({EntireView.ANCESTORS, EntireSource.INITIAL_ONLY}, {}, False),
    ],
    ids=range(8),
)
def test_a_condition_holds_where_each_of_its_questions_is_answered_so(
    when: set[OpenQuestion], policy: dict[str, Any], *, expected: bool
) -> None:
    condition = frozenset(Reading(DOUBT_OF_FIELD[FIELD_OF[type(each)]], each.name) for each in when)
    assert holds(condition, Policy(**policy)) is expected


def test_readings_are_a_value() -> None:
    told = of(FORK, ENTIRE, "rye")
    twin = pickle.loads(pickle.dumps(told))  # noqa: S301
    assert twin == told


def test_the_common_case_costs_a_few_decisions() -> None:
    """A strategy counts how often it is started."""
    started: list[str] = []

    class Counting:
        def start(self, session: ChatSession, source: Segment, consultation: Consultation) -> Start:
            started.append(source.contact_id)
            return Start(session.most_recent(consultation).segments[0], ())

        def view(self, session: ChatSession, start: Segment, consultation: Consultation) -> View:
            assert consultation.fields
            return View((start,), (), (RuleId("visibility.later-dropped"),) * bool(session))

    told = of(PAST, "COUNTING", "fig", strategies={"COUNTING": Counting()})
    assert (started, len(told.outcomes)) == (["fig"] * 3, 1)


def test_a_strategy_may_ask_everything() -> None:
    class Curious:
        def start(self, session: ChatSession, source: Segment, consultation: Consultation) -> Start:
            for question in QUESTIONS.values():
                consultation.ask(question)
            return Start(source, (), by_id_alone=session.is_linear)

        def view(self, session: ChatSession, start: Segment, consultation: Consultation) -> View:
            both = [
                consultation.ask(EntireView) is EntireView.SESSION,
                consultation.ask(Unavailable) is Unavailable.STOP,
            ]
            return View([start] if any(both) else list(session), (), ())

    told = of(PAST, "CURIOUS", "plum", strategies={"CURIOUS": Curious()})
    assert fields(told) == ("entire_view", "unavailable")
    assert [each.policies for each in told.outcomes] == [576 + 192, 384]
    assert names(told.outcomes[1].when) == [{"entire_view": {"ANCESTORS"}, "unavailable": {"GAP", "REFUSE"}}]


def test_a_refusal_is_one_outcome_however_many_contacts_it_is_about() -> None:
    told = of(chat("plum", "fig", live=["fig"]), ENTIRE, "plum")
    assert [type(each.answer) for each in told.outcomes] == [SessionNotEnded, Rehydration]
