"""Two-point correlation, and the surface that follows from its slope."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from anosim.data_frame import data_frame
from anosim.measure.place import mask_of
from anosim.microstructure import Microstructure
from anosim.progress import stage

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Correlation:
    """Probability that two points at a distance are both in a phase.

    Attributes:
        phase: the phase.
        fraction: of the phase: the probability at distance 0; its square is that of far points.
        distance: m, ascending from 0.
        probability: mean over all directions, same length.
        along: along each axis in the array's order, at 0, 1, 2, ... voxels.
    """

    phase: str
    fraction: float
    distance: Floats
    probability: Floats
    along: tuple[Floats, ...]

    def frame(self) -> "pd.DataFrame":
        """Probability over distance, mean over all directions, as a pandas DataFrame.

        Raises:
            MissingDependencyError: pandas is not installed.
        """
        return data_frame({"distance_m": self.distance, "probability": self.probability})


@stage("two-point correlation")
def two_point_correlation(
    image: Microstructure, phase: str, *, reach: float | None = None
) -> Correlation:
    """S2(r): the probability that both ends of a line of length r are in the phase.

    Counted over all pairs of voxels inside the image (none beyond its edge), in classes of
    distance one smallest voxel wide. Source: Torquato, Random Heterogeneous Materials (2002),
    2.2 and 12.2.

    Args:
        image: the image.
        phase: the phase.
        reach: greatest distance, m; by default half the image's shortest side.

    Raises:
        InputError: no such phase.
    """
    mask = mask_of(image, phase)
    voxel, n = np.array(image.voxel), mask.ndim
    far = min(np.array(mask.shape) * voxel) / 2.0 if reach is None else reach
    lags = np.minimum((far / voxel).astype(int), np.array(mask.shape) - 1)
    both = _coincidences(mask, lags)
    pairs, square = np.ones((1,) * n), np.zeros((1,) * n)
    for k, lag in enumerate(lags):
        steps = np.arange(-lag, lag + 1).reshape([-1 if j == k else 1 for j in range(n)])
        pairs = pairs * (mask.shape[k] - np.abs(steps))
        square = square + (steps * voxel[k]) ** 2
    length = np.sqrt(square)
    kind = np.round(length / voxel.min()).astype(int).ravel()
    near = length.ravel() <= far * (1.0 + 1e-9)
    total, pair, way = (
        np.bincount(kind[near], part.ravel()[near]) for part in (both, pairs, length * pairs)
    )
    found, share = pair > 0, both / pairs
    along = [
        share[tuple(slice(lags[j], None) if j == k else lags[j] for j in range(n))]
        for k in range(n)
    ]
    return Correlation(
        phase,
        float(mask.mean()),
        way[found] / pair[found],
        total[found] / pair[found],
        tuple(np.asarray(line, dtype=float) for line in along),
    )


def _coincidences(mask: NDArray[np.bool_], lags: NDArray[np.int64]) -> Floats:
    """Pairs of voxels of the mask by their shift, from -lag to lag along each axis."""
    from scipy.fft import irfftn, next_fast_len, rfftn

    sizes = zip(mask.shape, lags, strict=True)
    padded = [next_fast_len(int(size + lag), real=True) for size, lag in sizes]
    power = rfftn(mask.astype(np.float32), padded, workers=-1)
    np.multiply(power, power.conj(), out=power)
    counts = irfftn(power, padded, workers=-1)
    return np.asarray(counts[np.ix_(*(np.arange(-lag, lag + 1) for lag in lags))], dtype=float)


def porod_surface(image: Microstructure, phase: str) -> float:
    """Specific surface of a phase from the slope of its two-point correlation at 0, 1/m.

    S/V = -4 dS2/dr in 3D, -pi dS2/dr in 2D (there perimeter per area), with the slope's mean over
    the axes. It holds where the surface has no preferred direction, and is then a check of
    ``interface_area`` that shares nothing with it. Source: Debye, Anderson and Brumberger, J. Appl.
    Phys. 28 (1957) 679; in 2D Torquato (2002), 2.2.5.

    Raises:
        InputError: no such phase.
    """
    mask = mask_of(image, phase)
    slopes = [_changes(mask, axis) / (2.0 * h) for axis, h in enumerate(image.voxel)]
    return float(np.mean(slopes)) * (4.0 if mask.ndim == 3 else np.pi)


def _changes(mask: NDArray[np.bool_], axis: int) -> float:
    """Share of neighbours along an axis of which one is in the phase: -2 times the slope's step."""
    if mask.shape[axis] < 2:
        return 0.0
    turned = np.moveaxis(mask, axis, 0)
    count = sum(int(np.count_nonzero(a != b)) for a, b in pairwise(turned))
    return float(count / ((mask.shape[axis] - 1) * mask.size / mask.shape[axis]))
