"""Which triangle a point lies in, for many points at once."""

import numpy as np
from numpy.typing import NDArray

from anosim.curved import cross, shapes, slopes
from anosim.domain import Domain
from anosim.meshes import Floats, Ints

_EDGE = 1e-9
"""Barycentric slack: a point on an edge, up to rounding, lies in a triangle."""
_BEND = 1e-7
"""The same for bent edges."""
_NEWTON, _HOPS = 12, 8


def locate(corners: Floats, points: Floats) -> tuple[Ints, Floats]:
    """The triangle of each point and the barycentric coordinates in it.

    The triangles are sorted into square bins by their bounding boxes, so that each point is
    compared with the few triangles of its bin.

    Args:
        corners: shape (n_triangles, 3, 2).
        points: shape (n_points, 2).

    Returns:
        Triangle per point, -1 outside of all, shape (n_points,); coordinates, shape (n_points, 3).
    """
    low, high = corners.min(axis=(0, 1)), corners.max(axis=(0, 1))
    bins = np.full(2, max(1, int(np.sqrt(len(corners)))), dtype=np.int64)
    pitch = np.maximum((high - low) / bins, np.finfo(float).tiny)

    def bin_of(x: Floats) -> Ints:
        return np.asarray(np.clip(np.floor((x - low) / pitch), 0, bins - 1), dtype=np.int64)

    slack = _EDGE * np.max(high - low)
    first, last = bin_of(corners.min(axis=1) - slack), bin_of(corners.max(axis=1) + slack)
    triangle, flat = _spread(first, last, bins)
    order = np.argsort(flat, kind="stable")
    start = np.searchsorted(flat[order], np.arange(bins[0] * bins[1] + 1))
    home = bin_of(points) @ np.array([bins[1], 1])
    return _compare(corners, points, triangle[order], start[home], start[home + 1])


def _spread(first: Ints, last: Ints, bins: Ints) -> tuple[Ints, Ints]:
    """Every pair of a triangle and a bin that its bounding box touches."""
    size = last - first + 1
    count = size[:, 0] * size[:, 1]
    triangle = np.repeat(np.arange(len(first)), count)
    rank = np.arange(len(triangle)) - np.repeat(np.cumsum(count) - count, count)
    row, column = np.divmod(rank, size[triangle, 1])
    flat = (first[triangle, 0] + row) * bins[1] + first[triangle, 1] + column
    return triangle, flat


def _compare(
    corners: Floats, points: Floats, candidates: Ints, start: Ints, stop: Ints
) -> tuple[Ints, Floats]:
    """The candidate in which the smallest barycentric coordinate is largest."""
    found = np.full(len(points), -1, dtype=np.int64)
    best = np.full(len(points), -_EDGE)
    where = np.zeros((len(points), 3))
    for rank in range(int(np.max(stop - start, initial=0))):
        open_ = np.flatnonzero((start + rank < stop) & (best < 0.0))
        if len(open_) == 0:
            break
        triangle = candidates[start[open_] + rank]
        inside = barycentric(corners[triangle], points[open_])
        depth = inside.min(axis=1)
        better = depth > best[open_]
        chosen = open_[better]
        found[chosen], best[chosen], where[chosen] = triangle[better], depth[better], inside[better]
    return found, where


def interpolation(domain: Domain, points: Floats) -> tuple[Floats, Ints, NDArray[np.bool_]]:
    """Shape functions at points: weights and nodes, shape (n_points, 3 or 6), and who is inside.

    Args:
        domain: cells and nodes.
        points: (x, y) in m, shape (n_points, 2).
    """
    cell, weights = locate(domain.points[domain.triangles], points)
    at = weights[:, 1:]
    if domain.mesh.order == 2:
        cell, at = _within_bent(domain, points, cell, at)
    return shapes(domain.order, at), domain.connectivity[cell], cell >= 0


def _within_bent(domain: Domain, points: Floats, cell: Ints, at: Floats) -> tuple[Ints, Floats]:
    """The bent cell of each point and the reference point that it maps there, by Newton's method.

    Each point starts from the triangle of corners around it and, where it ends outside of its
    cell, goes on through the side that it left by.
    """
    from scipy.spatial import KDTree

    nodes = domain.mesh.points[domain.mesh.cells[domain.cells]]
    outside = np.flatnonzero(cell < 0)
    if len(outside):  # perhaps between a chord and its bend
        nearest = KDTree(nodes[:, :3].mean(axis=1)).query(points[outside])[1]
        cell, at = cell.copy(), at.copy()
        cell[outside], at[outside] = nearest, 1 / 3
    for _ in range(_HOPS):
        at = _inverse(nodes[cell], points, at)
        depth = np.stack([1 - at.sum(axis=1), at[:, 0], at[:, 1]], axis=1)
        side = np.argmin(depth, axis=1)  # the corner opposite to the side that was crossed
        beyond = depth[np.arange(len(at)), side] < -_BEND
        edge = domain.edges.of_cell[cell, (side + 1) % 3]
        pair = domain.edges.cells[edge]
        other = np.where(pair[:, 0] == cell, pair[:, 1], pair[:, 0])
        moving = beyond & (other >= 0)
        if not moving.any():
            break
        cell = np.where(moving, other, cell)
        at = np.where(moving[:, None], 1 / 3, at)
    return np.where(beyond, -1, cell), at


def _inverse(nodes: Floats, points: Floats, at: Floats) -> Floats:
    """Reference point that each cell maps to a point, by Newton's method from ``at``."""
    for _ in range(_NEWTON):
        x = np.einsum("ni,nid->nd", shapes(2, at), nodes)
        J = np.einsum("nid,nir->ndr", nodes, slopes(2, at))
        miss = points - x
        det = cross(J[:, :, 0], J[:, :, 1])
        det = np.where(np.abs(det) > 0, det, 1.0)
        step = np.stack([cross(miss, J[:, :, 1]), cross(J[:, :, 0], miss)], axis=1) / det[:, None]
        at = np.clip(at + step, -1.0, 2.0)
        if np.abs(step).max(initial=0.0) < 1e-13:
            break
    return at


def barycentric(corners: Floats, points: Floats) -> Floats:
    """Barycentric coordinates of each point in its triangle, shape (n, 3)."""
    a, b, c = (corners[:, i] for i in range(3))
    whole = cross(b - a, c - a)
    second, third = cross(points - a, c - a) / whole, cross(b - a, points - a) / whole
    return np.stack([1.0 - second - third, second, third], axis=1)
