"""Zarr: an array, an array of a group, or the full resolution of an OME-Zarr image."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from anosim.errors import InputError, listing
from anosim.formats.images.imagefile import ImageFile, Slabs
from anosim.formats.images.lengths import metres
from anosim.formats.images.stored_axes import spatial_axes, take
from anosim.formats.images.zarr_stores import check_array, check_store

_DEEP = 4
"""Groups behind each other that are searched for images."""
_NO_SIZE = "a Zarr array has no voxel size"


@dataclass(frozen=True)
class _Found:
    """An array of a store, with what the store says about it."""

    array: Any
    kind: str = "Zarr"
    names: tuple[str, ...] = ()
    sizes: tuple[float | None, ...] = ()
    stated: str = _NO_SIZE


def read(path: Path, dataset: str | None, lazy: bool) -> ImageFile:
    """Open a Zarr store (version 2 or 3), OME-Zarr 0.4 or 0.5, also as bioformats2raw writes it.

    Of an OME-Zarr image the full resolution is read; ``dataset`` names another array, or one of
    several images.
    """
    import zarr

    from anosim.formats.images.opening import blaming

    if not path.is_dir():
        raise InputError(f"{str(path)!r} is a file: expected a Zarr store, which is a folder")
    check_store(path)
    root = zarr.open(str(path), mode="r")
    found = _named(path, root, dataset) if dataset is not None else _only(path, root)
    stored = found.array
    axes = spatial_axes(path, stored.shape, found.names)
    shape, dtype = tuple(stored.shape[axis] for axis in axes), np.dtype(stored.dtype)
    if 0 in shape:
        raise InputError(f"{str(path)!r} holds an array of shape {stored.shape}: it is empty")
    voxel = tuple(found.sizes[axis] for axis in axes) if found.sizes else ()
    details = {"dataset": stored.path} if stored.path else {}
    details |= {"axes stored": ", ".join(found.names)} if found.names else {}
    values = Slabs(shape, dtype, lambda start, stop: take(stored, axes, start, stop))
    made = ImageFile(str(path), found.kind, values, voxel, found.stated, details)
    details |= check_array(path, stored, lazy)
    if not lazy:
        return replace(made, values=made.array())
    late: Any = blaming(path, values.read)
    return replace(made, values=Slabs(shape, dtype, late))


def _only(path: Path, root: Any) -> _Found:
    """The only image of a store, or an error that lists them."""
    images = list(_images(root, _DEEP))
    if len(images) != 1:
        names = [found.array.path for found in images]
        raise InputError(
            f"{str(path)!r} holds {len(images)} arrays that can be an image: {listing(names[:8])}; "
            "say which one as dataset, in a command --dataset NAME"
        )
    return images[0]


def _named(path: Path, root: Any, name: str) -> _Found:
    """The array of a name, or the image in the group of that name."""
    import zarr

    node, parent = None, root
    if not isinstance(root, zarr.Array):
        try:
            node = root.get(name.strip("/"))
            above = name.strip("/").rpartition("/")[0]
            parent = root[above] if above else root
        except (ValueError, KeyError):
            node = None
    if isinstance(node, zarr.Array):
        levels = {found.array.path: found for found in _levels(parent)}
        return levels.get(node.path, _plain(node))
    if node is not None:
        return _only(path / node.path, node)
    names = [found.array.path for found in _images(root, _DEEP)]
    raise InputError(f"{str(path)!r} has no array {name!r}; arrays in it are {listing(names[:8])}")


def _images(node: Any, depth: int) -> Iterator[_Found]:
    """Images of a group and of those in it: of an OME-Zarr image its full resolution."""
    import zarr

    if isinstance(node, zarr.Array):
        yield _plain(node)
        return
    levels = list(_levels(node, 1))
    if levels:
        yield levels[0]
        return
    for _, child in sorted(node.members()):
        if isinstance(child, zarr.Array) or depth:
            yield from _images(child, depth - 1)


def _plain(array: Any) -> _Found:
    """An array with the names that Zarr 3, or xarray in Zarr 2, gives its axes."""
    given = getattr(array.metadata, "dimension_names", None) or dict(array.attrs).get(
        "_ARRAY_DIMENSIONS"
    )
    names = tuple("" if name is None else str(name) for name in _list(given))
    return _Found(array, names=names if any(names) else ())


def _levels(group: Any, most: int | None = None) -> Iterator[_Found]:
    """The resolutions of an OME-Zarr image, the full one first; none of another group."""
    import zarr

    given = dict(group.attrs)
    ome = given.get("ome")
    scales = [s for s in _list((ome if isinstance(ome, Mapping) else given).get("multiscales"))
              if isinstance(s, Mapping)]  # fmt: skip
    for level in _list(scales[0].get("datasets"))[:most] if scales else ():
        array = group[level["path"]]
        if not isinstance(array, zarr.Array):
            raise InputError(f"the level {level['path']!r} of an OME-Zarr image is no array")
        axes = _list(scales[0].get("axes"))
        names = tuple(str(axis["name"] if isinstance(axis, Mapping) else axis) for axis in axes)
        names = names or ("t", "c", "z", "y", "x")[-len(array.shape) :]
        yield _Found(array, "OME-Zarr", names, *_sizes(scales[0], level, axes, len(array.shape)))


def _sizes(
    scale: Mapping[str, Any], level: Mapping[str, Any], axes: Sequence[Any], count: int
) -> tuple[tuple[float | None, ...], str]:
    """Size of a voxel along each axis of an array, m, and where it stands."""
    factor = [1.0] * count
    for owner in (level, scale):
        for item in _list(owner.get("coordinateTransformations")):
            if item.get("type") == "scale" and len(item["scale"]) == count:
                factor = [a * float(b) for a, b in zip(factor, item["scale"], strict=True)]
    units = [axis.get("unit", "") if isinstance(axis, Mapping) else "" for axis in axes]
    lengths = [metres(unit) for unit in units]
    if len(units) != count or not any(lengths):
        return (), f"OME-Zarr axes have no unit of length, but {units}"
    pairs = zip(factor, lengths, strict=True)
    sizes = tuple(None if unit is None else size * unit for size, unit in pairs)
    return sizes, "OME-Zarr scale and axes' units"


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()
