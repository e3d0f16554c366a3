"""Geodesic tortuosity: how much longer the way through a phase is than the depth it leads to."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anosim.data_frame import data_frame
from anosim.errors import InputError
from anosim.measure.march import Bends, march
from anosim.measure.place import entering, first_side, mask_of, side_of
from anosim.microstructure import Microstructure
from anosim.progress import stage

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Geodesic:
    """Shortest ways through one phase from one side of the image, to the middle of every voxel.

    Attributes:
        image: the image.
        phase: the phase that the ways lead through.
        side: where they start, on the image's outer face.
        distance: length of the shortest way, m, in the image's shape; infinite in the phase's
            voxels that no way leads to, and in the other phases.
        bends: for ``paths``.
    """

    image: Microstructure
    phase: str
    side: str
    distance: NDArray[np.float32]
    bends: Bends

    @property
    def depth(self) -> Floats:
        """Distance of each slice's middle from the side, m, from there on."""
        axis, _ = side_of(self.image, self.side)
        slices = np.arange(self.image.labels.shape[axis], dtype=float)
        return np.asarray((slices + 0.5) * self.image.voxel[axis])

    @property
    def tortuosity(self) -> NDArray[np.float32]:
        """Distance over depth, per voxel, in the image's shape; infinite as the distance is."""
        out = np.empty(self.distance.shape, np.float32)
        np.divide(self._turned(self.distance), _column(self.depth), out=self._turned(out))
        return out

    @cached_property
    def by_depth(self) -> dict[str, Floats]:
        """Tortuosity per slice, from the side on: mean, standard deviation, minimum, maximum.

        NaN where no way leads to any voxel of the slice; ``unreached`` is the share of the phase
        in that slice that no way leads to.
        """
        mask = self._turned(self.image.labels) == self.image.phases[self.phase]
        names = ("mean", "std", "min", "max", "unreached")
        table = {name: np.full(len(mask), np.nan) for name in names}
        for k, (row, slab) in enumerate(zip(self._turned(self.distance), mask, strict=True)):
            found = row[np.isfinite(row)].astype(float) / self.depth[k]
            if slab.any():
                table["unreached"][k] = 1.0 - found.size / np.count_nonzero(slab)
            if found.size:
                table["mean"][k], table["std"][k] = found.mean(), found.std()
                table["min"][k], table["max"][k] = found.min(), found.max()
        return table

    @property
    def columns(self) -> dict[str, NDArray[Any]]:
        """``by_depth`` and ``channels`` of each slice, by the names that files use."""
        table = self.by_depth
        names = ("mean", "std", "min", "max")
        return {
            "depth_m": self.depth,
            **{f"tortuosity_{name}": table[name] for name in names},
            "unreached": table["unreached"],
            "channels": self.channels,
        }

    def frame(self) -> "pd.DataFrame":
        """One row per slice, from the side on, as a pandas DataFrame.

        Raises:
            MissingDependencyError: pandas is not installed.
        """
        return data_frame(self.columns)

    @cached_property
    def unreached(self) -> float:
        """Share of the phase that no way leads to."""
        label = self.image.phases[self.phase]
        return 1.0 - float(np.isfinite(self.distance).sum() / (self.image.labels == label).sum())

    @cached_property
    def channels(self) -> NDArray[np.int64]:
        """Separate channels per slice, from the side on.

        Counted are the parts of the phase within the slice that a way from the side leads to;
        parts that touch only at a corner are separate.
        """
        from scipy.ndimage import label

        rows = self._turned(self.distance)
        return np.array([label(np.isfinite(row))[1] for row in rows], dtype=np.int64)

    def paths(self, points: ArrayLike) -> list[Floats]:
        """The shortest ways to some points as polylines.

        Args:
            points: (x, y[, z]) in m, shape (n, dimensions); the way leads to the middle of the
                voxel that holds the point.

        Returns:
            One array of shape (n, dimensions) per point, from the side on, in m: a point of the
            side's face, the middle of the voxel behind it, bends, and the middle of the last voxel.

        Raises:
            InputError: a point outside of the image, or one that no way leads to.
        """
        n = self.image.labels.ndim
        voxel = np.array(self.image.voxel)
        found = []
        for point in np.asarray(points, dtype=float).reshape(-1, n):
            index = np.floor(point[::-1] / voxel).astype(int)
            inside = np.all((index >= 0) & (index < self.image.labels.shape))
            if not inside or not np.isfinite(self.distance[tuple(index)]):
                where = "outside of the image" if not inside else "where no way leads"
                raise InputError(f"the point {tuple(point.tolist())} m is {where}")
            found.append(self._path(index))
        return found

    def _path(self, index: NDArray[np.int64]) -> Floats:
        axis, end = side_of(self.image, self.side)
        shape = self.image.labels.shape
        start = [axis, *(k for k in range(len(shape)) if k != axis)]
        turned = [shape[axis] - 1 - index[axis] if end else index[axis]]
        turned += [int(index[k]) for k in start[1:]]
        at = tuple([*(k + 1 for k in turned), 1][:3])  # within the frame
        flat = int(np.ravel_multi_index(at, self.bends.shape))
        route: list[int] = []
        while not route or flat != route[-1]:
            route.append(flat)
            flat = int(self.bends.reshape(-1)[flat])
        corners = np.array(np.unravel_index(route, self.bends.shape), dtype=float).T - 0.5
        corners = np.vstack([corners, corners[-1] * [0.0, 1.0, 1.0]])[:, : len(shape)]
        if end:
            corners[:, 0] = shape[axis] - corners[:, 0]
        ordered = np.empty_like(corners)
        ordered[:, start] = corners
        return np.asarray((ordered * self.image.voxel)[::-1, ::-1])

    def _turned[T: np.generic](self, array: NDArray[T]) -> NDArray[T]:
        return entering(array, *side_of(self.image, self.side))


