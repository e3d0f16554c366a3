"""Midpoints of the edges of split second-order elements."""

from collections.abc import Sequence

import numpy as np

from anosim.errors import MeshError
from anosim.formats.meshes.shapes import Shape
from anosim.meshes import Floats, Ints
from anosim.topology import Edges, edges_of

_STRAIGHT = 1e-6
"""Distance of a midpoint from the middle of its straight edge, as a share of the element's size."""


def with_midpoints(
    points: Floats, corners: Ints, given: Sequence[tuple[Shape, Ints]]
) -> tuple[Floats, Ints]:
    """Points, with new ones, and the cells with a midpoint on each edge.

    Args:
        points: shape (n_points, d).
        corners: of the simplices, shape (n_cells, d + 1).
        given: the elements that they are parts of, with all of their nodes; -1 where a midpoint
            has none.

    Raises:
        MeshError: two elements have different midpoints on one edge.
    """
    table = _Table.of(points, edges_of(corners))
    for shape, nodes in given:
        for place, ends in enumerate(shape.edges):
            table.put(nodes[:, ends], nodes[:, shape.corners + place])
    table.fill()
    for shape, nodes in given:
        _centres(table, shape, nodes)
    new = np.flatnonzero(table.node < 0)
    table.node[new] = len(points) + np.arange(len(new))
    cells = np.column_stack([corners, table.node[table.edges.of_cell]])
    return np.concatenate([points, table.place[new]]), cells


class _Table:
    """The midpoint of each edge: its node, or -1, and its place."""

    def __init__(self, points: Floats, edges: Edges, node: Ints, place: Floats) -> None:
        self.points, self.edges, self.node, self.place = points, edges, node, place

    @classmethod
    def of(cls, points: Floats, edges: Edges) -> "_Table":
        straight = points[edges.vertices].mean(axis=1)
        return cls(points, edges, np.full(len(edges.vertices), -1, dtype=np.int64), straight)

    def put(self, ends: Ints, nodes: Ints) -> None:
        """Set the nodes of edges, given by their ends; those that are no edge do not matter."""
        edge = self.edges.find(ends)
        known = (edge >= 0) & (nodes >= 0)
        edge, nodes = edge[known], nodes[known]
        before = self.node[edge]
        self.node[edge] = nodes
        if np.any((before >= 0) & (before != nodes)) or np.any(self.node[edge] != nodes):
            raise MeshError("the cells around an edge must share one midpoint")

    def fill(self) -> None:
        """Take the places of all nodes that are set."""
        known = self.node >= 0
        self.place[known] = self.points[self.node[known]]

    def middles(self, ends: Ints) -> Floats:
        """Places of the midpoints of edges; that of a corner with itself is the corner."""
        edge = self.edges.find(ends)
        straight = self.points[ends].mean(axis=1)
        return np.where((edge >= 0)[:, None], self.place[edge], straight)

    def move(self, ends: Ints, places: Floats) -> None:
        """Set the places of those edges that have no node."""
        edge = self.edges.find(ends)
        free = (edge >= 0) & (self.node[edge] < 0)
        self.place[edge[free]] = places[free]


def _centres(table: _Table, shape: Shape, nodes: Ints) -> None:
    """Midpoints of the diagonals of bent faces, and of those through bent hexahedra."""
    first = shape.corners + len(shape.edges)
    for number, face in enumerate(shape.quadrangles):
        ranked = np.sort(nodes[:, face], axis=1)
        own = nodes[(ranked[:, 1:] != ranked[:, :-1]).all(axis=1)]  # others have no diagonal
        around = [(a, face[(place + 1) % 4]) for place, a in enumerate(face)]
        node = own[:, first + number] if first < nodes.shape[1] else None
        _bend(table, own, (face, around, 0.5), [(face[0], face[2]), (face[1], face[3])], node)
    if shape.opposite:
        node = nodes[:, -1] if first < nodes.shape[1] else None
        through = list(enumerate(shape.opposite[:4]))
        _bend(table, nodes, (range(8), shape.edges, 0.25), through, node)


def _bend(
    table: _Table,
    nodes: Ints,
    part: tuple[Sequence[int], Sequence[tuple[int, int]], float],
    diagonals: Sequence[tuple[int, int]],
    node: Ints | None,
) -> None:
    """Put the midpoints of diagonals in the middle of a part of elements, where that is bent.

    Args:
        table: of all edges.
        nodes: of the elements.
        part: corners of a face or of the whole, its edges, and the weight of their midpoints in
            serendipity elements, where corners weigh minus a fourth.
        diagonals: corners at the ends of each.
        node: of the middle, if the elements have one; where straight parts do, it is left out.
    """
    corners, edges, weight = part
    centre = table.points[nodes[:, list(corners)]].mean(axis=1)
    middle = -0.25 * len(corners) * centre
    size, off = np.zeros(len(nodes)), np.zeros(len(nodes))
    for ends in edges:
        between, straight = table.middles(nodes[:, ends]), table.points[nodes[:, ends]].mean(axis=1)
        middle += weight * between
        off = np.maximum(off, np.abs(between - straight).max(axis=1))
        size = np.maximum(size, np.abs(straight - centre).max(axis=1))
    if node is not None:
        known = node >= 0
        off[known] = np.maximum(off, np.abs(table.points[node] - centre).max(axis=1))[known]
    bent = off > _STRAIGHT * size
    for pair in diagonals:
        across = nodes[bent][:, pair]
        if node is not None:
            table.put(across, node[bent])
        table.move(across, middle[bent])
