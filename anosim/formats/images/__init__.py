"""Pixel data from files, with what the files say about axes and voxel size."""

import warnings
from os import PathLike
from typing import Any

from numpy.typing import NDArray

from anosim.formats.images.imagefile import ImageFile
from anosim.formats.images.opening import ENDINGS, open_image

__all__ = ["ENDINGS", "ImageFile", "open_image", "read", "read_with_voxel"]


def read(path: str | PathLike[str]) -> NDArray[Any]:
    """The pixels of an image file or of a folder of slices, shape (y, x) or (z, y, x).

    A palette PNG gives its palette indices: they are the labels.

    Raises:
        InputError: no such file, an unknown ending, or a file that is not what its ending says.
        MissingDependencyError: the library that reads this format is not installed.
    """
    return open_image(path).array()


def read_with_voxel(
    path: str | PathLike[str], voxel: Any = None, dataset: str | None = None
) -> tuple[NDArray[Any], tuple[float, ...]]:
    """The pixels and their size per axis, m: the given one, else the file's.

    Raises:
        InputError: as ``read``, or no voxel size is known.
        MissingDependencyError: the library that reads this format is not installed.

    Warns:
        UserWarning: the given voxel size contradicts the file's; the given one holds.
    """
    found = open_image(path, dataset=dataset)
    size = found.voxel_size(voxel)
    contradiction = found.contradiction(voxel)
    if contradiction:
        warnings.warn(f"{contradiction}: the given ones hold", UserWarning, stacklevel=3)
    return found.array(), size
