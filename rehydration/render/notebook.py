"""What a notebook shows of an answer or a graph: the picture, and text for those that show no pictures.

Here belongs the choice of forms. This module draws nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from rehydration.answers import Rehydration
from rehydration.explanation import Explanation
from rehydration.graph import ContactGraph
from rehydration.render.sentences import headline, size_of
from rehydration.render.svg_picture import graph_svg, svg

_SVG = "image/svg+xml"
_TEXT = "text/plain"


def media_of(shown: object) -> Mapping[str, str]:
    """Give media types and what to show of each; nothing for what has no picture."""
    if isinstance(shown, ContactGraph):
        return {_SVG: graph_svg(shown), _TEXT: _text(shown) or size_of(shown)}
    if isinstance(shown, Explanation):
        return {_SVG: svg(shown), _TEXT: _text(shown) or headline(shown)}
    return {_SVG: svg(shown)} if isinstance(shown, Rehydration) else {}


def _text(shown: ContactGraph | Explanation) -> str:
    try:
        from rehydration.render.text_picture import graph_text, text  # noqa: PLC0415  # this alone needs rich
    except ModuleNotFoundError:
        return ""
    return graph_text(shown) if isinstance(shown, ContactGraph) else text(shown)
