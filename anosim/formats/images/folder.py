"""A folder of slices, one file each."""

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.formats.images.imagefile import ImageFile, Slabs
from anosim.progress import report

_SLICES = (".tif", ".tiff", ".png")


def read(path: Path, dataset: str | None, lazy: bool) -> ImageFile:
    """Open a folder whose .tif or .png files are the slices of one stack.

    They are taken in the order of the numbers in their names; a number that is left out is an
    error, for the slices behind it would be at the wrong depth.
    """
    files = _files(path)
    first = _slice(files[0])
    shape = (len(files), *first.shape)
    stated = f"{first.stated}; slices in a folder have no distance"

    def slab(start: int, stop: int) -> NDArray[Any]:
        found = np.empty((stop - start, *first.shape), first.dtype)
        for rank, file in enumerate(files[start:stop]):
            found[rank] = _checked(file, first, files[0]).array()
            report("read slices", (rank + 1) / (stop - start))
        return found

    if lazy:
        for file in files[1:]:
            _checked(file, first, files[0])
    values = Slabs(shape, first.dtype, slab) if lazy else slab(0, len(files))
    kind = f"folder of {len(files)} slices, {first.format}"
    return ImageFile(str(path), kind, values, (None, *first.voxel), stated)


def _files(path: Path) -> list[Path]:
    files = [file for file in path.iterdir() if file.suffix.lower() in _SLICES and file.is_file()]
    kinds = {".tif" if file.suffix.lower() == ".tiff" else file.suffix.lower() for file in files}
    if not files:
        raise InputError(f"the folder {str(path)!r} holds no slices: expected .tif or .png files")
    if len(kinds) > 1:
        raise InputError(f"the folder {str(path)!r} holds both .tif and .png files: keep one kind")
    ordered = sorted(files, key=lambda file: (_numbers(file), file.name))
    _check_numbering(path, ordered)
    return ordered


def _numbers(file: Path) -> tuple[int, ...]:
    return tuple(int(digits) for digits in re.findall(r"\d{1,18}", file.stem))


def _check_numbering(path: Path, files: list[Path]) -> None:
    """Refuse a gap in the one number that differs from name to name."""
    numbers = [_numbers(file) for file in files]
    if len(files) < 3 or len({len(row) for row in numbers}) > 1 or not numbers[0]:
        return
    columns = [column for column in zip(*numbers, strict=True) if len(set(column)) > 1]
    if len(columns) != 1 or len(set(columns[0])) != len(files):
        return
    steps = np.diff(columns[0])
    common = int(np.median(steps))
    for file, following, step in zip(files, files[1:], steps, strict=False):
        if step != common:
            raise InputError(
                f"slices are missing in the folder {str(path)!r} between {file.name!r} and "
                f"{following.name!r}: put copies of their neighbours there, or number the files "
                "without gaps"
            )


def _slice(file: Path) -> ImageFile:
    from anosim.formats.images.opening import open_image

    found = open_image(file)
    if len(found.shape) != 2:
        raise InputError(f"{str(file)!r} is a stack of shape {found.shape}: expected one slice")
    return found


def _checked(file: Path, first: ImageFile, name: Path) -> ImageFile:
    found = _slice(file)
    for what, given, expected in (
        ("size", found.shape, first.shape),
        ("type", str(found.dtype), str(first.dtype)),
    ):
        if given != expected:
            raise InputError(
                f"{str(file)!r} has {what} {given}, but {name.name!r} has {expected}: "
                "slices of one stack are alike"
            )
    return found
