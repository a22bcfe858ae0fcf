"""Pictures and JSON of an answer: pure functions from an explanation, and the graph it was made on, to text.

Here belongs how an answer looks. How it was decided is not known here, and nothing is read or printed.

- :func:`text` for a terminal, :func:`refusal_text` for a refusal (both need rich, which the extra ``cli`` brings);
- :func:`mermaid` and :func:`dot` for the programs of these names;
- :func:`as_json` and :func:`refusal_as_json` for other programs;
- :func:`graph_mermaid` and :func:`graph_dot` for a whole graph, on which nothing was asked.
"""

from __future__ import annotations

from rehydration.errors import RuleForbids
from rehydration.explanation import Explanation
from rehydration.graph import ContactGraph
from rehydration.reading import Readings
from rehydration.render.answer_json import as_json, refusal_as_json
from rehydration.render.dot_picture import dot
from rehydration.render.graph_picture import graph_dot, graph_mermaid
from rehydration.render.mermaid_picture import mermaid
from rehydration.requests import RehydrationRequest

__all__ = ["as_json", "dot", "graph_dot", "graph_mermaid", "mermaid", "refusal_as_json", "refusal_text", "text"]


def text(
    explanation: Explanation, graph: ContactGraph, *, width: int = 80, color: bool = False, full: bool = False
) -> str:
    """Draw an explanation for a terminal: as wide as ``width`` cells, with ANSI colours if ``color``.

    Long runs of the same are left out unless ``full``. Text of the records is escaped where it is not printable.
    """
    from rehydration.render.text_picture import text as draw  # noqa: PLC0415  # this alone needs rich

    return draw(explanation, graph, width=width, color=color, full=full)


def refusal_text(  # noqa: PLR0913  # all that there is to say of a refusal
    refusal: RuleForbids,
    graph: ContactGraph,
    request: RehydrationRequest,
    *,
    readings: Readings | None = None,
    width: int = 80,
    color: bool = False,
) -> str:
    """Write down a refusal: the rule that forbids the request, the source's session, and what other readings answer."""
    from rehydration.render.text_picture import refusal_text as write  # noqa: PLC0415  # this alone needs rich

    return write(refusal, graph, request, readings=readings, width=width, color=color)
