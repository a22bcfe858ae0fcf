"""The command line of the suite, and its plugin for pytest."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import sysconfig
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import rehydration.cli.conformance as command_module
from rehydration import cli
from rehydration.conformance.casebook import all_cases, chosen

SCRIPTS = Path(sysconfig.get_path("scripts"))
TESTS = Path(__file__).parents[1]
TARGETS = """
from impostors import IMPOSTORS
from rehydration.conformance.targets import ServiceTarget

AlwaysEmpty = IMPOSTORS["shows no past at all"]

class Broken(ServiceTarget):
    def call(self, operation, parameters):
        raise ValueError("oops")
"""
SOME = [each.case_id for each in all_cases() if {"visibility.predecessors", "start.from-segment"} & {*each.rules[:1]}]


NOTHING_WRONG = "0 failed, 0 not shown, 3 not asked, 0 errors"


@pytest.fixture
def room(tmp_path: Path) -> Path:
    (tmp_path / "targets.py").write_text(TARGETS)
    return tmp_path


def command(room: Path, *arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [str(SCRIPTS / "rehydration"), "conformance", *arguments],
        cwd=room,
        env={**os.environ, "PYTHONUTF8": "1", "NO_COLOR": "1", "PYTHONPATH": str(TESTS)},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def in_process(room: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """The same command without a process of its own, which takes a second to start."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.chdir(room)
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.setattr(sys, "argv", ["rehydration", "conformance", *arguments])
        with pytest.raises(SystemExit) as raised:
            cli.main()
        return int(raised.value.code or 0), *capsys.readouterr()

    return run


def test_our_own_service_passes(room: Path) -> None:
    status, out, _ = command(room, "run", "--self")
    assert status == 0, out
    last = out.splitlines()[-1]
    assert last.startswith("rehydration.service: documented ")
    assert last.endswith("0 failed, 0 not shown, 0 not asked, 0 errors")
    assert out.startswith("rehydration.service conforms\n")
    assert "reads what is open as Policy(" in out
    assert "cannot be told" not in out


def test_what_is_not_asked_and_what_cannot_be_told_is_said(room: Path) -> None:
    (room / "bare.py").write_text(
        "from rehydration.conformance.targets import ServiceTarget\n"
        "class Bare(ServiceTarget):\n    capabilities = frozenset({'wire'})\n"
    )
    status, out, _ = command(room, "run", "--target", "bare:Bare", "start.most-recent", "eligibility.early-call")
    assert (status, out.splitlines()) == (
        0,
        [
            "bare:Bare was observed; only documented cases decide, and none was chosen",
            "not asked: 3, needs transcript",
            "not asked: 1, needs advance",
            "not asked: 2, needs seed",
            'reads what is open as Policy(early_call="WARN")',
            "cannot be told: most_recent",
            f"bare:Bare: documented 0/0, inferred 0/0, open 2 observed of 5, {NOTHING_WRONG}",
        ],
    )
    status, out, _ = command(room, "run", "--target", "bare:Bare", "visibility", "--standing", "documented")
    assert (status, out.splitlines()[0].partition(" (")[0]) == (2, "bare:Bare was not judged: no case was asked")


def test_a_target_that_can_do_nothing_is_not_judged(room: Path) -> None:
    (room / "idle.py").write_text("class Idle:\n    capabilities = frozenset()\n")
    status, out, _ = command(room, "run", "--target", "idle:Idle")
    assert (status, "Policy(" in out) == (2, False)
    assert out.startswith("idle:Idle was not judged: no case was asked (")
    assert "needs observe" not in out


def test_a_long_run_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(command_module, "SECONDS_BETWEEN_LINES", 0)
    with command_module._progress("slow", 2) as seen:
        for _ in range(2):
            seen(None)  # type: ignore[arg-type]  # it is only counted
    lines = [line.rpartition(" after ")[0] for line in capsys.readouterr().err.splitlines()]
    assert lines == ["slow: 1 of 2", "slow: 2 of 2"]


