"""The faces of voxels that separate regions, as one triangle surface that neighbours share.

A region is a part of one phase whose voxels are connected over faces. Parts that touch only along
an edge or in a corner of voxels are different regions that share the points there, as in 2D.

Coordinates are in voxels, (x, y, z); corner (x, y, z) of voxels has the flat index
(z (ny + 1) + y) (nx + 1) + x. Every square is cut along the diagonal away from the origin, as the
six Kuhn tetrahedra of a voxel cut it, so that surface and tetrahedra always agree.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from anosim_geometry.network import OUTSIDE, regions_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Surface:
    """Triangles between regions, and between regions and the outside.

    Attributes:
        regions: region of each voxel, shape (nz, ny, nx).
        region_label: label of each region, shape (n_regions,).
        corners: flat index of the voxel corner where each vertex lies, ascending, shape (n,).
        points: the same as places (x, y, z) in voxels, shape (n, 3).
        quads: the vertices of each voxel face, in turn, from its corner next to the origin on,
            shape (n_quads, 4); seen from the upper region they turn to the left.
        lower: region on the side of the origin of each quad, shape (n_quads,), or OUTSIDE.
        upper: region on the other side.
    """

    regions: Ints
    region_label: Ints
    corners: Ints
    points: Floats
    quads: Ints
    lower: Ints
    upper: Ints

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels along x, y and z."""
        nz, ny, nx = self.regions.shape
        return nx, ny, nz

    @cached_property
    def triangles(self) -> Ints:
        """Two triangles for each quad, its normal from lower to upper, shape (2 n_quads, 3)."""
        return self.quads[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)

    @cached_property
    def vertex_at(self) -> Ints:
        """The vertex at each corner of voxels, -1 where there is none, shape (n_corners,)."""
        nx, ny, nz = self.shape
        found = np.full((nx + 1) * (ny + 1) * (nz + 1), -1, dtype=np.int64)
        found[self.corners] = np.arange(len(self.corners))
        return found

    def triangles_at(self, vertices: Ints) -> Ints:
        """The triangles with one of some vertices as a corner, ascending."""
        first, order = self._around
        count = first[vertices + 1] - first[vertices]
        jump = np.repeat(first[vertices] - np.cumsum(count) + count, count)
        place = np.arange(len(jump)) + jump
        met = np.zeros(len(self.triangles), dtype=np.bool_)
        met[order[place]] = True
        return np.flatnonzero(met)

    @cached_property
    def _around(self) -> tuple[Ints, Ints]:
        """Triangles by vertex: where each vertex's begin, shape (n + 1,), and the triangles."""
        corner = self.triangles.ravel()
        order = np.argsort(corner, kind="stable")
        first = np.concatenate([[0], np.cumsum(np.bincount(corner, minlength=len(self.corners)))])
        return first, order // 3

    @cached_property
    def on_hull(self) -> Bools:
        """Which coordinates of each vertex lie on the box, shape (n, 3)."""
        return np.asarray((self.points == 0) | (self.points == np.array(self.shape)))


def surface_of(labels: NDArray[np.integer]) -> Surface:
    """The surface of a label volume, shape (nz, ny, nx), hull included."""
    regions, region_label = regions_of(labels)
    around = np.pad(regions, 1, constant_values=OUTSIDE)
    nz, ny, nx = regions.shape
    step = np.array([1, nx + 1, (nx + 1) * (ny + 1)])
    quads, lower, upper = [], [], []
    for axis in range(3):
        first, second = step[(axis + 1) % 3], step[(axis + 2) % 3]
        along = 2 - axis  # the array's axis
        inner = [slice(1, -1)] * 3
        inner[along] = slice(None)
        block = around[tuple(inner)]
        below = np.take(block, range(block.shape[along] - 1), along)
        above = np.take(block, range(1, block.shape[along]), along)
        place = np.nonzero(below != above)
        origin = place[2] * step[0] + place[1] * step[1] + place[0] * step[2]
        quads.append(origin[:, None] + np.array([0, first, first + second, second]))
        lower.append(below[place])
        upper.append(above[place])
    corners, index = _compact(np.concatenate(quads), (nx + 1) * (ny + 1) * (nz + 1))
    return Surface(
        regions=regions,
        region_label=region_label,
        corners=corners,
        points=places_of(corners, (nx, ny, nz)).astype(np.float64),
        quads=index,
        lower=np.concatenate(lower),
        upper=np.concatenate(upper),
    )


def _compact(quads: Ints, count: int) -> tuple[Ints, Ints]:
    """The corners that are used, and the quads in terms of these."""
    used = np.zeros(count, dtype=np.bool_)
    used[quads] = True
    place = np.cumsum(used) - 1
    return np.flatnonzero(used), place[quads]


def places_of(corners: Ints, shape: tuple[int, int, int]) -> Ints:
    """Places (x, y, z) of corners of voxels given by flat indices, shape (n, 3)."""
    rest, x = np.divmod(corners, shape[0] + 1)
    z, y = np.divmod(rest, shape[1] + 1)
    return np.stack([x, y, z], axis=1)
