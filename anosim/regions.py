"""Regions of an image over which a solution is averaged: boxes, discs, balls, masks."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
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
    """A part of the plane, or of space.

    A region of your own needs ``distance`` only.
    """

    def bend(self, points: Floats, radius: Floats, /) -> Floats:
        """Most by which the distance may leave a linear function within a radius of points, m.

        Where the border passes there. A guess for smooth borders; give your own if you know more.
        """
        return _GUESS * radius

    @abstractmethod
    def distance(self, points: Floats, /) -> Floats:
        """Distance of points to the region's border, negative inside, m, shape (n,).

        Points are (x, y[, z]) in m.

        Right near the border; elsewhere its size may be less than the distance, never more.
        """

    def contains(self, points: Floats, /) -> NDArray[np.bool_]:
        """Which points (x, y[, z]) in m lie in the region, shape (n,)."""
        return self.distance(points) <= 0.0


@dataclass(frozen=True)
class Box(Region):
    """A rectangle or box along the axes.

    Attributes:
        x: from and to, m or strings with a unit; x runs with the image's columns.
        y: from and to; y runs with its rows, downwards.
        z: from and to; z runs with its slices. Without it all of them.

    Raises:
        InputError: a range that is none.
    """

    x: Sequence[Length]
    y: Sequence[Length]
    z: Sequence[Length] | None = None

    def __post_init__(self) -> None:
        for name in ("x", "y", "z"):
            label, given = f"Box.{name}", getattr(self, name)
            if name == "z" and given is None:
                continue
            low, high = _lengths(given, label, "a range, from and to", ("1 um", "2 um"))
            if low >= high:
                raise InputError(f"{label} goes from {low:g} to {high:g} m: it must ascend")
            object.__setattr__(self, name, (low, high))

    def bend(self, points: Floats, radius: Floats, /) -> Floats:
        """None where no second side is as near, m."""
        bounds, sides = self._bounds(points), []
        for axis in range(points.shape[1]):
            for end in bounds[axis]:
                low, high = bounds.T.copy()
                low[axis] = high[axis] = end
                off = np.maximum(low - points, points - high)
                sides.append(np.linalg.norm(np.maximum(off, 0.0), axis=1))
        return np.where(_FOOT * radius < np.sort(sides, axis=0)[1], 0.0, radius)

    def distance(self, points: Floats, /) -> Floats:
        """Distance to the border, negative inside, m."""
        low, high = self._bounds(points).T
        beyond = np.maximum(low - points, points - high)
        outside = np.linalg.norm(np.maximum(beyond, 0.0), axis=1)
        return np.asarray(outside + np.minimum(beyond.max(axis=1), 0.0))

    def _bounds(self, points: Floats) -> Floats:
        """From and to along each axis, m, shape (2 or 3, 2)."""
        dimension = points.shape[1]
        if dimension == 2 and self.z is not None:
            raise InputError("Box.z is given, and the mesh is plane: leave it out")
        everything = (-np.inf, np.inf)
        return np.array([self.x, self.y, self.z or everything][:dimension], dtype=float)


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
        centre = _lengths(self.centre, "Disc.centre", "a point, x and y", ("1 um", "2 um"))
        object.__setattr__(self, "centre", centre)

    def bend(self, points: Floats, radius: Floats, /) -> Floats:
        """The height of an arc over its chord, m."""
        return np.minimum(radius**2 / (2.0 * self.radius), radius)

    def distance(self, points: Floats, /) -> Floats:
        """Distance to the border, negative inside, m."""
        return _from_centre(points, self.centre, self.radius, "Disc")


@dataclass(frozen=True)
class Ball(Region):
    """A ball.

    Attributes:
        centre: (x, y, z), m or strings with a unit.
        radius: m.

    Raises:
        InputError: a centre that is no point.
        UnitError: a radius that is not positive.
    """

    centre: Sequence[Length]
    radius: Quantity = Quantity("m", positive=True)  # noqa: RUF009

    def __post_init__(self) -> None:
        example = ("1 um", "2 um", "3 um")
        centre = _lengths(self.centre, "Ball.centre", "a point, x, y and z", example)
        object.__setattr__(self, "centre", centre)

    def bend(self, points: Floats, radius: Floats, /) -> Floats:
        """The height of a cap over its disc, m."""
        return np.minimum(radius**2 / (2.0 * self.radius), radius)

    def distance(self, points: Floats, /) -> Floats:
        """Distance to the border, negative inside, m."""
        return _from_centre(points, self.centre, self.radius, "Ball")


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
        return np.where(_FOOT * radius < straight, 0.0, radius)

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


def _from_centre(points: Floats, centre: Sequence[Any], radius: float, what: str) -> Floats:
    if points.shape[1] != len(centre):
        raise InputError(
            f"a {what} has a centre of {len(centre)} coordinates, and the mesh is in "
            f"{points.shape[1]} dimensions; there is Disc for the plane and Ball for space"
        )
    return np.asarray(np.linalg.norm(points - np.array(centre, dtype=float), axis=1) - radius)


def _lengths(given: Any, label: str, expected: str, example: tuple[str, ...]) -> tuple[float, ...]:
    """As many lengths as the example has, m."""
    if isinstance(given, str) or not hasattr(given, "__len__") or len(given) != len(example):
        text = ", ".join(f'"{one}"' for one in example)
        raise InputError(f"{label} is {given!r}: expected {expected}, such as ({text})")
    return tuple(si(value, "m", label) for value in given)
