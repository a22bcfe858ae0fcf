"""Pictures as Mermaid source: flowcharts with sessions as subgraphs.

Here belongs Mermaid's syntax. Sessions stand beneath one another, the newest first; the contacts of a session run from
left to right in time. Links run down as dashed arrows between sessions, and name the start contact: an arrow between
contacts would turn the session. A look has a shape and a word as well as a colour. This module does not know how
anything was decided.

Source: https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from rehydration.explanation import Explanation, Refusal, Verdict
from rehydration.graph import ContactGraph
from rehydration.render.nodes import Cluster, Diagram, Node, diagram, graph_diagram
from rehydration.render.picture import Look, State
from rehydration.render.signs import CLASSES, LIGHT, LINK_COLOR

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
_SESSION: Final = "fill:#f6f8fa,stroke:#d0d7de,color:#24292f"
_CUT_COLOR: Final = LIGHT[Verdict.DROPPED].stroke
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
    yield "flowchart TB"
    yield f"    {_SETTINGS}"
    for cluster in drawn.clusters:
        yield from (f"    {line}" for line in _cluster(cluster))
    edges = list(dict.fromkeys(_edges(drawn)))
    yield from (f"    {each}" for each, _ in edges)
    for color in (LINK_COLOR, _CUT_COLOR):
        numbers = ",".join(str(number) for number, (_, drawn_in) in enumerate(edges) if drawn_in == color)
        if numbers:
            yield f"    linkStyle {numbers} stroke:{color},color:{color}"
    used = {node.look for node in drawn.nodes if not node.is_note}
    for look, name in CLASSES.items():
        if look in used:
            colors = LIGHT[look]
            style = f"fill:{colors.fill},stroke:{colors.stroke},color:{colors.text}"
            yield f"    classDef {name} {style}{_LINES.get(look, '')}"
    for name, style, members in (
        ("note", "fill:none,stroke:none,text-align:left", [each.name for each in drawn.nodes if each.is_note]),
        ("start", "stroke-width:4px", [each.name for each in drawn.nodes if each.is_start]),
        ("session", _SESSION, [each.name for each in drawn.clusters if each.title]),
    ):
        if members:
            yield f"    classDef {name} {style}"
            yield f"    class {','.join(members)} {name}"


def _cluster(cluster: Cluster) -> list[str]:
    nodes = list(map(_node, cluster.nodes))
    if not cluster.title:
        return nodes
    inner = (f"    {each}" for each in ("direction LR", *nodes))
    return [f'subgraph {cluster.name}["{_escaped(cluster.title)}"]', *inner, "end"]


def _edges(drawn: Diagram) -> Iterator[tuple[str, str]]:
    """Write the edges, each with its colour: in sessions, between them, and invisible ones that keep the order."""
    for edge in drawn.edges:
        if edge.is_link:
            tail, head = edge.sessions
            yield f'{tail} -. "{_escaped(edge.told)}" .-> {head}', LINK_COLOR
        elif edge.is_cut:
            yield f'{edge.tail} -- "{_escaped(edge.label)}" --x {edge.head}', _CUT_COLOR
        else:
            yield f"{edge.tail} --> {edge.head}", ""
    linked = {edge.sessions for edge in drawn.edges}
    for upper, lower in pairwise(each.name for each in drawn.clusters):
        if (upper, lower) not in linked:
            yield f"{upper} ~~~ {lower}", ""


def _node(node: Node) -> str:
    text = "<br/>".join(map(_escaped, node.lines))
    if node.is_note:
        return f'{node.name}["{text}"]'
    left, right = _SHAPES[node.look]
    return f'{node.name}{left}"{text}"{right}:::{CLASSES[node.look]}'


def _escaped(text: str) -> str:
    """Write a text so that Mermaid draws it as it is: whatever might mean something to it as a code point."""
    return "".join(
        each if each.isalnum() or each in _PLAIN or (each in _JOINING and _is_inside(text, at)) else f"#{ord(each)};"
        for at, each in enumerate(text)
    )


def _is_inside(text: str, at: int) -> bool:
    """Tell whether a character stands within a word; at an edge it could begin a list, an arrow or a class."""
    return 0 < at < len(text) - 1 and text[at - 1].isalnum() and text[at + 1].isalnum()
