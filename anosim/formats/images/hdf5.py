"""HDF5: one dataset of a file."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, listing
from anosim.formats.images.imagefile import ImageFile, Slabs


def read(path: Path, dataset: str | None, lazy: bool) -> ImageFile:
    """Open a dataset of an HDF5 file; its voxel size is in element_size_um (Fiji, ilastik)."""
    import h5py

    from anosim.formats.images.opening import blaming

    with h5py.File(path, "r") as file:
        chosen = _choose(path, file, dataset)
        found = file[chosen]
        voxel, stated = _voxel(found)
        details = {"dataset": chosen}
        if not lazy:
            return ImageFile(str(path), "HDF5", np.asarray(found[()]), voxel, stated, details)
        shape, dtype = tuple(found.shape), found.dtype

    def slab(start: int, stop: int) -> NDArray[Any]:
        with h5py.File(path, "r") as file:
            return np.asarray(file[chosen][start:stop])

    values = Slabs(shape, dtype, blaming(path, slab))  # type: ignore[arg-type]
    return ImageFile(str(path), "HDF5", values, voxel, stated, details)


def _choose(path: Path, file: Any, dataset: str | None) -> str:
    import h5py

    found: list[str] = []

    def visit(name: str, node: object) -> None:
        if isinstance(node, h5py.Dataset) and node.ndim in (2, 3) and node.size:
            found.append(name)

    file.visititems(visit)
    if dataset is not None:
        name = dataset.strip("/")
        if name not in found:
            raise InputError(
                f"{str(path)!r} has no image dataset {dataset!r}; images in it are {listing(found)}"
            )
        return name
    if len(found) != 1:
        raise InputError(
            f"{str(path)!r} holds {len(found)} datasets of two or three axes: "
            f"{listing(found[:8])}; say which one as dataset"
        )
    return found[0]


def _voxel(found: Any) -> tuple[tuple[float | None, ...], str]:
    sizes = np.ravel(found.attrs.get("element_size_um", []))
    if sizes.dtype.kind in "iuf" and len(sizes) >= found.ndim:
        kept = sizes[-found.ndim :]
        return tuple(float(size) * 1e-6 for size in kept), "HDF5 attribute element_size_um"
    return (), "no HDF5 attribute element_size_um"
