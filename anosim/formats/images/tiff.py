"""TIFF: stacks, ImageJ and OME, microscopes' own tags; in slabs where asked for."""

from dataclasses import replace
from itertools import groupby
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.formats.images.imagefile import ImageFile, Slabs, shown, shown_note
from anosim.formats.images.phase_names import phases_of_tiff
from anosim.formats.images.tiff_ome import OmeStack, is_ome, ome_stack
from anosim.formats.images.tiff_pages import check_pages, complaints, opened, page
from anosim.formats.images.tiff_voxel import ome_voxel, voxel_of
from anosim.formats.limits import check_size

_STACK = "ZIQ"
"""Axes that slices of a stack may be along."""
_SUB_IMAGES = 64
"""Most smaller copies of an image in one file."""


def read(path: Path, dataset: str | None, lazy: bool) -> ImageFile:
    """Open a TIFF file, or all files of an OME-TIFF in several by any of them."""
    with opened(path) as file:
        first = _first(path, file)
        stack = ome_stack(path, first.description, len(file.pages)) if is_ome(first) else None
        found = _series(path, file, lazy) if stack is None else _ome(path, stack, first, lazy)
        total = _white_is_zero(first)
        found = replace(found, phases=phases_of_tiff(file))
    return found if total is None else _as_shown(found, total, lazy)


def ome_files(path: Path) -> tuple[Path, ...]:
    """Files of the stack that an OME-TIFF is part of, resolved; empty for any other TIFF.

    Raises:
        InputError: as ``read``.
    """
    with opened(path) as file:
        first = _first(path, file)
        stack = ome_stack(path, first.description, len(file.pages)) if is_ome(first) else None
    return () if stack is None else tuple(part.resolve() for part in stack.files)


def _first(path: Path, file: Any) -> Any:
    """The first page of a file in shades of grey."""
    import tifffile

    if not len(file.pages):
        raise InputError(f"{str(path)!r} is damaged: it holds no image")
    first = file.pages.first
    if first.photometric == tifffile.PHOTOMETRIC.RGB:
        raise coloured(path)
    if first.dtype is None:
        raise InputError(
            f"{str(path)!r} holds values of {first.bitspersample} bits, sample format "
            f"{first.sampleformat}: expected integers or real numbers of 8, 16, 32 or 64 bits"
        )
    if len(first.subifds or ()) > _SUB_IMAGES:
        raise InputError(f"{str(path)!r} is damaged: it declares {len(first.subifds)} sub-images")
    return first


def _series(path: Path, file: Any, lazy: bool) -> ImageFile:
    """The only series of a file without OME metadata."""
    series = _only_series(path, file)
    shape = _grey_shape(path, series)
    pages = [page for page in series.pages if page is not None]
    if len(pages) < len(series.pages):
        raise InputError(f"{str(path)!r} is truncated: slice {len(pages)} is missing")
    check_pages(path, pages, prod(shape) * series.dtype.itemsize, lazy)
    name, voxel, stated = voxel_of(file, len(shape))
    if lazy and len(shape) == 3:
        values = _slabs(path, shape, series.dtype, len(series.pages))
    else:
        values = np.asarray(series.asarray()).reshape(shape)
    return ImageFile(str(path), name, values, voxel, stated, _details(file.pages.first))


def _ome(path: Path, stack: OmeStack, first: Any, lazy: bool) -> ImageFile:
    """The stack that OME metadata describe."""
    from anosim.formats.images.opening import blaming

    depth = len(stack.slices)
    plane = tuple(size for axis, size in zip(first.axes, first.shape, strict=True)
                  if size > 1 or axis in "YX")  # fmt: skip
    if len(plane) != 2:
        raise InputError(f"{str(path)!r} holds slices of axes {first.axes}: expected (y, x)")
    whole = (depth, *plane)

    def slab(start: int, stop: int) -> NDArray[Any]:
        values = np.empty((stop - start, *plane), first.dtype)
        places = enumerate(stack.slices[start:stop])
        for file, group in groupby(places, key=lambda item: item[1][0]):
            with opened(file) as part:
                for rank, (_, number) in group:
                    values[rank] = page(file, part, number, first).asarray().reshape(plane)
        return values

    stored = sum(file.stat().st_size for file in stack.files)
    what, needed = f"an array of shape {whole}, {first.dtype}", prod(whole) * first.dtype.itemsize
    check_size(path, needed, stored, what, at_once=needed / depth if lazy else None)
    for file in stack.files:
        with opened(file) as part:
            numbers = [number for owner, number in stack.slices if owner == file]
            check_pages(file, [page(file, part, number, first) for number in numbers], 0, lazy)
    voxel, stated = ome_voxel(stack.pixels)
    values: NDArray[Any] | Slabs = (
        Slabs(whole, np.dtype(first.dtype), blaming(path, slab)) if lazy else slab(0, depth)  # type: ignore[arg-type]
    )
    if depth == 1:
        values, voxel = slab(0, 1)[0], voxel[1:]
    details = _details(first) | ({"files": len(stack.files)} if len(stack.files) > 1 else {})
    return ImageFile(str(path), "TIFF (OME)", values, voxel, stated, details)


