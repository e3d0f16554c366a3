"""Superpixels of a slice: Felzenszwalb's regions of a wanted number, and who neighbours whom."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_SMALLEST = 12
"""Pixels of the smallest region."""
_NEAR, _TRIES = 0.1, 12
"""How near the number has to come to the wanted one, and the searches for its scale."""


@dataclass(frozen=True, eq=False)
class Superpixels:
    """Regions of a slice.

    Attributes:
        region: number of each pixel's region, 0 to count - 1, shape (y, x).
        count: of regions.
        scale: the parameter of Felzenszwalb's method that gave them.
    """

    region: Ints
    count: int
    scale: float

    def mean(self, values: NDArray[np.floating]) -> Floats:
        """Mean of pixel values in each region."""
        return np.asarray(np.bincount(self.region.ravel(), values.ravel(), self.count) / self.area)

    @property
    def area(self) -> Floats:
        """Pixels of each region."""
        return np.bincount(self.region.ravel(), minlength=self.count).astype(np.float64)

    def borders(self, gradient: NDArray[np.floating]) -> "Borders":
        """Sides between pixels of different regions, with a pixel value in their mean."""
        pairs, values = [], []
        for axis in (0, 1):
            region = np.moveaxis(self.region, axis, 0)
            grey = np.moveaxis(gradient, axis, 0)
            differ = region[:-1] != region[1:]
            pairs.append(np.stack([region[:-1][differ], region[1:][differ]]))
            values.append(0.5 * (grey[:-1][differ] + grey[1:][differ]))
        first, second = np.concatenate(pairs, axis=1)
        both = np.concatenate(values).astype(float)
        return Borders(
            np.concatenate([first, second]),
            np.concatenate([second, first]),
            np.concatenate([both, both]),
            self.count,
        )


@dataclass(frozen=True, eq=False)
class Borders:
    """Sides between pixels of different regions, once from each of the two.

    Attributes:
        inside: the region that the side belongs to.
        outside: the region across.
        value: at the side.
        count: of regions.
    """

    inside: Ints
    outside: Ints
    value: Floats
    count: int

    @property
    def length(self) -> Floats:
        """Sides around each region; a region without any has a tiny number."""
        return np.asarray(np.bincount(self.inside, minlength=self.count) + 1e-9)

    def mean(self, values: Floats) -> Floats:
        """Mean over each region's sides of values given per side."""
        return np.asarray(np.bincount(self.inside, values, self.count) / self.length)

    def extremes(self, values: Floats) -> tuple[Floats, Floats]:
        """Smallest and greatest value among the neighbours of each region, by value per region."""
        low, high = values.copy(), values.copy()
        np.minimum.at(low, self.inside, values[self.outside])
        np.maximum.at(high, self.inside, values[self.outside])
        return low, high


def superpixels(plane: NDArray[np.floating], wanted: int) -> Superpixels:
    """About that many regions of a denoised slice whose greys lie between 0 and 1.

    P. F. Felzenszwalb and D. P. Huttenlocher, Int. J. Comput. Vis. 59 (2004) 167. The scale is
    searched by bisection: it has no meaning of its own, the number of regions has.
    """
    from skimage.segmentation import felzenszwalb

    low, high = 1e-3, 1e4
    best: tuple[float, float, Ints] | None = None
    for _ in range(_TRIES):
        scale = float(np.sqrt(low * high))
        region = felzenszwalb(plane, scale=scale, sigma=0.0, min_size=_SMALLEST)
        count = int(region.max()) + 1
        off = abs(count / wanted - 1.0)
        if best is None or off < best[0]:
            best = (off, scale, region)
        if off < _NEAR:
            break
        low, high = (scale, high) if count > wanted else (low, scale)
    assert best is not None
    _, scale, region = best
    return Superpixels(region.astype(np.int64), int(region.max()) + 1, scale)
