"""Rational Krylov integration of M y' + K y = r, y(0) = 0, with constant symmetric M and K.

The Galerkin projection on a space spanned by shift-and-invert vectors gives y(t) at every t
without time steps. A few shifts, each for its own part of the logarithm of time, cover decades with
few vectors and one factorisation each, one at a time. Source: Druskin, Lieberman and Zaslavsky,
SIAM J. Sci. Comput. 32 (2010) 2485; Guettel, GAMM-Mitteilungen 36 (2013) 8.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, log, log10

import numpy as np

from anosim.errors import ConvergenceError
from anosim.integrate.checkpoint import Checkpoint
from anosim.integrate.discretisation import Solve
from anosim.integrate.recording import GrowingArray
from anosim.meshes import Floats
from anosim.progress import report
from anosim.trajectory import Relaxation

DECADES = 2.5
"""Decades of time that one shift serves: fewer need no fewer vectors, more need many more."""
CHECKED = 3
"""The error of a shift's window is estimated by what this many more vectors change there."""
MOST_VECTORS = 250


@dataclass(frozen=True, eq=False)
class System:
    """M y' + K y = r on the free unknowns, in dimensionless time.

    Attributes:
        mass: applies M, symmetric positive definite.
        stiffness: applies K, symmetric positive semidefinite.
        shifted: factorises M + gamma K for a shift gamma; good until its next call.
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
        factorisations: shifts that were used.
    """

    shapes: Floats
    trajectory: Relaxation
    error: float
    factorisations: int


def relax(
    system: System,
    conserved: Floats,
    *,
    earliest: float,
    until: float,
    tolerance: float,
    checkpoint: Checkpoint | None = None,
) -> Modes:
    """y(t) for all times from ``earliest`` to ``until``.

    Args:
        system: the matrices and the right-hand side.
        conserved: a vector that joins the space at the end, so that its moment of the equation
            (the mass balance) holds to rounding.
        earliest: first time at which the error is held.
        until: last time at which it is.
        tolerance: for the error of y(t) relative to y(t) in the M-norm.
        checkpoint: where the space is written as it grows, and grown on from.

    Raises:
        ConvergenceError: the tolerance was not met within the largest number of vectors.
    """
    if not np.any(system.right):
        none = Relaxation(np.zeros(0), np.zeros(0))
        return Modes(np.zeros((0, len(conserved))), none, 0.0, 0)
    basis = _Basis(system)
    window, errors = basis.resume(checkpoint.load() if checkpoint else None)
    count = max(1, ceil(log10(until / earliest) / DECADES - 1e-9))
    edges = np.geomspace(until, earliest, count + 1)
    while window < count:
        late, early = edges[window], edges[window + 1]
        times = np.geomspace(early, late, 12)
        solve = system.shifted(0.15 * (late * early) ** 0.5)
        place = (window, count, errors)
        errors = [*errors, _extend(basis, solve, times, tolerance, place, checkpoint)]
        window += 1
    basis.add(conserved)  # last: amid the others it would break their chain
    return Modes(*basis.modes(), error=max(errors), factorisations=count)


def _extend(
    basis: "_Basis",
    solve: Solve,
    times: Floats,
    tolerance: float,
    place: tuple[int, int, list[float]],
    checkpoint: Checkpoint | None,
) -> float:
    """Add vectors of one shift until its window of time is resolved; the error that is left."""
    window, count, errors = place
    before, done = [basis.coefficients(times)], 0.0
    while True:
        grown = basis.add(solve(basis.vector))
        before.append(basis.coefficients(times))
        error = _largest_change(before[max(0, len(before) - 1 - CHECKED)], before[-1])
        if not grown:
            return min(error, tolerance)
        if len(before) > CHECKED and error <= tolerance:
            return error
        done = max(done, log(max(min(error, 1.0), tolerance)) / log(tolerance))
        report("solve", (window + done) / count)
        if checkpoint and checkpoint.due:
            checkpoint.save(basis.state | {"now": np.array([window, *errors])}, basis.vectors)
        if len(basis.vectors) >= MOST_VECTORS:
            raise ConvergenceError(
                f"after {MOST_VECTORS} Krylov vectors the estimated relative error is "
                f"{error:.1e}, above the tolerance {tolerance:.1e}: raise the tolerance or the "
                "earliest time of interest"
            )


class _Basis:
    """An M-orthonormal basis that grows by one vector at a time, and the projected problem."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._rows = GrowingArray(len(system.right))
        self._projected = np.zeros((0, 0))
        self._slopes = np.zeros(0)
        self.vector = system.right
        """What the next solve starts from: M times the last vector."""

    @property
    def vectors(self) -> Floats:
        return self._rows.rows

    def add(self, vector: Floats) -> bool:
        """Orthonormalise a vector and add it; False if it is in the space already."""
        vector = vector / np.linalg.norm(vector)
        basis = self.vectors
        before = float(vector @ self._system.mass(vector)) ** 0.5
        for _ in range(2):  # classical Gram-Schmidt needs the second round to be orthogonal
            vector = vector - (basis @ self._system.mass(vector)) @ basis
        weighed = self._system.mass(vector)
        norm = max(float(vector @ weighed), 0.0) ** 0.5
        if norm <= 1e-13 * before:
            return False
        self._append(vector / norm)
        self.vector = weighed / norm
        return True

    def _append(self, vector: Floats) -> None:
        k = len(self.vectors)
        self._rows.append(vector)
        self._slopes = np.append(self._slopes, vector @ self._system.right)
        row = self.vectors @ self._system.stiffness(vector)
        grown = np.zeros((k + 1, k + 1))
        grown[:k, :k] = self._projected
        grown[k, :] = grown[:, k] = row
        self._projected = grown

    @property
    def state(self) -> dict[str, Floats]:
        """What a checkpoint holds beside the vectors."""
        return {"projected": self._projected, "vector": self.vector}

    def resume(self, found: tuple[dict[str, np.ndarray], Floats] | None) -> tuple[int, list[float]]:
        """Take up a state: the window it stopped in, and the errors of those before."""
        if found is None:
            return 0, []
        state, vectors = found
        for vector in vectors:
            self._rows.append(vector)
        self._projected, self.vector = state["projected"], state["vector"]
        self._slopes = vectors @ self._system.right
        window, *errors = state["now"].tolist()
        return int(window), errors

    def _decoupled(self) -> tuple[Relaxation, Floats]:
        decay, rotation = np.linalg.eigh(self._projected)
        return Relaxation(np.maximum(decay, 0.0), rotation.T @ self._slopes), rotation

    def coefficients(self, times: Floats) -> Floats:
        """y(t) in the basis, shape (n_times, n_vectors)."""
        trajectory, rotation = self._decoupled()
        return np.asarray(trajectory.values(times) @ rotation.T)

    def modes(self) -> tuple[Floats, Relaxation]:
        """The decoupled modes and how they relax."""
        trajectory, rotation = self._decoupled()
        return rotation.T @ self.vectors, trajectory


def _largest_change(before: Floats, now: Floats) -> float:
    change = now.copy()
    change[:, : before.shape[1]] -= before
    sizes = np.linalg.norm(now, axis=1)
    return float(np.max(np.linalg.norm(change, axis=1) / np.where(sizes > 0, sizes, 1.0)))
