"""Voxels cut into six tetrahedra each: no mesher is needed, and nothing can go wrong."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from anosim_geometry.solid.surface import Surface
from anosim_geometry.solid.tetrahedra import Tetrahedra
from anosim_geometry.solid.validity import kuhn_corners

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Inner = Callable[[Ints], Floats]


def split(surface: Surface, points: Floats, which: Bools, inner: Inner) -> Tetrahedra:
    """Six tetrahedra for each voxel of some regions, with the surface where it was moved to.

    That every tetrahedron is positive was made sure when the surface was moved
    (``validity.limited``).

    Args:
        surface: the regions of voxels.
        points: places of the surface's vertices, shape (n, 3).
        which: whether each region takes part, shape (n_regions,).
        inner: places of corners inside regions by their flat indices.
    """
    nx, ny, _ = surface.shape
    step = np.array([1, nx + 1, (nx + 1) * (ny + 1)])
    here = which[surface.regions]
    origin = np.argwhere(here)[:, ::-1] @ step
    cells = origin[:, None, None] + kuhn_corners() @ step
    index = surface.vertex_at.copy()
    used = np.zeros(len(index), dtype=np.bool_)
    used[cells] = True
    within = np.flatnonzero(used & (index < 0))
    index[within] = len(points) + np.arange(len(within))
    return Tetrahedra(
        points=np.concatenate([points, inner(within)]),
        cells=index[cells].reshape(-1, 4),
        region=np.repeat(surface.regions[here], 6),
    )
