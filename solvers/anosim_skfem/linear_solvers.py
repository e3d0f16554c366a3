"""Linear systems by sparse factorisation, or by Krylov iterations with multigrid."""

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, Literal, Protocol

import numpy as np
from scipy.sparse import csc_array, csr_array
from scipy.sparse.linalg import bicgstab, cg, splu

from anosim.errors import ConvergenceError, InputError, MissingDependencyError
from anosim.integrate.discretisation import Solve
from anosim.meshes import Floats, Ints
from anosim_skfem.pattern import Pattern

MOST_DIRECT = 4_000_000
"""Unknowns up to which "auto" factorises. In the plane that takes about 1.2 kB for each, measured
at 3 million of quadratic elements; at 0.9 million a solve takes a seventh of the time of one
with multigrid."""
ACCURACY = 1e-11
"""Residual of iterations, relative to the right-hand side."""
MOST_ITERATIONS = 500


class LinearSolver(Protocol):
    """Prepares solves with one matrix after another."""

    @property
    def record(self) -> Mapping[str, str]:
        """What does the linear algebra, and versions."""
        ...

    def prepare(self, pattern: Pattern, values: Floats, nodes: Ints, symmetric: bool, /) -> Solve:
        """Solve with some rows, and the same columns, of a matrix; until the next call."""
        ...


def chosen(linear_solver: str, unknowns: int, symmetric: bool) -> LinearSolver:
    """The linear solver of a name.

    Args:
        linear_solver: the name.
        unknowns: their number: "auto" is direct for up to MOST_DIRECT, multigrid for more.
        symmetric: whether all matrices will be.

    Raises:
        InputError: no such name.
        MissingDependencyError: multigrid without pyamg.
    """
    if linear_solver not in ("auto", "direct", "multigrid"):
        raise InputError(
            f"linear_solver is {linear_solver!r}: choose 'auto', 'direct' or 'multigrid'"
        )
    large = linear_solver == "auto" and unknowns > MOST_DIRECT and find_spec("pyamg") is not None
    if linear_solver == "multigrid" or large:
        return Multigrid(symmetric)
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
    """Conjugate gradients, or BiCGStab, with smoothed aggregation.

    Raises:
        MissingDependencyError: pyamg is not installed.
    """

    def __init__(self, symmetric: bool) -> None:
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
        """Set the levels up."""
        indptr, indices, entries = pattern.among(nodes)
        matrix = csr_array((values[entries], indices, indptr), shape=(len(nodes),) * 2)
        levels = import_module("pyamg").smoothed_aggregation_solver(
            matrix,
            symmetry="symmetric" if symmetric else "nonsymmetric",
            strength=("symmetric", {"theta": 0.05}),
            max_coarse=500,
        )
        preconditioner = levels.aspreconditioner()
        krylov = cg if symmetric else bicgstab

        def solve(x: Floats) -> Floats:
            y, info = krylov(
                matrix, x, rtol=ACCURACY, atol=0.0, maxiter=MOST_ITERATIONS, M=preconditioner
            )
            if info != 0:
                raise ConvergenceError(
                    f"{MOST_ITERATIONS} iterations with multigrid did not bring the residual of "
                    f"{len(x)} unknowns below {ACCURACY:g}: choose linear_solver 'direct'"
                )
            return np.asarray(y)

        return solve
