"""Pictures as SVG: time runs from left to right, a row for a session, a box for a contact, arrows back for links.

Here belongs the drawing. What a box looks like differs in shape, line, sign and word before it differs in colour. The
text is legible on dark and light, no script and no font is loaded, and nothing has a name that another picture on the
same page could have: the pictures are shown in notebooks, and by ``<img>``. This module does not know how anything was
decided.

Source: https://www.w3.org/TR/SVG11/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from html import escape
from typing import Final

from attrs import frozen

from rehydration.answers import Rehydration
from rehydration.explanation import Explanation, Refusal, Verdict
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.render.chart import Band, Block, Chart, Key, chart_of
from rehydration.render.lettering import set_in_lines, width_of
from rehydration.render.picture import Look, Picture, Row, State, answer_picture, graph_picture, looks_of, picture
from rehydration.render.sentences import (
    Said,
    answer_described,
    answered,
    described,
    differing,
    graph_described,
    headline,
    question,
    said_of,
    size_of,
)
from rehydration.render.signs import CLASSES
from rehydration.render.svg_places import (
    BETWEEN,
    EDGE,
    ICON,
    INSET,
    LEAST_WIDTH,
    PAD,
    PLATE,
    Bounds,
    Places,
    Trunk,
    fitted_to_box,
    header_of,
    widths_of,
)
from rehydration.render.svg_shapes import ICONS, plates, rect, rounded, shape, short
from rehydration.render.svg_styles import LETTERINGS, styles
from rehydration.render.writing import brief

_escaped = partial(escape, quote=False)
_MOST_WORD: Final = 430
_BARS: Final[Mapping[str, str]] = {
    "cut": "the chain is cut",
    "stop": "the walk stops",
    "limit": "Connect's 100-contact limit",
}
_NOTES: Final = frozenset({"foreign", "contingent", "differs"})


# ------------------------------------------------------------------------------------------------------- the pictures


def svg(explanation: Explanation | Rehydration, *, full: bool = False, plain: bool = False) -> str:
    """Draw an explanation as SVG; long runs of the same are left out unless ``full``, rule ids are if ``plain``.

    Of an answer alone there is less to draw: what it lists.
    """
    if isinstance(explanation, Explanation):
        return comparison_svg((explanation,), full=full, plain=plain)
    sheet = answer_picture(explanation, full=full, plain=plain)
    title = headline(explanation, brief)
    chart = chart_of(sheet, explanation, counting="listed contact")
    panel = _Panel(title, sheet, chart, tuple(answered(explanation, plain=plain)))
    return _drawn([panel], headline(explanation), answer_described(explanation))


def graph_svg(graph: ContactGraph, *, full: bool = False, plain: bool = False) -> str:
    """Draw a graph as SVG: its sessions, contacts and links; what is too much is left out unless ``full``."""
    sheet = graph_picture(graph, full=full, plain=plain)
    panel = _Panel(size_of(graph), sheet, chart_of(sheet, None), ())
    return _drawn([panel], size_of(graph), graph_described(graph))


def comparison_svg(sides: Sequence[Explanation | Refusal], *, full: bool = False, plain: bool = False) -> str:
    """Draw answers to several requests on one history as SVG, one beneath the other."""
    different = differing(sides)
    panels = [_panel(each, different, full=full, plain=plain) for each in sides]
    title = headline(sides[0]) if len(sides) == 1 else " and ".join(map(question, sides))
    return _drawn(panels, title, " ".join(map(described, sides)))


@frozen
class _Panel:
    """One of the pictures that stand together: a title, what is drawn, and what is said beneath."""

    title: str
    sheet: Picture
    chart: Chart
    said: tuple[Said, ...]


def _panel(side: Explanation | Refusal, different: frozenset[ContactId], *, full: bool, plain: bool) -> _Panel:
    said = tuple(said_of(side, plain=plain))
    if isinstance(side, Refusal):
        return _Panel(headline(side, brief, plain=plain), Picture(()), Chart((), ()), said)
    sheet = picture(side, full=full, plain=plain)
    return _Panel(headline(side, brief), sheet, chart_of(sheet, side.answer, different), said)


# -------------------------------------------------------------------------------------------------------- what is drawn


def _drawn(panels: Sequence[_Panel], title: str, description: str) -> str:
    charts = [each.chart for each in panels]
    widths = widths_of(charts)
    measured = [Places(each, widths, 0, 0) for each in charts]
    left = EDGE + max(each.rails for each in measured)
    paper = _Paper(widths, left, max(left + max(each.width for each in measured) + EDGE, LEAST_WIDTH))
    at: float = EDGE
    for number, panel in enumerate(panels):
        if number:
            paper.line(f"M{short(EDGE)} {short(at)}H{short(paper.width - EDGE)}", "rule-line")
            at += EDGE
        at = paper.panel(panel, at)
    return paper.written(title, description, at + EDGE / 2)


class _Paper:
    """What is drawn so far."""

    def __init__(self, widths: Mapping[Key, float], left: float, width: float) -> None:
        self.width = width
        self._widths = widths
        self._left = left
        self._drawn: list[str] = []
        self._room = width - 2 * EDGE
        self._used: set[Look] = set()

    def written(self, title: str, description: str, height: float) -> str:
        """Write everything down."""
        width, tall = short(self.width), short(height)
        begin = f'<svg xmlns="http://www.w3.org/2000/svg" class="rehydration" role="img" viewBox="0 0 {width} {tall}"'
        head = [
            f'{begin} width="{width}" height="{tall}" style="max-width:100%;height:auto">',
            f"<title>{_escaped(title)}</title>",
            f"<desc>{_escaped(description)}</desc>",
            f"<style>{''.join(styles(self._used))}</style>",
            rect(Bounds(0.5, 0.5, self.width - 1, height - 1), 8, "canvas"),
        ]
        return "".join(f"{line}\n" for line in (*head, *self._drawn, "</svg>"))

    # --------------------------------------------------------------------------------------------------- simple things

    def text(self, x: float, y: float, kind: str, text: str, *, style: str = "") -> None:
        """Write a text that fits; ``y`` is the top of its line."""
        type_ = LETTERINGS[kind]
        baseline = y + type_.height / 2 + type_.size * 0.35
        self._drawn.append(
            f'<text class="{style or kind}" x="{short(x)}" y="{short(baseline)}">{_escaped(text)}</text>'
        )

    def line(self, path: str, style: str) -> None:
        """Draw a line."""
        self._drawn.append(f'<path class="{style}" d="{path}"/>')

    def icon(self, x: float, y: float, icon: Look | str, style: str) -> None:
        """Draw a sign around a point."""
        half = '<path class="half" d="M0-5a5 5 0 0 0 0 10z"/>' if icon == "contingent" else ""
        path = f'<path class="sign" d="{ICONS[icon]}"/>{half}'
        self._drawn.append(f'<g class="{style}" transform="translate({short(x)} {short(y)})">{path}</g>')

    # ----------------------------------------------------------------------------------------------------------- parts

    def panel(self, panel: _Panel, top: float) -> float:
        """Draw one picture; return where it ends."""
        at = top
        for each in set_in_lines(panel.title, self._room, LETTERINGS["title"].size, bold=True, word=_MOST_WORD):
            self.text(EDGE, at, "title", each)
            at += LETTERINGS["title"].height
        at += BETWEEN
        if panel.chart.bands:
            at = self._chart(panel.chart, at)
        at = self._legend(panel, at + BETWEEN / 2)
        for said in panel.said:
            at = self._said(said, at)
        return at + BETWEEN

    def _said(self, said: Said, top: float) -> float:
        type_ = LETTERINGS[said.kind]
        at = top
        for number, each in enumerate(
            set_in_lines(said.text, self._room - 22, type_.size, bold=type_.bold, word=_MOST_WORD)
        ):
            if not number and said.icon:
                self.icon(EDGE + 8, at + type_.height / 2, said.icon, f"note {said.icon}")
            self.text(EDGE + 22, at, said.kind, each)
            at += type_.height
        return at

    def _chart(self, chart: Chart, top: float) -> float:
        places = Places(chart, self._widths, self._left, top)
        for band, place in zip(chart.bands, places.bands, strict=True):
            self._band(band, place)
        for trunk in places.trunks.values():
            self._trunk(trunk, places)
        for band in chart.bands:
            for join in band.joins:
                self._join(places.boxes[join.tail], places.boxes[join.head], join.bar, places.turns.get(join.tail))
            for block in band.blocks:
                self._block(block, places.boxes[block.key])
        return places.bottom

    def _band(self, band: Band, place: Bounds) -> None:
        if not band.name:
            return
        self._drawn.append(rect(place, 6, "band"))
        self._drawn.append(f"<g><title>{_escaped(f'{band.name}, {band.about}')}</title>")
        x = place.left + BETWEEN
        for kind, text, width in header_of(band):
            self.text(x, place.top + BETWEEN - (LETTERINGS[kind].height - 16) / 2, kind, text)
            x += width + BETWEEN
        self._drawn.append("</g>")

    def _join(self, tail: Bounds, head: Bounds, bar: str, turn: float | None) -> None:
        end = head.left - (2 if bar == "cut" else 6)
        begin, into = (tail.right, tail.center), (end, head.center)
        if tail.top == head.top:
            path = rounded(begin, into)
        elif turn is None:
            x = head.left - 36
            path = rounded(begin, (x, tail.center), (x, head.center), into)
        else:
            out, back = tail.right + 16, head.left - 30
            path = rounded(begin, (out, tail.center), (out, turn), (back, turn), (back, head.center), into)
        self.line(path, "join severed" if bar == "cut" else "join")
        if bar != "cut":
            self.line(f"M{short(head.left - 1)} {short(head.center)}l-8-4v8z", "join-head")
        if bar:
            x = head.left - 14
            self.line(f"M{short(x)} {short(head.top - 4)}V{short(head.bottom + 4)}", bar)
            x -= width_of(bar, LETTERINGS["mark"].size, bold=True) / 2
            self.text(x, head.top - 17, "mark", bar, style=f"mark {bar}-mark")

    def _trunk(self, trunk: Trunk, places: Places) -> None:
        """Draw the links that arrive at one box: the first all the way, the others to where they meet it."""
        style = "back" if trunk.is_followed else "back idle"
        head, rail = places.boxes[trunk.head], places.rail(trunk)
        tip = head.bottom + 1 + (2 * PLATE if trunk.head in places.stacks else 0)
        arriving = ((rail, trunk.arrives), (head.middle, trunk.arrives), (head.middle, tip + 6))
        farthest_first = sorted(trunk.heights, key=lambda each: -abs(trunk.heights[each] - trunk.arrives))
        for number, tail in enumerate(farthest_first):
            box, height = places.boxes[tail], trunk.heights[tail]
            left = height == box.center
            leaving = ((box.left, height),) if left else ((box.middle, box.bottom), (box.middle, height))
            self.line(rounded(*leaving, (rail, height), *(() if number else arriving)), style)
        self.line(f"M{short(head.middle)} {short(tip)}l-4.5 9h9z", "back-head")
        if trunk.bar:
            self.line(f"M{short(head.middle - 11)} {short(tip + 15)}h22", trunk.bar)
            self.text(head.middle + 17, tip + 9, "mark", trunk.bar, style=f"mark {trunk.bar}-mark")

    def _block(self, block: Block, place: Bounds) -> None:
        self._used.add(block.look)
        style = f"contact {CLASSES[block.look]}{' start' if block.is_start else ''}"
        self._drawn.append(f'<g class="{style}"><title>{_escaped(block.tooltip)}</title>')
        if block.is_stack:
            self._drawn += plates(place)
        self._drawn += shape(block.look, place)
        at = place.top + PAD
        for words in block.lines:
            type_ = LETTERINGS[words.kind]
            x = place.left + INSET
            if type_.has_icon:
                self.icon(x + 6, at + type_.height / 2, block.look if words.kind == "name" else words.kind, "icon")
                x += ICON
            self.text(x, at, words.kind, fitted_to_box(words))
            at += type_.height
        self._drawn.append("</g>")

    def _legend(self, panel: _Panel, top: float) -> float:
        """Tell what the shapes, lines and signs mean, those that are drawn."""
        type_ = LETTERINGS["legend"]
        at, x = top, float(EDGE)
        for mark, meaning in _explained(panel):
            swatch = 14 if mark in _NOTES else 28
            width = swatch + 6 + width_of(meaning, type_.size)
            if x > EDGE and x + width > self.width - EDGE:
                at, x = at + type_.height, float(EDGE)
            self._swatch(mark, x, at + type_.height / 2)
            self.text(x + swatch + 6, at, "legend", meaning)
            x += width + 16
        return at + (type_.height + 4 if x > EDGE else 0)

    def _swatch(self, mark: Look | str, x: float, y: float) -> None:
        if isinstance(mark, Verdict | State):
            self._drawn.append(f'<g class="swatch {CLASSES[mark]}">')
            self._drawn += shape(mark, Bounds(x, y - 8, 28, 16), small=True)
            self.icon(x + 14, y, mark, "icon small")
            self._drawn.append("</g>")
        elif mark == "join":
            self.line(f"M{short(x)} {short(y)}h20", "join")
            self.line(f"M{short(x + 27)} {short(y)}l-8-4v8z", "join-head")
        elif mark == "link":
            self.line(f"M{short(x + 28)} {short(y)}h-20", "back")
            self.line(f"M{short(x)} {short(y)}l9-4.5v9z", "back-head")
        elif isinstance(mark, str) and mark in _BARS:
            self.line(f"M{short(x)} {short(y)}h28", "join severed" if mark == "cut" else "join")
            self.line(f"M{short(x + 14)} {short(y - 9)}v18", mark)
        else:
            self.icon(x + 7, y, mark, f"note {mark}")


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
    yield from ((bar, meaning) for bar, meaning in _BARS.items() if bar in bars)
    kinds = {words.kind for block in chart.blocks for words in block.lines}
    if "foreign" in kinds:
        yield "foreign", "of another customer"
    if "contingent" in kinds:
        yield "contingent", "contingent: not certain, see below"
    if "differs" in kinds:
        yield "differs", "differs between the requests"
