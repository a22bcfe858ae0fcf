"""Three opinions of the same rules, the engine's, the oracle's and a logic program's, are one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple
from unittest import mock

import clingo.ast
import pytest
from hypothesis import given
from hypothesis import strategies as st

import oracle
from enumeration import READINGS, describe, histories, questions, telling_policies
from opinion import PROGRAM, Asked, Opinion, opinions
from rehydration import (
    RULES,
    ContactGraph,
    ContradictoryRecords,
    Policy,
    Rehydration,
    RehydrationRequest,
    RuleForbids,
    UnknownContact,
    resolve,
    visible_past,
)
from worlds import BEGIN, FACTS, Record, at, contact, fact, ids, worlds

FROM_SEGMENT, ENTIRE, LOOK = "FROM_SEGMENT", "ENTIRE_PAST_SESSION", "LOOK"
TWO_YEARS = 731 * 86_400  # from BEGIN on
DEFAULT = {name: readings[0] for name, readings in READINGS.items()}
OTHERWISE = {name: readings[-1] for name, readings in READINGS.items()}


class Question(NamedTuple):
    """A request, or what a contact sees of the past (LOOK). Times are in seconds, readings are named.

    The target is named, or it is the record of a chat that is about to start and is not in the history yet.
    """

    kind: str
    source: str
    target: str | Record | None = None
    now: int | None = None
    facts: Mapping[str, Mapping[str, Any]] = {}
    readings: Mapping[str, str] = {}

    @property
    def given(self) -> dict[str, Any]:
        facts = {name: fact(told) for name, told in self.facts.items()}
        return {"transcripts": facts, "now": at(self.now), "policy": Policy(**self.policy)}

    @property
    def policy(self) -> dict[str, str]:
        return DEFAULT | dict(self.readings)

    @property
    def starting(self) -> list[Record]:
        return [] if self.target is None or isinstance(self.target, str) else [self.target]

    @property
    def target_id(self) -> str | None:
        return self.starting[0]["id"] if self.starting else self.target


Case = tuple[list[Record], list[Question]]


# ------------------------------------------------------------------------------------------------ the three opinions


def of_program(cases: Iterable[Case], program: str = PROGRAM) -> list[Opinion]:
    asked = []
    for records, questions_ in cases:
        history = [contact(each) for each in records]
        for each in questions_:
            known = [*history, *map(contact, each.starting)] if each.starting else history
            if each.kind == LOOK:
                asked.append(Asked(known, each.source, **each.given))
            else:
                request = RehydrationRequest(each.kind, each.source)
                asked.append(Asked(known, request, each.target_id, **each.given))
    return opinions(asked, program)


def of_engine(cases: Iterable[Case]) -> Iterator[Opinion]:
    for records, asked in cases:
        graph = ContactGraph.from_contacts([contact(each) for each in records])
        for question in asked:
            try:
                yield _told_by_engine(_engine(graph, question))
            except RuleForbids as refusal:
                yield Opinion(refusal=refusal.rule)


def _engine(graph: ContactGraph, question: Question) -> Rehydration:
    if question.kind == LOOK:
        return visible_past(graph, question.source, **question.given)
    request = RehydrationRequest(question.kind, question.source)
    target = contact(question.starting[0]) if question.starting else question.target
    return resolve(graph, request, target=target, **question.given)


def _told_by_engine(answer: Rehydration) -> Opinion:
    seen = {each.contact_id: str(each.availability) for each in answer.unavailable}
    seen |= {each.contact_id: "unknown" for each in answer.visible if isinstance(each, UnknownContact)}
    return Opinion(
        start=answer.continued_from_contact_id,
        listed=tuple((each.contact_id, seen.get(each.contact_id, "available")) for each in answer.visible),
        beyond=answer.beyond_limit,
        stopped_at=answer.stopped_at,
        incomplete=answer.incomplete,
    )


def of_oracle(cases: Iterable[Case]) -> Iterator[Opinion]:
    """The oracle does not tell before which contact a walk stopped."""
    for records, asked in cases:
        history = oracle.History(records)
        for each in asked:
            known = oracle.History([*records, *each.starting]) if each.starting else history
            given = {"transcripts": each.facts, "now": each.now}
            if each.kind == LOOK:
                answer = oracle.visible_past(known, each.source, each.policy, **given)
            else:
                answer = oracle.resolve(known, each.kind, each.source, each.policy, target=each.target_id, **given)
            if isinstance(answer, oracle.Refused):
                yield Opinion(refusal=answer.rule)
            else:
                yield Opinion(None, answer.start, answer.visible, answer.beyond, None, answer.incomplete)


def assert_one_opinion(cases: Sequence[Case]) -> int:
    """Ask all three and compare; tell how many answers there were."""
    asked = [(records, each) for records, questions_ in cases for each in questions_]
    answers = zip(asked, of_engine(cases), of_oracle(cases), of_program(cases), strict=True)
    for (records, question), engine, by_oracle, program in answers:
        told = f"{question}\n{describe(records)}\n{records}"
        assert engine == program, told
        assert by_oracle == program._replace(stopped_at=None), told
    return len(asked)


# ------------------------------------------------------------------------------------------------ small histories


@pytest.mark.slow
def test_the_three_agree_on_every_history_of_three_contacts() -> None:
    few = [records for contacts in (1, 2, 3) for records in histories(contacts)]
    assert assert_one_opinion([(records, list(_questions(records))) for records in few]) == 19_702


def _questions(records: list[Record]) -> Iterator[Question]:
    """Requests under every policy that can matter, requests for each live target under two, and what each sees."""
    for kind, source in questions(records):
        yield from (Question(kind, source, readings=policy) for policy in telling_policies(records, kind))
    names, live = ids(records), [each["id"] for each in records if each["ended"] is None]
    for kind, source, target, policy in product((FROM_SEGMENT, ENTIRE), names, live, (DEFAULT, OTHERWISE)):
        yield Question(kind, source, target, readings=policy)
    entire = any(each["type"] == ENTIRE for each in records)
    telling = ("link_scope", "most_recent", "entire_view") if entire else ("link_scope",)
    for name, *readings in product(names, *(READINGS[field] for field in telling)):
        yield Question(LOOK, name, readings=dict(zip(telling, readings, strict=True)))


# ------------------------------------------------------------------------------------------------ random histories


@st.composite
def tangles(draw: st.DrawFn) -> list[Record]:
    """A random history, with links that lead anywhere, forward and in circles, as far as that contradicts nothing."""
    records = draw(worlds())
    for name in draw(st.lists(st.sampled_from([each["id"] for each in records]), max_size=3)):
        link = {
            "related": draw(st.sampled_from(ids(records))),
            "type": draw(st.sampled_from([None, FROM_SEGMENT, ENTIRE])),
        }
        tangled = [each | link if each["id"] == name else each for each in records]
        try:
            ContactGraph.from_contacts([contact(each) for each in tangled])
        except ContradictoryRecords:
            continue
        records = tangled
    return records


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A history and questions about it, most of which can be answered."""
    records = draw(tangles())
    known = st.sampled_from([each["id"] for each in records])
    heard_of = st.sampled_from([*ids(records), "nobody"])
    live = st.sampled_from([each["id"] for each in records if each["ended"] is None] or ["nobody"])
    starting = st.sampled_from([None, "Ana", "Bo"]).map(lambda customer: _chat("new", 500, customer=customer))
    late = st.integers(-10, 300).map(lambda seconds: BEGIN + seconds)
    question = st.builds(
        Question,
        st.sampled_from([FROM_SEGMENT, FROM_SEGMENT, ENTIRE, ENTIRE, LOOK, LOOK, "OTHER"]),
        known | known | heard_of,
        st.none() | live | heard_of | starting,
        st.none() | late | late.map(lambda seconds: seconds + TWO_YEARS),
        st.dictionaries(heard_of, FACTS, max_size=3),
        st.fixed_dictionaries({field: st.sampled_from(readings) for field, readings in READINGS.items()}),
    )
    return records, draw(st.lists(question, min_size=1, max_size=12))


