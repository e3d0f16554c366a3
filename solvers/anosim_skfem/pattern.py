"""Where the matrices have entries, and how values of cells become entries.

Two nodes give an entry if they share a cell. In a mesh of triangles such pairs can be numbered
without sorting: the two ends of an edge, an end and the middle of an edge, a corner and the middle
of the side opposite to it, the middles of two sides of a cell. Pairs of the first two kinds belong
to an edge, the others to one cell.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from anosim.domain import Domain
from anosim.meshes import Floats, Ints

Indices = NDArray[np.integer]

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
    middle, middles = n + np.arange(len(low)), n + domain.edges.of_cell.T
    opposite = domain.triangles.T[[2, 0, 1]]
    first = np.concatenate([low, low, high, *opposite, *middles], dtype=np.int32)
    second = np.concatenate([high, middle, middle, *middles, *middles[[1, 2, 0]]], dtype=np.int32)
    return first, second


def _summed(domain: Domain, local: Local) -> Floats:
    """Sums of the matrices of cells over the nodes, then over the pairs."""
    nodes, edge = domain.connectivity.T, domain.edges.of_cell.T
    n, n_edges, n_cells = len(domain.points), len(domain.edges.vertices), len(domain.cells)
    order = domain.order
    sums = np.zeros(n + n_edges if order == 1 else n + 3 * n_edges + 6 * n_cells)
    for i, node in enumerate(nodes):
        sums[:n] += np.bincount(node, local(i, i), n)
    ends = sums[n : n + (1 if order == 1 else 3) * n_edges].reshape(-1, n_edges)
    for side, (a, b) in enumerate(((0, 1), (1, 2), (0, 2))):
        ends[0] += np.bincount(edge[side], local(a, b), n_edges)
        if order == 2:
            turned = nodes[a] > nodes[b]
            at_a, at_b = local(a, 3 + side), local(b, 3 + side)
            ends[1] += np.bincount(edge[side], np.where(turned, at_b, at_a), n_edges)
            ends[2] += np.bincount(edge[side], np.where(turned, at_a, at_b), n_edges)
    if order == 2:
        own = sums[n + 3 * n_edges :].reshape(6, n_cells)
        for row, pair in zip(own, ((2, 3), (0, 4), (1, 5), (3, 4), (4, 5), (3, 5)), strict=True):
            row[:] = local(*pair)
    return sums
