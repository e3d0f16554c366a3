"""Exact solutions in three dimensions, as rows like those of ``cases``."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from cases import Row

from anosim import (
    Concentration,
    Diffusion,
    InterfaceTransfer,
    MassTransfer,
    Material,
    Mesh,
    solve,
)
from anosim.meshes import Floats
from anosim.testing import box
from anosim.testing import crank_slab as slab


def eighth_of_a_ball(n: int, order: int) -> Mesh:
    """The part x, y, z > 0 of a ball of radius 1: points of a cube moved along their rays.

    Args:
        n: boxes along each axis of the cube.
        order: 1, or 2 for facets that follow the sphere.
    """
    cube = box((1.0, 1.0, 1.0), (n, n, n))
    curved = np.concatenate([cube.sides[name] for name in ("right", "bottom", "back")])
    sides = {"surface": curved} | {name: cube.sides[name] for name in ("left", "top", "front")}
    points, cells = _pulled(cube.points), cube.cells
    if order == 2:
        middles = cube.points[cube.edges.vertices].mean(axis=1)
        points = np.vstack([points, _pulled(middles)])
        cells = np.hstack([cells, len(cube.points) + cube.edges.of_cell])
    return Mesh(points, cells, cube.cell_phase, cube.phases, sides)


def _pulled(x: Floats) -> Floats:
    length = np.linalg.norm(x, axis=1)
    return x * np.divide(x.max(axis=1), length, out=np.ones_like(length), where=length > 0)[:, None]


def sphere(fourier: Floats, r: Floats, biot: float, terms: int = 60) -> Floats:
    """1 - c / c_bulk in a sphere of radius 1 with surface resistance, shape (n_t, n_r).

    Source: Crank, The Mathematics of Diffusion (1975), eq. 6.43.
    """
    from scipy.optimize import brentq

    def equation(b: float) -> float:
        return b * np.cos(b) + (biot - 1.0) * np.sin(b)

    ends = np.pi * np.arange(terms + 1)
    beta = np.array([brentq(equation, a + 1e-9, b - 1e-9) for a, b in pairwise(ends)])
    weight = 2.0 * biot / (beta**2 + biot * (biot - 1.0)) / np.sin(beta)
    shape = np.sin(np.outer(r, beta)) / r[:, None]
    return np.asarray(np.exp(-np.outer(fourier, beta**2)) @ (weight * shape).T)


def crank_sphere(solver: str, order: int) -> Iterator[Row]:
    """Crank's sphere with surface resistance, Bi = 2, on an eighth of a ball."""
    problem = Diffusion(
        eighth_of_a_ball(6, order),
        {"all": Material(1.0)},
        {"surface": MassTransfer(2.0, 1.0)},
        until=0.5,
    )
    solution = solve(problem, solver=solver, order=order, tolerance=1e-7)
    times, r = np.array([0.05, 0.2, 0.5]), np.array([0.2, 0.6, 0.95])
    found = solution.at(r[:, None] * np.array([[0.48, 0.6, 0.64]]), times)
    exact = 1.0 - sphere(times, r, 2.0)
    for i, j in ((0, 2), (1, 1), (2, 0)):
        what = f"c({r[j]:g}, {times[i]:g})"
        yield Row("Crank's sphere, Bi = 2", what, exact[i, j], found[i, j], 1e-3)
    yield Row("Crank's sphere, Bi = 2", "mass balance", 0.0, solution.imbalance(times).max(), 1e-8)


def cube(solver: str, order: int) -> Iterator[Row]:
    """An eighth of a cube fed from all faces, Bi = 1: the product of three slabs."""
    problem = Diffusion(
        box((1e-6, 1e-6, 1e-6), (8, 8, 8)),
        {"all": Material("1e-14 m^2/s")},
        dict.fromkeys(("right", "bottom", "back"), MassTransfer("1e-8 m/s", "1 mol/L")),
        until="50 s",
    )
    solution = solve(problem, solver=solver, order=order, tolerance=1e-7)
    times = np.array([10.0, 50.0])
    places = np.array([[0.0, 0.0, 0.0], [0.5, 0.2, 0.9], [1.0, 1.0, 1.0]])
    found = solution.at(places * 1e-6, times)
    exact = 1000.0 * (1.0 - np.prod([slab(times * 0.01, x, 1.0) for x in places.T], axis=0))
    for j, place in enumerate(("centre", "inside", "corner")):
        yield Row("cube, Bi = 1", f"c({place}, 50 s)", exact[1, j], found[1, j], 1e-3)
    yield Row("cube, Bi = 1", "mass balance", 0.0, solution.imbalance(times).max(), 1e-8)


def layered_box(solver: str, order: int) -> Iterator[Row]:
    """Steady flow through two layers: j (L1/D1 + 1/k + K L2/D2) = c_left - K c_right."""
    mesh = box((2e-6, 1e-6, 1e-6), (4, 2, 2), phases=("one", "two"), cuts=(1e-6,))
    for k, K in ((2e-8, 0.3), (np.inf, 4.0)):
        problem = Diffusion(
            mesh,
            {"one": Material(1e-14), "two": Material(3e-15)},
            {
                "left": Concentration(1000.0),
                "right": Concentration(50.0),
                ("one", "two"): InterfaceTransfer(k, K),
            },
            until="inf",
        )
        found = float(solve(problem, solver=solver, order=order).flux("left")[0])
        exact = 1e-12 * (1000.0 - K * 50.0) / (1e-6 / 1e-14 + 1.0 / k + K * 1e-6 / 3e-15)
        yield Row("layered box", f"flow, k = {k:g}, K = {K:g}", exact, found, 1e-9)


CASES_IN_SPACE = (crank_sphere, cube, layered_box)
