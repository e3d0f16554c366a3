"""Regions over which a solution is averaged: boxes, discs, balls."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.meshes import Floats
from anosim.units import Quantity, si

Length = float | str
_GUESS = 1e-3
"""Part of a radius by which the distance to an unknown border leaves a linear function."""
FOOT = 3.0
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
        return np.where(FOOT * radius < np.sort(sides, axis=0)[1], 0.0, radius)

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
