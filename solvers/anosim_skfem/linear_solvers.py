"""Linear systems by sparse factorisation, or by Krylov iterations."""

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, Literal, Protocol

import numpy as np
from scipy.sparse import csc_array, csr_array
from scipy.sparse.linalg import LinearOperator, bicgstab, cg, splu

from anosim.domain import Domain
from anosim.errors import ConvergenceError, InputError, MissingDependencyError
from anosim.integrate.discretisation import Solve
from anosim.meshes import Floats, Ints
from anosim_skfem.pattern import Pattern

MOST_DIRECT = {2: 4_000_000, 3: 300_000}
"""Unknowns up to which "auto" factorises, by dimension. In the plane that takes about 1.2 kB for
each, measured at 3 million of quadratic elements; at 0.9 million a solve takes a seventh of the
time of one with multigrid. In space 227 000 unknowns of linear elements took 23 s and 1.3 GB, and
then 0.2 s for each solve; multigrid 2.9 s and 2.8 s, in no more memory, and iterations with the
diagonal, where these suffice, 0.3 s."""
ACCURACY = 1e-11
"""Residual of iterations, relative to the right-hand side, unless asked for another."""
MOST_ITERATIONS = 500
FEW_ITERATIONS = 150
"""So many iterations with the diagonal alone cost about what one solve with multigrid does."""


class LinearSolver(Protocol):
    """Prepares solves with one matrix after another."""

    @property
    def record(self) -> Mapping[str, str]:
        """What does the linear algebra, and versions."""
        ...

    def prepare(self, pattern: Pattern, values: Floats, nodes: Ints, symmetric: bool, /) -> Solve:
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
        MissingDependencyError: multigrid without pyamg.
    """
    if linear_solver not in ("auto", "direct", "multigrid"):
        raise InputError(
            f"linear_solver is {linear_solver!r}: choose 'auto', 'direct' or 'multigrid'"
        )
    large = len(domain.points) > MOST_DIRECT[domain.dimension] and find_spec("pyamg") is not None
    if linear_solver == "multigrid" or (linear_solver == "auto" and large):
        return Multigrid(symmetric, accuracy)
    if find_spec("pypardiso") is None:
        return SuperLU()
    from anosim_skfem.pardiso import Pardiso

    return Pardiso(symmetric)


class SuperLU:
    """Sparse LU; of a symmetric matrix without pivoting."""

    @property
    def record(self) -> Mapping[str, str]:
        """What does the linear algebra, and versions."""
        return {"linear algebra": "SciPy SuperLU"}

    def prepare(self, pattern: Pattern, values: Floats, nodes: Ints, symmetric: bool, /) -> Solve:
        """Factorise.

        Raises:
            ConvergenceError: the matrix is singular, or memory does not suffice.
        """
        indptr, indices, entries = pattern.among(nodes)
        matrix = csc_array((values[entries], indices, indptr), shape=(len(nodes),) * 2)
        options: dict[str, Any] = {"SymmetricMode": True} if symmetric else {}
        try:
            factors = splu(
                matrix,
                permc_spec="MMD_AT_PLUS_A",
                diag_pivot_thresh=0.0 if symmetric else 0.1,
                options=options,
            )
        except (RuntimeError, MemoryError) as error:
            raise ConvergenceError(
                f"SuperLU could not factorise {len(nodes)} unknowns: {error}"
            ) from error
        kind: Literal["N", "T"] = "N" if symmetric else "T"  # it took the rows for columns
        return lambda x: np.asarray(factors.solve(x, kind))


class Multigrid:
    """Conjugate gradients, or BiCGStab, with smoothed aggregation where the diagonal is not enough.

    Over a short time lithium comes no farther than a few cells: the matrix of such a time step is
    almost diagonal, and the levels of multigrid only cost time.

    Raises:
        MissingDependencyError: pyamg is not installed.
    """

    def __init__(self, symmetric: bool, accuracy: float) -> None:
        self._accuracy = accuracy
        self._krylov = "CG" if symmetric else "BiCGStab"
        if find_spec("pyamg") is None:
            raise MissingDependencyError(
                "linear_solver 'multigrid' of the solver 'skfem' needs pyamg, which is not "
                "installed: pip install pyamg; or choose 'direct'"
            )

    @property
    def record(self) -> Mapping[str, str]:
        """What does the linear algebra, and versions."""
        return {"linear algebra": f"SciPy {self._krylov} with pyamg", "pyamg": version("pyamg")}

    def prepare(self, pattern: Pattern, values: Floats, nodes: Ints, symmetric: bool, /) -> Solve:
        """Take the matrix; levels are set up when the diagonal turns out not to be enough."""
        indptr, indices, entries = pattern.among(nodes)
        matrix = csr_array((values[entries], indices, indptr), shape=(len(nodes),) * 2)
        diagonal = matrix.diagonal()
        krylov = cg if symmetric else bicgstab
        own: Any = LinearOperator(matrix.shape, matvec=lambda x: x / diagonal, dtype=np.float64)
        levels: list[Any] = []

        def iterated(x: Floats, preconditioner: Any, most: int) -> tuple[Floats, bool]:
            y, info = krylov(
                matrix, x, rtol=self._accuracy, atol=0.0, maxiter=most, M=preconditioner
            )
            return np.asarray(y), info == 0

        def solve(x: Floats) -> Floats:
            if not levels:
                y, done = iterated(x, own, FEW_ITERATIONS)
                if done:
                    return y
                levels.append(_levels(matrix, symmetric))
            y, done = iterated(x, levels[0], MOST_ITERATIONS)
            if not done:
                raise ConvergenceError(
                    f"{MOST_ITERATIONS} iterations with multigrid did not bring the residual of "
                    f"{len(x)} unknowns below {self._accuracy:g}: choose linear_solver 'direct'"
                )
            return y

        return solve


def _levels(matrix: csr_array, symmetric: bool) -> Any:
    """A preconditioner by smoothed aggregation."""
    levels = import_module("pyamg").smoothed_aggregation_solver(
        matrix,
        symmetry="symmetric" if symmetric else "nonsymmetric",
        strength=("symmetric", {"theta": 0.05}),
        max_coarse=500,
    )
    return levels.aspreconditioner()
