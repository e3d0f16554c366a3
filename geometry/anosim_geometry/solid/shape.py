"""The smooth surface of a volume in the wanted fineness, and what lies inside it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anosim_geometry.solid.grids import Grid
from anosim_geometry.solid.refining import interpolated
from anosim_geometry.solid.smoothing import smoothed
from anosim_geometry.solid.split import split
from anosim_geometry.solid.surface import Surface
from anosim_geometry.solid.tetrahedra import Tetrahedra, Walls

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MOST_CORRECTION = 0.3
"""The most that a region's volume is changed, relatively, for what resampling took or added."""


@dataclass(frozen=True, eq=False)
class Shape:
    """A surface whose vertices were moved, and the tetrahedra of its voxels.

    Attributes:
        surface: the stairs, of the voxels that ``cells`` are cut from.
        coarse: the stairs before voxels were cut into finer ones; else the same.
        displacement: of the vertices of ``coarse``, in its voxels, shape (n, 3).
        times: how many voxels of ``surface`` there are along one of ``coarse``.
        voxel: sides of a voxel of ``surface`` along x, y and z, in units of the smallest.
        straight: whether the stairs are kept.
    """

    surface: Surface
    coarse: Surface
    displacement: Floats
    times: int
    voxel: tuple[float, float, float]
    straight: bool

    @property
    def box(self) -> tuple[float, ...]:
        """Where the box ends along x, y and z."""
        return tuple(n * h for n, h in zip(self.surface.shape, self.voxel, strict=True))

    def walls(self) -> Walls:
        """The triangles of the surface."""
        surface = self.surface
        return Walls(
            self._places(surface.corners),
            surface.triangles,
            np.repeat(surface.lower, 2),
            np.repeat(surface.upper, 2),
        )

    def split(self, walls: Walls, which: Bools) -> Tetrahedra:
        """Six tetrahedra for each voxel of some regions."""
        return split(self.surface, walls.points, which, self._places)

    def _places(self, corners: Ints) -> Floats:
        moved = interpolated(
            self.coarse, self.displacement, corners, self.surface.shape, self.times
        )
        ends = np.array(self.surface.shape, dtype=np.float64)
        return np.asarray(np.where(moved == ends, self.box, moved * np.array(self.voxel)))


def shape_of(labels: NDArray[np.integer], grid: Grid, periodic: str, *, straight: bool) -> Shape:
    """The surface of a label volume, smooth or straight.

    Args:
        labels: of the image, shape (nz, ny, nx): phases get its volumes.
        grid: the voxels that the surface is made of.
        periodic: the axes across which sides are to match point by point; there nothing moves.
        straight: whether to keep the stairs.
    """
    coarse = grid.coarse
    displacement = np.zeros_like(coarse.points)
    if not straight:
        displacement = smoothed(coarse, _held(coarse, periodic), _wanted(labels, coarse))
    return Shape(grid.surface, coarse, displacement, grid.times, grid.voxel, straight)


def _held(surface: Surface, periodic: str) -> Bools:
    """Coordinates that may not move: across the box, and on sides that are to match."""
    held = surface.on_hull.copy()
    for axis, name in enumerate("xyz"):
        if name in periodic:
            held[surface.on_hull[:, axis]] = True
    return held


def _wanted(labels: NDArray[np.integer], surface: Surface) -> Floats:
    """Volume of each region, in voxels of the surface, that gives phases those of the labels."""
    voxels = np.bincount(surface.regions.ravel()).astype(np.float64)
    ratio = surface.regions.size / labels.size
    for label in np.unique(surface.region_label):
        here = surface.region_label == label
        factor = ratio * np.count_nonzero(labels == label) / voxels[here].sum()
        voxels[here] *= np.clip(factor, 1.0 - MOST_CORRECTION, 1.0 + MOST_CORRECTION)
    return np.asarray(voxels * (surface.regions.size / voxels.sum()))
