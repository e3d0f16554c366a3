"""Connected parts of a phase: what leads through the image, what is a dead end, what is closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from anosim.data_frame import data_frame
from anosim.extras import load
from anosim.measure.place import Mask, axes_of, axis_of, mask_of
from anosim.microstructure import Microstructure
from anosim.progress import stage

if TYPE_CHECKING:
    import pandas as pd

PARTS = ("through", "first side only", "last side only", "closed")


@dataclass(frozen=True, eq=False)
class Percolation:
    """Connected parts of a phase, by which of two opposite sides they touch.

    Attributes:
        phase: the phase.
        axis: "z", "y" or "x": the sides are those where it starts and ends.
        clusters: number of parts of each of PARTS; voxels are connected by faces.
        shares: volume of each of PARTS over that of the phase. What touches one side only is a
            dead end for transport; what touches neither is closed.
        map: 1 + the number in PARTS, per voxel; 0 in other phases.
    """

    phase: str
    axis: str
    clusters: Mapping[str, int]
    shares: Mapping[str, float]
    map: NDArray[np.uint8]

    def frame(self) -> "pd.DataFrame":
        """Number and share of the connected parts of each kind as a pandas DataFrame.

        Raises:
            MissingDependencyError: pandas is not installed.
        """
        return data_frame(
            {
                "part": PARTS,
                "clusters": [self.clusters[name] for name in PARTS],
                "share": [self.shares[name] for name in PARTS],
            },
            index="part",
        )


@stage("percolation")
def percolation(image: Microstructure, phase: str, axis: int | str = 0) -> Percolation:
    """Which parts of a phase lead through the image along an axis.

    Raises:
        InputError: no such phase or axis.
    """
    along = axis_of(image, axis)
    labels, count = components(mask_of(image, phase))
    kind = _kinds(labels, count, along)
    clusters = np.bincount(kind[1:], minlength=5)[1:]
    where = kind[labels]
    voxels = np.bincount(where.ravel(), minlength=5)[1:]
    return Percolation(
        phase,
        axes_of(image)[along],
        {name: int(n) for name, n in zip(PARTS, clusters, strict=True)},
        {name: float(n / voxels.sum()) for name, n in zip(PARTS, voxels, strict=True)},
        where,
    )


def components(mask: Mask, *, corners: bool = False) -> tuple[NDArray[np.uint32], int]:
    """Label the connected parts of a mask from 1 on; 0 is outside.

    Args:
        mask: shape (y, x) or (z, y, x).
        corners: whether voxels that share only an edge or a corner are connected.
    """
    cc3d = load("cc3d")
    ways: Any = {2: (4, 8), 3: (6, 26)}[mask.ndim][corners]
    labels, count = cc3d.connected_components(
        mask.view(np.uint8), connectivity=ways, return_N=True, out_dtype=np.uint32
    )
    return labels.astype(np.uint32, copy=False), int(count)


def through(mask: Mask, axis: int) -> Mask:
    """The part of a mask that joins the first and the last slice along an axis."""
    labels, count = components(mask)
    return np.asarray((_kinds(labels, count, axis) == 1)[labels])


def _kinds(labels: NDArray[np.uint32], count: int, axis: int) -> NDArray[np.uint8]:
    """Per label: 0 for the outside, else 1 + its number in PARTS."""
    first, last = np.zeros(count + 1, dtype=bool), np.zeros(count + 1, dtype=bool)
    first[np.take(labels, 0, axis)] = True
    last[np.take(labels, -1, axis)] = True
    kind = np.select([first & last, first, last], [1, 2, 3], 4).astype(np.uint8)
    kind[0] = 0
    return kind
