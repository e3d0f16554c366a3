"""The grid of voxels whose faces the surface is made of: as it is, coarser or finer."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from anosim_geometry.solid.refining import refined
from anosim_geometry.solid.resampling import resampled
from anosim_geometry.solid.sizing import Sizes, expected, field_of
from anosim_geometry.solid.surface import Surface, surface_of

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Counts = tuple[int, int, int]

COARSER = 1.05
"""Edges on surfaces that are so many voxels long need coarser voxels."""
PER_FIELD, PER_INNER, PER_HULL = 0.5, 0.8, -0.6
"""Tetrahedra for each that a field of edge lengths makes when they are regular, for each triangle
between regions and for each on the box: a fit to meshes of a sphere, of four-phase fields and of
noise, right to about 15 %."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Voxels in the box of an image, and into how many parts to cut them.

    Attributes:
        labels: shape (nz, ny, nx).
        times: parts along each axis.
        extent: of the box along x, y and z, m.
    """

    labels: Ints
    times: int
    extent: tuple[float, ...]

    @cached_property
    def coarse(self) -> Surface:
        """The faces between regions before voxels are cut."""
        return surface_of(self.labels)

    @cached_property
    def surface(self) -> Surface:
        """The faces of the cut voxels."""
        return self.coarse if self.times == 1 else refined(self.coarse, self.labels, self.times)

    @property
    def sides(self) -> Floats:
        """Sides of the cut voxels along x, y and z, m."""
        return np.asarray(np.array(self.extent) / (self.times * np.array(self.labels.shape[::-1])))

    @property
    def voxel(self) -> tuple[float, float, float]:
        """The same in units of the smallest."""
        x, y, z = (self.sides / self.sides.min()).tolist()
        return x, y, z

    def sizes(self, bulk: float, growth: float, gap_elements: int) -> Sizes:
        """Edge lengths in units of the smallest side; ``bulk`` already is."""
        return Sizes(bulk, min(1.0, bulk), growth, gap_elements, self.voxel)

    def forecast(self, sizes: Sizes) -> float:
        """How many tetrahedra edge lengths make, about."""
        surface = self.surface
        hull = 2 * np.count_nonzero((surface.lower < 0) | (surface.upper < 0))
        inner = 2 * len(surface.quads) - hull
        field = expected(field_of(surface, sizes), sizes.voxel)
        return float(PER_FIELD * field + PER_INNER * inner + PER_HULL * hull)


def counts_for(shape: Counts, voxel: tuple[float, ...], edge: float) -> Counts:
    """How many voxels with edges of about that length, and none shorter than given, fill a box.

    Args:
        shape: voxels along z, y and x.
        voxel: their sides, m.
        edge: wanted, m.
    """
    z, y, x = (
        max(1, round(n * h / edge)) if edge > COARSER * h else n
        for n, h in zip(shape, voxel, strict=True)
    )
    return z, y, x


def grid_of(
    labels: NDArray[np.integer], counts: Counts, times: int, extent: tuple[float, ...]
) -> Grid:
    """A label volume on a grid."""
    same = counts == labels.shape
    on_grid = labels.astype(np.int64) if same else resampled(labels, counts)
    return Grid(on_grid, times, extent)
