"""Zarr: an array, an array of a group, or the full resolution of an OME-Zarr image."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, listing
from anosim.formats.images.imagefile import ImageFile, Slabs
from anosim.formats.images.lengths import metres


def read(path: Path, dataset: str | None, lazy: bool) -> ImageFile:
    """Open a Zarr store (version 2 or 3), OME-Zarr 0.4 or 0.5."""
    import zarr

    from anosim.formats.images.opening import blaming

    if not path.is_dir():
        raise InputError(f"{str(path)!r} is a file: expected a Zarr store, which is a folder")
    root = zarr.open(str(path), mode="r")
    scales = [] if isinstance(root, zarr.Array) else _multiscales(root.attrs)
    name, stored, axes, sizes, stated = _choose(path, root, dataset, scales)
    keep = _spatial(path, stored.shape, axes)
    shape = tuple(stored.shape[axis] for axis in keep)
    voxel = tuple(sizes[axis] for axis in keep) if sizes else ()
    if any(stored.shape[axis] == 0 for axis in keep):
        raise InputError(f"{str(path)!r} holds an array of shape {stored.shape}: it is empty")

    def slab(start: int, stop: int) -> NDArray[Any]:
        at = [slice(None) if axis in keep else 0 for axis in range(len(stored.shape))]
        at[keep[0]] = slice(start, stop)
        return np.asarray(stored[tuple(at)])

    kind = "OME-Zarr" if scales and dataset is None else "Zarr"
    details = {"dataset": name} if name else {}
    values = Slabs(shape, np.dtype(stored.dtype), blaming(path, slab))  # type: ignore[arg-type]
    found = ImageFile(str(path), kind, values, voxel, stated, details)
    return found if lazy else ImageFile(str(path), kind, found.array(), voxel, stated, details)


def _multiscales(attributes: Any) -> list[Mapping[str, Any]]:
    given = dict(attributes)
    ome = given.get("ome")
    found = (ome if isinstance(ome, Mapping) else given).get("multiscales", [])
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def _choose(path: Path, root: Any, dataset: str | None, scales: list[Mapping[str, Any]]) -> Any:
    """Name, array, axes' names, sizes in m and their origin."""
    import zarr

    if isinstance(root, zarr.Array):
        return "", root, (), (), "a Zarr array has no voxel size"
    if dataset is None and scales:
        level = scales[0]["datasets"][0]
        stored = root[level["path"]]
        axes = tuple(scales[0].get("axes", ()))
        return level["path"], stored, *_ome_sizes(scales[0], level, axes, len(stored.shape))
    names = sorted(name for name, _ in root.arrays())
    chosen = dataset if dataset is not None else (names[0] if len(names) == 1 else None)
    stored = root.get(chosen) if chosen is not None else None
    if not isinstance(stored, zarr.Array):
        what = f"no array {dataset!r}" if dataset is not None else f"{len(names)} arrays"
        raise InputError(
            f"{str(path)!r} has {what}; arrays in it are {listing(names[:8])}: say which one as "
            "dataset"
        )
    return chosen, stored, (), (), "a Zarr array has no voxel size"


def _ome_sizes(scale: Mapping[str, Any], level: Mapping[str, Any], axes: Any, count: int) -> Any:
    names = tuple(str(axis["name"] if isinstance(axis, Mapping) else axis) for axis in axes)
    units = [metres(axis.get("unit", "")) if isinstance(axis, Mapping) else None for axis in axes]
    factor = [1.0] * count
    for owner in (level, scale):
        for item in owner.get("coordinateTransformations", []):
            if item.get("type") == "scale" and len(item["scale"]) == count:
                factor = [a * float(b) for a, b in zip(factor, item["scale"], strict=True)]
    if len(units) != count:
        return names, (), "OME-Zarr axes without units"
    sizes = [
        None if unit is None else size * unit for size, unit in zip(factor, units, strict=True)
    ]
    return names, tuple(sizes), "OME-Zarr scale and axes' units"


def _spatial(path: Path, shape: tuple[int, ...], names: tuple[str, ...]) -> list[int]:
    """Positions of the axes z, y, x; others must have length 1."""
    names = names if len(names) == len(shape) else ("t", "c", "z", "y", "x")[-len(shape) :]
    long = [axis for axis, size in enumerate(shape) if size > 1 or names[axis] in "yx"]
    order = [names[axis] for axis in long]
    if order not in (["y", "x"], ["z", "y", "x"]):
        raise InputError(
            f"{str(path)!r} has axes {list(names)} of sizes {tuple(shape)}: expected one image "
            "(y, x) or (z, y, x); save one channel and time"
        )
    return long
