"""Which axes of a stored array are z, y and x, from the names that a file gives them."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError

_WORDS = {
    "z": ("z", "depth", "slice", "slices", "plane", "planes"),
    "y": ("y", "row", "rows", "height"),
    "x": ("x", "column", "columns", "col", "cols", "width"),
    "t": ("t", "time", "times", "timepoint", "timepoints", "frame", "frames"),
    "c": ("c", "channel", "channels", "ch", "band", "bands", "component", "components", "rgb"),
}
_FILLERS = {
    "axis", "coord", "coordinate", "detector", "dim", "dimension", "image", "index", "label",
    "pixel", "pos", "position", "sample", "tomo", "voxel",
}  # fmt: skip
_NAMELESS = re.compile(r"(?:phony_)?(?:dim|dimension|axis|d)?[-_ ]?[0-9]*|\.|none")
_MANY = {"t": "times", "c": "channels"}
_COLOURS = 4
"""Most channels of a colour."""
_WIDE = 32
"""Pixels along both axes from which on a last axis as short as that is taken for channels."""


def spatial_axes(path: Path, shape: Sequence[int], names: Sequence[str] = ()) -> tuple[int, ...]:
    """Positions of z, y and x, or of two of them, in a stored array.

    Axes of length 1 are dropped, but for y and x by name. Axes without names are z, y, x as they
    stand.

    Args:
        path: the file, for messages.
        shape: of the stored array.
        names: of its axes, in any spelling; empty if the file gives none.

    Raises:
        InputError: channels, times, axes of other names, or another number of axes.
    """
    if names and len(names) != len(shape):
        raise InputError(
            f"{str(path)!r} names {len(names)} axes, {list(names)}, of an array of shape "
            f"{tuple(shape)}: the names do not fit"
        )
    plain = [_axis(name) for name in names] or [""] * len(shape)
    kept = [
        k for k, n in enumerate(shape) if n != 1 or plain[k] in ("y", "x") or len(shape) < 3
    ]  # fmt: skip
    found = [plain[k] for k in kept]
    for axis, what in _MANY.items():
        if axis in found:
            count = shape[kept[found.index(axis)]]
            raise _refused(path, shape, names, f"{count} {what}")
    if any(found):
        _name_the_last(plain, kept)
        found = [plain[k] for k in kept]
        if len(kept) not in (2, 3) or len(set(found)) < len(found) or set(found) - set("zyx"):
            raise _refused(path, shape, names, "axes")
        return tuple(sorted(kept, key=lambda k: "zyx".index(plain[k])))
    if len(kept) not in (2, 3):
        raise _refused(path, shape, names, "axes")
    lengths = [shape[k] for k in kept]
    if len(kept) == 3 and lengths[2] <= _COLOURS and min(lengths[:2]) > _WIDE:
        raise _refused(path, shape, names, f"what looks like {lengths[2]} channels")
    return tuple(kept)


def take(stored: Any, axes: Sequence[int], start: int, stop: int) -> NDArray[Any]:
    """The part of a stored array from ``start`` to ``stop`` along the first of its axes."""
    at: list[Any] = [0] * len(stored.shape)
    for axis in axes:
        at[axis] = slice(None)
    at[axes[0]] = slice(start, stop)
    part = np.asarray(stored[tuple(at)])
    kept = sorted(axes)
    return part.transpose([kept.index(axis) for axis in axes])


def _axis(name: str) -> str:
    """The axis that a name means: z, y, x, t, c, "" for a number alone, else the name."""
    text = re.sub(r"[\[(].*", "", str(name)).strip().lower()
    if _NAMELESS.fullmatch(text):
        return ""
    words = [word for word in re.split(r"[^a-z]+", text) if word and word not in _FILLERS]
    if len(words) == 1:
        word = re.sub(r"^(?:dim|axis|n)?([xyztc])(?:dim|axis)?$", r"\1", words[0])
        return next((axis for axis, known in _WORDS.items() if word in known), text)
    return text


def _name_the_last(plain: list[str], kept: Sequence[int]) -> None:
    """Name the only axis without a name, where the others are named: it is the one left of them."""
    nameless = [k for k in kept if not plain[k]]
    left = [axis for axis in "xyz"[: len(kept)] if axis not in (plain[k] for k in kept)]
    if len(nameless) == 1 and len(left) == 1:
        plain[nameless[0]] = left[0]


def _refused(path: Path, shape: Sequence[int], names: Sequence[str], what: str) -> InputError:
    called = f"axes {list(names)}" if names else "axes without names"
    has = f"{called} of sizes {tuple(shape)}"
    has = has if what == "axes" else f"{what} ({has})"
    return InputError(
        f"{str(path)!r} has {has}: expected one image (y, x) or (z, y, x); save one channel and "
        "time, or name the axes z, y, x"
    )
