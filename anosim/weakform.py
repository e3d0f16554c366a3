"""The dimensionless weak form that a finite-element solver assembles.

The unknown is u with c = kappa u, kappa the solubility of the phase: u is continuous where the
phases are in perfect contact, and the form is symmetric. With lengths in units of L (the domain's
size) and times in units of L^2 / D0 (D0 the largest diffusivity): find u with, for all test
functions v,

    int theta kappa du/dt v + int D kappa grad u . grad v + int r kappa u v
        + sum int k (kappa u - e) / (1 + |kappa u - e| / s) v
        + sum int h (u_1 - u_2) (v_1 - v_2) = sum int g v.

The sums run over boundaries with a mass-transfer, flux or uptake condition, k being the coefficient
times L / D0 (a Biot or Damkoehler number) and g = k c_bulk + flux L / D0, and over interfaces with
a finite transfer coefficient, h being that coefficient times kappa_1 L / D0. Where s is infinite
the term is linear, and k e is part of g. Without partition coefficients kappa is 1 and u is the
concentration, mol/m^3. D may depend on kappa u, and g on time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from anosim.conditions import Concentration, Flux, MassTransfer, Uptake
from anosim.domain import Domain
from anosim.errors import InputError
from anosim.functions import Function, Value, at
from anosim.initial import InitialField
from anosim.meshes import Boundary, Floats, Ints
from anosim.problem import Diffusion


@dataclass(frozen=True, eq=False)
class BoundaryTerm:
    """A mass-transfer, flux or uptake condition, on the part of a boundary along one phase.

    Attributes:
        name: the side or interface.
        facets: corners of each facet, nodes of the domain, shape (n, 2 or 3).
        transfer: k, dimensionless; the linear term is ``int k kappa u v``.
        source: g over time in s, mol/m^3: a factor of the discretisation's load.
        kappa: solubility of the phase.
        rest: e, mol/m^3; zero for a linear term.
        saturation: s, mol/m^3; infinite for a linear term.
    """

    name: Boundary
    facets: Ints
    transfer: float
    source: Value
    kappa: float
    rest: float = 0.0
    saturation: float = float("inf")

    @property
    def linear(self) -> bool:
        """Whether the term is proportional to u."""
        return self.saturation == float("inf")

    def uptake(self, u: Floats) -> Floats:
        """``k w / (1 + |w| / s)`` with w = kappa u - e, elementwise."""
        w = self.kappa * u - self.rest
        return np.asarray(self.transfer * w / (1.0 + np.abs(w) / self.saturation))

    def uptake_slope(self, u: Floats) -> Floats:
        """Its derivative with respect to u."""
        w = self.kappa * u - self.rest
        return np.asarray(self.transfer * self.kappa / (1.0 + np.abs(w) / self.saturation) ** 2)


@dataclass(frozen=True, eq=False)
class DiffusivityLaw:
    """The diffusivity of a phase in which it depends on concentration.

    Attributes:
        phase: its name.
        cells: positions among the domain's cells, ascending.
        kappa: solubility of the phase.
        scale: D0, m^2/s.
        diffusivity: D over c, SI.
        span: smallest and largest c that diffusion can lead to: beyond, where a coarse mesh may
            overshoot, D stays as it is there.
    """

    phase: str
    cells: Ints
    kappa: float
    scale: float
    diffusivity: Function
    span: tuple[float, float]

    def value(self, u: Floats) -> Floats:
        """D kappa / D0, elementwise."""
        c = np.clip(self.kappa * u, *self.span)
        return self.diffusivity(c) * (self.kappa / self.scale)

    def slope(self, u: Floats) -> Floats:
        """Its derivative with respect to u, by a difference: Newton needs no better."""
        step = 1e-6 * max(float(np.abs(u).max(initial=0.0)), 1e-300)
        return np.asarray((self.value(u + step) - self.value(u - step)) / (2.0 * step))


@dataclass(frozen=True, eq=False)
class Held:
    """A given concentration on some of the nodes.

    Attributes:
        places: positions within the form's ``fixed``.
        kappa: solubility at each of them.
        value: concentration over time, mol/m^3.
    """

    places: Ints
    kappa: Floats
    value: Value


@dataclass(frozen=True, eq=False)
class WeakForm:
    """What to assemble, and the scales that make it dimensionless.

    Attributes:
        domain: cells and nodes of u, and their order; ``domain.twins`` tells which nodes periodic
            sides join.
        points: dimensionless coordinates of the nodes of the cells' geometry: the corners and,
            where the mesh is bent, the edges' midpoints; numbered as the domain's nodes are,
            shape (n_vertices or n_vertices + n_edges, 2 or 3).
        cells: the geometry's nodes per cell, shape (n_cells, 3, 6, 4 or 10).
        diffusivity: D kappa / D0 per cell, shape (n_cells,); zero where a law gives it.
        laws: the phases whose diffusivity depends on concentration.
        capacity: theta kappa per cell, shape (n_cells,).
        reaction: r kappa L^2 / D0 per cell, shape (n_cells,).
        terms: mass-transfer, flux and uptake conditions.
        coupling: rows, columns and values of the matrix of the interfaces' terms, to be added
            (with repetitions) to the stiffness matrix, in nodes of the domain.
        fixed: nodes with a given u, ascending; of joined nodes the one that stands for them.
        held: what they are given.
        start: u of all nodes at time zero, before any boundary acts.
        length: L, m.
        diffusivity_scale: D0, m^2/s.
    """

    domain: Domain
    points: Floats
    cells: Ints
    diffusivity: Floats
    laws: tuple[DiffusivityLaw, ...]
    capacity: Floats
    reaction: Floats
    terms: tuple[BoundaryTerm, ...]
    coupling: tuple[Ints, Ints, Floats]
    fixed: Ints
    held: tuple[Held, ...]
    start: Floats
    length: float
    diffusivity_scale: float

    @property
    def time(self) -> float:
        """L^2 / D0, s."""
        return self.length**2 / self.diffusivity_scale

    @property
    def space(self) -> float:
        """L^d in d dimensions: what integrals over the cells are divided by."""
        return float(self.length**self.domain.dimension)

    @property
    def flow(self) -> float:
        """D0 L^(d-2): a flow in mol/s, in the plane mol/m/s, over that of the weak form."""
        return self.diffusivity_scale * self.space / self.length**2

    @property
    def linear(self) -> bool:
        """Whether every term is linear in u."""
        return not self.laws and all(term.linear for term in self.terms)

    def given(self, time: float) -> Floats:
        """The u of the fixed nodes at a time in s, shape as ``fixed``."""
        values = np.empty(len(self.fixed))
        for part in self.held:
            values[part.places] = at(part.value, time) / part.kappa
        return values

    def sources(self, time: float) -> Floats:
        """The factor of each term's load at a time in s, shape (n_terms,)."""
        return np.array([at(term.source, time) for term in self.terms])


