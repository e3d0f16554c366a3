"""Linear systems by PETSc: factorisation by MUMPS, or Krylov iterations with multigrid."""

from typing import Any, Protocol

import numpy as np
from petsc4py import PETSc

from anosim.domain import Domain
from anosim.errors import ConvergenceError, InputError
from anosim.integrate.discretisation import Solve
from anosim.meshes import Floats, Ints
from anosim_fenicsx.pattern import Pattern

MOST_DIRECT = {2: 4_000_000, 3: 200_000}
"""Unknowns up to which "auto" factorises, by dimension. In the plane that takes about 1.2 kB for
each, measured at 3 million of quadratic elements; at 0.9 million a solve takes a seventh of the
time of one with multigrid. In space 227 000 unknowns of linear elements took 29 s and 1.3 GB, and
then 0.24 s for each solve; multigrid 6.6 s and 0.6 s, in no more memory."""

ACCURACY = 1e-11
"""Residual of iterations, relative to the right-hand side, unless asked for another."""
MOST_ITERATIONS = 500
_ORDERING = {2: (7, 2), 3: (7, 5)}
"""MUMPS's ICNTL(7) by dimension. In the plane approximate minimum fill: its analysis is many times
faster than that of nested dissection by METIS, and the factors are hardly larger. In space METIS:
the other took 92 s for 227 000 unknowns of linear elements."""

_PREFIX = "anosim_multigrid_"
_GAMG = {
    # the levels of a matrix near M would serve one near K badly
    "pc_gamg_reuse_interpolation": False,
    # faster coarsening and weak couplings kept would save set-up, for up to three times the work
    # of each solve; one set-up serves ten solves and more
    "pc_gamg_aggressive_coarsening": 0,
    "pc_gamg_threshold": 0.01,
    # half the time per iteration of the Chebyshev smoother that is the default
    "mg_levels_ksp_type": "richardson",
    "mg_levels_ksp_max_it": 1,
    "mg_levels_pc_type": "sor",
}


class LinearSolver(Protocol):
    """Prepares solves with one matrix after another."""

    name: str
    """What does the linear algebra."""

    def prepare(self, pattern: Pattern, values: Floats, rows: Ints, symmetric: bool, /) -> Solve:
        """Solve with some rows, and the same columns, of a matrix; until the next call."""
        ...


def chosen(
    linear_solver: str, domain: Domain, symmetric: bool, accuracy: float = ACCURACY
) -> LinearSolver:
    """The linear solver of a name.

    Args:
        linear_solver: the name.
        domain: its nodes are the unknowns: "auto" is direct for up to MOST_DIRECT of them in the
            domain's dimension, multigrid for more.
        symmetric: whether all matrices will be.
        accuracy: residual that iterations may leave, relative to the right-hand side.

    Raises:
        InputError: no such name.
    """
    match linear_solver:
        case "auto":
            if len(domain.points) > MOST_DIRECT[domain.dimension]:
                return Multigrid(symmetric, accuracy)
            return Direct(symmetric, domain.dimension)
        case "direct":
            return Direct(symmetric, domain.dimension)
        case "multigrid":
            return Multigrid(symmetric, accuracy)
    raise InputError(f"linear_solver is {linear_solver!r}: choose 'auto', 'direct' or 'multigrid'")


class _Reused:
    """A matrix and what PETSc knows of it, kept as long as the entries stay in place."""

    _matrix: Any
    _solver: Any
    _take: Ints
    _values: Floats

    def __init__(self) -> None:
        self._rows: Ints | None = None
        self._symmetric = True

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

    def _solve(self, failure: str) -> Solve:
        """Solve with what was prepared, or raise an error that says ``failure``."""
        solver = self._solver
        given, result = self._matrix.createVecs()

        def solve(x: Floats) -> Floats:
            given.array[:] = x
            solver.solve(given, result)
            reason = int(solver.getConvergedReason())
            if reason < 0:
                raise ConvergenceError(f"{failure} (PETSc's reason {reason})")
            return np.array(result.array)

        return solve


class Direct(_Reused):
    """MUMPS: Cholesky of a symmetric matrix, LU of another; the analysis is done once."""

    def __init__(self, symmetric: bool, dimension: int) -> None:
        super().__init__()
        self._dimension = dimension
        self.name = f"PETSc {'Cholesky' if symmetric else 'LU'} by MUMPS"

    def prepare(self, pattern: Pattern, values: Floats, rows: Ints, symmetric: bool, /) -> Solve:
        """Factorise."""
        if self._update(pattern, values, rows, symmetric):
            self._solver = PETSc.KSP().create(PETSc.COMM_SELF)
            self._solver.setType(PETSc.KSP.Type.PREONLY)
            self._solver.setOperators(self._matrix)
            factors = self._solver.getPC()
            factors.setType(PETSc.PC.Type.CHOLESKY if symmetric else PETSc.PC.Type.LU)
            factors.setFactorSolverType(PETSc.Mat.SolverType.MUMPS)
            factors.setFactorSetUpSolverType()
            factors.getFactorMatrix().setMumpsIcntl(*_ORDERING[self._dimension])
        self._solver.setOperators(self._matrix)
        self._solver.setUp()
        return self._solve(
            f"MUMPS could not factorise {len(rows)} unknowns: is there memory enough?"
        )


class Multigrid(_Reused):
    """Conjugate gradients, or BiCGStab where the matrix is not symmetric, with GAMG."""

    def __init__(self, symmetric: bool, accuracy: float) -> None:
        super().__init__()
        self._accuracy = accuracy
        self.name = f"PETSc {'CG' if symmetric else 'BiCGStab'} with GAMG"

    def prepare(self, pattern: Pattern, values: Floats, rows: Ints, symmetric: bool, /) -> Solve:
        """Set the levels up."""
        if self._update(pattern, values, rows, symmetric):
            self._solver = PETSc.KSP().create(PETSc.COMM_SELF)
            self._solver.setType(PETSc.KSP.Type.CG if symmetric else PETSc.KSP.Type.BCGS)
            if not symmetric:
                self._solver.setPCSide(PETSc.PC.Side.RIGHT)
            self._solver.setNormType(PETSc.KSP.NormType.UNPRECONDITIONED)
            self._solver.setTolerances(rtol=self._accuracy, atol=0.0, max_it=MOST_ITERATIONS)
            self._solver.getPC().setType(PETSc.PC.Type.GAMG)
            self._solver.setOptionsPrefix(_PREFIX)
            options: Any = PETSc.Options(_PREFIX)
            for name, value in _GAMG.items():
                options[name] = value
            self._solver.setFromOptions()
        self._solver.setOperators(self._matrix)
        self._solver.setUp()
        return self._solve(
            f"{MOST_ITERATIONS} iterations with multigrid did not bring the residual of "
            f"{len(rows)} unknowns below {self._accuracy:g}: choose linear_solver 'direct'"
        )
