"""What passes the boundaries of a domain."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from anosim.conditions import Concentration, Flux, InterfaceTransfer, MassTransfer, Uptake
from anosim.domain import Domain
from anosim.errors import InputError
from anosim.functions import Function
from anosim.meshes import Boundary, Floats
from anosim.problem import Diffusion
from anosim.trajectory import Piecewise, Trajectory


class Passage(Protocol):
    """What goes through a boundary, or is used up, over time."""

    def rate(self, trajectory: Trajectory, times: Floats, /) -> Floats:
        """Mol/m/s at each time."""
        ...

    def total(self, trajectory: Trajectory, times: Floats, /) -> Floats:
        """Mol/m from right after time zero to each time."""
        ...


@dataclass(frozen=True, eq=False)
class BoundaryFlux:
    """Flux into the domain through a boundary: ``constant + value . a(t) + rate . da/dt``.

    a are the coefficients of the solution's modes; mol/m/s, per metre of depth.

    Attributes:
        constant: mol/m/s.
        value: shape (n_modes,).
        slope: shape (n_modes,).
    """

    constant: float
    value: Floats
    slope: Floats

    def rate(self, trajectory: Trajectory, times: Floats, /) -> Floats:
        """Flux at each time, mol/m/s."""
        values = trajectory.values(times) @ self.value + trajectory.rates(times) @ self.slope
        return np.asarray(self.constant + values)

    def total(self, trajectory: Trajectory, times: Floats, /) -> Floats:
        """What passed from right after time zero to each time, mol/m."""
        grown = trajectory.values(times) - trajectory.values(np.zeros(1))
        gained = trajectory.integrals(times) @ self.value + grown @ self.slope
        return np.asarray(self.constant * times + gained)


@dataclass(frozen=True, eq=False)
class CountedFlux:
    """Flux that the time integration has added up as it went.

    Attributes:
        passed: what has passed since time zero, mol/m, one mode.
    """

    passed: Piecewise

    def rate(self, _: Trajectory, times: Floats, /) -> Floats:
        """Flux at each time, mol/m/s."""
        return self.passed.rates(times)[:, 0]

    def total(self, _: Trajectory, times: Floats, /) -> Floats:
        """What passed from right after time zero to each time, mol/m."""
        return self.passed.values(times)[:, 0]


def known_flux(
    problem: Diffusion, domain: Domain, boundary: Boundary, base: Floats, modes: Floats
) -> BoundaryFlux | None:
    """Flux through a boundary as its condition gives it.

    Zero where no condition is set. Through an interface between two phases that both take part it
    is the flux from the first to the second.

    Returns:
        None where the solver has to tell: at a given concentration, at an uptake that saturates
        and where the condition depends on time.

    Raises:
        InputError: two phases in perfect contact, or joined sides, whose flux no condition gives.
    """
    inside = isinstance(boundary, tuple) and set(boundary) <= set(problem.materials)
    if inside and boundary not in problem.conditions:
        raise _perfect(boundary)
    none = np.zeros(len(modes))
    match problem.conditions.get(boundary):
        case Concentration():
            return None
        case Flux(value=value):
            if isinstance(value, Function):
                return None
            return BoundaryFlux(value * domain.boundary_sizes(boundary).sum(), none, none)
        case InterfaceTransfer() as transfer:
            return _across(domain, boundary, transfer, base, modes)
        case MassTransfer(coefficient=k, bulk=bulk):
            return (
                None
                if isinstance(bulk, Function)
                else _robin(domain, boundary, k, bulk, base, modes)
            )
        case Uptake(coefficient=k, equilibrium=rest) as uptake:
            return _robin(domain, boundary, k, rest, base, modes) if uptake.linear else None
    if boundary in problem.joined_sides:
        raise InputError(f"side {boundary!r} is joined to its opposite and bounds nothing")
    return BoundaryFlux(0.0, none, none)


def _robin(
    domain: Domain, boundary: Boundary, k: float, bulk: float, base: Floats, modes: Floats
) -> BoundaryFlux:
    weights = domain.boundary_weights(boundary)
    constant = k * (bulk * weights.sum() - base @ weights)
    return BoundaryFlux(float(constant), -k * (modes @ weights), np.zeros(len(modes)))


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
    folded = np.bincount(domain.twins, gained, len(gained))
    return {name: float(share @ folded) for name, share in domain.shares(held).items()}


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
