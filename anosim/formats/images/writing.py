"""Labels to files, with their voxel size."""

import os
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.formats.atomic import replacing
from anosim.formats.images.phase_names import phase_text
from anosim.microstructure import Microstructure

_BIG = 1 << 31
"""Bytes from which on ImageJ's kind of TIFF does not serve."""


def write_labels(structure: Microstructure, path: str | PathLike[str]) -> None:
    """Write a microstructure's labels as .tif (ImageJ reads voxel size and phases) or .npy.

    Raises:
        InputError: another ending, no such folder, or labels beyond 32 bits in TIFF.
    """
    path = Path(path)
    check_labels_writable(path)
    with replacing(path) as temporary:
        if path.suffix.lower() == ".npy":
            np.save(temporary, structure.labels)
        else:
            _write_tiff(structure, temporary)


def check_labels_writable(path: str | PathLike[str]) -> None:
    """Refuse a file that labels cannot be written to, before any work.

    Raises:
        InputError: another ending than .tif or .npy, or no such folder.
    """
    path = Path(path)
    if path.suffix.lower() not in (".tif", ".tiff", ".npy"):
        raise InputError(f"cannot write labels to {str(path)!r}: expected .tif or .npy")
    if not path.parent.is_dir():
        raise InputError(f"cannot write {str(path)!r}: there is no folder {str(path.parent)!r}")


def label_array(
    path: Path, shape: tuple[int, ...], voxel: tuple[float, ...], phases: Mapping[str, int]
) -> Any:
    """An array of bytes in a new .npy file or OME-TIFF, to be filled and flushed.

    Raises:
        OSError: the disk has no room for all of it.
    """
    if path.suffix.lower() == ".npy":
        found: Any = np.lib.format.open_memmap(path, "w+", np.uint8, shape)
    else:
        import tifffile

        found = tifffile.memmap(
            path, shape=shape, dtype=np.uint8, bigtiff=True, ome=True, photometric="minisblack",
            metadata=_ome(voxel, phases),
        )  # fmt: skip
    _reserve(path)
    return found


def _reserve(path: Path) -> None:
    """Take a file's room on the disk now: a full disk under a mapped file is a bus error."""
    if hasattr(os, "posix_fallocate"):
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)


def _write_tiff(structure: Microstructure, path: Path) -> None:
    import tifffile

    labels = _smallest(structure.labels)
    if labels.dtype.itemsize > 4:
        raise InputError(
            f"labels up to {labels.max()} do not fit into the 32 bits of TIFF: write .npy"
        )
    voxel = structure.voxel
    if labels.dtype.itemsize > 2 or labels.nbytes > _BIG:
        tifffile.imwrite(
            path, labels, bigtiff=True, ome=True, photometric="minisblack",
            metadata=_ome(voxel, structure.phases),
        )  # fmt: skip
        return
    names = phase_text(structure.phases)
    metadata: dict[str, Any] = {"unit": "um", "axes": "ZYX"[-labels.ndim :], "Info": names}
    if labels.ndim == 3:
        metadata |= {"spacing": voxel[0] * 1e6}
    resolution = tuple(1e-6 / size for size in voxel[:-3:-1])
    tifffile.imwrite(path, labels, imagej=True, resolution=resolution, metadata=metadata)


def _ome(voxel: tuple[float, ...], phases: Mapping[str, int]) -> dict[str, Any]:
    axes = "ZYX"[-len(voxel) :]
    sizes = {f"PhysicalSize{a}": h * 1e6 for a, h in zip(axes, voxel, strict=True)}
    told = {"axes": axes, "Description": phase_text(phases)}
    return {**told, **sizes, **{f"PhysicalSize{axis}Unit": "µm" for axis in axes}}


def _smallest(labels: NDArray[Any]) -> NDArray[Any]:
    """The labels in the smallest type that holds them."""
    ends = (int(labels.min()), int(labels.max()))
    return labels.astype(np.result_type(*map(np.min_scalar_type, ends)), copy=False)