@given(cases())
def test_the_three_agree_on_random_histories(case: Case) -> None:
    assert_one_opinion([case])


@given(cases(), st.integers(1, 3))
def test_oracle_and_program_agree_wherever_the_limit_is(case: Case, limit: int) -> None:
    """The engine's limit is AWS's; the others' can be so small that a walk of a few contacts goes beyond it."""
    with mock.patch.object(oracle, "LIMIT", limit):
        by_oracle = list(of_oracle([case]))
    program = of_program([case], PROGRAM.replace("#const limit = 100.", f"#const limit = {limit}."))
    assert [each._replace(stopped_at=None) for each in program] == by_oracle


# ------------------------------------------------------------------------------------------------ the battery


def _chat(name: str, begun: int | None, ended: int | None = None, **more: object) -> Record:
    """The first contact of a session; times in seconds after BEGIN."""
    alone = {"initial": None, "previous": None, "related": None, "type": None, "related_is_link": True}
    of_it = {"channel": "CHAT", "customer": None, "transcript": None}
    times = {"initiated": begun and BEGIN + begun, "ended": ended and BEGIN + ended}
    return {"id": name, **alone, **of_it, **times, **more}


def _later(name: str, previous: str | None, begun: int | None, ended: int | None = None, **more: object) -> Record:
    """A later contact of the session of its letter."""
    return _chat(name, begun, ended, **{"initial": f"{name[0]}1", "previous": previous, **more})


