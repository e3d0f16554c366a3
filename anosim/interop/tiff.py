"""A concentration on an image's voxels as TIFF."""

from os import PathLike
from typing import Any

import numpy as np

from anosim.errors import InputError
from anosim.figures.readable import durations
from anosim.formats.atomic import replacing
from anosim.grid_location import values_on_grid
from anosim.interop.fields import Fields
from anosim.voxel_grid import VoxelGrid

_BIG = 1 << 31
"""Bytes from which on ImageJ's kind of TIFF does not serve."""


def write_tiff(fields: Fields, path: str | PathLike[str], grid: VoxelGrid) -> None:
    """Write the concentration at the middles of voxels, mol/m^3, as 32-bit TIFF for ImageJ.

    One frame per time, with the voxel size; NaN outside of the domain. Above 2 GB it is an OME
    BigTIFF.

    Args:
        fields: what to write.
        path: the file, .tif.
        grid: shape and voxel size of the image that was meshed.

    Raises:
        InputError: another ending, or the image is not the mesh's.
    """
    import tifffile

    if not str(path).lower().endswith((".tif", ".tiff")):
        raise InputError(f"cannot write a TIFF to {str(path)!r}: expected .tif")
    if len(grid.shape) != fields.dimension:
        raise InputError(
            f"a grid of shape {grid.shape} does not fit fields in {fields.dimension} dimensions"
        )
    values = values_on_grid(fields.points, fields.cells, fields.values, grid)
    axes, voxel = "TZYX" if fields.dimension == 3 else "TYX", grid.voxel
    with replacing(path) as temporary:
        if values.nbytes > _BIG:
            sizes = zip("ZYX"[-len(voxel) :], voxel, strict=True)
            physical = {f"PhysicalSize{axis}": h * 1e6 for axis, h in sizes}
            tifffile.imwrite(temporary, values, bigtiff=True, ome=True, photometric="minisblack",
                             metadata={"axes": axes, **physical})  # fmt: skip
            return
        steady = not np.isfinite(fields.times).all()
        names = ["steady state"] if steady else durations(fields.times.tolist())
        labels = np.repeat(names, len(values[0]) if fields.dimension == 3 else 1)
        metadata: dict[str, Any] = {
            "axes": axes,
            "unit": "um",
            "Labels": [f"c / mol m-3, {n}" for n in labels],
        }
        if fields.dimension == 3:
            metadata |= {"spacing": voxel[0] * 1e6}
        resolution = tuple(1e-6 / size for size in voxel[:-3:-1])
        tifffile.imwrite(temporary, values, imagej=True, resolution=resolution, metadata=metadata)
