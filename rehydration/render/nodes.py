"""What the pictures of other programs are made of: named nodes in clusters, and edges.

Here belongs what Mermaid and DOT have in common. Ids become plain names here, so that no id can be taken for syntax.
This module knows no syntax.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Final

from attrs import frozen

from rehydration.explanation import Explanation, Refusal
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.render.picture import Box, Look, Picture, Row, Skip, graph_picture, inside_of, is_cut, picture
from rehydration.render.sentences import headline_parts, new_chat_of, question, said_of
from rehydration.render.signs import SIGNS, common_look, marks_of, span, tally, type_of, verdict_of, when_and_how
from rehydration.render.writing import brief, counted, days_of

_NOTE_WIDTH: Final = 72


@frozen
class Node:
    """One contact, or several that are left out: a name that is safe everywhere, what is written in it, its full id."""

    name: str
    lines: tuple[str, ...]
    look: Look
    is_start: bool = False
    is_note: bool = False
    tooltip: str = ""


@frozen
class Edge:
    """From an earlier contact to the next one, or, if it is a link, from a later chat back to its start contact.

    A cut edge leads from what is listed to what is not, or the other way.
    """

    tail: str
    head: str
    is_link: bool = False
    label: str = ""
    is_cut: bool = False


@frozen
class Cluster:
    """Nodes that belong together, earliest first; without a title where they are no session."""

    title: str
    nodes: tuple[Node, ...]


@frozen
class Part:
    """Clusters, earliest first, of one answer or graph; without a title where it stands alone."""

    title: str
    clusters: tuple[Cluster, ...]


@frozen
class Diagram:
    """Parts beneath one another, and the edges between their nodes."""

    parts: tuple[Part, ...]
    edges: tuple[Edge, ...]

    @property
    def nodes(self) -> Iterator[Node]:
        """All nodes."""
        for part in self.parts:
            for cluster in part.clusters:
                yield from cluster.nodes


def graph_diagram(graph: ContactGraph, *, full: bool, plain: bool) -> Diagram:
    """Arrange a graph as clusters and edges, earliest first."""
    clusters, edges, _ = _arranged(graph_picture(graph, full=full, plain=plain), "")
    return Diagram((Part("", tuple(clusters)),), tuple(edges))


def diagram(sides: Sequence[Explanation | Refusal], *, full: bool, plain: bool) -> Diagram:
    """Arrange one answer, or several in their order, as clusters and edges, earliest first."""
    parts: list[Part] = []
    edges: list[Edge] = []
    for number, side in enumerate(sides):
        title, prefix = (question(side, brief), f"r{number}") if len(sides) > 1 else ("", "")
        part, some = _part(side, title, prefix, full=full, plain=plain)
        parts.append(part)
        edges += some
    return Diagram(tuple(parts), tuple(edges))


def _part(side: Explanation | Refusal, title: str, prefix: str, *, full: bool, plain: bool) -> tuple[Part, list[Edge]]:
    clusters: list[Cluster] = []
    edges: list[Edge] = []
    if isinstance(side, Explanation):
        clusters, edges, names = _arranged(picture(side, full=full, plain=plain), prefix)
        start = side.answer.continued_from_contact_id
        if start is not None:
            new_chat = Node(f"{prefix}new", (new_chat_of(side.answer, brief),), None)
            clusters.append(Cluster("", (new_chat,)))
            edges.append(Edge(new_chat.name, names[start], is_link=True, label=type_of(side.answer.rehydration_type)))
    said = [line for each in said_of(side, plain=plain) for line in wrap(each.text, _NOTE_WIDTH)]
    head = headline_parts(side, brief, plain=plain)
    note = Node(f"{prefix}note", (head[1] if title else " ".join(head), *said), None, is_note=True)
    return Part(title, (Cluster("", (note,)), *clusters)), edges


def _arranged(sheet: Picture, prefix: str) -> tuple[list[Cluster], list[Edge], dict[ContactId, str]]:
    boxes = sheet.boxes[::-1]
    names = {
        row.contact_id: f"{prefix}c{number}"
        for number, together in enumerate((group for box in boxes for group in box.groups), 1)
        for row in together
    }
    clusters = [_cluster(box, names) for box in boxes]
    edges = [edge for box in boxes for edge in _edges(box, names)]
    return clusters, list(dict.fromkeys(edges)), names


def _cluster(box: Box | Skip, names: dict[ContactId, str]) -> Cluster:
    nodes = tuple(_node(each, names[each[0].contact_id], box) for each in box.groups)
    if isinstance(box, Skip):
        return Cluster("", nodes)
    days = days_of(box.times)
    return Cluster(f"session {brief(box.initial_contact_id)}{f', {days}' if days else ''}", nodes)


def _node(rows: tuple[Row, ...], name: str, box: Box | Skip) -> Node:
    row = rows[0]
    if isinstance(box, Skip) or len(rows) > 1:
        left_out = counted(len(box.boxes), "session") if isinstance(box, Skip) else counted(len(rows), "contact")
        return Node(name, (f"… {left_out} more", span(rows, brief), tally(rows)), common_look(rows))
    lines = [
        f"{SIGNS[row.look]} {brief(row.contact_id)}",
        ", ".join([verdict_of(row), *marks_of(row)]),
        when_and_how(row),
        *row.rules,
    ]
    return Node(
        name,
        tuple(each for each in lines if each),
        row.look,
        row.is_start,
        tooltip="" if brief(row.contact_id) == span(rows) else span(rows),
    )


def _edges(box: Box | Skip, names: dict[ContactId, str]) -> Iterator[Edge]:
    for each in box.boxes if isinstance(box, Skip) else (box,):
        inside = inside_of(each.contacts)
        for row in reversed(each.contacts):
            if row.previous in names and names[row.previous] != names[row.contact_id]:
                cut = is_cut(row, inside)
                yield Edge(names[row.previous], names[row.contact_id], label="cut" if cut else "", is_cut=cut)
        link = each.link
        if link is None or link.followed is False or link.continued_from_contact_id not in names:
            continue
        head = names[link.continued_from_contact_id]
        for carrier in reversed(link.carriers):
            if names[carrier] != head:
                yield Edge(names[carrier], head, is_link=True, label=type_of(link.rehydration_type))
