"""Edges and facets of a simplex mesh by integer arithmetic: unique, shared, in a fixed order.

A facet is what a cell has in common with a neighbour: in the plane an edge of a triangle, in space
a triangle of a tetrahedron.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import MeshError

Ints = NDArray[np.int64]
Indices = NDArray[np.integer]

EDGES: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((0, 1),),
    2: ((0, 1), (1, 2), (2, 0)),
    3: ((0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3)),
}
"""Corners at the ends of each edge of a cell, by dimension, in VTK's order; Gmsh has the last two
of a tetrahedron the other way round."""

FACETS: dict[int, tuple[tuple[int, ...], ...]] = {
    2: EDGES[2],
    3: ((0, 1, 3), (1, 2, 3), (2, 0, 3), (0, 2, 1)),
}
"""Corners of each facet of a cell, by dimension, in VTK's order: those of a tetrahedron of positive
volume turn counterclockwise as seen from outside of it."""

OPPOSITE = (1, 2, 0, 3)
"""The facet of a cell that lies opposite to each of its corners."""

BETWEEN: dict[int, NDArray[np.int64]] = {}
"""Number of the edge between two corners of a cell, by dimension."""
for _dimension, _ends in EDGES.items():
    BETWEEN[_dimension] = np.full((_dimension + 1,) * 2, -1, dtype=np.int64)
    for _number, (_a, _b) in enumerate(_ends):
        BETWEEN[_dimension][[_a, _b], [_b, _a]] = _number


@dataclass(frozen=True, eq=False)
class Edges:
    """The edges, or the facets, of a mesh, sorted by their vertices.

    Attributes:
        vertices: shape (n, 2), or (n, 3) for facets in space, ascending in each row.
        of_cell: those of each cell in the order of EDGES or FACETS, shape (n_cells, 3, 4 or 6).
    """

    vertices: Ints
    of_cell: Ints

    def find(self, wanted: Indices) -> Ints:
        """Index of each, given by its vertices, shape (n, 2 or 3); -1 where none is."""
        if len(wanted) == 0 or len(self.vertices) == 0:
            return np.full(len(wanted), -1, dtype=np.int64)
        sought = np.sort(np.asarray(wanted, dtype=np.int64), axis=1).T
        keys, size = sought[0], max(self._size, int(sought.max()) + 1)
        for known, column in zip(self._ranks(size), sought[1:], strict=True):
            keys = keys * size + column
            place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
            keys = np.where(known[place] == keys, place, -1)
        return np.asarray(keys)

    @cached_property
    def _size(self) -> int:
        return int(self.vertices.max()) + 1

    def _ranks(self, size: int) -> list[Ints]:
        """Ascending numbers of the rows' first two vertices; of their place there and the third."""
        return self._known if size == self._size else self._ranked(size)

    @cached_property
    def _known(self) -> list[Ints]:
        return self._ranked(self._size)

    def _ranked(self, size: int) -> list[Ints]:
        first, *rest = self.vertices.T
        numbers, found = first * size + rest[0], []
        for column in rest[1:]:
            new = np.ones(len(numbers), dtype=np.bool_)
            np.not_equal(numbers[1:], numbers[:-1], out=new[1:])
            found.append(numbers[new])
            numbers = (np.cumsum(new) - 1) * size + column
        return [*found, numbers]


@dataclass(frozen=True, eq=False)
class Facets(Edges):
    """The facets of a mesh, sorted by their vertices.

    Attributes:
        cells: shape (n, 2), the cells on either side; -1 where there is none.
    """

    cells: Ints


def edges_of(cells: Indices) -> Edges:
    """The edges of triangles or tetrahedra, shape (n_cells, 3 or 4).

    Raises:
        MeshError: of triangles, an edge that belongs to more than two.
    """
    dimension = cells.shape[1] - 1
    return facets_of(cells) if dimension == 2 else Edges(*_unique(cells, EDGES[dimension])[:2])


