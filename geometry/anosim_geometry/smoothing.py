"""Smooth arcs out of pixel stairs, every point within 0.4 pixels of its corner.

Each point stays in its own cell of the grid shifted by half a pixel, so that segments without a
common point lie in disjoint rectangles: arcs cannot cross, whatever the image.
"""

import numpy as np
from numpy.typing import NDArray

from anosim_geometry.curves import Curves
from anosim_geometry.network import Network

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SHRINK, INFLATE = 0.5, -0.53
"""Taubin's two steps (G. Taubin, A signal processing approach to fair surface design, 1995)."""
ITERATIONS = 20
CLAMP = 0.4
AREA_PASSES = 4


def smoothed(network: Network) -> Curves:
    """The network's arcs without stairs, in pixels, enclosing the areas of the pixels."""
    stairs = network.curves
    fixed = _fixed(network)
    x = stairs.points
    for _ in range(ITERATIONS):
        for weight in (SHRINK, INFLATE):
            x = _clamped(x + weight * _to_neighbours(x, stairs), stairs.points, fixed)
    curves = stairs.moved(x)
    for _ in range(AREA_PASSES):
        x = curves.points + restoring_shift(curves, stairs, network.is_node)
        curves = stairs.moved(_clamped(x, stairs.points, fixed))
    return curves


def restoring_shift(curves: Curves, target: Curves, is_node: Bools) -> Floats:
    """Shift of each point that gives every arc, to first order, the area it has in ``target``.

    All points of an arc between its ends move by one distance along their normals.

    Args:
        curves: the arcs as they are.
        target: the arcs whose areas are wanted.
        is_node: points that do not move, shape (n_points,).
    """
    tail, head = curves.segments.T
    before = np.zeros(curves.points.shape)
    after = np.zeros(curves.points.shape)
    before[head] = curves.points[tail]
    after[tail] = curves.points[head]
    along = np.where(is_node[:, None], 0.0, after - before)
    width = np.hypot(*along.T)
    normal = np.stack([along[:, 1], -along[:, 0]], axis=1) / np.maximum(width, 1e-12)[:, None]
    reach = np.add.reduceat(width[tail], curves.first[:-1]) / 2.0
    distance = -curves.swept(target) / np.maximum(reach, 1e-12)
    distance[reach < 1e-9] = 0.0
    of_point = np.zeros(len(is_node))
    of_point[tail] = distance[curves.arc]
    return np.asarray(of_point[:, None] * normal)


def _fixed(network: Network) -> Bools:
    """Which coordinates do not move, shape (n_points, 2): those of nodes, and across the border.

    Nodes that move too would look no better, and what they sweep no arc could give back: on
    white noise of four phases the areas were then off by 1 %, and angles fell from 31 to 17
    degrees.
    """
    rows, columns = network.regions.shape
    x, y = network.curves.points.T
    on_border = np.stack([(x == 0) | (x == columns), (y == 0) | (y == rows)], axis=1)
    return np.asarray(on_border | network.is_node[:, None])


def _to_neighbours(x: Floats, curves: Curves) -> Floats:
    """From each point to the mean of its neighbours in the network."""
    tail, head = curves.segments.T
    ends, others = np.concatenate([tail, head]), np.concatenate([head, tail])
    degree = np.bincount(ends, minlength=len(x))
    sums = [np.bincount(ends, weights=x[others, k], minlength=len(x)) for k in (0, 1)]
    return np.asarray(np.stack(sums, axis=1) / degree[:, None] - x)


def _clamped(x: Floats, corner: Floats, fixed: Bools) -> Floats:
    moved = corner + np.clip(x - corner, -CLAMP, CLAMP)
    return np.where(fixed, corner, moved)
