"""Particles of a solution: concentration, flux and filling time of each."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import coo_array, diags_array

from anosim.arrival import time_to_means
from anosim.conditions import Concentration, Condition, Flux, MassTransfer, Uptake
from anosim.curved import facet_sizes, shapes, simplex_rule
from anosim.data_frame import data_frame
from anosim.domain import Domain
from anosim.functions import at as at_time
from anosim.meshes import Floats, Ints
from anosim.particle_parts import Parts, parts_of
from anosim.solution import Solution, Times
from anosim.surfaces import owners

if TYPE_CHECKING:
    import pandas as pd

_SIZES = {
    2: ("area_m2", "perimeter_m", "mol_per_m_per_s"),
    3: ("volume_m3", "surface_m2", "mol_per_s"),
}
"""What columns call size and surface of a particle, and the unit of a flux, by dimension."""


@dataclass(frozen=True, eq=False)
class ParticleTable:
    """The connected parts of a phase, one row each, and the concentration in them.

    Of a phase without a material, which has no concentration of its own, the concentration is that
    along the particle's surface. Means and times count what a source reaches, as elsewhere; they
    are NaN where that is nothing.

    Attributes:
        phase: the phase.
        steady: whether the solution is a steady state.
        times: s, shape (n_times,).
        volume: of each particle, m^3; in the plane its area, m^2; shape (n_particles,).
        surface: its contact with other phases, m^2; in the plane m; sides of the image left out.
        centroid: (x, y[, z]), m, shape (n_particles, 2 or 3); where periodic sides cut a particle,
            of its largest piece.
        mean: concentration, mol/m^3, shape (n_times, n_particles).
        flux: lithium that goes into each particle, through all of its surface together, mol/s; in
            the plane mol/m/s; shape as the mean. With a material it is what the particle gains
            and its reaction uses up. Without one it is what the conditions let through; NaN where a
            Concentration holds the surface, whose flux is only known for the whole boundary.
        time_to_90_percent: time at which the mean has 90 % of the way to the equilibrium with the
            sources, s, shape (n_particles,); infinite where it is later than the end, NaN in a
            steady state and where only fluxes drive.
    """

    phase: str
    steady: bool
    times: Floats
    volume: Floats
    surface: Floats
    centroid: Floats
    mean: Floats
    flux: Floats
    time_to_90_percent: Floats

    def __len__(self) -> int:
        return len(self.volume)

    def __repr__(self) -> str:
        return f"<ParticleTable: {len(self)} of {self.phase} at {len(self.times)} times>"

    def frame(self) -> "pd.DataFrame":
        """One row per particle, numbered from 1 from the front, then the top; units in the names.

        ``mean_at_10_s_mol_per_m3`` and so on have a column per time.

        Raises:
            MissingDependencyError: pandas is not installed.
        """
        size, surface, flux = _SIZES[self.centroid.shape[1]]
        columns: dict[str, Any] = {"particle": np.arange(len(self)) + 1}
        columns |= {f"{a}_m": x for a, x in zip("xyz", self.centroid.T, strict=False)}
        columns |= {size: self.volume, surface: self.surface}
        labels = [""] if self.steady else [f"_at_{time:g}_s" for time in self.times]
        for label, mean in zip(labels, self.mean, strict=True):
            columns[f"mean{label}_mol_per_m3"] = mean
        for label, rate in zip(labels, self.flux, strict=True):
            columns[f"flux{label}_{flux}"] = rate
        columns["time_to_90_percent_s"] = self.time_to_90_percent
        return data_frame(columns, index="particle")


def particle_table(solution: Solution, phase: str, times: Times) -> ParticleTable:
    """What ``Solution.particles`` says."""
    mesh = solution.domain.mesh
    mesh.phase_index(phase)
    parts, when = parts_of(mesh, phase, solution.problem.periodic), solution.times(times)
    if phase in solution.domain.phases:
        weights, flux = _inside(solution, phase, parts, when)
    else:
        weights, flux = _along(solution, phase, parts, when)
    size = np.asarray(weights.sum(axis=1)).ravel()
    known = size > 0.0
    weights = diags_array(1.0 / np.where(known, size, 1.0)) @ weights
    modes = (weights @ solution.modes.T).T
    mean = weights @ solution.base + solution.trajectory.values(when) @ modes
    return ParticleTable(
        phase,
        solution.problem.steady,
        when,
        volume=parts.volume,
        surface=_surface(solution, phase, parts),
        centroid=parts.centroid,
        mean=np.where(known, mean, np.nan),
        flux=flux,
        time_to_90_percent=np.where(known, _time_to_90(solution, weights), np.nan),
    )


def _time_to_90(solution: Solution, weights: Any) -> Floats:
    """Time at which each mean has 90 % of the way, s; NaN where that has no meaning."""
    if solution.problem.steady or not solution.problem.held:
        return np.full(weights.shape[0], np.nan)
    return time_to_means(solution, weights, weights @ solution.equilibrium, 0.9)


def _surface(solution: Solution, phase: str, parts: Parts) -> Floats:
    """Contact of each particle with other phases, m^2; in the plane m."""
    own = Domain.of(solution.domain.mesh, (phase,), 1)
    total = np.zeros(len(parts))
    for name in own.mesh.interfaces:
        if phase in name:
            owner = owners(own.mesh, own.vertices[own.boundary_facets(name)], phase, parts)
            total += np.bincount(owner, own.boundary_sizes(name), len(parts))
    return total


def _inside(solution: Solution, phase: str, parts: Parts, times: Floats) -> tuple[Any, Floats]:
    """Weights of the nodes in each particle's integral, and the flux into it by its balance."""
    domain, material = solution.domain, solution.problem.materials[phase]
    cells = domain.in_phase(phase)
    owner, nodes = parts.of_cell[domain.cells[cells]], domain.connectivity[cells]
    weights = _matrix(owner, nodes, domain.cell_weights[cells], len(parts), len(domain.points))
    modes = (weights @ solution.modes.T).T
    content = weights @ solution.base + solution.trajectory.values(times) @ modes
    gained = material.capacity * (solution.trajectory.rates(times) @ modes)
    reached = np.zeros(len(parts), dtype=np.bool_)
    reached[owner] = solution.reached[cells]
    return diags_array(reached.astype(float)) @ weights, gained + material.reaction * content


