"""Symbols: the names by which a case speaks of ids that are others at every run.

Here belongs what a symbol stands for and where one is put in its place. What ids mean is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from rehydration.conformance.faults import CaseMalformed

_FRESH: Final = re.compile(r"\$fresh\d+")


class Symbols:
    """What the symbols of one case stand for in one run."""

    def __init__(self, new_id: Callable[[], str]) -> None:
        """Start with nothing bound; ``new_id`` makes fresh ids."""
        self.new_id = new_id
        self._values: dict[str, Any] = {}

    def bind(self, symbol: str, value: object) -> None:
        """Have a symbol stand for a value."""
        self._values[symbol] = value

    def fresh(self, symbol: str) -> None:
        """Have a symbol stand for a fresh id."""
        self._values[symbol] = self.new_id()

    def told(self, text: str) -> str:
        """Put symbols in the place of what they stand for, for people."""
        named = [(str(value), symbol) for symbol, value in self._values.items() if isinstance(value, str)]
        for value, symbol in sorted(named, key=lambda each: -len(each[0])):
            text = text.replace(value, symbol) if len(value) >= 8 else text  # shorter ones stand for themselves
        return text

    def filled(self, tree: Any) -> Any:  # noqa: ANN401  # JSON data in, JSON data out
        """Put what symbols stand for in their place.

        :raises CaseMalformed: a symbol stands for nothing.
        """
        if isinstance(tree, str):
            return self._value(tree) if tree.startswith("$") else tree
        if isinstance(tree, Mapping):
            return {self._key(name): self.filled(each) for name, each in tree.items()}
        if isinstance(tree, list):
            return [item for each in tree for item in self._items(each)]
        return tree

    def _key(self, name: str) -> str:
        return str(self._value(name)) if name.startswith("$") else name

    def _items(self, tree: Any) -> list[Any]:  # noqa: ANN401
        if isinstance(tree, Mapping) and tree.keys() == {"chain", "from", "to"}:
            step = 1 if tree["to"] >= tree["from"] else -1
            numbers = range(tree["from"], tree["to"] + step, step)
            return [self.filled(f"{tree['chain']}{number}") for number in numbers]
        return [self.filled(tree)]

    def _value(self, symbol: str) -> Any:  # noqa: ANN401
        if symbol.startswith("$$"):
            return symbol[1:]
        if symbol not in self._values:
            if not _FRESH.fullmatch(symbol):
                raise CaseMalformed(f"the symbol {symbol} stands for nothing")
            self.fresh(symbol)
        return self._values[symbol]
