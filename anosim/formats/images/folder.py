"""A folder of slices, one file each."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, listing
from anosim.formats.images.imagefile import ImageFile, Slabs, shown_note
from anosim.formats.images.slice_names import in_order, left_out
from anosim.formats.limits import check_size
from anosim.progress import report

_SLICES = (".tif", ".tiff", ".png")


def read(path: Path, dataset: str | None, lazy: bool) -> ImageFile:
    """Open a folder whose .tif or .png files are the slices of one stack.

    They are taken in the order of the numbers in their names; a number that is left out is an
    error, for the slices behind it would be at the wrong depth. Hidden files (such as ``._name``
    of macOS), folders and files of other kinds are left out, and ``details`` names them. The
    files of one OME-TIFF are in the order that its metadata say.
    """
    if dataset is not None:
        raise InputError(f"{str(path)!r} is a folder of slices: it has no dataset {dataset!r}")
    slices = _slices(path)
    whole = _ome_stack(path, slices, lazy)
    if whole is not None:
        return whole
    files, details = _ordered(path, slices)
    first = _slice(files[0])
    shape = (len(files), *first.shape)
    stated = f"{first.stated}; slices in a folder have no distance"
    what = f"{len(files)} slices of shape {first.shape}, {first.dtype}"

    def slab(start: int, stop: int) -> NDArray[Any]:
        part = files[start:stop]
        stored = sum(file.stat().st_size for file in part)
        size = first.dtype.itemsize * float(np.prod(first.shape, dtype=object))
        check_size(path, len(part) * size, stored, what)
        found = np.empty((len(part), *first.shape), first.dtype)
        for rank, file in enumerate(part):
            found[rank] = _checked(file, first, files[0], lazy=False).array()
            report("read slices", (rank + 1) / len(part))
        return found

    if lazy:
        for file in files[1:]:
            _checked(file, first, files[0], lazy=True)
    values = Slabs(shape, first.dtype, slab) if lazy else slab(0, len(files))
    kind = f"folder of {len(files)} slices, {first.format}"
    white = first.white_is_zero
    notes = () if white is None else (shown_note(str(path), white),)
    voxel = (None, *first.voxel)
    return ImageFile(str(path), kind, values, voxel, stated, details, notes, white)


def _slices(path: Path) -> list[Path]:
    """Files of the folder that can be slices."""
    files = [
        file for file in path.iterdir()
        if file.suffix.lower() in _SLICES and not file.name.startswith(".") and file.is_file()
    ]  # fmt: skip
    kinds = {".tif" if file.suffix.lower() == ".tiff" else file.suffix.lower() for file in files}
    if not files:
        raise InputError(f"the folder {str(path)!r} holds no slices: expected .tif or .png files")
    if len(kinds) > 1:
        raise InputError(f"the folder {str(path)!r} holds both .tif and .png files: keep one kind")
    return files


def _ome_stack(path: Path, files: list[Path], lazy: bool) -> ImageFile | None:
    """The stack whose files are all in the folder; None where the slices are files of their own."""
    from anosim.formats.images import tiff

    first = min(files, key=lambda file: file.name)
    parts = tiff.ome_files(first) if first.suffix.lower() != ".png" else ()
    if len(parts) < 2:
        return None
    others = sorted(file.name for file in files if file.resolve() not in parts)
    if others:
        raise InputError(
            f"the folder {str(path)!r} holds {len(parts)} files of one OME-TIFF image, "
            f"{first.name!r} and more, and beside them {listing(others[:3])}: open "
            f"{str(first)!r} instead of the folder"
        )
    return replace(tiff.read(first, None, lazy), path=str(path))


def _ordered(path: Path, files: list[Path]) -> tuple[tuple[Path, ...], dict[str, str]]:
    """The slices in their order, and what is to be told about it."""
    ordered, rule = in_order(path, files)
    order = f"{len(ordered)} by {rule}, from {ordered[0].name} to {ordered[-1].name}"
    others = left_out({file.name for file in path.iterdir()} - {file.name for file in files})
    return ordered, {"slices": order} | ({"left out": others} if others else {})


def _slice(file: Path, lazy: bool = False) -> ImageFile:
    from anosim.formats.images.opening import open_image

    found = open_image(file, lazy=lazy)
    if len(found.shape) != 2:
        raise InputError(f"{str(file)!r} is a stack of shape {found.shape}: expected one slice")
    return found


def _checked(file: Path, first: ImageFile, name: Path, *, lazy: bool) -> ImageFile:
    found = _slice(file, lazy)
    for what, given, expected in (
        ("size", found.shape, first.shape),
        ("type", str(found.dtype), str(first.dtype)),
        ("white as", _white(found), _white(first)),
        ("pixels of", _metres(found), _metres(first)),
    ):
        if given != expected:
            raise InputError(
                f"{str(file)!r} has {what} {given}, but {name.name!r} has {expected}: "
                "slices of one stack are alike"
            )
    return found


def _metres(found: ImageFile) -> str:
    """The pixel sizes as text of three digits: exact values differ by rounding in the files."""
    return " x ".join("unknown size" if size is None else f"{size:.3g} m" for size in found.voxel)


def _white(found: ImageFile) -> str:
    return "the highest value" if found.white_is_zero is None else "zero"
