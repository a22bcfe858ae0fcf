"""Where everything stands in an SVG picture, in pixels.

Here belong measures: how wide columns are, how high rows, where boxes and the channels of links between them are. This
module draws nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import frozen

from rehydration.render.layout import Band, Block, Chart, Key, Words, columns_of, lanes_of
from rehydration.render.lettering import fitted, width_of
from rehydration.render.svg_styles import LETTERINGS

EDGE: Final = 16
GUTTER: Final = 48
INSET: Final = 16
_LEAST_COLUMN: Final = 112
_LEAST_WIDTH: Final = 480
_MOST_TEXT: Final = 205
MOST_LABEL: Final = 150
ICON: Final = 18
_ABOVE: Final = 14
_ABOVE_BAR: Final = 22
_ABOVE_ALONE: Final = 2
PLATE: Final = 4
_BELOW: Final = 14
_BAR: Final = 14
_LANE_GAP: Final = 24
_CHANNEL: Final = 26
BETWEEN: Final = 8
PAD: Final = 9


@frozen
class Columns:
    """Where the columns are, and how wide the whole is."""

    order: tuple[Key, ...]
    left: Mapping[Key, float]
    widths: Mapping[Key, float]
    label: float
    width: float

    @classmethod
    def of(cls, charts: Sequence[Chart]) -> Columns:
        """Measure what stands in them."""
        order = columns_of(charts)
        widths: dict[Key, float] = dict.fromkeys(order, _LEAST_COLUMN)
        for chart in charts:
            for block in chart.blocks:
                widths[block.key] = max(widths[block.key], 2 * INSET + max(map(_width_of, block.lines)))
        label = max((_label_width(band) for chart in charts for band in chart.bands), default=0)
        left: dict[Key, float] = {}
        at = EDGE + label + 2 * BETWEEN
        for key in order:
            left[key] = at
            at += widths[key] + GUTTER
        whole = max(at - GUTTER + 2 * BETWEEN + EDGE, _LEAST_WIDTH)
        return cls(tuple(order), left, widths, label, whole)


def _width_of(words: Words) -> float:
    kind = LETTERINGS[words.kind]
    room = ICON if kind.has_icon else 0
    return room + width_of(fitted_to_box(words), kind.size, bold=kind.bold)


def fitted_to_box(words: Words) -> str:
    """Shorten a line so that its box does not become too wide."""
    kind = LETTERINGS[words.kind]
    return fitted(words.text, _MOST_TEXT - (ICON if kind.has_icon else 0), kind.size, bold=kind.bold)


def _label_width(band: Band) -> float:
    widths = [
        min(width_of(each, LETTERINGS[kind].size, bold=LETTERINGS[kind].bold), MOST_LABEL)
        for kind, each in label_of(band)
    ]
    return max(widths, default=0) + (EDGE if widths else 0)


def label_of(band: Band) -> list[tuple[str, str]]:
    """Tell the lines that name a row: how each is set, and what it says."""
    if len(band.label) == 1:
        return [("session", band.label[0])]
    return list(zip(("label", "session", "label"), band.label, strict=False))


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


class Rows:
    """Where the rows of one picture are, and in them the boxes."""

    def __init__(self, chart: Chart, columns: Columns, top: float) -> None:
        self.chart = chart
        number = {key: place for place, key in enumerate(columns.order)}
        self.band_of: dict[Key, int] = {
            block.key: place for place, band in enumerate(chart.bands) for block in band.blocks
        }
        self.places: dict[Key, Bounds] = {}
        self.stacks: set[Key] = {each.key for each in chart.blocks if each.is_stack}
        self.bands: list[tuple[float, float]] = []
        self.channels: dict[tuple[int, bool], float] = {}
        barred = {arrow.head for arrow in chart.arrows if arrow.bar}
        drawn = [(self.band_of[each.tail], self.band_of[each.head]) for each in chart.arrows]
        up = {tail for tail, head in drawn if head < tail}
        down = {tail for tail, head in drawn if head > tail}
        at = top
        for place, band in enumerate(chart.bands):
            if place in up:
                self.channels[place, True] = at + _CHANNEL / 2
                at += _CHANNEL
            lanes = lanes_of(band, number)
            height = max(*map(_height_of, band.blocks), _label_height(band))
            above = room_above(band)
            below = _BELOW + (_BAR if barred.intersection(each.key for each in band.blocks) else 0)
            for block in band.blocks:
                y = at + above + lanes[block.key] * (height + _LANE_GAP)
                self.places[block.key] = Bounds(columns.left[block.key], y, columns.widths[block.key], height)
            bottom = at + above + height + max(lanes.values()) * (height + _LANE_GAP) + below
            self.bands.append((at, bottom))
            at = bottom + BETWEEN
            if place in down:
                self.channels[place, False] = at - BETWEEN + _CHANNEL / 2
                at += _CHANNEL - BETWEEN
        self.bottom = at


def room_above(band: Band) -> int:
    """Say how much room there is above the boxes of a row."""
    if any(each.bar for each in band.joins):
        return _ABOVE_BAR
    return _ABOVE if band.label else _ABOVE_ALONE


def _height_of(block: Block) -> float:
    return 2 * PAD + sum(LETTERINGS[each.kind].height for each in block.lines)


def _label_height(band: Band) -> float:
    return sum(LETTERINGS[kind].height for kind, _ in label_of(band))
