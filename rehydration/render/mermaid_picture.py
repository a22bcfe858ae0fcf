"""A picture as Mermaid source: a flowchart with sessions as subgraphs.

Here belongs Mermaid's syntax. Contacts run from left to right in time, links run back as dashed arrows, and a
verdict has a shape and a word as well as a colour. This module does not know how anything was decided.

Source: https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from rehydration.explanation import Explanation, Verdict
from rehydration.graph import ContactGraph
from rehydration.render.nodes import Node, diagram

_SHAPES: Final[Mapping[Verdict | None, tuple[str, str]]] = {
    Verdict.VISIBLE: ("(", ")"),
    Verdict.UNAVAILABLE: ("{{", "}}"),
    Verdict.UNKNOWN: ("[/", "/]"),
    Verdict.DROPPED: ("[", "]"),
    Verdict.BEYOND_LIMIT: ("[[", "]]"),
    None: ("((", "))"),
}
_CLASSES: Final[Mapping[Verdict | None, str]] = {
    Verdict.VISIBLE: "visible",
    Verdict.UNAVAILABLE: "unavailable",
    Verdict.UNKNOWN: "unknown",
    Verdict.DROPPED: "dropped",
    Verdict.BEYOND_LIMIT: "beyond",
    None: "other",
}
_STYLES: Final = (
    "classDef visible fill:#d6f5d6,stroke:#1a7f37,color:#0b3d1a",
    "classDef unavailable fill:#fff2c2,stroke:#9a6700,color:#4d3300",
    "classDef unknown fill:#f1e1fb,stroke:#8250df,color:#3d1a73",
    "classDef dropped fill:#fdeaea,stroke:#cf222e,color:#6e0a12,stroke-dasharray:4 3",
    "classDef beyond fill:#ddeeff,stroke:#0969da,color:#0a3069,stroke-dasharray:1 3",
    "classDef other fill:#f6f8fa,stroke:#57606a,color:#24292f",
    "classDef start stroke-width:4px",
)
_PLAIN: Final = frozenset(" _,–✓✗»•…")
_JOINING: Final = frozenset(".:-")


def mermaid(explanation: Explanation, graph: ContactGraph, *, full: bool = False) -> str:
    """Draw an explanation as Mermaid source; long runs of the same are left out unless ``full``."""
    return "".join(f"{line}\n" for line in _lines(explanation, graph, full=full))


def _lines(explanation: Explanation, graph: ContactGraph, *, full: bool) -> Iterator[str]:
    drawn = diagram(explanation, graph, full=full)
    yield "flowchart LR"
    for number, cluster in enumerate(drawn.clusters):
        if cluster.title is not None:
            yield f'    subgraph s{number}["{_escaped(cluster.title)}"]'
        for node in cluster.nodes:
            yield f"        {_node(node)}"
        if cluster.title is not None:
            yield "    end"
    # an invisible edge forward beside each link: else the layout would put what was continued after what continued it
    for edge in drawn.edges:
        yield f"    {edge.head} ~~~ {edge.tail}" if edge.is_link else f"    {edge.tail} --> {edge.head}"
    for edge in drawn.edges:
        if edge.is_link:
            yield f'    {edge.tail} -. "{_escaped(edge.label)}" .-> {edge.head}'
    for style in _STYLES:
        yield f"    {style}"
    started = [node.name for cluster in drawn.clusters for node in cluster.nodes if node.is_start]
    for name in started:
        yield f"    class {name} start"


def _node(node: Node) -> str:
    left, right = _SHAPES[node.verdict]
    text = "<br/>".join(map(_escaped, node.lines))
    return f'{node.name}{left}"{text}"{right}:::{_CLASSES[node.verdict]}'


def _escaped(text: str) -> str:
    """Write a text so that Mermaid draws it as it is: whatever might mean something to it as a code point."""
    return "".join(
        each if each.isalnum() or each in _PLAIN or (each in _JOINING and _is_inside(text, at)) else f"#{ord(each)};"
        for at, each in enumerate(text)
    )


def _is_inside(text: str, at: int) -> bool:
    """Tell whether a character stands within a word; at an edge it could begin a list, an arrow or a class."""
    return 0 < at < len(text) - 1 and text[at - 1].isalnum() and text[at + 1].isalnum()
