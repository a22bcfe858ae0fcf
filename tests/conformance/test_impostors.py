"""Does the suite bite? Each impostor is convicted by a case that names the rule that it breaks, and told apart."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from attrs import fields
from hypothesis import HealthCheck, settings
from jsonschema import Draft202012Validator

from conformance.second.wrongs import ForgetsTheLinkAfterATransfer
from impostors import IMPOSTORS, Impostor
from public_fork import PublicFork
from rehydration import RULES, Policy
from rehydration.conformance.casebook import Case, all_cases, schema
from rehydration.conformance.properties import Differs, check
from rehydration.conformance.reporting import REPORTS, Made
from rehydration.conformance.running import run_case
from rehydration.conformance.scoring import Score, findings
from rehydration.conformance.suite import run
from rehydration.conformance.targets import EngineTarget, ServiceTarget
from rehydration.conformance.telling import written
from rehydration.policies import QUESTIONS

DOCS = Path(__file__).parents[2] / "docs"
QUICK = settings(
    max_examples=30,
    stateful_step_count=8,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def test_the_service_passes_every_case_and_is_asked_all() -> None:
    score = run("service", ServiceTarget, all_cases())
    assert [(each.case.case_id, each.message) for each in score.outcomes if each.status != "passed"] == []
    assert score.conforms


def test_an_impostor_that_does_nothing_wrong_conforms() -> None:
    score = run("impostor", Impostor, all_cases())
    assert [(each.case.case_id, each.message) for each in score.outcomes if each.status != "passed"] == []


@pytest.mark.parametrize("name", sorted(IMPOSTORS))
def test_an_impostor_is_convicted_by_a_case_that_names_its_rule(name: str) -> None:
    impostor = IMPOSTORS[name]
    about = [each for each in all_cases() if impostor.breaks in each.rules]
    convicted = [each.case_id for each in about if run_case(each, impostor).status == "failed"]
    assert convicted != []


def test_every_rule_that_a_target_can_show_and_that_is_not_open_is_broken_by_an_impostor() -> None:
    shown = {
        str(each.id)
        for each in RULES.values()
        if each.seen_by.value in ("wire", "seed") and each.standing.value != "open"
    }
    assert {kind.breaks for kind in IMPOSTORS.values()} == shown


def test_the_report_on_the_public_fork_tells_what_is_wrong_in_its_first_lines() -> None:
    name = "public_fork:PublicFork"
    score = run(name, PublicFork, all_cases())
    page = (DOCS / "conformance.md").read_text(encoding="utf-8")
    shown = page.partition("```text\n")[2].partition("\n```")[0]
    assert nameless(written(score).partition("\n\n")[0]) == nameless(shown)
    causes = [each.first.cause.partition(":")[0] for each in findings(score.outcomes, "failed")]
    assert causes[:6] == [
        "StopContact is refused with ResourceNotFoundException",  # it stores no chats
        "StartChatContact is answered, and is to be refused",  # it takes any type, and any source
        "StartChatContact",  # it does not look at PersistentChat
        "CreatePersistentContactAssociation is answered, and is to be refused",
        "CreatePersistentContactAssociation",  # it echoes the new chat's id
        "DescribeContact is refused with ResourceNotFoundException",  # it deletes what it stops
    ]
    report = REPORTS["markdown"]([score], Made())
    assert nameless(report) == nameless((DOCS / "reports" / "public-fork.md").read_text(encoding="utf-8"))


def nameless(text: str) -> str:
    """A text without the ids and times that differ from run to run."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "", text)


# --------------------------------------------------------------------------------------------------------- fingerprint

READINGS = [Policy(**{name: reading}) for name, question in QUESTIONS.items() for reading in question.__members__]
EVERY_48TH = list(Policy.every())[::48]
OBSERVING = [each for each in all_cases() if each.tells]


def told_back(score: Score) -> tuple[dict[str, str], list[tuple[str, str]]]:
    failed = [(each.case.case_id, each.message) for each in score.outcomes if each.status in ("failed", "error")]
    return dict(score.fingerprint), failed


def as_named(policy: Policy) -> dict[str, str]:
    return {each.name: getattr(policy, each.name).name for each in fields(Policy)}


@pytest.mark.parametrize("policy", dict.fromkeys(READINGS), ids=str)
def test_the_reading_that_the_engine_takes_is_told_back_and_no_case_fails_by_it(policy: Policy) -> None:
    score = run("engine", lambda: EngineTarget(policy), all_cases())
    assert told_back(score) == (as_named(policy), [])
    assert eval(str(score.policy), {"Policy": Policy}) == policy  # noqa: S307  # what is told can be pasted


@pytest.mark.parametrize("policy", dict.fromkeys(READINGS), ids=str)
def test_the_reading_that_the_service_takes_is_told_back(policy: Policy) -> None:
    score = run("service", lambda: ServiceTarget(policy=policy), OBSERVING)
    assert told_back(score) == (as_named(policy), [])


@pytest.mark.parametrize("policy", EVERY_48TH, ids=str)
def test_any_policy_of_the_engine_is_told_back(policy: Policy) -> None:
    score = run("engine", lambda: EngineTarget(policy), OBSERVING)
    assert told_back(score) == (as_named(policy), [])


def test_without_a_seed_what_cannot_be_told_is_said_not_to_be() -> None:
    class Bare(ServiceTarget):
        capabilities = frozenset({"wire", "contacts", "transcript"})

    score = run("bare", Bare, all_cases())
    assert score.conforms
    assert score.tally().not_asked == sum("seed" in each.needs or "advance" in each.needs for each in all_cases())
    assert score.fingerprint["entire_view"] == "cannot be told"


# ---------------------------------------------------------------------------------------------------------- properties


def test_the_service_and_the_engine_agree_on_random_histories() -> None:
    check(ServiceTarget, settings=QUICK)


@pytest.mark.slow
@pytest.mark.parametrize(
    "impostor",
    [
        IMPOSTORS["answers the new chat"],
        IMPOSTORS["forgets what the past was linked to"],
        ForgetsTheLinkAfterATransfer,
    ],
)
def test_a_target_that_differs_is_told_by_a_short_story_that_is_a_case(impostor: Any) -> None:
    with pytest.raises(Differs) as caught:
        check(impostor, settings=settings(QUICK, max_examples=60))
    problem, _, story = str(caught.value).partition("\n")
    assert problem
    told = json.loads(story)
    assert list(Draft202012Validator(schema()).iter_errors([told])) == []
    case = Case.of_data(told)
    assert run_case(case, ServiceTarget).status == "passed"
    assert run_case(case, impostor).status == "failed"
