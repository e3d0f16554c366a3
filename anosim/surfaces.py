"""Concentration along the surface of each particle."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from anosim.curved import cross, edge_lengths, edge_rule, edge_shapes, shapes, slopes, triangle_rule
from anosim.domain import PERIODIC
from anosim.errors import InputError
from anosim.meshes import Floats, Ints, Mesh
from anosim.solution import Solution, Times


@dataclass(frozen=True, eq=False)
class ParticleSurfaces:
    """The surfaces of particles, one column each, and the concentration along them.

    A surface is what a particle shares with the phase in contact, of which only what a source
    reaches counts for the concentrations; they are NaN where that is nothing.

    Attributes:
        particles: the phase whose connected parts are the particles.
        contact: the phase whose concentration is meant.
        times: s, shape (n_times,).
        mean: over the length of the surface, mol/m^3, shape (n_times, n_particles).
        spread: standard deviation over the length, mol/m^3, shape as the mean.
        lowest: mol/m^3, shape as the mean.
        highest: mol/m^3, shape as the mean.
        contact_length: of each surface, m, shape (n_particles,).
        reached: share of the contact length that a source reaches, shape (n_particles,).
        area: of each particle, m^2, shape (n_particles,).
        centroid: (x, y) of each particle, m, shape (n_particles, 2); where periodic sides cut one,
            of its largest piece.
    """

    particles: str
    contact: str
    times: Floats
    mean: Floats
    spread: Floats
    lowest: Floats
    highest: Floats
    contact_length: Floats
    reached: Floats
    area: Floats
    centroid: Floats

    def __len__(self) -> int:
        return len(self.area)

    def rows(self) -> Iterator[dict[str, float | int | str]]:
        """One row per particle and time, with SI units in the keys."""
        for particle in range(len(self)):
            for at, time in enumerate(self.times):
                yield {
                    "particle": particle + 1,
                    "phase": self.particles,
                    "in_contact_with": self.contact,
                    "x_m": float(self.centroid[particle, 0]),
                    "y_m": float(self.centroid[particle, 1]),
                    "area_m2": float(self.area[particle]),
                    "contact_length_m": float(self.contact_length[particle]),
                    "reached_share": float(self.reached[particle]),
                    "time_s": float(time),
                    "mean_mol_per_m3": float(self.mean[at, particle]),
                    "standard_deviation_mol_per_m3": float(self.spread[at, particle]),
                    "lowest_mol_per_m3": float(self.lowest[at, particle]),
                    "highest_mol_per_m3": float(self.highest[at, particle]),
                }


def particle_surfaces(
    solution: Solution, interface: tuple[str, str], times: Times, particles: str | None
) -> ParticleSurfaces:
    """What ``Solution.surfaces`` says."""
    domain, mesh = solution.domain, solution.domain.mesh
    particles, contact = _roles(solution, interface, particles)
    part, area, centroid = _parts(mesh, particles, solution.problem.periodic)
    pairs = domain.boundary_edges(interface, contact)
    owner = _owners(mesh, domain.vertices[pairs], particles, part)
    present, owner = np.unique(owner, return_inverse=True)
    nodes, ends = domain.nodes_of(pairs)
    at, share = edge_rule()
    speed = edge_lengths(ends, at) * share
    lengths = speed.sum(axis=1)
    total = np.bincount(owner, lengths)
    open_ = solution.reached_nodes[nodes].all(axis=1)
    reached = np.bincount(owner, lengths * open_)
    when = solution.times(times)
    values = _values(solution, nodes[open_], when)
    tables = _statistics(values, speed[open_], owner[open_], len(present))
    order = np.lexsort(centroid[present].T)  # from the top to the bottom of the image
    mean, spread, lowest, highest = (table[:, order] for table in tables)
    return ParticleSurfaces(
        particles,
        contact,
        when,
        mean,
        spread,
        lowest,
        highest,
        contact_length=total[order],
        reached=(reached / total)[order],
        area=area[present][order],
        centroid=centroid[present][order],
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


def _parts(mesh: Mesh, phase: str, periodic: str) -> tuple[Ints, Floats, Floats]:
    """Connected parts of a phase: that of each cell (-1 in others), area m^2, centroid m.

    Cells are joined by edges, what touches only at a corner is apart; and across periodic sides.
    """
    inside = mesh.cell_phase == mesh.phase_index(phase)
    pairs = mesh.edges.cells[mesh.edges.cells[:, 1] >= 0]
    pieces = _components(mesh, inside, pairs)
    across = [_across(mesh, *sides) for sides in PERIODIC[periodic]]
    parts = _components(mesh, inside, np.concatenate([pairs, *across]))
    piece_area, piece_centre = _centroids(mesh, np.flatnonzero(inside), pieces[inside])
    home = np.empty(len(piece_area), dtype=np.int64)
    home[pieces[inside]] = parts[inside]
    area = np.bincount(home, piece_area)
    largest = np.empty(len(area), dtype=np.int64)
    rising = np.argsort(piece_area, kind="stable")
    largest[home[rising]] = rising
    return parts, area, piece_centre[largest]


def _components(mesh: Mesh, inside: np.ndarray, pairs: Ints) -> Ints:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    a, b = pairs[inside[pairs].all(axis=1)].T
    n = len(mesh.cells)
    graph = coo_array((np.ones(len(a)), (a, b)), shape=(n, n))
    _, part = connected_components(graph, directed=False)
    found = np.full(n, -1, dtype=np.int64)
    found[inside] = np.unique(part[inside], return_inverse=True)[1]
    return found


def _across(mesh: Mesh, first: str, second: str) -> Ints:
    """Cells that lie opposite to each other on two sides, shape (n, 2)."""
    twin = np.arange(len(mesh.points))
    near, far = mesh.opposite(first, second).T
    twin[near] = far
    here = mesh.edges.find(mesh.sides[first])
    there = mesh.edges.find(twin[mesh.sides[first]])
    matched = there >= 0
    return np.stack([mesh.edges.cells[e[matched], 0] for e in (here, there)], axis=1)


def _centroids(mesh: Mesh, cells: Ints, number: Ints) -> tuple[Floats, Floats]:
    """Area, m^2, and centroid, m, of numbered groups of cells."""
    nodes = mesh.points[mesh.cells[cells]]
    at, share = triangle_rule(1 + mesh.order)
    J = np.einsum("nid,qir->nqdr", nodes, slopes(mesh.order, at))
    volume = share * cross(J[..., 0], J[..., 1])
    x = np.einsum("qi,nid->nqd", shapes(mesh.order, at), nodes)
    area = np.bincount(number, volume.sum(axis=1))
    moments = np.einsum("nq,nqd->nd", volume, x)
    centre = np.stack([np.bincount(number, moment) for moment in moments.T], axis=1)
    return area, centre / area[:, None]


def _owners(mesh: Mesh, ends: Ints, phase: str, part: Ints) -> Ints:
    """The part of a phase at each edge, given by the mesh's points at its ends."""
    cells = mesh.edges.cells[mesh.edges.find(ends)]
    first = mesh.cell_phase[cells[:, 0]] == mesh.phase_index(phase)
    return part[np.where(first, cells[:, 0], cells[:, 1])]