def weak_form(problem: Diffusion, order: int) -> WeakForm:
    """The dimensionless weak form of a problem for elements of order 1 or 2.

    Raises:
        InputError: nothing drives diffusion: no condition reaches the domain.
        UnsupportedError: another order.
    """
    finite = [n for n, c in problem.transfers.items() if np.isfinite(c.coefficient)]
    domain = Domain.of(problem.mesh, problem.materials, order, finite, problem.periodic)
    _check_driven(problem, domain)
    length = domain.length
    scale = max(problem.diffusivity(phase) for phase in problem.materials)
    materials = problem.materials.items()
    kappa = domain.per_cell(problem.solubility)
    theta = domain.per_cell({phase: material.capacity for phase, material in materials})
    r = domain.per_cell({phase: material.reaction for phase, material in materials})
    fixed_D = {
        phase: 0.0 if isinstance(m.diffusivity, Function) else m.diffusivity
        for phase, m in materials
    }
    geometry = replace(domain, order=problem.mesh.order)
    fixed, held = _fixed(problem, domain)
    return WeakForm(
        domain=domain,
        points=(geometry.points - geometry.points.min(axis=0)) / length,
        cells=geometry.connectivity,
        diffusivity=domain.per_cell(fixed_D) * kappa / scale,
        laws=tuple(_laws(problem, domain, scale)),
        capacity=theta * kappa,
        reaction=r * kappa * length**2 / scale,
        terms=tuple(_terms(problem, domain, length / scale)),
        coupling=_coupling(problem, domain, length ** (2 - domain.dimension) / scale),
        fixed=fixed,
        held=held,
        start=InitialField(problem.initial, domain).of_nodes(theta, kappa)[domain.twins],
        length=length,
        diffusivity_scale=scale,
    )


