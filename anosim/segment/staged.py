"""The staged histogram method: thresholds found from the histogram, phases by set arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.image import Image
from anosim.segment.blocks import Blocks, above
from anosim.segment.histogram import histogram
from anosim.segment.strokes import Strokes
from anosim.segment.thresholds import intermeans, least_error

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Staged:
    """Global thresholds in stages, the same for all slices.

    First stage: the outer thresholds, of pore and of active phase. Second stage: within the bulk
    between them, thresholds divide the shell around pores from graphite, and graphite from the
    shell around the active phase. Set arithmetic then gives the phases:

        intermediate = (pore and shell + active and shell) - pore - active
        graphite = everything - (pore and shell) - (active and shell)

    Thresholds come from iterated means (``thresholds.intermeans``), then least error
    (``thresholds.least_error``), from the histogram alone: the same image gives the same phases.
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

    def check(self, phases: Sequence[str], *, strokes: bool) -> None:
        """Refuse more than four phases."""
        if not 2 <= len(phases) <= 4:
            raise InputError(
                f"the staged method tells two to four phases apart, not {len(phases)}: pore, "
                "intermediate, graphite and active phase, from dark to bright"
            )

    def decide(
        self, image: Image, phases: Sequence[str], strokes: Strokes | None, /
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Positions in ``phases``, and the thresholds of both stages.

        Raises:
            InputError: fewer grey values than phases.
        """
        labels = np.empty(image.values.shape, dtype=np.uint8)
        decisions = stages(Blocks.of(image.values, self.smooth), phases, labels)
        return labels, decisions


def stages(blocks: Blocks, phases: Sequence[str], labels: Any) -> dict[str, Any]:
    """Find the thresholds and write positions in ``phases`` into ``labels``, slab by slab.

    Args:
        blocks: the image.
        phases: from dark to bright.
        labels: an array of its shape.

    Returns:
        Thresholds by name, and voxels of each phase.
    """
    grey, counts = histogram(blocks, len(phases))
    found = stage_thresholds(grey, counts, len(phases))
    voxels = np.zeros(len(phases), dtype=np.int64)
    for start, stop, values in blocks.each("assign phases"):
        part = _assign(values, found, len(phases))
        labels[start:stop] = part
        voxels += np.bincount(part.ravel(), minlength=len(phases))
    named = {"thresholds": {name: float(value) for name, value in found.items()}}
    return named | {"voxels": dict(zip(phases, voxels.tolist(), strict=True))}


def stage_thresholds(grey: Floats, counts: Floats, phases: int) -> dict[str, float]:
    """The thresholds of all stages, by what lies below or above them.

    Args:
        grey: values of the histogram's filled bins, rising.
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
        upper = grey > shell
        outer = least_error(grey[upper], counts[upper], np.array([active]))[0]
        found["active_and_shell"] = float(np.clip(outer, shell, active))
    return found


def _assign(values: NDArray[Any], found: dict[str, float], phases: int) -> NDArray[np.uint8]:
    """The set arithmetic."""
    outer = above(values, np.array([found[name] for name in ("pore", "active") if name in found]))
    if phases < 4:
        return outer
    inner = above(values, np.array([found["pore_and_shell"], found["active_and_shell"]]))
    labels = np.where(inner == 1, 2, 1)  # graphite, else one of the shells
    return np.where(outer == 0, 0, np.where(outer == 2, 3, labels)).astype(np.uint8)
