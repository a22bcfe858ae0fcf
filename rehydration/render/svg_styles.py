"""How words and shapes of an SVG picture are set and coloured, for readers who prefer light and for those of dark.

Here belong the style sheet and what it shares with the drawing: sizes of letters, names of looks. Every name in it is
beneath one class, so that it changes nothing else on a page. This module draws nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from attrs import frozen

from rehydration.explanation import Verdict
from rehydration.render.picture import Look, State
from rehydration.render.signs import CLASSES, DARK, LIGHT, LINK_COLOR, LINK_COLOR_DARK, Colors

_FONT: Final = "'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', 'Liberation Sans', sans-serif"


@frozen
class Lettering:
    """How a kind of words is set: size and height of a line in pixels."""

    size: float
    height: float
    bold: bool = False
    has_icon: bool = False


LETTERINGS: Final[Mapping[str, Lettering]] = {
    "name": Lettering(13, 20, bold=True, has_icon=True),
    "word": Lettering(12, 17),
    "detail": Lettering(11, 16),
    "link": Lettering(11, 16, bold=True),
    "foreign": Lettering(11, 17, bold=True, has_icon=True),
    "contingent": Lettering(11, 17, bold=True, has_icon=True),
    "differs": Lettering(11, 17, bold=True, has_icon=True),
    "rule": Lettering(10, 14),
    "title": Lettering(16, 24, bold=True),
    "said": Lettering(12, 18),
    "sure": Lettering(12, 20, bold=True, has_icon=True),
    "legend": Lettering(12, 22),
    "label": Lettering(11, 16),
    "session": Lettering(13, 18, bold=True),
    "mark": Lettering(10, 12, bold=True),
}
_LINES: Final[Mapping[Look, str]] = {
    Verdict.DROPPED: "stroke-dasharray:7 4",
    Verdict.BEYOND_LIMIT: "stroke-dasharray:2 3",
    State.LIVE: "stroke-width:3",
}
_BASIC: Final[Mapping[str, tuple[str, str]]] = {
    "canvas": ("#ffffff", "#0d1117"),
    "frame": ("#d0d7de", "#30363d"),
    "band": ("#f6f8fa", "#161b22"),
    "ink": ("#1f2328", "#e6edf3"),
    "quiet": ("#57606a", "#9da7b3"),
    "link": (LINK_COLOR, LINK_COLOR_DARK),
    "doubt": ("#8a4600", "#f0b072"),
}
"""What no look colours: on light, on dark."""
_BY_LOOK: Final[Mapping[str, Look]] = {
    "cut": Verdict.DROPPED,
    "stop": Verdict.UNAVAILABLE,
    "limit": Verdict.BEYOND_LIMIT,
    "sure": Verdict.VISIBLE,
}
_PAINT: Final = (
    ("text", "fill", "ink"),
    (".canvas", "fill", "canvas"),
    (".canvas,.rehydration .band,.rehydration .rule-line", "stroke", "frame"),
    (".band", "fill", "band"),
    (".label,.rehydration .join-head", "fill", "quiet"),
    (".join", "stroke", "quiet"),
    (".back", "stroke", "link"),
    (".back-head", "fill", "link"),
    *((f".{each}", "stroke", each) for each in ("cut", "stop", "limit")),
    *((f".{each}-mark", "fill", each) for each in ("cut", "stop", "limit")),
    (".note .sign", "stroke", "doubt"),
    (".note .half", "fill", "doubt"),
    (".certain .sign", "stroke", "sure"),
)
"""What is painted by which of these colours."""


def styles(used: Iterable[Look]) -> Iterator[str]:
    """Yield the style sheet of a picture, with the looks that are in it."""
    looks = [each for each in CLASSES if each in set(used)]
    yield f".rehydration text{{font-family:{_FONT};direction:ltr;unicode-bidi:bidi-override;white-space:pre}}"
    for kind, type_ in LETTERINGS.items():
        yield f".rehydration .{kind}{{font-size:{type_.size}px{';font-weight:700' if type_.bold else ''}}}"
    yield ".rehydration path{fill:none}"
    yield ".rehydration .shape,.rehydration .edge{stroke-width:1.5}"
    yield ".rehydration .plate{stroke-width:1}"
    for look in looks:
        if look in _LINES:
            yield f".rehydration .{CLASSES[look]} .shape,.rehydration .{CLASSES[look]} .edge{{{_LINES[look]}}}"
    yield ".rehydration .start .shape{stroke-width:3.5}"
    yield ".rehydration .sign{stroke-width:2;stroke-linecap:round;stroke-linejoin:round}"
    yield ".rehydration .small .sign{stroke-width:1.6}"
    yield ".rehydration .join{stroke-width:1.5}"
    yield ".rehydration .severed{stroke-dasharray:3 4}"
    yield ".rehydration .back{stroke-width:2;stroke-dasharray:7 4}"
    yield ".rehydration .idle{stroke-width:1;stroke-dasharray:2 4}"
    yield ".rehydration .cut,.rehydration .stop,.rehydration .limit{stroke-width:3}"
    yield from _colors(0, LIGHT, looks)
    yield "@media (prefers-color-scheme:dark){"
    yield from _colors(1, DARK, looks)
    yield "}"


def _colors(ground: int, colors: Mapping[Look, Colors], looks: Iterable[Look]) -> Iterator[str]:
    basic = {name: both[ground] for name, both in _BASIC.items()}
    basic |= {name: colors[look].stroke for name, look in _BY_LOOK.items()}
    for selector, paint, name in _PAINT:
        yield f".rehydration {selector}{{{paint}:{basic[name]}}}"
    for look in looks:
        name, color = CLASSES[look], colors[look]
        yield f".rehydration .{name} .shape,.rehydration .{name} .plate{{fill:{color.fill};stroke:{color.stroke}}}"
        yield f".rehydration .{name} .edge,.rehydration .{name} .sign{{stroke:{color.stroke}}}"
        yield f".rehydration .{name} .half{{fill:{color.stroke}}}.rehydration .{name} text{{fill:{color.text}}}"
