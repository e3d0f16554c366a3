"""Distance through the domain, around what is not part of it, to the nearest source."""

from collections.abc import Iterable

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from anosim.domain import Domain
from anosim.meshes import Boundary, Floats


def distance(domain: Domain, sources: Iterable[Boundary]) -> Floats:
    """Geodesic distance of each vertex of the domain to the nearest of the boundaries, m.

    Solves |grad d| = 1 on the triangles: the shortest way along edges, which is too long, is
    corrected from triangle to triangle until nothing changes. Source: Kimmel and Sethian, PNAS 95
    (1998) 8431 (the local update); Bornemann and Rasch, Comput. Vis. Sci. 9 (2006) 57 (iteration).

    Returns:
        Shape (n_vertices,), infinity where no path leads to a source.
    """
    points = domain.points[: len(domain.vertices)]
    start = np.unique(np.concatenate([domain.boundary_edges(name).ravel() for name in sources]))
    reached = _along_edges(domain, points, start)
    corners = np.concatenate([domain.triangles[:, [i, (i + 1) % 3, (i + 2) % 3]] for i in range(3)])
    active = np.arange(len(corners))
    while len(active):
        new = _through(points, corners[active], reached)
        target = corners[active, 0]
        better = new < reached[target] * (1.0 - 1e-9)
        if not better.any():
            break
        np.minimum.at(reached, target[better], new[better])
        changed = np.zeros(len(points), dtype=bool)
        changed[target[better]] = True
        active = np.flatnonzero(changed[corners[:, 1]] | changed[corners[:, 2]])
    return reached


def _along_edges(domain: Domain, points: Floats, start: np.ndarray) -> Floats:
    a, b = domain.edges.vertices.T
    lengths = np.linalg.norm(points[a] - points[b], axis=1)
    graph = coo_array((lengths, (a, b)), shape=(len(points), len(points))).tocsr()
    return np.asarray(dijkstra(graph, directed=False, indices=start, min_only=True))


def _through(points: Floats, corners: np.ndarray, known: Floats) -> Floats:
    """Distance of the first corner by a straight front that comes in between the other two."""
    x, a, b = (points[corners[:, i]] for i in range(3))
    u, v = known[corners[:, 1]], known[corners[:, 2]]
    far = ~(np.isfinite(u) & np.isfinite(v))
    rise = np.where(far, 0.0, np.subtract(v, u, where=~far, out=np.zeros(len(u))))
    side = b - a
    length = np.linalg.norm(side, axis=1)
    slope = np.clip(rise / length, -1.0, 1.0)
    along = np.sum((x - a) * side, axis=1) / length
    above = np.abs((x - a)[:, 0] * side[:, 1] - (x - a)[:, 1] * side[:, 0]) / length
    foot = along - above * slope / np.sqrt(np.maximum(1.0 - slope**2, 1e-30))
    between = ~far & (np.abs(rise) < length) & (foot >= 0.0) & (foot <= length)
    return np.where(between, u + slope * along + above * np.sqrt(1.0 - slope**2), np.inf)
