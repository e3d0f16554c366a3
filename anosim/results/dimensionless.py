"""The dimensionless numbers of a problem: Biot and Fourier."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from anosim.domain import Domain
from anosim.meshes import Boundary
from anosim.problem import Diffusion, MassTransfer


def dimensionless(problem: Diffusion, times: Sequence[float]) -> dict[str, Any]:
    """Biot and Fourier numbers, and the length that they are made with.

    L is the largest geodesic distance of any reachable point to a source. Per mass-transfer
    boundary and adjacent phase Bi = k_f L / D; per phase and time Fo = D t / L^2.
    """
    from anosim.geodesic import distance

    domain = Domain.of(problem.mesh, problem.materials, 1)
    way = distance(domain, problem.sources)
    length = float(way[np.isfinite(way)].max(initial=0.0))
    biot = [
        {
            "boundary": label(name),
            "phase": phase,
            "biot": condition.coefficient * length / problem.materials[phase].diffusivity,
        }
        for name, condition in problem.conditions.items()
        if isinstance(condition, MassTransfer)
        for phase in _phases_at(domain, name)
    ]
    fourier = {
        phase: [material.diffusivity * time / length**2 if length else np.inf for time in times]
        for phase, material in problem.materials.items()
    }
    return {"largest_distance_to_source_m": length, "biot": biot, "fourier": fourier}


def label(boundary: Boundary) -> str:
    """A boundary in one word: ``left`` or ``pore|sei``."""
    return boundary if isinstance(boundary, str) else "|".join(boundary)


def _phases_at(domain: Domain, name: Boundary) -> list[str]:
    """The phases of the domain that a boundary touches."""
    return [domain.mesh.phases[index] for index in np.unique(domain.boundary_phases(name))]
