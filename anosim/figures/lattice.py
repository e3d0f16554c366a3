"""Which tetrahedra lie at the points of a regular grid in space."""

import numpy as np
from numpy.typing import NDArray

from anosim.figures.raster import small_tetrahedra
from anosim.grid_location import cells_on_grid
from anosim.meshes import Floats, Ints
from anosim.progress import report

_CHUNK = 300_000
"""Cells that are split together."""


def on_lattice(
    points: Floats, cells: Ints, places: list[Floats]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Four nodes of the cell at each point of a grid, -1 where none is, and their weights there.

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
        small = small_tetrahedra(cells[begin : begin + _CHUNK])
        for cell, place, share in cells_on_grid(points, small, places):
            i, j, k = place.T
            nodes[k, j, i], weights[k, j, i] = small[cell], share
        report("frames", min(1.0, (begin + _CHUNK) / len(cells)))
    return nodes, weights
