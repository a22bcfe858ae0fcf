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

from collections.abc import Sequence

from rehydration.explanation import Explanation, Refusal
from rehydration.graph import ContactGraph
from rehydration.render.answer_json import as_json, refusal_as_json
from rehydration.render.dot_picture import comparison_dot, dot, graph_dot
from rehydration.render.mermaid_picture import comparison_mermaid, graph_mermaid, mermaid
from rehydration.render.svg_picture import comparison_svg, graph_svg, svg

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


def text(
    explanation: Explanation, *, width: int = 80, color: bool = False, full: bool = False, plain: bool = False
) -> str:
    """Draw an explanation for a terminal: as wide as ``width`` cells, with ANSI colours if ``color``.

    Long runs of the same are left out unless ``full``; rules are left out if ``plain``. Text of the records is escaped
    where it is not printable.
    """
    from rehydration.render.text_picture import text as draw  # noqa: PLC0415  # this alone needs rich

    return draw(explanation, width=width, color=color, full=full, plain=plain)


def graph_text(
    graph: ContactGraph, *, width: int = 80, color: bool = False, full: bool = False, plain: bool = False
) -> str:
    """Draw a graph for a terminal, as :func:`text` draws an explanation: sessions, newest first, and their links."""
    from rehydration.render.text_picture import graph_text as draw  # noqa: PLC0415  # this alone needs rich

    return draw(graph, width=width, color=color, full=full, plain=plain)


def comparison_text(
    sides: Sequence[Explanation | Refusal],
    *,
    width: int = 80,
    color: bool = False,
    full: bool = False,
    plain: bool = False,
) -> str:
    """Write down answers to several requests for a terminal: what each says of every contact, side by side."""
    from rehydration.render.text_picture import comparison_text as draw  # noqa: PLC0415  # this alone needs rich

    return draw(sides, width=width, color=color, full=full, plain=plain)


def refusal_text(refusal: Refusal, graph: ContactGraph, *, width: int = 80, color: bool = False) -> str:
    """Write down a refusal: the rule that forbids the request, the source's session, and what other readings answer."""
    from rehydration.render.text_picture import refusal_text as write  # noqa: PLC0415  # this alone needs rich

    return write(refusal, graph, width=width, color=color)
