"""Microstructure: labels with phase names and a voxel size."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, listing
from anosim.image import set_grid, whole_numbers
from anosim.units import VoxelSize

_GREY = 20
"""More values than this without a name are grey values, not labels."""


@dataclass(frozen=True, eq=False)
class Microstructure:
    """A segmented image: every voxel belongs to one named phase.

    Attributes:
        labels: integers (real numbers only if all are whole), shape (y, x) or (z, y, x),
            read-only; voxel (0, 0) occupies [0, h] from the upper left corner, x runs with columns
            and y with rows, downwards.
        phases: the label of each phase by name.
        voxel: voxel size per axis in the array's order, m; one length serves all axes.

    Raises:
        InputError: labels without a name, names without a voxel, or a shape that is no image.
    """

    labels: NDArray[Any]
    phases: Mapping[str, int]
    voxel: VoxelSize = VoxelSize()  # noqa: RUF009 (a descriptor, not a default)

    def __post_init__(self) -> None:
        set_grid(self, "labels", whole_numbers(np.asarray(self.labels), "Microstructure.labels"))
        phases = {_phase_name(name): _label(name, label) for name, label in self.phases.items()}
        object.__setattr__(self, "phases", MappingProxyType(phases))
        self._check_names()

    def __repr__(self) -> str:
        shape = " x ".join(map(str, self.labels.shape))
        return f"<Microstructure: {shape} voxels of {self.voxel} m, phases {listing(self.phases)}>"

    def _check_names(self) -> None:
        values = self._values
        named = set(self.phases.values())
        nameless = [value for value in values if value not in named]
        if len(nameless) > _GREY:
            raise InputError(
                f"the image has {len(values)} different values, of which {len(nameless)} are no "
                "phase's label: it looks like a grey image; segment it first (anosim segment)"
            )
        by_label: dict[int, str] = {}
        for name, label in self.phases.items():
            if label in by_label:
                raise InputError(f"phases {by_label[label]!r} and {name!r} both have label {label}")
            by_label[label] = name
            if label not in values:
                raise InputError(
                    f"phase {name!r} has label {label}, which no voxel has: the phase is empty; "
                    f"labels in the image: {_some(values)}"
                )
        if nameless:
            share = np.isin(self.labels, nameless).mean()
            raise InputError(
                f"the image has voxels labelled {_some(nameless)} ({share:.2%}) but no phase of "
                f"that label; named are {listing(self.phases)}: name every label"
            )

    @classmethod
    def read(
        cls,
        path: str | PathLike[str],
        *,
        phases: Mapping[str, int],
        voxel: Any = None,
        dataset: str | None = None,
    ) -> Self:
        """Read labels from an image file or a folder of slices.

        Without a voxel size the file's own holds. A size or names that contradict the file's hold
        with a warning.

        Args:
            path: what ``anosim.formats.images.open_image`` opens.
            phases: the label of each phase by name.
            voxel: its size, one for all axes or one per axis; without it the file's own.
            dataset: which array of an HDF5 file or Zarr group.

        Raises:
            InputError: no such file, not an image that can be read, no voxel size anywhere, or
                labels and names differ.
        """
        from anosim.formats.images import read_labels_with_voxel

        labels, size = read_labels_with_voxel(path, voxel, dataset, phases)
        return cls(labels, phases, size)

    @cached_property
    def _values(self) -> list[int]:
        return [int(value) for value in np.unique(self.labels)]

    @property
    def extent(self) -> tuple[float, ...]:
        """Size of the image along x, y[, z], m."""
        sizes = (n * h for n, h in zip(self.labels.shape, self.voxel, strict=True))
        return tuple(sizes)[::-1]

    @cached_property
    def fractions(self) -> Mapping[str, float]:
        """Area or volume fraction of each phase."""
        return MappingProxyType(
            {name: float(np.mean(self.labels == label)) for name, label in self.phases.items()}
        )

    def crop(self, *ranges: tuple[int, int]) -> Self:
        """The part between ``(start, stop)`` voxels along each axis, in the array's order.

        Phases that the part does not contain lose their name.

        Raises:
            InputError: a range is empty or reaches outside the image.
        """
        shape = self.labels.shape
        if len(ranges) != len(shape):
            raise InputError(f"crop has {len(ranges)} ranges, the image {len(shape)} axes")
        for (start, stop), size in zip(ranges, shape, strict=True):
            if not 0 <= start < stop <= size:
                raise InputError(
                    f"crop range [{start}, {stop}] does not fit an axis of {size} voxels"
                )
        part = self.labels[tuple(slice(*bounds) for bounds in ranges)]
        present = set(np.unique(part).tolist())
        phases = {name: label for name, label in self.phases.items() if label in present}
        return type(self)(part, phases, self.voxel)


def _phase_name(name: object) -> str:
    if not isinstance(name, str) or not name.strip():
        raise InputError(f"{name!r} is no phase name: use text, such as 'pore'")
    return name


def _label(name: str, label: object) -> int:
    if isinstance(label, bool) or not isinstance(label, int | np.integer):
        raise InputError(f"phase {name!r} has label {label!r}: a label is an integer")
    return int(label)


def _some(values: list[int], most: int = 8) -> str:
    text = ", ".join(str(value) for value in values[:most])
    return text if len(values) <= most else f"{text}, ... ({len(values)} in all)"
