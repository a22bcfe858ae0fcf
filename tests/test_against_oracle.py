"""The engine against the oracle: every small history exhaustively, and random ones with everything in them."""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from typing import Any
from unittest import mock

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import oracle
from bulk.answering import within
from enumeration import READINGS, describe, histories, policies, questions, telling_policies
from oracle import Answer, History, Refused
from rehydration import (
    ContactGraph,
    Explanation,
    Policy,
    Reading,
    Rehydration,
    RehydrationRequest,
    RuleForbids,
    Verdict,
    certainty,
    explain,
    walk,
)
from rehydration.certainties import When, holds
from rehydration.explanation import explain_past
from rehydration.knowledge import NOTHING_KNOWN, Knowledge
from rehydration.policies import QUESTIONS, policies_with
from trying import examples
from worlds import BEGIN, FACTS, Record, at, contact, fact, ids, worlds


def told(answer: Rehydration | RuleForbids) -> tuple[object, ...]:
    """What an answer of the engine and one of the oracle have in common, but for warnings and dropped contacts."""
    if isinstance(answer, RuleForbids):
        return (answer.rule,)
    listed = tuple((each.contact_id, answer.availability(each.contact_id).value) for each in answer.visible)
    return (answer.continued_from_contact_id, listed, answer.beyond_limit, answer.incomplete)


def told_by_oracle(answer: Answer) -> tuple[object, ...]:
    return (answer.rule,) if isinstance(answer, Refused) else answer[:4]


POLICIES = policies()
NUMBER = {tuple(fields.items()): number for number, fields in enumerate(POLICIES)}


@cache
def numbers(when: When) -> frozenset[int]:
    """The policies, of the 48 that can matter to an enumerated history, which fulfil a condition."""
    return frozenset(number for number, fields in enumerate(POLICIES) if holds(when, Policy(**fields)))


def reads_records_as_we_do(when: When) -> bool:
    """Whether a condition allows our reading of each doubt that is about records."""
    of_records = {each.doubt for each in when if each.doubt.kind != "policy"}
    return all(Reading(doubt, doubt.readings[0]) in when for doubt in of_records)


def differences(part: int, parts: int, contacts: int) -> tuple[int, int, int, list[str]]:
    """Compare every question about every so manieth history of some size; count histories, questions and answers."""
    counted = [0, 0, 0]
    found: list[str] = []
    for turn, history in enumerate(histories(contacts, reduced=True)):
        if turn % parts != part:
            continue
        graph, prepared = ContactGraph.from_contacts(map(contact, history)), History(history)
        counted[0] += 1
        for kind, source in questions(history):
            asked = telling_policies(history, kind)
            counted[1] += 1
            counted[2] += len(asked)
            outcomes = [
                (told(outcome.answer), frozenset().union(*map(numbers, filter(reads_records_as_we_do, outcome.when))))
                for outcome in certainty(graph, RehydrationRequest(kind, source)).outcomes
            ]
            for fields in asked:
                number = NUMBER[tuple(fields.items())]
                answers = [answer for answer, under in outcomes if number in under]
                expected = told_by_oracle(oracle.resolve(prepared, kind, source, fields))
                if answers != [expected]:
                    found.append(f"{describe(history)}\n{kind} {source} {fields}\n{answers}\n{expected}")
    return (*counted, found)


POLICY_FIELDS = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in READINGS.items()})
NOW = st.none() | st.sampled_from([BEGIN + 70, BEGIN + 130, BEGIN + 220, BEGIN + 300, BEGIN + 2 * 366 * 86_400])


@st.composite
def questions_of_worlds(draw: st.DrawFn) -> tuple[list[Record], str, str, dict[str, Any], dict[str, str]]:
    records = draw(worlds())
    named = ids(records)
    circumstances = {
        "target": draw(st.none() | st.sampled_from(named)),
        "transcripts": draw(st.dictionaries(st.sampled_from(named), FACTS, max_size=3)),
        "now": draw(NOW),
    }
    return (
        records,
        draw(st.sampled_from(oracle.TYPES)),
        draw(st.sampled_from(named)),
        circumstances,
        draw(POLICY_FIELDS),
    )


def for_engine(circumstances: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **circumstances,
        "now": at(circumstances["now"]),
        "transcripts": {key: fact(value) for key, value in circumstances["transcripts"].items()},
    }


def account(explanation: Explanation) -> tuple[object, ...]:
    """All that the oracle tells of an answer too."""
    dropped = frozenset(each.contact_id for each in explanation.with_verdict(Verdict.DROPPED))
    warnings = frozenset(each.rule for each in explanation.answer.warnings)
    return (*told(explanation.answer), warnings, dropped)


@given(questions_of_worlds())
def test_every_answer_is_the_oracles(asked: tuple[list[Record], str, str, dict[str, Any], dict[str, str]]) -> None:
    records, kind, source, circumstances, fields = asked
    expected = oracle.resolve(History(records), kind, source, fields, **circumstances)
    graph = ContactGraph.from_contacts(map(contact, records))
    request, arguments = RehydrationRequest(kind, source), {**for_engine(circumstances), "policy": Policy(**fields)}
    try:
        found: object = account(explain(graph, request, **arguments))
    except RuleForbids as refusal:
        found = Refused(refusal.rule)
    assert found == expected


