"""Area of the surfaces between phases, free of the steps of voxels."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from anosim.data_frame import data_frame
from anosim.errors import InputError, listing
from anosim.microstructure import Microstructure
from anosim.progress import stage

Floats = NDArray[np.float64]
_WIDE = 1 << 16
"""Between the least and the greatest label; beyond it labels are numbered anew for the tables."""

REACH = {2: 3.75, 3: 3.5}
"""Radius, in voxels, of the disc or ball that the surface's direction is smoothed over: of those
from 3 to 5 the ones with the least error on discs and on spheres, whatever their size."""

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Surfaces:
    """Areas between the phases of an image.

    Attributes:
        areas: m^2 of each pair of phases that touch, in the order of ``phases``; in 2D lengths, m.
        volume: of the image, m^3; in 2D its area, m^2.
        dimension: of the image, 2 or 3.
    """

    areas: Mapping[tuple[str, str], float]
    volume: float
    dimension: int = 3

    def area(self, phase: str, *others: str) -> float:
        """Area of a phase's surface, m^2, with all other phases or with those named.

        Raises:
            InputError: no such phase.
        """
        known = {name for pair in self.areas for name in pair}
        for name in (phase, *others):
            if name not in known:
                raise InputError(f"no surface of {name!r}; there are those of {listing(known)}")
        pairs = [pair for pair in self.areas if phase in pair]
        kept = [pair for pair in pairs if not others or {*pair} - {phase} <= {*others}]
        return sum(self.areas[pair] for pair in kept)

    def specific(self, phase: str, *others: str) -> float:
        """The same per volume of the image, 1/m."""
        return self.area(phase, *others) / self.volume

    def frame(self) -> "pd.DataFrame":
        """One row per pair of phases that touch as a pandas DataFrame.

        Raises:
            MissingDependencyError: pandas is not installed.
        """
        return data_frame(
            [
                {
                    "phase": a,
                    "other_phase": b,
                    "length_m" if self.dimension == 2 else "area_m2": area,
                    "per_volume_1_per_m": area / self.volume,
                }
                for (a, b), area in self.areas.items()
            ]
        )


@stage("interface area")
def interface_area(image: Microstructure) -> Surfaces:
    """The area between each pair of phases.

    Every face between two voxels of different phases counts by the part of the surface's normal
    that is across it: on a plane of any direction these parts add up to the true area. The normal
    is that of the phases smoothed over a ball of REACH voxels; each pair has its own, so that
    surfaces end where phases meet. The edge of the image is no surface, and the image goes on
    beyond it as at it. What is rough on the scale of REACH is taken as flat. Source: Mullikin and
    Verbeek, Bioimaging 1 (1993) 86 (weighting faces by their direction).

    Raises:
        InputError: more than 100 phases.
    """
    from anosim.measure.facets import pair_areas

    names, labels = list(image.phases), _volume(image.labels)
    if len(names) > 100:
        raise InputError(
            f"the image has {len(names)} phases: surfaces between phases are measured for at most "
            "100; give voxels of one material one label, and see --particle for single particles"
        )
    values = list(image.phases.values())
    low = min(values)
    if max(values) - low > _WIDE:
        ordered = sorted(values)
        labels, low = np.searchsorted(ordered, labels), 0
        values = [ordered.index(value) for value in values]
    codes = np.zeros(max(values) - low + 1, np.int64)
    codes[np.array(values) - low] = range(len(names))
    table = np.zeros((len(labels), len(names), len(names)))
    pair_areas(labels, codes, low, *_settings(image), table)
    sums = table.sum(axis=0) / _thickness(image)
    areas = {
        (names[i], names[j]): float(sums[i, j])
        for i in range(len(names))
        for j in range(i + 1, len(names))
        if sums[i, j] > 0.0
    }
    return Surfaces(MappingProxyType(areas), float(np.prod(image.extent)), image.labels.ndim)


def relative_area(
    image: Microstructure, reference: Microstructure, phase: str, *others: str
) -> float:
    """Specific surface of a phase over that in a reference state, such as the pristine one.

    Raises:
        InputError: one of the images has no such surface.
    """
    before = interface_area(reference).specific(phase, *others)
    return interface_area(image).specific(phase, *others) / before


def areas_around(image: Microstructure, labels: NDArray[np.uint32], count: int) -> Floats:
    """Area around each label from 1 to ``count`` of another label map of the image, m^2.

    Where labels touch, the area between them counts for both.
    """
    from anosim.measure.facets import label_areas

    sums = np.zeros(count + 1)
    label_areas(_volume(labels), *_settings(image), sums)
    made: Floats = sums[1:] / _thickness(image)
    return made


def _volume(labels: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(labels.reshape((1, *labels.shape)[-3:]))


def _thickness(image: Microstructure) -> float:
    """What a slice is taken to be thick, so that areas over it are lengths."""
    return image.voxel[0] if image.labels.ndim == 2 else 1.0


def _settings(image: Microstructure) -> tuple[Floats, tuple[NDArray[Any], ...]]:
    """Voxel size, and the ball: offsets, slopes of the weight, and offsets in the flat array."""
    voxel = np.array((image.voxel[0], *image.voxel)[-3:])
    shape = (1, *image.labels.shape)[-3:]
    flat = image.labels.ndim == 2
    radius = REACH[image.labels.ndim]
    reach = np.arange(-int(radius), int(radius) + 2)
    grid = np.meshgrid([0] if flat else reach, reach, reach, indexing="ij")
    steps = np.stack(grid, axis=-1).reshape(-1, 3)
    offsets: list[Any] = []
    slopes: list[Any] = []
    for axis in range(3):
        if flat and axis == 0:  # no faces there; filled so that the arrays are full
            offsets.append(None)
            slopes.append(None)
            continue
        way = steps - 0.5 * np.eye(3)[axis]
        weight = 1.0 - (way**2).sum(axis=1) / radius**2
        kept = weight > 0.0
        offsets.append(steps[kept])
        slopes.append((weight[:, None] * way)[kept])
    if flat:
        offsets[0], slopes[0] = offsets[1], slopes[1]
    around = np.array(offsets)
    near = around @ np.array([shape[1] * shape[2], shape[2], 1])
    return voxel, (around, np.array(slopes), near)
