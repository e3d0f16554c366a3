"""Which cells lie at the points of a regular grid, and the values there."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from anosim.curved import shapes
from anosim.domain import Domain
from anosim.locate import barycentric, interpolation
from anosim.meshes import Floats, Ints
from anosim.progress import report
from anosim.voxel_grid import VoxelGrid

Singles = NDArray[np.float32]

_CHUNK = 300_000
"""Cells that are looked at together."""
_PAIRS = 500_000
"""Pairs of a cell and a point that are compared at a time."""
_EDGE = 1e-9
"""Barycentric slack: a point on a facet, up to rounding, lies in a cell."""


def cells_on_grid(
    points: Floats, corners: Ints, middles: list[Floats]
) -> Iterator[tuple[Ints, Ints, Floats]]:
    """Every cell and grid point in it, some at a time; a point on a facet comes for both cells.

    Every cell is compared with the points in its bounding box.

    Args:
        points: m, shape (n_points, 2 or 3).
        corners: points at the corners of each cell, shape (n_cells, 3 or 4).
        middles: the grid's x, y[, z], ascending.

    Yields:
        Cells, shape (n,); the points' places along x, y[, z], shape (n, 2 or 3); and barycentric
        coordinates, shape (n, 3 or 4).
    """
    for begin in range(0, len(corners), _CHUNK):
        some = points[corners[begin : begin + _CHUNK]]
        low, high = some.min(axis=1), some.max(axis=1)
        first = [np.searchsorted(x, low[:, k], "left") for k, x in enumerate(middles)]
        last = [np.searchsorted(x, high[:, k], "right") for k, x in enumerate(middles)]
        start = np.stack(first, axis=1)
        count = np.stack(last, axis=1) - start
        near = np.flatnonzero(count.prod(axis=1))
        ends = np.cumsum(count[near].prod(axis=1))
        parts = np.searchsorted(ends, np.arange(_PAIRS, ends[-1] if len(ends) else 0, _PAIRS))
        for group in np.split(near, parts):
            cell, place = _pairs(group, start[group], count[group])
            at = np.stack([x[place[:, k]] for k, x in enumerate(middles)], axis=1)
            share = barycentric(some[cell], at)
            inside = share.min(axis=1, initial=1.0) >= -_EDGE
            yield begin + cell[inside], place[inside], share[inside]
        report("voxels", min(1.0, (begin + _CHUNK) / len(corners)))


def values_on_grid(points: Floats, cells: Ints, values: Floats, grid: VoxelGrid) -> Singles:
    """A field at the middles of voxels; cells count as straight between their corners.

    Args:
        points: nodes, m, shape (n_nodes, 2 or 3).
        cells: nodes of each cell, shape (n_cells, 3 or 6, in space 4 or 10).
        values: at the nodes, shape (n_times, n_nodes).
        grid: the voxels.

    Returns:
        float32, shape (n_times, [slices,] rows, columns); NaN outside of all cells.
    """
    dimension = points.shape[1]
    order = 1 if cells.shape[1] == dimension + 1 else 2
    found = np.full((len(values), *grid.shape), np.nan, dtype=np.float32)
    flat = found.reshape(len(values), -1)
    corners = cells[:, : dimension + 1]
    for cell, place, share in cells_on_grid(points, corners, grid.middles):
        voxel = np.ravel_multi_index(tuple(place.T[::-1]), grid.shape)
        weights, nodes = shapes(order, share[:, 1:]), cells[cell]
        for row, field in zip(flat, values, strict=True):
            row[voxel] = np.sum(field[nodes] * weights, axis=1)
    return found


def bent_on_grid(domain: Domain, values: Floats, grid: VoxelGrid) -> Singles:
    """A field on bent cells at the middles of voxels, shape and units as ``values_on_grid``."""
    found = np.full((len(values), *grid.shape), np.nan, dtype=np.float32)
    flat, sizes = found.reshape(len(values), -1), np.array(grid.voxel[::-1])
    for begin in range(0, flat.shape[1], _PAIRS):
        voxel = np.arange(begin, min(begin + _PAIRS, flat.shape[1]))
        places = np.stack(np.unravel_index(voxel, grid.shape)[::-1], axis=1)
        weights, nodes, inside = interpolation(domain, (places + 0.5) * sizes)
        for row, field in zip(flat, values, strict=True):
            row[voxel[inside]] = np.sum(field[nodes[inside]] * weights[inside], axis=1)
        report("voxels", min(1.0, (begin + _PAIRS) / flat.shape[1]))
    return found


def _pairs(cells: Ints, start: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Every pair of a cell and a grid point in its box; the point by its places along the axes."""
    size = count.prod(axis=1)
    rank = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    row = np.repeat(np.arange(len(cells)), size)
    place = np.empty((len(rank), count.shape[1]), dtype=np.int64)
    for axis in range(count.shape[1]):
        rank, step = np.divmod(rank, count[row, axis])
        place[:, axis] = start[row, axis] + step
    return cells[row], place
