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
from rehydration.render.picture import (
    Box,
    Look,
    Picture,
    Row,
    Skip,
    graph_picture,
    inside_of,
    is_chain,
    is_cut,
    picture,
)
from rehydration.render.sentences import headline, new_chat_of, said_of
from rehydration.render.signs import (
    SIGNS,
    common_look,
    kind_of,
    marks_of,
    span,
    tally,
    type_of,
    verdict_of,
    when_and_how,
)
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
    """From an earlier contact to the next one of its session, or a link from a later session back to an earlier one.

    A cut edge leads from what is listed to what is not, or the other way. A link also names the ``sessions`` that it
    leads between, for pictures that cannot draw it between contacts, and what is said then: ``told``.
    """

    tail: str
    head: str
    is_link: bool = False
    label: str = ""
    is_cut: bool = False
    sessions: tuple[str, str] = ("", "")
    told: str = ""


@frozen
class Cluster:
    """Nodes that belong together, earliest first; without a title where they are no session.

    It has the name of its only node where it has no title. In a chain, each contact continues the one before it.
    """

    name: str
    title: str
    nodes: tuple[Node, ...]
    is_chain: bool = True


@frozen
class Diagram:
    """Clusters beneath one another, newest first, and the edges between their nodes."""

    clusters: tuple[Cluster, ...]
    edges: tuple[Edge, ...]

    @property
    def nodes(self) -> Iterator[Node]:
        """All nodes."""
        for cluster in self.clusters:
            yield from cluster.nodes


def graph_diagram(graph: ContactGraph, *, full: bool, plain: bool) -> Diagram:
    """Arrange a graph as clusters and edges, newest first."""
    return _arranged(graph_picture(graph, full=full, plain=plain), "")


def diagram(sides: Sequence[Explanation | Refusal], *, full: bool, plain: bool) -> Diagram:
    """Arrange one answer, or several in their order, as clusters and edges: what is said of it, then newest first."""
    parts = [
        _part(side, f"r{number}" if len(sides) > 1 else "", full=full, plain=plain) for number, side in enumerate(sides)
    ]
    return Diagram(
        tuple(cluster for part in parts for cluster in part.clusters),
        tuple(edge for part in parts for edge in part.edges),
    )


def _part(side: Explanation | Refusal, prefix: str, *, full: bool, plain: bool) -> Diagram:
    said = [line for each in said_of(side, plain=plain) for line in wrap(each.text, _NOTE_WIDTH)]
    note = Node(f"{prefix}note", (headline(side, brief, plain=plain), *said), None, is_note=True)
    told = Cluster(note.name, "", (note,))
    if isinstance(side, Refusal):
        return Diagram((told,), ())
    drawn = _arranged(picture(side, full=full, plain=plain), prefix)
    start = side.answer.continued_from_contact_id
    if start is None:
        return Diagram((told, *drawn.clusters), drawn.edges)
    new_chat = Node(f"{prefix}new", (new_chat_of(side.answer, brief),), None)
    first = drawn.clusters[0]
    head = next(each.name for each in first.nodes if each.is_start)
    label = type_of(side.answer.rehydration_type)
    link = Edge(
        new_chat.name,
        head,
        is_link=True,
        label=label,
        sessions=(new_chat.name, first.name),
        told=f"{label} {brief(start)}",
    )
    return Diagram((told, Cluster(new_chat.name, "", (new_chat,)), *drawn.clusters), (link, *drawn.edges))


def _arranged(sheet: Picture, prefix: str) -> Diagram:
    names = {
        row.contact_id: f"{prefix}c{number}"
        for number, together in enumerate((group for box in sheet.boxes for group in box.groups), 1)
        for row in together
    }
    clusters, sessions = [], dict[str, str]()
    for number, box in enumerate(sheet.boxes, 1):
        clusters.append(_cluster(box, names, f"{prefix}s{number}"))
        sessions |= dict.fromkeys((each.name for each in clusters[-1].nodes), clusters[-1].name)
    edges = (edge for box in sheet.boxes for edge in _edges(box, names, sessions))
    return Diagram(tuple(clusters), tuple(dict.fromkeys(edges)))


def _cluster(box: Box | Skip, names: dict[ContactId, str], name: str) -> Cluster:
    nodes = tuple(_node(each, names[each[0].contact_id], box) for each in box.groups)
    if isinstance(box, Skip):
        return Cluster(nodes[0].name, "", nodes)
    days = days_of(box.times)
    title = f"session {brief(box.initial_contact_id)}{f', {days}' if days else ''}"
    return Cluster(name, title, nodes, is_chain(box.contacts))


def _node(rows: tuple[Row, ...], name: str, box: Box | Skip) -> Node:
    row = rows[0]
    if isinstance(box, Skip) or len(rows) > 1:
        left_out = counted(len(box.boxes), "session") if isinstance(box, Skip) else counted(len(rows), "contact")
        told = (f"… {left_out} more", span(rows, brief), tally(rows))
        return Node(name, told, common_look(rows), any(each.is_start for each in rows))
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


def _edges(box: Box | Skip, names: dict[ContactId, str], sessions: dict[str, str]) -> Iterator[Edge]:
    for each in box.boxes if isinstance(box, Skip) else (box,):
        inside = inside_of(each.contacts)
        for row in reversed(each.contacts):
            if row.previous in names and names[row.previous] != names[row.contact_id]:
                cut = is_cut(row, inside)
                yield Edge(names[row.previous], names[row.contact_id], label="cut" if cut else "", is_cut=cut)
        link = each.link
        if link is None or link.followed is False or link.continued_from_contact_id not in names:
            continue
        head, label = names[link.continued_from_contact_id], kind_of(link)
        told = f"{label} {brief(link.continued_from_contact_id)}"
        for carrier in reversed(link.carriers):
            tail = names[carrier]
            if tail != head:
                yield Edge(tail, head, is_link=True, label=label, sessions=(sessions[tail], sessions[head]), told=told)
