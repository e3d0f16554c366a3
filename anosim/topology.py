"""Edges of a triangle mesh by integer arithmetic: unique, shared, in a fixed order."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anosim.errors import MeshError

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Edges:
    """The edges of a triangle mesh, sorted by (lower vertex, higher vertex).

    Attributes:
        vertices: shape (n_edges, 2), the lower vertex first.
        of_cell: shape (n_cells, 3); column j is the edge between local vertices
            (0, 1), (1, 2), (2, 0), the order of Gmsh's and VTK's six-node triangle.
        cells: shape (n_edges, 2), the cells on either side; -1 where there is none.
    """

    vertices: Ints
    of_cell: Ints
    cells: Ints

    def find(self, pairs: NDArray[np.integer]) -> Ints:
        """Index of the edge between each pair of vertices, shape (n, 2); -1 where none is."""
        if len(pairs) == 0 or len(self.vertices) == 0:
            return np.full(len(pairs), -1, dtype=np.int64)
        size = int(max(self.vertices.max(), np.max(pairs))) + 1
        keys = _keys(self.vertices, size)
        wanted = _keys(np.sort(np.asarray(pairs, dtype=np.int64), axis=1), size)
        place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[place] == wanted, place, -1)


def edges_of(cells: NDArray[np.integer]) -> Edges:
    """The edges of triangles, shape (n_cells, 3).

    Raises:
        MeshError: an edge belongs to more than two triangles.
    """
    cells = np.asarray(cells, dtype=np.int64)
    size = int(cells.max()) + 1 if cells.size else 1
    pairs = np.sort(cells[:, [[0, 1], [1, 2], [2, 0]]], axis=2).reshape(-1, 2)
    keys, of_cell, count = np.unique(_keys(pairs, size), return_inverse=True, return_counts=True)
    if len(count) and count.max() > 2:
        low, high = divmod(int(keys[np.argmax(count)]), size)
        raise MeshError(
            f"the edge between points {low} and {high} belongs to {count.max()} triangles: "
            "in a conforming plane mesh it is one or two"
        )
    neighbours = np.full((len(keys), 2), -1, dtype=np.int64)
    order = np.argsort(of_cell, kind="stable")
    first = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int64)
    neighbours[:, 0] = order[first] // 3
    shared = count == 2
    neighbours[shared, 1] = order[first[shared] + 1] // 3
    return Edges(np.stack(np.divmod(keys, size), axis=1), of_cell.reshape(-1, 3), neighbours)


def _keys(pairs: Ints, size: int) -> Ints:
    return pairs[:, 0] * size + pairs[:, 1]
