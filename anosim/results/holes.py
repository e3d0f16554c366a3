"""Connected parts of phases, and holes in them, in a mesh and in its image."""

import numpy as np
from numpy.typing import NDArray

from anosim.meshes import Ints, Mesh
from anosim.microstructure import Microstructure

Counts = dict[str, tuple[int, int]]
"""Parts and holes by phase."""


def mesh_parts_and_holes(mesh: Mesh) -> Counts:
    """Parts, joined by facets, and holes: parts of the rest, joined by points, off the border."""
    outer = np.unique(mesh.facets.vertices[mesh.facets.cells[:, 1] < 0])
    found = {}
    for rank, name in enumerate(mesh.phases):
        inside = mesh.cell_phase == rank
        found[name] = (_joined_by_facets(mesh, inside), _closed(mesh, ~inside, outer))
    return found


def image_parts_and_holes(image: Microstructure) -> Counts:
    """Parts, joined by faces of voxels, and holes: parts of the rest, joined by corners too."""
    from scipy.ndimage import generate_binary_structure, label

    corners = generate_binary_structure(image.labels.ndim, image.labels.ndim)
    found = {}
    for name, value in image.phases.items():
        inside = image.labels == value
        rest, count = label(~inside, corners)
        ends = (np.take(rest, (0, -1), axis).ravel() for axis in range(rest.ndim))
        border = np.concatenate(list(ends))
        found[name] = (int(label(inside)[1]), count - len(np.setdiff1d(border, [0])))
    return found


def _joined_by_facets(mesh: Mesh, inside: NDArray[np.bool_]) -> int:
    pairs = mesh.facets.cells[mesh.facets.cells[:, 1] >= 0]
    pairs = pairs[inside[pairs].all(axis=1)]
    number = np.cumsum(inside) - 1
    return len(np.unique(_components(int(inside.sum()), number[pairs])))


def _closed(mesh: Mesh, inside: NDArray[np.bool_], outer: Ints) -> int:
    """How many parts of some cells, joined by points, have no point on the outer boundary."""
    corners = mesh.corners[inside]
    if len(corners) == 0:
        return 0
    part = _components(len(mesh.points), _chained(corners))
    return len(np.setdiff1d(part[corners[:, 0]], part[outer]))


def _chained(corners: Ints) -> Ints:
    """Pairs that join all corners of each cell."""
    return np.concatenate([corners[:, i : i + 2] for i in range(corners.shape[1] - 1)])


def _components(count: int, pairs: Ints) -> Ints:
    """The part that each of ``count`` things belongs to, which pairs join."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)
