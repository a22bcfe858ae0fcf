"""Pictures as SVG: time runs from left to right, a row for a session, a box for a contact, arrows back for links.

Here belong shapes, colours and SVG's syntax. What a box looks like differs in shape, line, sign and word before it
differs in colour. The text is legible on dark and light, no script and no font is loaded, and nothing has a name that
another picture on the same page could have: the pictures are shown in notebooks, and by ``<img>``. This module does not
know how anything was decided.

Source: https://www.w3.org/TR/SVG11/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from attrs import frozen

from rehydration.answers import Rehydration, RuleWarning
from rehydration.explanation import Explanation, Verdict
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.render.chart import chart_of
from rehydration.render.layout import Band, Block, Chart, Key, Words, columns_of, lanes_of
from rehydration.render.lettering import fitted, set_in_lines, width_of
from rehydration.render.picture import Look, Picture, Row, State, answer_picture, graph_picture, looks_of, picture
from rehydration.render.sentences import (
    Refusal,
    asked,
    differing,
    headline,
    is_certain,
    outcomes_left_out,
    outcomes_of,
    size_of,
)
from rehydration.render.signs import DARK, LIGHT, LINK_COLOR, LINK_COLOR_DARK, Colors
from rehydration.render.writing import counted, day, harmless, shortened, shown

_EDGE: Final = 16
_GUTTER: Final = 48
_INSET: Final = 16
_SLANT: Final = 11
_LEAST_COLUMN: Final = 112
_LEAST_WIDTH: Final = 480
_MOST_TEXT: Final = 205
_MOST_LABEL: Final = 150
_ICON: Final = 18
_ABOVE: Final = 14
_ABOVE_BAR: Final = 22
_ABOVE_ALONE: Final = 2
_PLATE: Final = 4
_MOST_WORD: Final = 430
_BELOW: Final = 14
_BAR: Final = 14
_LANE_GAP: Final = 24
_CHANNEL: Final = 26
_BETWEEN: Final = 8
_ROUND: Final = 7
_WARNINGS: Final = 3
_MESSAGE: Final = 300
_LISTED: Final = 12
_FONT: Final = "'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', 'Liberation Sans', sans-serif"


@frozen
class _Type:
    """How a kind of words is set: size and height of a line in pixels."""

    size: float
    height: float
    bold: bool = False
    has_icon: bool = False


_TYPES: Final[Mapping[str, _Type]] = {
    "name": _Type(13, 20, bold=True, has_icon=True),
    "word": _Type(12, 17),
    "told": _Type(11, 16),
    "link": _Type(11, 16, bold=True),
    "contingent": _Type(11, 17, bold=True, has_icon=True),
    "differs": _Type(11, 17, bold=True, has_icon=True),
    "rule": _Type(10, 14),
    "title": _Type(16, 24, bold=True),
    "said": _Type(12, 18),
    "sure": _Type(12, 20, bold=True, has_icon=True),
    "legend": _Type(12, 22),
    "label": _Type(11, 16),
    "session": _Type(13, 18, bold=True),
    "day": _Type(11, 20),
    "mark": _Type(10, 12, bold=True),
}
_CLASSES: Final[Mapping[Look, str]] = {
    Verdict.VISIBLE: "visible",
    Verdict.UNAVAILABLE: "unavailable",
    Verdict.UNKNOWN: "unknown",
    Verdict.DROPPED: "dropped",
    Verdict.BEYOND_LIMIT: "beyond",
    State.LIVE: "live",
    State.ENDED: "ended",
    State.OTHER_CHANNEL: "channel",
    None: "plain",
}
_LINES: Final[Mapping[Look, str]] = {
    Verdict.DROPPED: "stroke-dasharray:7 4",
    Verdict.BEYOND_LIMIT: "stroke-dasharray:2 3",
    State.LIVE: "stroke-width:3",
}
_BARS: Final[Mapping[str, str]] = {
    "cut": "the chain is cut",
    "stop": "the walk stops",
    "limit": "the limit of past contacts",
}
_NOTES: Final = frozenset({"contingent", "differs"})
_CHECK: Final = "M-5 .5l3.5 4 6.5-8"
_QUESTION: Final = "M-3-2.5a3 3 0 1 1 4.2 2.7q-1.2.6-1.2 2M0 5.5v.01"
_ICONS: Final[Mapping[Look | str, str]] = {
    Verdict.VISIBLE: _CHECK,
    Verdict.UNAVAILABLE: "M0-5.5v6.5M0 5v.01",
    Verdict.UNKNOWN: _QUESTION,
    Verdict.DROPPED: "M-4-4l8 8M4-4l-8 8",
    Verdict.BEYOND_LIMIT: "M-5-4l4 4-4 4M1-4l4 4-4 4",
    State.LIVE: "M0-1.5a1.5 1.5 0 1 0 .01 0z",
    State.ENDED: _CHECK,
    State.OTHER_CHANNEL: "M-5 0h10",
    None: "M0-5l5 5-5 5-5-5z",
    "contingent": "M0-5a5 5 0 1 0 .01 0z",
    "differs": "M-5-2h10M-5 2h10M2.5-6l-5 12",
    "certain": _CHECK,
    "warning": "M0-5.5v6.5M0 5v.01",
}
_LIGHT: Final[Mapping[str, str]] = {
    "canvas": "#ffffff",
    "frame": "#d0d7de",
    "band": "#f6f8fa",
    "ink": "#1f2328",
    "quiet": "#57606a",
    "join": "#57606a",
    "link": LINK_COLOR,
    "cut": LIGHT[Verdict.DROPPED].stroke,
    "stop": LIGHT[Verdict.UNAVAILABLE].stroke,
    "limit": LIGHT[Verdict.BEYOND_LIMIT].stroke,
    "doubt": "#8a4600",
    "sure": LIGHT[Verdict.VISIBLE].stroke,
}
_DARK: Final[Mapping[str, str]] = {
    "canvas": "#0d1117",
    "frame": "#30363d",
    "band": "#161b22",
    "ink": "#e6edf3",
    "quiet": "#9da7b3",
    "join": "#9da7b3",
    "link": LINK_COLOR_DARK,
    "cut": DARK[Verdict.DROPPED].stroke,
    "stop": DARK[Verdict.UNAVAILABLE].stroke,
    "limit": DARK[Verdict.BEYOND_LIMIT].stroke,
    "doubt": "#f0b072",
    "sure": DARK[Verdict.VISIBLE].stroke,
}


# ------------------------------------------------------------------------------------------------------- the pictures


def svg(explanation: Explanation | Rehydration, *, full: bool = False) -> str:
    """Draw an explanation as SVG; long runs of the same are left out unless ``full``.

    Of an answer alone there is less to draw: what it lists.
    """
    if isinstance(explanation, Explanation):
        return comparison_svg((explanation,), full=full)
    sheet = answer_picture(explanation, full=full)
    title = headline(explanation)
    panel = _Panel(title, sheet, chart_of(sheet, explanation), tuple(_answered(explanation)))
    listed = ", ".join(shown(each.contact_id) for each in explanation.visible[:_LISTED])
    return _drawn([panel], title, f"{title}. Listed: {listed or 'nothing'}.")


def graph_svg(graph: ContactGraph, *, full: bool = False) -> str:
    """Draw a graph as SVG: its sessions, contacts and links; what is too much is left out unless ``full``."""
    sheet = graph_picture(graph, full=full)
    title = size_of(graph)
    panel = _Panel(title, sheet, chart_of(sheet, None), ())
    links = counted(sum(graph.link_of(each) is not None for each in graph.sessions), "link")
    return _drawn([panel], title, f"Contacts of one instance: {title}, {links}.")


def comparison_svg(sides: Sequence[Explanation | Refusal], *, full: bool = False) -> str:
    """Draw answers to several requests on one history as SVG, one beneath the other, in the same columns."""
    different = differing(sides)
    panels = [_panel(each, different, full=full) for each in sides]
    title = headline(sides[0]) if len(sides) == 1 else " and ".join(map(asked, sides))
    return _drawn(panels, title, " ".join(map(_described, sides)))


@frozen
class _Said:
    """A sentence: how it is set, the sign before it, and the words, those first said with stress."""

    kind: str
    icon: str
    text: str


@frozen
class _Panel:
    """One of the pictures that stand together: a title, what is drawn, and what is said beneath."""

    title: str
    sheet: Picture
    chart: Chart
    said: tuple[_Said, ...]


def _panel(side: Explanation | Refusal, different: frozenset[ContactId], *, full: bool) -> _Panel:
    if isinstance(side, Refusal):
        said = (_Said("said", "warning", shortened(harmless(str(side.error)), _MESSAGE)),)
        return _Panel(headline(side), Picture(()), Chart((), ()), said)
    sheet = picture(side, full=full)
    return _Panel(headline(side), sheet, chart_of(sheet, side.answer, different), tuple(_said(side)))


def _answered(answer: Rehydration) -> Iterator[_Said]:
    yield from _warned(answer.warnings)
    if answer.stopped_at is not None:
        yield _Said("said", "warning", f"the walk stops before {shown(answer.stopped_at)}")
    beyond = answer.beyond_limit
    if beyond:
        yield _Said("said", "", f"{len(beyond):,} beyond the limit, {shown(beyond[0])} the nearest")
    yield _Said("said", "", "What is not listed is not drawn: explain tells it, and why.")


def _warned(warnings: Sequence[RuleWarning]) -> Iterator[_Said]:
    for each in warnings[:_WARNINGS]:
        yield _Said("said", "warning", f"{shortened(harmless(each.message), _MESSAGE)} ({each.rule})")
    if len(warnings) > _WARNINGS:
        yield _Said("said", "", f"and {counted(len(warnings) - _WARNINGS, 'other warning')}")


def _said(explanation: Explanation) -> Iterator[_Said]:
    yield from _warned(explanation.answer.warnings)
    readings = explanation.readings
    if readings is None:
        return
    if is_certain(readings):
        yield _Said("sure", "certain", f"Certain: {readings.line}")
        return
    yield _Said("sure", "contingent", f"Contingent: {readings.line}")
    for condition, told, is_ours in outcomes_of(readings, explanation.answer):
        yield _Said("said", "", f"{condition}{', drawn here' if is_ours else ''}: {told}")
    left_out = outcomes_left_out(readings)
    if left_out:
        yield _Said("said", "", f"and {counted(left_out, 'other answer')}")


def _described(side: Explanation | Refusal) -> str:
    """Tell in words what a picture shows."""
    if isinstance(side, Refusal):
        return f"{headline(side)}."
    told = [f"{headline(side)}."]
    for verdict in Verdict:
        ids = [shown(each.contact_id) for each in side.with_verdict(verdict)]
        if ids:
            more = f" and {len(ids) - _LISTED:,} more" if len(ids) > _LISTED else ""
            told.append(f"{verdict.capitalize()}: {', '.join(ids[:_LISTED])}{more}.")
    if side.readings is not None:
        told.append(f"{'Certain' if is_certain(side.readings) else 'Contingent'}: {side.readings.line}.")
    return " ".join(told)


# ------------------------------------------------------------------------------------------------------ where it stands


@frozen
class _Columns:
    """Where the columns are, and how wide the whole is."""

    order: tuple[Key, ...]
    left: Mapping[Key, float]
    widths: Mapping[Key, float]
    label: float
    width: float

    @classmethod
    def of(cls, panels: Sequence[_Panel]) -> _Columns:
        """Measure what stands in them."""
        charts = [each.chart for each in panels]
        order = columns_of(charts)
        widths: dict[Key, float] = dict.fromkeys(order, _LEAST_COLUMN)
        for chart in charts:
            for block in chart.blocks:
                widths[block.key] = max(widths[block.key], 2 * _INSET + max(map(_width_of, block.lines)))
        label = max((_label_width(band) for chart in charts for band in chart.bands), default=0)
        left: dict[Key, float] = {}
        at = _EDGE + label + 2 * _BETWEEN
        for key in order:
            left[key] = at
            at += widths[key] + _GUTTER
        whole = max(at - _GUTTER + 2 * _BETWEEN + _EDGE, _LEAST_WIDTH)
        return cls(tuple(order), left, widths, label, whole)

    def right(self, key: Key) -> float:
        return self.left[key] + self.widths[key]

    def middle(self, key: Key) -> float:
        return self.left[key] + self.widths[key] / 2


def _width_of(words: Words) -> float:
    kind = _TYPES[words.kind]
    room = _ICON if kind.has_icon else 0
    return room + width_of(_fitted(words), kind.size, bold=kind.bold)


def _fitted(words: Words) -> str:
    kind = _TYPES[words.kind]
    return fitted(words.text, _MOST_TEXT - (_ICON if kind.has_icon else 0), kind.size, bold=kind.bold)


def _label_width(band: Band) -> float:
    widths = [
        min(width_of(each, _TYPES[kind].size, bold=_TYPES[kind].bold), _MOST_LABEL) for kind, each in _label(band)
    ]
    return max(widths, default=0) + (_EDGE if widths else 0)


def _label(band: Band) -> list[tuple[str, str]]:
    if len(band.label) == 1:
        return [("session", band.label[0])]
    return list(zip(("label", "session", "label"), band.label, strict=False))


@frozen
class _Place:
    """Where a box stands."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def middle(self) -> float:
        return self.left + self.width / 2

    @property
    def center(self) -> float:
        return self.top + self.height / 2


