"""Image: grey values with a voxel size."""

from dataclasses import dataclass
from os import PathLike
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.units import VoxelSize


@dataclass(frozen=True, eq=False)
class Image:
    """Grey values on a regular grid.

    Attributes:
        values: the grey values, shape (y, x) or (z, y, x), read-only.
        voxel: voxel size per axis in the array's order, m; one length serves all axes.
    """

    values: NDArray[Any]
    voxel: VoxelSize = VoxelSize()  # noqa: RUF009 (a descriptor, not a default)

    def __post_init__(self) -> None:
        set_grid(self, "values", np.asarray(self.values))

    @classmethod
    def read(cls, path: str | PathLike[str], *, voxel: Any) -> Self:
        """Read grey values from a TIFF, PNG or NumPy file.

        Raises:
            InputError: no such file, or not an image that can be read.
        """
        from anosim.formats.images import read

        return cls(read(path), voxel)


def set_grid(owner: Image | Any, field: str, array: NDArray[Any]) -> None:
    """Set an image's array, read-only, and its voxel size for every axis."""
    kind = type(owner).__name__
    if array.ndim not in (2, 3):
        raise InputError(
            f"{kind}.{field} has shape {array.shape}: expected (y, x) or (z, y, x); "
            "for a colour image take one channel"
        )
    if array.size < 2:
        raise InputError(f"{kind}.{field} is a single voxel: there is nothing to resolve in it")
    if len(owner.voxel) not in (1, array.ndim):
        raise InputError(
            f"{kind}.voxel has {len(owner.voxel)} sizes, the image {array.ndim} axes: "
            "give one size, or one per axis in the array's order"
        )
    view = array.view()
    view.flags.writeable = False
    object.__setattr__(owner, field, view)
    if len(owner.voxel) == 1:
        object.__setattr__(owner, "voxel", owner.voxel * array.ndim)
