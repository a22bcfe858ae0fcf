"""Work on long columns, part by part: what a part needs on the way stays small, and several parts are done at once.

numpy and polars let other threads run while they work on a part. This module does not know what the columns are.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from itertools import islice
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


class Ahead(Iterator[tuple[Part, Told]]):
    """Does a task for each of some parts, and gives each with what the task tells of it, in their order.

    While one is looked at, the workers are at the next ones; so many parts are in memory, and one more.
    """

    def __init__(self, task: Callable[[Part], Told], parts: Iterator[Part]) -> None:
        """Begin with the first ones when asked for one."""
        self._task = task
        self._parts = parts
        self._begun: deque[tuple[Part, Future[Told]]] = deque()

    def __next__(self) -> tuple[Part, Told]:
        """Give the next part, and begin with those after it."""
        for part in islice(self._parts, WORKERS + 1 - len(self._begun)):
            self._begun.append((part, _workers().submit(self._task, part)))
        if not self._begun:
            raise StopIteration
        part, told = self._begun.popleft()
        return part, told.result()

    def rest(self) -> Iterator[Part]:
        """Give the parts that were not given, with no more work on them."""
        for part, told in self._begun:
            told.cancel()
            yield part
        yield from self._parts


@cache
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(WORKERS)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_workers.cache_clear)  # threads do not come along
