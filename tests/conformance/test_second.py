"""A second implementation, by the rules and the suite's page alone, passes; its wrong variants are convicted."""

from __future__ import annotations

from itertools import count

import pytest

from conformance.second.book import POLICIES, Dice
from conformance.second.target import Second
from conformance.second.wrongs import WRONGS
from rehydration.conformance.casebook import all_cases
from rehydration.conformance.running import FAILED, NOT_ASKED, NOT_SHOWN, PASSED
from rehydration.conformance.suite import run

CASES = all_cases()


def failed(factory, cases=CASES):
    return [each.case.case_id for each in run("second", factory, cases).outcomes if each.status == FAILED]


def test_it_passes():
    score = run("second", Second, all_cases())
    assert [each.case.case_id for each in score.outcomes if each.status not in (PASSED, NOT_ASKED)] == []
    assert score.conforms


@pytest.mark.parametrize(
    ("name", "reading"), [(name, reading) for name, (_, *others) in POLICIES.items() for reading in others]
)
def test_it_passes_under_every_reading_of_what_is_open(name, reading):
    assert failed(lambda: Second(policy={name: reading})) == []


@pytest.mark.parametrize("first", [1, 1_000_001])
def test_it_passes_whatever_it_does_where_the_rules_leave_it_open(first):
    seeds = count(first)
    score = run("second", lambda: Second(Dice(next(seeds))), all_cases())
    not_passed = {(each.case.case_id, each.status) for each in score.outcomes if each.status not in (PASSED, NOT_ASKED)}
    assert not_passed <= {("protocol.plan-before-commit/nothing-is-left", NOT_SHOWN)}  # where it lists nothing else
    assert score.conforms


@pytest.mark.parametrize("wrong", WRONGS, ids=lambda each: each.__name__)
def test_a_wrong_variant_is_convicted_by_its_own_rule(wrong):
    of_its_rule = [each for each in CASES if WRONGS[wrong] in each.rules]
    assert failed(wrong, of_its_rule) != []
