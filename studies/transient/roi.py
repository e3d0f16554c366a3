"""A synthetic region of the size that the reference paper models: 5 x 8 um in pixels of 20 nm."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from plain import Problem

from anosim import Diffusion, MassTransfer, Material, Mesh, Solution, mesh
from anosim.domain import Domain
from anosim.geodesic import distance
from anosim.synthetic import region_of_interest

SOURCE = ("pore", "sei")
COEFFICIENT, BULK, UNTIL = 1e-3, 1000.0, 100.0
RADIUS = 0.4e-6
TIMES = np.geomspace(1e-5 * UNTIL, UNTIL, 101)
"""Times at which curves are compared, s; 2, 10 and 100 s have snapshots."""


@dataclass(frozen=True)
class Disc:
    """Points within a radius of a centre, as DOLFINx asks for them."""

    x: float
    y: float

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Which of the points, shape (2 or 3, n), are inside."""
        return np.hypot(points[0] - self.x, points[1] - self.y) < RADIUS


def roi(triangles: int) -> Mesh:
    """A mesh of the region with about so many triangles in the SEI, carbon and binder."""
    image = region_of_interest().microstructure
    return mesh(image, elements=round(triangles / image.fractions["sei"]))


def problem(grid: Mesh, diffusivity: float) -> Diffusion:
    """Lithium enters the SEI, carbon and binder from the pores."""
    return Diffusion(
        grid,
        {"sei": Material(diffusivity)},
        {SOURCE: MassTransfer(COEFFICIENT, BULK)},
        until=UNTIL,
    )


def regions(grid: Mesh) -> list[Disc]:
    """Four discs, I to IV, farther and farther from the pores."""
    domain = Domain.of(grid, ["sei"], 1)
    way = distance(domain, [SOURCE])
    place = np.flatnonzero(np.isfinite(way))
    ranked = place[np.argsort(way[place])]
    chosen = [ranked[int(part * (len(ranked) - 1))] for part in (0.3, 0.6, 0.85, 0.99)]
    return [Disc(*domain.points[node]) for node in chosen]


def weights(solution: Solution, places: list[Disc]) -> np.ndarray:
    """The functional of each region's mean: cells whose middle is inside."""
    domain = solution.domain
    middle = domain.points[domain.triangles].mean(axis=1).T
    rows = [domain.weights(place(middle)) for place in places]
    return np.array([row / row.sum() for row in rows])


def curves(solution: Solution, rows: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Mean concentration of regions, shape (n_times, n_regions)."""
    coefficients = solution.trajectory.values(times)
    return np.asarray(rows @ solution.base + coefficients @ (solution.modes @ rows.T))


def as_arrays(given: Diffusion) -> Problem:
    """The same problem for the plain script."""
    domain = Domain.of(given.mesh, ["sei"], 1)
    material: Any = given.materials["sei"]
    return Problem(
        points=domain.points,
        cells=domain.triangles,
        edges=domain.boundary_facets(SOURCE),
        diffusivity=material.diffusivity,
        coefficient=COEFFICIENT,
        bulk=BULK,
        until=given.until,
    )