class _Rows:
    """Where the rows of one picture are, and in them the boxes."""

    def __init__(self, chart: Chart, columns: _Columns, top: float) -> None:
        self.chart = chart
        number = {key: place for place, key in enumerate(columns.order)}
        self.band_of = {block.key: place for place, band in enumerate(chart.bands) for block in band.blocks}
        self.places: dict[Key, _Place] = {}
        self.stacks = {each.key for each in chart.blocks if each.is_stack}
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
            above = _above(band)
            below = _BELOW + (_BAR if barred.intersection(each.key for each in band.blocks) else 0)
            for block in band.blocks:
                y = at + above + lanes[block.key] * (height + _LANE_GAP)
                self.places[block.key] = _Place(columns.left[block.key], y, columns.widths[block.key], height)
            bottom = at + above + height + max(lanes.values()) * (height + _LANE_GAP) + below
            self.bands.append((at, bottom))
            at = bottom + _BETWEEN
            if place in down:
                self.channels[place, False] = at - _BETWEEN + _CHANNEL / 2
                at += _CHANNEL - _BETWEEN
        self.bottom = at


def _above(band: Band) -> int:
    """Say how much room there is above the boxes of a row."""
    if any(each.bar for each in band.joins):
        return _ABOVE_BAR
    return _ABOVE if band.label else _ABOVE_ALONE


