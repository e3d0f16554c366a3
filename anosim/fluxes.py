"""What passes the boundaries of a domain."""

from dataclasses import dataclass

import numpy as np

from anosim.domain import Domain
from anosim.errors import InputError
from anosim.meshes import Boundary, Floats
from anosim.problem import Concentration, Diffusion, Flux, InterfaceTransfer, MassTransfer


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

    Zero where no condition is set. Through an interface between two phases that both take part it
    is the flux from the first to the second.

    Raises:
        InputError: two phases in perfect contact, whose flux no condition gives.
    """
    inside = isinstance(boundary, tuple) and set(boundary) <= set(problem.materials)
    if inside and boundary not in problem.conditions:
        raise _perfect(boundary)
    none = np.zeros(len(modes))
    match problem.conditions.get(boundary):
        case Concentration():
            return None
        case Flux(value=value):
            return BoundaryFlux(value * domain.boundary_lengths(boundary).sum(), none, none)
        case InterfaceTransfer() as transfer:
            return _across(domain, boundary, transfer, base, modes)
        case MassTransfer(coefficient=k, bulk=bulk):
            weights = domain.boundary_weights(boundary)
            constant = k * (bulk * weights.sum() - base @ weights)
            return BoundaryFlux(float(constant), -k * (modes @ weights), none)
    return BoundaryFlux(0.0, none, none)


def _across(
    domain: Domain, pair: Boundary, transfer: InterfaceTransfer, base: Floats, modes: Floats
) -> BoundaryFlux:
    if not np.isfinite(transfer.coefficient):
        raise _perfect(pair)
    k, K = transfer.coefficient, transfer.partition
    here, there = (domain.boundary_weights(pair, phase) for phase in pair)
    weights = k * (here - K * there)
    return BoundaryFlux(float(base @ weights), modes @ weights, np.zeros(len(modes)))


def _perfect(pair: Boundary) -> InputError:
    return InputError(
        f"the flux through {pair!r} is not known: the two phases are in perfect contact; "
        "set an InterfaceTransfer with a finite coefficient to see it"
    )


def jumps(problem: Diffusion, domain: Domain, gained: Floats) -> dict[Boundary, float]:
    """What nodes took in at time zero when they jumped to the concentration of their boundary.

    Args:
        problem: the problem.
        domain: its cells and nodes.
        gained: what each node has more right after time zero than before, mol/m.

    Returns:
        mol/m for each boundary with a given concentration.
    """
    held = [name for name, c in problem.conditions.items() if isinstance(c, Concentration)]
    return {name: float(share @ gained) for name, share in domain.shares(held).items()}


def capacity_weights(problem: Diffusion, domain: Domain) -> Floats:
    """Integral of theta times each node's shape function, m^2, shape (n_nodes,)."""
    return domain.weights(
        scale=domain.per_cell({name: m.capacity for name, m in problem.materials.items()})
    )


def reaction_weights(problem: Diffusion, domain: Domain) -> Floats:
    """Integral of r times each node's shape function, m^2/s, shape (n_nodes,)."""
    return domain.weights(
        scale=domain.per_cell({name: m.reaction for name, m in problem.materials.items()})
    )
