"""Work on long columns, part by part: what a part needs on the way stays small, and several parts are done at once.

numpy and polars let other threads run while they work on a part. This module does not know what the columns are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

Part = TypeVar("Part")
Told = TypeVar("Told")

WORKERS: Final = os.cpu_count() or 1
"""So many parts are worked on at once."""

_LENGTH: Final = 1 << 17


def parts_of(total: int) -> list[slice]:
    """Divide so many rows into parts, in their order."""
    return [slice(begin, min(begin + _LENGTH, total)) for begin in range(0, total, _LENGTH)]


def taken(values: npt.NDArray[Any], rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Take values at rows that are there."""
    found = np.empty(len(rows), values.dtype)
    at_once(lambda part: values.take(rows[part], out=found[part], mode="clip"), parts_of(len(rows)))
    return found


def at_once(task: Callable[[Part], Told], parts: Sequence[Part]) -> list[Told]:
    """Do a task for each part, as many at once as there are processors, and give what each tells, in their order.

    The task itself does nothing at once: the workers are few, and would wait for one another.
    """
    if len(parts) < 2:
        return [task(part) for part in parts]
    return list(_workers().map(task, parts))


@cache
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(WORKERS)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_workers.cache_clear)  # threads do not come along