def _check_driven(problem: Diffusion, domain: Domain) -> None:
    if not problem.open:
        raise InputError(
            "there is no source: no condition lets lithium through, so the concentration stays as "
            "it is; set a Concentration, MassTransfer, Flux or Uptake on a side or interface"
        )
    for name in problem.conditions:
        domain.boundary_facets(name)


def _laws(problem: Diffusion, domain: Domain, scale: float) -> Iterator[DiffusivityLaw]:
    for phase in domain.phases:
        D = problem.materials[phase].diffusivity
        if isinstance(D, Function):
            cells = np.flatnonzero(domain.in_phase(phase))
            yield DiffusivityLaw(
                phase, cells, problem.solubility[phase], scale, D, problem.concentrations
            )


def _terms(problem: Diffusion, domain: Domain, scale: float) -> Iterator[BoundaryTerm]:
    for name, condition in problem.conditions.items():
        if not isinstance(condition, MassTransfer | Flux | Uptake):
            continue
        facets, phases = domain.boundary_facets(name), domain.boundary_phases(name)
        for index in np.unique(phases):
            part = facets[phases == index]
            kappa = problem.solubility[domain.mesh.phases[index]]
            match condition:
                case MassTransfer(coefficient=k, bulk=bulk):
                    yield BoundaryTerm(name, part, k * scale, _times(bulk, k * scale), kappa)
                case Flux(value=flux):
                    yield BoundaryTerm(name, part, 0.0, _times(flux, scale), kappa)
                case Uptake(coefficient=k, equilibrium=rest) if condition.linear:
                    yield BoundaryTerm(name, part, k * scale, k * scale * rest, kappa)
                case Uptake(coefficient=k, equilibrium=rest, half_saturation=half):
                    yield BoundaryTerm(name, part, k * scale, 0.0, kappa, rest, half)


def _times(value: Value, factor: float) -> Value:
    if not isinstance(value, Function):
        return value * factor
    return replace(value, call=lambda t: value(t) * factor)


def _coupling(problem: Diffusion, domain: Domain, scale: float) -> tuple[Ints, Ints, Floats]:
    """The matrix of ``sum int h (u_1 - u_2) (v_1 - v_2)``, facets' own sizes included.

    The integrals are in powers of L, those of cells over L^(d - 2).
    """
    rows, columns, values = [], [], []
    for (a, b), transfer in problem.transfers.items():
        if not np.isfinite(transfer.coefficient):
            continue
        h = transfer.coefficient * problem.solubility[a] * scale
        local = h * domain.boundary_products((a, b))
        here, there = domain.boundary_nodes((a, b), a), domain.boundary_nodes((a, b), b)
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


def _fixed(problem: Diffusion, domain: Domain) -> tuple[Ints, tuple[Held, ...]]:
    """Nodes with a given u; where two conditions meet, the later one holds."""
    owner = np.full(len(domain.points), -1)
    kappa = np.ones(len(domain.points))
    values: list[Value] = []
    for name, condition in problem.conditions.items():
        if isinstance(condition, Concentration):
            table = np.array([problem.solubility.get(phase, 1.0) for phase in domain.mesh.phases])
            nodes = domain.twins[domain.boundary_nodes(name)]
            kappa[nodes] = table[domain.boundary_phases(name)][:, None]
            owner[nodes] = len(values)
            values.append(condition.value)
    fixed = np.flatnonzero(owner >= 0)
    places = [np.flatnonzero(owner[fixed] == index) for index in range(len(values))]
    held = zip(places, values, strict=True)
    return fixed, tuple(Held(place, kappa[fixed[place]], value) for place, value in held)
