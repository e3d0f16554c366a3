"""Phase fractions per slice, their confidence interval, and the representative volume."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from anosim.data_frame import data_frame
from anosim.errors import InputError
from anosim.measure.place import axes_of, axis_of, mask_of
from anosim.microstructure import Microstructure
from anosim.progress import stage

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

BLOCKS = 32
"""Blocks that a variance is taken of, at least: it is then known to about a quarter."""


@dataclass(frozen=True, eq=False)
class Profile:
    """Area or volume fraction of each phase per slice.

    Attributes:
        axis: "z", "y" or "x", across the slices.
        position: the slices' middles, m.
        fractions: shape (n_slices,) by phase; its mean is the fraction in the whole image.
    """

    axis: str
    position: Floats
    fractions: Mapping[str, Floats]

    @property
    def columns(self) -> dict[str, Floats]:
        """Place of each slice, m, and fraction of each phase in it, by the names that files use."""
        return {f"{self.axis}_m": self.position} | {
            f"fraction_{name}": values for name, values in self.fractions.items()
        }

    def frame(self) -> "pd.DataFrame":
        """One row per slice as a pandas DataFrame.

        Raises:
            MissingDependencyError: pandas is not installed.
        """
        return data_frame(self.columns)


def profile(image: Microstructure, axis: int | str = 0) -> Profile:
    """The fraction of each phase in every slice across an axis.

    Raises:
        InputError: no such axis.
    """
    along = axis_of(image, axis)
    shape = image.labels.shape
    counts: dict[str, Floats] = {name: np.zeros(shape[along]) for name in image.phases}
    others = tuple(k - 1 for k in range(1, len(shape)) if k != along)
    for z, slab in enumerate(image.labels):
        for name, label in image.phases.items():
            if along == 0:
                counts[name][z] = np.count_nonzero(slab == label)
            else:
                counts[name] += np.count_nonzero(slab == label, axis=others)
    size = image.labels.size / shape[along]
    position: Floats = (np.arange(shape[along], dtype=float) + 0.5) * image.voxel[along]
    return Profile(
        axes_of(image)[along], position, {k: np.asarray(n / size) for k, n in counts.items()}
    )


@dataclass(frozen=True, eq=False)
class Representative:
    """How well the fraction of a phase in the image stands for the material's.

    Attributes:
        phase: the phase.
        fraction: in the image.
        volume: of the image, m^3; in 2D its area, m^2.
        integral_range: A in variance = fraction (1 - fraction) A / volume, in the same unit: the
            volume that counts as one independent sample.
        blocks: volumes of the blocks that the image was cut into, ascending.
        deviations: standard deviation of the fraction among blocks of each of these volumes.
    """

    phase: str
    fraction: float
    volume: float
    integral_range: float
    blocks: Floats
    deviations: Floats

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """The interval that holds the material's fraction with that probability."""
        half = _normal(confidence) * (self._spread * self.integral_range / self.volume) ** 0.5
        return max(0.0, self.fraction - half), min(1.0, self.fraction + half)

    def volume_for(self, error: float, confidence: float = 0.95) -> float:
        """Volume, m^3 (2D: area, m^2), in which the fraction is within a relative error.

        Raises:
            InputError: the error is not positive.
        """
        if error <= 0.0:
            raise InputError(f"error is {error}: it must be greater than 0")
        half = error * self.fraction
        return self._spread * self.integral_range * (_normal(confidence) / half) ** 2

    @property
    def _spread(self) -> float:
        return self.fraction * (1.0 - self.fraction)


@stage("representative volume")
def representative(image: Microstructure, phase: str) -> Representative:
    """The representative volume of a phase's fraction, from how much parts of the image differ.

    The image is cut into 2, 4, 8, ... parts along each axis. The variance among the largest blocks
    of which there are at least BLOCKS gives the integral range. It assumes that the material is
    the same everywhere, and blocks larger than its features. Source: Kanit et al., Int. J. Solids
    Struct. 40 (2003) 3647, eqs. 10 and 13.

    Raises:
        InputError: no such phase, or an image too small to be cut into that many blocks.
    """
    mask = mask_of(image, phase)
    n, shape = mask.ndim, np.array(mask.shape)
    cuts = [2**k for k in range(1, 8) if 2**k <= shape.min()]
    if not cuts or cuts[-1] ** n < BLOCKS:
        raise InputError(
            f"the image has {' x '.join(map(str, shape))} voxels: too few for {BLOCKS} blocks"
        )
    fine = _block_means(mask, cuts[-1])
    voxel = float(np.prod(image.voxel))
    volumes, deviations = [], []
    for cut in reversed(cuts):
        step = cuts[-1] // cut
        means = fine.reshape([k for _ in range(n) for k in (cut, step)])
        means = means.mean(axis=tuple(range(1, 2 * n, 2)))
        volumes.append(float(np.prod(shape // cuts[-1] * step)) * voxel)
        deviations.append(float(means.std(ddof=1)))
    chosen = max(k for k, cut in enumerate(reversed(cuts)) if cut**n >= BLOCKS)
    fraction = float(mask.mean())
    spread = fraction * (1.0 - fraction)
    reach = deviations[chosen] ** 2 * volumes[chosen] / spread if spread else 0.0
    return Representative(
        phase, fraction, float(mask.size) * voxel, reach, np.array(volumes), np.array(deviations)
    )


def _block_means(mask: NDArray[np.bool_], cut: int) -> Floats:
    """Means of blocks, that many along each axis; what is left over at the ends takes no part."""
    size = np.array(mask.shape) // cut
    made = []
    for k in range(cut):
        slab = mask[k * size[0] : (k + 1) * size[0]].sum(axis=0, dtype=float)
        slab = slab[tuple(slice(cut * s) for s in size[1:])]
        parts = slab.reshape([k for s in size[1:] for k in (cut, s)])
        made.append(parts.sum(axis=tuple(range(1, 2 * len(size) - 2, 2))))
    return np.array(made) / float(np.prod(size))


def _normal(confidence: float) -> float:
    """Standard deviations from the mean that hold a share of a normal distribution."""
    from statistics import NormalDist

    if not 0.0 < confidence < 1.0:
        raise InputError(f"confidence is {confidence}: it must be between 0 and 1")
    return NormalDist().inv_cdf(0.5 + confidence / 2.0)
