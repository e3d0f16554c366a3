"""Raw values with their shape and type in a TOML file beside them."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, listing
from anosim.formats.images.imagefile import ImageFile, Slabs
from anosim.formats.images.stored import Stored
from anosim.units import si

_KEYS = ("shape", "dtype", "offset", "voxel")


def read(path: Path, dataset: str | None, lazy: bool) -> ImageFile:
    """Open raw values.

    ``volume.raw`` is described by ``volume.raw.toml``: ``shape = [500, 1700, 1000]`` (z, y, x),
    ``dtype = "uint8"`` (with ">" before it for big-endian values), and, where they are known,
    ``offset = 0`` (bytes before the first value) and ``voxel = ["40 nm", "20 nm", "20 nm"]``.
    """
    header = _header(path)
    shape, dtype = header["shape"], header["dtype"]
    offset = header.get("offset", 0)
    if isinstance(offset, bool) or not isinstance(offset, int) or offset < 0:
        raise InputError(f"offset of {str(path)!r} is {offset!r}: expected a number of bytes")
    values = _values(path, shape, dtype, offset, lazy)
    voxel = header.get("voxel", [])
    sizes = tuple(
        si(size, "m", "voxel") for size in (voxel if isinstance(voxel, list) else [voxel])
    )
    sizes = sizes * len(values.shape) if len(sizes) == 1 else sizes
    if len(sizes) not in (0, len(values.shape)):
        raise InputError(f"voxel of {str(path)!r} has {len(sizes)} sizes: expected one per axis")
    return ImageFile(str(path), "raw", values, sizes, f"{path.name}.toml")


def _values(path: Path, shape: Any, dtype: Any, offset: int, lazy: bool) -> NDArray[Any] | Slabs:
    """Values of a known shape and type in a file that is as long as they need.

    Raises:
        InputError: the shape or type is none, or the file has another length.
    """
    if not isinstance(shape, list) or len(shape) not in (2, 3) or not all(
        isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in shape
    ):  # fmt: skip
        raise InputError(f"shape of {str(path)!r} is {shape!r}: expected [y, x] or [z, y, x]")
    try:
        kind = np.dtype(str(dtype))
    except (TypeError, ValueError, SyntaxError):
        raise InputError(f"dtype of {str(path)!r} is {dtype!r}: expected e.g. 'uint8'") from None
    if kind.kind not in "biuf":
        raise InputError(f"dtype of {str(path)!r} is {dtype!r}: expected integers or real numbers")
    return Stored(path, (path,), tuple(shape), kind, skip=offset).values(lazy=lazy)


def _header(path: Path) -> Mapping[str, Any]:
    beside = path.with_name(f"{path.name}.toml")
    if not beside.is_file():
        raise InputError(
            f"{str(path)!r} is raw: write its shape and type into {str(beside)!r}, for example "
            'shape = [500, 1700, 1000] and dtype = "uint8", each on a line'
        )
    try:
        found = tomllib.loads(beside.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{str(beside)!r} is not TOML: {error}") from None
    for key in ("shape", "dtype"):
        if key not in found:
            raise InputError(f"{str(beside)!r} has no {key!r}")
    unknown = [key for key in found if key not in _KEYS]
    if unknown:
        raise InputError(f"{str(beside)!r} has {listing(unknown)}: known are {listing(_KEYS)}")
    return found
