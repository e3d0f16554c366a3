"""Pixel data from files, with what the files say about axes and voxel size."""

import warnings
from collections.abc import Mapping
from os import PathLike
from typing import Any

from numpy.typing import NDArray

from anosim.formats.images.imagefile import ImageFile
from anosim.formats.images.opening import ENDINGS, open_image

__all__ = [
    "ENDINGS",
    "ImageFile",
    "open_image",
    "read",
    "read_labels",
    "read_labels_with_voxel",
    "read_with_voxel",
    "settled_voxel",
]


def read(path: str | PathLike[str]) -> NDArray[Any]:
    """The pixels of an image file or of a folder of slices, shape (y, x) or (z, y, x).

    A palette PNG gives its palette indices: they are the labels.

    Raises:
        InputError: no such file, an unknown ending, or a file that is not what its ending says.
        MissingDependencyError: the library that reads this format is not installed.

    Warns:
        UserWarning: what the file could mean in several ways, and how it was taken.
    """
    found = open_image(path)
    _warn(found.notes)
    return found.array()


def read_labels(path: str | PathLike[str], dataset: str | None = None) -> NDArray[Any]:
    """The integer labels of an image file or of a folder of slices, shape (y, x) or (z, y, x).

    Raises:
        InputError: as ``read``, or values that are no whole numbers.
        MissingDependencyError: the library that reads this format is not installed.

    Warns:
        UserWarning: as ``read``.
    """
    labels, notes = open_image(path, dataset=dataset).labels()
    _warn(notes)
    return labels


def read_with_voxel(
    path: str | PathLike[str], voxel: Any = None, dataset: str | None = None
) -> tuple[NDArray[Any], tuple[float, ...]]:
    """The pixels and their size per axis, m: the given one, else the file's.

    Raises:
        InputError: as ``read``, or no voxel size is known.
        MissingDependencyError: the library that reads this format is not installed.

    Warns:
        UserWarning: as ``read``, or the given voxel size contradicts the file's; the given one
            holds.
    """
    found = open_image(path, dataset=dataset)
    size = settled_voxel(found, voxel)
    _warn(found.notes)
    return found.array(), size


def read_labels_with_voxel(
    path: str | PathLike[str],
    voxel: Any = None,
    dataset: str | None = None,
    phases: Mapping[str, int] | None = None,
) -> tuple[NDArray[Any], tuple[float, ...]]:
    """The integer labels and the voxel size per axis, m: the given one, else the file's.

    Raises:
        InputError: as ``read_with_voxel``, or values that are no whole numbers.
        MissingDependencyError: the library that reads this format is not installed.

    Warns:
        UserWarning: as ``read_with_voxel``, or the given phases contradict the file's; the given
            ones hold.
    """
    found = open_image(path, dataset=dataset)
    size = settled_voxel(found, voxel)
    labels, notes = found.labels()
    contradiction = found.phase_contradiction(phases or {})
    _warn((*notes, contradiction) if contradiction else notes)
    return labels, size


def settled_voxel(found: ImageFile, voxel: Any) -> tuple[float, ...]:
    """The voxel size per axis, m: the given one, else the file's.

    Raises:
        InputError: neither is known for every axis, or the given one has a wrong unit.

    Warns:
        UserWarning: the given voxel size contradicts the file's; the given one holds.
    """
    contradiction = found.contradiction(voxel)
    size = found.voxel_size(voxel)
    _warn((f"{contradiction}: the given ones hold",) if contradiction else ())
    return size


def _warn(sentences: tuple[str, ...]) -> None:
    for sentence in sentences:
        warnings.warn(sentence, UserWarning, stacklevel=4)