def facets_of(cells: Indices, points: NDArray[np.float64] | None = None) -> Facets:
    """The facets of triangles or tetrahedra, shape (n_cells, 3 or 4).

    Args:
        cells: corners of each.
        points: coordinates in m, for the error to tell the place.

    Raises:
        MeshError: a facet belongs to more than two cells.
    """
    local = FACETS[cells.shape[1] - 1]
    vertices, of_cell, order, starts = _unique(cells, local)
    if len(vertices):
        count = np.diff(starts)
        if count.max() > 2:
            _refuse(vertices[np.argmax(count)], int(count.max()), points)
    neighbours = np.full((len(vertices), 2), -1, dtype=np.int64)
    owner = order % max(len(cells), 1)
    neighbours[:, 0] = owner[starts[:-1]]
    shared = np.flatnonzero(np.diff(starts) == 2)
    neighbours[shared, 1] = owner[starts[shared] + 1]
    neighbours[shared] = np.sort(neighbours[shared], axis=1)
    return Facets(vertices, of_cell, neighbours)


def _refuse(vertices: Ints, count: int, points: NDArray[np.float64] | None) -> None:
    *some, last = vertices.tolist()
    what, of, where = (
        ("edge", "triangles", "plane mesh")
        if len(vertices) == 2
        else ("facet", "tetrahedra", "mesh of tetrahedra")
    )
    place = ""
    if points is not None:
        place = f" near ({', '.join(f'{x:.4g}' for x in points[vertices].mean(axis=0))}) m"
    raise MeshError(
        f"the {what} between points {', '.join(map(str, some))} and {last}{place} belongs to "
        f"{count} {of}: in a conforming {where} it is one or two"
    )


def _unique(cells: Indices, local: Sequence[tuple[int, ...]]) -> tuple[Ints, Ints, Indices, Ints]:
    """Different parts of cells: vertices, those of each cell, all in order, where each starts.

    SciPy's conversion of one row with all entries to compressed columns is a counting sort.
    """
    from scipy.sparse import csr_array

    n_cells, width = len(cells), len(local[0])
    size = int(cells.max()) + 1 if cells.size else 1
    short = np.int32 if max(size, len(local) * n_cells) < 2**31 else np.int64  # half the memory
    low, *others = _ascending(np.asarray(cells, dtype=short).T, local)
    every: Any = np.arange(len(low), dtype=short)
    by_low: Any = csr_array((every, low, [0, len(low)]), shape=(1, size)).tocsc()
    order: Indices = by_low.data
    key: Indices = others[0][order]
    if width == 3:
        key = key.astype(np.int64) * size + others[1][order]
    del every, low, others
    table: Any = csr_array((order, key, by_low.indptr), shape=(size, size ** (width - 1)))
    table.sort_indices()
    order, key = table.data, table.indices
    row = np.repeat(np.arange(size), np.diff(table.indptr))
    new = np.ones(len(order), dtype=np.bool_)
    np.logical_or(key[1:] != key[:-1], row[1:] != row[:-1], out=new[1:])
    first = np.flatnonzero(new)
    of_cell = np.empty(len(order), dtype=np.int64)
    of_cell[order] = np.cumsum(new) - 1
    rest = key[first].astype(np.int64)
    ends = [rest] if width == 2 else [*np.divmod(rest, size)]
    vertices = np.stack([row[first], *ends], axis=1)
    starts = np.append(first, len(order))
    return vertices, np.ascontiguousarray(of_cell.reshape(len(local), -1).T), order, starts


def _ascending(corners: Indices, local: Sequence[tuple[int, ...]]) -> list[Indices]:
    """The lowest, next and highest vertex of each part of each cell."""
    columns = [np.concatenate([corners[part[i]] for part in local]) for i in range(len(local[0]))]
    for last in range(len(columns) - 1, 0, -1):
        for i, j in pairwise(range(last + 1)):
            low = np.minimum(columns[i], columns[j])
            np.maximum(columns[i], columns[j], out=columns[j])
            columns[i] = low
    return columns
