"""Shape of the cells of a mesh: quality and angles."""

from collections.abc import Callable

import numpy as np

from anosim.curved import Floats, distortion, signed_volumes
from anosim.topology import EDGES, FACETS, Ints

_CHUNK = 200_000


def over_cells(function: Callable[[Floats], Floats], points: Floats, cells: Ints) -> Floats:
    """A function of the coordinates of cells' nodes, of a part of all cells at a time.

    Args:
        function: of coordinates, shape (n, n_nodes, n_axes), to shape (n, ...).
        points: all of them.
        cells: indices of points, shape (n_cells, n_nodes).
    """
    parts = [
        function(points[cells[start : start + _CHUNK]]) for start in range(0, len(cells), _CHUNK)
    ]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def condition(nodes: Floats) -> Floats:
    """Signed inverse condition number (SICN), as Gmsh defines it: 1 equilateral, 0 flat.

    Of the map from the equilateral cell: d / (|S| |S^-1|) in d dimensions and Frobenius' norm,
    which for triangles is 4 sqrt(3) area / sum of edges^2, for tetrahedra
    18 volume / sqrt(sum of edges^2 times sum of faces^2). That of a bent cell is its corners'
    times the smallest over the largest Jacobian. Source: Johnen et al., 26th International Meshing
    Roundtable (2018) 1.

    Args:
        nodes: coordinates of the cells' nodes, shape (n, n_nodes, 2 or 3).
    """
    dimension = nodes.shape[2]
    p = nodes[:, : dimension + 1]
    start, stop = np.array(EDGES[dimension]).T
    squares = np.sum((p[:, stop] - p[:, start]) ** 2, axis=(1, 2))
    shape = distortion(nodes)
    if dimension == 2:
        return np.asarray(4.0 * np.sqrt(3.0) * signed_volumes(p) / squares * shape)
    a, b, c = (p[:, list(corners)] for corners in zip(*FACETS[3], strict=True))
    faces = np.sum(np.cross(b - a, c - a) ** 2, axis=(1, 2)) / 4.0
    return np.asarray(18.0 * signed_volumes(p) / np.sqrt(squares * faces) * shape)


def angles(p: Floats) -> Floats:
    """Angles at the corners of triangles; dihedral angles at the edges of tetrahedra; degrees.

    Args:
        p: coordinates of the corners, shape (n, 3, 2) or (n, 4, 3).

    Returns:
        Shape (n, 3), or (n, 6) in the order of ``anosim.topology.EDGES``.
    """
    if p.shape[2] == 2:
        ahead = np.roll(p, -1, axis=1) - p
        back = np.roll(p, 1, axis=1) - p
        sine = np.abs(ahead[..., 0] * back[..., 1] - ahead[..., 1] * back[..., 0])
        return np.asarray(np.degrees(np.arctan2(sine, np.sum(ahead * back, axis=2))))
    start, stop = np.array(EDGES[3]).T
    others = np.array([sorted({0, 1, 2, 3} - {i, j}) for i, j in EDGES[3]]).T
    along = p[:, stop] - p[:, start]
    one, two = (np.cross(along, p[:, other] - p[:, start]) for other in others)
    sine = 6.0 * np.abs(signed_volumes(p))[:, None] * np.linalg.norm(along, axis=2)
    return np.asarray(np.degrees(np.arctan2(sine, np.sum(one * two, axis=2))))