def _under_each(field: str, kind: str, source: str, *more: Any) -> Iterator[Question]:
    yield from (Question(kind, source, *more)._replace(readings={field: each}) for each in READINGS[field])


MISSING, LARGE = {"status": "missing"}, {"status": "available", "size": 5_000_001}
FULL, ELSEWHERE = {"status": "available", "size": 5_000_000}, {"status": "available", "misplaced": True}
CHAIN = [_chat("a1", 1, 2), _later("a2", "a1", 3, 4), _later("a3", "a2", 5, 6)]

LINEAR: Case = (
    [
        *(*CHAIN, _later("a4", "a3", 8, 9, channel="TASK"), _chat("b1", 10, 11)),
        *(_chat("c1", 1, 2), _later("c2", "c1", 3, 9), _later("c3", "c2", 4, 8)),
        *(_chat("z9", 1, 2), _later("z5", "z9", 3, 9, initial="z9"), _later("z7", "z5", 4, 8, initial="z9")),
    ],
    [
        *(Question(FROM_SEGMENT, each) for each in ("a2", "nobody")),
        *(Question(ENTIRE, "a1"), Question("OTHER", "a1"), Question(LOOK, "nobody")),
        *(Question(FROM_SEGMENT, "a2", each) for each in ("nobody", _chat("new", 20), _chat("new", 20, 21))),
        *_under_each("entire_view", ENTIRE, "c1"),
        *_under_each("entire_view", ENTIRE, "z9"),
        *_under_each("entire_source", ENTIRE, "a2"),
        *(each for late in (60, 65, 66) for each in _under_each("early_call", FROM_SEGMENT, "a2", None, BEGIN + late)),
        Question(FROM_SEGMENT, "a2", now=BEGIN + TWO_YEARS + 4),
    ],
)
LINKED: Case = (
    [
        *(*CHAIN, _chat("b1", 10, 11, related="a2"), _later("b2", "b1", 12, 13), _chat("c1", 20, customer="Ana")),
        *(_chat("d1", 9, related="a1"), _chat("f1", 40, related="a1", related_is_link=False)),
        *(_chat("e1", 30, 31, customer="Bo", transcript=MISSING), _later("e2", "e1", 31, 32, customer="Ana")),
        _later("e3", "e2", 33, 34, related="a3"),
    ],
    [
        *_under_each("link_scope", LOOK, "b2"),
        *_under_each("link_scope", LOOK, "e2"),
        *_under_each("link_scope", FROM_SEGMENT, "e2"),
        *(Question(LOOK, "f1"), Question(ENTIRE, "b1")),
        *(Question(FROM_SEGMENT, each) for each in ("c1", "e1")),
        *(Question(FROM_SEGMENT, "b2", each) for each in ("b1", "c1")),
        Question(FROM_SEGMENT, "a2", "d1"),
        *(
            each
            for source in ("a1", "e1", "e2")
            for each in _under_each("customer_mismatch", FROM_SEGMENT, source, "c1")
        ),
        *_under_each("customer_mismatch", FROM_SEGMENT, "e1"),
        *_under_each("unavailable", FROM_SEGMENT, "b2", None, None, {"a2": MISSING, "a1": LARGE}),
        *_under_each("unavailable", FROM_SEGMENT, "b2"),
        *(Question(FROM_SEGMENT, "b2", facts={"a2": each}) for each in (FULL, LARGE, ELSEWHERE)),
        Question(FROM_SEGMENT, "e1", now=BEGIN + 50, facts={"e1": FULL}),
    ],
)
BRANCHED: Case = (
    [
        *(_chat("f1", 1, 9), _later("f2", "f1", 2, 8), _later("f3", "f1", 3, 5), _later("f4", "f3", 1, 4)),
        *(_chat("g1", 20, 21, related="f3", type=ENTIRE), _chat("h1", 30, related="f3", type=FROM_SEGMENT)),
        *(_chat("i1", 1, 2), _later("i2", "i1", 3, 5), _later("i3", "i1", 4, 4)),
        *(_chat("j1", 20, 21, related="f3"), _later("j2", "j1", 22, 23, type=ENTIRE)),
    ],
    [
        *_under_each("most_recent", ENTIRE, "f1"),
        *_under_each("most_recent", ENTIRE, "i1"),
        *_under_each("entire_view", ENTIRE, "f1"),
        *(Question(LOOK, each) for each in ("g1", "h1", "j1")),
    ],
)
GOING_ON: Case = (
    [_chat("a1", None, 2), _later("a2", "a1", 3), _later("a3", "a1", 4, 5)],
    [
        *_under_each("ended", FROM_SEGMENT, "a1"),
        *_under_each("ended", FROM_SEGMENT, "a1", "a2"),
        *_under_each("ended", ENTIRE, "a1"),
        Question(ENTIRE, "a1", now=BEGIN + 50, facts={"a2": FULL, "a3": FULL}, readings={"ended": "SEGMENT"}),
    ],
)
WEEK = 10_080 * 60
OVERDUE: Case = (
    [
        *(_chat("a1", 1), _later("a2", "a1", 3), _chat("b1", 1, 9), _later("b2", "b1", 2), _chat("c1", 50)),
        *(_later("d2", "d1", 1), _later("d3", "d2", 2)),
    ],
    [
        *(Question(kind, "a1", now=BEGIN + WEEK + late) for kind in (FROM_SEGMENT, ENTIRE) for late in (1, 2)),
        *(Question(kind, "b1", now=BEGIN + WEEK + 2) for kind in (FROM_SEGMENT, ENTIRE)),
        *(Question(FROM_SEGMENT, "b1", "c1", BEGIN + WEEK + late) for late in (40, 51)),
        Question(ENTIRE, "d1", now=BEGIN + WEEK + 9),
    ],
)
UNKNOWN: Case = (
    [
        *(_chat("a1", 1, 2, related="c1"), _later("a3", "a2", 5, 6)),
        *(_later("b2", None, 1, 2), _chat("c1", 3, 4, related="d1")),
    ],
    [
        *(Question(FROM_SEGMENT, each) for each in ("a2", "a3", "b1", "c1", "d1")),
        *(Question(ENTIRE, each) for each in ("b1", "d1")),
        *_under_each("entire_view", ENTIRE, "a1"),
        *(Question(LOOK, "a3"), Question(FROM_SEGMENT, "a2", facts={"a2": MISSING})),
    ],
)
CHANNELS: Case = (
    [
        *(_chat("a1", 1, 2, channel="TASK"), _chat("b1", 3, channel="TASK"), _chat("c1", 4, 5, channel=None)),
        *(_chat("d1", 6, 7, related="a1"), _chat("e1", 8, 9, related="a1", type=FROM_SEGMENT)),
        *(_chat("f1", 1, 2), _later("f2", "f1", 3, 4, related="f1"), _chat("g1", 8, 9, channel="TASK", related="c1")),
        *(_chat("h1", 1, 2), _later("h2", "h1", 3, 4, channel="TASK", transcript=MISSING), _later("h3", "h2", 5, 6)),
    ],
    [
        *(Question(FROM_SEGMENT, each) for each in ("a1", "c1", "d1", "e1")),
        *(Question(LOOK, each) for each in ("d1", "e1", "f2", "g1")),
        *(Question(FROM_SEGMENT, "c1", "b1"), Question(FROM_SEGMENT, "h3", readings={"unavailable": "STOP"})),
    ],
)
CIRCLES: Case = (
    [
        *(_chat("a1", 1, 2), _later("a2", "a1", 3, related="b1")),
        *(_chat("b1", 1, 2), _later("b2", "b1", 3, 4, related="a1")),
        *(_chat("c1", 1, 2), _later("c2", "c1", 3)),
        *(_chat("d1", 5, 6, related="c1"), _later("d2", "d1", 7, 8)),
        *(_chat("e1", 9), _chat("f1", 10, 11, related="e1"), _later("f2", "f1", 12, 13)),
    ],
    [
        *(Question(LOOK, each) for each in ("a2", "b2")),
        *(Question(FROM_SEGMENT, "b2"), Question(FROM_SEGMENT, "d2", "c2"), Question(FROM_SEGMENT, "f2", "e1")),
    ],
)
LONG: Case = (
    [
        *(_chat("a1", 1, 2), _later("a2", "a1", 3, 4, channel="TASK")),
        *(_later(f"a{n}", f"a{n - 1}", n, n + 1) for n in range(3, 103)),
    ],
    [
        *_under_each("beyond_limit", ENTIRE, "a1"),
        *_under_each("beyond_limit", FROM_SEGMENT, "a100"),
        *_under_each("unavailable", ENTIRE, "a1"),
        *_under_each("unavailable", ENTIRE, "a1", None, None, {"a1": MISSING}),
        Question(ENTIRE, "a1", facts={"a50": MISSING}, readings={"beyond_limit": "REFUSE", "unavailable": "STOP"}),
    ],
)
SHORT = [LINEAR, LINKED, BRANCHED, GOING_ON, OVERDUE, UNKNOWN, CHANNELS, CIRCLES]


