"""The command line at its edges: full disks, closed streams, pipes that go away, control characters."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rehydration import cli

# newer Pythons also report the stream that a test closed for good when it goes away
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

COMMANDS = [
    ("explain", "--example", "use-case-1"),
    ("explain", "--example", "use-case-1", "--format", "svg"),
    ("compare", "--example", "use-case-1"),
    ("graph", "--example", "use-case-1"),
    ("plan", "--example", "use-case-1", "--show", "C2"),
    ("exposure", "--example", "use-case-1", "--contact", "C2"),
    ("check", "--example", "use-case-1", "--format", "json"),
    ("explore", "--example", "use-case-1", "-o", "-"),
    ("conformance", "list"),
    ("rules",),
    ("examples",),
    ("examples", "use-case-1"),
    ("--help",),
    ("--version",),
    ("check", "--help"),
]
by_command = pytest.mark.parametrize("command", COMMANDS, ids=" ".join)


class Failing(io.TextIOWrapper):
    """Standard output on which nothing can be written."""

    def __init__(self, number: int) -> None:
        class Raw(io.BufferedIOBase):
            def writable(self) -> bool:
                return True

            def write(self, _data: object) -> int:
                raise OSError(number, os.strerror(number))

        super().__init__(Raw(), encoding="utf-8")  # type: ignore[arg-type]  # all that it needs of a buffer

    def __del__(self) -> None:
        """What is still in it goes nowhere."""


def left(command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr(sys, "argv", ["rehydration", *command])
    monkeypatch.setattr(os, "dup2", lambda *_: None)  # the streams of the tests are not turned away
    with pytest.raises(SystemExit) as raised:
        cli.main()
    return raised.value.code


@by_command
def test_a_full_disk_is_one_line_and_status_2(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", Failing(errno.ENOSPC))
    assert left(command, monkeypatch) == 2
    assert capsys.readouterr().err == "Error: cannot go on: No space left on device\n"


@by_command
def test_a_pipe_that_goes_away_is_quiet(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", Failing(errno.EPIPE))
    assert left(command, monkeypatch) == 141
    assert capsys.readouterr().err == ""


@by_command
def test_a_closed_output_is_one_line_and_status_2(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert left(command, monkeypatch) == 2
    assert capsys.readouterr().err == "Error: cannot go on: standard output is closed\n"


@pytest.mark.parametrize("command", [("check", "-"), ("audit", "-", "--output", "x.csv")], ids=" ".join)
def test_a_closed_input_is_one_line_and_status_2(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert left(command, monkeypatch) == 2
    assert capsys.readouterr().err == "Error: standard input is closed; give files, or a pipe\n"


@pytest.mark.parametrize("is_closed", [True, False], ids=["closed", "full"])
def test_an_error_that_cannot_be_said_has_its_status_all_the_same(
    monkeypatch: pytest.MonkeyPatch, *, is_closed: bool
) -> None:
    monkeypatch.setattr(sys, "stderr", None if is_closed else Failing(errno.ENOSPC))
    assert left(("check", "no such file"), monkeypatch) == 2


@pytest.mark.parametrize(
    ("redirections", "status", "err"),
    [
        ("> /dev/full", 2, b"Error: cannot go on: No space left on device\n"),
        (">&-", 2, b"Error: cannot go on: standard output is closed\n"),
        (">&- 2>&-", 2, b""),
        ("> /dev/null 2>&-", 0, b""),
        ("<&- > /dev/null", 0, b""),
    ],
)
def test_a_shell_sees_the_same(redirections: str, status: int, err: bytes) -> None:
    shell = f'"{sys.executable}" -m rehydration rules {redirections}'
    done = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (status, err)


def test_a_pipe_of_the_shell_is_read(stray: str) -> None:
    shell = f'"{sys.executable}" -m rehydration exposure --contact C1 <(cat "{stray}")'
    done = subprocess.run(["/bin/bash", "-c", shell], capture_output=True, check=False)
    assert (done.returncode, b"C1" in done.stdout) == (0, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "no\x1b[2J\nfile"),
        ("check", "x", "--\x1b[2J"),
        ("no\x1b[2Jcommand",),
        ("explain", "--example", "use-case-1", "--source", "C\x1b[2J"),
        ("explain", "--example", "use-case-1", "--policy", "\x1b[2J"),
        ("explain", "--example", "use-case-1", "-o", "no\x1b[2J/file"),
        ("rules", "\x1b[2J"),
        ("examples", "\x1b[2J"),
        ("exposure", "--example", "use-case-1", "--contact", "\x1b[2J"),
    ],
    ids=repr,
)
def test_control_characters_of_the_arguments_reach_no_terminal(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert left(arguments, monkeypatch) in {1, 2}
    out, err = capsys.readouterr()
    assert "\x1b" not in out + err
    assert "\\x1b[2J" in out + err


def test_control_characters_of_records_reach_no_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "e\x1b[2J"
    path.write_text(json.dumps({"ContactId": "C1"}) + json.dumps({"detail-type": "\x1b[2J", "detail": {}}))
    assert left(("check", str(path)), monkeypatch) == 0
    out, err = capsys.readouterr()
    assert "\x1b" not in out + err
    assert "passed over, no contact: an EventBridge event of type '\\x1b[2J' (1 in all" in err


@pytest.mark.parametrize(
    "command",
    [
        ("audit", "{export}", "--output", "{export}"),
        ("audit", "{folder}", "--output", "{export}"),
        ("audit", "{folder}/*.jsonl", "--output", "{folder}/../records/export.jsonl"),
        ("audit", "-", "{folder}/nowhere", "{link}", "--output", "{export}"),
        ("explain", "{export}", "--type", "FROM_SEGMENT", "--source", "C1", "-o", "{link}"),
        ("explore", "{export}", "-o", "{export}"),
        ("guard", "{export}", "--forbid", "surveys", "-o", "{export}"),
    ],
    ids=" ".join,
)
def test_what_is_read_is_not_replaced(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "records"
    folder.mkdir()
    export, link = folder / "export.jsonl", tmp_path / "link.jsonl"
    export.write_text('{"ContactId": "C1", "PreviousContactId": null}')
    link.symlink_to(export)
    assert left(tuple(each.format(export=export, folder=folder, link=link) for each in command), monkeypatch) == 2
    assert "is read: its records would be gone; write to another file" in capsys.readouterr().err
    assert export.read_text() == '{"ContactId": "C1", "PreviousContactId": null}'


@pytest.fixture
def stray(tmp_path: Path) -> str:
    path = tmp_path / "export"
    record = {"ContactId": "C1", "PreviousContactId": None, "DisconnectTimestamp": "2026-05-03T09:00:00Z"}
    path.write_text(json.dumps(record) + json.dumps({"ContactId": "C1", "ContactFlowId": "f", "Timestamp": "t"}))
    return str(path)


ASKED: list[tuple[str, ...]] = [
    ("explain", "--type", "FROM_SEGMENT", "--source", "C1"),
    ("compare", "--request", "FROM_SEGMENT", "C1", "--request", "ENTIRE_PAST_SESSION", "C1"),
    ("graph",),
    ("plan", "--show", "C1"),
    ("exposure", "--contact", "C1"),
    ("check",),
    ("explore", "-o", "-"),
]


@pytest.mark.parametrize("command", ASKED, ids=lambda command: command[0])
def test_every_command_tells_what_it_passed_over_and_refuses_it_where_it_is_told_to(
    command: tuple[str, ...], stray: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *options = command
    assert left((name, stray, *options), monkeypatch) == 0
    assert capsys.readouterr().err.startswith("passed over, no contact: a flow log (1 in all, the first is ")
    assert left((name, stray, "--strict", *options), monkeypatch) == 2
    assert "is a flow log, not a record of a contact" in capsys.readouterr().err


@pytest.mark.parametrize("command", [each for each in ASKED if each[0] not in {"graph", "explore"}])
def test_json_has_what_was_passed_over_and_what_no_record_tells_beside_every_answer(
    command: tuple[str, ...], stray: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *options = command
    left((name, stray, "--format", "json", *options), monkeypatch)
    told = json.loads(capsys.readouterr().out)
    untold = ["RelatedContactId", "Channel", "InitiationMethod", "InitiationTimestamp", "CustomerId"]
    for each in told if isinstance(told, list) else [told]:
        assert each["PassedOver"] == {"Strays": {"a flow log": 1}, "Files": []}
        assert each["Untold"] == ["InitialContactId", *untold]