def _height_of(block: Block) -> float:
    return 2 * 9 + sum(_TYPES[each.kind].height for each in block.lines)


def _label_height(band: Band) -> float:
    return sum(_TYPES[kind].height for kind, _ in _label(band))


# -------------------------------------------------------------------------------------------------------- what is drawn


def _drawn(panels: Sequence[_Panel], title: str, description: str) -> str:
    columns = _Columns.of(panels)
    paper = _Paper(columns)
    at: float = _EDGE
    for number, panel in enumerate(panels):
        if number:
            paper.line(f"M{_n(_EDGE)} {_n(at)}H{_n(columns.width - _EDGE)}", "rule-line")
            at += _EDGE
        at = paper.panel(panel, at)
    return paper.written(title, description, at + _EDGE / 2)


class _Paper:
    """What is drawn so far."""

    def __init__(self, columns: _Columns) -> None:
        self._columns = columns
        self._drawn: list[str] = []
        self._room = columns.width - 2 * _EDGE
        self._used: set[Look] = set()

    def written(self, title: str, description: str, height: float) -> str:
        """Write everything down."""
        width, tall = _n(self._columns.width), _n(height)
        begin = f'<svg xmlns="http://www.w3.org/2000/svg" class="rehydration" role="img" viewBox="0 0 {width} {tall}"'
        inner = _Place(0.5, 0.5, self._columns.width - 1, height - 1)
        head = [
            f'{begin} width="{width}" height="{tall}" style="max-width:100%;height:auto">',
            f"<title>{escape(title)}</title>",
            f"<desc>{escape(description)}</desc>",
            f"<style>{''.join(_styles(self._used))}</style>",
            _rect(inner, 8, "canvas"),
        ]
        return "".join(f"{line}\n" for line in (*head, *self._drawn, "</svg>"))

    # --------------------------------------------------------------------------------------------------- simple things

    def text(self, x: float, y: float, kind: str, text: str, *, style: str = "") -> None:
        """Write a text that fits; ``y`` is the top of its line."""
        type_ = _TYPES[kind]
        baseline = y + type_.height / 2 + type_.size * 0.35
        self._drawn.append(f'<text class="{style or kind}" x="{_n(x)}" y="{_n(baseline)}">{escape(text)}</text>')

    def line(self, path: str, style: str) -> None:
        """Draw a line."""
        self._drawn.append(f'<path class="{style}" d="{path}"/>')

    def icon(self, x: float, y: float, icon: Look | str, style: str) -> None:
        """Draw a sign around a point."""
        half = '<path class="half" d="M0-5a5 5 0 0 0 0 10z"/>' if icon == "contingent" else ""
        path = f'<path class="sign" d="{_ICONS[icon]}"/>{half}'
        self._drawn.append(f'<g class="{style}" transform="translate({_n(x)} {_n(y)})">{path}</g>')

    # ----------------------------------------------------------------------------------------------------------- parts

    def panel(self, panel: _Panel, top: float) -> float:
        """Draw one picture; return where it ends."""
        at = top
        for each in set_in_lines(panel.title, self._room, _TYPES["title"].size, bold=True, word=_MOST_WORD):
            self.text(_EDGE, at, "title", each)
            at += _TYPES["title"].height
        at += _BETWEEN
        if panel.chart.bands:
            at = self._chart(panel.chart, at)
        at = self._legend(panel, at + _BETWEEN / 2)
        for said in panel.said:
            at = self._said(said, at)
        return at + _BETWEEN

    def _said(self, said: _Said, top: float) -> float:
        type_ = _TYPES[said.kind]
        at = top
        for number, each in enumerate(
            set_in_lines(said.text, self._room - 22, type_.size, bold=type_.bold, word=_MOST_WORD)
        ):
            if not number and said.icon:
                self.icon(_EDGE + 8, at + type_.height / 2, said.icon, f"note {said.icon}")
            self.text(_EDGE + 22, at, said.kind, each)
            at += type_.height
        return at

    def _chart(self, chart: Chart, top: float) -> float:
        columns = self._columns
        days = list(_days(chart, columns.order))
        at = top
        if days:
            self.text(_EDGE + 2, at, "day", "UTC")
            for key, told in days:
                self.text(columns.left[key], at, "day", told)
            at += _TYPES["day"].height
        rows = _Rows(chart, columns, at)
        for band, (begin, end) in zip(chart.bands, rows.bands, strict=True):
            self._band(band, begin, end)
        for key, _ in days[1:]:
            x = columns.left[key] - _GUTTER + 20
            self.line(f"M{_n(x)} {_n(top + 4)}V{_n(rows.bands[-1][1])}", "midnight")
        for band in chart.bands:
            for join in band.joins:
                self._join(rows.places[join.tail], rows.places[join.head], join.bar)
        self._links(rows)
        for band in chart.bands:
            for block in band.blocks:
                self._block(block, rows.places[block.key])
        return rows.bottom

    def _band(self, band: Band, top: float, bottom: float) -> None:
        if not band.label:
            return
        self._drawn.append(_rect(_Place(_EDGE, top, self._room, bottom - top), 6, "band"))
        tooltip = f"<title>{escape(band.tooltip)}</title>" if band.tooltip else ""
        self._drawn.append(f'<g class="lane-label">{tooltip}')
        at = top + _above(band)
        for kind, told in _label(band):
            type_ = _TYPES[kind]
            self.text(_EDGE + _BETWEEN, at, kind, fitted(told, _MOST_LABEL, type_.size, bold=type_.bold))
            at += type_.height
        self._drawn.append("</g>")

    def _join(self, tail: _Place, head: _Place, bar: str) -> None:
        end = head.left - (2 if bar == "cut" else 6)
        if tail.top == head.top:
            path = f"M{_n(tail.right)} {_n(tail.center)}H{_n(end)}"
        else:
            x, turn = tail.right + 12, _ROUND if head.center > tail.center else -_ROUND
            path = (
                f"M{_n(tail.right)} {_n(tail.center)}H{_n(x - _ROUND)}Q{_n(x)} {_n(tail.center)} {_n(x)} "
                f"{_n(tail.center + turn)}V{_n(head.center - turn)}Q{_n(x)} {_n(head.center)} {_n(x + _ROUND)} "
                f"{_n(head.center)}H{_n(end)}"
            )
        self.line(path, "join severed" if bar == "cut" else "join")
        if bar != "cut":
            self.line(f"M{_n(head.left - 1)} {_n(head.center)}l-8-4v8z", "join-head")
        if bar:
            x = head.left - 14
            self.line(f"M{_n(x)} {_n(head.top - 4)}V{_n(head.bottom + 4)}", bar)
            x -= width_of(bar, _TYPES["mark"].size, bold=True) / 2
            self.text(x, head.top - 17, "mark", bar, style=f"mark {bar}-mark")

    def _links(self, rows: _Rows) -> None:
        for arrow in rows.chart.arrows:
            tail, head = rows.places[arrow.tail], rows.places[arrow.head]
            up = rows.band_of[arrow.head] < rows.band_of[arrow.tail]
            style = "back" if arrow.is_followed else "back idle"
            channel = rows.channels.get((rows.band_of[arrow.tail], up))
            if channel is None:  # both in one row of what is left out together
                continue
            tip = head.bottom + 1 + (2 * _PLATE if arrow.head in rows.stacks else 0) if up else head.top - 1
            begin, end, turn = (tail.top, tip + 6, _ROUND) if up else (tail.bottom, tip - 6, -_ROUND)
            side = -_ROUND if head.middle < tail.middle else _ROUND
            path = (
                f"M{_n(tail.middle)} {_n(begin)}V{_n(channel + turn)}Q{_n(tail.middle)} {_n(channel)} "
                f"{_n(tail.middle + side)} {_n(channel)}H{_n(head.middle - side)}Q{_n(head.middle)} {_n(channel)} "
                f"{_n(head.middle)} {_n(channel - turn)}V{_n(end)}"
            )
            self.line(path, style)
            self.line(f"M{_n(head.middle)} {_n(tip)}l-4.5 {9 if up else -9}h9z", "back-head")
            if arrow.bar:
                y = tip + 15 if up else tip - 15
                self.line(f"M{_n(head.middle - 11)} {_n(y)}h22", arrow.bar)
                self.text(head.middle + 17, y - 6, "mark", arrow.bar, style=f"mark {arrow.bar}-mark")

    def _block(self, block: Block, place: _Place) -> None:
        self._used.add(block.look)
        style = f"contact {_CLASSES[block.look]}{' start' if block.is_start else ''}"
        self._drawn.append(f'<g class="{style}"><title>{escape(block.tooltip)}</title>')
        if block.is_stack:
            self._drawn += _plates(place)
        self._drawn += _shape(block.look, place)
        at = place.top + 9
        for words in block.lines:
            type_ = _TYPES[words.kind]
            x = place.left + _INSET
            if type_.has_icon:
                self.icon(x + 6, at + type_.height / 2, block.look if words.kind == "name" else words.kind, "icon")
                x += _ICON
            self.text(x, at, words.kind, _fitted(words))
            at += type_.height
        self._drawn.append("</g>")

    def _legend(self, panel: _Panel, top: float) -> float:
        """Tell what the shapes, lines and signs mean, those that are drawn."""
        type_ = _TYPES["legend"]
        at, x = top, float(_EDGE)
        for mark, told in _explained(panel):
            swatch = 14 if mark in _NOTES else 28
            width = swatch + 6 + width_of(told, type_.size)
            if x > _EDGE and x + width > self._columns.width - _EDGE:
                at, x = at + type_.height, float(_EDGE)
            self._swatch(mark, x, at + type_.height / 2)
            self.text(x + swatch + 6, at, "legend", told)
            x += width + 16
        return at + (type_.height + 4 if x > _EDGE else 0)

    def _swatch(self, mark: Look | str, x: float, y: float) -> None:
        if isinstance(mark, Verdict | State):
            self._drawn.append(f'<g class="swatch {_CLASSES[mark]}">')
            self._drawn += _shape(mark, _Place(x, y - 8, 28, 16), small=True)
            self.icon(x + 14, y, mark, "icon small")
            self._drawn.append("</g>")
        elif mark == "join":
            self.line(f"M{_n(x)} {_n(y)}h20", "join")
            self.line(f"M{_n(x + 27)} {_n(y)}l-8-4v8z", "join-head")
        elif mark == "link":
            self.line(f"M{_n(x + 28)} {_n(y)}h-20", "back")
            self.line(f"M{_n(x)} {_n(y)}l9-4.5v9z", "back-head")
        elif isinstance(mark, str) and mark in _BARS:
            self.line(f"M{_n(x)} {_n(y)}h28", "join severed" if mark == "cut" else "join")
            self.line(f"M{_n(x + 14)} {_n(y - 9)}v18", mark)
        else:
            self.icon(x + 7, y, mark, f"note {mark}")


