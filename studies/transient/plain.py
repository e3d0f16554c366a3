"""What one would write with DOLFINx alone: adaptive TR-BDF2, MUMPS, new factors for new steps.

The method is second order, L-stable, with an embedded estimate of third order; both of its stages
share one matrix, which is factorised only when the step changes by more than a quarter. Source:
Hosea and Shampine, Appl. Numer. Math. 20 (1996) 21.
"""

from dataclasses import dataclass
from typing import Any

from mpi4py import MPI

import dolfinx
import numpy as np
import ufl
from basix.ufl import element
from dolfinx import fem
from dolfinx.fem import petsc
from petsc4py import PETSc

G = 2.0 - 2.0**0.5
D = G / 2.0
W = 2.0**0.5 / 4.0
E = np.array([(1.0 - W) / 3.0, (3.0 * W + 1.0) / 3.0, D / 3.0])  # weights of the third order


@dataclass(frozen=True)
class Problem:
    """Diffusion in one phase with mass transfer on some edges, in SI.

    Attributes:
        points: shape (n_points, 2), m.
        cells: shape (n_cells, 3).
        edges: edges with mass transfer, shape (n, 2).
        diffusivity: m^2/s.
        coefficient: of mass transfer, m/s.
        bulk: mol/m^3.
        until: s.
    """

    points: np.ndarray
    cells: np.ndarray
    edges: np.ndarray
    diffusivity: float
    coefficient: float
    bulk: float
    until: float


def curves(
    problem: Problem, times: np.ndarray, regions: list[Any], tolerance: float
) -> tuple[np.ndarray, dict[str, int]]:
    """Mean concentration of regions at times, shape (n_times, n_regions); counts of the work.

    Args:
        problem: what to solve.
        times: ascending, s.
        regions: each a function of x, shape (3, n), that says which points are inside.
        tolerance: relative error of a step.
    """
    length = float(np.ptp(problem.points, axis=0).max())
    scale = length**2 / problem.diffusivity
    shape = ufl.Mesh(element("Lagrange", "triangle", 1, shape=(2,)))
    grid = dolfinx.mesh.create_mesh(MPI.COMM_SELF, problem.cells, shape, problem.points / length)
    space = fem.functionspace(grid, ("Lagrange", 2))
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
    ds = _boundary(grid, problem.edges)
    biot = problem.coefficient * length / problem.diffusivity
    M = _matrix(u * v * ufl.dx)
    K = _matrix(ufl.inner(ufl.grad(u), ufl.grad(v)) * ufl.dx + biot * u * v * ds)
    b = fem.assemble_vector(fem.form(biot * problem.bulk * v * ds)).array.copy()
    weights = _weights(grid, space, regions, length)
    return _march(M, K, b, weights, (times / scale, problem.until / scale, tolerance))


def _march(
    M: Any, K: Any, b: np.ndarray, weights: np.ndarray, plan: tuple[np.ndarray, float, float]
) -> tuple[np.ndarray, dict[str, int]]:
    times, until, tolerance = plan
    linear = _Linear(M, K)
    c, t, h = np.zeros(len(b)), 0.0, 1e-9 * until
    slope = linear.solve(0.0, b)
    found, place = np.zeros((len(times), len(weights))), 0
    rejected = steps = 0
    while t < until:
        rest = until - t
        h = rest if h > 0.999 * rest else h
        shift = D * h
        middle_slope = linear.solve(shift, b - linear.times(K, c + shift * slope))
        new = c + h * (W * slope + W * middle_slope)
        new_slope = linear.solve(shift, b - linear.times(K, new))
        new = new + shift * new_slope
        stages = np.stack([slope, middle_slope, new_slope])
        error = h * (np.array([W, W, D]) - E) @ stages
        error = linear.solve(shift, linear.times(M, error))
        size = linear.norm(error) / max(linear.norm(new), 1e-300) / tolerance
        factor = 0.9 * max(size, 1e-9) ** (-1.0 / 3.0)
        if size > 1.0:
            h, rejected = h * max(0.2, factor), rejected + 1
            continue
        while place < len(times) and times[place] <= t + h * (1 + 1e-12):
            s = (times[place] - t) / h
            found[place] = weights @ _hermite(s, h, c, new, slope, new_slope)
            place += 1
        c, slope, t, steps = new, new_slope, t + h, steps + 1
        h = h * min(factor, 5.0) if factor > 1.25 else h
    return found, {
        "steps": steps,
        "rejected": rejected,
        "factorisations": linear.factorisations,
        "solves": linear.solves,
    }