def test_the_three_agree_on_the_battery() -> None:
    assert_one_opinion([*SHORT, LONG])


# ------------------------------------------------------------------------------------------------ the program itself


def _statements() -> list[clingo.ast.AST]:
    parsed: list[clingo.ast.AST] = []
    clingo.ast.parse_string(PROGRAM, parsed.append)
    return [each for each in parsed if each.ast_type in {clingo.ast.ASTType.Definition, clingo.ast.ASTType.Rule}]


def _unnoticed(programs: Mapping[str, Sequence[clingo.ast.AST]]) -> list[str]:
    """Name the changed programs that answer the battery as the engine does; most are convicted by short histories."""
    whole = {"short": (SHORT, list(of_engine(SHORT))), "long": ([LONG], list(of_engine([LONG])))}
    return [
        change
        for change, statements in programs.items()
        if all(_answers("\n".join(map(str, statements)), asked) == answers for asked, answers in whole.values())
    ]


def _answers(program: str, asked: list[Case]) -> list[Opinion] | None:
    """Give the answers, or None where the text is no program any more, or answers twice."""
    try:
        return of_program(asked, program)
    except (RuntimeError, ValueError):
        return None


@pytest.mark.slow
def test_no_statement_of_the_program_is_idle() -> None:
    statements = _statements()
    without = {str(each): statements[:place] + statements[place + 1 :] for place, each in enumerate(statements)}
    assert _unnoticed({"nothing": statements}) == ["nothing"]
    assert _unnoticed(without) == []


def test_the_program_cites_rules_of_the_catalogue_alone() -> None:
    cited = set(re.findall(r"(?:identity|eligibility|start|visibility)\.[a-z-]+", PROGRAM))
    assert cited <= set(RULES)


def test_the_program_can_be_read_in_one_sitting() -> None:
    assert len(_statements()) <= 105
    assert len(PROGRAM.splitlines()) <= 150
