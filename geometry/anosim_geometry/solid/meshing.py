"""From a label volume to its mesh: the steps, and what to do when one of them fails."""

import warnings

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from anosim.errors import MeshError
from anosim.progress import report
from anosim_geometry.solid.hxt_fill import filled, for_gmsh
from anosim_geometry.solid.improvement import improved, without_flats
from anosim_geometry.solid.result import check_conforming, check_positive
from anosim_geometry.solid.shape import Shape
from anosim_geometry.solid.surface import Surface
from anosim_geometry.solid.tetrahedra import Tetrahedra, joined

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


OBLONG = 5.0
"""Ratio of a voxel's sides up to which Gmsh is relied on: between flat triangles HXT may crash."""


class MeshWarning(UserWarning):
    """The mesh is valid, but not made in the way that was asked for."""


def tetrahedra_of(shape: Shape, field: Floats, matched: str) -> Tetrahedra:
    """The tetrahedra between the walls of a shape.

    Larger regions are filled by Gmsh, those of a few voxels by the tetrahedra of these. Should
    Gmsh fail, or what it makes not conform, all regions are filled so.

    Args:
        shape: the surface.
        field: edge length at every voxel centre, in the shape's unit.
        matched: the axes across which sides are to match.

    Warns:
        MeshWarning: Gmsh failed.
    """
    walls = shape.walls()
    which = for_gmsh(np.bincount(shape.surface.regions.ravel()))
    nothing = Tetrahedra(walls.points, np.empty((0, 4), np.int64), np.empty(0, np.int64))
    try:
        made = nothing
        if which.any():
            _check_voxels(shape.voxel)
            hole = _cavities(shape.surface, which)
            made = filled(walls, which, hole, field, shape.voxel)
        report("mesh", 0.8)
        if not which.all():
            made = joined(made, shape.split(walls, ~which), len(walls.points))
        check_conforming(walls, made)
        made = without_flats(made, shape.box, matched)
        made = improved(made, walls, shape.box, matched, walls_stay=shape.straight)
        check_positive(made)
    except MeshError as error:
        warnings.warn(
            f"Gmsh made no mesh of this volume ({error}): every voxel was cut into six "
            "tetrahedra instead; the mesh is valid, but has more elements, which are less round",
            MeshWarning,
            stacklevel=5,
        )
        made = shape.split(walls, np.ones(len(which), dtype=np.bool_))
        check_conforming(walls, made)
        check_positive(made)
    return made


def _check_voxels(voxel: tuple[float, float, float]) -> None:
    """Keep from Gmsh what may crash it, or keep it busy for ever, without a word.

    Raises:
        MeshError: voxels are too oblong.
    """
    ratio = max(voxel) / min(voxel)
    if ratio > OBLONG:
        raise MeshError(
            f"voxels are {ratio:.3g} times as long as wide, above {OBLONG:g}; an interface_size "
            "as long as their longer side resamples them to cubes"
        )


def _cavities(surface: Surface, which: Bools) -> Ints:
    """The cavity, left by regions that Gmsh does not fill, in which each region lies."""
    left = ~which[surface.regions]
    number, _ = ndimage.label(left)
    found = np.zeros(len(which), dtype=np.int64)
    found[surface.regions[left]] = number[left] - 1
    return found
