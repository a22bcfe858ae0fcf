"""Pictures as SVG: time runs from left to right, a row for a session, a box for a contact, arrows back for links.

Here belongs the drawing. What a box looks like differs in shape, line, sign and word before it differs in colour. The
text is legible on dark and light, no script and no font is loaded, and nothing has a name that another picture on the
same page could have: the pictures are shown in notebooks, and by ``<img>``. This module does not know how anything was
decided.

Source: https://www.w3.org/TR/SVG11/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape

from attrs import frozen

from rehydration.answers import Rehydration, RuleWarning
from rehydration.explanation import Explanation, Refusal, Verdict
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.render.chart import chart_of
from rehydration.render.layout import Band, Block, Chart, Key
from rehydration.render.lettering import fitted, set_in_lines, width_of
from rehydration.render.picture import Look, Picture, Row, State, answer_picture, graph_picture, looks_of, picture
from rehydration.render.sentences import (
    differing,
    headline,
    outcomes_left_out,
    outcomes_of,
    question,
    size_of,
)
from rehydration.render.signs import CLASSES
from rehydration.render.svg_places import (
    BETWEEN,
    EDGE,
    GUTTER,
    ICON,
    INSET,
    MOST_LABEL,
    PAD,
    PLATE,
    Bounds,
    Columns,
    Rows,
    fitted_to_box,
    label_of,
    room_above,
)
from rehydration.render.svg_shapes import ICONS, plates, rect, rounded, shape, short
from rehydration.render.svg_styles import LETTERINGS, styles
from rehydration.render.writing import counted, day, safe_line, safe_word, shortened

_MOST_WORD: Final = 430
_WARNINGS: Final = 3
_MESSAGE: Final = 300
_LISTED: Final = 12
_BARS: Final[Mapping[str, str]] = {
    "cut": "the chain is cut",
    "stop": "the walk stops",
    "limit": "Connect's 100-contact limit",
}
_NOTES: Final = frozenset({"contingent", "differs"})


# ------------------------------------------------------------------------------------------------------- the pictures


def svg(explanation: Explanation | Rehydration, *, full: bool = False) -> str:
    """Draw an explanation as SVG; long runs of the same are left out unless ``full``.

    Of an answer alone there is less to draw: what it lists.
    """
    if isinstance(explanation, Explanation):
        return comparison_svg((explanation,), full=full)
    sheet = answer_picture(explanation, full=full)
    title = headline(explanation)
    panel = _Panel(title, sheet, chart_of(sheet, explanation, counting="listed contact"), tuple(_answered(explanation)))
    listed = ", ".join(safe_word(each.contact_id) for each in explanation.visible[:_LISTED])
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
    title = headline(sides[0]) if len(sides) == 1 else " and ".join(map(question, sides))
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
        said = (_Said("said", "warning", shortened(safe_line(str(side.error)), _MESSAGE)),)
        return _Panel(headline(side), Picture(()), Chart((), ()), said)
    sheet = picture(side, full=full)
    return _Panel(headline(side), sheet, chart_of(sheet, side.answer, different), tuple(_said(side)))


def _answered(answer: Rehydration) -> Iterator[_Said]:
    yield from _warned(answer.warnings)
    if answer.stopped_at is not None:
        yield _Said("said", "warning", f"the walk stops before {safe_word(answer.stopped_at)}")
    beyond = answer.beyond_limit
    if beyond:
        yield _Said(
            "said",
            "",
            f"{counted(len(beyond), 'contact')} beyond Connect's 100-contact limit, first {safe_word(beyond[0])}",
        )
    yield _Said(
        "said", "", "The picture shows the listed contacts. explain also gives the others, and why they are left out."
    )


def _warned(warnings: Sequence[RuleWarning]) -> Iterator[_Said]:
    for each in warnings[:_WARNINGS]:
        yield _Said("said", "warning", f"{shortened(safe_line(each.message), _MESSAGE)} ({each.rule})")
    if len(warnings) > _WARNINGS:
        yield _Said("said", "", f"and {counted(len(warnings) - _WARNINGS, 'other warning')}")


def _said(explanation: Explanation) -> Iterator[_Said]:
    yield from _warned(explanation.answer.warnings)
    certainty = explanation.certainty
    kind = "certain" if certainty.is_certain else "contingent"
    yield _Said("sure", kind, f"{certainty.title}: {certainty.line}")
    if len(certainty.outcomes) == 1:
        return
    for condition, summary, is_ours in outcomes_of(certainty):
        yield _Said("said", "", f"{condition}{', drawn here' if is_ours else ''}: {summary}")
    left_out = outcomes_left_out(certainty)
    if left_out:
        yield _Said("said", "", f"and {counted(left_out, 'other answer')}")


def _described(side: Explanation | Refusal) -> str:
    """Tell in words what a picture shows."""
    if isinstance(side, Refusal):
        return f"{headline(side)}."
    sentences = [f"{headline(side)}."]
    for verdict in Verdict:
        ids = [safe_word(each.contact_id) for each in side.with_verdict(verdict)]
        if ids:
            more = f" and {len(ids) - _LISTED:,} more" if len(ids) > _LISTED else ""
            sentences.append(f"{verdict.capitalize()}: {', '.join(ids[:_LISTED])}{more}.")
    sentences.append(f"{side.certainty.title}: {side.certainty.line}.")
    return " ".join(sentences)


# -------------------------------------------------------------------------------------------------------- what is drawn


def _drawn(panels: Sequence[_Panel], title: str, description: str) -> str:
    columns = Columns.of([each.chart for each in panels])
    paper = _Paper(columns)
    at: float = EDGE
    for number, panel in enumerate(panels):
        if number:
            paper.line(f"M{short(EDGE)} {short(at)}H{short(columns.width - EDGE)}", "rule-line")
            at += EDGE
        at = paper.panel(panel, at)
    return paper.written(title, description, at + EDGE / 2)


class _Paper:
    """What is drawn so far."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._drawn: list[str] = []
        self._room = columns.width - 2 * EDGE
        self._used: set[Look] = set()

    def written(self, title: str, description: str, height: float) -> str:
        """Write everything down."""
        width, tall = short(self._columns.width), short(height)
        begin = f'<svg xmlns="http://www.w3.org/2000/svg" class="rehydration" role="img" viewBox="0 0 {width} {tall}"'
        inner = Bounds(0.5, 0.5, self._columns.width - 1, height - 1)
        head = [
            f'{begin} width="{width}" height="{tall}" style="max-width:100%;height:auto">',
            f"<title>{escape(title)}</title>",
            f"<desc>{escape(description)}</desc>",
            f"<style>{''.join(styles(self._used))}</style>",
            rect(inner, 8, "canvas"),
        ]
        return "".join(f"{line}\n" for line in (*head, *self._drawn, "</svg>"))

    # --------------------------------------------------------------------------------------------------- simple things

    def text(self, x: float, y: float, kind: str, text: str, *, style: str = "") -> None:
        """Write a text that fits; ``y`` is the top of its line."""
        type_ = LETTERINGS[kind]
        baseline = y + type_.height / 2 + type_.size * 0.35
        self._drawn.append(f'<text class="{style or kind}" x="{short(x)}" y="{short(baseline)}">{escape(text)}</text>')

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

    def _said(self, said: _Said, top: float) -> float:
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
        columns = self._columns
        days = list(_days(chart, columns.order))
        at = top
        if days:
            self.text(EDGE + 2, at, "day", "UTC")
            for key, date in days:
                self.text(columns.left[key], at, "day", date)
            at += LETTERINGS["day"].height
        rows = Rows(chart, columns, at)
        for band, (begin, end) in zip(chart.bands, rows.bands, strict=True):
            self._band(band, begin, end)
        for key, _ in days[1:]:
            x = columns.left[key] - GUTTER + 20
            self.line(f"M{short(x)} {short(top + 4)}V{short(rows.bands[-1][1])}", "midnight")
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
        self._drawn.append(rect(Bounds(EDGE, top, self._room, bottom - top), 6, "band"))
        tooltip = f"<title>{escape(band.tooltip)}</title>" if band.tooltip else ""
        self._drawn.append(f'<g class="lane-label">{tooltip}')
        at = top + room_above(band)
        for kind, text in label_of(band):
            type_ = LETTERINGS[kind]
            self.text(EDGE + BETWEEN, at, kind, fitted(text, MOST_LABEL, type_.size, bold=type_.bold))
            at += type_.height
        self._drawn.append("</g>")

    def _join(self, tail: Bounds, head: Bounds, bar: str) -> None:
        end = head.left - (2 if bar == "cut" else 6)
        if tail.top == head.top:
            path = rounded((tail.right, tail.center), (end, head.center))
        else:
            x = tail.right + 12
            path = rounded((tail.right, tail.center), (x, tail.center), (x, head.center), (end, head.center))
        self.line(path, "join severed" if bar == "cut" else "join")
        if bar != "cut":
            self.line(f"M{short(head.left - 1)} {short(head.center)}l-8-4v8z", "join-head")
        if bar:
            x = head.left - 14
            self.line(f"M{short(x)} {short(head.top - 4)}V{short(head.bottom + 4)}", bar)
            x -= width_of(bar, LETTERINGS["mark"].size, bold=True) / 2
            self.text(x, head.top - 17, "mark", bar, style=f"mark {bar}-mark")

    def _links(self, rows: Rows) -> None:
        for arrow in rows.chart.arrows:
            tail, head = rows.places[arrow.tail], rows.places[arrow.head]
            up = rows.band_of[arrow.head] < rows.band_of[arrow.tail]
            style = "back" if arrow.is_followed else "back idle"
            channel = rows.channels.get((rows.band_of[arrow.tail], up))
            if channel is None:  # both in one row of what is left out together
                continue
            tip = head.bottom + 1 + (2 * PLATE if arrow.head in rows.stacks else 0) if up else head.top - 1
            begin, end = (tail.top, tip + 6) if up else (tail.bottom, tip - 6)
            path = rounded((tail.middle, begin), (tail.middle, channel), (head.middle, channel), (head.middle, end))
            self.line(path, style)
            self.line(f"M{short(head.middle)} {short(tip)}l-4.5 {9 if up else -9}h9z", "back-head")
            if arrow.bar:
                y = tip + 15 if up else tip - 15
                self.line(f"M{short(head.middle - 11)} {short(y)}h22", arrow.bar)
                self.text(head.middle + 17, y - 6, "mark", arrow.bar, style=f"mark {arrow.bar}-mark")

    def _block(self, block: Block, place: Bounds) -> None:
        self._used.add(block.look)
        style = f"contact {CLASSES[block.look]}{' start' if block.is_start else ''}"
        self._drawn.append(f'<g class="{style}"><title>{escape(block.tooltip)}</title>')
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
            if x > EDGE and x + width > self._columns.width - EDGE:
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
    yield from ((bar, meaning) for bar, meaning in _BARS.items() if bar in bars)
    kinds = {words.kind for block in chart.blocks for words in block.lines}
    if "contingent" in kinds:
        yield "contingent", "contingent: other readings decide otherwise"
    if "differs" in kinds:
        yield "differs", "differs between the requests"
