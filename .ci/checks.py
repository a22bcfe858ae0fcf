"""Every check behind one command.

``python .ci/checks.py`` runs the checks with the tools of the environment that it is started from, made by
``pip install -e '.[dev]'``; names of steps as arguments run only those. ``bash .ci/run`` starts this file with
``--fresh``: then it works on a copy, runs the README's two shell blocks there as they are written, installs the tools,
and goes on with the checks.

Every step runs, whatever became of the others; the summary at the end names those that failed. Steps that need one core
run side by side, and print what they have to say when they end; those that use every core run alone.
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
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from threading import Lock
from typing import Any, TextIO
from zipfile import ZipFile

ROOT = Path(__file__).resolve().parents[1]
BLOCK = "^<!-- {marker} -->\n+```(?:bash|sh|shell)\n(.*?)^```$"
STEP_SECONDS = 1_800
FETCHED = re.compile(r"""<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)=["'](https?://[^"']+)""")
APT = "apt-get update -qq && apt-get install -y -qq chromium chromium-driver"
CORES = os.cpu_count() or 1
EXTRAS = ("aws", "bulk", "cli", "conformance", "moto", "test")
PRINTING = Lock()
INSTALLING_UV = Lock()
UNIT_TESTS = (
    "tests/core",
    "tests/evidence",
    "tests/explorer/test_answers.py",
    "tests/explorer/test_page.py",
    "tests/explorer/test_selection.py",
    "tests/records",
    "tests/service",
    "tests/test_examples.py",
    "tests/test_packaging.py",
    "tests/test_rules.py",
)
ONCE = (
    "tests/conformance/test_impostors.py",
    "tests/conformance/test_second.py",
    "tests/conformance/test_vectors.py",
    "tests/explorer/test_browser.py",
    "tests/integrations/test_desk.py",
    "tests/test_against_oracle.py",
    "tests/test_cost.py",
    "tests/test_opinion.py",
    "tests/test_oracle.py",
)
"""Tests of rules, of the suite and of pages in a browser: another Python and other dependencies change none of them."""
LAWS = ("tests/records/test_laws.py", "tests/service/test_state_machine.py", "tests/service/test_transcript_laws.py")
SMOKE = """
import sys
import rehydration
heavy = {"networkx", "click", "rich", "botocore", "duckdb", "numpy", "polars", "pyarrow"} & set(sys.modules)
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
    """Where the steps work: the tree, the interpreter with the tools, room for what they make, and where they print."""

    tree: Path
    python: Path
    room: Path
    is_fresh: bool
    output: TextIO = field(default_factory=lambda: sys.stdout)

    def tell(self, text: str) -> None:
        """Print a line among what the programs print."""
        print(text, file=self.output, flush=True)

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


Action = Callable[[Place], None]


@dataclass(frozen=True)
class Step:
    """What is done, and whether alone: with every core, or because later steps need what it makes."""

    action: Action
    alone: bool = False


FRESH: dict[str, Step] = {}
STEPS: dict[str, Step] = {}


def run(place: Place, *command: str, cwd: Path | None = None, environment: dict[str, str] | None = None) -> None:
    """Run a program in the tree, or elsewhere; raise CalledProcessError if it fails."""
    subprocess.run(
        command,
        cwd=cwd or place.tree,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=place.output,
        stderr=subprocess.STDOUT,
        timeout=STEP_SECONDS,
        check=True,
    )


def step(table: dict[str, Step], name: str, *, alone: bool = False) -> Callable[[Action], Action]:
    """Enter a function into a table of steps."""

    def enter(action: Action) -> Action:
        table[name] = Step(action, alone)
        return action

    return enter


def tool_step(name: str, *commands: str) -> None:
    """Enter a step that is programs of the environment, one after the other."""

    @step(STEPS, name)
    def run_tools(place: Place) -> None:
        for command in commands:
            program, *arguments = command.split()
            run(place, place.tool(program), *arguments)


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


@step(FRESH, "browser", alone=True)
@step(STEPS, "browser", alone=True)
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


@step(FRESH, "README: the test command")
def test_command(place: Place) -> None:
    """Run the README's test command."""
    run(place, "bash", "-euo", "pipefail", "-c", block_of_readme(place.tree, "test-command"))


@step(FRESH, "README: the first command")
def first_command(place: Place) -> None:
    """Run the README's first command in a copy of its own."""
    place = replace(place, tree=place.room / "first")
    copy_tree(place.tree)
    run(place, "bash", "-euo", "pipefail", "-c", block_of_readme(place.tree, "try-command"))


@step(FRESH, "documentation")
@step(STEPS, "documentation")
def documentation(place: Place) -> None:
    """Build the site, with warnings as errors, in an environment of its own."""
    if place.is_fresh:  # while the README's test command installs what it needs, on one core
        place = replace(place, tree=place.room / "documented")
        copy_tree(place.tree)
    python = new_environment(place, sys.executable, "documentation", "-e", ".[docs]")
    built = place.tree / "build" / "docs"
    run(
        place, python, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet", "--fresh-env", "docs", str(built)
    )
    fetched = sorted(
        {address for page in built.rglob("*.html") for address in FETCHED.findall(page.read_text("utf-8"))}
    )
    if fetched:
        raise StepFailedError(f"pages fetch from the network: {fetched}")
    place.tell(f"the site is {built / 'index.html'}")


@step(FRESH, "install the checks", alone=True)
def install_checks(place: Place) -> None:
    """Install the tools beside what the README's test command installed."""
    if not place.python.exists():
        run(place, sys.executable, "-m", "venv", str(place.python.parents[1]))
    uv(place, "pip", "install", "--quiet", "--python", str(place.python), "-e", ".[dev]")


# ---------------------------------------------------------------------------------------------------------- the checks


@step(STEPS, "build", alone=True)
def build(place: Place) -> None:
    """Build the source distribution, and the wheel from it."""
    run(place, str(place.python), "-m", "build", "--outdir", str(place.room / "dist"))


@step(STEPS, "slow tests", alone=True)
def slow_tests(place: Place) -> None:
    """Run the tests that the README's test command leaves out."""
    run(place, str(place.python), "-m", "pytest", "-q", "-n", "auto", "-m", "slow", "tests")


@step(STEPS, "coverage")
def coverage(place: Place) -> None:
    """Hold the unit tests alone, without the laws and the oracle, to every branch."""
    # coverage starts first: pytest loads the package's own plugin before any plugin could measure it
    left_out = [f"--ignore={each}" for each in LAWS]
    run(place, str(place.python), "-m", "coverage", "run", "-m", "pytest", "-q", *left_out, *UNIT_TESTS)
    run(place, str(place.python), "-m", "coverage", "report")


tool_step(
    "mypy",
    "mypy",
    "mypy conftest.py .ci/checks.py .ci/contracts.py .ci/mutants.py .ci/typed_pages.py"
    " docs/conf.py docs/_extensions/generated_pages.py docs/pictures.py",
    "mypy --package benchmarks",
)
tool_step("import contracts bite", "python .ci/contracts.py")
tool_step("import contracts", "lint-imports --no-cache")
tool_step("ruff", "ruff check", "ruff format --check")
tool_step("vulture", "vulture")
tool_step("deptry", "deptry .")
tool_step("typos", "typos")


@step(STEPS, "verifytypes")
def verifytypes(place: Place) -> None:
    """Check that no type of the public API is left unknown to those who use it."""
    # pyright looks the package up with the first python on the path, whatever --pythonpath says
    path = f"{place.python.parent}{os.pathsep}{os.environ['PATH']}"
    command = ("--verifytypes", "rehydration", "--ignoreexternal")
    run(place, place.tool("pyright"), *command, environment={"PATH": path})


@step(STEPS, "types of the pages")
def typed_pages(place: Place) -> None:
    """Check the types of the Python blocks of the README and the documentation, as their reader does."""
    run(place, str(place.python), ".ci/typed_pages.py")


tool_step("benchmarks, at their smallest", f"python -m benchmarks --size smallest --seconds {os.devnull}")


@step(STEPS, "wheel contents")
def wheel_contents(place: Place) -> None:
    """Check that the wheel holds the package, file by file as in the tree, and nothing else."""
    run(place, place.tool("check-wheel-contents"), str(place.wheel))
    with ZipFile(place.wheel) as archive:
        packed = {name: archive.read(name) for name in archive.namelist() if name.startswith("rehydration/")}
    package = (each for each in (place.tree / "rehydration").rglob("*") if "__pycache__" not in each.parts)
    kept = {each.relative_to(place.tree).as_posix(): each.read_bytes() for each in package if each.is_file()}
    if packed != kept:
        different = sorted(name for name in {*packed, *kept} if packed.get(name) != kept.get(name))
        raise StepFailedError(f"not in the wheel as in the tree: {', '.join(different)}")


@step(STEPS, "wheel and sdist alone")
def each_alone(place: Place) -> None:
    """Install the wheel, and the source distribution, without extras and ask each a question."""
    for name, made in (("wheel-alone", place.wheel), ("sdist-alone", place.sdist)):
        python = new_environment(place, oldest_python(place), name, str(made))
        uv(place, "pip", "check", "--python", python)
        run(place, python, "-I", "-c", SMOKE, cwd=place.room)


@step(STEPS, "suite on the wheel, oldest Python, newest dependencies", alone=True)
def suite_on_oldest_python(place: Place) -> None:
    """Run the tests on the oldest Python with the newest dependencies, unless the README's test command just did."""
    python = oldest_python(place)
    if place.is_fresh and version(python) == version(str(place.python)):
        place.tell(
            "not run again: the README's test command ran the tests on this Python with these dependencies,"
            " and the step 'wheel contents' compares the wheel with what it tested"
        )
    else:
        suite_on_wheel(place, python, "oldest-python")


@step(STEPS, "suite on the wheel, newest Python, oldest dependencies", alone=True)
def suite_on_newest_python(place: Place) -> None:
    """Run the tests on the newest Python, with the oldest version of each dependency that is declared."""
    constraints = place.room / "oldest.txt"
    constraints.write_text("\n".join(oldest_dependencies(place)), encoding="utf-8")
    oldest = ("--resolution", "lowest-direct", "--constraint", str(constraints))
    suite_on_wheel(place, newest_python(), "newest-python", *oldest)


def suite_on_wheel(place: Place, base: str, name: str, *arguments: str) -> None:
    """Run the tests of the source distribution on the installed wheel, without the package's sources beside them."""
    place.tell(f"with {base}")
    # bytecode at once: what a newer Python warns of in older packages is no error of the test that imports them first
    wanted = ("--compile-bytecode", *arguments, f"rehydration[test] @ {place.wheel.as_uri()}")
    python = new_environment(place, base, name, *wanted)
    tree = place.room / f"suite-{name}"
    with tarfile.open(place.sdist) as archive:
        archive.extractall(place.room / f"unpacked-{name}", filter="data")
    (unpacked,) = (place.room / f"unpacked-{name}").iterdir()
    unpacked.rename(tree)
    shutil.rmtree(tree / "rehydration")
    pytest = str(Path(python).parent / "pytest")
    few = {"HYPOTHESIS_PROFILE": "few"}  # this is about the Python and the dependencies; the rules were tried before
    left_out = [f"--ignore={each}" for each in ONCE]
    run(place, pytest, "-q", "-n", "auto", *left_out, "tests", "README.md", cwd=tree, environment=few)


def oldest_dependencies(place: Place) -> list[str]:
    """Pin what the package and its extras ask for to the oldest versions that they admit.

    The resolver would take them by itself, but for those that another package does not let be so old: what is declared
    is what is tested, or there is no solution and the resolver tells why.
    """
    table = project(place)
    asked = [*table["dependencies"], *(each for name in EXTRAS for each in table["optional-dependencies"][name])]
    return [re.sub(r"\[\w+\]", "", each).replace(">=", "==") for each in asked if not each.startswith("rehydration")]


def project(place: Place) -> dict[str, Any]:
    """Read the table ``project`` of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((place.tree / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


def uv(place: Place, *arguments: str) -> None:
    """Run uv as pip would go about it: with the machine's certificates and its Pythons."""
    asked = {"UV_SYSTEM_CERTS": "true", "UV_PYTHON_DOWNLOADS": "never"}
    run(place, uv_program(place), *arguments, environment=asked)


def uv_program(place: Place) -> str:
    """Find uv among the tools, or put it beside them: some steps need it before these are installed."""
    if not place.is_fresh:
        return place.tool("uv")
    program = place.room / "uv" / "bin" / "uv"
    with INSTALLING_UV:
        if not program.exists():
            wanted = next(each for each in project(place)["optional-dependencies"]["dev"] if each.startswith("uv>"))
            run(place, sys.executable, "-m", "venv", str(place.room / "uv"))
            run(place, str(program.with_name("python")), "-m", "pip", "install", "--quiet", wanted)
    return str(program)


def new_environment(place: Place, base: str, name: str, *requirements: str) -> str:
    """Make a virtual environment with what is required, and name its interpreter."""
    python = str(place.room / name / "bin" / "python")
    uv(place, "venv", "--quiet", "--python", base, str(place.room / name))
    uv(place, "pip", "install", "--quiet", "--python", python, *requirements)
    return python


def version(python: str) -> str:
    """Tell which Python an interpreter is: its version, when and how it was built, and where it is installed."""
    asked = "import sys; print(sys.version, sys.base_prefix)"
    return subprocess.run([python, "-c", asked], capture_output=True, text=True, check=True).stdout


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


def perform(name: str, action: Action, place: Place) -> tuple[bool, float]:
    """Run a step and tell whether it went well, and how long it took."""
    place.tell(f"\n=== {name}")
    began = time.monotonic()
    try:
        action(place)
    except subprocess.CalledProcessError as failure:
        place.tell(f"exit status {failure.returncode}: {' '.join(map(str, failure.cmd))[:200]}")
    except (StepFailedError, OSError, subprocess.TimeoutExpired) as failure:
        place.tell(f"{type(failure).__name__}: {failure}")
    else:
        return True, time.monotonic() - began
    return False, time.monotonic() - began


def perform_beside(name: str, action: Action, place: Place) -> tuple[bool, float]:
    """Run a step beside others: say that it begins, and print all that it has printed when it ends."""
    with PRINTING:
        place.tell(f"... {name}")
    with TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        result = perform(name, action, replace(place, output=output))
        output.seek(0)
        with PRINTING:
            place.tell(output.read().removesuffix("\n"))
    return result


def perform_all(steps: dict[str, Step], place: Place) -> dict[str, tuple[bool, float]]:
    """Run the steps in their order, as many side by side as there are cores where none asks to be alone."""
    results: dict[str, tuple[bool, float]] = {}
    for alone, group in groupby(steps.items(), key=lambda each: each[1].alone):
        with ThreadPoolExecutor(1 if alone else CORES) as pool:
            started = {
                name: pool.submit(perform if alone else perform_beside, name, each.action, place)
                for name, each in group
            }
        results |= {name: each.result() for name, each in started.items()}
    return results


def places(room: Path, *, fresh: bool) -> Place:
    """Lay out the place of work."""
    if not fresh:
        return Place(ROOT, Path(sys.executable), room, is_fresh=False)
    tree = room / "checkout"
    copy_tree(tree)
    return Place(tree, tree / ".venv" / "bin" / "python", room, is_fresh=True)


def chosen(names: list[str], *, fresh: bool) -> dict[str, Step]:
    """Choose the steps to run, in order."""
    usual = {**(FRESH if fresh else {}), **STEPS}
    return {name: each for name, each in usual.items() if not names or name in names}


def main() -> int:
    """Run the steps and sum them up."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--fresh", action="store_true", help="work on a copy, from new virtual environments")
    parser.add_argument("step", nargs="*", help=f"of: {', '.join(STEPS)}; by default all")
    asked = parser.parse_args()
    if unknown := sorted(set(asked.step) - {*FRESH, *STEPS}):
        parser.error(f"no such step: {', '.join(unknown)}; there are {', '.join(STEPS)}")
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "VIRTUAL_ENV"):
        os.environ.pop(name, None)
    os.environ["REHYDRATION_BROWSER"] = "required"  # tests that need one fail without, instead of being left out
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # in step with what the programs print
    began = time.monotonic()
    with TemporaryDirectory(prefix="checks-") as room:
        place = places(Path(room).resolve(), fresh=asked.fresh)
        results = perform_all(chosen(asked.step, fresh=asked.fresh), place)
    print("\n=== summary")
    for name, (well, seconds) in results.items():
        print(f"{'ok' if well else 'FAILED':<7}{seconds:>6.1f} s  {name}")
    print(f"{time.monotonic() - began:>13.1f} s  in all, up to {CORES} side by side")
    failed = [name for name, (well, _) in results.items() if not well]
    print(f"\nfailed: {', '.join(failed)}" if failed else f"\nall {len(results)} steps ok")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