def _hermite(
    s: float, h: float, c: np.ndarray, new: np.ndarray, slope: np.ndarray, new_slope: np.ndarray
) -> np.ndarray:
    return (
        (1 + 2 * s) * (1 - s) ** 2 * c
        + s * (1 - s) ** 2 * h * slope
        + s**2 * (3 - 2 * s) * new
        + s**2 * (s - 1) * h * new_slope
    )


class _Linear:
    """Matrices and the last factorisation."""

    def __init__(self, M: Any, K: Any) -> None:
        self.M, self.K = M, K
        self.shift: float | None = None
        self.factorisations = self.solves = 0
        self.matrix = M.copy()
        self.ksp = PETSc.KSP().create(PETSc.COMM_SELF)
        self.ksp.setType("preonly")
        self.ksp.getPC().setType("cholesky")
        self.ksp.getPC().setFactorSolverType("mumps")

    def solve(self, shift: float, right: np.ndarray) -> np.ndarray:
        if shift != self.shift:
            self.M.copy(self.matrix, structure=PETSc.Mat.Structure.SAME_NONZERO_PATTERN)
            self.matrix.axpy(shift, self.K, structure=PETSc.Mat.Structure.SAME_NONZERO_PATTERN)
            self.matrix.setOption(PETSc.Mat.Option.SPD, True)
            self.ksp.setOperators(self.matrix)
            self.ksp.setUp()
            self.shift = shift
            self.factorisations += 1
        given, result = self.matrix.createVecs()
        given.array[:] = right
        self.ksp.solve(given, result)
        self.solves += 1
        return result.array.copy()

    def times(self, matrix: Any, x: np.ndarray) -> np.ndarray:
        given, result = matrix.createVecs()
        given.array[:] = x
        matrix.mult(given, result)
        return result.array.copy()

    def norm(self, x: np.ndarray) -> float:
        return float(max(x @ self.times(self.M, x), 0.0)) ** 0.5


def _matrix(form: Any) -> Any:
    matrix = petsc.assemble_matrix(fem.form(form))
    matrix.assemble()
    return matrix


def _boundary(grid: Any, edges: np.ndarray) -> Any:
    grid.topology.create_connectivity(1, 2)
    facets = dolfinx.mesh.exterior_facet_indices(grid.topology)
    grid.topology.create_connectivity(1, 0)
    vertices = grid.geometry.input_global_indices
    ends = np.sort(vertices[dolfinx.mesh.entities_to_geometry(grid, 1, facets)], axis=1)
    n = int(vertices.max()) + 1
    chosen = np.sort(facets[np.isin(ends @ [n, 1], np.sort(edges, axis=1) @ [n, 1])])
    tags = dolfinx.mesh.meshtags(grid, 1, chosen, np.ones(len(chosen), dtype=np.int32))
    return ufl.Measure("ds", domain=grid, subdomain_data=tags)(1)


def _weights(grid: Any, space: Any, regions: list[Any], length: float) -> np.ndarray:
    """The functional of each region's mean: cells whose middle is inside."""
    rows = []
    v = ufl.TestFunction(space)
    for inside in regions:
        mark = fem.Function(fem.functionspace(grid, ("DG", 0)))
        mark.interpolate(lambda x, inside=inside: inside(x * length).astype(float))
        whole = fem.assemble_scalar(fem.form(mark * ufl.dx))
        rows.append(fem.assemble_vector(fem.form(mark * v * ufl.dx)).array / whole)
    return np.array(rows)
