"""Linear systems by PETSc: factorisation by MUMPS, or Krylov iterations with multigrid."""

from typing import Any, Protocol

from petsc4py import PETSc

from anosim.domain import Domain
from anosim.errors import ConvergenceError, InputError

MOST_DIRECT = {2: 4_000_000, 3: 200_000}
"""Unknowns up to which "auto" factorises, by dimension. In the plane that takes about 1.2 kB for
each, measured at 3 million of quadratic elements; at 0.9 million a solve takes a seventh of the
time of one with multigrid. In space 227 000 unknowns of linear elements took 29 s and 1.3 GB, and
then 0.24 s for each solve; multigrid 6.6 s and 0.6 s, in no more memory."""

ACCURACY = 1e-11
"""Residual of iterations, relative to the right-hand side, unless asked for another."""
MOST_ITERATIONS = 500
FEW_ITERATIONS = 100
"""So many iterations with the diagonal alone cost about what one solve with multigrid does."""
_ORDERING = {2: (7, 2), 3: (7, 5)}
"""MUMPS's ICNTL(7) by dimension. In the plane approximate minimum fill: its analysis is many times
faster than that of nested dissection by METIS, and the factors are hardly larger. In space METIS:
the other took 92 s for 227 000 unknowns of linear elements."""

_TOO_FEW = int(PETSc.KSP.ConvergedReason.DIVERGED_MAX_IT)
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


_PRODUCT = "matptap_via"
"""PETSc's option, which takes no prefix: how a level's matrix is made. On one process "rap" takes
half the time of the default for quadratic tetrahedra; for several there is no such choice."""


class Method(Protocol):
    """How linear systems are solved."""

    name: str
    """What does the linear algebra."""

    def over(self, matrix: Any, symmetric: bool, /) -> Any:
        """PETSc's solver, not set up yet, of a matrix on one process or several."""
        ...

    def set_up(self, solver: Any, /) -> None:
        """Take the present values of the solver's matrix over."""
        ...

    def solve(self, solver: Any, given: Any, result: Any, /) -> None:
        """Solve with what was set up.

        Raises:
            ConvergenceError: it fails.
        """
        ...


def chosen(
    linear_solver: str, domain: Domain, symmetric: bool, accuracy: float = ACCURACY
) -> Method:
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


class Direct:
    """MUMPS: Cholesky of a symmetric matrix, LU of another; the analysis is done once."""

    def __init__(self, symmetric: bool, dimension: int) -> None:
        self._dimension = dimension
        self.name = f"PETSc {'Cholesky' if symmetric else 'LU'} by MUMPS"

    def over(self, matrix: Any, symmetric: bool, /) -> Any:
        """A factorisation."""
        solver: Any = PETSc.KSP().create(matrix.comm)
        solver.setType(PETSc.KSP.Type.PREONLY)
        solver.setOperators(matrix)
        factors = solver.getPC()
        factors.setType(PETSc.PC.Type.CHOLESKY if symmetric else PETSc.PC.Type.LU)
        factors.setFactorSolverType(PETSc.Mat.SolverType.MUMPS)
        factors.setFactorSetUpSolverType()
        factors.getFactorMatrix().setMumpsIcntl(*_ORDERING[self._dimension])
        return solver

    def set_up(self, solver: Any, /) -> None:
        """Factorise."""
        solver.setUp()

    def solve(self, solver: Any, given: Any, result: Any, /) -> None:
        """Solve with the factors.

        Raises:
            ConvergenceError: there are none.
        """
        reason = _reason(solver, given, result)
        if reason < 0:
            raise ConvergenceError(
                f"MUMPS could not factorise {given.getSize()} unknowns: is there memory enough? "
                f"(PETSc's reason {reason})"
            )


class Multigrid:
    """Conjugate gradients, or BiCGStab where the matrix is not symmetric, with GAMG.

    Over a short time lithium comes no farther than a few cells: the matrix of such a time step is
    almost diagonal, and its diagonal is tried first.
    """

    def __init__(self, symmetric: bool, accuracy: float) -> None:
        self._accuracy = accuracy
        self.name = f"PETSc {'CG' if symmetric else 'BiCGStab'} with GAMG"

    def over(self, matrix: Any, symmetric: bool, /) -> Any:
        """Iterations."""
        solver: Any = PETSc.KSP().create(matrix.comm)
        solver.setType(PETSc.KSP.Type.CG if symmetric else PETSc.KSP.Type.BCGS)
        if not symmetric:
            solver.setPCSide(PETSc.PC.Side.RIGHT)
        solver.setNormType(PETSc.KSP.NormType.UNPRECONDITIONED)
        solver.setTolerances(rtol=self._accuracy, atol=0.0)
        return solver

    def set_up(self, solver: Any, /) -> None:
        """Begin with the diagonal."""
        solver.getPC().setType(PETSc.PC.Type.JACOBI)
        solver.max_it = FEW_ITERATIONS
        solver.setUp()

    def solve(self, solver: Any, given: Any, result: Any, /) -> None:
        """Iterate, with levels of multigrid from where the diagonal is not enough.

        Raises:
            ConvergenceError: too many iterations.
        """
        reason = _reason(solver, given, result)
        if reason == _TOO_FEW and solver.getPC().getType() == PETSc.PC.Type.JACOBI:
            _set_levels(solver)
            reason = _reason(solver, given, result)
        if reason < 0:
            raise ConvergenceError(
                f"{MOST_ITERATIONS} iterations with multigrid did not bring the residual of "
                f"{given.getSize()} unknowns below {self._accuracy:g}: choose linear_solver "
                f"'direct' (PETSc's reason {reason})"
            )


def _reason(solver: Any, given: Any, result: Any) -> int:
    """Solve, and say why it ended; below 0 for a failure."""
    solver.solve(given, result)
    return int(solver.getConvergedReason())


def _set_levels(solver: Any) -> None:
    solver.max_it = MOST_ITERATIONS
    levels = solver.getPC()
    levels.setType(PETSc.PC.Type.GAMG)
    levels.setOptionsPrefix(_PREFIX)
    options: Any = PETSc.Options(_PREFIX)
    for name, value in _GAMG.items():
        options[name] = value
    levels.setFromOptions()
    everywhere: Any = PETSc.Options()
    faster = solver.comm.size == 1 and not everywhere.hasName(_PRODUCT)
    if faster:
        everywhere[_PRODUCT] = "rap"
    try:
        levels.setUp()
    finally:
        if faster:
            everywhere.delValue(_PRODUCT)
