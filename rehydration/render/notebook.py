"""What a notebook shows of a value: a picture, or text in colours; and plain text for those that show neither.

Here belongs the choice of forms. This module draws nothing.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from html import escape
from typing import Final

from rehydration.answers import Rehydration
from rehydration.certainties import Certainty
from rehydration.customers import CustomerReport
from rehydration.explanation import Explanation, Refusal
from rehydration.exposures import Exposure
from rehydration.graph import ContactGraph
from rehydration.plans import PlannedRequest
from rehydration.reasons import Reason
from rehydration.render.calls import INSTANCE, calls
from rehydration.render.sentences import answer_described, described, graph_described, size_of
from rehydration.render.svg_picture import comparison_svg, graph_svg, svg
from rehydration.sights import Sight

_TEXT: Final = "text/plain"
_HTML: Final = "text/html"
_WIDTH: Final = 80


def media_of(shown: object) -> Mapping[str, str]:
    """Give media types and what to show of each; nothing for what has no picture."""
    if isinstance(shown, ContactGraph):
        return {**_picture(graph_svg(shown), graph_described(shown)), _TEXT: _text(shown) or size_of(shown)}
    if isinstance(shown, Sight):
        shown = shown.explanation
    if isinstance(shown, Explanation | Refusal):
        drawn = comparison_svg((shown,))
        return {**_picture(drawn, described(shown)), _TEXT: _text(shown) or described(shown)}
    if isinstance(shown, Rehydration):
        return _picture(svg(shown), answer_described(shown))
    colored = _text(shown, color=True)
    if colored is None:
        return {}
    from rehydration.render.lines import as_html  # noqa: PLC0415  # this alone needs rich

    return {_HTML: as_html(colored), _TEXT: _text(shown) or ""}


def _picture(drawn: str, told: str) -> dict[str, str]:
    """Give a picture that is no wider than the page, with a text for those who do not see it."""
    source = b64encode(drawn.encode()).decode()
    image = f'<img alt="{escape(told)}" style="max-width:100%" src="data:image/svg+xml;base64,{source}">'
    return {_HTML: image, "image/svg+xml": drawn}


def _text(shown: object, *, color: bool = False) -> str | None:
    """Write a value down; None for one that nothing writes, or where rich is not installed."""
    try:
        from rehydration.render import question_text, reports, text_picture  # noqa: PLC0415  # these alone need rich
    except ImportError:
        return None
    match shown:
        case ContactGraph():
            return text_picture.graph_text(shown, color=color)
        case Explanation():
            return text_picture.text(shown, color=color)
        case Certainty():
            return text_picture.certainty_text(shown, width=_WIDTH, color=color)
        case Exposure():
            return question_text.exposures_text([shown], width=_WIDTH, color=color)
        case Reason():
            return question_text.reason_text(shown, width=_WIDTH, color=color)
        case CustomerReport():
            return question_text.customer_text(shown, width=_WIDTH, color=color)
        case PlannedRequest():
            sent = calls(INSTANCE, shown.request, None)
            return reports.plan_text([shown], [sent], width=_WIDTH, color=color, hide=())
    return None
