"""Where everything stands in an SVG picture, in pixels: bands beneath one another, boxes side by side, links at left.

Here belongs geometry. Time runs from left to right and down: a band for a session, the oldest first, as wide as its
boxes and no wider than a page. A link leaves a box at its left edge or from beneath, runs in a rail beside the bands,
and arrives from beneath, so that no line runs behind a box. This module draws nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Final

from attrs import define, field, frozen

from rehydration.render.chart import Arrow, Band, Block, Chart, Key, Words
from rehydration.render.lettering import fitted, width_of
from rehydration.render.svg_styles import LETTERINGS

EDGE: Final = 16
INSET: Final = 16
ICON: Final = 18
PLATE: Final = 4
PAD: Final = 9
BETWEEN: Final = 8
_ROOM: Final = 920
"""A line of boxes is no wider."""
_GUTTER: Final = 48
_MARGIN: Final = 38
_LEAST_BOX: Final = 112
LEAST_WIDTH: Final = 480
_MOST_TEXT: Final = 205
_MOST_NAME: Final = 300
_HEADER: Final = 30
_ABOVE: Final = 4
_ABOVE_ALONE: Final = 12
_ABOVE_BAR: Final = 22
_BELOW: Final = 12
_TIP: Final = 18
_BAR: Final = 14
_SLOT: Final = 9
_RAIL: Final = 10


@frozen
class Bounds:
    """Where a box stands."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height

    @property
    def middle(self) -> float:
        """Its middle, from left to right."""
        return self.left + self.width / 2

    @property
    def center(self) -> float:
        """Its middle, from top to bottom."""
        return self.top + self.height / 2


_Line = list[tuple[Block, float]]
"""Boxes side by side, each with its distance from the left."""


@define
class Trunk:
    """All links that arrive at one box: the heights at which they leave others and arrive, and their rail."""

    head: Key
    is_followed: bool
    bar: str
    heights: dict[Key, float] = field(factory=dict)
    arrives: float = 0
    rail: int = 0

    @property
    def extent(self) -> tuple[float, float]:
        """From where to where it runs in its rail."""
        return min(*self.heights.values(), self.arrives), max(*self.heights.values(), self.arrives)


def widths_of(charts: Sequence[Chart]) -> Mapping[Key, float]:
    """Measure boxes; a contact that stands in several pictures is as wide in each."""
    widths: dict[Key, float] = {}
    for chart in charts:
        for block in chart.blocks:
            inner = max(map(_width_of, block.lines))
            widths[block.key] = max(widths.get(block.key, _LEAST_BOX), 2 * INSET + inner)
    return widths


def _width_of(words: Words) -> float:
    kind = LETTERINGS[words.kind]
    return (ICON if kind.has_icon else 0) + width_of(fitted_to_box(words), kind.size, bold=kind.bold)


def fitted_to_box(words: Words) -> str:
    """Shorten a line so that its box does not become too wide."""
    kind = LETTERINGS[words.kind]
    return fitted(words.text, _MOST_TEXT - (ICON if kind.has_icon else 0), kind.size, bold=kind.bold)


def header_of(band: Band) -> Iterator[tuple[str, str, float]]:
    """Tell what stands above the boxes of a band: how it is set, what it says, how wide it is."""
    for kind, text, most in (("session", band.name, _MOST_NAME), ("label", band.about, _ROOM)):
        type_ = LETTERINGS[kind]
        told = fitted(text, most, type_.size, bold=type_.bold)
        yield kind, told, width_of(told, type_.size, bold=type_.bold)


