"""Regions of a few pixels: which go to a neighbour, and how much area that changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from anosim.microstructure import Microstructure
from anosim_geometry.network import regions_of

Ints = NDArray[np.int64]

RULES = ("merge", "drop")


@dataclass(frozen=True)
class Change:
    """What became of one phase's small regions.

    Attributes:
        regions: how many of its regions went to other phases.
        lost: area of these, m^2.
        gained: area of other phases' regions that came to it, m^2.
        kept: how many of its small regions the rule left alone.
    """

    regions: int
    lost: float
    gained: float
    kept: int


@dataclass(frozen=True)
class Cleaning:
    """What taking out small regions changed.

    Attributes:
        rule: "merge" or "drop".
        least_pixels: regions of fewer pixels were small.
        changes: the change of every phase of the image by name; phases of which nothing is left
            are still here.
    """

    rule: str
    least_pixels: int
    changes: Mapping[str, Change]

    def __str__(self) -> str:
        """One line for every phase."""
        lines = [f"regions of fewer than {self.least_pixels} pixels, rule {self.rule!r}:"]
        for name, change in self.changes.items():
            lines.append(
                f"{name}: {change.regions} regions of {change.lost:.4g} m^2 went, "
                f"{change.gained:.4g} m^2 came, {change.kept} small regions kept"
            )
        return "\n  ".join(lines)


def cleaned(
    microstructure: Microstructure, least_pixels: int, rule: str = "merge"
) -> tuple[Microstructure, Cleaning]:
    """The image without regions of fewer than ``least_pixels`` pixels, and what that changed.

    A region is a connected part of one phase (over the sides of pixels). The smallest ones go
    first, so that small regions side by side may grow together to one that stays. A phase of
    which nothing is left loses its name.

    Args:
        microstructure: the image.
        least_pixels: how many pixels a region must have to stay; 0 keeps all.
        rule: "merge" gives small regions to the neighbouring phase with the longest shared
            boundary, "drop" only those that lie inside one phase.
    """
    labels = microstructure.labels.astype(np.int64)
    regions, label = regions_of(labels)
    first = np.unique(regions, return_index=True)[1]
    going = _going(labels, least_pixels, rule, microstructure.voxel)
    while going is not None:
        labels = going
        going = _going(labels, least_pixels, rule, microstructure.voxel)
    gone = label != labels.ravel()[first]
    remaining, its_label = regions_of(labels)
    small = np.bincount(remaining.ravel()) < least_pixels
    pixel = float(np.prod(microstructure.voxel))
    changes = {}
    for name, value in microstructure.phases.items():
        before, after = microstructure.labels == value, labels == value
        changes[name] = Change(
            regions=int(np.count_nonzero(gone & (label == value))),
            lost=pixel * float(np.count_nonzero(before & ~after)),
            gained=pixel * float(np.count_nonzero(after & ~before)),
            kept=int(np.count_nonzero(small & (its_label == value))),
        )
    report = Cleaning(rule, least_pixels, MappingProxyType(changes))
    if not gone.any():
        return microstructure, report
    present = set(np.unique(labels).tolist())
    phases = {name: value for name, value in microstructure.phases.items() if value in present}
    return Microstructure(labels, phases, microstructure.voxel), report


def _going(labels: Ints, least: int, rule: str, voxel: tuple[float, ...]) -> Ints | None:
    """Labels after one round, or None when no region has to go.

    Of small regions side by side only the smallest one goes in a round.
    """
    regions, label = regions_of(labels)
    size = np.bincount(regions.ravel())
    if least <= size.min() or len(size) == 1:
        return None
    values, phase = np.unique(label, return_inverse=True)
    touching = _contacts(regions, voxel)
    shared = np.asarray(touching @ np.eye(len(values))[phase])
    movable = size < least
    if rule == "drop":
        movable &= np.count_nonzero(shared, axis=1) == 1
    rank = np.empty(len(size), dtype=np.int64)
    rank[np.lexsort((np.arange(len(size)), size))] = np.arange(len(size))
    a, b = touching.nonzero()
    later = movable[a] & movable[b] & (rank[a] > rank[b])
    movable[a[later]] = False
    if not movable.any():
        return None
    target = np.where(movable, values[shared.argmax(axis=1)], label)
    return np.asarray(target[regions])


def _contacts(regions: Ints, voxel: tuple[float, ...]) -> sparse.csr_array:
    """Length (or area) of the boundary that every two regions share, symmetric."""
    count = int(regions.max()) + 1
    total = sparse.csr_array((count, count))
    for axis, step in enumerate(voxel):
        low = np.take(regions, range(regions.shape[axis] - 1), axis).ravel()
        high = np.take(regions, range(1, regions.shape[axis]), axis).ravel()
        apart = low != high
        face = np.full(np.count_nonzero(apart), np.prod(voxel) / step)
        total = total + sparse.csr_array((face, (low[apart], high[apart])), shape=(count, count))
    return sparse.csr_array(total + total.T)
