"""A region that is given as the voxels of an image."""

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.image import set_grid
from anosim.meshes import Floats
from anosim.regions import FOOT, Region
from anosim.units import VoxelSize

_NEAREST = 8
"""Pieces of a mask's border that a point is compared with."""


@dataclass(frozen=True, eq=False)
class Mask(Region):
    """The voxels of an image that are true.

    Attributes:
        mask: boolean, shape (y, x) or (z, y, x), read-only; voxel (0, 0) occupies [0, h], as in a
            Microstructure.
        voxel: voxel size per axis in the array's order, m; one length serves all axes.

    Raises:
        InputError: no booleans, no image, or no voxel that is true.
    """

    mask: NDArray[Any]
    voxel: VoxelSize = VoxelSize()  # noqa: RUF009 (a descriptor, not a default)

    def __post_init__(self) -> None:
        mask = np.asarray(self.mask)
        if mask.dtype != bool or mask.ndim not in (2, 3):
            raise InputError(
                f"Mask.mask has shape {mask.shape} and holds {mask.dtype}: expected booleans of "
                "shape (y, x) or (z, y, x), for example labels == 3"
            )
        if not mask.any():
            raise InputError("Mask.mask has no voxel that is true: the region is empty")
        set_grid(self, "mask", mask)

    def __repr__(self) -> str:
        return f"Mask of {int(self.mask.sum())} voxels"

    def bend(self, points: Floats, radius: Floats, /) -> Floats:
        """None where neither a corner (an edge) nor a second line (plane) is as near, m.

        Of two lines that cross, the crossing is at most sqrt(2) times as far as both.
        """
        straight = np.minimum(self._turns.distance(points) / 1.5, min(self.voxel) / 2.0)
        return np.where(FOOT * radius < straight, 0.0, radius)

    def distance(self, points: Floats, /) -> Floats:
        """Distance to the border, negative inside, m; the image ends outside."""
        if points.shape[1] != self.mask.ndim:
            raise InputError(
                f"Mask.mask has shape {self.mask.shape}, and the mesh is in "
                f"{points.shape[1]} dimensions"
            )
        place = np.floor(points[:, ::-1] / self.voxel).astype(np.int64)
        within = np.all((place >= 0) & (place < self.mask.shape), axis=1)
        inside = np.zeros(len(points), dtype=np.bool_)
        inside[within] = self.mask[tuple(place[within].T)]
        return np.where(inside, -1.0, 1.0) * self._border.distance(points)

    @cached_property
    def _border(self) -> "_Pieces":
        """Sides of voxels on the border."""
        framed = np.pad(self.mask, 1)
        size = np.array(self.voxel)
        middles, halves = [], []
        for axis in range(framed.ndim):
            half = size / 2.0
            half[axis] = 0.0
            start = np.ones(framed.ndim)  # the frame's width
            start[axis] = 0.0
            place = (np.argwhere(np.diff(framed, axis=axis)) - start) * size + half
            middles.append(place)
            halves.append(np.broadcast_to(half, place.shape))
        return _Pieces.of(middles, halves)

    @cached_property
    def _turns(self) -> "_Pieces":
        """Points, in space edges of voxels, at which the border turns or crosses itself."""
        framed = np.pad(self.mask, 1)
        size = np.array(self.voxel)
        middles, halves = [], []
        for axes in combinations(range(framed.ndim), 2):
            quarters = []
            for steps in ((0, 0), (0, 1), (1, 0), (1, 1)):
                cut = [slice(None)] * framed.ndim
                for axis, step in zip(axes, steps, strict=True):
                    cut[axis] = slice(step, framed.shape[axis] - 1 + step)
                quarters.append(framed[tuple(cut)])
            a, b, c, d = quarters
            straight = ((a == b) & (c == d)) | ((a == c) & (b == d))
            half, start = size / 2.0, np.ones(framed.ndim)
            half[list(axes)] = start[list(axes)] = 0.0
            place = (np.argwhere(~straight) - start) * size + half
            middles.append(place)
            halves.append(np.broadcast_to(half, place.shape))
        return _Pieces.of(middles, halves)


@dataclass(frozen=True, eq=False)
class _Pieces:
    """Flat boxes along the axes: middles and half sizes, (x, y[, z]) in m, and a tree of them."""

    middles: Floats
    halves: Floats
    tree: Any

    @classmethod
    def of(cls, middles: list[Floats], halves: list[Floats]) -> "_Pieces":
        """Of arrays in the order of the mask's axes."""
        from scipy.spatial import KDTree

        every = np.concatenate(middles)[:, ::-1].copy()
        return cls(every, np.concatenate(halves)[:, ::-1], KDTree(every))

    def distance(self, points: Floats) -> Floats:
        """Exact where one is near; else what the pieces not looked at leave open, m."""
        count = min(_NEAREST, len(self.middles))
        reach, piece = self.tree.query(points, k=np.arange(1, count + 1))
        off = np.abs(points[:, None] - self.middles[piece]) - self.halves[piece]
        nearest = np.linalg.norm(np.maximum(off, 0.0), axis=2).min(axis=1)
        unseen = reach[:, -1] - self.halves.max() if count < len(self.middles) else np.inf
        return np.asarray(np.clip(nearest, 0.0, np.maximum(unseen, 0.0)))
