"""Vertices of some cells of a mesh, with a copy on either side of interfaces that are split."""

import numpy as np

from anosim.meshes import Ints, Mesh


def numbered(mesh: Mesh, cells: Ints, splits: frozenset[tuple[str, str]]) -> tuple[Ints, Ints]:
    """The vertices of cells and the cells in terms of them.

    A corner of a cell is known by its point and the cell's phase. Corners at one point are one
    vertex if their phases meet there along a facet that is not split; so at the end of a split
    interface its two sides grow together.

    Args:
        mesh: the mesh.
        cells: indices of cells, ascending, shape (n_cells,).
        splits: canonical names of the interfaces whose two sides have vertices of their own.

    Returns:
        Point of each vertex, ascending, shape (n_vertices,); vertices of the corners of each
        cell, shape (n_cells, 3 or 4).
    """
    if not splits:
        used = np.zeros(len(mesh.points), dtype=np.bool_)
        used[mesh.corners[cells]] = True
        return np.flatnonzero(used), (np.cumsum(used) - 1)[mesh.corners[cells]]
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(mesh.phases)
    keys = mesh.corners[cells] * n + mesh.cell_phase[cells][:, None]
    keys, corners = np.unique(keys, return_inverse=True)
    joined = np.searchsorted(keys, _joined(mesh, cells, splits) @ np.array([n, 1]))
    graph = coo_array((np.ones(len(joined)), tuple(joined.T)), shape=(len(keys), len(keys)))
    _, part = connected_components(graph, directed=False)
    _, first, member = np.unique(part, return_index=True, return_inverse=True)
    order = np.argsort(first)  # keys go by point, and so do the first ones of each vertex
    vertex = np.empty(len(order), dtype=np.int64)
    vertex[order] = np.arange(len(order))
    return keys[first[order]] // n, vertex[member][corners].reshape(len(cells), -1)


def _joined(mesh: Mesh, cells: Ints, splits: frozenset[tuple[str, str]]) -> Ints:
    """(point, phase) on either side of the corners of facets that join two phases, (n, 2, 2)."""
    inside = np.zeros(len(mesh.cells), dtype=np.bool_)
    inside[cells] = True
    split = np.zeros((len(mesh.phases),) * 2, dtype=np.bool_)
    for a, b in ((mesh.phase_index(a), mesh.phase_index(b)) for a, b in splits):
        split[a, b] = split[b, a] = True
    facets = mesh.facets
    phases = mesh.cell_phase[facets.cells]
    both = (facets.cells[:, 1] >= 0) & inside[facets.cells].all(axis=1)
    both &= (phases[:, 0] != phases[:, 1]) & ~split[phases[:, 0], phases[:, 1]]
    ends = np.repeat(facets.vertices[both][:, :, None], 2, axis=2)
    sides = np.repeat(phases[both][:, None, :], mesh.dimension, axis=1)
    return np.stack([ends, sides], axis=3).reshape(-1, 2, 2)
