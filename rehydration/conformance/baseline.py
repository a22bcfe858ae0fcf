"""The baseline: cases that a target is known to fail, so that what is new stands out.

Here belongs what is expected to fail and what that makes of an outcome: listed and failed is well, failed and not
listed is bad, listed and passed is bad too, because the list is stale. A harness error is never well.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from attrs import frozen

from rehydration.conformance.faults import CaseMalformed
from rehydration.conformance.running import ERROR, FAILED, PASSED, Outcome


@frozen
class Verdict:
    """What a run comes to against a baseline, by case ids."""

    unexpected: tuple[str, ...]
    stale: tuple[str, ...]
    broken: tuple[str, ...]

    @property
    def is_well(self) -> bool:
        """Whether nothing is to be told."""
        return not (self.unexpected or self.stale or self.broken)


def read_baseline(path: str | Path) -> frozenset[str]:
    """Read case ids, one a line; what follows ``#`` is a remark.

    :raises CaseMalformed: the file cannot be read.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as fault:
        raise CaseMalformed(f"baseline {path}: {fault}") from fault
    return frozenset(filter(None, (line.partition("#")[0].strip() for line in lines)))


def judged(outcomes: Iterable[Outcome], baseline: frozenset[str], known: Iterable[str]) -> Verdict:
    """Compare outcomes with a baseline; a listed case that does not exist (``known`` are all ids) is stale too."""
    every = tuple(outcomes)
    by_status = {
        status: [each.case.case_id for each in every if each.status == status] for status in (PASSED, FAILED, ERROR)
    }
    return Verdict(
        unexpected=tuple(each for each in by_status[FAILED] if each not in baseline),
        stale=tuple(sorted(baseline.intersection(by_status[PASSED]) | (baseline - set(known)))),
        broken=tuple(by_status[ERROR]),
    )
