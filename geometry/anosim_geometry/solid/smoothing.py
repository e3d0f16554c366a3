"""Smooth surfaces out of voxel stairs, every vertex near its corner and the tetrahedra valid."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from anosim_geometry.solid.surface import Surface
from anosim_geometry.solid.validity import CLAMP, limited
from anosim_geometry.solid.volumes import Enclosed, restored

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

ROUNDS = 2
"""Of smoothing, limiting and restoring the volumes of regions."""
STEPS = 20
"""Of smoothing in each round."""
WEIGHT = 0.5


def smoothed(surface: Surface, held: Bools, wanted: Floats) -> Floats:
    """Displacement of each vertex from its voxel corner, voxels, shape (n, 3).

    Every step takes from each vertex half of what its distance from the mean of its neighbours
    exceeds theirs (a bi-Laplacian flow: planes and even bends stay). Vertices where three or more
    regions meet follow the curves on which they do, those where such curves end or cross stay,
    and those on the box stay on its faces and edges.

    Args:
        surface: the stairs.
        held: coordinates that may not move, shape (n, 3).
        wanted: volume of each region, voxels, shape (n_regions,).
    """
    mean, stays = _averaging(surface)
    low = np.where(held | stays[:, None], 0.0, -CLAMP)
    stairs = mean @ surface.points - surface.points
    enclosed = Enclosed(surface)
    displacement = np.zeros_like(surface.points)
    for last in (False,) * (ROUNDS - 1) + (True,):
        goal = displacement.copy()
        for _ in range(STEPS):
            off = stairs + mean @ goal - goal
            goal += WEIGHT * (off - mean @ off)
            np.clip(goal, low, -low, out=goal)
        displacement = limited(surface, displacement, goal)[0]
        displacement = restored(enclosed, displacement, held, wanted, thoroughly=last)
    return displacement


def _averaging(surface: Surface) -> tuple[sparse.csr_array, Bools]:
    """The mean over each vertex's neighbours as a matrix, and which vertices stay."""
    ends, count = _quad_edges(surface.quads, len(surface.points))
    crease = count > 2
    degree = np.bincount(ends[crease].ravel(), minlength=len(surface.points))
    on_curve = degree > 0
    used = crease | ~on_curve[ends].any(axis=1)
    one_way = ~used  # from vertices off the curves to those on them
    tail = np.concatenate([ends[used, 0], ends[used, 1], ends[one_way, 0], ends[one_way, 1]])
    head = np.concatenate([ends[used, 1], ends[used, 0], ends[one_way, 1], ends[one_way, 0]])
    keep = np.ones(len(tail), dtype=np.bool_)
    keep[2 * np.count_nonzero(used) :] = ~on_curve[tail[2 * np.count_nonzero(used) :]]
    tail, head = tail[keep], head[keep]
    n = len(surface.points)
    weight = 1.0 / np.maximum(np.bincount(tail, minlength=n), 1)[tail]
    mean = sparse.csr_array((weight, (tail, head)), shape=(n, n))
    return mean, np.asarray(on_curve & (degree != 2))


def _quad_edges(quads: Ints, n: int) -> tuple[Ints, Ints]:
    """Ends of every edge of the quads, shape (n_edges, 2), and the number of its quads."""
    pairs = np.concatenate([quads[:, [0, 1]], quads[:, [1, 2]], quads[:, [3, 2]], quads[:, [0, 3]]])
    keys, count = np.unique(pairs[:, 0] * n + pairs[:, 1], return_counts=True)
    return np.stack(np.divmod(keys, n), axis=1), count
