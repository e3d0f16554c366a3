"""Proximity: how far one phase's surface is from another phase."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from anosim.data_frame import data_frame
from anosim.errors import InputError
from anosim.measure.place import label_of
from anosim.microstructure import Microstructure
from anosim.progress import stage

if TYPE_CHECKING:
    import pandas as pd

Singles = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Proximity:
    """Distance from every surface voxel of one phase to the nearest voxel of another.

    Attributes:
        of: the phase whose surface it is.
        to: the other phase.
        shape: the image's.
        distance: m, one per surface voxel; touching voxels are one voxel apart.
        voxels: flat index of each in the image.
    """

    of: str
    to: str
    shape: tuple[int, ...]
    distance: Singles
    voxels: NDArray[np.int64]

    @property
    def mean(self) -> float:
        """Mean distance, m."""
        return float(self.distance.mean(dtype=float))

    @property
    def maximum(self) -> float:
        """Greatest distance, m: the directed Hausdorff distance from the surface to the phase."""
        return float(self.distance.max())

    def quantiles(self, shares: tuple[float, ...] = (0.25, 0.5, 0.75, 0.9)) -> tuple[float, ...]:
        """Distances, m, below which these shares of the surface are."""
        return tuple(float(q) for q in np.quantile(self.distance, shares))

    def histogram(self, bins: int = 50) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Bounds of the bins, m, and the share of the surface in each."""
        counts, bounds = np.histogram(self.distance, bins, (0.0, self.maximum))
        return bounds.astype(float), counts / self.distance.size

    def frame(self) -> "pd.DataFrame":
        """One row per surface voxel, named by its flat index, as a pandas DataFrame.

        Raises:
            MissingDependencyError: pandas is not installed.
        """
        return data_frame({"voxel": self.voxels, "distance_m": self.distance}, index="voxel")

    @property
    def map(self) -> Singles:
        """The distance at the surface voxels, NaN elsewhere, in the image's shape, m."""
        out = np.full(self.shape, np.nan, np.float32)
        out.reshape(-1)[self.voxels] = self.distance
        return out


@stage("proximity")
def proximity(image: Microstructure, of: str, to: str) -> Proximity:
    """Nearest distance from each point of one phase's surface to another phase.

    Surface voxels are those that share a face with any other phase; the edge of the image is no
    surface. Distances are Euclidean, straight through whatever lies between, exact between
    middles of voxels. Sources: Vorauer et al., Communications Chemistry 3 (2020) 141, Fig. 7;
    Felzenszwalb and Huttenlocher, Theory of Computing 8 (2012) 415 (distance transform).

    Args:
        image: the image.
        of: the phase whose surface it is.
        to: the phase that is looked for.

    Raises:
        InputError: no such phase, or the same phase twice.
    """
    from anosim.measure.compiled import fitting
    from anosim.measure.nearest import surface_distances

    if of == to:
        raise InputError(f"proximity of {of!r} to itself is nowhere greater than 0")
    labels = image.labels.reshape((1, *image.labels.shape)[-3:])
    least = min(image.voxel)
    spacing = tuple(h / least for h in (least, *image.voxel)[-3:])
    with fitting(labels.size):
        found, where = surface_distances(labels, label_of(image, of), label_of(image, to), spacing)
    found *= np.float32(least)
    return Proximity(of, to, image.labels.shape, found, where)


def hausdorff(image: Microstructure, a: str, b: str) -> float:
    """Symmetric Hausdorff distance of two phases' surfaces, m: the greater of both directions.

    Each direction is ``proximity(...).maximum``.
    """
    return max(proximity(image, a, b).maximum, proximity(image, b, a).maximum)
