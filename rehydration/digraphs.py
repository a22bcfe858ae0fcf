"""The networkx digraph beneath the graph: nodes and edges without attributes, its closed walks, and a copy to analyze.

This module and the graph are all that knows networkx. It knows of contacts nothing but their ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import networkx as nx

from rehydration.errors import CyclicContacts
from rehydration.identifiers import ContactId


class EdgeKind(StrEnum):
    """Why one contact comes before another."""

    PREVIOUS_CONTACT = "previous-contact"
    LINK = "link"


_Adjacency = dict[ContactId, Mapping[ContactId, dict[str, object]]]

_NO_ATTRIBUTES: Final[dict[str, object]] = {}
_NO_NEIGHBOURS: Final[Mapping[ContactId, dict[str, object]]] = MappingProxyType({})


class _OnlyNeighbour(Mapping[ContactId, dict[str, object]]):
    """The neighbours of a node that has one, as most have, in a quarter of the memory of a dictionary."""

    __slots__ = ("_neighbour",)

    def __init__(self, neighbour: ContactId) -> None:
        self._neighbour = neighbour

    def __getitem__(self, node: ContactId) -> dict[str, object]:
        if node != self._neighbour:
            raise KeyError(node)
        return _NO_ATTRIBUTES

    def __iter__(self) -> Iterator[ContactId]:
        yield self._neighbour

    def __len__(self) -> int:
        return 1


def bare_digraph() -> nx.DiGraph[ContactId]:
    """Make a digraph whose nodes and edges have no attributes, because the sessions hold what they are.

    Nodes and edges share one empty dictionary, and nodes without neighbours one empty mapping. So only :func:`enter`
    adds a node, only :func:`connect` an edge, and only :func:`leave` and :func:`disconnect` take them away.
    """
    return nx.DiGraph()


def enter(digraph: nx.DiGraph[ContactId], node: ContactId) -> None:
    """Add a node that is not there to a bare digraph."""
    digraph._node[node] = _NO_ATTRIBUTES  # type: ignore[attr-defined]  # noqa: SLF001  # as networkx's subclasses do
    digraph._succ[node] = digraph._pred[node] = _NO_NEIGHBOURS  # type: ignore[attr-defined]  # noqa: SLF001


def connect(digraph: nx.DiGraph[ContactId], earlier: ContactId, later: ContactId) -> None:
    """Add an edge between two existing nodes of a bare digraph."""
    _meet(digraph._succ, earlier, later)  # type: ignore[attr-defined]  # noqa: SLF001  # as networkx's subclasses do
    _meet(digraph._pred, later, earlier)  # type: ignore[attr-defined]  # noqa: SLF001


def leave(digraph: nx.DiGraph[ContactId], node: ContactId) -> None:
    """Take a node without neighbours from a bare digraph."""
    for each in (digraph._node, digraph._succ, digraph._pred):  # type: ignore[attr-defined]  # noqa: SLF001
        del each[node]


def disconnect(digraph: nx.DiGraph[ContactId], earlier: ContactId, later: ContactId) -> None:
    """Take an edge from a bare digraph."""
    _part(digraph._succ, earlier, later)  # type: ignore[attr-defined]  # noqa: SLF001
    _part(digraph._pred, later, earlier)  # type: ignore[attr-defined]  # noqa: SLF001


def _meet(adjacency: _Adjacency, node: ContactId, neighbour: ContactId) -> None:
    neighbours = adjacency[node]
    if neighbours is _NO_NEIGHBOURS:
        adjacency[node] = _OnlyNeighbour(neighbour)
    elif isinstance(neighbours, dict):
        neighbours[neighbour] = _NO_ATTRIBUTES
    else:
        adjacency[node] = {**neighbours, neighbour: _NO_ATTRIBUTES}


def _part(adjacency: _Adjacency, node: ContactId, neighbour: ContactId) -> None:
    neighbours = adjacency[node]
    if isinstance(neighbours, dict):
        del neighbours[neighbour]
    else:
        adjacency[node] = _NO_NEIGHBOURS


def annotated(
    nodes: Iterable[tuple[ContactId, object]], edges: Iterable[tuple[ContactId, ContactId, dict[str, object]]]
) -> nx.DiGraph[ContactId]:
    """Make a digraph of contacts and of edges with attributes."""
    digraph: nx.DiGraph[ContactId] = nx.DiGraph()
    digraph.add_nodes_from((own, {"contact": contact}) for own, contact in nodes)
    digraph.add_edges_from(edges)
    return digraph


def cycles(digraph: nx.DiGraph[ContactId]) -> list[CyclicContacts]:
    """Find one closed walk in every group of contacts that come before themselves."""
    if _is_in_order(digraph) or nx.is_directed_acyclic_graph(digraph):
        return []
    knots = (each for each in nx.strongly_connected_components(digraph) if len(each) > 1)
    return [_cycle(digraph.subgraph(each)) for each in knots]


def _is_in_order(digraph: nx.DiGraph[ContactId]) -> bool:
    """Tell whether each node came after those that lead to it, as in records that come in the order of time."""
    seen: set[ContactId] = set()
    for node, earlier in digraph._pred.items():  # type: ignore[attr-defined]  # noqa: SLF001  its own views take longer
        if earlier and not seen.issuperset(earlier):
            return False
        seen.add(node)
    return True


def _cycle(knot: nx.DiGraph[ContactId]) -> CyclicContacts:
    edges = [edge[:2] for edge in nx.find_cycle(knot)]
    return CyclicContacts((*(start for start, _ in edges), edges[0][0]))
