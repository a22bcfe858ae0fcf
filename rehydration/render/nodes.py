"""What the pictures of other programs are made of: named nodes in clusters, and edges.

Here belongs what Mermaid and DOT have in common. Ids become plain names here, so that no id can be taken for syntax.
This module knows no syntax.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from rehydration.explanation import Explanation, Refusal
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.render.picture import Box, Look, Picture, Row, Skip, graph_picture, inside_of, is_cut, picture
from rehydration.render.sentences import headline, new_chat_of
from rehydration.render.signs import SIGNS, common_look, marks_of, span, tally, type_of, verdict_of, when_and_how
from rehydration.render.writing import counted, day, safe_line, safe_word, shortened

_MESSAGE = 80


@frozen
class Node:
    """One contact, or several that are left out: a name that is safe everywhere, and what is written in it."""

    name: str
    lines: tuple[str, ...]
    look: Look
    is_start: bool = False


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

    title: str | None
    nodes: tuple[Node, ...]


@frozen
class Part:
    """Clusters, earliest first, of one answer or graph; without a title where it stands alone."""

    title: str | None
    clusters: tuple[Cluster, ...]


@frozen
class Diagram:
    """Parts side by side, and the edges between their nodes."""

    parts: tuple[Part, ...]
    edges: tuple[Edge, ...]

    @property
    def nodes(self) -> Iterator[Node]:
        """All nodes."""
        for part in self.parts:
            for cluster in part.clusters:
                yield from cluster.nodes


def diagram(explanation: Explanation, *, full: bool) -> Diagram:
    """Arrange an explanation as clusters and edges, earliest first."""
    part, edges = _explained(explanation, None, "", full=full)
    return Diagram((part,), edges)


def graph_diagram(graph: ContactGraph, *, full: bool) -> Diagram:
    """Arrange a graph as clusters and edges, earliest first."""
    clusters, edges, _ = _arranged(graph_picture(graph, full=full), "")
    return Diagram((Part(None, tuple(clusters)),), tuple(edges))


def comparison_diagram(sides: Sequence[Explanation | Refusal], *, full: bool) -> Diagram:
    """Arrange several answers side by side."""
    parts: list[Part] = []
    edges: list[Edge] = []
    for side, prefix in zip(sides, "abcdefghijklmnopqrstuvwxyz", strict=False):
        if isinstance(side, Refusal):
            message = shortened(safe_line(str(side.error)), _MESSAGE)
            node = Node(f"{prefix}refused", ("refused", side.error.rule, message), None)
            parts.append(Part(headline(side), (Cluster(None, (node,)),)))
        else:
            part, some = _explained(side, headline(side), prefix, full=full)
            parts.append(part)
            edges += some
    return Diagram(tuple(parts), tuple(edges))


def _explained(
    explanation: Explanation, title: str | None, prefix: str, *, full: bool
) -> tuple[Part, tuple[Edge, ...]]:
    clusters, edges, names = _arranged(picture(explanation, full=full), prefix)
    answer = explanation.answer
    start = answer.continued_from_contact_id
    if start is not None:
        new_chat = f"{prefix}new"
        clusters.append(Cluster(None, (Node(new_chat, (new_chat_of(answer),), None),)))
        label = answer.rehydration_type or "type not recorded"
        edges.append(Edge(new_chat, names[start], is_link=True, label=label))
    return Part(title, tuple(clusters)), tuple(edges)


def _arranged(sheet: Picture, prefix: str) -> tuple[list[Cluster], list[Edge], dict[ContactId, str]]:
    boxes = sheet.boxes[::-1]
    names = _names(boxes, prefix)
    clusters = [_cluster(box, names) for box in boxes]
    edges = [edge for box in boxes for edge in _edges(box, names)]
    return clusters, list(dict.fromkeys(edges)), names


def _names(boxes: tuple[Box | Skip, ...], prefix: str) -> dict[ContactId, str]:
    """Name the nodes: one name for a contact, and one for all contacts that are left out together."""
    names: dict[ContactId, str] = {}
    number = 0
    for box in boxes:
        for together in box.groups:
            number += 1
            names.update((row.contact_id, f"{prefix}c{number}") for row in together)
    return names


def _cluster(box: Box | Skip, names: dict[ContactId, str]) -> Cluster:
    nodes = tuple(_node(each, names[each[0].contact_id], box) for each in box.groups)
    return Cluster(None if isinstance(box, Skip) else _title(box), nodes)


def _node(rows: tuple[Row, ...], name: str, box: Box | Skip) -> Node:
    row = rows[0]
    if isinstance(box, Skip):
        return Node(name, (f"… {counted(len(box.boxes), 'session')} more", span(rows), tally(rows)), common_look(rows))
    if len(rows) > 1:
        return Node(name, (f"… {counted(len(rows), 'contact')} more", span(rows), tally(rows)), common_look(rows))
    lines = [
        f"{SIGNS[row.look]} {safe_word(row.contact_id)}",
        ", ".join([verdict_of(row), *marks_of(row)]),
        when_and_how(row),
        *row.rules,
    ]
    return Node(name, tuple(each for each in lines if each), row.look, row.is_start)


def _title(box: Box) -> str:
    times = sorted(time for row in box.contacts for time in row.times)
    when = f", {day(times[0])} UTC" if times else ""
    return f"session {safe_word(box.initial_contact_id)}{when}"


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
                yield Edge(names[carrier], head, is_link=True, label=type_of(link))
