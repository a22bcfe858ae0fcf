"""The figures: what was measured against what, beside its target, as a Markdown table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from typing import Protocol


class Size(Enum):
    """How much is measured: enough to see that the program works, enough for a first look, everything."""

    SMALLEST = "smallest"
    QUICK = "quick"
    FULL = "full"


@dataclass(frozen=True)
class Target:
    """Where a figure should lie."""

    value: float
    at_least: bool

    def is_met(self, figure: float) -> bool:
        """Tell whether a figure is good enough."""
        return figure >= self.value if self.at_least else figure <= self.value

    def __str__(self) -> str:
        return f"{'at least' if self.at_least else 'at most'} {shown(self.value)}"


def at_most(value: float) -> Target:
    """Make a target that small figures meet."""
    return Target(value, at_least=False)


def at_least(value: float) -> Target:
    """Make a target that great figures meet."""
    return Target(value, at_least=True)


@dataclass(frozen=True)
class Row:
    """One figure.

    ``ratio`` is in words of ``unit``: by default how many times the peer's time ours is; "times faster" is the reverse,
    and a unit of its own, such as "bytes a contact", needs no peer. ``size`` counts the contacts. ``target`` is None
    where there is none.
    """

    name: str
    peer: str
    size: int
    ratio: float
    target: Target | None = None
    unit: str = "times the time"

    @property
    def verdict(self) -> str:
        """Say whether the target was met."""
        if self.target is None:
            return ""
        return "met" if self.target.is_met(self.ratio) else "**missed**"


class Part(Protocol):
    """A module that measures."""

    def measure(self, size: Size) -> Iterable[Row]:
        """Compare the answers of all peers, then time them; yield every figure as soon as it is known."""
        ...


def shown(figure: float) -> str:
    """Show a figure with as many digits as mean something."""
    if figure >= 1_000:
        return f"{float(f'{figure:.3g}'):,.0f}"
    return f"{figure:.0f}" if figure >= 100 else f"{figure:.1f}" if figure >= 10 else f"{figure:.2f}"


def size_shown(size: int) -> str:
    """Show a number of contacts."""
    return f"{size:,}"


def lines(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the lines of a Markdown table; what is asked is written once for all its peers."""
    yield "| What | Beside | Contacts | Figure | | Target | |"
    yield "| --- | --- | ---: | ---: | --- | --- | --- |"
    for name, group in groupby(rows, key=lambda row: row.name):
        for place, row in enumerate(group):
            cells = (
                "" if place else name,
                row.peer,
                size_shown(row.size),
                shown(row.ratio),
                row.unit,
                "" if row.target is None else str(row.target),
                row.verdict,
            )
            yield f"| {' | '.join(cells)} |"
