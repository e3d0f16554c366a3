"""Volumes of regions, and the shifts of their surface that give them those of their voxels."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import cg

from anosim_geometry.network import OUTSIDE
from anosim_geometry.solid.surface import Surface
from anosim_geometry.solid.validity import CLAMP, limited

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

PASSES = 8
PROGRESS = 0.7
"""Passes end when two in a row leave more than this share of the error before them."""
RIDGE = 1e-9
CLOSE, VERY_CLOSE = 1e-4, 1e-5
"""Relative errors of any region's volume, and of all together, that need no further pass."""


def restored(
    enclosed: "Enclosed", displacement: Floats, held: Bools, wanted: Floats, *, thoroughly: bool
) -> Floats:
    """Displacements that give every region its volume, as near to the given ones as can be.

    Each pass takes the smallest shift (in the mean square) that does so to first order: along
    the normals, by one multiplier for each region. What may not go so far is left out of the
    next pass.

    Args:
        enclosed: the volumes as functions of the surface's vertices.
        displacement: valid displacements of the vertices, voxels, shape (n, 3).
        held: coordinates that may not move, same shape.
        wanted: volume of each region, voxels, shape (n_regions,).
        thoroughly: whether to go on until volumes are right, not only nearly.
    """
    surface, free = enclosed.surface, ~held
    best, least, before, slow = displacement, np.inf, np.inf, 0
    for _ in range(PASSES if thoroughly else 1):
        missing = wanted - enclosed.volumes(surface.points + displacement)
        off = np.abs(missing)
        # a large step may overshoot: then what counts is the way back
        slow = slow + 1 if off.sum() > PROGRESS * max(least, before) else 0
        before = off.sum()
        if off.sum() < least:
            best, least = displacement, off.sum()
        if slow > 1 or (np.all(off < CLOSE * wanted) and least < VERY_CLOSE * wanted.sum()):
            return best
        slopes = enclosed.slopes(surface.points + displacement, free)
        goal = displacement + _least_shift(slopes, missing)
        displacement, share = limited(surface, displacement, np.clip(goal, -CLAMP, CLAMP))
        free = ~held & (np.abs(goal) <= CLAMP) & (share > 0.5)[:, None]
    if not thoroughly:
        return displacement
    off = np.abs(wanted - enclosed.volumes(surface.points + displacement))
    return displacement if off.sum() < least else best


def _least_shift(slopes: sparse.csr_array, missing: Floats) -> Floats:
    """The smallest shift of vertices that changes volumes so, shape (n, 3)."""
    normal: sparse.csr_array[np.float64] = sparse.csr_array(slopes @ slopes.T)
    diagonal = normal.diagonal()
    scale = 1.0 / np.sqrt(np.where(diagonal > 1e-12, diagonal, np.inf))
    rows = np.repeat(np.arange(len(scale)), np.diff(normal.indptr))
    normal.data *= scale[rows] * scale[normal.indices]
    # the volumes' sum cannot change: without the ridge the matrix is singular
    matrix = normal + RIDGE * sparse.eye_array(len(scale), dtype=np.float64)
    multiplier, _ = cg(matrix, scale * missing, rtol=1e-8, maxiter=500)
    return np.asarray((slopes.T @ (scale * multiplier)).reshape(-1, 3))


@dataclass(frozen=True, eq=False)
class Enclosed:
    """What the triangles of a surface enclose, as functions of the places of its vertices."""

    surface: Surface

    def volumes(self, points: Floats) -> Floats:
        """Volume of each region, shape (n_regions,)."""
        a, b, c = points[self.surface.triangles].transpose(1, 2, 0)
        cone = a[0] * (b[1] * c[2] - b[2] * c[1])
        cone += a[1] * (b[2] * c[0] - b[0] * c[2])
        cone += a[2] * (b[0] * c[1] - b[1] * c[0])
        cone = cone.reshape(-1, 2).sum(axis=1) / 6.0
        count = len(self.surface.region_label)
        total = np.zeros(count)
        for side, sign in ((self.surface.lower, 1.0), (self.surface.upper, -1.0)):
            inside = side != OUTSIDE
            total += sign * np.bincount(side[inside], cone[inside], count)
        return total

    def slopes(self, points: Floats, free: Bools) -> sparse.csr_array:
        """Derivatives of the volumes by the coordinates, shape (n_regions, 3 n_vertices).

        Args:
            points: places of the vertices, shape (n, 3).
            free: coordinates by which to derive, same shape; 0 by the others.
        """
        area = _doubled(points, self.surface.triangles).reshape(-1, 2, 3) / 6.0
        # corners 0 and 2 of a quad belong to both of its triangles
        both = area.sum(axis=1)
        of_corner = np.stack([both, area[:, 0], both, area[:, 1]], axis=1).reshape(-1, 3)
        gather, vertex, first = self._incidence
        values = (gather @ of_corner) * free[vertex]
        columns = 3 * vertex[:, None] + np.arange(3)
        shape = (len(first) - 1, 3 * len(points))
        return sparse.csr_array((values.ravel(), columns.ravel(), 3 * first), shape=shape)

    @cached_property
    def _incidence(self) -> tuple[sparse.csr_array, Ints, Ints]:
        """Pairs of a region and a vertex of its boundary, by region.

        Returns:
            What the corners of quads add to each pair, shape (n_pairs, 4 n_quads), the vertex of
            each pair, and where the pairs of each region begin, shape (n_regions + 1,).
        """
        surface = self.surface
        count = len(surface.points)
        corner = np.arange(surface.quads.size)
        side = np.repeat(np.stack([surface.lower, surface.upper]), 4, axis=1)
        inside = side != OUTSIDE
        sign = np.where(inside, np.array([[1.0], [-1.0]]), 0.0)[inside]
        corner = np.tile(corner, (2, 1))[inside]
        keys, pair = np.unique(
            side[inside] * count + surface.quads.ravel()[corner], return_inverse=True
        )
        gather = sparse.csr_array((sign, (pair, corner)), shape=(len(keys), surface.quads.size))
        region, vertex = np.divmod(keys, count)
        first = np.searchsorted(region, np.arange(len(surface.region_label) + 1))
        return gather, vertex, first


def _doubled(points: Floats, triangles: Ints) -> Floats:
    """Normals of triangles, as long as twice their area, shape (n, 3)."""
    a, b, c = (points[corner] for corner in triangles.T)
    return np.cross(b - a, c - a)
