"""The baseline: cases that a target is known to fail, so that what is new stands out.

Here belongs how it is written down. What it makes of a score is not known here.
"""

from __future__ import annotations

from pathlib import Path

from rehydration.conformance.faults import CaseMalformed


def read_baseline(path: str | Path) -> frozenset[str]:
    """Read case ids, one a line; what follows ``#`` is a remark.

    :raises CaseMalformed: the file cannot be read.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as fault:
        raise CaseMalformed(f"baseline {path}: {fault}") from fault
    return frozenset(filter(None, (line.partition("#")[0].strip() for line in lines)))
