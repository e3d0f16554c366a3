"""Rational Krylov integration of M y' + K y = r, y(0) = 0, with constant symmetric M and K.

The Galerkin projection on a space spanned by shift-and-invert vectors gives y(t) at every t
without time steps. A few shifts, spread over the times of interest, repeated in turn, cover
decades of time with few vectors and one factorisation each. Source: Druskin, Lieberman and
Zaslavsky, SIAM J. Sci. Comput. 32 (2010) 2485; Guettel, GAMM-Mitteilungen 36 (2013) 8.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import log

import numpy as np

from anosim.errors import ConvergenceError
from anosim.integrate.discretisation import Solve
from anosim.meshes import Floats
from anosim.progress import report
from anosim.trajectory import Relaxation

SHIFTS = 4
"""Factorisations: more shifts need no fewer vectors, fewer shifts need more at early times."""
BETWEEN_CHECKS = 5
"""Vectors between two estimates of the error."""
MOST_VECTORS = 200


@dataclass(frozen=True, eq=False)
class System:
    """M y' + K y = r on the free unknowns, in dimensionless time.

    Attributes:
        mass: applies M, symmetric positive definite.
        stiffness: applies K, symmetric positive semidefinite.
        shifted: factorises M + gamma K for a shift gamma.
        right: r.
    """

    mass: Callable[[Floats], Floats]
    stiffness: Callable[[Floats], Floats]
    shifted: Callable[[float], Solve]
    right: Floats


@dataclass(frozen=True, eq=False)
class Modes:
    """y(t) = sum_j a_j(t) shapes_j, every coefficient relaxing on its own.

    Attributes:
        shapes: shape (n_modes, n), M-orthonormal.
        trajectory: the coefficients over dimensionless time.
        error: estimated relative error of y in the M-norm, the largest over the times checked.
    """

    shapes: Floats
    trajectory: Relaxation
    error: float


def relax(
    system: System, conserved: Floats, *, earliest: float, until: float, tolerance: float
) -> Modes:
    """y(t) for all times from ``earliest`` to ``until``.

    Args:
        system: the matrices and the right-hand side.
        conserved: a vector that joins the space at the end, so that its moment of the equation
            (the mass balance) holds to rounding.
        earliest: first time at which the error is held.
        until: last time at which it is.
        tolerance: for the error of y(t) relative to y(t) in the M-norm.

    Raises:
        ConvergenceError: the tolerance was not met within the largest number of vectors.
    """
    basis = _Basis(system)
    if not np.any(system.right):
        return Modes(np.zeros((0, len(conserved))), Relaxation(np.zeros(0), np.zeros(0)), 0.0)
    shifted = cache(system.shifted)
    shifts = np.geomspace(0.3 * earliest, 0.1 * until, SHIFTS).tolist()
    times = np.geomspace(earliest, until, 40)
    before = np.zeros((len(times), 0))
    error, vector = np.inf, system.right
    for count in range(1, MOST_VECTORS + 1):
        grown = basis.add(shifted(shifts[count % SHIFTS])(vector))
        vector = basis.last_times_mass
        if grown and count % BETWEEN_CHECKS:
            continue
        now = basis.coefficients(times)
        error = _largest_change(before, now)
        report("solve", log(max(min(error, 1.0), tolerance)) / log(tolerance))
        if error <= tolerance or not grown:
            basis.add(conserved)  # last: amid the others it would break their chain
            return Modes(*basis.modes(), error=error)
        before = now
    raise ConvergenceError(
        f"after {MOST_VECTORS} Krylov vectors the estimated relative error is {error:.1e}, above "
        f"the tolerance {tolerance:.1e}: raise the tolerance or the earliest time of interest"
    )


class _Basis:
    """An M-orthonormal basis that grows by one vector at a time, and the projected problem."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._vectors = np.zeros((0, len(system.right)))
        self._count = 0
        self._projected = np.zeros((0, 0))
        self.last_times_mass = system.right

    def add(self, vector: Floats) -> bool:
        """Orthonormalise a vector and add it; False if it is in the space already."""
        vector = vector / np.linalg.norm(vector)
        basis = self._vectors[: self._count]
        before = float(vector @ self._system.mass(vector)) ** 0.5
        for _ in range(2):  # classical Gram-Schmidt needs the second round to be orthogonal
            vector = vector - (basis @ self._system.mass(vector)) @ basis
        weighed = self._system.mass(vector)
        norm = max(float(vector @ weighed), 0.0) ** 0.5
        if norm <= 1e-13 * before:
            return False
        self._append(vector / norm)
        self.last_times_mass = weighed / norm
        return True

    def _append(self, vector: Floats) -> None:
        k = self._count
        if k == len(self._vectors):
            room = np.zeros((max(16, k // 2), self._vectors.shape[1]))
            self._vectors = np.concatenate([self._vectors, room])
        self._vectors[k] = vector
        self._count = k + 1
        row = self._vectors[: k + 1] @ self._system.stiffness(vector)
        grown = np.zeros((k + 1, k + 1))
        grown[:k, :k] = self._projected
        grown[k, :] = grown[:, k] = row
        self._projected = grown

    def _decoupled(self) -> tuple[Relaxation, Floats]:
        decay, rotation = np.linalg.eigh(self._projected)
        slopes = rotation.T @ (self._vectors[: self._count] @ self._system.right)
        return Relaxation(np.maximum(decay, 0.0), slopes), rotation

    def coefficients(self, times: Floats) -> Floats:
        """y(t) in the basis, shape (n_times, n_vectors)."""
        trajectory, rotation = self._decoupled()
        return np.asarray(trajectory.values(times) @ rotation.T)

    def modes(self) -> tuple[Floats, Relaxation]:
        """The decoupled modes and how they relax."""
        trajectory, rotation = self._decoupled()
        return rotation.T @ self._vectors[: self._count], trajectory


def _largest_change(before: Floats, now: Floats) -> float:
    change = now.copy()
    change[:, : before.shape[1]] -= before
    return float(np.max(np.linalg.norm(change, axis=1) / np.linalg.norm(now, axis=1)))
