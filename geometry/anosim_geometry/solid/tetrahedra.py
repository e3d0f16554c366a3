"""Tetrahedra and the triangles that bound them: what the steps of meshing a volume exchange."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Walls:
    """The triangles that tetrahedra must have as faces.

    Attributes:
        points: shape (n_points, 3).
        triangles: their normals point from lower to upper, shape (n, 3).
        lower: region on one side of each triangle, or OUTSIDE, shape (n,).
        upper: region on the other side.
    """

    points: Floats
    triangles: Ints
    lower: Ints
    upper: Ints


@dataclass(frozen=True, eq=False)
class Tetrahedra:
    """Tetrahedra that fill regions.

    Attributes:
        points: shape (n_points, 3); those of the walls come first.
        cells: positively oriented, shape (n_cells, 4).
        region: region of each cell, shape (n_cells,).
    """

    points: Floats
    cells: Ints
    region: Ints


def joined(first: Tetrahedra, second: Tetrahedra, shared: int) -> Tetrahedra:
    """Both together; the first ``shared`` points are the same in both."""
    more = len(first.points) - shared
    cells = np.where(second.cells < shared, second.cells, second.cells + more)
    return Tetrahedra(
        np.concatenate([first.points, second.points[shared:]]),
        np.concatenate([first.cells, cells]),
        np.concatenate([first.region, second.region]),
    )
