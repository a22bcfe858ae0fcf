"""A picture as DOT source, for Graphviz: a digraph with sessions as clusters.

Here belongs DOT's syntax. Contacts run from left to right in time, links run back as dashed arrows, and a verdict
has a shape and a word as well as a colour. This module does not know how anything was decided.

Source: https://graphviz.org/doc/info/lang.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from rehydration.explanation import Explanation, Verdict
from rehydration.graph import ContactGraph
from rehydration.render.nodes import Edge, Node, diagram

_LOOKS: Final[Mapping[Verdict | None, str]] = {
    Verdict.VISIBLE: 'shape=box, style="rounded,filled", color="#1a7f37", fillcolor="#d6f5d6"',
    Verdict.UNAVAILABLE: 'shape=hexagon, style=filled, color="#9a6700", fillcolor="#fff2c2"',
    Verdict.UNKNOWN: 'shape=parallelogram, style=filled, color="#8250df", fillcolor="#f1e1fb"',
    Verdict.DROPPED: 'shape=box, style="dashed,filled", color="#cf222e", fillcolor="#fdeaea"',
    Verdict.BEYOND_LIMIT: 'shape=cds, style="dotted,filled", color="#0969da", fillcolor="#ddeeff"',
    None: 'shape=ellipse, style=filled, color="#57606a", fillcolor="#f6f8fa"',
}


def dot(explanation: Explanation, graph: ContactGraph, *, full: bool = False) -> str:
    """Draw an explanation as DOT source; long runs of the same are left out unless ``full``."""
    return "".join(f"{line}\n" for line in _lines(explanation, graph, full=full))


def _lines(explanation: Explanation, graph: ContactGraph, *, full: bool) -> Iterator[str]:
    drawn = diagram(explanation, graph, full=full)
    yield "digraph rehydration {"
    yield '    graph [rankdir=LR, charset="UTF-8", fontname="Helvetica", nodesep=0.3]'
    yield '    node [fontname="Helvetica", fontsize=11, margin="0.15,0.08"]'
    yield '    edge [fontname="Helvetica", fontsize=10, color="#57606a"]'
    for number, cluster in enumerate(drawn.clusters):
        if cluster.title is not None:
            yield f"    subgraph cluster_{number} {{"
            yield f'        graph [label={_quoted(cluster.title)}, style=rounded, color="#8c959f"]'
        for node in cluster.nodes:
            yield f"        {_node(node)}"
        if cluster.title is not None:
            yield "    }"
    for edge in drawn.edges:
        yield f"    {_edge(edge)}"
    yield "}"


def _node(node: Node) -> str:
    thick = ", penwidth=3" if node.is_start else ""
    return f"{node.name} [label={_quoted(*node.lines)}, {_LOOKS[node.verdict]}{thick}]"


def _edge(edge: Edge) -> str:
    if not edge.is_link:
        return f"{edge.tail} -> {edge.head}"
    # turned round and drawn backwards, so that time still runs from left to right
    return f'{edge.head} -> {edge.tail} [dir=back, style=dashed, color="#0550ae", label={_quoted(edge.label)}]'


def _quoted(*lines: str) -> str:
    r"""Write lines as one DOT string: a backslash would begin an escape, an ampersand an HTML entity."""
    escaped = (line.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for line in lines)
    return '"' + "\\n".join(escaped) + '"'
