"""Pictures and JSON of an answer: pure functions from an explanation, or a graph, to text.

Here belongs how an answer looks. How it was decided is not known here, and nothing is read or printed.

- of an explanation: :func:`text` for a terminal, :func:`svg` for a page, :func:`mermaid` and :func:`dot` for the
  programs of these names;
- of a whole graph, on which nothing was asked: :func:`graph_text`, :func:`graph_svg`, :func:`graph_mermaid` and
  :func:`graph_dot`;
- of several requests on one history, side by side: :func:`comparison_text`, :func:`comparison_svg`,
  :func:`comparison_mermaid` and :func:`comparison_dot`; a request that is refused takes part as a :class:`Refusal`;
- :func:`refusal_text` for a refusal alone; :func:`as_json` and :func:`refusal_as_json` for other programs.

Texts need rich, which the extra ``cli`` brings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehydration.explanation import Refusal
from rehydration.render.answer_json import as_json, refusal_as_json
from rehydration.render.dot_picture import comparison_dot, dot, graph_dot
from rehydration.render.mermaid_picture import comparison_mermaid, graph_mermaid, mermaid
from rehydration.render.svg_picture import comparison_svg, graph_svg, svg

if TYPE_CHECKING:
    from rehydration.render.text_picture import comparison_text, graph_text, refusal_text, text

__all__ = [
    "Refusal",
    "as_json",
    "comparison_dot",
    "comparison_mermaid",
    "comparison_svg",
    "comparison_text",
    "dot",
    "graph_dot",
    "graph_mermaid",
    "graph_svg",
    "graph_text",
    "mermaid",
    "refusal_as_json",
    "refusal_text",
    "svg",
    "text",
]

_TEXTS = frozenset({"comparison_text", "graph_text", "refusal_text", "text"})


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Load the functions that need rich when one is asked for."""
        if name not in _TEXTS:
            raise AttributeError(name)
        from rehydration.render import text_picture  # noqa: PLC0415  # see above

        return getattr(text_picture, name)
