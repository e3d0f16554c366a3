"""Particles: the separate parts of a phase, with their sizes and shapes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from anosim.data_frame import data_frame
from anosim.errors import InputError
from anosim.extras import load
from anosim.measure.connected import components
from anosim.measure.extent import extents
from anosim.measure.place import Mask, mask_of
from anosim.measure.surfaces import areas_around
from anosim.microstructure import Microstructure
from anosim.progress import stage

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

WAYS = ("components", "watershed")
_SIZES = {2: ("area_m2", "perimeter_m"), 3: ("volume_m3", "surface_m2")}
"""What columns call volume and surface, by dimension."""


@dataclass(frozen=True, eq=False)
class Particles:
    """Particles of one phase.

    Attributes:
        image: the image.
        phase: the phase.
        labels: number of the particle per voxel, from 1 on, 0 elsewhere.
        table: one value per particle, in the order of their numbers: ``volume`` (m^3; in 2D area,
            m^2), ``surface`` (m^2; in 2D perimeter, m), ``equivalent_diameter`` (m, of the sphere
            or disc of equal volume), ``extension`` (m, greatest distance between two of its
            points: maximum Feret diameter), ``sphericity`` (surface of the sphere of equal volume
            over the surface; in 2D the same with circles), ``roughness`` (surface over that of the
            convex hull; a smooth ball of r voxels has about 1 - 0.6 / r), ``at_edge`` (1 where the
            edge of the image cuts it), and ``x``, ``y``[, ``z``] (m, its centre). Surface,
            sphericity and roughness of particles at the edge are NaN, as are those of particles
            too small for a surface (fewer than 8 voxels, in 2D 4).
    """

    image: Microstructure
    phase: str
    labels: NDArray[np.uint32]
    table: Mapping[str, Floats]

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.table["volume"])

    @cached_property
    def number_per_volume(self) -> float:
        """Number per volume of the image, 1/m^3; in 2D per area, 1/m^2."""
        return self.number / float(np.prod(self.image.extent))

    @cached_property
    def number_per_area(self) -> float:
        """Particles that a slice cuts per its area, 1/m^2, mean over the slices of the first axis.

        Counted are the parts seen in the slice, as one counts them in a micrograph.
        """
        if self.image.labels.ndim == 2:
            return self.number_per_volume
        seen = [len(np.unique(row)) - (1 if (row == 0).any() else 0) for row in self.labels]
        return float(np.mean(seen)) / float(np.prod(self.image.extent[:2]))

    def sizes(self, column: str = "equivalent_diameter", *, by: str = "number") -> Floats:
        """The size distribution: sizes below which 10, 50 and 90 % of the particles are.

        Args:
            column: of the table.
            by: "number", or "volume" to weigh particles by it.

        Raises:
            InputError: no such column or weight.
        """
        if column not in self.table or by not in ("number", "volume"):
            raise InputError(f"no sizes of {column!r} by {by!r}")
        order = np.argsort(self.table[column])
        values = self.table[column][order]
        weights = self.table["volume"][order] if by == "volume" else np.ones(len(values))
        total = np.cumsum(weights) / weights.sum()
        return np.asarray(values[np.searchsorted(total, [0.1, 0.5, 0.9], side="left")])

    @property
    def columns(self) -> dict[str, Floats]:
        """The table by the names that files use, with units: ``volume_m3``, in 2D ``area_m2``."""
        volume, surface = _SIZES[self.image.labels.ndim]
        lengths = ("equivalent_diameter", "extension", "x", "y", "z")
        units = {"volume": volume, "surface": surface, **{n: f"{n}_m" for n in lengths}}
        return {units.get(name, name): column for name, column in self.table.items()}

    def frame(self) -> "pd.DataFrame":
        """The table as a pandas DataFrame, indexed by the particles' numbers.

        Raises:
            MissingDependencyError: pandas is not installed.
        """
        numbers = np.arange(1, self.number + 1)
        return data_frame({"particle": numbers, **self.columns}, index="particle")


@stage("particles")
def particles(
    image: Microstructure, phase: str, *, way: str = "components", least_voxels: int = 1,
    neck: float = 0.5,
) -> Particles:  # fmt: skip
    """Separate the particles of a phase and measure each.

    Args:
        image: the image.
        phase: the phase.
        way: "components": voxels that share a face belong together; "watershed": these are cut
            further at necks, along the watersheds of the distance to the other phases.
        least_voxels: smaller ones are left out.
        neck: for "watershed": two maxima of the distance are two particles where the distance
            between them falls at least this many voxels below the lower one.

    Raises:
        InputError: no such phase or way, or no particle of that size.
    """
    mask = mask_of(image, phase)
    if way not in WAYS:
        raise InputError(f"way is {way!r}: expected 'components' or 'watershed'")
    labels, count = components(mask)
    if way == "watershed":
        labels, count = _cut(image, mask, neck)
    labels, count = _without_small(labels, count, least_voxels)
    if not count:
        raise InputError(f"phase {phase!r} has no particle of {least_voxels} voxels or more")
    return Particles(image, phase, labels, _table(image, labels, count))


def _cut(image: Microstructure, mask: Mask, neck: float) -> tuple[NDArray[np.uint32], int]:
    """Watersheds of the distance, from its maxima that are at least ``neck`` high."""
    import warnings

    edt = load("edt")
    h_maxima = load("skimage.morphology", "measure").h_maxima
    watershed = load("skimage.segmentation", "measure").watershed
    relative = tuple(h / min(image.voxel) for h in image.voxel)
    distance = edt.edt(mask, anisotropy=relative, black_border=False)
    steps = np.round(distance / neck).astype(np.int32)  # plateaus: exact and quicker than floats
    with warnings.catch_warnings():  # scikit-image 0.26 does what NumPy 2.5 deprecates
        warnings.simplefilter("ignore", DeprecationWarning)
        tops = h_maxima(steps, 1).astype(bool) & mask
        markers, _ = components(tops, corners=True)
        found = watershed(-distance, markers.astype(np.int32), mask=mask)
    return found.astype(np.uint32), int(found.max())


def _without_small(
    labels: NDArray[np.uint32], count: int, least: int
) -> tuple[NDArray[np.uint32], int]:
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    kept = sizes >= max(least, 1)
    kept[0] = False
    new = np.where(kept, np.cumsum(kept), 0).astype(np.uint32)
    return new[labels], int(kept.sum())


def _table(image: Microstructure, labels: NDArray[np.uint32], count: int) -> Mapping[str, Floats]:
    n = labels.ndim
    voxels = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    volume = voxels * float(np.prod(image.voxel))
    diameter = 2.0 * np.sqrt(volume / np.pi) if n == 2 else np.cbrt(6.0 * volume / np.pi)
    at_edge = np.zeros(count + 1, dtype=bool)
    for axis in range(n):
        for place in (0, -1):
            at_edge[np.take(labels, place, axis)] = True
    surface = areas_around(image, labels, count)
    surface[at_edge[1:] | (voxels < 2**n)] = np.nan
    extension, hull, centres = extents(labels, count, image.voxel)
    sphere = np.pi * diameter if n == 2 else np.pi * diameter**2
    table = {
        "volume": volume,
        "surface": surface,
        "equivalent_diameter": diameter,
        "extension": extension,
        "sphericity": sphere / surface,
        "roughness": surface / hull,
        "at_edge": at_edge[1:].astype(float),
    }
    places = dict(zip("xyz", centres.T[::-1], strict=False))
    return MappingProxyType(table | places)
