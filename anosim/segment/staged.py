"""The staged histogram method: thresholds found from the histogram, phases by set arithmetic."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.image import Image
from anosim.progress import report
from anosim.segment.histogram import intermeans, least_error
from anosim.segment.strokes import Strokes

Floats = NDArray[np.float64]
Slab = Callable[[int, int], NDArray[Any]]
"""Gives the slices from a start to a stop."""
SLAB_VOXELS = 1 << 24
"""Voxels that are worked on at a time."""
_BINS = 1024
_EXACT = 1 << 16
"""Integer greys up to this many have a bin each."""


@dataclass(frozen=True)
class Staged:
    """Global thresholds in stages, the same for all slices.

    First stage: the outer thresholds, of pore and of active phase. Second stage: within the bulk
    between them, thresholds divide the shell around pores from graphite, and graphite from the
    shell around the active phase. Set arithmetic then gives the phases:

        intermediate = (pore and shell + active and shell) - pore - active
        graphite = everything - (pore and shell) - (active and shell)

    Thresholds come from iterated means (``histogram.intermeans``), then least error
    (``histogram.least_error``), from the histogram alone: the same image gives the same phases.
    Our formulation of the method that T. Vorauer et al., Commun. Chem. 3 (2020),
    doi:10.1038/s42004-020-00386-x, describe in words; their supplement holds the original.

    Takes four phases from dark to bright (pore, intermediate, graphite, active), three without
    the second stage (pore, bulk, active), or two.

    Attributes:
        smooth: radius of a median filter before everything, voxels; 0 leaves it out.
    """

    smooth: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.smooth <= 10:
            raise InputError(f"smooth is {self.smooth}: it must be 0 to 10 voxels")

    def decide(
        self, image: Image, phases: Sequence[str], strokes: Strokes | None, /
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Positions in ``phases``, and the thresholds of both stages.

        Raises:
            InputError: more than four phases, or a histogram that does not fall into as many.
        """
        values = image.values
        blocks = Blocks(values.shape, lambda start, stop: values[start:stop], self.smooth)
        labels = np.empty(values.shape, dtype=np.uint8)
        decisions = stages(blocks, phases, labels)
        return labels, decisions


@dataclass(frozen=True, eq=False)
class Blocks:
    """An image read in slabs, smoothed with the slices next to them.

    Attributes:
        shape: of the image.
        slab: reads slices.
        smooth: radius of the median filter, voxels.
    """

    shape: tuple[int, ...]
    slab: Slab
    smooth: int

    def each(self, stage: str) -> Any:
        """Start, stop and smoothed values of one slab after the other."""
        from scipy.ndimage import median_filter

        count = self.shape[0]
        step = max(SLAB_VOXELS // int(np.prod(self.shape[1:])), 1)
        for start in range(0, count, step):
            stop = min(start + step, count)
            low, high = max(start - self.smooth, 0), min(stop + self.smooth, count)
            values = self.slab(low, high)
            if self.smooth:
                values = median_filter(values, 2 * self.smooth + 1)
            yield start, stop, values[start - low : len(values) - (high - stop)]
            report(stage, stop / count)


def stages(blocks: Blocks, phases: Sequence[str], labels: Any) -> dict[str, Any]:
    """Find the thresholds and write positions in ``phases`` into ``labels``, slab by slab.

    Args:
        blocks: the image.
        phases: from dark to bright.
        labels: an array of its shape.

    Returns:
        Thresholds by name, and voxels of each phase.
    """
    if not 2 <= len(phases) <= 4:
        raise InputError(
            f"the staged method tells two to four phases apart, not {len(phases)}: pore, "
            "intermediate, graphite and active phase, from dark to bright"
        )
    grey, counts = histogram(blocks)
    found = thresholds(grey, counts, len(phases))
    voxels = np.zeros(len(phases), dtype=np.int64)
    for start, stop, values in blocks.each("assign phases"):
        part = _assign(values, found, len(phases))
        labels[start:stop] = part
        voxels += np.bincount(part.ravel(), minlength=len(phases))
    named = {"thresholds": {name: float(value) for name, value in found.items()}}
    return named | {"voxels": dict(zip(phases, voxels.tolist(), strict=True))}


def thresholds(grey: Floats, counts: Floats, phases: int) -> dict[str, float]:
    """The thresholds of all stages, by what lies below or above them.

    Args:
        grey: values of the histogram's bins, rising.
        counts: voxels in each bin.
        phases: 2, 3 or 4.
    """
    first = least_error(grey, counts, intermeans(grey, counts, phases))
    if phases == 2:
        return {"pore": float(first[0])}
    pore, active = float(first[0]), float(first[-1])
    found = {"pore": pore, "active": active}
    if phases == 4:
        bulk = (grey > pore) & (grey <= active)
        found["pore_and_shell"] = shell = float(
            least_error(grey[bulk], counts[bulk], first[1:2])[0]
        )
        above = grey > shell
        outer = least_error(grey[above], counts[above], np.array([active]))[0]
        found["active_and_shell"] = float(np.clip(outer, shell, active))
    return found


def histogram(blocks: Blocks) -> tuple[Floats, Floats]:
    """Values and voxels of the bins: one per integer, or 1024 over the range of real values.

    Raises:
        InputError: one grey value only.
    """
    low, high = np.inf, -np.inf
    counts: NDArray[np.float64] | None = None
    first = blocks.slab(0, 1)
    if first.dtype.kind == "b" or (first.dtype.kind in "iu" and first.dtype.itemsize <= 2):
        kind = np.dtype(np.uint8) if first.dtype.kind == "b" else first.dtype
        zero = int(np.iinfo(kind).min)
        grey = np.arange(zero, zero + min(_EXACT, 1 << 8 * kind.itemsize), dtype=float)
        counts = np.zeros(len(grey))
        for _, _, values in blocks.each("histogram"):
            counts += np.bincount(values.ravel().astype(np.int32) - zero, minlength=len(grey))
    else:
        for _, _, values in blocks.each("range of greys"):
            low, high = min(low, float(values.min())), max(high, float(values.max()))
        edges = np.linspace(low, high if high > low else low + 1.0, _BINS + 1)
        grey, counts = 0.5 * (edges[1:] + edges[:-1]), np.zeros(_BINS)
        for _, _, values in blocks.each("histogram"):
            counts += np.histogram(values, edges)[0]
    filled = np.flatnonzero(counts)
    if len(filled) < 2:
        raise InputError("the image has one grey value only: there is nothing to tell apart")
    kept = slice(int(filled[0]), int(filled[-1]) + 1)
    return grey[kept], counts[kept]


def _assign(values: NDArray[Any], found: dict[str, float], phases: int) -> NDArray[np.uint8]:
    """The set arithmetic."""
    pore = values <= found["pore"]
    if phases == 2:
        return np.where(pore, 0, 1).astype(np.uint8)
    active = values > found["active"]
    if phases == 3:
        return np.where(pore, 0, np.where(active, 2, 1)).astype(np.uint8)
    covered = (values <= found["pore_and_shell"]) | (values > found["active_and_shell"])
    labels = np.full(values.shape, 2, dtype=np.uint8)
    labels[covered & ~pore & ~active] = 1
    labels[pore] = 0
    labels[active] = 3
    return labels