def _days(chart: Chart, order: Sequence[Key]) -> Iterator[tuple[Key, str]]:
    """Yield the columns in which another day begins than that of the column before."""
    began = {block.key: block.began for block in chart.blocks}
    last = ""
    for key in order:
        time = began.get(key)
        if time is not None and day(time) != last:
            last = day(time)
            yield key, last


def _explained(panel: _Panel) -> Iterator[tuple[Look | str, str]]:
    rows: list[Row] = [row for box in panel.sheet.boxes for row in box.contacts]
    for look, count in looks_of(rows).items():
        yield look, f"{count:,} {look}"
    chart = panel.chart
    joins = [join for band in chart.bands for join in band.joins]
    if any(each.bar != "cut" for each in joins):
        yield "join", "next contact"
    if chart.arrows:
        yield "link", "continues from"
    bars = {each.bar for each in joins} | {each.bar for each in chart.arrows}
    yield from ((bar, told) for bar, told in _BARS.items() if bar in bars)
    kinds = {words.kind for block in chart.blocks for words in block.lines}
    if "contingent" in kinds:
        yield "contingent", "contingent: other readings decide otherwise"
    if "differs" in kinds:
        yield "differs", "differs between the requests"


# --------------------------------------------------------------------------------------------------------------- shapes


def _shape(look: Look, place: _Place, *, small: bool = False) -> Iterator[str]:
    """Draw the outline of a box."""
    slant = 6 if small else _SLANT
    left, right, top, bottom, center = place.left, place.right, place.top, place.bottom, place.center
    if look is Verdict.UNAVAILABLE:
        points = ((left, center), (left + slant, top), (right - slant, top), (right, center))
        yield _polygon((*points, (right - slant, bottom), (left + slant, bottom)))
    elif look is Verdict.UNKNOWN:
        yield _polygon(((left + slant, top), (right, top), (right - slant, bottom), (left, bottom)))
    else:
        radius = {Verdict.VISIBLE: 10, State.ENDED: 10, State.LIVE: 20, None: 20}.get(look, 0)
        yield _rect(place, min(radius, place.height / 2))
    if look is Verdict.BEYOND_LIMIT:
        inset = 3 if small else 6
        for x in (left + inset, right - inset):
            yield f'<path class="edge" d="M{_n(x)} {_n(top)}V{_n(bottom)}"/>'


