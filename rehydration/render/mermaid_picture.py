"""Pictures as Mermaid source: flowcharts with sessions as subgraphs.

Here belongs Mermaid's syntax. Contacts run from left to right in time, links run back as dashed arrows, and a look
has a shape and a word as well as a colour. This module does not know how anything was decided.

Source: https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rehydration.explanation import Explanation, Refusal, Verdict
from rehydration.graph import ContactGraph
from rehydration.render.nodes import Cluster, Diagram, Edge, Node, diagram, graph_diagram
from rehydration.render.picture import Look, State
from rehydration.render.signs import CLASSES, LIGHT

_SHAPES: Final[Mapping[Look, tuple[str, str]]] = {
    Verdict.VISIBLE: ("(", ")"),
    Verdict.UNAVAILABLE: ("{{", "}}"),
    Verdict.UNKNOWN: ("[/", "/]"),
    Verdict.DROPPED: ("[", "]"),
    Verdict.BEYOND_LIMIT: ("[[", "]]"),
    State.LIVE: ("([", "])"),
    State.ENDED: ("(", ")"),
    State.OTHER_CHANNEL: ("[", "]"),
    None: ("((", "))"),
}
_LINES: Final[Mapping[Look, str]] = {
    Verdict.DROPPED: ",stroke-dasharray:4 3",
    Verdict.BEYOND_LIMIT: ",stroke-dasharray:1 3",
    State.LIVE: ",stroke-width:4px",
}
_SETTINGS: Final = '%%{init: {"flowchart": {"wrappingWidth": 600, "subGraphTitleMargin": {"top": 4, "bottom": 8}}}}%%'
"""Lines are broken here, not by Mermaid, and titles keep their distance from what is beneath."""
_PLAIN: Final = frozenset(" _,–✓✗»•…")
_JOINING: Final = frozenset(".:-")


def mermaid(explanation: Explanation, *, full: bool = False, plain: bool = False) -> str:
    """Draw an explanation as Mermaid source; long runs of the same are left out unless ``full``."""
    return _written(diagram((explanation,), full=full, plain=plain))


def graph_mermaid(graph: ContactGraph, *, full: bool = False, plain: bool = False) -> str:
    """Draw a graph as Mermaid source: sessions, contacts, links; what is too much is left out unless ``full``."""
    return _written(graph_diagram(graph, full=full, plain=plain))


def comparison_mermaid(sides: Sequence[Explanation | Refusal], *, full: bool = False, plain: bool = False) -> str:
    """Draw answers to several requests as Mermaid source, one beneath the other."""
    return _written(diagram(sides, full=full, plain=plain))


def _written(drawn: Diagram) -> str:
    return "".join(f"{line}\n" for line in _lines(drawn))


def _lines(drawn: Diagram) -> Iterator[str]:
    yield f"flowchart {'TB' if len(drawn.parts) > 1 else 'LR'}"
    yield f"    {_SETTINGS}"
    number = 0
    for place, part in enumerate(drawn.parts):
        inner: list[str] = []
        for cluster in part.clusters:
            inner += _cluster(cluster, number)
            number += 1
        yield from (f"    {line}" for line in (_subgraph(f"p{place}", part.title, inner) if part.title else inner))
    for place in range(1, len(drawn.parts)):
        yield f"    p{place - 1} ~~~ p{place}"  # the requests in their order
    # an invisible edge forward beside each link: else the layout would put what was continued after what continued it
    for edge in drawn.edges:
        yield f"    {edge.head} ~~~ {edge.tail}" if edge.is_link else f"    {_edge(edge)}"
    for edge in drawn.edges:
        if edge.is_link:
            yield f'    {edge.tail} -. "{_escaped(edge.label)}" .-> {edge.head}'
    used = {node.look for node in drawn.nodes if not node.is_note}
    for look, name in CLASSES.items():
        if look in used:
            colors = LIGHT[look]
            style = f"fill:{colors.fill},stroke:{colors.stroke},color:{colors.text}"
            yield f"    classDef {name} {style}{_LINES.get(look, '')}"
    if any(node.is_note for node in drawn.nodes):
        yield "    classDef note fill:none,stroke:none,text-align:left"
    started = [node.name for node in drawn.nodes if node.is_start]
    if started:
        yield "    classDef start stroke-width:4px"
    for name in started:
        yield f"    class {name} start"


def _cluster(cluster: Cluster, number: int) -> list[str]:
    nodes = list(map(_node, cluster.nodes))
    return _subgraph(f"s{number}", cluster.title, nodes) if cluster.title else nodes


def _subgraph(name: str, title: str, inner: list[str]) -> list[str]:
    # Mermaid would turn what no edge leaves
    return [f'subgraph {name}["{_escaped(title)}"]', *(f"    {each}" for each in ("direction LR", *inner)), "end"]


def _node(node: Node) -> str:
    if node.is_note:
        return f'{node.name}["{_text(node.lines)}"]:::note'
    left, right = _SHAPES[node.look]
    return f'{node.name}{left}"{_text(node.lines)}"{right}:::{CLASSES[node.look]}'


def _text(lines: tuple[str, ...]) -> str:
    return "<br/>".join(map(_escaped, lines))


def _edge(edge: Edge) -> str:
    if edge.is_cut:
        return f'{edge.tail} -- "{_escaped(edge.label)}" --x {edge.head}'
    return f"{edge.tail} --> {edge.head}"


def _escaped(text: str) -> str:
    """Write a text so that Mermaid draws it as it is: whatever might mean something to it as a code point."""
    return "".join(
        each if each.isalnum() or each in _PLAIN or (each in _JOINING and _is_inside(text, at)) else f"#{ord(each)};"
        for at, each in enumerate(text)
    )


def _is_inside(text: str, at: int) -> bool:
    """Tell whether a character stands within a word; at an edge it could begin a list, an arrow or a class."""
    return 0 < at < len(text) - 1 and text[at - 1].isalnum() and text[at + 1].isalnum()
