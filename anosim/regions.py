"""Regions of an image over which a solution is averaged: boxes, discs, masks."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.image import set_grid
from anosim.meshes import Floats
from anosim.units import Quantity, VoxelSize, si

Length = float | str
_NEAREST = 8
"""Pieces of a mask's border that a point is compared with."""
_GUESS = 1e-3
"""Part of a radius by which the distance to an unknown border leaves a linear function."""
_FOOT = 3.0
"""Radii within which the nearest point of a line lies that passes within one."""


class Region(ABC):
    """A part of the plane.

    A region of your own needs ``distance`` only.
    """

    def bend(self, points: Floats, radius: Floats, /) -> Floats:
        """Most by which the distance may leave a linear function within a radius of points, m.

        Where the border passes there. A guess for smooth borders; give your own if you know more.
        """
        return _GUESS * radius

    @abstractmethod
    def distance(self, points: Floats, /) -> Floats:
        """Distance of points (x, y) in m to the region's border, negative inside, m, shape (n,).

        Right near the border; elsewhere its size may be less than the distance, never more.
        """

    def contains(self, points: Floats, /) -> NDArray[np.bool_]:
        """Which points (x, y) in m lie in the region, shape (n,)."""
        return self.distance(points) <= 0.0


@dataclass(frozen=True)
class Box(Region):
    """A rectangle along the axes.

    Attributes:
        x: from and to, m or strings with a unit; x runs with the image's columns.
        y: from and to; y runs with its rows, downwards.

    Raises:
        InputError: a range that is none.
    """

    x: Sequence[Length]
    y: Sequence[Length]

    def __post_init__(self) -> None:
        for name in ("x", "y"):
            label = f"Box.{name}"
            low, high = _two(getattr(self, name), label, "a range, from and to")
            if low >= high:
                raise InputError(f"{label} goes from {low:g} to {high:g} m: it must ascend")
            object.__setattr__(self, name, (low, high))

    def bend(self, points: Floats, radius: Floats, /) -> Floats:
        """None where no second side is as near, m."""
        (left, right), (top, bottom) = self.x, self.y
        low = np.array([[left, top], [right, top], [left, top], [left, bottom]], dtype=float)
        high = np.array([[left, bottom], [right, bottom], [right, top], [right, bottom]], float)
        off = np.maximum(low - points[:, None], points[:, None] - high)
        sides = np.sort(np.linalg.norm(np.maximum(off, 0.0), axis=2), axis=1)
        return np.where(_FOOT * radius < sides[:, 1], 0.0, radius)

    def distance(self, points: Floats, /) -> Floats:
        """Distance to the border, negative inside, m."""
        bounds = np.array([self.x, self.y], dtype=float)
        beyond = np.abs(points - bounds.mean(axis=1)) - np.ptp(bounds, axis=1) / 2.0
        outside = np.linalg.norm(np.maximum(beyond, 0.0), axis=1)
        return np.asarray(outside + np.minimum(beyond.max(axis=1), 0.0))


@dataclass(frozen=True)
class Disc(Region):
    """A disc.

    Attributes:
        centre: (x, y), m or strings with a unit.
        radius: m.

    Raises:
        InputError: a centre that is no point.
        UnitError: a radius that is not positive.
    """

    centre: Sequence[Length]
    radius: Quantity = Quantity("m", positive=True)  # noqa: RUF009

    def __post_init__(self) -> None:
        centre = _two(self.centre, "Disc.centre", "a point, x and y")
        object.__setattr__(self, "centre", centre)

    def bend(self, points: Floats, radius: Floats, /) -> Floats:
        """The height of an arc over its chord, m."""
        return np.minimum(radius**2 / (2.0 * self.radius), radius)

    def distance(self, points: Floats, /) -> Floats:
        """Distance to the border, negative inside, m."""
        off = points - np.array(self.centre, dtype=float)
        return np.asarray(np.linalg.norm(off, axis=1) - self.radius)