def _rect(place: _Place, radius: float, style: str = "shape") -> str:
    return (
        f'<rect class="{style}" x="{_n(place.left)}" y="{_n(place.top)}" width="{_n(place.width)}" '
        f'height="{_n(place.height)}" rx="{_n(radius)}"/>'
    )


def _polygon(points: Iterable[tuple[float, float]]) -> str:
    told = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
    return f'<polygon class="shape" points={quoteattr(told)}/>'


def _plates(place: _Place) -> Iterator[str]:
    """Draw what lies beneath a box that stands for several."""
    for by in (2 * _PLATE, _PLATE):
        yield _rect(_Place(place.left + by, place.top + by, place.width, place.height), 6, "plate")


def _n(value: float) -> str:
    """Write a number as short as it goes."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


# --------------------------------------------------------------------------------------------------------------- styles


def _styles(used: Iterable[Look]) -> Iterator[str]:
    looks = [each for each in _CLASSES if each in set(used)]
    yield f".rehydration text{{font-family:{_FONT};direction:ltr;unicode-bidi:bidi-override;white-space:pre}}"
    for kind, type_ in _TYPES.items():
        yield f".rehydration .{kind}{{font-size:{_n(type_.size)}px{';font-weight:700' if type_.bold else ''}}}"
    yield ".rehydration path{fill:none}"
    yield ".rehydration .shape,.rehydration .edge{stroke-width:1.5}"
    yield ".rehydration .plate{stroke-width:1}"
    for look in looks:
        if look in _LINES:
            yield f".rehydration .{_CLASSES[look]} .shape,.rehydration .{_CLASSES[look]} .edge{{{_LINES[look]}}}"
    yield ".rehydration .start .shape{stroke-width:3.5}"
    yield ".rehydration .sign{stroke-width:2;stroke-linecap:round;stroke-linejoin:round}"
    yield ".rehydration .small .sign{stroke-width:1.6}"
    yield ".rehydration .join{stroke-width:1.5}"
    yield ".rehydration .severed{stroke-dasharray:3 4}"
    yield ".rehydration .back{stroke-width:2;stroke-dasharray:7 4}"
    yield ".rehydration .idle{stroke-width:1;stroke-dasharray:2 4}"
    yield ".rehydration .cut,.rehydration .stop,.rehydration .limit{stroke-width:3}"
    yield ".rehydration .midnight{stroke-dasharray:1 4}"
    yield from _colors(_LIGHT, LIGHT, looks)
    yield "@media (prefers-color-scheme:dark){"
    yield from _colors(_DARK, DARK, looks)
    yield "}"


def _colors(basic: Mapping[str, str], colors: Mapping[Look, Colors], looks: Iterable[Look]) -> Iterator[str]:
    yield f".rehydration text{{fill:{basic['ink']}}}"
    yield f".rehydration .canvas{{fill:{basic['canvas']};stroke:{basic['frame']}}}"
    yield f".rehydration .band{{fill:{basic['band']};stroke:{basic['frame']}}}"
    quiet = ",".join(f".rehydration .{each}" for each in ("label", "day"))
    yield f"{quiet}{{fill:{basic['quiet']}}}"
    yield f".rehydration .midnight{{stroke:{basic['quiet']}}}.rehydration .rule-line{{stroke:{basic['frame']}}}"
    yield f".rehydration .join{{stroke:{basic['join']}}}.rehydration .join-head{{fill:{basic['join']}}}"
    yield f".rehydration .back{{stroke:{basic['link']}}}.rehydration .back-head{{fill:{basic['link']}}}"
    for each in ("cut", "stop", "limit"):
        yield f".rehydration .{each}{{stroke:{basic[each]}}}.rehydration .{each}-mark{{fill:{basic[each]}}}"
    yield f".rehydration .note .sign{{stroke:{basic['doubt']}}}.rehydration .note .half{{fill:{basic['doubt']}}}"
    yield f".rehydration .certain .sign{{stroke:{basic['sure']}}}"
    for look in looks:
        name, color = _CLASSES[look], colors[look]
        yield f".rehydration .{name} .shape,.rehydration .{name} .plate{{fill:{color.fill};stroke:{color.stroke}}}"
        yield f".rehydration .{name} .edge,.rehydration .{name} .sign{{stroke:{color.stroke}}}"
        yield f".rehydration .{name} .half{{fill:{color.stroke}}}.rehydration .{name} text{{fill:{color.text}}}"
