"""Distance through the domain, around what is not part of it, to the nearest source."""

from collections.abc import Iterable
from functools import reduce

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from anosim.domain import Domain
from anosim.meshes import Boundary, Floats, Ints

_CHUNK = 500_000


def distance(domain: Domain, sources: Iterable[Boundary]) -> Floats:
    """Geodesic distance of each vertex of the domain to the nearest of the boundaries, m.

    Solves |grad d| = 1 on the cells: the shortest way along edges, which is too long, is corrected
    from cell to cell until nothing changes. In space a front comes in through a facet of a
    tetrahedron or along one. Source: Kimmel and Sethian, PNAS 95 (1998) 8431 (the local update);
    Bornemann and Rasch, Comput. Vis. Sci. 9 (2006) 57 (iteration).

    Returns:
        Shape (n_vertices,), infinity where no path leads to a source.
    """
    points = domain.points[: len(domain.vertices)]
    start = np.unique(np.concatenate([domain.boundary_facets(name).ravel() for name in sources]))
    reached = _along_edges(domain, points, start)
    triangles = domain.corners if domain.dimension == 2 else domain.facets.vertices
    fronts = [_each_first(triangles)]
    if domain.dimension == 3:
        fronts.append(_each_first(domain.corners))
    active = [np.arange(len(front)) for front in fronts]
    while any(map(len, active)):
        changed = np.zeros(len(points), dtype=np.bool_)
        for front, some in zip(fronts, active, strict=True):
            _improve(points, front[some], reached, changed)
        active = [
            np.flatnonzero(reduce(np.logical_or, (changed[column] for column in front.T[1:])))
            for front in fronts
        ]
    return reached


def _each_first(cells: Ints) -> Ints:
    """Every cell once for each of its corners, which comes first."""
    k = cells.shape[1]
    return np.concatenate([np.roll(cells, -turn, axis=1) for turn in range(k)])


def _improve(points: Floats, corners: Ints, reached: Floats, changed: np.ndarray) -> None:
    """Lower the distance of first corners where a front from the others comes in sooner."""
    for at in range(0, len(corners), _CHUNK):
        some = corners[at : at + _CHUNK]
        new = (_through if corners.shape[1] == 3 else _through_facet)(points, some, reached)
        better = new < reached[some[:, 0]] * (1.0 - 1e-9)
        target = some[better, 0]
        np.minimum.at(reached, target, new[better])
        changed[target] = True


def _along_edges(domain: Domain, points: Floats, start: Ints) -> Floats:
    a, b = domain.edges.vertices.T
    lengths = np.linalg.norm(points[a] - points[b], axis=1)
    graph = coo_array((lengths, (a, b)), shape=(len(points), len(points))).tocsr()
    return np.asarray(dijkstra(graph, directed=False, indices=start, min_only=True))


def _through(points: Floats, corners: Ints, known: Floats) -> Floats:
    """Distance of the first corner by a straight front that comes in between the other two."""
    x, a, b = (points[corners[:, i]] for i in range(3))
    u, v = known[corners[:, 1]], known[corners[:, 2]]
    far = ~(np.isfinite(u) & np.isfinite(v))
    rise = np.where(far, 0.0, np.subtract(v, u, where=~far, out=np.zeros(len(u))))
    side = b - a
    length = np.sqrt(_dot(side, side))
    slope = np.clip(rise / length, -1.0, 1.0)
    along = _dot(x - a, side) / length
    off = x - a - (along / length)[:, None] * side
    above = np.sqrt(_dot(off, off))
    foot = along - above * slope / np.sqrt(np.maximum(1.0 - slope**2, 1e-30))
    between = ~far & (np.abs(rise) < length) & (foot >= 0.0) & (foot <= length)
    return np.where(between, u + slope * along + above * np.sqrt(1.0 - slope**2), np.inf)


def _through_facet(points: Floats, corners: Ints, known: Floats) -> Floats:
    """Distance of the first corner by a plane front that comes in through the facet of the others.

    With the vectors V from them to it and their distances u, grad d = g solves V g = d - u and
    |g| = 1; the front comes in through the facet if g lies within the cone of V.
    """
    found = np.full(len(corners), np.inf)
    near = np.flatnonzero(np.isfinite(known[corners[:, 1]] + known[corners[:, 2]]))
    near = near[np.isfinite(known[corners[near, 3]])]
    x, p, q, r = (points[column] for column in corners[near].T)
    us = [known[column] for column in corners[near].T[1:]]
    first = reduce(np.minimum, us)
    V = x - p, x - q, x - r
    C = [np.cross(V[1], V[2]), np.cross(V[2], V[0]), np.cross(V[0], V[1])]
    det = _dot(V[0], C[0])[:, None]
    C = [c / det for c in C]  # the columns of the inverse of V
    a = C[0] + C[1] + C[2]
    b = sum(((u - first)[:, None] * c for u, c in zip(us, C, strict=True)), np.zeros_like(a))
    aa, ab = _dot(a, a), _dot(a, b)
    inner = ab**2 - aa * (_dot(b, b) - 1.0)
    d = (ab + np.sqrt(np.maximum(inner, 0.0))) / aa
    g = d[:, None] * a - b
    within = reduce(np.logical_and, (_dot(c, g) >= 0.0 for c in C), inner >= 0.0)
    found[near[within]] = (d + first)[within]
    return found


def _dot(u: Floats, v: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", u, v))
