"""HDF5: one dataset of a file."""

from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, listing
from anosim.formats.images.hdf5_links import LinkedFile, opened
from anosim.formats.images.hdf5_meta import axis_names, default_image, voxel_size
from anosim.formats.images.hdf5_trial import check_readable
from anosim.formats.images.imagefile import ImageFile, Slabs
from anosim.formats.images.stored_axes import spatial_axes, take
from anosim.formats.limits import check_size

_LEAST = 4
"""An array of two axes, one of which is not longer than this, is a table unless named."""
_SLACK = 4096
"""Bytes that a compressed chunk may have beyond twice its values."""
_FAR = 10
"""A dataset with as many times the values of every other one is the image."""


def read(path: Path, dataset: str | None, lazy: bool) -> ImageFile:
    """Open a dataset of an HDF5 file.

    Without a name it is the only one that can be an image, the one that a NeXus file calls its
    default, or the one that is at least ten times larger than every other.
    """
    check_readable(path, dataset)
    return load(path, dataset, lazy)


def load(path: Path, dataset: str | None, lazy: bool) -> ImageFile:
    """The same, in this process whatever the HDF5 library does."""
    from anosim.formats.images.opening import blaming

    with opened(path) as tree:
        chosen, names, others = _choose(path, tree, dataset)
        found = tree.node(chosen)
        stored = tree.stored(found)
        places = [(tree.node(name.rpartition("/")[0]), name.split("/")[-1]) for name in names]
        called = axis_names(found, places)
        axes = spatial_axes(path, found.shape, called)
        voxel, stated = voxel_size(tree, found, called, axes, places)
        details = {"dataset": chosen} | ({"axes stored": ", ".join(called)} if called else {})
        details |= {"other datasets": others} if others else {}
        details |= _check_storage(path, found, stored, lazy)
        if not lazy:
            whole = take(found, axes, 0, found.shape[axes[0]])
            return ImageFile(str(path), "HDF5", whole, voxel, stated, details)
        shape, dtype = tuple(found.shape[axis] for axis in axes), found.dtype

    def slab(start: int, stop: int) -> NDArray[Any]:
        with opened(path) as tree:
            return take(tree.node(chosen), axes, start, stop)

    values = Slabs(shape, dtype, blaming(path, slab))  # type: ignore[arg-type]
    return ImageFile(str(path), "HDF5", values, voxel, stated, details)


def _choose(path: Path, tree: LinkedFile, dataset: str | None) -> tuple[str, list[str], str]:
    """Name of the image, all its names, and what else could be one."""
    found = tree.datasets()
    if dataset is not None:
        return _named(path, tree, dataset.strip("/"), found)
    images = {node: names for node, names in found.items()
              if not _why_no_image(node) and not _is_table(node)}  # fmt: skip
    default = default_image(tree)
    if default in images:
        return images[default][0], images[default], ""
    if tree.broken:
        raise InputError(f"{tree.broken[0]}: say which dataset is the image as dataset")
    return _largest(path, found, images)


def _named(
    path: Path, tree: LinkedFile, name: str, found: Mapping[Any, list[str]]
) -> tuple[str, list[str], str]:
    images = sorted(names[0] for node, names in found.items() if not _why_no_image(node))
    inside = f"images in it are {listing(images[:8])}"
    try:
        node = tree.node(name)
    except InputError as error:
        raise InputError(f"{error}; {inside}") from None
    why = _why_no_image(node) if node in found else "is a group"
    if why:
        raise InputError(f"{str(path)!r}: dataset {name!r} {why}; {inside}")
    return name, sorted({name, *found[node]}), ""


def _largest(
    path: Path, found: Mapping[Any, list[str]], images: Mapping[Any, list[str]]
) -> tuple[str, list[str], str]:
    """The dataset that is far larger than all others."""
    ranked = sorted(images, key=lambda node: -node.size)
    if not ranked:
        why = [f"{names[0]!r} {_why_no_image(node) or 'is a table'}"
               for node, names in list(found.items())[:4]]  # fmt: skip
        reason = "; ".join(why) or "it is empty"
        raise InputError(f"{str(path)!r} holds no dataset that can be an image: {reason}")
    if len(ranked) > 1 and ranked[0].size < _FAR * ranked[1].size:
        names = sorted(names[0] for names in images.values())
        raise InputError(
            f"{str(path)!r} holds {len(names)} datasets that can be an image: "
            f"{listing(names[:8])}; say which one as dataset, in a command --dataset NAME"
        )
    others = ", ".join(images[node][0] for node in ranked[1:5])
    return images[ranked[0]][0], images[ranked[0]], others


def _why_no_image(node: Any) -> str:
    """Why a dataset can be no image; "" if it can."""
    try:
        kind = node.dtype
    except (TypeError, ValueError, OSError, RuntimeError) as error:
        return f"has values of a type that cannot be read ({error})"
    if node.shape is None or node.size == 0:
        return "is empty"
    if kind.names is not None:
        return f"holds records with {listing(kind.names[:4])}: save the labels as an array"
    if kind.kind not in "biuf":
        return "holds text, references or values of another kind than numbers"
    if sum(n > 1 for n in node.shape) < 2:
        return f"has shape {node.shape}: expected an image or a volume"
    return ""


def _is_table(node: Any) -> bool:
    """Whether a dataset is a list of numbers per object rather than an image."""
    long = [n for n in node.shape if n > 1]
    return len(long) == 2 and min(long) <= _LEAST


def _check_storage(path: Path, found: Any, stored: float, lazy: bool) -> dict[str, str]:
    """Refuse what cannot be read; what is to be told about parts that were never written."""
    size = found.dtype.itemsize * float(np.prod(found.shape, dtype=object))
    chunk = found.dtype.itemsize * float(np.prod(found.chunks or (0,), dtype=object))
    what = f"a dataset {found.name!r} of shape {found.shape}, {found.dtype}"
    check_size(path, max(size, chunk), stored, what, at_once=chunk if lazy else size + chunk)
    if not stored:
        raise InputError(f"{str(path)!r} declares {what}, whose values were never written")
    _check_filters(path, found)
    if found.chunks is None:
        return {}
    largest = _largest_chunk(found)
    if largest > 2 * chunk + _SLACK:
        raise InputError(
            f"{str(path)!r} stores {largest} bytes for a chunk of {chunk:.0f} bytes of "
            f"{found.name!r}: the file is damaged"
        )
    steps = zip(found.shape, found.chunks, strict=True)
    whole = int(np.prod([-(-n // step) for n, step in steps], dtype=object))
    there = found.id.get_num_chunks()
    if there == whole:
        return {}
    return {"not written": f"{whole - there} of {whole} chunks, read as {found.fillvalue}"}


def _largest_chunk(found: Any) -> int:
    """Stored size of the largest chunk, bytes."""
    sizes = [0]
    found.id.chunk_iter(lambda chunk: sizes.append(chunk.size))
    return max(sizes)


def _check_filters(path: Path, found: Any) -> None:
    """Refuse a compression that is not installed."""
    import h5py

    made = found.id.get_create_plist()
    for rank in range(made.get_nfilters()):
        code, _, _, name = made.get_filter(rank)
        if not h5py.h5z.filter_avail(code):
            with suppress(ImportError):
                import_module("hdf5plugin")  # where it is installed, it brings filters
        if not h5py.h5z.filter_avail(code):
            called = name.decode(errors="replace").split(";")[0] or "unnamed"
            raise InputError(
                f"{str(path)!r} compresses {found.name!r} by the filter {code} ({called}), which "
                "is not installed: pip install hdf5plugin, or repack the file: h5repack -f GZIP=1"
            )