def _values(solution: Solution, nodes: Ints, times: Floats) -> Floats:
    """Concentration at the nodes of edges, mol/m^3, shape (n_times, n_edges, 2 or 3)."""
    used, place = np.unique(nodes, return_inverse=True)
    coefficients = solution.trajectory.values(times)
    values = solution.base[used] + coefficients @ solution.modes[:, used]
    return np.asarray(values[:, place.reshape(nodes.shape)])


def _statistics(
    values: Floats, speed: Floats, owner: Ints, count: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """Mean, standard deviation, smallest and largest over each surface, (n_times, count) each."""
    shape = edge_shapes(values.shape[2] - 1, edge_rule()[0])
    length = np.bincount(owner, speed.sum(axis=1), count)
    tables = np.full((4, len(values), count), np.nan)
    there = np.flatnonzero(length > 0)
    for at, edges in enumerate(values):
        c = edges @ shape.T
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.bincount(owner, np.sum(speed * c, axis=1), count) / length
            off = np.sum(speed * (c - mean[owner, None]) ** 2, axis=1)
            spread = np.sqrt(np.bincount(owner, off, count) / length)
        low, high = np.full(count, np.inf), np.full(count, -np.inf)
        smallest, largest = _extremes(edges)
        np.minimum.at(low, owner, smallest)
        np.maximum.at(high, owner, largest)
        found = np.stack([mean, spread, low, high])
        tables[:, at, there] = found[:, there]
    return tables[0], tables[1], tables[2], tables[3]


def _extremes(edges: Floats) -> tuple[Floats, Floats]:
    """Smallest and largest of the polynomial along each edge, from its nodes' values."""
    known = edges
    if edges.shape[1] == 3:
        a, b, m = edges.T
        slope, bend = 4.0 * m - 3.0 * a - b, 2.0 * (a + b - 2.0 * m)
        turn = np.clip(-slope / np.where(bend == 0.0, 1.0, 2.0 * bend), 0.0, 1.0)
        known = np.stack([a, b, np.where(bend == 0.0, a, a + slope * turn + bend * turn**2)], 1)
    return known.min(axis=1), known.max(axis=1)
