"""Pictures of a whole graph, as Mermaid and as DOT source: what was recorded, nothing decided.

Here belongs how contacts look where there is no request: every session is a cluster, contacts run from left to right in
time, links run back as dashed arrows labelled with their type, and what a contact is has a shape and a word as well as
a colour. Nothing is left out. This module knows no rule.

Sources: https://mermaid.js.org/syntax/flowchart.html, https://graphviz.org/doc/info/lang.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Final

from attrs import frozen

from rehydration.contacts import Contact
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.render.dot_picture import _quoted as quoted
from rehydration.render.mermaid_picture import _escaped as escaped
from rehydration.render.nodes import Edge
from rehydration.render.writing import clock, day, shortened, shown
from rehydration.sessions import ChatSession, Segment


class State(Enum):
    """What a contact is; the value is the word for it in a picture, and the name of its looks."""

    LIVE = "live"
    ENDED = "ended"
    OTHER = "other"
    UNKNOWN = "unknown"


_SIGNS: Final[Mapping[State, str]] = {State.LIVE: "•", State.ENDED: "✓", State.OTHER: "–", State.UNKNOWN: "?"}
_SHAPES: Final[Mapping[State, tuple[str, str]]] = {
    State.LIVE: ("([", "])"),
    State.ENDED: ("(", ")"),
    State.OTHER: ("[", "]"),
    State.UNKNOWN: ("[/", "/]"),
}
_STYLES: Final = (
    "classDef live fill:#d6f5d6,stroke:#1a7f37,color:#0b3d1a,stroke-width:4px",
    "classDef ended fill:#f6f8fa,stroke:#57606a,color:#24292f",
    "classDef other fill:#ddeeff,stroke:#0969da,color:#0a3069",
    "classDef unknown fill:#f1e1fb,stroke:#8250df,color:#3d1a73",
)
_LOOKS: Final[Mapping[State, str]] = {
    State.LIVE: 'shape=box, style="rounded,filled", color="#1a7f37", fillcolor="#d6f5d6", penwidth=3',
    State.ENDED: 'shape=box, style="rounded,filled", color="#57606a", fillcolor="#f6f8fa"',
    State.OTHER: 'shape=box, style=filled, color="#0969da", fillcolor="#ddeeff"',
    State.UNKNOWN: 'shape=parallelogram, style=filled, color="#8250df", fillcolor="#f1e1fb"',
}
_LAST: Final = datetime.max.replace(tzinfo=UTC)


@frozen
class _Node:
    name: str
    lines: tuple[str, ...]
    state: State


@frozen
class _Cluster:
    title: str
    nodes: tuple[_Node, ...]


@frozen
class _Drawing:
    clusters: tuple[_Cluster, ...]
    edges: tuple[Edge, ...]


def graph_mermaid(graph: ContactGraph) -> str:
    """Draw a graph as Mermaid source: every session, every contact, every link."""
    return "".join(f"{line}\n" for line in _mermaid_lines(_drawing(graph)))


def graph_dot(graph: ContactGraph) -> str:
    """Draw a graph as DOT source: every session, every contact, every link."""
    return "".join(f"{line}\n" for line in _dot_lines(_drawing(graph)))


def _mermaid_lines(drawing: _Drawing) -> Iterator[str]:
    yield "flowchart LR"
    for number, cluster in enumerate(drawing.clusters):
        yield f'    subgraph s{number}["{escaped(cluster.title)}"]'
        for node in cluster.nodes:
            left, right = _SHAPES[node.state]
            text = "<br/>".join(map(escaped, node.lines))
            yield f'        {node.name}{left}"{text}"{right}:::{node.state.value}'
        yield "    end"
    # an invisible edge forward beside each link: else the layout would put what was continued after what continued it
    for edge in drawing.edges:
        yield f"    {edge.head} ~~~ {edge.tail}" if edge.is_link else f"    {edge.tail} --> {edge.head}"
    for edge in drawing.edges:
        if edge.is_link:
            yield f'    {edge.tail} -. "{escaped(edge.label)}" .-> {edge.head}'
    for style in _STYLES:
        yield f"    {style}"


def _dot_lines(drawing: _Drawing) -> Iterator[str]:
    yield "digraph contacts {"
    yield '    graph [rankdir=LR, charset="UTF-8", fontname="Helvetica", nodesep=0.3]'
    yield '    node [fontname="Helvetica", fontsize=11, margin="0.15,0.08"]'
    yield '    edge [fontname="Helvetica", fontsize=10, color="#57606a"]'
    for number, cluster in enumerate(drawing.clusters):
        yield f"    subgraph cluster_{number} {{"
        yield f'        graph [label={quoted(cluster.title)}, style=rounded, color="#8c959f"]'
        for node in cluster.nodes:
            yield f"        {node.name} [label={quoted(*node.lines)}, {_LOOKS[node.state]}]"
        yield "    }"
    for edge in drawing.edges:
        if edge.is_link:  # turned round and drawn backwards, so that time still runs from left to right
            looks = f'dir=back, style=dashed, color="#0550ae", label={quoted(edge.label)}'
            yield f"    {edge.head} -> {edge.tail} [{looks}]"
        else:
            yield f"    {edge.tail} -> {edge.head}"
    yield "}"


def _drawing(graph: ContactGraph) -> _Drawing:
    """Arrange a graph, the earliest first; the same graph is always arranged in the same way."""
    sessions = sorted(graph.sessions, key=lambda each: (_begin(each), each.initial_contact_id))
    ordered = {each.initial_contact_id: sorted(each, key=_place) for each in sessions}
    segments = [each for session in sessions for each in ordered[session.initial_contact_id]]
    names = {each.contact_id: f"c{number}" for number, each in enumerate(segments, 1)}
    return _Drawing(
        tuple(_cluster(each, ordered[each.initial_contact_id], names) for each in sessions),
        (*_previous(segments, names), *_links(graph, sessions, names)),
    )


def _began(segment: Segment) -> datetime:
    known = segment.known
    return _LAST if known is None else known.initiation_timestamp or _LAST


def _begin(session: ChatSession) -> datetime:
    return min(map(_began, session))


def _place(segment: Segment) -> tuple[bool, datetime, ContactId]:
    return (segment.contact_id != segment.session.initial_contact_id, _began(segment), segment.contact_id)


def _cluster(session: ChatSession, segments: list[Segment], names: Mapping[ContactId, str]) -> _Cluster:
    begin = _begin(session)
    when = "" if begin == _LAST else f", {day(begin)} UTC"
    return _Cluster(
        f"session {shown(session.initial_contact_id)}{when}",
        tuple(_node(segment, names[segment.contact_id]) for segment in segments),
    )


def _node(segment: Segment, name: str) -> _Node:
    known = segment.known
    state = _state(known)
    first = f"{_SIGNS[state]} {shown(segment.contact_id)}"
    if known is None:
        return _Node(name, (first, "unknown", "no record"), state)
    word = state.value if known.is_chat else shown(shortened(known.channel or ""))
    return _Node(name, tuple(each for each in (first, word, _told(known)) if each), state)


def _state(known: Contact | None) -> State:
    if known is None:
        return State.UNKNOWN
    if not known.is_chat:
        return State.OTHER
    return State.ENDED if known.has_ended else State.LIVE


def _told(known: Contact) -> str:
    times = (known.initiation_timestamp, known.disconnect_timestamp)
    when = "–".join(clock(each, seconds=False) for each in times if each is not None)
    method = known.initiation_method
    return f"{when} {shown(shortened(method)) if method else ''}".strip()


def _previous(segments: list[Segment], names: Mapping[ContactId, str]) -> Iterator[Edge]:
    for segment in segments:
        if segment.previous is not None:
            yield Edge(names[segment.previous.contact_id], names[segment.contact_id])


def _links(graph: ContactGraph, sessions: list[ChatSession], names: Mapping[ContactId, str]) -> Iterator[Edge]:
    for session in sessions:
        link = graph.link_of(session)
        if link is not None:
            start = names[link.continued_from_contact_id]
            label = shown(link.rehydration_type) if link.rehydration_type else "type not recorded"
            yield from (Edge(names[each], start, is_link=True, label=label) for each in link.carriers)
