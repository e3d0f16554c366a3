"""The dimensionless numbers of a problem: Biot, Fourier and Thiele."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from anosim.domain import Domain
from anosim.meshes import Boundary
from anosim.problem import Diffusion, InterfaceTransfer, MassTransfer


def dimensionless(problem: Diffusion, times: Sequence[float]) -> dict[str, Any]:
    """Biot, Fourier and Thiele numbers, and the length that they are made with.

    L is the largest geodesic distance of any reachable point to a source. Per boundary or
    interface with a transfer coefficient and adjacent phase Bi = k L / D; per phase and time
    Fo = D t / L^2; per phase with a reaction the Thiele modulus L sqrt(r / D), whose square is a
    Damkoehler number.
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
        if isinstance(condition, MassTransfer | InterfaceTransfer)
        and np.isfinite(condition.coefficient)
        for phase in _phases_at(domain, name)
    ]
    thiele = {
        phase: length * float(np.sqrt(material.reaction / material.diffusivity))
        for phase, material in problem.materials.items()
        if material.reaction > 0.0
    }
    fourier = {
        phase: [material.diffusivity * time / length**2 if length else np.inf for time in times]
        for phase, material in problem.materials.items()
    }
    return {
        "largest_distance_to_source_m": length,
        "biot": biot,
        "fourier": fourier,
        "thiele_modulus": thiele,
    }


def label(boundary: Boundary) -> str:
    """A boundary in one word: ``left`` or ``pore|sei``."""
    return boundary if isinstance(boundary, str) else "|".join(boundary)


def _phases_at(domain: Domain, name: Boundary) -> list[str]:
    """The phases of the domain that a boundary touches."""
    if isinstance(name, tuple) and set(name) <= set(domain.phases):
        return list(name)
    return [domain.mesh.phases[index] for index in np.unique(domain.boundary_phases(name))]
