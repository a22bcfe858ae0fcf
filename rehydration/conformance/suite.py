"""The suite as a whole: the run of many cases.

Here belongs who is asked what, and in which order. How a case is run is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rehydration.conformance.casebook import Case
from rehydration.conformance.running import Outcome, run_case
from rehydration.conformance.scoring import Score
from rehydration.conformance.targets import SECONDS, Factory, made


def run(
    name: str,
    factory: Factory,
    cases: Iterable[Case],
    *,
    seconds: float = SECONDS,
    seen: Callable[[Outcome], None] = lambda _outcome: None,
) -> Score:
    """Run cases on a target, each on a fresh one that ``factory`` makes; one answer may take so many seconds.

    ``seen`` is told of each outcome.

    >>> from rehydration.conformance.casebook import all_cases
    >>> from rehydration.conformance.targets import ServiceTarget
    >>> run("the service", ServiceTarget, all_cases()[:3]).conforms
    True

    :raises TargetBroken: the target cannot even be made.
    """
    made(factory, seconds).close()
    outcomes = []
    for case in cases:
        outcome = run_case(case, factory, seconds=seconds)
        seen(outcome)
        outcomes.append(outcome)
    return Score(name, tuple(outcomes))
