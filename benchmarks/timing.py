"""Taking time: all peers in one process, their rounds interleaved, so that a busy machine is busy for all of them."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter

Timed = Callable[[], object]


def rounds(timed: Mapping[str, Timed], count: int) -> dict[str, list[float]]:
    """Run every callable once a round, ``count`` rounds, in an order that turns; give the seconds of each.

    The garbage collector runs between the rounds, over what is young, and not within them.
    """
    seconds: dict[str, list[float]] = {name: [] for name in timed}
    names = list(timed)
    gc.collect()
    gc.disable()
    try:
        for turn in range(count):
            first = turn % len(names)
            for name in (*names[first:], *names[:first]):
                gc.collect(1)
                begin = perf_counter()
                timed[name]()
                seconds[name].append(perf_counter() - begin)
    finally:
        gc.enable()
    return seconds


def ratio(ours: list[float], theirs: list[float]) -> float:
    """Give the median of the ratios round by round."""
    return median(our / their for our, their in zip(ours, theirs, strict=True))
