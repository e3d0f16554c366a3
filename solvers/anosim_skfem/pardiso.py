"""Sparse Cholesky and LU by PARDISO of Intel's MKL, whose analysis is done once per pattern."""

import weakref
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from anosim.errors import ConvergenceError
from anosim.integrate.discretisation import Solve
from anosim.meshes import Floats, Ints
from anosim_skfem.ordering import nested_dissection
from anosim_skfem.pattern import Pattern

_POSITIVE_DEFINITE, _SYMMETRIC_PATTERN = 2, 1
"""PARDISO's types of matrices; of the first it takes the upper triangle only."""
_ANALYSE, _FACTORISE, _SOLVE = 11, 22, 33


class Pardiso:
    """Keeps the order of elimination, the analysis and the memory while nodes stay the same."""

    def __init__(self, symmetric: bool) -> None:
        self._kind = "Cholesky" if symmetric else "LU"
        self._nodes: Ints | None = None
        self._symmetric = True
        self._release: Any = None  # what MKL holds, Python does not see

    @property
    def record(self) -> Mapping[str, str]:
        """What does the linear algebra, and versions."""
        return {"linear algebra": f"{self._kind} by MKL PARDISO", "pypardiso": version("pypardiso")}

    def prepare(self, pattern: Pattern, values: Floats, nodes: Ints, symmetric: bool, /) -> Solve:
        """Factorise.

        Raises:
            ConvergenceError: the matrix is singular, or memory does not suffice.
        """
        same = self._nodes is not None and np.array_equal(nodes, self._nodes)
        if not same or symmetric != self._symmetric:
            self._analyse(pattern, nodes, symmetric)
        self._matrix.data = values[self._entries]
        self._call(_FACTORISE)
        order, n = self._order, len(nodes)

        def solve(x: Floats) -> Floats:
            y = np.empty(n)
            y[order] = self._call(_SOLVE, x[order])
            return y

        return solve

    def _analyse(self, pattern: Pattern, nodes: Ints, symmetric: bool) -> None:
        if self._release is not None:
            self._release()
        self._nodes = None  # until all of this has worked
        position = np.full(len(pattern.indptr) - 1, -1)
        position[nodes] = np.arange(len(nodes))
        order = position[nested_dissection(pattern.domain)]
        self._order = order[order >= 0]
        indptr, indices, entries = pattern.among(nodes[self._order])
        if symmetric:
            row = np.repeat(np.arange(len(nodes)), np.diff(indptr))
            upper = indices >= row
            indptr = np.concatenate([[0], np.cumsum(upper)])[indptr]
            indices, entries = indices[upper], entries[upper]
        self._entries = entries
        shape = (len(nodes), len(nodes))
        self._matrix = csr_array((np.zeros(len(entries)), indices, indptr), shape=shape)
        kind = _POSITIVE_DEFINITE if symmetric else _SYMMETRIC_PATTERN
        self._library: Any = import_module("pypardiso").PyPardisoSolver(mtype=kind)
        self._release = weakref.finalize(self, self._library.free_memory, True)
        self._release.atexit = False
        # numbered from 1 as in MKL's manual: own settings; the order of elimination as given;
        # no refinement unless pivots were perturbed; those below 1e-13 are
        for number, value in ((1, 1), (5, 1), (8, 0), (10, 13)):
            self._library.iparm[number - 1] = value
        self._library.perm = np.arange(1, len(nodes) + 1, dtype=np.int32)
        self._call(_ANALYSE)
        self._nodes, self._symmetric = nodes, symmetric

    def _call(self, phase: int, x: Floats | None = None) -> Floats:
        """Run a phase; pypardiso's own ``solve`` would compare the whole matrix each time."""
        self._library.set_phase(phase)
        given = np.zeros(len(self._order)) if x is None else x
        try:
            found: Floats = self._library._call_pardiso(self._matrix, given)
        except import_module("pypardiso.pardiso_wrapper").PyPardisoError as error:
            raise ConvergenceError(
                f"PARDISO could not factorise {len(self._order)} unknowns: {error}"
            ) from error
        return found
