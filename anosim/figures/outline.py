"""The outline of a set of triangles, so that it is drawn as one shape instead of many."""

import numpy as np
from matplotlib.path import Path

from anosim.meshes import Floats, Ints

_QUARTERS = ((0, 3, 5), (3, 1, 4), (5, 4, 2), (3, 4, 5))
"""A triangle's parts, by its corners and the middles of 01, 12 and 20."""


def small_triangles(cells: Ints) -> Ints:
    """Triangles between the nodes of cells, shape (n, 3); one with midpoints is split into four."""
    return cells if cells.shape[1] == 3 else cells[:, _QUARTERS].reshape(-1, 3)


def outline(points: Floats, triangles: Ints) -> Path:
    """The union of triangles as closed loops; holes run the other way round.

    Args:
        points: shape (n_points, 2).
        triangles: all oriented the same way, shape (n, 3).
    """
    following: dict[int, list[int]] = {}
    for start, end in _border(triangles, len(points)):
        following.setdefault(start, []).append(end)
    corners: list[int] = []
    codes: list[int] = []
    while following:
        first = node = next(iter(following))
        loop = []
        while node in following:
            loop.append(node)
            ends = following[node]
            after = ends.pop()
            if not ends:
                del following[node]
            node = after
        corners += [*loop, first]
        codes += [int(Path.MOVETO), *[int(Path.LINETO)] * (len(loop) - 1), int(Path.CLOSEPOLY)]
    vertices = points[corners] if corners else np.empty((0, 2))
    return Path(vertices, codes or None)


def _border(triangles: Ints, n: int) -> list[list[int]]:
    """Directed edges whose opposite belongs to no triangle."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    single = ~np.isin(edges @ np.array([n, 1]), edges @ np.array([1, n]))
    return [list(edge) for edge in edges[single].tolist()]