class Places:
    """Where the bands of one picture are, and in them the boxes and links."""

    def __init__(self, chart: Chart, widths: Mapping[Key, float], left: float, top: float) -> None:
        """Put everything in its place, beneath ``top`` and right of ``left``, where the rails are."""
        self.chart = chart
        self._left = left
        self._widths = widths
        self._joined = {each.head for band in chart.bands for each in band.joins}
        self.boxes: dict[Key, Bounds] = {}
        self.bands: list[Bounds] = []
        self.turns: dict[Key, float] = {}
        """The box that a line of boxes ends with → the height at which its join runs back to the next line."""
        self.stacks: set[Key] = {each.key for each in chart.blocks if each.is_stack}
        self.trunks: dict[tuple[Key, bool], Trunk] = {}
        for arrow in chart.arrows:
            self._trunk(arrow).heights[arrow.tail] = top
        at = top
        for band in chart.bands:
            lines = _in_lanes(band, widths) if band.has_lanes else _in_lines(band, widths)
            begin, at = at, at + (_HEADER if band.name else 0)
            for number, line in enumerate(lines):
                at = self._line(band, line, at, is_last=number + 1 == len(lines))
            inner = max(x + widths[block.key] for line in lines for block, x in line)
            header = sum(width + BETWEEN for _, _, width in header_of(band)) + BETWEEN
            self.bands.append(Bounds(left, begin, max(inner + _MARGIN + INSET, header), at + _BELOW - begin))
            at += _BELOW + BETWEEN
        self.bottom = at
        self._choose_rails()

    @property
    def rails(self) -> float:
        """How much room the rails take at the left."""
        return _RAIL * max((each.rail + 1 for each in self.trunks.values()), default=0)

    @property
    def width(self) -> float:
        """How wide the bands are."""
        return max((each.width for each in self.bands), default=0)

    def rail(self, trunk: Trunk) -> float:
        """Tell where a rail runs."""
        return self._left - _RAIL * (trunk.rail + 1) + 2

    def leaves_left(self, key: Key) -> bool:
        """Tell whether nothing stands left of a box, so that a link can leave it there."""
        return self.boxes[key].left == self._left + _MARGIN and key not in self._joined

    def _trunk(self, arrow: Arrow) -> Trunk:
        trunk = Trunk(arrow.head, arrow.is_followed, arrow.bar)
        return self.trunks.setdefault((arrow.head, arrow.is_followed), trunk)

    def _line(self, band: Band, line: _Line, top: float, *, is_last: bool) -> float:
        """Place one line of boxes, and the links that run beneath it; return where it ends."""
        keys = {block.key for block, _ in line}
        above = _ABOVE if band.name else _ABOVE_ALONE
        above = _ABOVE_BAR if any(each.bar and each.head in keys for each in band.joins) else above
        height = max(2 * PAD + sum(LETTERINGS[each.kind].height for each in block.lines) for block, _ in line)
        for block, x in line:
            self.boxes[block.key] = Bounds(self._left + _MARGIN + x, top + above, self._widths[block.key], height)
        at = top + above + height + (2 * PLATE if keys & self.stacks else 0)
        arriving = [each for each in self.trunks.values() if each.head in keys]
        at += _BAR if any(each.bar for each in arriving) else 0
        slots = count()
        last = line[-1][0].key
        if not band.has_lanes and not is_last and any(each.tail == last for each in band.joins):
            self.turns[last] = at + _TIP / 2 + _SLOT * next(slots)
        for each in arriving:
            each.arrives = at + _TIP + _SLOT * next(slots)
        for each in self.trunks.values():
            for tail in (block.key for block, _ in line if block.key in each.heights):
                left = self.leaves_left(tail)
                each.heights[tail] = self.boxes[tail].center if left else at + _TIP + _SLOT * next(slots)
        used = next(slots)
        return at + (_TIP + _SLOT * (used - 1) if used else 0) + (0 if is_last else _BELOW)

    def _choose_rails(self) -> None:
        """Give every trunk the innermost rail in which nothing else runs at its height."""
        taken: list[Trunk] = []
        for trunk in sorted(self.trunks.values(), key=lambda each: each.extent[1] - each.extent[0]):
            while any(each.rail == trunk.rail and _overlap(each.extent, trunk.extent) for each in taken):
                trunk.rail += 1
            taken.append(trunk)


def _in_lines(band: Band, widths: Mapping[Key, float]) -> list[_Line]:
    """Put boxes one after the other, as many to a line as fit."""
    lines: list[_Line] = []
    at = 0.0
    for block in band.blocks:
        if not lines or at + widths[block.key] > _ROOM:
            at = 0.0
            lines.append([])
        lines[-1].append((block, at))
        at += widths[block.key] + _GUTTER
    return lines


def _in_lanes(band: Band, widths: Mapping[Key, float]) -> list[_Line]:
    """Put each box right of the one that it continues; where chains branch, all but the first go to lanes beneath."""
    following: dict[Key, list[Key]] = {block.key: [] for block in band.blocks}
    joined = {each.head for each in band.joins}
    for join in sorted(band.joins, key=lambda each: list(following).index(each.head)):
        following[join.tail].append(join.head)
    spots: dict[Key, tuple[int, int]] = {}

    def grow(key: Key, column: int, lane: int) -> int:
        """Place a contact and all that continue it; return the first lane that is free beneath them."""
        spots[key] = (lane, column)
        at = lane
        for each in following[key]:
            at = grow(each, column + 1, at)
        return max(at, lane + 1)

    free = 0
    for block in band.blocks:
        free = free if block.key in joined else grow(block.key, 0, free)
    lefts = [0.0]
    for column in range(max(column for _, column in spots.values())):
        lefts.append(lefts[-1] + _GUTTER + max(widths[key] for key, (_, at) in spots.items() if at == column))
    lines: list[_Line] = [[] for _ in range(free)]
    for block in sorted(band.blocks, key=lambda each: spots[each.key]):
        lane, column = spots[block.key]
        lines[lane].append((block, lefts[column]))
    return lines


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] < other[1] + _SLOT and other[0] < one[1] + _SLOT
