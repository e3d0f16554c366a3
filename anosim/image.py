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

    Raises:
        InputError: values that are no finite numbers, or a shape that is no image.
    """

    values: NDArray[Any]
    voxel: VoxelSize = VoxelSize()  # noqa: RUF009 (a descriptor, not a default)

    def __post_init__(self) -> None:
        values = np.asarray(self.values)
        if values.dtype.kind not in "biuf":
            raise InputError(
                f"Image.values holds {values.dtype} values: expected integers or real numbers"
            )
        check_finite(values, "Image.values")
        set_grid(self, "values", values)

    @classmethod
    def read(
        cls, path: str | PathLike[str], *, voxel: Any = None, dataset: str | None = None
    ) -> Self:
        """Read grey values from an image file or a folder of slices.

        Args:
            path: what ``anosim.formats.images.open_image`` opens.
            voxel: its size, one for all axes or one per axis; without it the file's own.
            dataset: which array of an HDF5 file or Zarr group.

        Raises:
            InputError: no such file, not an image that can be read, or no voxel size anywhere.
            MissingDependencyError: the library that reads this format is not installed.

        Warns:
            UserWarning: the given voxel size contradicts the file's; the given one holds.
        """
        from anosim.formats.images import read_with_voxel

        return cls(*read_with_voxel(path, voxel, dataset))


def check_finite(values: NDArray[Any], name: str, start: int = 0) -> None:
    """Refuse values that are no numbers.

    Args:
        values: the values.
        name: what holds them, for the message.
        start: position of the first along the first axis.

    Raises:
        InputError: not a number or infinite, with how many and where the first is.
    """
    if values.dtype.kind != "f":
        return
    wrong = ~np.isfinite(values)
    count = int(np.count_nonzero(wrong))
    if count:
        first = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
        where = (int(first[0]) + start, *map(int, first[1:]))
        raise InputError(
            f"{name} holds {count} values that are not finite numbers, the first at {where}: "
            "replace them, or crop them away"
        )


def whole_numbers(values: NDArray[Any], name: str) -> NDArray[Any]:
    """Labels as integers of the machine's byte order: real numbers only where all are whole.

    Args:
        values: booleans, integers or real numbers.
        name: what holds them, for the message.

    Raises:
        InputError: values that are not whole, or beyond the largest integer, 2^63 - 1.
    """
    kind = values.dtype.kind
    if kind not in "biuf":
        raise InputError(f"{name} holds {values.dtype} values: labels are integers")
    if kind == "b":
        return values.astype(np.uint8)
    if kind == "f" and not (np.isfinite(values) & (np.trunc(values) == values)).all():
        raise InputError(
            f"{name} holds {values.dtype} values that are not whole numbers: labels are integers; "
            "segment a grey image first"
        )
    if kind == "i" or (kind == "u" and values.dtype.itemsize < 8):
        return values.astype(values.dtype.newbyteorder("="), copy=False)
    largest = int(np.abs(values).max(initial=0))
    if largest >= 2**63:
        raise InputError(
            f"{name} holds a label of {largest}: the largest label possible is 2^63 - 1; "
            "number the labels anew from 0"
        )
    return values.astype(np.int32 if largest < 2**31 else np.int64)


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
