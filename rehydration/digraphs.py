"""The digraph beneath the graph: nodes and edges without attributes, and what networkx finds in it.

This module is all that knows networkx, which it loads when it is first asked for a path that is long, a closed walk or
a copy: most questions need none, and importing it takes longer than they do. It knows of contacts nothing but their
ids.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, final

from rehydration.errors import CyclicContacts
from rehydration.identifiers import ContactId

if TYPE_CHECKING:
    import networkx as nx


class EdgeKind(StrEnum):
    """Why one contact comes before another."""

    PREVIOUS_CONTACT = "previous-contact"
    LINK = "link"


_Adjacency = dict[ContactId, Mapping[ContactId, dict[str, object]]]

_FEW: Final = 20
"""So many later nodes are tried one by one, before networkx searches from both sides."""

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


@final
class Digraph:
    """A digraph whose nodes and edges have no attributes, because the sessions hold what they are.

    Edges share one empty dictionary, and nodes without neighbours one empty mapping.
    """

    __slots__ = ("_earlier", "_later")

    def __init__(self) -> None:
        """Start without a node."""
        self._later: _Adjacency = {}
        self._earlier: _Adjacency = {}

    def enter(self, node: ContactId) -> None:
        """Add a node that is not there."""
        self._later[node] = self._earlier[node] = _NO_NEIGHBOURS

    def connect(self, earlier: ContactId, later: ContactId) -> None:
        """Add an edge between two existing nodes."""
        _meet(self._later, earlier, later)
        _meet(self._earlier, later, earlier)

    def leave(self, node: ContactId) -> None:
        """Take a node without neighbours away."""
        del self._later[node], self._earlier[node]

    def disconnect(self, earlier: ContactId, later: ContactId) -> None:
        """Take an edge away."""
        _part(self._later, earlier, later)
        _part(self._earlier, later, earlier)

    def after(self, node: ContactId) -> Collection[ContactId]:
        """Give the nodes to which edges lead from a node."""
        return self._later[node]

    def leads(self, earlier: ContactId, later: ContactId) -> bool:
        """Tell whether edges lead from one node to another. If few nodes come after the first, each is tried."""
        ahead = [earlier]
        for node in ahead:
            ahead += self._later[node]
            if len(ahead) > _FEW:
                return bool(self.path(earlier, later))
        return later in ahead

    @property
    def edges(self) -> Iterator[tuple[ContactId, ContactId]]:
        """All edges."""
        return ((node, each) for node, neighbours in self._later.items() for each in neighbours)

    def path(
        self, earlier: ContactId, later: ContactId, without: Collection[tuple[ContactId, ContactId]] = ()
    ) -> tuple[ContactId, ...]:
        """Find a shortest way from one node to another that takes none of some edges; nothing if there is none."""
        import networkx as nx  # noqa: PLC0415  # most questions do without

        digraph = self.as_networkx()
        try:
            return tuple(
                nx.shortest_path(nx.restricted_view(digraph, (), without) if without else digraph, earlier, later)
            )
        except nx.NetworkXNoPath:
            return ()

    def cycles(self) -> list[CyclicContacts]:
        """Find one closed walk in every group of contacts that come before themselves."""
        if self._is_in_order():
            return []
        import networkx as nx  # noqa: PLC0415  # most records come in order

        digraph = self.as_networkx()
        if nx.is_directed_acyclic_graph(digraph):
            return []
        knots = (each for each in nx.strongly_connected_components(digraph) if len(each) > 1)
        return [_cycle([edge[:2] for edge in nx.find_cycle(digraph.subgraph(each))]) for each in knots]

    def _is_in_order(self) -> bool:
        """Tell whether each node came after those that lead to it, as in records that come in the order of time."""
        seen: set[ContactId] = set()
        for node, earlier in self._earlier.items():
            if earlier and not seen.issuperset(earlier):
                return False
            seen.add(node)
        return True

    def as_networkx(self) -> nx.DiGraph[ContactId]:
        """Show this digraph to networkx without a copy, for questions about ways. Nodes and edges tell nothing else."""
        import networkx as nx  # noqa: PLC0415  # as above

        shown: nx.DiGraph[ContactId] = nx.DiGraph()
        shown._node = self._later  # type: ignore[attr-defined]  # noqa: SLF001  # as its subclasses do
        shown._adj, shown._pred = self._later, self._earlier  # type: ignore[attr-defined]  # noqa: SLF001  # as above
        return shown


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
    """Make a networkx digraph of contacts and of edges with attributes."""
    import networkx as nx  # noqa: PLC0415  # as above

    digraph: nx.DiGraph[ContactId] = nx.DiGraph()
    digraph.add_nodes_from((own, {"contact": contact}) for own, contact in nodes)
    digraph.add_edges_from(edges)
    return digraph


def _cycle(edges: list[tuple[ContactId, ContactId]]) -> CyclicContacts:
    return CyclicContacts((*(start for start, _ in edges), edges[0][0]))
