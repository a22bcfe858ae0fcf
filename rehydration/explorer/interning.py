"""Tables that hold each value once, and lists that are written as runs: what keeps a page small.

Here belongs the compression, which knows nothing of what it compresses.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Table(Generic[Value]):
    """Values that can be written as JSON, each once; elsewhere its place stands for it."""

    def __init__(self) -> None:
        """Start empty."""
        self.values: list[Value] = []
        self._places: dict[str, int] = {}

    def place(self, value: Value) -> int:
        """Tell the place of a value, which is given one if it has none."""
        key = value if isinstance(value, str) else json.dumps(value)
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = len(self.values)
            self.values.append(value)
        return found


class Runs:
    """Lists of places in which one place is mostly followed by the same other one.

    A list is written as pairs: where a run begins, and how many places it has, each the one that follows the last.

    >>> runs = Runs()
    >>> runs.write([4, 3, 2, 1]), runs.write([3, 2, 7, 4, 3])
    ([4, 4], [3, 2, 7, 3])
    >>> runs.following(8)
    [-1, -1, 1, 2, 3, -1, -1, 4]
    """

    def __init__(self) -> None:
        """Start with nothing following anything."""
        self._following: dict[int, int] = {}

    def write(self, places: Sequence[int]) -> list[int]:
        """Write a list."""
        runs: list[int] = []
        last = None
        for each in places:
            if last is not None and self._following.setdefault(last, each) == each:
                runs[-1] += 1
            else:
                runs += [each, 1]
            last = each
        return runs

    def following(self, number: int) -> list[int]:
        """Tell what follows each of so many places, -1 where nothing does."""
        return [self._following.get(each, -1) for each in range(number)]
