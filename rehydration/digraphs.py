"""The networkx digraph beneath the graph: nodes and edges without attributes, its closed walks, and a copy to analyze.

This module and the graph are all that knows networkx. It knows of contacts nothing but their ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


class _Bare(nx.DiGraph):  # type: ignore[type-arg]  # at run time it takes no arguments
    """A digraph whose nodes and edges have no attributes, because the sessions hold what they are.

    Nodes and edges share one empty dictionary. Nodes without neighbours share one empty mapping. So ``add_edge`` cannot
    be used.

    Source: https://networkx.org/documentation/stable/reference/classes/digraph.html, "Subclasses (Advanced)"
    """

    @staticmethod
    def _no_attributes() -> dict[str, object]:
        """Give the attributes that every node and edge has: none."""
        return _NO_ATTRIBUTES

    @staticmethod
    def _no_neighbours() -> Mapping[ContactId, dict[str, object]]:
        """Give the neighbours of a node that has none yet."""
        return _NO_NEIGHBOURS

    node_attr_dict_factory = _no_attributes
    adjlist_inner_dict_factory = _no_neighbours  # type: ignore[assignment]  # replaced when a neighbour is added


def bare_digraph() -> nx.DiGraph[ContactId]:
    """Make a digraph without nodes whose edges only :func:`connect` adds."""
    return _Bare()


def connect(digraph: nx.DiGraph[ContactId], earlier: ContactId, later: ContactId) -> None:
    """Add an edge between two existing nodes of a bare digraph."""
    _meet(digraph._succ, earlier, later)  # type: ignore[attr-defined]  # noqa: SLF001  # as networkx's subclasses do
    _meet(digraph._pred, later, earlier)  # type: ignore[attr-defined]  # noqa: SLF001


def _meet(adjacency: _Adjacency, node: ContactId, neighbour: ContactId) -> None:
    neighbours = adjacency[node]
    if isinstance(neighbours, dict):
        neighbours[neighbour] = _NO_ATTRIBUTES
    else:
        adjacency[node] = {neighbour: _NO_ATTRIBUTES}


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
    if nx.is_directed_acyclic_graph(digraph):
        return []
    knots = (each for each in nx.strongly_connected_components(digraph) if len(each) > 1)
    return [_cycle(digraph.subgraph(each)) for each in knots]


def _cycle(knot: nx.DiGraph[ContactId]) -> CyclicContacts:
    edges = [edge[:2] for edge in nx.find_cycle(knot)]
    return CyclicContacts((*(start for start, _ in edges), edges[0][0]))
