"""One test a case: ``pytest --pyargs rehydration.conformance --rehydration-target module:factory``.

Here belongs how an outcome is told to pytest: failed and listed in the baseline is an expected failure, passed and
listed is a failure, not asked is a skip, and a broken target is never expected. Documented cases decide: what others
fail is an expected failure, too. That enough can be asked for a verdict is a test of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rehydration.conformance.baseline import read_baseline
from rehydration.conformance.casebook import SMOKE, Case, all_cases
from rehydration.conformance.faults import CaseMalformed, TargetBroken
from rehydration.conformance.program import Program
from rehydration.conformance.running import ERROR, FAILED, NOT_ASKED, NOT_SHOWN, PASSED, Outcome, missing, run_case
from rehydration.conformance.scoring import DOCUMENTED, Score
from rehydration.conformance.targets import Factory, ServiceTarget, load, made


class CaseFailed(Exception):
    """A case that a target fails."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test of every case."""
    if "case" not in metafunc.fixturenames:
        return
    if metafunc.config.getoption("--rehydration-target") is None:
        raise pytest.UsageError(
            "name what is to be judged: --rehydration-target module:factory, self or command:PROGRAM"
        )
    baseline = metafunc.config.getoption("--rehydration-baseline")
    try:
        listed = frozenset() if baseline is None else read_baseline(baseline)
    except CaseMalformed as problem:
        raise pytest.UsageError(str(problem)) from problem
    known = pytest.mark.xfail(strict=True, raises=CaseFailed, reason="listed in the baseline")
    cases = [
        pytest.param(each, id=each.case_id, marks=[known] if each.case_id in listed else []) for each in all_cases()
    ]
    metafunc.parametrize("case", cases)


@pytest.fixture(scope="session")
def rehydration_factory(request: pytest.FixtureRequest) -> Iterator[Factory]:
    """Make targets, each for one case."""
    name: str = request.config.getoption("--rehydration-target")
    kind, _, rest = name.partition(":")
    try:
        if kind == "command":
            with Program(rest) as factory:
                yield factory
        else:
            yield ServiceTarget if name == "self" else load(name)
    except TargetBroken as problem:
        pytest.exit(str(problem), returncode=2)


def test_enough_can_be_asked(rehydration_factory: Factory) -> None:
    """The target has what a verdict needs."""
    target = made(rehydration_factory)
    target.close()
    lacking = ((each, ", ".join(sorted(missing(each, target.capabilities)))) for each in all_cases())
    asked = (Outcome(each, NOT_ASKED if needs else PASSED, f"needs {needs}") for each, needs in lacking)
    lacks = Score("the target", tuple(asked)).lacks
    if lacks:
        raise TargetBroken("; ".join(lacks))


def test_case(case: Case, rehydration_factory: Factory) -> None:
    """The target answers as the rules of the case say."""
    outcome = run_case(case, rehydration_factory)
    if outcome.status == NOT_ASKED:
        pytest.skip(f"not asked: {outcome.message}")
    if outcome.status == ERROR:
        raise TargetBroken(outcome.message)
    if outcome.status in (FAILED, NOT_SHOWN):
        told = f"step {outcome.step}: {outcome.message}"
        if case.standing in (DOCUMENTED, SMOKE):
            raise CaseFailed(told)
        pytest.xfail(f"does not decide: {told}")