def test_an_impostor_fails_with_the_cases_that_convict_it(room: Path) -> None:
    status, out, _ = command(room, "run", "--target", "targets:AlwaysEmpty", *SOME)
    assert status == 1
    assert out.startswith("targets:AlwaysEmpty does not conform: it fails ")
    assert "\n✗ visible: answer has 0 items instead of " in out
    assert "targets:AlwaysEmpty: documented " in out


def test_a_baseline_takes_what_is_known_and_finds_what_is_stale(room: Path) -> None:
    command(room, "run", "--target", "targets:AlwaysEmpty", "--report", "json", "report.json", *SOME)
    [told] = json.loads((room / "report.json").read_text())["targets"]
    failed = [each["id"] for each in told["cases"] if each["status"] == "failed"]
    (room / "baseline").write_text("\n".join(failed))
    assert command(room, "run", "--target", "targets:AlwaysEmpty", "--baseline", "baseline", *SOME)[0] == 0
    status, out, _ = command(room, "run", "--self", "--baseline", "baseline", *SOME)
    assert (status, f"stale in the baseline: {min(failed)}" in out) == (1, True)


HOSTILE = """
import os, sys, time
from rehydration.conformance.targets import ServiceTarget

class Exits(ServiceTarget):
    def call(self, operation, parameters):
        os._exit(0)

class Hangs(ServiceTarget):
    def call(self, operation, parameters):
        open("called", "w").close()
        time.sleep(60)

class Prints(ServiceTarget):
    def call(self, operation, parameters):
        print("to \\x1b[2J standard output", flush=True)
        return super().call(operation, parameters)
"""


def test_a_target_that_ends_its_process_ends_itself_alone(room: Path) -> None:
    (room / "hostile.py").write_text(HOSTILE)
    status, out, _ = command(room, "run", "--target", "hostile:Exits", "--target", "hostile:Prints", "start.reported")
    assert (status, out.splitlines()[0]) == (2, "hostile:Exits broke")
    assert "! smoke/start: hostile:Exits: ended with status 0 at " in out
    assert "hostile:Prints conforms" in out


def test_what_a_target_prints_is_passed_on_without_control_characters(room: Path) -> None:
    (room / "hostile.py").write_text(HOSTILE)
    status, out, err = command(room, "run", "--target", "hostile:Prints", "start.reported")
    assert (status, "to \\x1b[2J standard output" in err, "\x1b" in out + err) == (0, True, False)


def test_a_target_that_hangs_is_let_go_of_and_time_is_kept(room: Path) -> None:
    (room / "hostile.py").write_text(HOSTILE)
    status, out, _ = command(room, "run", "--target", "hostile:Hangs", "--seconds", "0.5", "start.reported")
    assert (status, "no chat can be started: hostile:Hangs: no answer within 0.5 s to " in out) == (2, True)


def interrupted(started: subprocess.Popen[str]) -> str:
    """Interrupt a process, again where Python lost it: one that comes in a finalizer is printed and forgotten."""
    for _ in range(5):
        started.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            return started.communicate(timeout=3)[0]
    raise AssertionError("an interruption does not end it")


def test_an_interruption_ends_the_run_with_a_line(room: Path) -> None:
    (room / "hostile.py").write_text(HOSTILE)
    run = [
        str(SCRIPTS / "rehydration"),
        "conformance",
        "run",
        "--target",
        "hostile:Hangs",
        "--target",
        "hostile:Prints",
    ]
    started = subprocess.Popen(run, cwd=room, stdout=subprocess.PIPE, encoding="utf-8", start_new_session=True)
    while not (room / "called").exists() and started.poll() is None:
        time.sleep(0.1)
    out = interrupted(started)
    assert (started.returncode, len(out.splitlines()) < 12) == (2, True)
    assert out.splitlines()[0].endswith(": interrupted")
    assert "hostile:Prints" not in out


