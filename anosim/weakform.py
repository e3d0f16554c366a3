"""The dimensionless weak form that a finite-element solver assembles.

With lengths in units of L (the domain's size) and times in units of L^2 / D0 (D0 the largest
diffusivity): find c with, for all test functions v,

    int theta dc/dt v + int D grad c . grad v + sum int k c v = sum int g v,

where the sums run over boundaries with a mass-transfer or flux condition, k is the
mass-transfer coefficient times L / D0 (a Biot number) and g = k c_bulk + flux L / D0.
Concentrations stay in mol/m^3.
"""

from dataclasses import dataclass

import numpy as np

from anosim.domain import Domain
from anosim.errors import InputError
from anosim.meshes import Boundary, Floats, Ints
from anosim.problem import Concentration, Diffusion, Flux, MassTransfer


@dataclass(frozen=True, eq=False)
class BoundaryTerm:
    """A mass-transfer or flux condition.

    Attributes:
        name: the side or interface.
        edges: vertices of each edge, shape (n, 2), nodes of the domain.
        transfer: coefficient k of ``int k c v``, dimensionless.
        source: coefficient g of ``int g v``, mol/m^3.
    """

    name: Boundary
    edges: Ints
    transfer: float
    source: float


@dataclass(frozen=True, eq=False)
class WeakForm:
    """What to assemble, and the scales that make it dimensionless.

    Attributes:
        domain: cells, nodes and their order.
        points: dimensionless coordinates of the nodes of the cells' geometry: the corners and,
            where the mesh is bent, the edges' midpoints; numbered as the domain's nodes are,
            shape (n_vertices or n_vertices + n_edges, 2).
        cells: the geometry's nodes per cell, shape (n_cells, 3 or 6).
        diffusivity: D / D0 per cell, shape (n_cells,).
        capacity: theta per cell, shape (n_cells,).
        terms: mass-transfer and flux conditions.
        fixed: nodes with a given concentration, ascending.
        values: that concentration, mol/m^3, shape as ``fixed``.
        initial: concentration at time zero, mol/m^3.
        length: L, m.
        diffusivity_scale: D0, m^2/s.
    """

    domain: Domain
    points: Floats
    cells: Ints
    diffusivity: Floats
    capacity: Floats
    terms: tuple[BoundaryTerm, ...]
    fixed: Ints
    values: Floats
    initial: float
    length: float
    diffusivity_scale: float

    @property
    def time(self) -> float:
        """L^2 / D0, s."""
        return self.length**2 / self.diffusivity_scale


def weak_form(problem: Diffusion, order: int) -> WeakForm:
    """The dimensionless weak form of a problem for elements of order 1 or 2.

    Raises:
        InputError: nothing drives diffusion: no condition reaches the domain.
        UnsupportedError: another order.
    """
    domain = Domain.of(problem.mesh, problem.materials, order)
    _check_driven(problem, domain)
    length = domain.length
    scale = max(material.diffusivity for material in problem.materials.values())
    diffusivity = np.empty(len(domain.cells))
    capacity = np.empty(len(domain.cells))
    for phase, material in problem.materials.items():
        here = domain.in_phase(phase)
        diffusivity[here] = material.diffusivity / scale
        capacity[here] = material.capacity
    geometry = Domain(problem.mesh, domain.phases, problem.mesh.order)
    fixed, values = _fixed(problem, domain)
    return WeakForm(
        domain=domain,
        points=(geometry.points - geometry.points.min(axis=0)) / length,
        cells=geometry.connectivity,
        diffusivity=diffusivity,
        capacity=capacity,
        terms=_terms(problem, domain, length / scale),
        fixed=fixed,
        values=values,
        initial=problem.initial,
        length=length,
        diffusivity_scale=scale,
    )


def _check_driven(problem: Diffusion, domain: Domain) -> None:
    if not problem.sources:
        raise InputError(
            "there is no source: no condition lets lithium through, so the concentration stays as "
            "it is; set a Concentration, MassTransfer or Flux on a side or interface"
        )
    for name in problem.conditions:
        domain.boundary_edges(name)


def _terms(problem: Diffusion, domain: Domain, scale: float) -> tuple[BoundaryTerm, ...]:
    terms = []
    for name, condition in problem.conditions.items():
        match condition:
            case MassTransfer(coefficient=k, bulk=bulk):
                terms.append(
                    BoundaryTerm(name, domain.boundary_edges(name), k * scale, k * scale * bulk)
                )
            case Flux(value=flux):
                terms.append(BoundaryTerm(name, domain.boundary_edges(name), 0.0, flux * scale))
    return tuple(terms)


def _fixed(problem: Diffusion, domain: Domain) -> tuple[Ints, Floats]:
    """Nodes with a given concentration; where two conditions meet, the later one holds."""
    given = np.full(len(domain.points), np.nan)
    for name, condition in problem.conditions.items():
        if isinstance(condition, Concentration):
            given[domain.boundary_nodes(name).ravel()] = condition.value
    fixed = np.flatnonzero(~np.isnan(given))
    return fixed, given[fixed]
