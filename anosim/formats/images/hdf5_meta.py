"""What HDF5 files say about a dataset: names of its axes, and the size of its voxels.

The conventions: axistags (vigra, ilastik), dimension labels and scales (h5py, netCDF-4), axes of
NXdata (NeXus), element_size_um (Fiji, ilastik), extents (Imaris), SPACING (DREAM.3D).
"""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from anosim.errors import InputError
from anosim.formats.images.hdf5_links import LinkedFile
from anosim.formats.images.lengths import metres

_EVEN = 1e-3
"""Relative difference up to which the steps of a coordinate are equal."""
_UNITS = ("LengthUnit", "LengthUnits", "Length Units", "_LENGTH_UNITS", "Units", "units")
Places = Sequence[tuple[Any, str]]
"""Groups that hold a dataset, or a link to it, each with the name that it has there."""
Voxel = tuple[tuple[float | None, ...], str]


def attribute(node: Any, name: str) -> Any:
    """An attribute as text, a list of texts, or an array; None if there is none to be read."""
    try:
        value = node.attrs[name]
    except (KeyError, OSError, TypeError, ValueError, RuntimeError):
        return None
    if isinstance(value, bytes | np.bytes_):
        return value.decode(errors="replace")
    if isinstance(value, str):
        return value
    found = np.asarray(value)
    if found.dtype.kind in "OSU":
        texts = [v.decode(errors="replace") if isinstance(v, bytes) else str(v) for v in found.flat]
        return texts[0] if len(texts) == 1 else texts
    return found


def default_image(tree: LinkedFile) -> Any:
    """The dataset that a NeXus file calls its default one; None if it calls none."""
    node = tree.root
    for _ in range(8):
        name = attribute(node, "default")
        if not isinstance(name, str):
            break
        node = tree.node(name, node)
    signal = attribute(node, "signal")
    return tree.node(signal, node) if isinstance(signal, str) else None


def axis_names(dataset: Any, places: Places) -> list[str]:
    """Names of a dataset's axes, empty if the file gives none."""
    tagged = _tags(attribute(dataset, "axistags"))
    if tagged:
        return tagged
    signals = [(group, attribute(group, "signal"), name) for group, name in places]
    owners = [group for group, signal, name in signals if signal in (None, name)]
    for node in (dataset, *owners):
        for key in ("axes", "DIMENSION_LABELS", "dimension_labels", "dims", "dim_names"):
            found = _listed(attribute(node, key), dataset.ndim)
            if found:
                return found
    scales = [_scale(dataset, axis) for axis in range(dataset.ndim)]
    names = ["" if scale is None else scale.name.split("/")[-1] for scale in scales]
    return names if any(names) else []


def voxel_size(
    tree: LinkedFile, dataset: Any, names: Sequence[str], axes: Sequence[int], places: Places
) -> Voxel:
    """Size along each of the axes z, y, x of a dataset, m, and where it stands.

    Args:
        tree: the file.
        dataset: of the file.
        names: of its axes, if they have any.
        axes: positions of z, y, x.
        places: of the dataset.
    """
    sizes = attribute(dataset, "element_size_um")
    if isinstance(sizes, np.ndarray) and sizes.dtype.kind in "iuf" and sizes.size >= len(axes):
        kept = np.ravel(sizes)[-len(axes) :].astype(float)
        if list(axes) == sorted(axes) or len(set(kept.tolist())) == 1:
            return tuple(1e-6 * size for size in kept.tolist()), "HDF5 attribute element_size_um"
        return (), f"element_size_um does not say its order, axes are {list(names)}"
    groups = [group for group, _ in places]
    for group in groups:
        spaced = _spacing(tree, group.parent, len(axes))
        if spaced is not None:
            return spaced
    steps = [_step(_coordinate(tree, dataset, names[axis : axis + 1], axis, groups))
             for axis in axes]  # fmt: skip
    if any(steps):
        return tuple(steps), "HDF5 coordinates of the axes"
    return (), "no HDF5 attribute element_size_um, no coordinates with a unit of length"


def _tags(text: Any) -> list[str]:
    try:
        return [str(item["key"]) for item in json.loads(text)["axes"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        return []


def _listed(value: Any, count: int) -> list[str]:
    """Names from a list, or from text such as ``zyx``, ``z,y,x`` and ``z:y:x``."""
    if isinstance(value, str):
        parts = value.strip("[]() ").replace(":", ",").split(",")
        value = [part.strip(" '\"") for part in (list(value) if parts == [value] and
                                                 len(value) == count else parts)]  # fmt: skip
    named = isinstance(value, list) and any(value)
    return value if named and (len(value) > 1 or count == 1) else []


def _scale(dataset: Any, axis: int) -> Any:
    """The dimension scale of an axis, or None."""
    try:
        found = dataset.dims[axis].values()
        return found[0] if found else None
    except (OSError, RuntimeError, ValueError, KeyError, TypeError):
        return None


def _coordinate(
    tree: LinkedFile, dataset: Any, names: Sequence[str], axis: int, groups: Sequence[Any]
) -> Any:
    """The dataset with the places of voxels along an axis, or None."""
    found = _scale(dataset, axis)
    named = (_reached(tree, name, group) for name in names if name for group in groups)
    return found if found is not None else next((node for node in named if _is_array(node)), None)


def _reached(tree: LinkedFile, name: str, group: Any) -> Any:
    """The object of that name in a group; None if there is none."""
    try:
        return tree.node(name, group)
    except InputError:
        return None


def _is_array(node: Any) -> bool:
    import h5py

    return isinstance(node, h5py.Dataset) and node.shape is not None


def _step(places: Any) -> float | None:
    """Distance between places along an axis, m; None unless they are even and have a unit."""
    if places is None or places.ndim != 1 or not 2 <= places.size <= 10_000_000:
        return None
    unit = metres(attribute(places, "units") or "")
    if unit is None or places.dtype.kind not in "iuf" or not places.id.get_storage_size():
        return None
    steps = np.diff(places[()].astype(float))
    step = float(np.median(steps))
    even = bool(np.all(np.abs(steps - step) <= _EVEN * abs(step)))
    return abs(step) * unit if even and step else None


def _spacing(tree: LinkedFile, owner: Any, count: int) -> Voxel | None:
    """DREAM.3D's spacing, of x, y, z, which counts only with a unit."""
    place = _reached(tree, "_SIMPL_GEOMETRY", owner) or owner
    given, stored = attribute(owner, "_SPACING"), _reached(tree, "_SIMPL_GEOMETRY/SPACING", owner)
    if given is None and _is_array(stored) and stored.size == 3 and stored.dtype.kind == "f":
        given = stored[()]
    if not isinstance(given, np.ndarray) or given.size != 3 or given.dtype.kind not in "iuf":
        return None
    sizes = [float(size) for size in np.ravel(given)[::-1]][-count:]
    texts = [attribute(node, key) for node in (place, owner) for key in _UNITS]
    unit = next((m for m in map(metres, filter(None, texts)) if m is not None), None)
    if unit is None:
        return (), f"DREAM.3D's spacing {[f'{s:g}' for s in sizes]} has no unit"
    return tuple(size * unit for size in sizes), "DREAM.3D's spacing"
