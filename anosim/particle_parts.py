"""Particles of a mesh: the connected parts of a phase."""

from dataclasses import dataclass

import numpy as np

from anosim.curved import determinants, shapes, simplex_rule
from anosim.domain import PERIODIC
from anosim.meshes import Floats, Ints, Mesh


@dataclass(frozen=True, eq=False)
class Parts:
    """Connected parts of a phase, numbered from the front, then from the top.

    Attributes:
        of_cell: part of each cell of the mesh, -1 in other phases.
        volume: of each part, m^3; in the plane its area, m^2.
        centroid: (x, y[, z]) of each, m; where periodic sides cut one, of its largest piece.
    """

    of_cell: Ints
    volume: Floats
    centroid: Floats

    def __len__(self) -> int:
        return len(self.volume)


def parts_of(mesh: Mesh, phase: str, periodic: str) -> Parts:
    """Connected parts of a phase.

    Cells are joined by facets, what touches only at a corner is apart; and across periodic sides.
    """
    inside = mesh.cell_phase == mesh.phase_index(phase)
    pairs = mesh.facets.cells[mesh.facets.cells[:, 1] >= 0]
    pieces = _components(mesh, inside, pairs)
    across = [_across(mesh, *sides) for sides in PERIODIC[periodic]]
    parts = _components(mesh, inside, np.concatenate([pairs, *across]))
    piece_volume, piece_centre = _centroids(mesh, np.flatnonzero(inside), pieces[inside])
    home = np.empty(len(piece_volume), dtype=np.int64)
    home[pieces[inside]] = parts[inside]
    volume = np.bincount(home, piece_volume)
    largest = np.empty(len(volume), dtype=np.int64)
    rising = np.argsort(piece_volume, kind="stable")
    largest[home[rising]] = rising
    centroid = piece_centre[largest]
    order = np.lexsort(centroid.T)
    number = np.append(np.argsort(order), -1)  # the last is that of other phases
    return Parts(number[parts], volume[order], centroid[order])


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
    here = mesh.facets.find(mesh.sides[first])
    there = mesh.facets.find(twin[mesh.sides[first]])
    matched = there >= 0
    return np.stack([mesh.facets.cells[facet[matched], 0] for facet in (here, there)], axis=1)


def _centroids(mesh: Mesh, cells: Ints, number: Ints) -> tuple[Floats, Floats]:
    """Volume, m^3 (in the plane area, m^2), and centroid, m, of numbered groups of cells."""
    nodes = mesh.points[mesh.cells[cells]]
    at, share = simplex_rule(mesh.dimension, mesh.dimension - 1 + mesh.order)
    volume = share * determinants(nodes, at)
    x = np.einsum("qi,nid->nqd", shapes(mesh.order, at), nodes)
    total = np.bincount(number, volume.sum(axis=1))
    moments = np.einsum("nq,nqd->nd", volume, x)
    centre = np.stack([np.bincount(number, moment) for moment in moments.T], axis=1)
    return total, centre / total[:, None]
