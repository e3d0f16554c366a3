"""A surface with finer triangles: each voxel cut into smaller ones, the smooth shape kept."""

import numpy as np
from numpy.typing import NDArray

from anosim_geometry.solid.surface import Surface, places_of, surface_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def refined(surface: Surface, labels: Ints, times: int) -> Surface:
    """The surface of voxels cut into ``times`` parts along each axis."""
    fine = labels
    for axis in range(3):
        fine = np.repeat(fine, times, axis=axis)
    made = surface_of(fine)
    if len(made.region_label) != len(surface.region_label):
        raise AssertionError("cutting voxels changed their regions")
    return made


def interpolated(
    surface: Surface, displacement: Floats, corners: Ints, shape: tuple[int, int, int], times: int
) -> Floats:
    """Places of corners of finer voxels where the coarser ones are moved, in finer voxels.

    Between the corners of each of a voxel's six tetrahedra places are linear. The tetrahedra of
    the finer voxels lie inside those of the coarser ones (H. Freudenthal, Simplizialzerlegungen
    von beschränkter Flachheit, 1942), so that they are as valid.

    Args:
        surface: of the coarser voxels.
        displacement: of its vertices, coarser voxels, shape (n, 3).
        corners: flat indices of corners of the finer voxels, shape (m,).
        shape: finer voxels along x, y and z.
        times: how many finer voxels there are along a coarser one.
    """
    place = places_of(corners, shape)
    coarse = np.array(surface.shape)
    base = np.minimum(place // times, coarse - 1)
    part = place / times - base
    way = np.argsort(-part, axis=1, kind="stable")
    falling = np.take_along_axis(part, way, axis=1)
    weight = -np.diff(falling, prepend=1.0, append=0.0, axis=1)
    step = np.array([1, coarse[0] + 1, (coarse[0] + 1) * (coarse[1] + 1)])
    at = np.cumsum(np.hstack([(base @ step)[:, None], step[way]]), axis=1)
    moved = np.concatenate([displacement, np.zeros((1, 3))])  # the last: corners off the surface
    return np.asarray(place + times * np.einsum("ik,ikd->id", weight, moved[surface.vertex_at[at]]))
