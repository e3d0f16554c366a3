"""The concentration of a solution at one time, for another problem to start from."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from anosim.curved import shapes
from anosim.domain import Domain
from anosim.errors import InputError, listing
from anosim.locate import barycentric, interpolation
from anosim.meshes import Floats, Mesh
from anosim.topology import EDGES

_NEAREST = 8
"""Cells that a point outside of all is compared with."""
_CELLS = 2.0
"""How far beyond its phase a point may lie, in sizes of the largest of these."""


@dataclass(frozen=True, eq=False)
class State:
    """A concentration at one time.

    Attributes:
        domain: cells and nodes.
        values: mol/m^3, shape (n_nodes,).
        time: s.
    """

    domain: Domain
    values: Floats
    time: float

    def __repr__(self) -> str:
        return f"<State of {listing(self.domain.phases)} at {self.time:g} s>"

    def check(self, mesh: Mesh, phases: tuple[str, ...]) -> None:
        """Refuse to start a problem on a mesh, in phases that have a material there.

        Raises:
            InputError: other phases than the state's, or a mesh of another dimension.
        """
        if set(phases) != set(self.domain.phases):
            raise InputError(
                f"Diffusion.initial is a state of {listing(self.domain.phases)}, and the phases "
                f"with a material are {listing(phases)}: both have to be the same"
            )
        if mesh.dimension != self.domain.dimension:
            raise InputError(
                f"Diffusion.initial is a state in {self.domain.dimension} dimensions, the mesh "
                f"has {mesh.dimension}"
            )

    def of_cells(self, domain: Domain) -> Floats:
        """The value at each node of each cell of a domain, mol/m^3.

        The same on the same mesh. On another one, interpolated within each phase; a node just
        beyond the phase, where the two meshes draw its boundary differently, has the value at
        the nearest place in it.

        Returns:
            Shape (n_cells, nodes per cell).

        Raises:
            InputError: a phase reaches farther than two cells beyond where it was.
        """
        own = self.values[self.domain.connectivity]
        if _same(self.domain.mesh, domain.mesh):
            if self.domain.order == domain.order:
                return own
            return np.asarray(own @ shapes(self.domain.order, _nodes_of(domain)).T)
        found = np.empty(domain.connectivity.shape)
        for phase in domain.phases:
            inside = domain.in_phase(phase)
            nodes, place = np.unique(domain.connectivity[inside], return_inverse=True)
            values = self._within(phase, domain.points[nodes])
            found[inside] = values[place.reshape(-1, found.shape[1])]
        return found

    def _within(self, phase: str, points: Floats) -> Floats:
        """The value in a phase at points, m, mol/m^3, shape (n_points,)."""
        part = replace(self.domain, phases=(phase,), splits=frozenset(), periodic="")
        values = np.empty(len(part.points))
        values[part.connectivity] = self.values[
            self.domain.connectivity[self.domain.in_phase(phase)]
        ]
        weights, nodes, inside = interpolation(part, points)
        if not inside.all():
            weights[~inside], nodes[~inside] = _nearest(part, points[~inside])
        return np.asarray(np.sum(values[nodes] * weights, axis=1))


def _same(one: Mesh, other: Mesh) -> bool:
    pairs = ((one.points, other.points), (one.cells, other.cells))
    return one is other or (
        one.phases == other.phases
        and np.array_equal(one.cell_phase, other.cell_phase)
        and all(np.array_equal(a, b) for a, b in pairs)
    )


def _nodes_of(domain: Domain) -> Floats:
    """Reference coordinates of the nodes of a cell, shape (nodes per cell, dimension)."""
    corners = np.vstack([np.zeros(domain.dimension), np.eye(domain.dimension)])
    if domain.order == 1:
        return corners
    begin, end = np.array(EDGES[domain.dimension]).T
    return np.vstack([corners, (corners[begin] + corners[end]) / 2.0])


def _nearest(domain: Domain, points: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Weights and nodes of the nearest place in one of the cells nearby."""
    from scipy.spatial import KDTree

    corners = domain.points[domain.corners]
    count = min(_NEAREST, len(corners))
    _, near = KDTree(corners.mean(axis=1)).query(points, k=np.arange(1, count + 1))
    gap = np.full(len(points), np.inf)
    cell, at = np.zeros(len(points), dtype=np.int64), np.zeros((len(points), corners.shape[1]))
    for candidate in near.T:
        share = np.clip(barycentric(corners[candidate], points), 0.0, None)
        share /= share.sum(axis=1, keepdims=True)
        place = np.einsum("nk,nkd->nd", share, corners[candidate])
        distance = np.linalg.norm(place - points, axis=1)
        better = distance < gap
        cell[better], at[better], gap[better] = candidate[better], share[better], distance[better]
    allowed = _CELLS * np.ptp(corners[near], axis=2).max(axis=(1, 2))
    if np.any(gap > allowed):
        worst = int(np.argmax(gap - allowed))
        where = ", ".join(f"{x:.4g}" for x in points[worst])
        raise InputError(
            f"Diffusion.initial: {domain.phases[0]!r} reaches ({where}) m in the mesh, "
            f"{gap[worst]:.2g} m from where the state has it: both meshes have to show the same "
            "place, with coordinates from the same corner"
        )
    return shapes(domain.order, at[:, 1:]), domain.connectivity[cell]