@dataclass(frozen=True, eq=False)
class Mask(Region):
    """The voxels of an image that are true.

    Attributes:
        mask: boolean, shape (y, x), read-only; voxel (0, 0) occupies [0, h], as in a
            Microstructure.
        voxel: voxel size per axis in the array's order, m; one length serves both axes.

    Raises:
        InputError: no booleans, no image, or no voxel that is true.
    """

    mask: NDArray[Any]
    voxel: VoxelSize = VoxelSize()  # noqa: RUF009 (a descriptor, not a default)

    def __post_init__(self) -> None:
        mask = np.asarray(self.mask)
        if mask.dtype != bool or mask.ndim != 2:
            raise InputError(
                f"Mask.mask has shape {mask.shape} and holds {mask.dtype}: expected booleans of "
                "shape (y, x), for example labels == 3"
            )
        if not mask.any():
            raise InputError("Mask.mask has no voxel that is true: the region is empty")
        set_grid(self, "mask", mask)

    def __repr__(self) -> str:
        return f"Mask of {int(self.mask.sum())} voxels"

    def bend(self, points: Floats, radius: Floats, /) -> Floats:
        """None where neither a corner nor a second line is as near, m.

        Of two lines that cross, the crossing is at most sqrt(2) times as far as both.
        """
        straight = np.minimum(self._corners.query(points)[0] / 1.5, min(self.voxel) / 2.0)
        return np.where(_FOOT * radius < straight, 0.0, radius)

    def distance(self, points: Floats, /) -> Floats:
        """Distance to the border, negative inside, m; the image ends outside."""
        row, column = np.floor(points[:, ::-1] / self.voxel).astype(np.int64).T
        rows, columns = self.mask.shape
        within = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        inside = np.zeros(len(points), dtype=np.bool_)
        inside[within] = self.mask[row[within], column[within]]
        return np.where(inside, -1.0, 1.0) * self._border_distance(points)

    def _border_distance(self, points: Floats) -> Floats:
        """Exact where the border is near; else what the pieces not looked at leave open."""
        middles, halves, tree = self._border
        count = min(_NEAREST, len(middles))
        reach, piece = tree.query(points, k=np.arange(1, count + 1))
        beyond = np.maximum(np.abs(points[:, None] - middles[piece]) - halves[piece], 0.0)
        nearest = np.linalg.norm(beyond, axis=2).min(axis=1)
        unseen = reach[:, -1] - halves.max() if count < len(middles) else np.inf
        return np.asarray(np.clip(nearest, 0.0, np.maximum(unseen, 0.0)))

    @cached_property
    def _border(self) -> tuple[Floats, Floats, Any]:
        """Sides of voxels on the border: middles and half sizes, (x, y) in m; a tree of them."""
        from scipy.spatial import KDTree

        framed = np.pad(self.mask, 1)
        height, width = self.voxel
        middles, halves = [], []
        for axis, half in ((0, (width / 2.0, 0.0)), (1, (0.0, height / 2.0))):
            row, column = np.nonzero(np.diff(framed, axis=axis))
            place = np.stack([column - 1.0 + axis, row - axis], axis=1) * (width, height)
            middles.append(place + half)
            halves.append(np.broadcast_to(half, place.shape))
        every = np.concatenate(middles)
        return every, np.concatenate(halves), KDTree(every)

    @cached_property
    def _corners(self) -> Any:
        """A tree of the points at which the border turns or crosses itself, (x, y) in m."""
        from scipy.spatial import KDTree

        framed = np.pad(self.mask, 1)
        a, b, c, d = framed[:-1, :-1], framed[:-1, 1:], framed[1:, :-1], framed[1:, 1:]
        straight = ((a == b) & (c == d)) | ((a == c) & (b == d))
        row, column = np.nonzero(~straight)
        return KDTree(np.stack([column, row], axis=1) * self.voxel[::-1])


def _two(given: Any, label: str, expected: str) -> tuple[float, float]:
    """Two lengths, m."""
    if isinstance(given, str) or not hasattr(given, "__len__") or len(given) != 2:
        raise InputError(f'{label} is {given!r}: expected {expected}, such as ("1 um", "2 um")')
    first, second = (si(value, "m", label) for value in given)
    return first, second
