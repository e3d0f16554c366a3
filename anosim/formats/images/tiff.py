"""TIFF: stacks, ImageJ and OME, microscopes' own tags; in slabs where asked for."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.formats.images.imagefile import ImageFile, Slabs
from anosim.formats.images.tiff_voxel import voxel_of

_STACK = "ZIQ"
"""Axes that slices of a stack may be along."""


def read(path: Path, dataset: str | None, lazy: bool) -> ImageFile:
    """Open a TIFF file."""
    import tifffile

    with _complaints(path), tifffile.TiffFile(path) as file:
        series = _only_series(path, file)
        first = file.pages[0]
        if first.photometric == tifffile.PHOTOMETRIC.RGB:
            raise coloured(path)
        shape = _grey_shape(path, series)
        _check_whole(path, series)
        name, voxel, stated = voxel_of(file, len(shape))
        compression = getattr(first.compression, "name", str(first.compression)).lower()
        details = {"compression": compression}
        if lazy and len(shape) == 3:
            return ImageFile(
                str(path), name, _slabs(path, shape, series.dtype, len(series.pages)), voxel,
                stated, details,
            )  # fmt: skip
        values = np.asarray(series.asarray()).reshape(shape)
    return ImageFile(str(path), name, values, voxel, stated, details)


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


def _check_whole(path: Path, series: Any) -> None:
    """Refuse a file that ends before its pixels do; the library pads some of them with zeros."""
    size = path.stat().st_size
    for number, page in enumerate(series.pages):
        if page is None:
            raise InputError(f"{str(path)!r} is truncated: slice {number} is missing")
        ends = [o + n for o, n in zip(page.dataoffsets, page.databytecounts, strict=True) if n]
        if not ends or max(ends) > size:
            raise InputError(
                f"{str(path)!r} is truncated: slice {number} of {len(series.pages)} ends beyond "
                f"the file's {size} bytes"
            )


def _slabs(path: Path, shape: tuple[int, ...], dtype: Any, pages: int) -> NDArray[Any] | Slabs:
    """The stack on disk: mapped into memory where it lies in one piece, else page by page."""
    import tifffile

    from anosim.formats.images.opening import blaming

    try:
        return np.asarray(tifffile.memmap(path, mode="r")).reshape(shape)
    except ValueError:  # compressed, or in several pieces
        pass

    def slab(start: int, stop: int) -> NDArray[Any]:
        with _complaints(path), tifffile.TiffFile(path) as file:
            found = file.series[0].asarray(key=range(start, stop)) if pages == shape[0] else (
                file.series[0].asarray().reshape(shape)[start:stop]
            )  # fmt: skip
        return np.asarray(found).reshape(stop - start, *shape[1:])

    return Slabs(shape, np.dtype(dtype), blaming(path, slab))  # type: ignore[arg-type]


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def _complaints(path: Path) -> Iterator[None]:
    """What tifffile logs about damaged pages, and then leaves out, is an error."""
    logger, listener = logging.getLogger("tifffile"), _Listener()
    propagates = logger.propagate
    logger.addHandler(listener)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(listener)
        logger.propagate = propagates
    bad = [text for text in listener.messages if _is_damage(text)]
    if bad:
        raise InputError(f"{str(path)!r} is damaged or truncated: {' '.join(bad[0].split())[:160]}")


def _is_damage(text: str) -> bool:
    words = ("invalid page offset", "corrupt", "invalid offset", "TiffPages", "invalid page")
    return any(word in text for word in words)
