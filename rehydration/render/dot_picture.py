"""Pictures as DOT source, for Graphviz: digraphs with sessions as clusters.

Here belongs DOT's syntax. Sessions stand beneath one another, the newest first; the contacts of a session run from
left to right in time, or down if it is branched. Links run down as dashed arrows, and a look has a shape and a word as
well as a colour. This module does not know how anything was decided.

Source: https://graphviz.org/doc/info/lang.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from rehydration.explanation import Explanation, Refusal, Verdict
from rehydration.graph import ContactGraph
from rehydration.render.nodes import Cluster, Diagram, Edge, Node, diagram, graph_diagram
from rehydration.render.picture import Look, State
from rehydration.render.signs import LIGHT, LINK_COLOR

_SHAPES: Final[Mapping[Look, str]] = {
    Verdict.VISIBLE: 'shape=box, style="rounded,filled"',
    Verdict.UNAVAILABLE: 'shape=box, style="filled,diagonals"',
    Verdict.UNKNOWN: "shape=note, style=filled",
    Verdict.DROPPED: 'shape=box, style="dashed,filled"',
    Verdict.BEYOND_LIMIT: 'shape=cds, style="dotted,filled"',
    State.LIVE: 'shape=box, style="rounded,filled", penwidth=3',
    State.ENDED: 'shape=box, style="rounded,filled"',
    State.OTHER_CHANNEL: "shape=box, style=filled",
    None: "shape=ellipse, style=filled",
}
_LEFT: Final = "\\l"
"""What ends a line that begins at the left."""
_CLUSTER: Final = 'style=rounded, color="#8c959f"'


def dot(explanation: Explanation, *, full: bool = False, plain: bool = False) -> str:
    """Draw an explanation as DOT source; long runs of the same are left out unless ``full``."""
    return _written(diagram((explanation,), full=full, plain=plain))


def graph_dot(graph: ContactGraph, *, full: bool = False, plain: bool = False) -> str:
    """Draw a graph as DOT source: sessions, contacts, links; what is too much is left out unless ``full``."""
    return _written(graph_diagram(graph, full=full, plain=plain))


def comparison_dot(sides: Sequence[Explanation | Refusal], *, full: bool = False, plain: bool = False) -> str:
    """Draw answers to several requests as DOT source, one beneath the other."""
    return _written(diagram(sides, full=full, plain=plain))


def _written(drawn: Diagram) -> str:
    return "".join(f"{line}\n" for line in _lines(drawn))


def _lines(drawn: Diagram) -> Iterator[str]:
    yield "digraph rehydration {"
    yield '    graph [charset="UTF-8", fontname="Helvetica", fontsize=12, nodesep=0.4]'
    yield '    node [fontname="Helvetica", fontsize=11, margin="0.15,0.08"]'
    yield '    edge [fontname="Helvetica", fontsize=10, color="#57606a"]'
    for cluster in drawn.clusters:
        yield from (f"    {line}" for line in _cluster(cluster))
    for edge in drawn.edges:
        yield f"    {_edge(edge)}"
    for upper, lower in pairwise(drawn.clusters):
        above = upper.nodes[0 if upper.is_chain else -1]
        yield f"    {above.name} -> {lower.nodes[0].name} [style=invis, weight=9]"
    yield "}"


def _cluster(cluster: Cluster) -> list[str]:
    nodes = list(map(_node, cluster.nodes))
    if not cluster.title:
        return nodes
    head = f"graph [label={_quoted(cluster.title)}, {_CLUSTER}]"
    inner = [head, *nodes]
    if cluster.is_chain and len(nodes) > 1:
        inner.append(f"{{ rank=same; {' '.join(each.name for each in cluster.nodes)} }}")
    return [f"subgraph cluster_{cluster.name} {{", *(f"    {each}" for each in inner), "}"]


def _node(node: Node) -> str:
    if node.is_note:
        return f"{node.name} [label={_quoted(*node.lines, end=_LEFT)}, shape=plaintext]"
    colors = LIGHT[node.look]
    looks = f'{_SHAPES[node.look]}, color="{colors.stroke}", fillcolor="{colors.fill}"'
    thick = ", penwidth=3" if node.is_start else ""
    tooltip = f", tooltip={_quoted(node.tooltip)}" if node.tooltip else ""
    return f"{node.name} [label={_quoted(*node.lines)}, {looks}{thick}{tooltip}]"


def _edge(edge: Edge) -> str:
    if edge.is_cut:
        color = LIGHT[Verdict.DROPPED].stroke
        looks = f'label={_quoted(edge.label)}, style=dashed, arrowhead=tee, color="{color}", fontcolor="{color}"'
        return f"{edge.tail} -> {edge.head} [{looks}]"
    if not edge.is_link:
        return f"{edge.tail} -> {edge.head}"
    looks = f'label={_quoted(edge.label)}, style=dashed, color="{LINK_COLOR}", fontcolor="{LINK_COLOR}"'
    return f"{edge.tail} -> {edge.head} [{looks}, constraint=false]"


def _quoted(*lines: str, end: str = "") -> str:
    r"""Write lines as one DOT string: a backslash would begin an escape, an ampersand an HTML entity."""
    escaped = (line.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for line in lines)
    return '"' + (end or "\\n").join(escaped) + end + '"'
