"""CONTRIBUTING, followed to the letter: its blocks are applied to a copy, and its commands pass there.

A ``diff`` block says what is replaced in the file named last before it, by whole lines or a part of one; a ``python``
block is that file, which is new; a ``bash`` block is run. Only what stands under a heading "Add ..." is followed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest

import rehydration

pytestmark = pytest.mark.slow  # it runs the tests and the checks of a copy

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "CONTRIBUTING.md"
SECTION = re.compile(r"^## (Add .*?)\n(.*?)(?=^## )", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```(diff|python|bash)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"`((?:rehydration|tests)/[\w/]+\.(?:py|json))`")


class Step(NamedTuple):
    """A block of the page, and the file that the text before it speaks of."""

    language: str
    text: str
    file: str

    def take(self, tree: Path) -> None:
        """Do what the block says in a tree."""
        if self.language == "bash":
            for command in self.text.splitlines():
                run(tree, *command.split())
        elif self.language == "python":
            assert not (tree / self.file).exists()
            (tree / self.file).write_text(self.text, encoding="utf-8")
        else:
            lines = self.text.splitlines()
            old = "\n".join(each[1:] for each in lines if not each.startswith("+"))
            new = "\n".join(each[1:] for each in lines if not each.startswith("-"))
            text = (tree / self.file).read_text(encoding="utf-8")
            assert text.count(old) == 1, f"{self.file} has {text.count(old)} places that read\n{old}"
            (tree / self.file).write_text(text.replace(old, new), encoding="utf-8")


def steps(section: str) -> Iterator[Step]:
    for block in BLOCK.finditer(section):
        files = FILE.findall(BLOCK.sub("", section[: block.start()]))
        yield Step(block[1], block[2], files[-1] if files else "")


def attempt(tree: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a program with the package of the tree instead of the one that is installed."""
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
    environment = {**os.environ, "PYTHONPATH": str(tree), "PATH": path, "NO_COLOR": "1"}
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)


def run(tree: Path, *command: str) -> str:
    done = attempt(tree, *command)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-6000:]}{done.stderr[-2000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def sections() -> dict[str, list[Step]]:
    text = PAGE.read_text(encoding="utf-8")
    return {found[1]: list(steps(found[2])) for found in SECTION.finditer(text)}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(rehydration.__file__).parent, tmp_path / "rehydration", ignore=ignored)
    shutil.copytree(ROOT / "tests", tmp_path / "tests", ignore=ignored)
    shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=ignored)
    for name in ("pyproject.toml", "conftest.py", "README.md"):
        shutil.copy2(ROOT / name, tmp_path)
    return tmp_path


def test_each_habit_has_its_section(sections: dict[str, list[Step]]) -> None:
    assert list(sections) == ["Add a rule", "Add a rehydration type", "Add an encoding", "Add a case"]


def test_a_rehydration_type_is_added_by_the_steps_for_its_rule_and_for_itself(
    sections: dict[str, list[Step]], tree: Path
) -> None:
    *changes, checks = [*sections["Add a rule"], *sections["Add a rehydration type"]]
    for change in changes:
        change.take(tree)
    checks.take(tree)
    shown = run(
        tree, "rehydration", *["explain", "--example", "use-case-1", "--type", "LATEST_SEGMENT", "--source", "C1"]
    )
    assert shown.startswith("LATEST_SEGMENT C1 continues from C3\n  ✓ 1 visible, ✗ 2 dropped\n")
    for tool, command in {"ruff": "ruff check", "mypy": "mypy", "importlinter": "lint-imports --no-cache"}.items():
        if find_spec(tool) is not None:  # the tools are not among what tests need
            run(tree, *command.split())


def test_the_tests_fail_until_the_last_step_of_a_rehydration_type(sections: dict[str, list[Step]], tree: Path) -> None:
    """What is new is seen to be missing: after the tests, and with a strategy that is in no table."""
    *changes, _ = [*sections["Add a rule"], *sections["Add a rehydration type"]]
    looked_at = [sys.executable, "-m", "pytest", "-q", "-x", "tests/core/test_latest_segment.py"]
    for change in changes:
        change.take(tree)
        if (tree / looked_at[-1]).exists() and "LatestSegment()" not in change.text:
            assert "failed" in attempt(tree, *looked_at).stdout, change
        if "LatestSegment()" in change.text:
            break
    run(tree, *looked_at)


@pytest.mark.parametrize("section", ["Add an encoding", "Add a case"])
def test_the_steps_of_a_section_lead_to_checks_that_pass(
    sections: dict[str, list[Step]], tree: Path, section: str
) -> None:
    assert sections[section][-1].language == "bash"
    for step in sections[section]:
        step.take(tree)
