"""The command line of evidence: check, narrow and next, and what was seen at every question."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from rehydration.cli.commands import application
from rehydration.evidence import EXPERIMENTS, Observation, read_observations, schema, write_observations

ENDED = next(each for each in EXPERIMENTS if each.name == "ended")
SHOWN = ENDED.observation(continued_from="A1", refused=None, shown=["A1"])
REFUSED = ENDED.observation(continued_from=None, refused="InvalidRequestException", shown=[])


SAID = "no policy explains observations 1 and 2 together; either these records are wrong, or our rules are."


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(application, ["evidence", *arguments])
    return result.exit_code, result.output


@pytest.fixture
def seen(tmp_path: Path) -> str:
    return kept(tmp_path / "seen.json", SHOWN)


def kept(path: Path, *observations: Observation) -> str:
    path.write_text(write_observations(observations), encoding="utf-8")
    return str(path)


def test_a_file_is_checked_and_scrubbed(seen: str, tmp_path: Path) -> None:
    scrubbed = tmp_path / "scrubbed.json"
    assert run("check", seen, "--scrub", str(scrubbed)) == (0, "1 observation: the form is right.\n")
    [found] = read_observations(scrubbed)
    assert found.shown == {"contact-001"}
    status, said = run("check", seen, "--scrub", str(scrubbed))
    assert (status, "exists already" in said) == (2, True)


def test_the_schema_is_printed() -> None:
    status, printed = run("check", "--schema")
    assert (status, json.loads(printed)) == (0, schema())
    assert run("check")[0] == 2


def test_what_was_seen_settles_a_field(seen: str) -> None:
    status, said = run("narrow", seen)
    first, *lines = said.splitlines()
    assert (status, first) == (0, "576 of 1,152 policies explain what was seen (by 1 observation on your instance).")
    assert lines[0].split() == ["ended", "settled", "SEGMENT"]
    assert lines[1].split() == ["early_call", "open", "WARN", "or", "REFUSE"]
    told = json.loads(run("narrow", seen, "--format", "json")[1])
    assert (told["Policies"], told["Observations"], told["Latest"]) == (576, 1, None)
    assert told["Fields"]["ended"] == ["SEGMENT"]


def test_what_excludes_one_another_ends_with_status_one(tmp_path: Path) -> None:
    path = kept(tmp_path / "both.json", SHOWN, REFUSED)
    assert run("narrow", path) == (
        1,
        f"{SAID} Tell us.\n",
    )
    status, told = run("narrow", path, "--format", "json")
    assert (status, json.loads(told)["Contradicting"]) == (1, [1, 2])


def test_the_next_experiment_says_what_each_result_would_mean(seen: str) -> None:
    status, said = run("next", seen)
    assert status == 0
    assert said.splitlines()[0] == "Experiment: entire_source"
    assert "  - the request is refused with InvalidRequestException: entire_source=INITIAL_ONLY" in said.splitlines()
    assert run("next")[1] == said
    every = json.loads(run("next", "--all", "--format", "json")[1])
    assert [each["Name"] for each in every] == [each.name for each in EXPERIMENTS]
    left = json.loads(run("next", seen, "--all", "--format", "json")[1])
    assert "ended" not in [each["Name"] for each in left]


def test_when_all_is_settled_nothing_is_left_to_do(tmp_path: Path) -> None:
    results = [each.results[0].answer for each in EXPERIMENTS]
    seen = []
    for experiment, answer in zip(EXPERIMENTS, results, strict=True):
        if isinstance(answer, Exception):
            refused = str(answer.code)  # type: ignore[attr-defined]  # a rule forbids it
            seen.append(experiment.observation(continued_from=None, refused=refused, shown=[]))
        else:
            start, shown = answer.continued_from_contact_id, answer.readable
            seen.append(experiment.observation(continued_from=start, refused=None, shown=shown))
    path = kept(tmp_path / "all.json", *seen)
    assert run("next", path) == (0, "Nothing is left to settle: one policy explains what was seen.\n")
    assert run("next", path, "--all") == run("next", path)


def test_a_question_takes_what_was_seen_into_account(tmp_path: Path) -> None:
    chosen = next(each for each in EXPERIMENTS if each.name == "entire_source")
    seen = kept(tmp_path / "seen.json", chosen.observation(continued_from="A2", refused=None, shown=["A1", "A2"]))
    asked = ["explain", "--example", "use-case-1", "--type", "ENTIRE_PAST_SESSION", "--source", "C2"]
    before = CliRunner().invoke(application, asked)
    after = CliRunner().invoke(application, [*asked, "--known", seen])
    assert (before.exit_code, after.exit_code) == (1, 0)
    assert "by 1 observation on your instance" in " ".join(after.output.split())
