"""Every check behind one command.

``python .ci/checks.py`` runs the checks with the tools of the environment that it is started from, made by
``pip install -e '.[dev]'``; names of steps as arguments run only those. ``bash .ci/run`` starts this file with
``--fresh``: then it works on a copy, runs the README's two shell blocks there as they are written, installs the tools,
and goes on with the checks.

Every step runs, whatever became of the others; the summary at the end names those that failed.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BLOCK = "^<!-- {marker} -->\n+```(?:bash|sh|shell)\n(.*?)^```$"
STEP_SECONDS = 1_800
FETCHED = re.compile(r"""<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)=["'](https?://[^"']+)""")
APT = "apt-get update -qq && apt-get install -y -qq chromium chromium-driver"
UNIT_TESTS = (
    "tests/core",
    "tests/explorer/test_answers.py",
    "tests/explorer/test_page.py",
    "tests/explorer/test_selection.py",
    "tests/records",
    "tests/service",
    "tests/test_examples.py",
    "tests/test_packaging.py",
    "tests/test_rules.py",
)
SMOKE = """
import sys
import rehydration
heavy = {"networkx", "click", "rich", "botocore", "numpy", "polars", "pyarrow"} & set(sys.modules)
assert not heavy, f"import rehydration loads {heavy}"
for name in rehydration.__all__:
    getattr(rehydration, name)
graph = rehydration.ContactGraph.from_contacts(
    rehydration.read_contacts([{"ContactId": "C1", "Channel": "CHAT", "DisconnectTimestamp": "2025-01-01T00:00:00Z"}])
)
answer = rehydration.resolve(graph, rehydration.RehydrationRequest("FROM_SEGMENT", "C1"))
assert answer.continued_from_contact_id == "C1", answer
assert not {"click", "rich"} & set(sys.modules)
"""


class StepFailedError(Exception):
    """A step found something wrong by itself."""


@dataclass(frozen=True)
class Place:
    """Where the steps work: the tree that is checked, the interpreter with the tools, and room for what they make."""

    tree: Path
    python: Path
    room: Path

    def tool(self, name: str) -> str:
        """Find a program of the environment."""
        return str(self.python.parent / name)

    @property
    def wheel(self) -> Path:
        """The wheel that the step ``build`` made."""
        return self._made("*.whl")

    @property
    def sdist(self) -> Path:
        """The source distribution that the step ``build`` made."""
        return self._made("*.tar.gz")

    def _made(self, pattern: str) -> Path:
        made = sorted((self.room / "dist").glob(pattern))
        if not made:
            raise StepFailedError(f"there is no {pattern}: the step build did not run, or failed")
        return made[0]


Step = Callable[[Place], None]
STEPS: dict[str, Step] = {}
FRESH: dict[str, Step] = {}


def run(place: Place, *command: str, cwd: Path | None = None, environment: dict[str, str] | None = None) -> None:
    """Run a program in the tree, or elsewhere; raise CalledProcessError if it fails."""
    subprocess.run(
        command,
        cwd=cwd or place.tree,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        timeout=STEP_SECONDS,
        check=True,
    )


def step(table: dict[str, Step], name: str) -> Callable[[Step], Step]:
    """Enter a function into a table of steps."""

    def enter(function: Step) -> Step:
        table[name] = function
        return function

    return enter


def tool_step(name: str, *command: str) -> None:
    """Enter a step that is one program of the environment."""
    STEPS[name] = lambda place: run(place, place.tool(command[0]), *command[1:])


# ------------------------------------------------------------------------------------------------------- from nothing


def block_of_readme(tree: Path, marker: str) -> str:
    """Take the shell block that follows a marker out of the README."""
    text = (tree / "README.md").read_text(encoding="utf-8") if (tree / "README.md").exists() else ""
    found = re.search(BLOCK.format(marker=marker), text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise StepFailedError(f"README.md has no shell block after <!-- {marker} -->")
    return found[1]


def copy_tree(target: Path) -> None:
    """Copy what git keeps or would keep, committed or not."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],  # noqa: S607  whichever git is the user's own
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        source = ROOT / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)


@step(FRESH, "browser")
@step(STEPS, "browser")
def browser(place: Place) -> None:
    """Install the browser that the tests of the explorer drive, where it is not there; from here on they require it."""
    programs = ("chromium", "chromedriver")
    if not all(map(shutil.which, programs)):
        if shutil.which("apt-get") is None or os.geteuid() != 0:
            raise StepFailedError(
                f"install {' and '.join(programs)}, and put them on the path; on Debian, as root: {APT}"
            )
        run(place, "sh", "-c", APT, environment={"DEBIAN_FRONTEND": "noninteractive"})
    for name in programs:
        run(place, name, "--version")


@step(FRESH, "README: the first command")
def first_command(place: Place) -> None:
    """Run the README's first command in a copy of its own."""
    place = Place(place.room / "first", place.python, place.room)
    copy_tree(place.tree)
    run(place, "bash", "-euo", "pipefail", "-c", block_of_readme(place.tree, "try-command"))


@step(FRESH, "README: the test command")
def test_command(place: Place) -> None:
    """Run the README's test command."""
    run(place, "bash", "-euo", "pipefail", "-c", block_of_readme(place.tree, "test-command"))


@step(FRESH, "install the checks")
def install_checks(place: Place) -> None:
    """Install the tools beside what the README's test command installed."""
    if not place.python.exists():
        run(place, sys.executable, "-m", "venv", str(place.python.parents[1]))
    run(place, str(place.python), "-m", "pip", "install", "--quiet", "-e", ".[dev]")


# ---------------------------------------------------------------------------------------------------------- the checks

tool_step("ruff check", "ruff", "check")
tool_step("ruff format", "ruff", "format", "--check")
tool_step("mypy", "mypy")
tool_step(
    "mypy of the scripts",
    "mypy",
    "conftest.py",
    ".ci/checks.py",
    ".ci/contracts.py",
    ".ci/mutants.py",
    "docs/conf.py",
    "docs/_extensions/generated_pages.py",
    "docs/pictures.py",
)
tool_step("mypy of the benchmarks", "mypy", "--package", "benchmarks")
tool_step("import contracts", "lint-imports", "--no-cache")
tool_step("import contracts bite", "python", ".ci/contracts.py")
tool_step("vulture", "vulture")
tool_step("deptry", "deptry", ".")
tool_step("typos", "typos")


@step(STEPS, "verifytypes")
def verifytypes(place: Place) -> None:
    """Check that no type of the public API is left unknown to those who use it."""
    # pyright looks the package up with the first python on the path, whatever --pythonpath says
    path = f"{place.python.parent}{os.pathsep}{os.environ['PATH']}"
    command = ("--verifytypes", "rehydration", "--ignoreexternal")
    run(place, place.tool("pyright"), *command, environment={"PATH": path})


tool_step("benchmarks, at their smallest", "python", "-m", "benchmarks", "--size", "smallest", "--seconds", os.devnull)


@step(STEPS, "coverage")
def coverage(place: Place) -> None:
    """Hold the unit tests alone, without the laws and the oracle, to every branch."""
    # coverage starts first: pytest loads the package's own plugin before any plugin could measure it
    run(place, str(place.python), "-m", "coverage", "run", "-m", "pytest", "-q", *UNIT_TESTS)
    run(place, str(place.python), "-m", "coverage", "report")


@step(STEPS, "build")
def build(place: Place) -> None:
    """Build the source distribution, and the wheel from it."""
    run(place, str(place.python), "-m", "build", "--outdir", str(place.room / "dist"))


@step(STEPS, "wheel contents")
def wheel_contents(place: Place) -> None:
    """Check that the wheel holds the package and nothing else."""
    run(place, place.tool("check-wheel-contents"), str(place.wheel))


@step(STEPS, "wheel and sdist alone")
def each_alone(place: Place) -> None:
    """Install the wheel, and the source distribution, without extras and ask each a question."""
    for name, made in (("wheel-alone", place.wheel), ("sdist-alone", place.sdist)):
        python = new_environment(place, oldest_python(place), name)
        run(place, python, "-m", "pip", "install", "--quiet", str(made))
        run(place, python, "-m", "pip", "check")
        run(place, python, "-I", "-c", SMOKE, cwd=place.room)


@step(STEPS, "suite on the wheel, oldest Python")
def suite_on_oldest_python(place: Place) -> None:
    """Run the tests on the oldest Python, with the newest dependencies."""
    suite_on_wheel(place, oldest_python(place), "oldest-python")


@step(STEPS, "suite on the wheel, newest Python, oldest dependencies")
def suite_on_newest_python(place: Place) -> None:
    """Run the tests on the newest Python, with the oldest dependencies declared."""
    suite_on_wheel(place, newest_python(), "newest-python", *oldest_dependencies(place))


def suite_on_wheel(place: Place, base: str, name: str, *requirements: str) -> None:
    """Run the tests of the source distribution on the installed wheel, without the package's sources beside them.

    Two workers share them, each a file at a time, so that the blocks of a page stay together.
    """
    print(f"with {base}", flush=True)
    python = new_environment(place, base, name)
    run(place, python, "-m", "pip", "install", "--quiet", f"rehydration[test] @ {place.wheel.as_uri()}", *requirements)
    tree = place.room / f"suite-{name}"
    with tarfile.open(place.sdist) as archive:
        archive.extractall(place.room / f"unpacked-{name}", filter="data")
    (unpacked,) = (place.room / f"unpacked-{name}").iterdir()
    unpacked.rename(tree)
    shutil.rmtree(tree / "rehydration")
    pytest = str(Path(python).parent / "pytest")
    workers = ("-n", "2", "--dist", "loadfile")
    run(place, pytest, "-q", *workers, "-m", "not exhaustive", "tests", "docs", "README.md", cwd=tree)


@step(STEPS, "documentation")
def documentation(place: Place) -> None:
    """Build the site, with warnings as errors, in an environment of its own."""
    python = new_environment(place, sys.executable, "documentation")
    run(place, python, "-m", "pip", "install", "--quiet", "-e", ".[docs]")
    built = place.tree / "build" / "docs"
    run(
        place, python, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet", "--fresh-env", "docs", str(built)
    )
    fetched = sorted(
        {address for page in built.rglob("*.html") for address in FETCHED.findall(page.read_text("utf-8"))}
    )
    if fetched:
        raise StepFailedError(f"pages fetch from the network: {fetched}")
    print(f"the site is {built / 'index.html'}")


def oldest_dependencies(place: Place) -> list[str]:
    """Pin what the package and its extras ask for to the oldest versions that they admit."""
    declared = [*project(place)["dependencies"]]
    for name in ("aws", "cli", "conformance", "moto", "test"):
        declared += extra(place, name)
    return [f"{each.replace('>=', '==')}.*" for each in declared if not each.startswith("rehydration")]


def extra(place: Place, name: str) -> list[str]:
    """Tell what an extra asks for."""
    text = (place.tree / "pyproject.toml").read_text(encoding="utf-8")
    asked: list[str] = tomllib.loads(text)["project"]["optional-dependencies"][name]
    return asked


def project(place: Place) -> dict[str, Any]:
    """Read the table ``project`` of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((place.tree / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


def new_environment(place: Place, python: str, name: str) -> str:
    """Make a virtual environment and name its interpreter."""
    run(place, python, "-m", "venv", "--clear", str(place.room / name))
    return str(place.room / name / "bin" / "python")


def newest_python() -> str:
    """Find the newest Python of this machine that works."""
    return a_python(range(30, sys.version_info.minor, -1))


def oldest_python(place: Place) -> str:
    """Find the oldest Python of this machine that works, of those that the package admits."""
    admitted = re.fullmatch(r">=3\.(\d+)", str(project(place)["requires-python"]))
    if admitted is None:
        raise StepFailedError("requires-python is not of the form >=3.N")
    return a_python(range(int(admitted[1]), sys.version_info.minor))


def a_python(minors: Iterable[int]) -> str:
    """Find the first Python that works, among those on the path and those of pyenv; the one that runs this at last."""
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    for minor in minors:
        found = [each for each in [shutil.which(f"python3.{minor}")] if each is not None]
        found += [str(each) for each in sorted(pyenv.glob(f"3.{minor}.*/bin/python"), reverse=True)]
        for python in found:
            works = subprocess.run([python, "-c", "import venv, ensurepip"], capture_output=True, check=False)
            if works.returncode == 0:
                return python
    return sys.executable


# ------------------------------------------------------------------------------------------------------------ running


def perform(name: str, function: Step, place: Place) -> tuple[bool, float]:
    """Run a step and tell whether it went well, and how long it took."""
    print(f"\n=== {name}", flush=True)
    began = time.monotonic()
    try:
        function(place)
    except subprocess.CalledProcessError as failure:
        print(f"exit status {failure.returncode}: {' '.join(map(str, failure.cmd))[:200]}")
    except (StepFailedError, OSError, subprocess.TimeoutExpired) as failure:
        print(f"{type(failure).__name__}: {failure}")
    else:
        return True, time.monotonic() - began
    return False, time.monotonic() - began


def places(room: Path, *, fresh: bool) -> Place:
    """Lay out the place of work."""
    if not fresh:
        return Place(ROOT, Path(sys.executable), room)
    tree = room / "checkout"
    copy_tree(tree)
    return Place(tree, tree / ".venv" / "bin" / "python", room)


def chosen(names: list[str], *, fresh: bool) -> Iterator[tuple[str, Step]]:
    """Yield the steps to run, in order."""
    for name, function in {**(FRESH if fresh else {}), **STEPS}.items():
        if not names or name in names:
            yield name, function


def main() -> int:
    """Run the steps and sum them up."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--fresh", action="store_true", help="work on a copy, from new virtual environments")
    parser.add_argument("step", nargs="*", help=f"one of: {', '.join(STEPS)}; all if none is named")
    asked = parser.parse_args()
    if unknown := sorted(set(asked.step) - {*STEPS, *FRESH}):
        parser.error(f"no such step: {', '.join(unknown)}; there are {', '.join(STEPS)}")
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "VIRTUAL_ENV"):
        os.environ.pop(name, None)
    os.environ.setdefault("HYPOTHESIS_PROFILE", "ci")
    os.environ["REHYDRATION_BROWSER"] = "required"  # tests that need one fail without, instead of being left out
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # in step with what the programs print
    with TemporaryDirectory(prefix="checks-") as room:
        place = places(Path(room).resolve(), fresh=asked.fresh)
        results = {name: perform(name, function, place) for name, function in chosen(asked.step, fresh=asked.fresh)}
    print("\n=== summary")
    for name, (well, seconds) in results.items():
        print(f"{'ok' if well else 'FAILED':<7}{seconds:>6.1f} s  {name}")
    failed = [name for name, (well, _) in results.items() if not well]
    print(f"\nfailed: {', '.join(failed)}" if failed else f"\nall {len(results)} steps ok")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
