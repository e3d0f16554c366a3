"""Rounder triangles: free points move to the middle of their surroundings where that helps."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

PASSES = 3


def rounded(points: Floats, cells: Ints, free: Bools) -> Floats:
    """Points moved to the mean centroid of their triangles, shape (n_points, 2).

    No triangle becomes worse than the worst one around any of its moved points was.

    Args:
        points: shape (n_points, 2).
        cells: positively oriented triangles, shape (n_cells, 3).
        free: the points that may move, shape (n_points,).
    """
    quality = sicn(points, cells)
    for _ in range(PASSES):
        points, quality = _one_pass(points, cells, free, quality)
    return points


def _one_pass(points: Floats, cells: Ints, free: Bools, quality: Floats) -> tuple[Floats, Floats]:
    """Points moved, and the quality of the cells then."""
    worst = np.full(len(points), np.inf)
    for corner in cells.T:
        np.minimum.at(worst, corner, quality)
    moving = free.copy()
    wanted = _mean_centroid(points, cells)
    quality = quality.copy()
    look = np.arange(len(cells))
    while len(look):
        moved = np.where(moving[:, None], wanted, points)
        quality[look] = sicn(moved, cells[look])
        floor = np.where(moving, worst, -np.inf)[cells[look]].max(axis=1)
        bad = cells[look[quality[look] < floor]]
        stopped = np.zeros(len(points), dtype=np.bool_)
        stopped[bad] = True
        moving &= ~stopped
        look = np.flatnonzero(stopped[cells].any(axis=1))
    return moved, quality


def _mean_centroid(points: Floats, cells: Ints) -> Floats:
    centroid = points[cells].mean(axis=1)
    count = np.maximum(np.bincount(cells.ravel(), minlength=len(points)), 1)
    sums = [
        np.bincount(cells.ravel(), weights=np.repeat(centroid[:, k], 3), minlength=len(points))
        for k in (0, 1)
    ]
    return np.asarray(np.stack(sums, axis=1) / count[:, None])


def sicn(points: Floats, cells: Ints) -> Floats:
    """Signed inverse condition number of each triangle, 1 for an equilateral one."""
    return sicn_of(*(points[cells[:, i]] for i in range(3)))


def sicn_of(a: Floats, b: Floats, c: Floats) -> Floats:
    """The same for triangles by their corners, each of shape (n, 2)."""
    u, v, w = b - a, c - a, c - b
    area2 = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    squares = (u * u).sum(axis=1) + (v * v).sum(axis=1) + (w * w).sum(axis=1)
    return np.asarray(2.0 * np.sqrt(3.0) * area2 / squares)
