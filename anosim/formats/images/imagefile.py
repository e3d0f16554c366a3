"""ImageFile: values of an image file with what it says about itself."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.image import check_finite, whole_numbers
from anosim.units import si

AXES = {2: "yx", 3: "zyx"}
_AGREE = 0.01
"""Relative difference up to which two voxel sizes are the same."""


@dataclass(frozen=True, eq=False)
class Slabs:
    """An array that is read piece by piece along its first axis.

    Attributes:
        shape: of the whole.
        dtype: of its values.
        read: gives the slices from a start to a stop.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    read: Callable[[int, int], NDArray[Any]]


def shown(stored: NDArray[Any], total: float) -> NDArray[Any]:
    """Values with dark and bright exchanged, of the same type: ``total - stored``."""
    if stored.dtype.kind == "f":
        return np.asarray(stored.dtype.type(total) - stored)
    return np.asarray(stored ^ stored.dtype.type(total))  # all bits: total - stored, no overflow


def shown_note(path: str, total: float) -> str:
    """Sentence about an image whose dark and bright were exchanged."""
    return (
        f"{path!r} is stored white-is-zero: values are read as viewers show them, {total:g} minus "
        "those stored"
    )


@dataclass(frozen=True, eq=False)
class ImageFile:
    """An image file that is open for reading.

    Attributes:
        path: as the user gave it.
        format: such as ``"TIFF (ImageJ)"``.
        values: an array, or slabs of one that are read when asked for.
        voxel: size per axis as the file states it, m; None for an axis it says nothing about.
        stated: where the voxel size stands in the file, or why what stands there does not count.
        details: anything else that is worth telling, by name.
        notes: sentences that the user has to read: how the reader took what could be meant in
            several ways.
        white_is_zero: the sum of a stored value and the one shown, where the file stores dark as
            high (``values`` are those shown); None where stored values are those shown.
        phases: label of each phase as the file itself names them, empty where it does not.
    """

    path: str
    format: str
    values: NDArray[Any] | Slabs
    voxel: tuple[float | None, ...] = ()
    stated: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    white_is_zero: float | None = None
    phases: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.shape) not in AXES or 0 in self.shape:
            raise InputError(
                f"{self.path!r} holds an array of shape {self.shape}: expected (y, x) or (z, y, x);"
                " for a colour image take one channel"
            )
        if self.dtype.kind not in "biuf":
            raise InputError(
                f"{self.path!r} holds values of type {self.dtype}: expected integers or real "
                "numbers"
            )
        voxel = self.voxel or (None,) * len(self.shape)
        usable = tuple(
            size if size is not None and math.isfinite(size) and size > 0.0 else None
            for size in voxel
        )
        object.__setattr__(self, "voxel", usable)

    @property
    def shape(self) -> tuple[int, ...]:
        """Voxels along each axis."""
        return tuple(map(int, self.values.shape))

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values, in the machine's byte order."""
        return self.values.dtype.newbyteorder("=")

    @property
    def axes(self) -> str:
        """Names of the axes in the array's order."""
        return AXES[len(self.shape)]

    def array(self) -> NDArray[Any]:
        """All values.

        Raises:
            InputError: some are not numbers, or the file is damaged.
        """
        return self.slab(0, self.shape[0])

    def slab(self, start: int, stop: int) -> NDArray[Any]:
        """The values from ``start`` to ``stop`` along the first axis.

        Raises:
            InputError: some are not numbers, or the file is damaged.
        """
        if isinstance(self.values, Slabs):
            part = self.values.read(start, stop)
        else:
            part = np.asarray(self.values[start:stop])
        check_finite(part, repr(self.path), start)
        return part.astype(self.dtype, copy=False)

    def plane(self, position: int) -> Self:
        """One slice of a stack, with the voxel sizes of its two axes."""

        def rows(start: int, stop: int) -> NDArray[Any]:
            return self.slab(position, position + 1)[0, start:stop]

        values = Slabs(self.shape[1:], self.dtype, rows)
        return replace(self, values=values, voxel=self.voxel[1:])

    def labels(self) -> tuple[NDArray[Any], tuple[str, ...]]:
        """All values as integer labels, and what the user has to know about them.

        Real numbers that are all whole become integers. Where the file stores dark as high, a mask
        of black and white is taken as shown, other labels as stored.

        Raises:
            InputError: values that are not whole, or the file is damaged.
        """
        values = self.array()
        notes = self.notes
        if self.white_is_zero is not None and not self._is_mask(values):
            values = shown(values, self.white_is_zero)
            notes = (
                f"{self.path!r} is stored white-is-zero: labels are the numbers as stored, which "
                "viewers show inverted",
            )
        return whole_numbers(values, repr(self.path)), notes

    def _is_mask(self, values: NDArray[Any]) -> bool:
        """Whether the values are black and white only."""
        ends = (0, self.white_is_zero)
        return values.dtype == bool or set(np.unique(values).tolist()) == set(ends)

    def voxel_size(self, given: Any = None) -> tuple[float, ...]:
        """The voxel size per axis, m: the given one, else the file's.

        Raises:
            InputError: neither is known for every axis, or the given one has a wrong unit.
        """
        if given is not None:
            return self._given(given)
        missing = [name for name, size in zip(self.axes, self.voxel, strict=True) if size is None]
        if missing:
            known = [
                f"{name} {size:g} m"
                for name, size in zip(self.axes, self.voxel, strict=True)
                if size
            ]
            states = f"states {', '.join(known)} but no" if known else "states no"
            why = f" ({self.stated})" if self.stated else ""
            sizes = ("40 nm", "20 nm", "20 nm")[-len(self.axes) :]
            short = ",".join(sizes).replace(" ", "")
            raise InputError(
                f"{self.path!r} {states} voxel size along {', '.join(missing)}{why}: "
                f"give it as voxel, for example voxel = {json.dumps(sizes)} "
                f'({", ".join(self.axes)}) or voxel = "20 nm", in a command --voxel {short}'
            )
        return tuple(size for size in self.voxel if size is not None)

    def contradiction(self, given: Any) -> str | None:
        """How a given voxel size contradicts the file's, in words; None if it does not."""
        if given is None:
            return None
        pairs = zip(self.axes, self._given(given), self.voxel, strict=True)
        off = [
            f"{name}: {size:g} m given, {stated:g} m in the file"
            for name, size, stated in pairs
            if stated is not None and abs(size - stated) > _AGREE * stated
        ]
        if not off:
            return None
        return f"voxel sizes of {self.path!r} differ along {'; '.join(off)} ({self.stated})"

    def phase_contradiction(self, given: Mapping[str, int]) -> str | None:
        """How given phases contradict the file's own, in words; None if they do not."""
        own = {label: name for name, label in self.phases.items()}
        if all(own.get(label, name) == name for name, label in given.items()):
            return None
        return (
            f"{self.path!r} says of its labels {_listed(self.phases)}, but given are "
            f"{_listed(given)}: the given ones hold"
        )

    def describe(self, given: Any = None) -> dict[str, Any]:
        """What was read, as plain values: format, axes, shape, type and voxel size."""
        return {
            "file": self.path,
            "format": self.format,
            "axes": self.axes,
            "shape": list(self.shape),
            "dtype": str(self.dtype),
            "voxel_m": list(self.voxel_size(given)),
            "voxel_from": "given" if given is not None else self.stated,
            "voxel_contradiction": self.contradiction(given),
            "notes": list(self.notes),
            **self.details,
        }

    def _given(self, given: Any) -> tuple[float, ...]:
        sizes = given if isinstance(given, tuple | list) else (given,)
        if len(sizes) not in (1, len(self.shape)):
            raise InputError(
                f"voxel has {len(sizes)} sizes, the image {len(self.shape)} axes: "
                "give one size, or one per axis in the array's order"
            )
        found = tuple(si(size, "m", "voxel") for size in sizes)
        if min(found) <= 0.0:
            raise InputError(f"voxel is {given!r}: every size must be greater than 0 m")
        return found * len(self.shape) if len(found) == 1 else found


def _listed(phases: Mapping[str, int]) -> str:
    return ", ".join(f"{name} = {label}" for name, label in phases.items())
