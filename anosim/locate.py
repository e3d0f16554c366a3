"""Which triangle a point lies in, for many points at once."""

import numpy as np
from numpy.typing import NDArray

from anosim.domain import Domain
from anosim.meshes import Floats, Ints

_EDGE = 1e-9
"""Barycentric slack: a point on an edge, up to rounding, lies in a triangle."""


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
    if domain.order == 2:
        a, b, c = weights.T
        corners = [a * (2 * a - 1), b * (2 * b - 1), c * (2 * c - 1)]
        weights = np.stack([*corners, 4 * a * b, 4 * b * c, 4 * c * a], axis=1)
    return weights, domain.connectivity[cell], cell >= 0


def barycentric(corners: Floats, points: Floats) -> Floats:
    """Barycentric coordinates of each point in its triangle, shape (n, 3)."""
    a, b, c = (corners[:, i] for i in range(3))
    whole = _cross(b - a, c - a)
    second, third = _cross(points - a, c - a) / whole, _cross(b - a, points - a) / whole
    return np.stack([1.0 - second - third, second, third], axis=1)


def _cross(u: Floats, v: Floats) -> Floats:
    return np.asarray(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])
