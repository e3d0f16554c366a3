"""Linear systems of one process, one matrix after another with entries in the same places."""

from typing import Any

import numpy as np
from petsc4py import PETSc

from anosim.integrate.discretisation import Solve
from anosim.meshes import Floats, Ints
from anosim_fenicsx.linear_solvers import Method
from anosim_fenicsx.pattern import Pattern


class System:
    """A matrix and what PETSc knows of it, kept as long as the entries stay in place.

    Args:
        method: how it is solved.
    """

    _matrix: Any
    _solver: Any
    _take: Ints
    _values: Floats

    def __init__(self, method: Method) -> None:
        self.method = method
        self._rows: Ints | None = None
        self._symmetric = True

    def prepare(self, pattern: Pattern, values: Floats, rows: Ints, symmetric: bool, /) -> Solve:
        """Solve with some rows, and the same columns, of a matrix; until the next call."""
        if self._update(pattern, values, rows, symmetric):
            self._solver = self.method.over(self._matrix, symmetric)
        solver, matrix = self._solver, self._matrix
        solver.setOperators(matrix)
        self.method.set_up(solver)
        given, result = matrix.createVecs()

        def solve(x: Floats) -> Floats:
            given.array[:] = x
            self.method.solve(solver, given, result)
            return np.array(result.array)

        return solve

    def _update(self, pattern: Pattern, values: Floats, rows: Ints, symmetric: bool) -> bool:
        """Take new values over; whether a new solver is needed."""
        if (
            self._rows is not None
            and symmetric == self._symmetric
            and np.array_equal(rows, self._rows)
        ):
            np.take(values, self._take, out=self._values)
            self._matrix.stateIncrease()
            return False
        part, self._take = pattern.among(rows)
        self._rows, self._symmetric = rows, symmetric
        self._values = values[self._take]
        arrays = (part.indptr.astype(PETSc.IntType), part.indices.astype(PETSc.IntType))
        self._matrix = PETSc.Mat().createAIJWithArrays(
            (len(rows), len(rows)), (*arrays, self._values), comm=PETSc.COMM_SELF
        )
        if symmetric:
            self._matrix.setOption(PETSc.Mat.Option.SPD, True)
        return True
