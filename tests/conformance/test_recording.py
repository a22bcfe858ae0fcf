"""Recordings: what is kept of a run, and that it is judged again as it was judged then."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from conformance.second.target import Second
from conformance.second.wrongs import ForgetsTheLinkAfterATransfer
from rehydration.conformance.casebook import all_cases, chosen
from rehydration.conformance.faults import CaseMalformed
from rehydration.conformance.recording import Recorder, read_recording, schema
from rehydration.conformance.running import PASSED
from rehydration.conformance.scrubbing import Likeness, Scrub
from rehydration.conformance.suite import run

SOME = chosen(
    all_cases(), ["visibility.cumulative", "visibility.cut-persists", "eligibility.type-required", "paging.end"]
)


def recorded(path: Path, factory: Callable[[], Any], cases: Any = SOME) -> Any:
    recorder = Recorder(path, "python")
    return run("recorded", recorder.listening(factory), cases, seen=recorder.seen).outcomes


def told(outcomes: Any) -> list[tuple[str, str, int | None, Any, Any]]:
    return [(each.case.case_id, each.status, each.step, each.readings, each.codes) for each in outcomes]


@pytest.mark.parametrize("factory", [Second, ForgetsTheLinkAfterATransfer])
def test_a_recording_is_judged_as_the_run_was(tmp_path: Path, factory: Callable[[], Any]) -> None:
    path = tmp_path / "run.jsonl"
    outcomes = recorded(path, factory, all_cases())
    assert told(read_recording(path).judged(all_cases())) == told(outcomes)


def test_every_line_follows_the_schema(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    recorded(path, Second)
    follows = Draft202012Validator(schema())
    assert [line for line in path.read_text().splitlines() if not follows.is_valid(json.loads(line))] == []


def test_nothing_of_the_account_is_kept(tmp_path: Path) -> None:
    """Ids, tokens, addresses, names and texts that the suite did not say itself are none of its business."""
    secrets: list[str] = []

    class Telling(Second):
        instance_id = "arn:aws:connect:eu-west-2:123456789012:instance/secret-instance"

        def call(self, operation: str, parameters: Any) -> Any:
            answer = dict(super().call(operation, parameters))
            secrets.extend(value for name, value in answer.items() if name.endswith(("Id", "Token")) and value)
            return {
                **answer,
                "Phone": "+441632960001",
                "Names": {"Martha": ["martha@example.com"]},
                "Arn": self.instance_id,
            }

        def greet(self, chat: Any) -> None:
            self.say(chat, self.now(), Content="Welcome to Jones and Sons", DisplayName="Martha Jones")

        def refuse(self, code: str, message: str) -> Any:
            return super().refuse(code, f"{message}: {self.instance_id}, call +449876543210 or jo@example.org")

    path = tmp_path / "run.jsonl"
    recorded(path, Telling)
    text = path.read_text()
    kept = [
        each
        for each in (
            *secrets,
            "secret-instance",
            "123456789012",
            "1632960001",
            "9876543210",
            "Jones",
            "Martha",
            "martha",
        )
        if each in text
    ]
    assert (len(secrets) > 50, kept) == (True, [])
    assert re.search(r"a rehydration type and a source are required: scrubbed-\d+, call … or …", text)


def test_a_run_that_was_stopped_goes_on_where_it_stood(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    recorded(path, Second, SOME[:3])
    with path.open("a") as file:
        file.write('{"case": "paging.end/cut-o')
    before = Recorder(path, "python").before
    assert before is not None
    left = [each for each in SOME if each.case_id not in before.cases]
    assert left == list(SOME[3:])
    recorded(path, Second, left)
    assert told(read_recording(path).judged(SOME)) == told(run("at once", Second, SOME).outcomes)


def test_what_was_not_asked_or_broke_is_not_kept(tmp_path: Path) -> None:
    class Broken(Second):
        capabilities = frozenset({"wire", "transcript"})

        def call(self, operation: str, parameters: Any) -> Any:
            if operation == "GetTranscript":
                raise ValueError("oops")
            return super().call(operation, parameters)

    path = tmp_path / "run.jsonl"
    recorded(path, Broken)
    recording = read_recording(path)
    assert {each.partition("/")[0] for each in recording.cases} == {"eligibility.type-required"}
    reasons = {each.message for each in recording.judged(SOME) if each.status != PASSED}
    assert reasons <= {"needs seed", "needs advance", "needs advance, seed", "not in this recording"}


def test_a_case_that_is_another_one_now_is_told(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    recorded(path, Second)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[1]["exchanges"][-1]["asked"] = {"visible": "scrubbed-1"}
    del lines[2]["exchanges"][1:]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    first, second, *_ = read_recording(path).judged(SOME)
    assert [first.status, second.status] == ["error", "error"]
    assert first.message.startswith("the recording has {'visible': 'scrubbed-1'} where ")
    assert "the recording ends where " in second.message


@pytest.mark.parametrize(
    "text", ["", "[]\n", "{}\n", '{"format": "else/1"}\n', '{"format": "rehydration-recording/1"}\n', "no JSON\n"]
)
def test_what_is_no_recording_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text(text)
    with pytest.raises(CaseMalformed, match=r"run\.jsonl"):
        read_recording(path)


def test_a_recording_of_another_kind_of_endpoint_is_not_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    recorded(path, Second, SOME[:1])
    with pytest.raises(CaseMalformed, match="is of python, not of amazon-connect: name another file"):
        Recorder(path, "amazon-connect")


def test_a_name_stands_for_one_thing_on_both_sides() -> None:
    scrub = Scrub(["the-instance"])
    ids = ["11111111-2222-3333-4444-555555555555", "11111111-2222-3333-4444-666666666666"]
    asked = scrub.asked(
        {"InstanceId": "the-instance", "A": ids[0], "B": [ids[1], ids[0]], "At": "2026-01-01T09:00:00Z"}
    )
    assert asked == {
        "InstanceId": "scrubbed-1",
        "A": "scrubbed-2",
        "B": ["scrubbed-3", "scrubbed-2"],
        "At": "2026-01-01T09:00:00Z",
    }
    now = {"InstanceId": "i", "A": "x", "B": ["y", "x"], "At": "2030-01-01T09:00:00Z"}
    holds = Likeness().holds
    assert holds(asked, now)
    assert not holds(asked, {**now, "B": ["y", "y"]})
    for changed in ({**now, "A": 1}, {**now, "At": "later"}, {**now, "B": ["y"]}, {**now, "C": "x"}, {"A": "x"}):
        assert not partial(Likeness().holds, asked)(changed)


@pytest.mark.parametrize("secret", ["the-instance", "Id", "InitialContactId"])
def test_the_names_of_members_stay_whatever_is_answered(secret: str) -> None:
    scrub = Scrub([secret])
    answer = {"Untold": ["PreviousContactId", "RelatedContactId"], "DisplayName": "ParticipantDetails"}
    assert scrub.answered(answer) == answer
    scrub.answered({"DisplayName": "InitialContactId"})
    asked = scrub.asked({"InitialContactId": "C1", "ParticipantDetails": {"DisplayName": "Ana"}})
    assert asked == {"InitialContactId": "C1", "ParticipantDetails": {"DisplayName": "Ana"}}
