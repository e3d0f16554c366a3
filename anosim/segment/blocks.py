"""Images read slab by slab, so that a volume need not fit into memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from anosim.progress import report

Slab = Callable[[int, int], NDArray[Any]]
"""Gives the slices from a start to a stop."""
SLAB_VOXELS = 1 << 24
"""Voxels that are worked on at a time."""


@dataclass(frozen=True, eq=False)
class Blocks:
    """An image read in slabs, smoothed with the slices next to them.

    Attributes:
        shape: of the image.
        slab: reads slices.
        smooth: radius of the median filter, voxels; 0 leaves it out.
    """

    shape: tuple[int, ...]
    slab: Slab
    smooth: int = 0

    @classmethod
    def of(cls, values: NDArray[Any], smooth: int = 0) -> Self:
        """Blocks of an array in memory."""
        return cls(values.shape, lambda start, stop: values[start:stop], smooth)

    def each(self, stage: str) -> Iterator[tuple[int, int, NDArray[Any]]]:
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


def above(values: NDArray[Any], thresholds: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Number of rising thresholds below each value: a value equal to one is of the darker class.

    Values are compared in double precision, lest a threshold be rounded to a value above it.
    """
    return np.searchsorted(thresholds, values.astype(np.float64), "left").astype(np.uint8)
