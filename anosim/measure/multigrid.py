"""Steady conduction on a grid of voxels: conjugate gradients, preconditioned by multigrid."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import ConvergenceError
from anosim.progress import report

Singles = NDArray[np.float32]
Factors = tuple[int, int, int]

COARSEST = 300
"""Voxels of a level that is solved directly."""
SWEEPS = 2
"""Chebyshev steps before and after each correction by the coarser grid."""
LOWEST, HIGHEST = 0.35, 2.0
"""Eigenvalues of the scaled operator that smoothing aims at; none is above 2 (Gershgorin)."""
SAFETY = 0.5
"""Of the smallest Ritz value, which lies above the smallest eigenvalue."""


@dataclass(frozen=True)
class Grid:
    """Conductances of the faces after each voxel along each axis, and to planes of fixed value."""

    faces: tuple[Singles, Singles, Singles]
    ends: Singles

    @property
    def arrays(self) -> tuple[Any, ...]:
        """As the kernels take them."""
        return (*self.faces, self.ends)


@dataclass(frozen=True)
class Solved:
    """x with A x = b, its energy, and by how much that may be above the least, relatively."""

    x: NDArray[np.float64]
    energy: float
    error: float
    iterations: int


def solve(
    grid: Grid, spacing: tuple[float, ...], b: NDArray[np.float64], x: NDArray[np.float64],
    constant: float, tolerance: float, *, floor: float = 0.0, most: int = 2000,
) -> Solved:  # fmt: skip
    """Solve A x = b until the energy x . A x - 2 b . x + constant is at its minimum.

    The energy is above its minimum by the squared energy norm of the error, which is at most
    r . M r / lambda with the residual r, the preconditioner M and the smallest eigenvalue lambda
    of M A; for lambda, SAFETY times the smallest Ritz value is taken. Sources: Saad, Iterative
    Methods for Sparse Linear Systems (2003), 6.7 and 9.2; Meurant and Tichy, Acta Numerica 15
    (2006) 471.

    Args:
        grid: the operator A.
        spacing: distance of neighbours along each axis, in any unit.
        b: the right-hand side.
        x: a guess; overwritten.
        constant: see above.
        tolerance: greatest relative error of the energy.
        floor: an energy below which only the error relative to this counts.
        most: steps after which to give up.

    Raises:
        ConvergenceError: not there after ``most`` steps.
    """
    from anosim.measure.compiled import fitting

    with fitting(b.size):
        return _iterate(grid, spacing, b, x, constant, tolerance, floor, most)


def _iterate(
    grid: Grid, spacing: tuple[float, ...], b: NDArray[np.float64], x: NDArray[np.float64],
    constant: float, tolerance: float, floor: float, most: int,
) -> Solved:  # fmt: skip
    """Conjugate gradients with the V-cycle as preconditioner."""
    from anosim.measure import stencil

    levels = _levels(grid, spacing)
    r, q, p = np.empty_like(b), np.empty_like(b), np.zeros_like(b)
    energy = stencil.apply(*grid.arrays, x, q) - 2.0 * stencil.dot(b, x) + constant
    np.subtract(b, q, out=r)
    low, z = r.astype(np.float32), np.zeros(b.shape, np.float32)
    alphas: list[float] = []
    betas: list[float] = []
    product = 0.0
    for step in range(most):
        _cycle(levels, 0, z, low)
        before, product = product, stencil.dot(r, z)
        error = product / _smallest_ritz(alphas, betas) / max(energy, floor, 1e-300)
        if error <= tolerance and (step > 1 or product == 0.0):
            return Solved(x, energy, error, step)
        report("conduction", 1.0 - np.log(max(error / tolerance, 1.0)) / np.log(1.0 / tolerance))
        betas.append(product / before if step else 0.0)
        stencil.redirect(z, p, betas[-1])
        alphas.append(product / stencil.apply(*grid.arrays, p, q))
        stencil.advance(x, r, p, q, alphas[-1], low)
        energy -= alphas[-1] * product
    raise ConvergenceError(
        f"conduction: after {most} steps the energy may still be {error:.1e} off, {tolerance:.1e} "
        "was asked for: ask for less, or bring the diffusivities closer together"
    )


@dataclass(frozen=True)
class _Level:
    grid: Grid
    inverse: Singles
    factors: Factors
    x: Singles
    b: Singles
    spare: Singles
    direct: NDArray[np.float64] | None


def _levels(grid: Grid, spacing: tuple[float, ...]) -> list[_Level]:
    from anosim.measure import stencil

    levels: list[_Level] = []
    while True:
        shape = grid.ends.shape
        inverse = np.empty(shape, np.float32)
        stencil.diagonal_inverse(*grid.arrays, inverse)
        last = grid.ends.size <= COARSEST or max(shape) <= 2
        factors = _factors(shape, spacing)
        empty = [np.zeros(shape, np.float32) for _ in range(3 if levels else 1)]
        spare, x, b = (empty * 3)[:3]  # the finest level's x and b are the caller's
        direct = _direct(grid) if last else None
        levels.append(_Level(grid, inverse, factors, x, b, spare, direct))
        if last:
            return levels
        grid = _coarser(grid, factors)
        spacing = tuple(h * f for h, f in zip(spacing, factors, strict=True))


def _factors(shape: tuple[int, ...], spacing: tuple[float, ...]) -> Factors:
    """Join voxels along the axes where they are closest together."""
    least = min(h for h, n in zip(spacing, shape, strict=True) if n > 1)
    pairs = zip(shape, spacing, strict=True)
    z, y, x = (2 if n > 1 and h < 1.5 * least else 1 for n, h in pairs)
    return z, y, x


def _coarser(grid: Grid, factors: Factors) -> Grid:
    """Blocks of voxels: conductances in parallel add up; twice as far apart they are half."""
    from anosim.measure import stencil

    fine = grid.ends.shape
    shape = tuple(-(-n // f) for n, f in zip(fine, factors, strict=True))
    made = []
    for axis, face in enumerate(grid.faces):
        coarse = np.empty(shape, np.float32)
        stencil.sum_faces(face, coarse, factors, axis)
        coarse /= factors[axis]
        made.append(coarse)
    ends = np.empty(shape, np.float32)
    stencil.sum_faces(grid.ends, ends, factors, -1)
    ends /= max(factors)
    return Grid((made[0], made[1], made[2]), ends)


def _direct(grid: Grid) -> NDArray[np.float64]:
    """The operator's inverse, which on constants it may not have, as a dense matrix."""
    from anosim.measure import stencil

    shape, n = grid.ends.shape, grid.ends.size
    matrix, out = np.empty((n, n)), np.empty(shape)
    for column in range(n):
        unit = np.zeros(n)
        unit[column] = 1.0
        stencil.apply(*grid.arrays, unit.reshape(shape), out)
        matrix[column] = out.ravel()
    return np.linalg.pinv((matrix + matrix.T) / 2.0, rcond=1e-6, hermitian=True)


