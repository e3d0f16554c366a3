"""Which tetrahedra lie at the points of a regular grid in space."""

import numpy as np
from numpy.typing import NDArray

from anosim.figures.raster import small_tetrahedra
from anosim.locate import barycentric
from anosim.meshes import Floats, Ints
from anosim.progress import report

_CHUNK = 300_000
"""Cells that are looked at together."""
_PAIRS = 500_000
"""Pairs of a cell and a point that are compared at a time."""
_EDGE = 1e-9
"""Barycentric slack."""


def on_lattice(
    points: Floats, cells: Ints, places: list[Floats]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Four nodes of the cell at each point of a grid, -1 where none is, and their weights there.

    Every cell is compared with the points in its bounding box.

    Args:
        points: nodes, shape (n_points, 3).
        cells: shape (n_cells, 4 or 10); those with midpoints count as eight with straight edges.
        places: the grid's x, y and z, ascending.

    Returns:
        Both of shape (n_z, n_y, n_x, 4).
    """
    shape = tuple(len(x) for x in reversed(places))
    nodes = np.full((*shape, 4), -1, dtype=np.int32)
    weights = np.zeros((*shape, 4), dtype=np.float32)
    for begin in range(0, len(cells), _CHUNK):
        some = small_tetrahedra(cells[begin : begin + _CHUNK])
        corners = points[some]
        low, high = corners.min(axis=1), corners.max(axis=1)
        start = np.stack([np.searchsorted(x, low[:, k], "left") for k, x in enumerate(places)], 1)
        stop = np.stack([np.searchsorted(x, high[:, k], "right") for k, x in enumerate(places)], 1)
        count = stop - start
        near = np.flatnonzero(count.prod(axis=1))
        ends = np.cumsum(count[near].prod(axis=1))
        parts = np.searchsorted(ends, np.arange(_PAIRS, ends[-1] if len(ends) else 0, _PAIRS))
        for group in np.split(near, parts):
            cell, place = _pairs(group, start[group], count[group])
            at = np.stack([x[place[:, k]] for k, x in enumerate(places)], axis=1)
            share = barycentric(corners[cell], at)
            held = share.min(axis=1) >= -_EDGE
            i, j, k = place[held].T
            nodes[k, j, i], weights[k, j, i] = some[cell[held]], share[held]
        report("frames", min(1.0, (begin + _CHUNK) / len(cells)))
    return nodes, weights


def _pairs(cells: Ints, start: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Every pair of a cell and a grid point in its box; the point by its places on x, y and z."""
    size = count.prod(axis=1)
    rank = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    row = np.repeat(np.arange(len(cells)), size)
    place = np.empty((len(rank), 3), dtype=np.int64)
    for axis in range(3):
        rank, step = np.divmod(rank, count[row, axis])
        place[:, axis] = start[row, axis] + step
    return cells[row], place
