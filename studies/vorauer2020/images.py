"""SYNTHETIC grey images of the ageing series, and what segmentation finds in them.

Structures are those of ``anosim.synthetic``; their grey images are rendered as a FIB-SEM or
a micro-CT might show them, and segmented as the reference does it: superpixels with features of
regions for the one, thresholds of the histogram in stages for the other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from desk import Desk
from numpy.typing import NDArray

from anosim import Microstructure
from anosim.formats.atomic import replacing
from anosim.segment import agreement, segment
from anosim.synthetic import (
    Rendered,
    anode,
    paint,
    region_of_interest,
    render,
    volume_of_interest,
)

PHASES = ("pore", "sei", "graphite", "particle")
"""From dark to bright."""
SEED = 0
STROKES = 16
"""Painted per phase over a slice."""
CT_LOOK: dict[str, Any] = {
    "shine_through": 0.0,
    "stripes": 0.0,
    "blur": "0.3 um",
    "noise": 0.03,
    "shading": 0.02,
}
"""A tomogram knows no shine-through and no curtains."""
STACK = ((500, 170, 100), ("40 nm", "200 nm", "200 nm"))
"""20 x 34 x 20 um in 500 slices, as the reference's volume; pixels ten times as wide as its."""


@dataclass(frozen=True, eq=False)
class Found:
    """A grey image, its segmentation and how wrong that is.

    Attributes:
        grey: grey values, 8 bit.
        phases: the segmentation.
        iou: intersection over union of each phase with the truth.
    """

    grey: NDArray[np.uint8]
    phases: Microstructure
    iou: dict[str, float]

    @property
    def mean_iou(self) -> float:
        """Mean over the phases."""
        return float(np.mean(list(self.iou.values())))


def fibsem(desk: Desk, cycles: int) -> Found:
    """A FIB-SEM-like slice of 20 x 34 um (y, x) in pixels of 20 nm, segmented by regions."""

    def make() -> Found:
        shape = (240, 400) if desk.quick else (1000, 1700)
        return _by_regions(render(anode(cycles, shape=shape, seed=SEED).microstructure, seed=SEED))

    return _kept(desk, f"fibsem-{cycles}", make)


def region(desk: Desk) -> Found:
    """The region of 5 x 8 um after 100 cycles, FIB-SEM-like, segmented by regions."""
    return _kept(
        desk,
        "region",
        lambda: _by_regions(render(region_of_interest(SEED).microstructure, seed=SEED), 8),
    )


def microct(desk: Desk, cycles: int) -> Found:
    """A micro-CT-like volume of 32.5 x 97.5 x 97.5 um, segmented by staged thresholds.

    Without the median filter of three voxels that the method has by default: pores and particles
    are often a voxel wide here, and it would take them out.
    """

    def make() -> Found:
        shape = (24, 40, 40) if desk.quick else (50, 150, 150)
        truth = volume_of_interest(cycles, shape=shape, seed=SEED).microstructure
        grey = render(truth, seed=SEED, **CT_LOOK)
        found = segment(grey.image, PHASES, method="staged", smooth=0)
        return _scored(grey, found.microstructure)

    return _kept(desk, f"microct-{cycles}", make)


def stack(desk: Desk) -> Microstructure:
    """The pristine anode in 500 slices: LABELS, not segmented."""
    shape, voxel = STACK
    shape = (60, 60, 60) if desk.quick else shape
    return anode(0, shape=shape, voxel=voxel, seed=SEED).microstructure


def _by_regions(rendered: Rendered, each: int = STROKES) -> Found:
    """Segment a slice from strokes such as a user paints, here painted from the truth."""
    present = [name for name in PHASES if name in rendered.truth.phases]
    strokes = paint(rendered, present, each=each, seed=SEED)
    return _scored(rendered, segment(rendered.image, present, strokes=strokes).microstructure)


def _scored(rendered: Rendered, found: Microstructure) -> Found:
    scores = agreement(found, rendered.truth)
    grey = np.asarray(rendered.image.values)
    return Found(grey, found, {name: float(score.iou) for name, score in scores.items()})


def _kept(desk: Desk, name: str, make: Callable[[], Found]) -> Found:
    """From its file in the folder, or made and written."""
    path = desk.folder / "images" / f"{name}.npz"
    if not path.exists():
        _write(path, make())
    with np.load(path) as file:
        names = file["names"].tolist()
        phases = dict(zip(names, file["values"].tolist(), strict=True))
        structure = Microstructure(file["labels"], phases, tuple(file["voxel"].tolist()))
        iou = dict(zip(names, file["iou"].tolist(), strict=True))
        return Found(file["grey"], structure, iou)


def _write(path: Path, found: Found) -> None:
    names = list(found.phases.phases)
    with replacing(path) as temporary:
        np.savez_compressed(
            temporary,
            grey=found.grey,
            labels=found.phases.labels,
            names=names,
            values=[found.phases.phases[name] for name in names],
            iou=[found.iou[name] for name in names],
            voxel=found.phases.voxel,
        )
