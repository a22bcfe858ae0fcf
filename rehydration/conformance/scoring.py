"""The score: what outcomes come to, by standing, and the fingerprint of what AWS leaves open.

Here belongs what counts. How it is shown is not known here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from attrs import fields, frozen

from rehydration.conformance.running import ERROR, FAILED, NOT_ASKED, PASSED, Outcome
from rehydration.policies import Policy

STANDINGS: Final = ("documented", "inferred", "open")

MIXED: Final = "mixed"
UNTOLD: Final = "cannot be told"


@frozen
class Tally:
    """How many cases of one standing had each outcome."""

    passed: int
    failed: int
    not_asked: int
    errors: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.passed + self.failed + self.not_asked + self.errors

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Tally:
        """Count outcomes."""
        statuses = [each.status for each in outcomes]
        return cls(*(statuses.count(each) for each in (PASSED, FAILED, NOT_ASKED, ERROR)))


@frozen
class Score:
    """What a target came to: every outcome, and what they say together."""

    target: str
    outcomes: tuple[Outcome, ...]

    def tally(self, standing: str | None = None) -> Tally:
        """Count the cases of one standing, or all."""
        return Tally.of(each for each in self.outcomes if standing in (None, each.case.standing))

    @property
    def by_need(self) -> Mapping[str, Tally]:
        """What cases need of a target → how those came out that need it."""
        needs = sorted({need for each in self.outcomes for need in each.case.needs})
        return {need: Tally.of(each for each in self.outcomes if need in each.case.needs) for need in needs}

    @property
    def not_asked(self) -> Mapping[str, int]:
        """Why cases were not asked → how many."""
        return Counter(each.message for each in self.outcomes if each.status == NOT_ASKED)

    @property
    def conforms(self) -> bool:
        """Whether no documented case failed and nothing broke; what was not asked is told apart."""
        return not self.tally("documented").failed and not self.tally().errors

    @property
    def fingerprint(self) -> Mapping[str, str]:
        """Field of the policy → the reading that the target takes, ``mixed``, or that it cannot be told."""
        seen: dict[str, set[str]] = {each.name: set() for each in fields(Policy)}
        for outcome in self.outcomes:
            for name, reading in outcome.readings:
                seen[name].add(reading)
        return {name: _reading(readings) for name, readings in seen.items()}

    @property
    def policy(self) -> str:
        """The fingerprint as code: the readings that were told; what was not stays as it is by default."""
        told = [f'{name}="{reading}"' for name, reading in self.fingerprint.items() if reading not in (MIXED, UNTOLD)]
        return f"Policy({', '.join(told)})"


def _reading(readings: set[str]) -> str:
    if len(readings) > 1:
        return MIXED
    return next(iter(readings), UNTOLD)


def summary(score: Score) -> str:
    """Say in one line what a target came to."""
    documented, inferred, observed = (score.tally(each) for each in STANDINGS)
    every = score.tally()
    told = [
        f"documented {documented.passed}/{documented.total}",
        f"inferred {inferred.passed}/{inferred.total}",
        f"open {observed.passed} observed of {observed.total}",
        f"{every.failed} failed",
        f"{every.not_asked} not asked",
        f"{every.errors} errors",
    ]
    return f"{score.target}: {', '.join(told)}"
