"""The dimensionless numbers of a problem: Biot, Damkoehler, Fourier and Thiele."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from anosim.conditions import InterfaceTransfer, MassTransfer, Uptake
from anosim.domain import Domain
from anosim.meshes import Boundary
from anosim.problem import Diffusion


def dimensionless(problem: Diffusion, times: Sequence[float]) -> dict[str, Any]:
    """Biot, Damkoehler, Fourier and Thiele numbers, and the length that they are made with.

    L is the largest geodesic distance of any reachable point to a source. Per boundary or
    interface with a transfer coefficient and adjacent phase Bi = k L / D; per uptake surface
    Da = k_r L / D; per phase and time Fo = D t / L^2; per phase with a reaction the Thiele modulus
    L sqrt(r / D). A D that depends on the concentration is taken at ``problem.typical``.
    """
    from anosim.geodesic import distance

    domain = Domain.of(problem.mesh, problem.materials, 1)
    way = distance(domain, problem.sources)
    length = float(way[np.isfinite(way)].max(initial=0.0))
    D = {phase: problem.diffusivity(phase) for phase in problem.materials}
    shared: dict[str, list[dict[str, Any]]] = {"biot": [], "damkoehler": []}
    for name, condition in problem.conditions.items():
        key = "damkoehler" if isinstance(condition, Uptake) else "biot"
        if isinstance(condition, MassTransfer | InterfaceTransfer | Uptake):
            k = condition.coefficient
            for phase in _phases_at(domain, name) if np.isfinite(k) else ():
                row = {"boundary": label(name), "phase": phase, key: k * length / D[phase]}
                shared[key].append(row)
    thiele = {
        phase: length * float(np.sqrt(material.reaction / D[phase]))
        for phase, material in problem.materials.items()
        if material.reaction > 0.0
    }
    fourier = {
        phase: [D[phase] * time / length**2 if length else np.inf for time in times]
        for phase in problem.materials
    }
    return {
        "largest_distance_to_source_m": length,
        **shared,
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
