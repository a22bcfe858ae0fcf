"""Pools that hold each value once, and lists that are written as runs: what keeps a page small.

Here belongs the compression, which knows nothing of what it compresses.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Pool(Generic[Value]):
    """Values that can be written as JSON, each once; elsewhere its place stands for it."""

    def __init__(self) -> None:
        """Start empty."""
        self.values: list[Value] = []
        self._places: dict[object, int] = {}

    def place(self, value: Value) -> int:
        """Tell the place of a value, which is given one if it has none."""
        key = json.dumps(value) if isinstance(value, dict) else value
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = len(self.values)
            self.values.append(value)
        return found


class Runs:
    """Lists of places in which one place is mostly followed by the same other one.

    A list is written as pairs: where a run begins, and how many places it has, each the one that follows the last. What
    follows a place is settled when all lists are there; until then they are kept as they are.

    >>> runs = Runs()
    >>> lists = [runs.keep(each) for each in ([4, 3, 1], [4, 3, 2, 1], [5, 4, 3, 2])]
    >>> runs.settle()
    >>> lists
    [[4, 2, 1, 1], [4, 4], [5, 4]]
    >>> runs.following(6)
    [-1, -1, 1, 2, 3, 4]
    """

    def __init__(self) -> None:
        """Start without lists."""
        self._lists: list[list[int]] = []
        self._following: dict[int, int] = {}

    def keep(self, places: Iterable[int]) -> list[int]:
        """Take a list in; what is handed out is turned into runs later."""
        kept = list(places)
        self._lists.append(kept)
        return kept

    def settle(self) -> None:
        """Turn every list into runs."""
        pairs = Counter(pair for each in self._lists for pair in pairwise(each))
        for (place, after), _ in reversed(pairs.most_common()):
            self._following[place] = after
        for each in self._lists:
            each[:] = self._runs(each)

    def _runs(self, places: list[int]) -> list[int]:
        runs: list[int] = []
        last = None
        for each in places:
            if last is not None and self._following[last] == each:
                runs[-1] += 1
            else:
                runs += [each, 1]
            last = each
        return runs

    def following(self, number: int) -> list[int]:
        """Tell what follows each of so many places, -1 where nothing does."""
        return [self._following.get(each, -1) for each in range(number)]