def _cycle(levels: list[_Level], depth: int, x: Singles, b: Singles) -> None:
    """X = M b by one V-cycle, symmetric: the same smoothing before and after."""
    from anosim.measure import stencil
    from anosim.measure.compiled import fitting

    level = levels[depth]
    if level.direct is not None:
        x[...] = (level.direct @ b.ravel()).reshape(x.shape)
        return
    one, half = np.float32(1.0), _CHEBYSHEV
    arrays, inverse, spare = level.grid.arrays, level.inverse, level.spare
    stencil.first_smooth(inverse, b, half[0][0], spare)
    x[...] = 0.0
    # two buffers take turns: each step writes the new values over the old ones
    stencil.smooth(*arrays, inverse, spare, b, x, half[1][0], half[1][1])
    below = levels[depth + 1]
    stencil.restrict_residual(*arrays, x, b, below.b, level.factors)
    with fitting(below.x.size):
        _cycle(levels, depth + 1, below.x, below.b)
    stencil.prolong(below.x, x, inverse, level.factors, one)
    stencil.smooth(*arrays, inverse, x, b, spare, half[0][0], np.float32(0.0))
    stencil.smooth(*arrays, inverse, spare, b, x, half[1][0], half[1][1])


def _chebyshev(sweeps: int) -> list[tuple[np.float32, np.float32]]:
    """Step and momentum of each sweep (Saad, algorithm 12.1)."""
    middle, radius = (HIGHEST + LOWEST) / 2.0, (HIGHEST - LOWEST) / 2.0
    sigma = middle / radius
    rho, steps = 1.0 / sigma, [(np.float32(1.0 / middle), np.float32(0.0))]
    for _ in range(sweeps - 1):
        following = 1.0 / (2.0 * sigma - rho)
        steps.append((np.float32(2.0 * following / radius), np.float32(following * rho)))
        rho = following
    return steps


_CHEBYSHEV = _chebyshev(SWEEPS)


def _smallest_ritz(alphas: list[float], betas: list[float]) -> float:
    """SAFETY times the smallest Ritz value of the steps taken so far."""
    from scipy.linalg import eigh_tridiagonal

    if not alphas:
        return SAFETY
    a, b = np.array(alphas), np.array(betas)
    diagonal = 1.0 / a
    diagonal[1:] += b[1:] / a[:-1]
    beside = np.sqrt(b[1:]) / a[:-1]
    return SAFETY * float(eigh_tridiagonal(diagonal, beside, eigvals_only=True)[0])