@stage("geodesic")
def geodesic(image: Microstructure, phase: str, side: str | None = None) -> Geodesic:
    """Distance through a phase from a side of the image, and tortuosity = distance / depth.

    Ways enter straight to the middle of a voxel, join voxels that share a face, bend in middles of
    voxels only, and may touch corners of other phases. Between bends they are exact, whatever their
    direction; each bend makes them too long, never too short, by up to half a voxel.
    This tortuosity is a ratio of lengths; the tortuosity factor of transport is another number
    (``tortuosity_factor``). Sources: Vorauer et al., Communications Chemistry 3 (2020) 141
    (definition); Daniel et al., J. Artif. Intell. Res. 39 (2010) 533 (any-angle paths).

    Args:
        image: the image.
        phase: where the ways lead.
        side: where they start: "front", "back", "top", "bottom", "left" or "right"; by default
            where the first axis starts.

    Raises:
        InputError: no such phase or side.
    """
    mask = mask_of(image, phase)
    side = first_side(image) if side is None else side
    axis, end = side_of(image, side)
    turned = entering(mask, axis, end)
    state = np.zeros([n + 2 for n in turned.shape], np.uint8)
    state[1:-1, 1:-1, 1:-1] = turned
    others = [h for k, h in enumerate(image.voxel) if k != axis]
    voxel = (image.voxel[axis], *others, others[0])[:3]
    scale = min(voxel)
    reached, bends = march(state, tuple(h / scale for h in voxel))
    reached *= np.float32(scale)
    distance = reached[1:-1, 1:-1, 1:-1]
    if image.labels.ndim == 2:
        distance = distance[:, :, 0]
    if end:
        distance = distance[::-1]
    return Geodesic(image, phase, side, np.moveaxis(distance, 0, axis), bends)


def _column(values: Floats) -> NDArray[np.float32]:
    return values.astype(np.float32)[:, None, None]
