"""Structured meshes whose every number is known."""

from collections.abc import Sequence

import numpy as np

from anosim.meshes import Mesh
from anosim.voxels import split_grid


def rectangle(
    width: float = 1.0,
    height: float = 1.0,
    cells: tuple[int, int] = (8, 8),
    *,
    grading: float = 1.0,
    phases: Sequence[str] = ("all",),
    cuts: Sequence[float] = (),
) -> Mesh:
    """A structured triangle mesh of a rectangle, its phases side by side.

    Args:
        width: extent along x, m.
        height: extent along y, m.
        cells: squares along x and y, each split into two triangles.
        grading: ratio of the last square's width to the first's.
        phases: names from left to right.
        cuts: x of the borders between them; each must be a grid line.
    """
    nx, ny = cells
    steps = np.geomspace(1.0, grading, nx) if nx > 1 else np.ones(1)
    x = width * np.concatenate([[0.0], np.cumsum(steps)]) / steps.sum()
    y = np.linspace(0.0, height, ny + 1)
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    node = np.arange((nx + 1) * (ny + 1)).reshape(ny + 1, nx + 1)
    a, b, c, d = node[:-1, :-1], node[:-1, 1:], node[1:, 1:], node[1:, :-1]
    triangles = np.concatenate(
        [np.stack(t, axis=-1).reshape(-1, 3) for t in ((a, b, c), (a, c, d))]
    )
    middle = points[triangles].mean(axis=1)[:, 0]

    def pairs(line: np.ndarray) -> np.ndarray:
        return np.stack([line[:-1], line[1:]], axis=1)

    sides = {
        "left": pairs(node[:, 0]),
        "right": pairs(node[:, -1]),
        "top": pairs(node[0]),
        "bottom": pairs(node[-1]),
    }
    return Mesh(points, triangles, np.searchsorted(cuts, middle), tuple(phases), sides)


def box(
    extent: tuple[float, float, float] = (1.0, 1.0, 1.0),
    cells: tuple[int, int, int] = (4, 4, 4),
    *,
    phases: Sequence[str] = ("all",),
    cuts: Sequence[float] = (),
) -> Mesh:
    """A structured mesh of tetrahedra of a box, its phases side by side.

    Args:
        extent: along x, y and z, m.
        cells: boxes along x, y and z, each split into six tetrahedra.
        phases: names from left to right.
        cuts: x of the borders between them; each must be a grid line.
    """
    x, y, z = (np.linspace(0.0, length, n + 1) for length, n in zip(extent, cells, strict=True))
    phase = np.searchsorted(cuts, (x[1:] + x[:-1]) / 2.0)
    return split_grid((x, y, z), np.broadcast_to(phase, cells[::-1]), tuple(phases))
