"""The score: what outcomes come to, the one verdict on them, and the fingerprint of what AWS leaves open.

Here belongs what counts. How it is shown is not known here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Final

from attrs import field, fields, frozen

from rehydration.conformance.casebook import SMOKE
from rehydration.conformance.running import ERROR, FAILED, NOT_ASKED, NOT_SHOWN, PASSED, Outcome
from rehydration.policies import Policy

DOCUMENTED: Final = "documented"
STANDINGS: Final = (DOCUMENTED, "inferred", "open")
DECIDING_GROUPS: Final = ("eligibility", "start", "visibility")
"""The groups of which a verdict needs a documented case each, where there are any among what was chosen."""

MIXED: Final = "mixed"
UNTOLD: Final = "cannot be told"


class Verdict(Enum):
    """What a run comes to. Every output says the same: text, Markdown, JSON, JUnit, the exit status."""

    CONFORMS = "conforms"
    KNOWN = "fails what the baseline says, and nothing else"
    OBSERVED = "was observed"
    FAILS = "does not conform"
    STALE = "does better than its baseline says"
    NONE = "was not judged"
    BROKEN = "broke"

    @property
    def exit_status(self) -> int:
        """0 where all is as it is to be, 1 for failures, 2 where there can be no verdict."""
        return {Verdict.FAILS: 1, Verdict.STALE: 1, Verdict.NONE: 2, Verdict.BROKEN: 2}.get(self, 0)


@frozen
class Tally:
    """How many cases of one standing had each outcome."""

    passed: int
    failed: int
    not_shown: int
    not_asked: int
    errors: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.passed + self.failed + self.not_shown + self.not_asked + self.errors

    @property
    def asked(self) -> int:
        """Those that were asked."""
        return self.total - self.not_asked

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Tally:
        """Count outcomes."""
        statuses = [each.status for each in outcomes]
        return cls(*(statuses.count(each) for each in (PASSED, FAILED, NOT_SHOWN, NOT_ASKED, ERROR)))


@frozen
class Score:
    """What a target came to: every outcome, and what they say together.

    ``baseline`` has the ids of cases that are known to fail, ``known`` all ids that there are. ``ended`` says why a run
    ended before all was asked.
    """

    target: str
    outcomes: tuple[Outcome, ...]
    baseline: frozenset[str] = frozenset()
    known: frozenset[str] = field(factory=frozenset)
    ended: str = ""

    def tally(self, standing: str | None = None) -> Tally:
        """Count the cases of one standing, or all that are about rules."""
        return Tally.of(
            each
            for each in self.outcomes
            if each.case.standing == standing or (standing is None and each.case.standing != SMOKE)
        )

    @property
    def by_need(self) -> Mapping[str, Tally]:
        """What cases need of a target → how those came out that need it."""
        needs = sorted({need for each in self.outcomes for need in each.case.needs})
        return {need: Tally.of(each for each in self.outcomes if need in each.case.needs) for need in needs}

    @property
    def not_asked(self) -> Mapping[str, int]:
        """Why cases were not asked → how many."""
        return Counter(each.message for each in self.outcomes if each.status == NOT_ASKED)

    # -------------------------------------------------------------------------------------------------- the verdict

    def is_known(self, outcome: Outcome) -> bool:
        """Whether the baseline says that a case fails, and it does."""
        return outcome.status in (FAILED, NOT_SHOWN) and outcome.case.case_id in self.baseline

    def counts(self, outcome: Outcome) -> bool:
        """Whether an outcome speaks against the target: a documented case that fails, and is not known to."""
        return outcome.status == FAILED and outcome.case.standing == DOCUMENTED and not self.is_known(outcome)

    @property
    def stale(self) -> tuple[str, ...]:
        """Ids in the baseline that passed, or that there are not."""
        passed = {each.case.case_id for each in self.outcomes if each.status == PASSED}
        gone = self.baseline - self.known if self.known else frozenset()
        return tuple(sorted((self.baseline & passed) | gone))

    @property
    def lacks(self) -> tuple[str, ...]:
        """Why there can be no verdict, if there can be none."""
        return tuple(self._lacks())

    def _lacks(self) -> Iterator[str]:
        if self.ended:
            yield self.ended
        for each in self.outcomes:
            if each.case.standing == SMOKE and each.status == FAILED and not self.is_known(each):
                yield f"{each.case.case_id} failed: {each.cause}"
        documented = [each for each in self.outcomes if each.case.standing == DOCUMENTED]
        unshown = sum(each.status == NOT_SHOWN and not self.is_known(each) for each in documented)
        if unshown:
            yield f"{_cases(unshown)} could not be shown, because what prepares them failed"
        if not self.tally().asked:
            if not self.ended:
                yield f"no case was asked{self._needed(self.outcomes)}"
            return
        for group in DECIDING_GROUPS:
            of_group = [each for each in documented if each.case.group == group]
            if of_group and all(each.status == NOT_ASKED for each in of_group):
                yield f"no documented case of {group} was asked{self._needed(of_group)}"

    @staticmethod
    def _needed(outcomes: Iterable[Outcome]) -> str:
        reasons = Counter(each.message for each in outcomes if each.status == NOT_ASKED)
        told = ", ".join(f"{_cases(number)}: {reason}" for reason, number in reasons.most_common(4))
        return f" ({told})" if told else ""

    @property
    def verdict(self) -> Verdict:
        """The one verdict. Documented cases decide; where none of them was chosen, the target was observed."""
        if self.tally().errors or self.tally(SMOKE).errors:
            return Verdict.BROKEN
        if any(map(self.counts, self.outcomes)):
            return Verdict.FAILS
        if self.stale:
            return Verdict.STALE
        if self.lacks:
            return Verdict.NONE
        if not self.tally(DOCUMENTED).total:
            return Verdict.OBSERVED
        return Verdict.KNOWN if any(map(self.is_known, self.outcomes)) else Verdict.CONFORMS

    @property
    def conforms(self) -> bool:
        """Whether the target conforms: every documented case that was asked passed, and enough were asked."""
        return self.verdict is Verdict.CONFORMS

    # ---------------------------------------------------------------------------------------------------- fingerprint

    @property
    def fingerprint(self) -> Mapping[str, str]:
        """Field of the policy → the reading that the target takes, ``mixed``, or that it cannot be told."""
        seen: dict[str, set[str]] = {each.name: set() for each in fields(Policy)}
        for outcome in self.outcomes:
            for name, reading in outcome.readings:
                seen[name].add(reading)
        return {name: _reading(readings) for name, readings in seen.items()}

    @property
    def policy(self) -> str | None:
        """The fingerprint as code: the readings that were told, the others left out; None if none was."""
        told = [f'{name}="{reading}"' for name, reading in self.fingerprint.items() if reading not in (MIXED, UNTOLD)]
        return f"Policy({', '.join(told)})" if told else None

    @property
    def observed(self) -> Mapping[str, tuple[str, ...]]:
        """Open rule without a field of the policy → what the target was seen to do."""
        seen: dict[str, list[str]] = {}
        for outcome in self.outcomes:
            for rule_id, told in outcome.observed:
                seen.setdefault(rule_id, []).append(told)
        return {rule_id: tuple(dict.fromkeys(told)) for rule_id, told in sorted(seen.items())}


def _reading(readings: set[str]) -> str:
    if len(readings) > 1:
        return MIXED
    return next(iter(readings), UNTOLD)


def _cases(number: int) -> str:
    return f"{number} case" if number == 1 else f"{number} cases"


# ---------------------------------------------------------------------------------------------------- one cause at once


@frozen
class Finding:
    """Outcomes that have one cause; the first of them stands for the others."""

    outcomes: tuple[Outcome, ...]

    @property
    def first(self) -> Outcome:
        """The outcome that tells the most: of the strongest standing, and of the shortest case."""
        return min(self.outcomes, key=lambda each: (_strength(each), len(each.case.steps)))

    @property
    def standing(self) -> str:
        """The strongest standing among the cases."""
        return self.first.case.standing

    @property
    def rules(self) -> tuple[str, ...]:
        """The first rules of the cases: of the strongest standing first, then those of most cases."""
        own = Counter(each.case.rules[0] for each in self.outcomes if each.case.rules)
        strength = {each.case.rules[0]: _strength(each) for each in self.outcomes if each.case.rules}
        return tuple(sorted(own, key=lambda name: (strength[name], -own[name])))


def findings(outcomes: Iterable[Outcome], status: str) -> tuple[Finding, ...]:
    """Group the outcomes of one status by cause, documented ones first, then those of most cases."""
    groups: dict[str, list[Outcome]] = {}
    for each in outcomes:
        if each.status == status:
            kind = each.message if each.failure is None else each.failure.kind
            groups.setdefault(kind, []).append(each)
    found = [Finding(tuple(each)) for each in groups.values()]
    return tuple(sorted(found, key=lambda each: (_strength(each.first), -len(each.outcomes))))


def _strength(outcome: Outcome) -> int:
    return (SMOKE, *STANDINGS).index(outcome.case.standing)


def summary(score: Score) -> str:
    """Say in one line what a target came to."""
    documented, inferred, observed = (score.tally(each) for each in STANDINGS)
    every = score.tally()
    told = [
        f"documented {documented.passed}/{documented.total}",
        f"inferred {inferred.passed}/{inferred.total}",
        f"open {observed.passed} observed of {observed.total}",
        f"{every.failed} failed",
        f"{every.not_shown} not shown",
        f"{every.not_asked} not asked",
        f"{every.errors} errors",
    ]
    return f"{score.target}: {', '.join(told)}"
