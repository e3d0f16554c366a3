"""What passes the boundaries of a domain."""

from dataclasses import dataclass

import numpy as np

from anosim.domain import Domain
from anosim.meshes import Boundary, Floats
from anosim.problem import Concentration, Diffusion, Flux, MassTransfer


@dataclass(frozen=True, eq=False)
class BoundaryFlux:
    """Flux into the domain through a boundary: ``constant + value . a(t) + rate . da/dt``.

    a are the coefficients of the solution's modes; mol/m/s, per metre of depth.

    Attributes:
        constant: mol/m/s.
        value: shape (n_modes,).
        rate: shape (n_modes,).
    """

    constant: float
    value: Floats
    rate: Floats


def known_flux(
    problem: Diffusion, domain: Domain, boundary: Boundary, base: Floats, modes: Floats
) -> BoundaryFlux | None:
    """Flux through a boundary as its condition gives it; None for a given concentration.

    Zero where no condition is set.
    """
    none = np.zeros(len(modes))
    match problem.conditions.get(boundary):
        case Concentration():
            return None
        case Flux(value=value):
            return BoundaryFlux(value * domain.boundary_lengths(boundary).sum(), none, none)
        case MassTransfer(coefficient=k, bulk=bulk):
            weights = domain.boundary_weights(boundary)
            constant = k * (bulk * weights.sum() - base @ weights)
            return BoundaryFlux(float(constant), -k * (modes @ weights), none)
    return BoundaryFlux(0.0, none, none)


def jump(problem: Diffusion, domain: Domain, boundary: Boundary, start: Floats) -> float:
    """What the nodes of a boundary took in at time zero when they jumped to its concentration.

    Args:
        problem: the problem.
        domain: its cells and nodes.
        boundary: canonical name of a side or interface.
        start: concentration of the nodes right after time zero, mol/m^3.

    Returns:
        mol/m, zero for other conditions.
    """
    held = [name for name, c in problem.conditions.items() if isinstance(c, Concentration)]
    if boundary not in held:
        return 0.0
    gained = capacity_weights(problem, domain) * (start - problem.initial)
    return float(domain.shares(held)[boundary] @ gained)


def capacity_weights(problem: Diffusion, domain: Domain) -> Floats:
    """Integral of theta times each node's shape function, m^2, shape (n_nodes,)."""
    capacity = np.empty(len(domain.cells))
    for phase, material in problem.materials.items():
        capacity[domain.in_phase(phase)] = material.capacity
    return domain.weights(scale=capacity)