def test_a_broken_target_is_a_harness_error(room: Path) -> None:
    status, out, _ = command(room, "run", "--target", "targets:Broken", *SOME)
    assert status == 2
    assert "raised ValueError: oops" in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run"], "nothing to judge"),
        (["run", "--self", "--set", "1999"], "there is no requirement set '1999': expected one of 2026.11"),
        (["run", "--self", "start", "--need", "advance"], "no case is of all that"),
        (["run", "--self", "paging.defaults/ten-newest-first"], "is retired since 2026.11.28: it demands a full page"),
        (["run", "--self", "nonsense"], "no case, rule or group is called 'nonsense'"),
        (["run", "--target", "nowhere:factory"], "no target 'nowhere:factory'"),
        (["run", "--command", "no-such-program-anywhere"], "cannot be started"),
        (["run", "--endpoint-url", "http://127.0.0.1:9"], "needs --instance-id"),
        (["run", "--self", "--baseline", "nowhere"], "baseline nowhere"),
        (["run", "--self", "--cases", "nowhere"], "nowhere"),
        (["run", "--self", "--report", "json", "/nowhere/at/all", "examples"], "/nowhere/at/all"),
        (["show", "nonsense"], "no case, rule or group is called 'nonsense'"),
        (["list", "nonsense"], "no case, rule or group is called 'nonsense'"),
        (["copy", "/dev/null/x"], "/dev/null"),
    ],
)
def test_wrong_use_is_told(in_process: Any, arguments: list[str], told: str) -> None:
    status, _, err = in_process(*arguments)
    assert (status, told in err.replace("\n", " ")) == (2, True), err


def test_reports_are_written_with_several_targets_side_by_side(room: Path) -> None:
    asked = ["run", "--self", "--target", "targets:AlwaysEmpty", *SOME]
    for kind in ("json", "junit", "markdown"):
        asked += ["--report", kind, f"report.{kind}"]
    assert command(room, *asked)[0] == 1
    told = json.loads((room / "report.json").read_text())
    assert [(each["target"], each["conforms"]) for each in told["targets"]] == [
        ("rehydration.service", True),
        ("targets:AlwaysEmpty", False),
    ]
    lines = (room / "report.markdown").read_text(encoding="utf-8").splitlines()
    assert "**`rehydration.service` conforms.**" in lines
    assert "**`targets:AlwaysEmpty` does not conform.**" in lines
    assert "<testsuite" in (room / "report.junit").read_text()


def test_cases_are_listed_shown_and_copied(room: Path, in_process: Any) -> None:
    status, out, _ = in_process("list")
    assert (status, out.splitlines()[-1]) == (0, f"{len(all_cases())} cases")
    assert len(json.loads(in_process("list", "--format", "json", "examples")[1])) >= 12
    status, out, _ = in_process("list", "--standing", "open", "--need", "seed", "--set", "2026.11", "visibility")
    assert {line.split("[")[1].split(";")[0] for line in out.splitlines()[:-1]} == {"open"}
    first = chosen(all_cases(), ["visibility.later-dropped/a-survey"])[0]
    assert json.loads(in_process("show", first.case_id, "--format", "json")[1]) == first.data
    status, out, _ = in_process("show", first.case_id)
    title = "A survey after the source is dropped"
    sort = "documented; needs observe, seed, wire; since 2026.11"
    assert (status, out.splitlines()[0]) == (0, f"{first.case_id}: {title} [{sort}]")
    assert [line[:20] for line in out.splitlines() if line.startswith("  step")] == [
        "  step  1 prepares {",
        "  step  2 shows    {",
    ]
    status, out, _ = in_process("copy", "copied")
    assert status == 0
    assert (room / "copied" / "case.schema.json").exists()
    again = in_process("run", "--self", "--cases", "copied/examples.json")
    assert (again[0], again[1].splitlines()[0]) == (0, "rehydration.service conforms")


# -------------------------------------------------------------------------------------------------------------- pytest


ALONE = ("-p", "rehydration.conformance.plugin")
"""Our plugin, where those of others are not loaded: they take half the time."""


