"""The grid of an image: a part of it, or voxels of equal sides."""

from typing import Any

import numpy as np

from anosim.errors import InputError
from anosim.image import Image
from anosim.units import si


def crop(image: Image, *ranges: tuple[int, int]) -> Image:
    """The part between ``(start, stop)`` voxels along each axis, in the array's order.

    Raises:
        InputError: a range is empty or reaches outside the image.
    """
    shape = image.values.shape
    if len(ranges) != len(shape):
        raise InputError(f"crop has {len(ranges)} ranges, the image {len(shape)} axes")
    for (start, stop), size in zip(ranges, shape, strict=True):
        if not 0 <= start < stop <= size:
            raise InputError(f"crop range [{start}, {stop}] does not fit an axis of {size} voxels")
    return Image(image.values[tuple(slice(*bounds) for bounds in ranges)], image.voxel)


def isotropic(image: Image, voxel: Any = None) -> Image:
    """The image on voxels of equal sides, by linear interpolation.

    The new grid covers the old one from its first corner; the last voxel may reach beyond it by
    less than its half.

    Args:
        image: the image.
        voxel: the new side, m or text with a unit; without it the smallest of the old ones.

    Raises:
        InputError: a side that is no length, or so long that an axis has no voxel left.
    """
    from scipy.ndimage import map_coordinates

    side = min(image.voxel) if voxel is None else si(voxel, "m", "voxel")
    if side <= 0.0:
        raise InputError(f"voxel is {voxel!r}: it must be greater than 0 m")
    old = image.values
    shape = [max(round(n * h / side), 1) for n, h in zip(old.shape, image.voxel, strict=True)]
    if min(shape) < 2:
        raise InputError(f"voxel is {side:g} m: of the image only {shape} voxels would be left")
    centres = [
        (np.arange(n) + 0.5) * side / h - 0.5 for n, h in zip(shape, image.voxel, strict=True)
    ]
    places = np.meshgrid(*centres, indexing="ij", copy=False)
    values = map_coordinates(old.astype(np.float32), places, order=1, mode="nearest")
    if old.dtype.kind in "iu":
        values = np.rint(values).astype(old.dtype)
    return Image(values, side)
