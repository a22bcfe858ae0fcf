"""The cases themselves: of their form, about rules that there are, and no two alike."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rehydration import RULES
from rehydration.conformance.casebook import (
    FIRST_SET,
    Case,
    all_cases,
    chosen,
    published_cases,
    read_cases,
    requirement_sets,
    retirements,
    schema,
)
from rehydration.conformance.faults import CaseMalformed
from rehydration.conformance.running import run_case
from rehydration.conformance.targets import EngineTarget, ServiceTarget
from rehydration.examples import EXAMPLES
from rehydration.policies import QUESTIONS

CASES = all_cases()
FOLDER = files("rehydration.conformance") / "cases"
SCHEMA = schema()
SEEN = [each for each in RULES.values() if each.seen_by.value in ("wire", "seed")]


@pytest.mark.parametrize(
    "file", sorted(each.name for each in FOLDER.iterdir() if each.name not in ("case.schema.json", "retired.json"))
)
def test_a_file_of_cases_follows_the_schema(file: str) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    data = json.loads((FOLDER / file).read_text(encoding="utf-8"))
    problems = [f"{each.json_path}: {each.message[:200]}" for each in Draft202012Validator(SCHEMA).iter_errors(data)]
    assert problems == []
    assert {Case.of_data(each).group for each in data} == {file.removesuffix(".json")}


def test_ids_are_unique() -> None:
    ids = Counter(case.case_id for case in published_cases())
    assert [each for each, number in ids.items() if number > 1] == []


def digest(cases: Any) -> str:
    told = json.dumps(sorted((dict(each.data) for each in cases), key=lambda each: each["id"]), sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def test_a_published_case_is_never_edited() -> None:
    """Add another beside it, with `since`, and retire it in `retired.json`."""
    assert digest(all_cases(FIRST_SET)) == "19b7e1990c3c02b3"


def test_a_requirement_set_has_what_was_published_by_then_and_not_retired() -> None:
    assert requirement_sets()[0] == FIRST_SET
    assert all_cases() == all_cases(requirement_sets()[-1])
    assert {each.since for each in all_cases(FIRST_SET)} == {FIRST_SET}
    assert len(all_cases(FIRST_SET)) == 186
    for case in all_cases():
        assert case.case_id not in retirements()
    with pytest.raises(CaseMalformed, match=r"there is no requirement set '1999': expected one of 2026\.11, "):
        all_cases("1999")


@pytest.mark.parametrize("gone", retirements().values(), ids=lambda each: each.case_id)
def test_a_retired_case_was_published_and_says_what_is_asked_instead(gone: Any) -> None:
    published = {each.case_id: each for each in published_cases()}
    assert published[gone.case_id].since < gone.since
    assert [each for each in gone.instead if each not in published or each in retirements()] == []
    with pytest.raises(CaseMalformed, match=f"is retired since {gone.since}: {re.escape(gone.reason)}"):
        chosen(all_cases(), [gone.case_id])


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.case_id)
def test_a_case_stands_on_rules_that_are_as_sure(case: Case) -> None:
    """What a documented case demands is documented."""
    strength = ["smoke", "documented", "inferred", "open"].index
    assert [name for name in case.rules if strength(RULES[name].standing.value) > strength(case.standing)] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.case_id)
def test_a_case_is_about_rules_that_there_are(case: Case) -> None:
    assert [name for name in case.rules if name not in RULES] == []
    if case.group not in ("examples", "smoke"):
        assert case.case_id.startswith(f"{case.rules[0]}/")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.case_id)
def test_a_title_is_a_sentence_in_the_present_tense(case: Case) -> None:
    assert not re.search(r"\b(should|shall|must|will|would)\b", case.title), case.title
    assert case.title[0].isupper()
    assert not case.title.endswith(".")


@pytest.mark.parametrize("rule", SEEN, ids=lambda rule: str(rule.id))
def test_a_rule_that_a_target_can_show_has_two_cases(rule: Any) -> None:
    about = [case for case in CASES if rule.id in case.rules]
    assert len(about) >= 2, [case.case_id for case in about]
    assert any(case.rules[0] == rule.id for case in about)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.case_id)
def test_readings_are_of_the_policy(case: Case) -> None:
    legal = {name: set(question.__members__) for name, question in QUESTIONS.items()}
    for step in case.steps:
        for alternative in step.get("accept", ()):
            for name, reading in alternative.get("reading", {}).items():
                assert reading in legal[name]


def test_every_reading_of_the_policy_is_observed_by_a_case() -> None:
    told = defaultdict(set)
    for case in CASES:
        for step in case.steps:
            for alternative in step.get("accept", ()):
                for name, reading in alternative.get("reading", {}).items():
                    told[name].add(reading)
    assert told == {name: set(question.__members__) for name, question in QUESTIONS.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.case_id)
def test_a_case_needs_what_it_uses(case: Case) -> None:
    used = set()
    operations = {step["call"] for step in case.steps if "call" in step}
    of_contacts = {
        "CreateParticipant",
        "DescribeContact",
        "ListAssociatedContacts",
        "GetContactAttributes",
        "UpdateContactAttributes",
    }
    used |= {"wire"} if operations - of_contacts else set()
    used |= {"contacts"} if operations & of_contacts else set()
    used |= {"seed"} if case.world else set()
    used |= {"advance"} if any("advance" in step for step in case.steps) else set()
    used |= {"transcript"} if any("items" in step for step in case.steps) else set()
    of_participants = {
        "CreateParticipantConnection",
        "SendMessage",
        "SendEvent",
        "GetTranscript",
        "DisconnectParticipant",
    }
    used |= {"transcript"} if operations & of_participants or any("pages" in step for step in case.steps) else set()
    used |= {"observe"} if any("visible" in step for step in case.steps) else set()
    assert used <= case.needs | ({"observe"} if "transcript" in case.needs else set())
    assert case.needs - used <= {"transcript", "wire"}


def shape(case: Case) -> str:
    """A case without its names: symbols numbered in the order in which they come, texts of its own left out."""
    told = json.dumps({"world": case.world, "steps": case.steps}, sort_keys=True)
    numbers: dict[str, str] = {}
    return re.sub(r"\$[A-Za-z][A-Za-z0-9]*", lambda found: numbers.setdefault(found[0], f"${len(numbers)}"), told)


def test_no_two_cases_are_alike_up_to_renaming() -> None:
    alike = defaultdict(list)
    for case in CASES:
        alike[shape(case)].append(case.case_id)
    assert [each for each in alike.values() if len(each) > 1] == []


def test_every_worked_example_is_a_case() -> None:
    assert len([case for case in CASES if case.group == "examples"]) >= len(EXAMPLES) == 12


def test_the_case_on_the_format_page_follows_the_schema_and_runs(tmp_path: Any) -> None:
    page = (Path(__file__).parents[2] / "docs" / "conformance.md").read_text(encoding="utf-8")
    path = tmp_path / "cases.json"
    path.write_text(f"[{page.partition('```json')[2].partition('```')[0]}]")
    [case] = read_cases(path)
    assert [run_case(case, each).status for each in (ServiceTarget, EngineTarget)] == ["passed", "passed"]


def test_the_format_page_names_all_that_a_case_can_say() -> None:
    page = (Path(__file__).parents[2] / "docs" / "conformance.md").read_text(encoding="utf-8")
    defined = SCHEMA["$defs"]
    parts = ("case", "world", "chain", "fact", "call", "visible", "pages", "advance", "settle")
    names = {name for part in parts for name in defined[part]["properties"]}
    names |= {*defined["accept"]["items"]["properties"], *defined["case"]["properties"]["needs"]["items"]["enum"]}
    assert {name for name in names if name not in re.sub(r"\W", " ", page).split()} == set()


def test_cases_are_chosen_by_id_rule_or_group() -> None:
    some = next(each for each in CASES if each.rules)
    assert chosen(CASES, [some.case_id]) == (some,)
    assert some in chosen(CASES, [some.rules[0]])
    assert {each.group for each in chosen(CASES, [some.group])} >= {some.group}
    assert chosen(CASES, []) == CASES
    with pytest.raises(CaseMalformed, match="no case, rule or group is called 'nonsense'"):
        chosen(CASES, ["nonsense"])


def test_cases_are_chosen_by_standing_and_by_what_they_need() -> None:
    assert {each.standing for each in chosen(CASES, standings=["open", "inferred"])} == {"open", "inferred"}
    found = chosen(CASES, ["visibility"], standings=["documented"], needs=["seed", "contacts"])
    assert found == tuple(
        each
        for each in CASES
        if each.group == "visibility" and each.standing == "documented" and each.needs & {"seed", "contacts"}
    )
    with pytest.raises(CaseMalformed, match="no case is of all that"):
        chosen(CASES, ["smoke"], needs=["seed"])


def told(**changes: Any) -> Any:
    [case] = chosen(CASES, ["eligibility.ended-scope/an-ended-segment"])
    return {**json.loads(json.dumps(dict(case.data))), **changes}


@pytest.mark.parametrize(
    ("case", "problem"),
    [
        (told(rules=["start.nonsense"]), r"$[1].rules[0]: no rule is called 'start.nonsense'"),
        (told(rules=[]), "$[1].rules: it names no rule"),
        (told(standing="documented"), "$[1].standing: 'documented' is more than its rule eligibility.ended-scope is"),
        (
            told(steps=[{"call": "X", "accept": [{"answer": {}, "reading": {"ending": "SESSION"}}]}]),
            "$[1].steps[0].accept[0].reading: 'ending' is no field of Policy",
        ),
        (
            told(steps=[{"call": "X", "accept": [{"answer": {}, "reading": {"ended": "NEVER"}}]}]),
            "$[1].steps[0].accept[0].reading: 'NEVER' is no reading of ended: expected one of SESSION, SEGMENT",
        ),
    ],
)
def test_a_case_of_ones_own_is_compared_with_the_rules_and_the_policy(case: Any, problem: str, tmp_path: Any) -> None:
    path = tmp_path / "cases.json"
    path.write_text(json.dumps([dict(CASES[5].data), case]))
    with pytest.raises(CaseMalformed, match=re.escape(problem)):
        read_cases(path)


def test_the_last_step_shows_and_what_only_makes_a_link_prepares() -> None:
    link = {"call": "StartChatContact", "accept": [{"answer": {"ContinuedFromContactId": "$C1"}}]}
    plain = {"call": "StopContact"}
    looked = {"call": "GetTranscript", "accept": [{"answer": {}}]}

    def shows(rule: str, *steps: Any) -> list[bool]:
        case = Case.of_data({**told(rules=[rule]), "steps": list(steps)})
        return [case.shows(place) for place in range(len(steps))]

    assert shows("visibility.order", link, plain, looked, plain) == [False, False, True, True]
    assert shows("start.from-segment", link, looked, {**looked, "prepares": True}, plain) == [True, True, False, True]
    assert shows("identity.session", link, plain) == [True, True]
    assert shows("start.related", link, plain) == [False, True]


def test_a_fault_of_a_case_is_told_where_it_is(tmp_path: Any) -> None:
    path = tmp_path / "cases.json"
    data = json.loads(json.dumps(dict(CASES[0].data)))
    data["steps"][0]["expect"] = []
    path.write_text(json.dumps([dict(CASES[1].data), data]))
    fault = re.escape("$[1].steps[0]: Additional properties are not allowed ('expect'")
    with pytest.raises(CaseMalformed, match=fault):
        read_cases(path)


@pytest.mark.parametrize("text", ["", "{}", "[7]", '[{"id": "a"}]', "[nonsense"])
def test_a_file_of_ones_own_is_of_the_format_or_told_not_to_be(text: str, tmp_path: Any) -> None:
    path = tmp_path / "cases.json"
    path.write_text(text)
    with pytest.raises(CaseMalformed, match=re.escape(str(path))):
        read_cases(path)
    with pytest.raises(CaseMalformed, match="No such file"):
        read_cases(tmp_path / "nowhere.json")
    path.write_text(json.dumps([dict(CASES[0].data)]))
    assert read_cases(path) == (CASES[0],)
