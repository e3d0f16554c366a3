"""Concentration along the surface of each particle."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from anosim.curved import facet_sizes, shapes, simplex_rule
from anosim.data_frame import data_frame
from anosim.errors import InputError
from anosim.meshes import Floats, Ints, Mesh
from anosim.particle_parts import Parts, parts_of
from anosim.solution import Solution, Times
from anosim.topology import EDGES

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class ParticleSurfaces:
    """The surfaces of particles, one column each, and the concentration along them.

    A surface is what a particle shares with the phase in contact, of which only what a source
    reaches counts for the concentrations; they are NaN where that is nothing.

    Attributes:
        particles: the phase whose connected parts are the particles.
        contact: the phase whose concentration is meant.
        times: s, shape (n_times,).
        mean: over the surface, mol/m^3, shape (n_times, n_particles).
        spread: standard deviation over the surface, mol/m^3, shape as the mean.
        lowest: mol/m^3, shape as the mean.
        highest: mol/m^3, shape as the mean.
        contact_size: area of each surface, m^2; in the plane its length, m; shape (n_particles,).
        reached: share of it that a source reaches, shape (n_particles,).
        volume: of each particle, m^3; in the plane its area, m^2; shape (n_particles,).
        centroid: (x, y[, z]) of each particle, m, shape (n_particles, 2 or 3); where periodic sides
            cut one, of its largest piece.
        number: of each particle among all of its phase, from 1 on, from the front, then from the
            top; shape (n_particles,).
    """

    particles: str
    contact: str
    times: Floats
    mean: Floats
    spread: Floats
    lowest: Floats
    highest: Floats
    contact_size: Floats
    reached: Floats
    volume: Floats
    centroid: Floats
    number: Ints

    def __len__(self) -> int:
        return len(self.volume)

    def rows(self) -> Iterator[dict[str, float | int | str]]:
        """One row per particle and time, with SI units in the keys."""
        names = _SIZES[self.centroid.shape[1]]
        for particle in range(len(self)):
            for at, time in enumerate(self.times):
                place = zip("xyz", self.centroid[particle].tolist(), strict=False)
                yield {
                    "particle": int(self.number[particle]),
                    "phase": self.particles,
                    "in_contact_with": self.contact,
                    **{f"{axis}_m": x for axis, x in place},
                    names[0]: float(self.volume[particle]),
                    names[1]: float(self.contact_size[particle]),
                    "reached_share": float(self.reached[particle]),
                    "time_s": float(time),
                    "mean_mol_per_m3": float(self.mean[at, particle]),
                    "standard_deviation_mol_per_m3": float(self.spread[at, particle]),
                    "lowest_mol_per_m3": float(self.lowest[at, particle]),
                    "highest_mol_per_m3": float(self.highest[at, particle]),
                }

    def frame(self) -> "pd.DataFrame":
        """The same rows as a pandas DataFrame.

        Raises:
            MissingDependencyError: pandas is not installed.
        """
        return data_frame(list(self.rows()))


_SIZES = {2: ("area_m2", "contact_length_m"), 3: ("volume_m3", "contact_area_m2")}
"""What rows call the size of a particle and that of its surface, by dimension."""


def particle_surfaces(
    solution: Solution, interface: tuple[str, str], times: Times, particles: str | None
) -> ParticleSurfaces:
    """What ``Solution.surfaces`` says."""
    domain, mesh = solution.domain, solution.domain.mesh
    particles, contact = _roles(solution, interface, particles)
    parts = parts_of(mesh, particles, solution.problem.periodic)
    facets = domain.boundary_facets(interface, contact)
    owner = owners(mesh, domain.vertices[facets], particles, parts)
    present, owner = np.unique(owner, return_inverse=True)
    nodes, places = domain.nodes_of(facets)
    at, share = simplex_rule(domain.dimension - 1)
    weights = facet_sizes(places, at) * share
    sizes = weights.sum(axis=1)
    total = np.bincount(owner, sizes)
    open_ = solution.reached_nodes[nodes].all(axis=1)
    reached = np.bincount(owner, sizes * open_)
    when = solution.times(times)
    values = _values(solution, nodes[open_], when)
    tables = _statistics(values, weights[open_], owner[open_], len(present), mesh.dimension)
    return ParticleSurfaces(
        particles,
        contact,
        when,
        *tables,
        contact_size=total,
        reached=reached / total,
        volume=parts.volume[present],
        centroid=parts.centroid[present],
        number=present + 1,
    )


def _roles(
    solution: Solution, interface: tuple[str, str], particles: str | None
) -> tuple[str, str]:
    """The phase of the particles, and the one whose concentration is meant."""
    if isinstance(interface, str):
        raise InputError(f"{interface!r} is no interface: name the two phases that meet there")
    inside = solution.domain.phases
    solution.domain.mesh.boundary(interface)
    if particles is None:
        without = [phase for phase in interface if phase not in inside]
        particles = (without or list(interface))[0]
    if particles not in interface:
        raise InputError(f"particles is {particles!r}: choose one of the interface {interface!r}")
    contact = interface[1] if particles == interface[0] else interface[0]
    solution.domain.in_phase(contact)
    return particles, contact


def owners(mesh: Mesh, ends: Ints, phase: str, parts: Parts) -> Ints:
    """The part of a phase at each facet, given by the mesh's points at its corners."""
    cells = mesh.facets.cells[mesh.facets.find(ends)]
    first = mesh.cell_phase[cells[:, 0]] == mesh.phase_index(phase)
    return parts.of_cell[np.where(first, cells[:, 0], cells[:, 1])]


