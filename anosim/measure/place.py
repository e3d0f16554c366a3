"""Phases, axes and sides of an image by name."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, listing
from anosim.microstructure import Microstructure

Mask = NDArray[np.bool_]

SIDES = {
    "front": ("z", False), "back": ("z", True), "top": ("y", False), "bottom": ("y", True),
    "left": ("x", False), "right": ("x", True),
}  # fmt: skip
"""Each side's axis, and whether it is at the end of it."""


def label_of(image: Microstructure, phase: str) -> int:
    """The label of a phase.

    Raises:
        InputError: no such phase.
    """
    if phase not in image.phases:
        raise InputError(f"there is no phase {phase!r}; the image has {listing(image.phases)}")
    return image.phases[phase]


def mask_of(image: Microstructure, phase: str) -> Mask:
    """Where a phase is.

    Raises:
        InputError: no such phase.
    """
    return np.asarray(image.labels == label_of(image, phase))


def axes_of(image: Microstructure) -> str:
    """The names of the array's axes in order: "yx" or "zyx"."""
    return "zyx"[-image.labels.ndim :]


def axis_of(image: Microstructure, axis: int | str) -> int:
    """The array's axis, given as its number or as "z", "y" or "x".

    Raises:
        InputError: the image has no such axis.
    """
    names = axes_of(image)
    if isinstance(axis, str) and len(axis) == 1 and axis in names:
        return names.index(axis)
    if isinstance(axis, int) and not isinstance(axis, bool) and 0 <= axis < len(names):
        return axis
    raise InputError(
        f"the image has no axis {axis!r}: its axes are {listing(names)}, or 0 to {len(names) - 1} "
        "in the array's order"
    )


def side_of(image: Microstructure, side: str) -> tuple[int, bool]:
    """The axis of a side, and whether the side is at the end of it.

    Raises:
        InputError: the image has no such side.
    """
    names = axes_of(image)
    known = [name for name, (axis, _) in SIDES.items() if axis in names]
    if side not in known:
        raise InputError(f"the image has no side {side!r}: its sides are {listing(known)}")
    axis, end = SIDES[side]
    return names.index(axis), end


def first_side(image: Microstructure) -> str:
    """The side where the first axis starts: "front" of a volume, "top" of a slice."""
    return "front" if image.labels.ndim == 3 else "top"


def entering(array: NDArray[Any], axis: int, end: bool) -> NDArray[Any]:
    """A view as a volume whose first slice is at a side of the image."""
    turned = np.moveaxis(array, axis, 0)
    if end:
        turned = turned[::-1]
    return turned[:, :, None] if turned.ndim == 2 else turned
