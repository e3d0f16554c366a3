"""The dimensionless weak form that a finite-element solver assembles.

The unknown is u with c = kappa u, kappa the solubility of the phase: u is continuous where the
phases are in perfect contact, and the form is symmetric. With lengths in units of L (the domain's
size) and times in units of L^2 / D0 (D0 the largest diffusivity): find u with, for all test
functions v,

    int theta kappa du/dt v + int D kappa grad u . grad v + int r kappa u v
        + sum int k kappa u v + sum int h (u_1 - u_2) (v_1 - v_2) = sum int g v.

The sums run over boundaries with a mass-transfer or flux condition, k being the mass-transfer
coefficient times L / D0 (a Biot number) and g = k c_bulk + flux L / D0, and over interfaces with a
finite transfer coefficient, h being that coefficient times kappa_1 L / D0. Without partition
coefficients kappa is 1 and u is the concentration, mol/m^3.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from anosim.domain import Domain
from anosim.errors import InputError
from anosim.meshes import Boundary, Floats, Ints
from anosim.problem import Concentration, Diffusion, Flux, MassTransfer


@dataclass(frozen=True, eq=False)
class BoundaryTerm:
    """A mass-transfer or flux condition, on the part of a boundary along one phase.

    Attributes:
        name: the side or interface.
        edges: vertices of each edge, shape (n, 2), nodes of the domain.
        transfer: coefficient k kappa of ``int k kappa u v``, dimensionless.
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
        domain: cells and nodes of u, and their order.
        points: dimensionless coordinates of the nodes of the cells' geometry: the corners and,
            where the mesh is bent, the edges' midpoints; numbered as the domain's nodes are,
            shape (n_vertices or n_vertices + n_edges, 2).
        cells: the geometry's nodes per cell, shape (n_cells, 3 or 6).
        diffusivity: D kappa / D0 per cell, shape (n_cells,).
        capacity: theta kappa per cell, shape (n_cells,).
        reaction: r kappa L^2 / D0 per cell, shape (n_cells,).
        terms: mass-transfer and flux conditions.
        coupling: rows, columns and values of the matrix of the interfaces' terms, to be added
            (with repetitions) to the stiffness matrix, in nodes of the domain.
        fixed: nodes with a given u, ascending.
        values: that u, shape as ``fixed``.
        start: u of all nodes at time zero.
        length: L, m.
        diffusivity_scale: D0, m^2/s.
    """

    domain: Domain
    points: Floats
    cells: Ints
    diffusivity: Floats
    capacity: Floats
    reaction: Floats
    terms: tuple[BoundaryTerm, ...]
    coupling: tuple[Ints, Ints, Floats]
    fixed: Ints
    values: Floats
    start: Floats
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
    finite = [n for n, c in problem.transfers.items() if np.isfinite(c.coefficient)]
    domain = Domain.of(problem.mesh, problem.materials, order, finite)
    _check_driven(problem, domain)
    length = domain.length
    scale = max(material.diffusivity for material in problem.materials.values())
    kappa, D, theta, r = map(domain.per_cell, _coefficients(problem))
    geometry = replace(domain, order=problem.mesh.order)
    fixed, values = _fixed(problem, domain)
    start = _start(problem, domain, theta, kappa)
    start[fixed] = values
    return WeakForm(
        domain=domain,
        points=(geometry.points - geometry.points.min(axis=0)) / length,
        cells=geometry.connectivity,
        diffusivity=D * kappa / scale,
        capacity=theta * kappa,
        reaction=r * kappa * length**2 / scale,
        terms=tuple(_terms(problem, domain, length / scale)),
        coupling=_coupling(problem, domain, 1.0 / scale),
        fixed=fixed,
        values=values,
        start=start,
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


def _coefficients(problem: Diffusion) -> Iterator[dict[str, float]]:
    materials = problem.materials.items()
    yield dict(problem.solubility)
    yield {phase: material.diffusivity for phase, material in materials}
    yield {phase: material.capacity for phase, material in materials}
    yield {phase: material.reaction for phase, material in materials}


def _start(problem: Diffusion, domain: Domain, theta: Floats, kappa: Floats) -> Floats:
    """The initial u; where phases share a node, the one with the same content."""
    if not problem.transfers:
        return np.full(len(domain.points), problem.initial)
    vertices = replace(domain, order=1)
    content = vertices.weights(scale=theta * problem.initial)
    u = content / vertices.weights(scale=theta * kappa)
    if domain.order == 2:
        sides = domain.edges.cells
        both = np.where(sides >= 0, sides, sides[:, :1])
        room = (theta * domain.areas)[both]
        middles = problem.initial * room.sum(axis=1) / (room * kappa[both]).sum(axis=1)
        u = np.concatenate([u, middles])
    return u


def _terms(problem: Diffusion, domain: Domain, scale: float) -> Iterator[BoundaryTerm]:
    for name, condition in problem.conditions.items():
        if not isinstance(condition, MassTransfer | Flux):
            continue
        edges, phases = domain.boundary_edges(name), domain.boundary_phases(name)
        for index in np.unique(phases):
            part = edges[phases == index]
            kappa = problem.solubility[domain.mesh.phases[index]]
            match condition:
                case MassTransfer(coefficient=k, bulk=bulk):
                    yield BoundaryTerm(name, part, k * scale * kappa, k * scale * bulk)
                case Flux(value=flux):
                    yield BoundaryTerm(name, part, 0.0, flux * scale)


def _coupling(problem: Diffusion, domain: Domain, scale: float) -> tuple[Ints, Ints, Floats]:
    """The matrix of ``sum int h (u_1 - u_2) (v_1 - v_2)``, an edge's own length included."""
    rows, columns, values = [], [], []
    for (a, b), transfer in problem.transfers.items():
        if not np.isfinite(transfer.coefficient):
            continue
        h = transfer.coefficient * problem.solubility[a] * scale
        local = h * domain.boundary_products((a, b))
        here, there = domain.boundary_nodes((a, b), a), domain.boundary_nodes((a, b), b)
        there = there[:, [1, 0, 2][: there.shape[1]]]  # its cells see the edges the other way
        for sign, first, second in ((1, here, here), (1, there, there), (-1, here, there)):
            i = np.repeat(first[:, :, None], first.shape[1], axis=2)
            j = np.repeat(second[:, None, :], first.shape[1], axis=1)
            for r, c in ((i, j), (j, i))[: 1 if sign > 0 else 2]:
                rows.append(r.ravel())
                columns.append(c.ravel())
                values.append(sign * local.ravel())
    if not rows:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(values)


def _fixed(problem: Diffusion, domain: Domain) -> tuple[Ints, Floats]:
    """Nodes with a given u; where two conditions meet, the later one holds."""
    given = np.full(len(domain.points), np.nan)
    for name, condition in problem.conditions.items():
        if isinstance(condition, Concentration):
            kappa = [problem.solubility.get(phase, 1.0) for phase in domain.mesh.phases]
            per_edge = np.array(kappa)[domain.boundary_phases(name)]
            nodes = domain.boundary_nodes(name)
            given[nodes] = np.repeat((condition.value / per_edge)[:, None], nodes.shape[1], axis=1)
    fixed = np.flatnonzero(~np.isnan(given))
    return fixed, given[fixed]
