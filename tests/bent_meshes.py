"""A mesh with bent cells."""

import numpy as np

from anosim import Mesh
from anosim.testing import box


def bent_box(n=3):
    """A unit cube of bent quadratic tetrahedra, its faces flat."""
    flat = box((1.0, 1.0, 1.0), (n, n, n))
    middles = flat.points[flat.edges.vertices].mean(axis=1)
    points = np.vstack([flat.points, middles])
    points = points + 0.03 * np.prod(np.sin(np.pi * points), axis=1)[:, None] * [1.0, -1.0, 0.5]
    cells = np.hstack([flat.cells, len(flat.points) + flat.edges.of_cell])
    return Mesh(points, cells, flat.cell_phase, flat.phases, flat.sides)
