"""The suite as a whole: the run of many cases.

Here belongs who is asked what, in which order, and when a run ends. How a case is run is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import monotonic
from typing import Final

from rehydration.conformance.casebook import Case
from rehydration.conformance.running import ERROR, FAILED, NOT_ASKED, Outcome, run_case
from rehydration.conformance.scoring import DOCUMENTED, Score
from rehydration.conformance.targets import SECONDS, Factory, made

FIRST: Final = "smoke/start"
"""The case without which nothing else can be shown."""

INTERRUPTED: Final = "interrupted"
"""Why a run ended that its user interrupts."""

MOST_SLOW_ERRORS: Final = 3
"""After how many errors in a row that take their time no more is asked."""


def run(  # noqa: PLR0913  # how far to go is said by whoever starts it
    name: str,
    factory: Factory,
    cases: Iterable[Case],
    *,
    seconds: float = SECONDS,
    total_seconds: float | None = None,
    fail_fast: bool = False,
    baseline: frozenset[str] = frozenset(),
    known: Iterable[str] = (),
    seen: Callable[[Outcome], None] = lambda _outcome: None,
) -> Score:
    """Run cases on a target, each on a fresh one that ``factory`` makes; one answer may take so many seconds.

    What is left when it ends early is not asked: after ``total_seconds``, with ``fail_fast`` after the first documented
    case that fails, when the target hangs again and again, when no chat can be started, and when it is interrupted.
    ``baseline`` has the ids of cases that are known to fail, ``known`` all that there are. ``seen`` is told of each
    outcome.

    >>> from rehydration.conformance.casebook import all_cases, chosen
    >>> from rehydration.conformance.targets import ServiceTarget
    >>> run("the service", ServiceTarget, chosen(all_cases(), ["start"])).conforms
    True

    :raises TargetBroken: the target cannot even be made.
    """
    left = list(cases)
    limit = _Limit(seconds, total_seconds, baseline if fail_fast else None)
    outcomes: list[Outcome] = []
    ended = ""
    try:
        made(factory, seconds).close()
        while left and not ended:
            outcome = run_case(left[0], factory, seconds=limit.of_an_answer)
            outcomes.append(outcome)
            del left[0]
            seen(outcome)
            ended = limit.reached(outcome)
    except KeyboardInterrupt:
        ended = INTERRUPTED
    reason = f"the run ended before: {ended}"
    rest = (Outcome(each, NOT_ASKED, reason) for each in left)
    told = f"the run ended after {len(outcomes)} of {len(outcomes) + len(left)} cases: {ended}" if left else ""
    return Score(name, (*outcomes, *rest), baseline, frozenset(known), told)


class _Limit:
    """How far a run goes."""

    def __init__(self, seconds: float, total_seconds: float | None, baseline: frozenset[str] | None) -> None:
        """Start the clock; ``baseline`` is None where a failure does not end the run."""
        self._seconds = seconds
        self._total = total_seconds
        self._baseline = baseline
        self._began = monotonic()
        self._slow_errors = 0

    @property
    def of_an_answer(self) -> float:
        """How long one answer may take: not longer than what is left of the whole."""
        if self._total is None:
            return self._seconds
        return max(0.1, min(self._seconds, self._total - (monotonic() - self._began)))

    def reached(self, outcome: Outcome) -> str:
        """Say why the run ends after an outcome; nothing if it goes on."""
        is_slow = outcome.hangs or outcome.seconds > self._seconds / 2
        self._slow_errors = self._slow_errors + 1 if outcome.status == ERROR and is_slow else 0
        if self._slow_errors == MOST_SLOW_ERRORS:
            return f"the target did not answer {MOST_SLOW_ERRORS} times in a row"
        if outcome.case.case_id == FIRST and outcome.status in (FAILED, ERROR):
            doubt = "; is the instance id right?" if "ResourceNotFoundException" in outcome.codes else ""
            return f"no chat can be started: {outcome.cause}{doubt}"
        if self._baseline is not None and self._is_new(outcome, self._baseline):
            return f"{outcome.case.case_id} failed"
        if self._total is not None and monotonic() - self._began > self._total:
            return f"{self._total:g} s are over"
        return ""

    @staticmethod
    def _is_new(outcome: Outcome, baseline: frozenset[str]) -> bool:
        decides = outcome.status == FAILED and outcome.case.standing == DOCUMENTED
        return outcome.status == ERROR or (decides and outcome.case.case_id not in baseline)