def under_pytest(room: Path, *arguments: str, plugins: tuple[str, ...] = ALONE) -> tuple[int, str]:
    (room / "pytest.ini").write_text("[pytest]\n")
    asked = ("-q", "-rA", "-p", "no:randomly", "-p", "no:cacheprovider", "-c", "pytest.ini", *plugins)
    path = os.pathsep.join([str(room), str(TESTS)])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *asked, "--pyargs", "rehydration.conformance", *arguments],
        cwd=room,
        env={**os.environ, "PYTHONPATH": path, **({"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} if plugins else {})},
        capture_output=True,
        encoding="utf-8",
        timeout=180,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def selected(names: Any) -> str:
    return " or ".join(each.partition("/")[2] for each in names)


def test_under_pytest_a_case_is_a_test(room: Path) -> None:
    status, out = under_pytest(room, "--rehydration-target", "self", plugins=())
    passed = [line for line in out.splitlines() if line.startswith("PASSED") and "::test_case[" in line]
    assert (status, len(passed)) == (0, len(all_cases())), out[-2000:]


def test_under_pytest_the_baseline_is_strict(room: Path) -> None:
    asked = ["--rehydration-target", "targets:AlwaysEmpty", "-k", selected(SOME)]
    status, out = under_pytest(room, *asked)
    failed = [line.partition("[")[2].partition("]")[0] for line in out.splitlines() if line.startswith("FAILED")]
    assert (status, len(failed) > 0) == (1, True)
    (room / "baseline").write_text("\n".join(failed))
    status, out = under_pytest(room, *asked, "--rehydration-baseline", "baseline")
    assert (status, out.count(" - listed in the baseline")) == (0, len(failed)), out[-2000:]
    status, out = under_pytest(
        room, "--rehydration-target", "self", "-k", selected(SOME), "--rehydration-baseline", "baseline"
    )
    assert (status, "XPASS(strict)" in out) == (1, True)


def test_under_pytest_a_broken_target_is_never_expected(room: Path) -> None:
    (room / "baseline").write_text("\n".join(SOME))
    asked = ["--rehydration-target", "targets:Broken", "-k", selected(SOME), "--rehydration-baseline", "baseline"]
    status, out = under_pytest(room, *asked)
    assert (status, "xfailed" in out.splitlines()[-1]) == (1, False)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "name what is to be judged"),
        (["--rehydration-target", "self", "--rehydration-baseline", "nowhere"], "baseline nowhere"),
        (["--rehydration-target", "nowhere:factory"], "no target 'nowhere:factory'"),
        (["--rehydration-target", "command:no-such-program-anywhere"], "cannot be started"),
    ],
)
def test_under_pytest_wrong_use_is_told(room: Path, arguments: list[str], told: str) -> None:
    status, out = under_pytest(room, *arguments, "-x")
    assert status != 0
    assert told in out


def test_under_pytest_what_a_target_lacks_is_skipped(room: Path) -> None:
    (room / "bare.py").write_text(
        "from rehydration.conformance.targets import ServiceTarget\n"
        "class Bare(ServiceTarget):\n    capabilities = frozenset({'wire', 'transcript'})\n"
    )
    status, out = under_pytest(room, "--rehydration-target", "bare:Bare")
    assert (status, "skipped" in out.splitlines()[-1], "not asked: needs seed" in out) == (0, True, True)


def test_the_reports_of_the_documentation_are_what_the_command_makes(room: Path) -> None:
    reports = Path(__file__).parents[2] / "docs" / "reports"
    asked = ["run", "--self", "--target", "rehydration.conformance.targets:EngineTarget"]
    for kind, name in (("markdown", "conformance.md"), ("json", "conformance.json"), ("junit", "conformance.xml")):
        asked += ["--report", kind, name]
    assert command(room, *asked)[0] == 0
    for name in ("conformance.md", "conformance.json", "conformance.xml"):
        told = [timeless((folder / name).read_text(encoding="utf-8")) for folder in (room, reports)]
        assert told[0] == told[1]


def timeless(report: str) -> str:
    times = r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|"seconds": [\d.]+|time="[\d.]+"'
    return re.sub(times, "", report)
