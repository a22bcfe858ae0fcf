"""Taking time: all peers in one process, their rounds interleaved, so that a busy machine is busy for all of them.

pyperf times one thing after another, each in processes of its own. So the rounds are ours, and what they took is kept
in pyperf's form, for its commands.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter

import pyperf

Timed = Callable[[], object]

_KEPT: dict[str, list[pyperf.Run]] = {}


def rounds(what: str, timed: Mapping[str, Timed], count: int, *, collecting: bool = False) -> dict[str, list[float]]:
    """Run every callable once a round, ``count`` rounds, in an order that turns; give and keep the seconds of each.

    The garbage collector runs between the rounds, over what is young, and not within them, unless ``collecting``: then
    it runs as it does for whoever leaves it alone.
    """
    seconds: dict[str, list[float]] = {name: [] for name in timed}
    names = list(timed)
    gc.collect()
    if not collecting:
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
    for name, values in seconds.items():
        label = f"{what}: {name}"
        run = pyperf.Run(values, metadata={"name": label, "unit": "second"}, collect_metadata=False)
        _KEPT.setdefault(label, []).append(run)
    return seconds


def kept() -> pyperf.BenchmarkSuite:
    """Give the seconds of all rounds until now."""
    return pyperf.BenchmarkSuite([pyperf.Benchmark(runs) for runs in _KEPT.values()])


def ratio(ours: list[float], theirs: list[float]) -> float:
    """Give the median of the ratios round by round."""
    return median(our / their for our, their in zip(ours, theirs, strict=True))
