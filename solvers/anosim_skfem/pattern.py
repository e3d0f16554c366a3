"""Where the matrices have entries, and how values of cells become entries.

Two nodes give an entry if they share a cell. In a mesh of simplices such pairs can be numbered
without sorting: the two ends of an edge, an end and the middle of an edge; in a triangle a corner
and the middle of the side opposite to it, and the middles of two sides; in a tetrahedron the
middles of two edges that do not meet. The triangles are the cells or, in space, their facets.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from anosim.domain import Domain
from anosim.meshes import Floats, Ints
from anosim.topology import BETWEEN, EDGES, FACETS

Indices = NDArray[np.integer]
_APART = ((4, 9), (5, 7), (6, 8))
"""The nodes of a tetrahedron in the middles of edges that do not meet."""

Local = Callable[[int, int], Floats]
"""Entry (i, j), i <= j, of the symmetric matrices of all cells, shape (n_cells,)."""


@dataclass(frozen=True, eq=False)
class Pattern:
    """The entries of a square matrix by rows, columns ascending.

    Attributes:
        domain: cells and nodes.
        indptr: where each row starts, shape (n + 1,).
        indices: columns, shape (n_entries,).
        source: what goes into the entries, in their order: numbers of nodes (on the diagonal),
            then of pairs, then of extra entries.
        first: where the sources of each entry start; None where each has one.
    """

    domain: Domain
    indptr: Indices
    indices: Indices
    source: Indices
    first: Indices | None

    @classmethod
    def of(cls, domain: Domain, extra: tuple[Indices, Indices]) -> "Pattern":
        """The pattern of a domain, whose joined nodes are one.

        Args:
            domain: the domain.
            extra: rows and columns of more entries, in any order and repeated.
        """
        n = len(domain.points)
        first, second = _pairs(domain)
        nodes = np.arange(n)
        rows = np.concatenate([nodes, first, second, extra[0]], dtype=np.int32)
        columns = np.concatenate([nodes, second, first, extra[1]], dtype=np.int32)
        if domain.periodic:
            twins = domain.twins.astype(np.int32)
            rows, columns = twins[rows], twins[columns]
        source, indices, indptr = _sorted(rows, columns, n)
        source[source >= n + len(first)] -= len(first)
        if not domain.periodic and not len(extra[0]):
            return cls(domain, indptr, indices, source, None)
        new = np.zeros(len(source) + 1, dtype=np.bool_)
        new[1:-1] = indices[1:] != indices[:-1]
        new[indptr] = True
        count = np.concatenate([[0], np.cumsum(new[:-1])]).astype(np.int32)
        starts = np.flatnonzero(new[:-1])
        return cls(domain, count[indptr], indices[starts], source, starts)

    def symmetric(self, local: Local, extra: Floats) -> Floats:
        """The entries of a symmetric matrix.

        Args:
            local: the matrices of the cells.
            extra: values of the extra entries.
        """
        sums = _summed(self.domain, local)
        if self.first is None:
            return sums[self.source]
        return np.add.reduceat(np.concatenate([sums, extra])[self.source], self.first)

    def find(self, rows: Indices, columns: Indices) -> Ints:
        """The entries of some of the pairs of nodes, in the shape of their indices."""
        numbers = self.matrix(np.arange(len(self.indices)))
        twins = self.domain.twins
        found = numbers[twins[rows.ravel()], twins[columns.ravel()]]
        return np.asarray(found).reshape(rows.shape)

    def matrix(self, values: Any) -> csr_array:
        """The matrix with these values."""
        n = len(self.indptr) - 1
        return csr_array((values, self.indices, self.indptr), shape=(n, n))

    def among(self, nodes: Indices) -> tuple[Indices, Indices, Ints]:
        """The pattern of some rows and the same columns: indptr, indices, and its entries."""
        part = self.matrix(np.arange(len(self.indices)))[nodes][:, nodes]
        part.sort_indices()
        return part.indptr, part.indices, part.data


def _sorted(rows: Indices, columns: Indices, n: int) -> tuple[Indices, Indices, Indices]:
    """Places of entries by rows and columns, their columns, and where each row starts.

    SciPy's conversion of one row with all entries to compressed columns is a counting sort.
    """
    every = np.arange(len(rows), dtype=np.int32)
    by_row = csr_array((every, rows, [0, len(rows)]), shape=(1, n)).tocsc()
    table = csr_array((by_row.data, columns[by_row.data], by_row.indptr), shape=(n, n))
    table.sort_indices()
    return table.data, table.indices, table.indptr


def _pairs(domain: Domain) -> tuple[Indices, Indices]:
    """The two nodes of each pair."""
    low, high = domain.edges.vertices.T
    if domain.order == 1:
        return low, high
    n = len(domain.vertices)
    middle = n + np.arange(len(low))
    if domain.dimension == 2:
        corners, sides = domain.corners.T, domain.edges.of_cell.T
        apart = np.zeros((2, 0), dtype=np.int32)
    else:
        corners = domain.facets.vertices.T
        sides = np.stack([domain.edges.find(corners[list(ends)].T) for ends in EDGES[2]])
        nodes = domain.connectivity.T
        apart = np.concatenate([nodes[list(pair)] for pair in _APART], axis=1)
    sides = n + sides
    opposite, others = sides[[1, 2, 0]], (sides[[0, 1, 2]], sides[[2, 0, 1]])  # of each corner
    first = np.concatenate([low, low, high, *corners, *others[0], apart[0]], dtype=np.int32)
    second = np.concatenate([high, middle, middle, *opposite, *others[1], apart[1]], dtype=np.int32)
    return first, second


def _summed(domain: Domain, local: Local) -> Floats:
    """Sums of the matrices of cells over the nodes, then over the pairs."""
    nodes, edge = domain.connectivity.T, domain.edges.of_cell.T
    n, n_edges, n_cells = len(domain.points), len(domain.edges.vertices), len(domain.cells)
    quadratic = domain.order == 2
    k = domain.dimension + 1
    n_triangles = n_cells if domain.dimension == 2 else len(domain.facets.vertices) * quadratic
    kinds = [n, n_edges] + quadratic * [2 * n_edges, 6 * n_triangles, (k == 4) * 3 * n_cells]
    sums = np.zeros(sum(kinds))
    for i, node in enumerate(nodes):
        sums[:n] += np.bincount(node, local(i, i), n)
    ends = sums[n : n + (3 if quadratic else 1) * n_edges].reshape(-1, n_edges)
    for side, (a, b) in enumerate(EDGES[domain.dimension]):
        i, j = min(a, b), max(a, b)
        ends[0] += np.bincount(edge[side], local(i, j), n_edges)
        if quadratic:
            turned = nodes[i] > nodes[j]
            at_i, at_j = local(i, k + side), local(j, k + side)
            ends[1] += np.bincount(edge[side], np.where(turned, at_j, at_i), n_edges)
            ends[2] += np.bincount(edge[side], np.where(turned, at_i, at_j), n_edges)
    if quadratic:
        start = n + 3 * n_edges
        inner = sums[start : start + 6 * n_triangles].reshape(2, -1)
        for place, pairs in _of_triangles(domain):
            for total, (i, j) in zip(inner, pairs, strict=True):
                total += np.bincount(place, local(i, j), 3 * n_triangles)
        own = sums[start + 6 * n_triangles :].reshape(-1, n_cells)
        for row, pair in zip(own, _APART, strict=False):
            row[:] = local(*pair)
    return sums


def _of_triangles(domain: Domain) -> Iterator[tuple[Indices, list[tuple[int, int]]]]:
    """For each corner of each triangle of the cells: its place among all, and two pairs of nodes.

    Those of the corner and the middle of the side opposite to it, and of the middles of the others.
    """
    dimension = domain.dimension
    middle = BETWEEN[dimension] + dimension + 1
    nodes, n_cells = domain.corners.T, len(domain.cells)
    parts: tuple[tuple[int, ...], ...] = ((0, 1, 2),) if dimension == 2 else FACETS[3]
    for number, part in enumerate(parts):
        for turn in range(3):
            a, b, c = part[turn], part[turn - 2], part[turn - 1]
            if dimension == 2:
                place: Indices = turn * n_cells + np.arange(n_cells)
            else:  # the facet's own corners ascend
                rank = (nodes[a] > nodes[b]).astype(np.int64) + (nodes[a] > nodes[c])
                facets = domain.facets
                place = rank * len(facets.vertices) + facets.of_cell[:, number]
            ab, ac = middle[a, b], middle[a, c]
            yield place, [(a, middle[b, c]), (min(ab, ac), max(ab, ac))]