def _along(solution: Solution, phase: str, parts: Parts, times: Floats) -> tuple[Any, Floats]:
    """Weights of the nodes in each particle's surface integral, and the flux out of the domain."""
    domain, values = solution.domain, solution.values(times)
    size = (len(parts), len(domain.points))
    weights, flux = coo_array(size), np.zeros((len(times), len(parts)))
    at, share = simplex_rule(domain.dimension - 1)
    shape = shapes(domain.order, at)
    for name in domain.mesh.interfaces:
        if phase not in name or not set(name) & set(domain.phases):
            continue
        facets = domain.boundary_facets(name)
        nodes, places = domain.nodes_of(facets)
        owner = owners(domain.mesh, domain.vertices[facets], phase, parts)
        area = facet_sizes(places, at) * share
        open_ = solution.reached_nodes[nodes].all(axis=1)
        weights = weights + _matrix(owner[open_], nodes[open_], area[open_] @ shape, *size)
        condition = solution.problem.conditions.get(name)
        for row, field, time in zip(flux, values, times, strict=True):
            passed = np.sum(area * _outflow(condition, field[nodes] @ shape.T, time), axis=1)
            row += np.bincount(owner, passed, len(parts))
    return weights, flux


def _matrix(owner: Ints, nodes: Ints, values: Floats, *size: int) -> Any:
    """Sums by owner of values at the nodes of cells or facets, as a sparse matrix."""
    rows = np.repeat(owner, nodes.shape[1])
    return coo_array((values.ravel(), (rows, nodes.ravel())), shape=size).tocsr()


def _outflow(condition: Condition | None, c: Floats, time: float) -> Floats:
    """Flux out of the domain that a condition lets through, mol/m^2/s, elementwise.

    NaN for a Concentration.
    """
    match condition:
        case MassTransfer(coefficient=k, bulk=bulk):
            return k * (c - at_time(bulk, time))
        case Flux(value=value):
            return np.full(c.shape, -at_time(value, time))
        case Uptake(coefficient=k, equilibrium=rest, half_saturation=half):
            return np.asarray(k * (c - rest) / (1.0 + np.abs(c - rest) / half))
        case Concentration():
            return np.full(c.shape, np.nan)
    return np.zeros(c.shape)
