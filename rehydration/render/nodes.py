"""What the pictures of other programs are made of: named nodes in clusters, and edges.

Here belongs what Mermaid and DOT have in common. Ids become plain names here, so that no id can be taken for syntax.
This module knows no syntax.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from rehydration.explanation import Explanation, Verdict
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.render.picture import Box, Gap, Row, Skip, picture
from rehydration.render.signs import SIGNS, goes_on, method_of, span, tally, verdict_of
from rehydration.render.writing import clock, counted, day, shown


@frozen
class Node:
    """One contact, or several that are left out: a name that is safe everywhere, and what is written in it."""

    name: str
    lines: tuple[str, ...]
    verdict: Verdict | None
    is_start: bool = False


@frozen
class Edge:
    """From an earlier contact to the next one, or, if it is a link, from a later chat back to its start contact."""

    tail: str
    head: str
    is_link: bool = False
    label: str = ""


@frozen
class Cluster:
    """Nodes that belong together, earliest first; without a title where they are no session."""

    title: str | None
    nodes: tuple[Node, ...]


@frozen
class Diagram:
    """Clusters, earliest first, and the edges between their nodes."""

    clusters: tuple[Cluster, ...]
    edges: tuple[Edge, ...]


NEW_CHAT = "new"


def diagram(explanation: Explanation, graph: ContactGraph, *, full: bool = False) -> Diagram:
    """Arrange an explanation as clusters and edges, earliest first."""
    boxes = picture(explanation, graph, full=full).boxes[::-1]
    names = _names(boxes)
    clusters = [_cluster(box, names) for box in boxes]
    answer = explanation.answer
    edges = [edge for box in boxes for edge in _edges(box, names)]
    start = answer.continued_from_contact_id
    if start is not None:
        target = answer.target_contact_id
        told = "new chat" if target is None else f"chat {shown(target)}"
        clusters.append(Cluster(None, (Node(NEW_CHAT, (told,), None),)))
        label = answer.rehydration_type or "type not recorded"
        edges.append(Edge(NEW_CHAT, names[start], is_link=True, label=label))
    return Diagram(tuple(clusters), tuple(dict.fromkeys(edges)))


def _names(boxes: tuple[Box | Skip, ...]) -> dict[ContactId, str]:
    """Name the nodes: one name for a contact, and one for all contacts that are left out together."""
    names: dict[ContactId, str] = {}
    number = 0
    for box in boxes:
        for together in _groups(box):
            number += 1
            names.update((row.contact_id, f"c{number}") for row in together)
    return names


def _groups(box: Box | Skip) -> Iterator[tuple[Row, ...]]:
    """Yield the contacts of each node, earliest first."""
    if isinstance(box, Skip):
        yield tuple(row for each in box.boxes for row in each.contacts)
        return
    for each in reversed(box.rows):
        yield each.rows if isinstance(each, Gap) else (each,)


def _cluster(box: Box | Skip, names: dict[ContactId, str]) -> Cluster:
    groups = list(_groups(box))
    if isinstance(box, Skip):
        rows = groups[0]
        lines = (f"… {counted(len(box.boxes), 'session')} more", span(rows), tally(rows))
        return Cluster(None, (Node(names[rows[0].contact_id], lines, _common(rows)),))
    return Cluster(_title(box), tuple(_node(each, names) for each in groups))


def _node(rows: tuple[Row, ...], names: dict[ContactId, str]) -> Node:
    row = rows[0]
    name = names[row.contact_id]
    if len(rows) > 1:
        return Node(name, (f"… {counted(len(rows), 'contact')} more", span(rows), tally(rows)), _common(rows))
    mark = ", start" if row.is_start else ""
    when = [clock(each, seconds=False) for each in row.times]
    told = "–".join([*when, "goes on"] if goes_on(row) else when) if row.known else "no record"
    how = method_of(row)
    lines = [
        f"{SIGNS[row.verdict]} {shown(row.contact_id)}",
        f"{verdict_of(row)}{mark}",
        f"{told} {how}".strip(),
        *row.rules,
    ]
    return Node(name, tuple(each for each in lines if each), row.verdict, row.is_start)


def _common(rows: tuple[Row, ...]) -> Verdict | None:
    verdicts = {each.verdict for each in rows}
    return verdicts.pop() if len(verdicts) == 1 else None


def _title(box: Box) -> str:
    times = sorted(time for row in box.contacts for time in row.times)
    when = f", {day(times[0])} UTC" if times else ""
    return f"session {shown(box.initial_contact_id)}{when}"


def _edges(box: Box | Skip, names: dict[ContactId, str]) -> Iterator[Edge]:
    boxes = box.boxes if isinstance(box, Skip) else (box,)
    for each in boxes:
        for row in reversed(each.contacts):
            if row.previous in names and names[row.previous] != names[row.contact_id]:
                yield Edge(names[row.previous], names[row.contact_id])
        link = each.link
        if link is None or not link.followed or link.continued_from_contact_id not in names:
            continue
        tail, head = names[link.carrier], names[link.continued_from_contact_id]
        if tail != head:
            yield Edge(tail, head, is_link=True, label=link.rehydration_type or "type not recorded")