def _details(first: Any) -> dict[str, Any]:
    return {"compression": getattr(first.compression, "name", str(first.compression)).lower()}


def _white_is_zero(first: Any) -> float | None:
    """Sum of a stored value and the one that viewers show, where dark is stored as high."""
    import tifffile

    if first.photometric != tifffile.PHOTOMETRIC.MINISWHITE:
        return None
    kind = first.dtype.kind
    if kind in "bu":
        return int(2**first.bitspersample - 1)
    return -1 if kind == "i" else 0.0


def _as_shown(found: ImageFile, total: float, lazy: bool) -> ImageFile:
    """The image as viewers show it."""
    values = found.values
    if isinstance(values, Slabs):
        stored = values.read
        seen: NDArray[Any] | Slabs = replace(
            values, read=lambda start, stop: shown(stored(start, stop), total)
        )
    elif lazy:
        mapped = values
        seen = Slabs(found.shape, found.dtype, lambda start, stop: shown(mapped[start:stop], total))
    else:
        seen = shown(values, total)
    notes = (*found.notes, shown_note(found.path, total))
    return replace(found, values=seen, notes=notes, white_is_zero=total)


def coloured(path: Path) -> InputError:
    """The error for a picture in colours."""
    return InputError(
        f"{str(path)!r} is a colour picture, not labels or grey values: save one channel of "
        "integers, or an indexed (palette) PNG"
    )


def _only_series(path: Path, file: Any) -> Any:
    if not len(file.pages):
        raise InputError(f"{str(path)!r} is damaged: it holds no image")
    shapes = sorted({tuple(series.shape) for series in file.series})
    if len(shapes) > 1:
        raise InputError(
            f"{str(path)!r} holds images of different sizes, {shapes[0]} and {shapes[1]}"
            f"{' and more' if len(shapes) > 2 else ''}: save the slices of one stack alone"
        )
    if len(file.series) > 1:
        raise InputError(
            f"{str(path)!r} holds {len(file.series)} images of shape {shapes[0]} that are no "
            "stack: save one of them, or all as one stack"
        )
    described = prod(shapes[0]) // max(prod(file.pages.first.shape), 1)
    if described < len(file.pages) and len(file.series[0].levels) == 1 and not file.is_lsm:
        raise InputError(
            f"{str(path)!r} holds {len(file.pages)} images, but its metadata describe {described}: "
            "save it anew as one stack"
        )
    return file.series[0]


def _grey_shape(path: Path, series: Any) -> tuple[int, ...]:
    """The shape without axes of length 1; slices may be along any one axis of a stack."""
    long = [(axis, size) for axis, size in zip(series.axes, series.shape, strict=True)
            if size > 1 or axis in "YX"]  # fmt: skip
    axes = "".join(axis for axis, _ in long)
    for axis, what in (("S", "colour samples"), ("C", "channels"), ("T", "times")):
        if axis in axes:
            count = dict(long)[axis]
            raise InputError(
                f"{str(path)!r} holds {count} {what} (axes {series.axes}): save one of them"
            )
    if axes != "YX" and not (len(axes) == 3 and axes[0] in _STACK and axes[1:] == "YX"):
        raise InputError(
            f"{str(path)!r} holds axes {series.axes} of sizes {tuple(series.shape)}: expected one "
            "image (y, x) or one stack (z, y, x)"
        )
    return tuple(size for _, size in long)


def _slabs(path: Path, shape: tuple[int, ...], dtype: Any, pages: int) -> NDArray[Any] | Slabs:
    """The stack on disk: mapped into memory where it lies in one piece, else page by page."""
    import tifffile

    from anosim.formats.images.opening import blaming

    try:
        return np.asarray(tifffile.memmap(path, mode="r")).reshape(shape)
    except (ValueError, OSError):  # compressed, in several pieces, or beyond the memory allowed
        pass

    def slab(start: int, stop: int) -> NDArray[Any]:
        with complaints(path), tifffile.TiffFile(path) as file:
            found = file.series[0].asarray(key=range(start, stop)) if pages == shape[0] else (
                file.series[0].asarray().reshape(shape)[start:stop]
            )  # fmt: skip
        return np.asarray(found).reshape(stop - start, *shape[1:])

    return Slabs(shape, np.dtype(dtype), blaming(path, slab))  # type: ignore[arg-type]
