"""The edge length wanted at every voxel: that of the surface there, growing away from it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from anosim_geometry.solid.surface import Surface

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

STEP = 1.2
"""Lengths are told apart when they differ by more than this factor."""
HEIGHT = np.sqrt(2.0 / 3.0)
"""Height of a regular tetrahedron, in edges."""
PER_VOLUME = 6.0 * np.sqrt(2.0)
"""Tetrahedra in the cube of their edge length, when they are regular."""


@dataclass(frozen=True)
class Sizes:
    """Edge lengths in units of the smallest side of a voxel of the grid.

    Attributes:
        bulk: edge length away from surfaces.
        surface: edge length on surfaces.
        growth: how much the edge length may grow per unit of distance.
        gap_elements: layers of tetrahedra across the local thickness of a phase, as far as the
            edge length on surfaces allows.
        voxel: voxel sides along x, y and z in that unit.
    """

    bulk: float
    surface: float
    growth: float
    gap_elements: int
    voxel: tuple[float, float, float]


def field_of(surface: Surface, sizes: Sizes, wanted: Floats | None = None) -> Floats:
    """Edge length at every voxel centre, shape (nz, ny, nx).

    Args:
        surface: the regions.
        sizes: the edge lengths.
        wanted: lengths asked for at every voxel, same shape, besides.
    """
    sampling = sizes.voxel[::-1]
    beside = _beside_surface(surface)
    distance = ndimage.distance_transform_edt(~beside, sampling=sampling)
    field = np.minimum(sizes.surface + sizes.growth * distance, sizes.bulk)
    limits = [_gaps(distance, sizes)]
    if wanted is not None:
        limits.append(np.maximum(wanted, sizes.surface))
    for limit in limits:
        field = _lowered(field, limit, sizes)
    return np.asarray(field)


def expected(field: Floats, voxel: tuple[float, float, float]) -> float:
    """How many tetrahedra a field of edge lengths makes, about."""
    return float(PER_VOLUME * np.prod(voxel) * np.sum(field**-3.0))


def _beside_surface(surface: Surface) -> Bools:
    """Voxels with a face between regions or on the box."""
    around = np.pad(surface.regions, 1, constant_values=-1)
    inside = (slice(1, -1),) * 3
    found = np.zeros(surface.regions.shape, dtype=np.bool_)
    for axis in range(3):
        for shift in (-1, 1):
            found |= np.roll(around, shift, axis)[inside] != surface.regions
    return found


def _gaps(distance: Floats, sizes: Sizes) -> Floats:
    """Edge length for ``gap_elements`` across the local thickness, shape as the distance.

    The thickness is the diameter of the largest ball inside that covers a voxel (T. Hildebrand
    and P. Rüegsegger, J. Microsc. 185 (1997) 67).
    """
    n, growth = HEIGHT * sizes.gap_elements, sizes.growth
    limit = np.full(distance.shape, np.inf)
    if sizes.gap_elements == 0:
        return limit
    enough = n * sizes.bulk
    if n * growth < 2.0:  # from there on the edges on surfaces, and their growth, suffice
        enough = min(enough, sizes.surface / (1.0 / n - growth / 2.0))
    level = n * sizes.surface
    while level < enough:
        centres = distance >= level / 2.0 - 0.5
        if not centres.any():
            break
        away = ndimage.distance_transform_edt(~centres, sampling=sizes.voxel[::-1])
        thin = away > level / 2.0
        limit = np.where(thin & np.isinf(limit), max(level / STEP / n, sizes.surface), limit)
        level *= STEP
    return limit


def _lowered(field: Floats, limit: Floats, sizes: Sizes) -> Floats:
    """The field below a limit, growing from there no faster than it may."""
    below = limit < field
    if not below.any():
        return field
    low, high = float(limit[below].min()), float(limit[below].max())
    count = max(1, int(np.ceil(np.log(high / low) / np.log(STEP))))
    for level in low * (high / low) ** (np.arange(count) / count):
        here = limit <= level * STEP * (1.0 + 1e-12)
        away = ndimage.distance_transform_edt(~here, sampling=sizes.voxel[::-1])
        field = np.minimum(field, level + sizes.growth * away)
    return np.minimum(field, limit)
