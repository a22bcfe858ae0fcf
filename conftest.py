"""Documentation that runs: the README, the pages of docs and the docstrings are tests.

Python blocks of a page share one namespace and run from top to bottom in an empty directory of the page's own. A
``console`` block is what somebody types and sees: a line that begins with ``$`` is a command, run in that directory
with the tested environment's programs first on the path, and the lines up to the next command are what it prints, on
both outputs, ``...`` standing for anything. Where no output is shown, only the exit status is looked at. It must be 0
in any case: a command that is meant to fail says so (``; echo $?``). ``<!-- skip: next -->`` leaves the next block out.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sysconfig
from collections import defaultdict
from collections.abc import Iterator
from doctest import ELLIPSIS
from doctest import Example as Expectation
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sybil import Example, Sybil
from sybil.evaluators.doctest import OutputChecker
from sybil.integration.pytest import SybilItem
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser
from sybil.parsers.rest import DocTestParser
from xdist.scheduler import LoadScopeScheduling

PROMPT = "$ "
SECONDS = 120
REPEATABLE = os.environ.get("HYPOTHESIS_PROFILE", "repeatable") in {"repeatable", "few"}


def sessions_of(block: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a console block and what it is expected to print; a final backslash continues a command."""
    command: list[str] = []
    expected: list[str] = []
    for line in block.splitlines():
        if command and command[-1].endswith("\\"):
            command.append(line.removeprefix("> "))
        elif line.startswith(PROMPT):
            if command:
                yield "\n".join(command), "\n".join(expected).rstrip("\n")
            command, expected = [line.removeprefix(PROMPT)], []
        elif command:
            expected.append(line)
        else:
            raise ValueError(f"a console block begins with a command after {PROMPT!r}, not with {line!r}")
    if command:
        yield "\n".join(command), "\n".join(expected).rstrip("\n")


def environment() -> dict[str, str]:
    """Make the surroundings of a command the same everywhere: no colour, 80 columns, UTF-8, our programs first."""
    kept = {name: value for name, value in os.environ.items() if name not in {"FORCE_COLOR", "CLICOLOR_FORCE"}}
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
    return {**kept, "PATH": path, "NO_COLOR": "1", "COLUMNS": "80", "TERM": "dumb", "PYTHONUTF8": "1"}


def evaluate_console(example: Example) -> str | None:
    """Run the commands of a console block and tell how the first that differs does."""
    checker = OutputChecker()
    for command, expected in sessions_of(str(example.parsed)):
        done = subprocess.run(
            ["bash", "-c", command],  # noqa: S607  whichever bash is the reader's own
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment(),
            timeout=SECONDS,
            check=False,
        )
        printed = done.stdout.decode(errors="backslashreplace")
        if done.returncode:
            return f"{PROMPT}{command}\nends with status {done.returncode} and prints:\n{printed}"
        want, got = f"{expected}\n", f"{printed.rstrip()}\n"
        if expected and not checker.check_output(want, got, ELLIPSIS):
            return f"{PROMPT}{command}\n{checker.output_difference(Expectation(command, want), got, ELLIPSIS)}"
    return None


def enter_directory(namespace: dict[str, Any]) -> None:
    """Give a page an empty working directory."""
    namespace["_back"] = Path.cwd()
    namespace["_directory"] = TemporaryDirectory(prefix="page-")
    os.chdir(namespace["_directory"].name)


def leave_directory(namespace: dict[str, Any]) -> None:
    """Take the working directory of a page away."""
    os.chdir(namespace["_back"])
    namespace["_directory"].cleanup()


pages = Sybil(
    parsers=[PythonCodeBlockParser(), CodeBlockParser("console", evaluate_console), SkipParser()],
    pattern="*.md",
    setup=enter_directory,
    teardown=leave_directory,
)
docstrings = Sybil(parsers=[DocTestParser()], path="rehydration", pattern="*.py")

pytest_collect_file = (pages + docstrings).pytest()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Shuffle the tests in the same order each time, unless a seed was given or all seeds are to be fresh."""
    if REPEATABLE and config.getoption("randomly_seed", None) == "default":
        config.option.randomly_seed = 0


class PagesTogether(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Hands each worker of ``pytest -n`` one test after the other, or all blocks of a page: they share a namespace."""

    def _split_scope(self, nodeid: str) -> str:
        path, _, name = nodeid.partition("::")
        return path if name.startswith("line:") else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> PagesTogether:
    """Share the tests out. xdist's own ``--dist loadgroup`` does not keep groups together since pytest 9.2."""
    return PagesTogether(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the blocks of a page back together, in their order: random order is for tests, which share nothing."""
    blocks: dict[Path, list[SybilItem]] = defaultdict(list)
    for item in items:
        if isinstance(item, SybilItem):
            blocks[item.path].append(item)
    ordered: list[pytest.Item] = []
    for item in items:
        if isinstance(item, SybilItem):
            page: list[SybilItem] = blocks.pop(item.path, [])
            page.sort(key=lambda each: each.example.region.start)
            ordered.extend(page)
        else:
            ordered.append(item)
    items[:] = ordered


def pytest_collection_finish() -> None:
    """Have the garbage collector leave alone what lives as long as the tests. It took a tenth of the time."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
