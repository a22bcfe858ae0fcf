"""A digraph takes less memory than networkx's own, and is the same digraph."""

from __future__ import annotations

from itertools import product

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from rehydration.digraphs import Digraph
from rehydration.identifiers import ContactId

NODES = [ContactId(each) for each in "ABCDE"]
EDGES = st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)).filter(lambda edge: edge[0] != edge[1])


def told(digraph: nx.DiGraph[ContactId]) -> object:
    """Say everything that networkx tells of a digraph."""
    edges = [edge for edge in product(NODES, NODES) if digraph.has_edge(*edge)]
    around = {each: (set(digraph.successors(each)), set(digraph.predecessors(each))) for each in digraph}
    data = {edge: digraph.edges[edge] for edge in edges}
    degrees = dict(digraph.in_degree), dict(digraph.out_degree)
    return list(digraph), edges, set(digraph.edges), around, data, degrees, nx.is_directed_acyclic_graph(digraph)


@given(st.lists(EDGES))
def test_edges_come_and_go_as_in_networkx(toggled: list[tuple[ContactId, ContactId]]) -> None:
    ours = Digraph()
    theirs: nx.DiGraph[ContactId] = nx.DiGraph()
    for node in NODES:
        ours.enter(node)
        theirs.add_node(node)
    for edge in toggled:
        if theirs.has_edge(*edge):
            ours.disconnect(*edge)
            theirs.remove_edge(*edge)
        else:
            ours.connect(*edge)
            theirs.add_edge(*edge)
    for node in [each for each in NODES if not any(each in edge for edge in theirs.edges)]:
        ours.leave(node)
        theirs.remove_node(node)
    assert told(ours.as_networkx()) == told(theirs)
