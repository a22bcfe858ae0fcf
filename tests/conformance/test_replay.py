"""The commands that record a run and judge it again, and the question before an account is asked."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from rehydration.cli import conformance as command
from rehydration.cli.commands import application
from rehydration.conformance.casebook import all_cases, chosen

ENDPOINT: Any = SimpleNamespace(
    capabilities=frozenset({"wire", "transcript"}), calls_per_second=2.0, settle_seconds=90.0
)
CASES = chosen(all_cases(), ["eligibility.many-per-source/two-chats"])


def asked(*arguments: str) -> Result:
    return CliRunner().invoke(application, ["conformance", *arguments])


def test_a_run_is_recorded_gone_on_with_and_judged_again(tmp_path: Path) -> None:
    file = str(tmp_path / "run.jsonl")
    first = asked("run", "--self", "start.from-segment", "--record", file)
    held = Path(file).read_text()
    second = asked("run", "--self", "start.from-segment", "--record", file)
    assert (first.exit_code, second.exit_code, second.output) == (0, 0, first.output)
    assert Path(file).read_text() == held
    report = tmp_path / "report.json"
    again = asked("replay", file, "start.from-segment", "smoke", "--report", "json", str(report))
    assert again.exit_code == 0
    assert (
        again.output.splitlines()[-1].partition("documented")[2]
        == first.output.splitlines()[-1].partition("documented")[2]
    )
    assert json.loads(report.read_text())["targets"][0]["conforms"] is True


def test_a_recording_without_what_is_asked_gives_no_verdict(tmp_path: Path) -> None:
    file = str(tmp_path / "run.jsonl")
    asked("run", "--self", "start.from-segment", "--record", file)
    result = asked("replay", file, "visibility")
    assert result.exit_code == 2
    assert "not in this recording" in result.output


def test_a_wrong_recording_and_a_wrong_use_are_told(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("{}\n")
    for arguments, told in (
        (["replay", str(tmp_path / "nowhere")], "nowhere cannot be read: No such file or directory"),
        (["replay", str(tmp_path / "other")], "other is no recording"),
        (["run", "--self", "--target", "a:b", "--record", "x"], "--record takes one target"),
        (["run", "--self", "--record", str(tmp_path / "other")], "other is no recording"),
    ):
        result = asked(*arguments)
        assert (result.exit_code, told in result.output.replace("\n", "")) == (2, True), result.output


def test_the_schema_is_printed() -> None:
    assert json.loads(asked("replay", "--schema").output)["title"].startswith("A line of a recording")


def test_a_user_agrees_beforehand(capsys: pytest.CaptureFixture[str]) -> None:
    command._agree(ENDPOINT, CASES, yes=True)
    told = capsys.readouterr().err
    assert told.startswith("This starts 3 chats and ends each after its case: about ")
    assert told.endswith(" calls at 2 a second, 1 wait of 90 s: 2 minutes.\n")


@pytest.mark.parametrize(
    ("is_terminal", "said", "told"),
    [
        (False, True, "there is no terminal to ask on: add --yes"),
        (True, False, "nothing was asked"),
        (True, True, None),
    ],
)
def test_nobody_is_asked_unless_the_user_agrees(
    monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool, said: bool, told: str | None
) -> None:
    monkeypatch.setattr(command.sys, "stdin", SimpleNamespace(isatty=lambda: is_terminal))
    monkeypatch.setattr(command.click, "confirm", lambda *_args, **_more: said)
    if told is None:
        command._agree(ENDPOINT, CASES, yes=False)
    else:
        with pytest.raises(command.SuiteProblem, match=told):
            command._agree(ENDPOINT, CASES, yes=False)