@given(questions_of_worlds())
def test_what_a_linked_chat_sees_is_the_oracles(
    asked: tuple[list[Record], str, str, dict[str, Any], dict[str, str]],
) -> None:
    records, _, contact_id, circumstances, fields = asked
    del circumstances["target"]
    expected = oracle.visible_past(History(records), contact_id, fields, **circumstances)
    graph = ContactGraph.from_contacts(map(contact, records))
    try:
        found: object = account(explain_past(graph, contact_id, **for_engine(circumstances), policy=Policy(**fields)))
    except RuleForbids as refusal:
        found = Refused(refusal.rule)
    assert found == expected


@pytest.mark.parametrize("limit", [1, 2, 4])
@given(asked=questions_of_worlds())
def test_every_answer_beyond_a_small_limit_is_the_oracles(
    limit: int, asked: tuple[list[Record], str, str, dict[str, Any], dict[str, str]]
) -> None:
    with mock.patch.object(oracle, "LIMIT", limit), mock.patch.object(walk, "PAST_CONTACT_LIMIT", limit):
        test_every_answer_is_the_oracles.hypothesis.inner_test(asked)  # type: ignore[attr-defined]


TRUNCATES = Knowledge(policies_with("beyond_limit", "TRUNCATE"), 1)
"""An instance that shows as much as the limit allows."""


@examples(0.3)
@given(questions_of_worlds(), st.sampled_from([1, 2, 4, 100]), st.sampled_from([NOTHING_KNOWN, TRUNCATES]))
def test_readings_are_brute_force(
    asked: tuple[list[Record], str, str, dict[str, Any], dict[str, str]], limit: int, known: Knowledge
) -> None:
    """Of the policy alone: the readings of records are in ``test_certainty``."""
    with mock.patch.object(oracle, "LIMIT", limit), within(limit):
        check_readings(asked, known)


def check_readings(asked: tuple[list[Record], str, str, dict[str, Any], dict[str, str]], known: Knowledge) -> None:
    records, kind, source, circumstances, _ = asked
    history, graph = History(records), ContactGraph.from_contacts(map(contact, records))
    found = certainty(graph, RehydrationRequest(kind, source), **for_engine(circumstances), known=known)
    by_force = {}
    readable = set()
    for policy in known:
        fields = {name: getattr(policy, name).value for name in READINGS}
        answer = oracle.resolve(history, kind, source, fields, **circumstances)
        by_force[policy], shown = told_by_oracle(answer), () if isinstance(answer, Refused) else answer.visible
        readable.add(frozenset(name for name, state in shown if state in ("available", "not-ready")))
        possible = {told(each.answer) for each in found.outcomes if any(holds(when, policy) for when in each.when)}
        assert by_force[policy] in possible
        assert len(possible) == 1 or any(each.readings for each in found.depends_on if each.kind != "policy")
    if all(each.kind in ("policy", "records") for each in found.depends_on):
        counts = Counter(by_force.values())
        assert {told(each.answer): each.policies for each in found.outcomes} == counts
        matter = tuple(name for name in QUESTIONS if _matters(name, by_force))
        assert tuple(each.subject[0] for each in found.of_kind("policy")) == matter
        always, ever = frozenset.intersection(*readable), frozenset.union(*readable)
        assert found.readable_always == always or (found.is_lower_bound and found.readable_always < always)
        assert found.readable_sometimes == ever - found.readable_always


def _matters(name: str, by_force: Mapping[Policy, object]) -> bool:
    return any(
        answer != by_force[evolve(policy, **{name: other})]
        for policy, answer in by_force.items()
        for other in QUESTIONS[name]
        if evolve(policy, **{name: other}) in by_force
    )


@pytest.mark.parametrize(
    ("contacts", "counted"),
    [
        (1, (2, 4, 4)),
        (2, (17, 44, 82)),
        (3, (250, 808, 3_444)),
        pytest.param(4, (4_314, 16_768, 138_200), marks=pytest.mark.slow),
    ],
)
def test_every_history_of_up_to_four_contacts_is_answered_as_by_the_oracle(
    contacts: int, counted: tuple[int, int, int]
) -> None:
    assert differences(0, 1, contacts) == (*counted, [])


@pytest.mark.slow
def test_every_history_of_five_contacts_is_answered_as_by_the_oracle() -> None:
    parts = os.cpu_count() or 1
    with ProcessPoolExecutor(parts, mp_context=multiprocessing.get_context("spawn")) as pool:
        *counted, found = zip(*pool.map(differences, range(parts), [parts] * parts, [5] * parts), strict=True)
    assert [difference for each in found for difference in each] == []
    assert tuple(map(sum, counted)) == (84_652, 399_600, 4_895_942)
