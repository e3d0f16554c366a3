"""MRC: volumes of electron tomography."""

from pathlib import Path

import numpy as np

from anosim.errors import InputError
from anosim.formats.images.imagefile import ImageFile

_HEADER = 1024


def read(path: Path, dataset: str | None, lazy: bool) -> ImageFile:
    """Open an MRC file; its cell is in angstrom."""
    import mrcfile

    with mrcfile.open(path, mode="r", header_only=True) as file:
        header = file.header
        shape = tuple(int(header[name]) for name in ("nz", "ny", "nx"))
        dtype = mrcfile.utils.dtype_from_mode(header.mode).newbyteorder(header.mode.dtype.byteorder)
        offset = _HEADER + int(header.nsymbt)
        sizes = [float(getattr(file.voxel_size, axis)) * 1e-10 for axis in "zyx"]
    needed = offset + int(np.prod(shape, dtype=object)) * dtype.itemsize
    if min(shape) <= 0 or needed > path.stat().st_size:
        raise InputError(
            f"{str(path)!r} is truncated: an array of shape {shape} and type {dtype} needs "
            f"{needed} bytes, the file has {path.stat().st_size}"
        )
    mapped = np.memmap(path, dtype, "r", offset, shape)
    values = np.asarray(mapped) if lazy else np.array(mapped)
    voxel: tuple[float | None, ...] = tuple(sizes)
    if shape[0] == 1:
        values, voxel = values[0], voxel[1:]
    stated = "MRC cell" if all(sizes) else "the MRC cell is not set"
    return ImageFile(str(path), "MRC", values, voxel, stated)