def _values(solution: Solution, nodes: Ints, times: Floats) -> Floats:
    """Concentration at the nodes of facets, mol/m^3, shape (n_times, n_facets, k)."""
    used, place = np.unique(nodes, return_inverse=True)
    coefficients = solution.trajectory.values(times)
    values = solution.base[used] + coefficients @ solution.modes[:, used]
    return np.asarray(values[:, place.reshape(nodes.shape)])


def _statistics(
    values: Floats, weights: Floats, owner: Ints, count: int, dimension: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """Mean, standard deviation, smallest and largest over each surface, (n_times, count) each."""
    order = 1 if values.shape[2] == dimension else 2
    shape = shapes(order, simplex_rule(dimension - 1)[0])
    size = np.bincount(owner, weights.sum(axis=1), count)
    tables = np.full((4, len(values), count), np.nan)
    there = np.flatnonzero(size > 0)
    for at, facets in enumerate(values):
        c = facets @ shape.T
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.bincount(owner, np.sum(weights * c, axis=1), count) / size
            off = np.sum(weights * (c - mean[owner, None]) ** 2, axis=1)
            spread = np.sqrt(np.bincount(owner, off, count) / size)
        low, high = np.full(count, np.inf), np.full(count, -np.inf)
        smallest, largest = _extremes(facets, dimension - 1)
        np.minimum.at(low, owner, smallest)
        np.maximum.at(high, owner, largest)
        found = np.stack([mean, spread, low, high])
        tables[:, at, there] = found[:, there]
    return tables[0], tables[1], tables[2], tables[3]


def _extremes(facets: Floats, dimension: int) -> tuple[Floats, Floats]:
    """Smallest and largest of the polynomial on each edge or triangle, from its nodes' values."""
    corners = dimension + 1
    if facets.shape[1] == corners:
        return facets.min(axis=1), facets.max(axis=1)
    known = [facets[:, :corners]]
    for rank, (i, j) in enumerate(EDGES[dimension]):
        a, b, m = facets[:, i], facets[:, j], facets[:, corners + rank]
        slope, bend = 4.0 * m - 3.0 * a - b, 2.0 * (a + b - 2.0 * m)
        turn = np.clip(-slope / np.where(bend == 0.0, 1.0, 2.0 * bend), 0.0, 1.0)
        known.append(np.where(bend == 0.0, a, a + slope * turn + bend * turn**2)[:, None])
    if dimension == 2:
        known.append(_inside(facets)[:, None])
    every = np.concatenate(known, axis=1)
    return every.min(axis=1), every.max(axis=1)


def _inside(facets: Floats) -> Floats:
    """The stationary value of a quadratic polynomial inside each triangle, or a corner's value."""
    a, b, c, ab, bc, ca = facets.T
    g1, g2 = 4.0 * ab - 3.0 * a - b, 4.0 * ca - 3.0 * a - c
    h11, h22 = 4.0 * (a + b - 2.0 * ab), 4.0 * (a + c - 2.0 * ca)
    h12 = 4.0 * (a + bc - ab - ca)
    det = h11 * h22 - h12**2
    flat = np.abs(det) <= 1e-14 * (h11**2 + h22**2 + h12**2)
    safe = np.where(flat, 1.0, det)
    s, t = (h12 * g2 - h22 * g1) / safe, (h12 * g1 - h11 * g2) / safe
    within = ~flat & (s > 0.0) & (t > 0.0) & (s + t < 1.0)
    value = a + g1 * s + g2 * t + (h11 * s**2 + 2.0 * h12 * s * t + h22 * t**2) / 2.0
    return np.asarray(np.where(within, value, a))
