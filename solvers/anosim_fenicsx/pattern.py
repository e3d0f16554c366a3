"""Where the matrices have entries: one pattern for M, K and the derivative of N."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from anosim.meshes import Floats, Ints

Indices = NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class Pattern:
    """The entries of a square matrix by rows, columns ascending.

    Attributes:
        indptr: where each row starts, shape (n + 1,).
        indices: columns, shape (n_entries,).
        source: what goes into the entries, in their order; None where that is all there is.
        first: where the sources of each entry start; None where each has one.
    """

    indptr: Indices
    indices: Indices
    source: Indices | None = None
    first: Indices | None = None

    @classmethod
    def merged(cls, rows: Indices, columns: Indices, n: int) -> "Pattern":
        """The pattern of entries given in any order, and more than once."""
        source = np.lexsort((columns, rows))
        rows, columns = rows[source], columns[source]
        new = np.ones(len(source), dtype=np.bool_)
        new[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
        first = np.flatnonzero(new)
        start = np.searchsorted(rows[first], np.arange(n + 1))
        return cls(start.astype(np.int32), columns[first].astype(np.int32), source, first)

    @classmethod
    def within(cls, indptr: Indices, indices: Indices) -> "Pattern":
        """The square part of rows that reach farther than there are rows."""
        n = len(indptr) - 1
        inside = indices < n
        if inside.all():
            return cls(indptr, indices)
        start = np.concatenate([[0], np.cumsum(inside)])[indptr]
        return cls(start.astype(np.int32), indices[inside], np.flatnonzero(inside))

    def gathered(self, values: Floats) -> Floats:
        """Values of the entries from those of the (first of the) entries before merging."""
        if self.source is None:
            return values
        if self.first is None:
            return values[self.source]
        given = np.zeros(len(self.source))
        given[: len(values)] = values
        return np.asarray(np.add.reduceat(given[self.source], self.first))

    def matrix(self, values: Floats) -> csr_array:
        """The matrix with these values."""
        n = len(self.indptr) - 1
        return csr_array((values, self.indices, self.indptr), shape=(n, n))

    def among(self, rows: Indices) -> tuple["Pattern", Ints]:
        """The pattern of some rows and the same columns, and the entries it consists of."""
        numbers = self.matrix(np.arange(len(self.indices), dtype=np.float64))
        part = numbers[rows][:, rows]
        part.sort_indices()
        return Pattern(part.indptr, part.indices), part.data.astype(np.int64)
