"""Coordinate systems of Nastran: CORD1R, CORD1C, CORD1S, CORD2R, CORD2C, CORD2S.

Source: Nastran's quick reference guide. A system's z axis goes from its first point to its second,
its third point lies in the half plane of x > 0, y = 0. Cylindrical coordinates are r, theta, z,
spherical ones r, theta from the z axis, phi; angles in degrees.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from anosim.errors import InputError, UnsupportedError
from anosim.formats.meshes.nastran_cards import long, number
from anosim.meshes import Floats, Ints


@dataclass(frozen=True)
class _System:
    """A coordinate system by three points.

    Attributes:
        shape: R, C or S.
        base: the system that the points are given in.
        given: coordinates of the points, or else their numbers.
    """

    shape: str
    base: int
    given: Floats | list[int]


def systems_of(cards: Sequence[list[str]]) -> dict[int, _System]:
    """Coordinate systems by their number.

    Raises:
        UnsupportedError: another kind of system.
    """
    found = {}
    for card in cards:
        kind, shape = card[0][:5], card[0][5:6]
        if kind not in ("CORD1", "CORD2") or shape not in ("R", "C", "S"):
            raise UnsupportedError(f"it defines a coordinate system by {card[0]}: use CORD2R")
        if kind == "CORD2":
            fields = long(card, 12)
            points = np.array([number(text) for text in fields[3:12]]).reshape(3, 3)
            found[int(fields[1])] = _System(shape, int(fields[2] or 0), points)
            continue
        for first in (1, 5):
            fields = long(card, 9)[first : first + 4]
            if fields[0]:
                found[int(fields[0])] = _System(shape, 0, [int(text) for text in fields[1:]])
    return found


class Places:
    """Points in the basic coordinate system.

    Args:
        systems: by their number.
        numbers: of the points.
        system: number of each point's.
        points: coordinates in those systems, shape (n, 3).
    """

    def __init__(
        self, systems: Mapping[int, _System], numbers: Ints, system: Ints, points: Floats
    ) -> None:
        self.systems, self.system, self.points = systems, system, points
        self.at = {int(n): place for place, n in enumerate(numbers)} if systems else {}
        self.open: set[int] = set()
        self.known: dict[int, tuple[Floats, Floats]] = {}

    def basic(self) -> Floats:
        """All points, shape (n, 3).

        Raises:
            InputError: a system that is missing, flat, or defined by itself.
        """
        found = self.points.copy()
        for which in np.unique(self.system).tolist():
            if which:
                here = self.system == which
                found[here] = self._moved(which, self.points[here])
        return found

    def _moved(self, which: int, points: Floats) -> Floats:
        if which == 0:
            return points
        origin, axes = self._axes(which)
        return origin + cartesian(self.systems[which].shape, points) @ axes

    def _axes(self, which: int) -> tuple[Floats, Floats]:
        """Origin of a system, and its axes as rows."""
        if which in self.known:
            return self.known[which]
        if which not in self.systems:
            raise InputError(f"points are in coordinate system {which}, which it does not define")
        if which in self.open:
            raise InputError(f"the coordinate system {which} is defined by itself")
        self.open.add(which)
        system = self.systems[which]
        if isinstance(system.given, list):
            corners = np.concatenate([self._point(n) for n in system.given])
        else:
            corners = self._moved(system.base, system.given)
        axes = axes_of(*corners)
        if axes is None:
            raise InputError(f"the points of the coordinate system {which} lie on a line")
        self.known[which] = corners[0], axes
        return self.known[which]

    def _point(self, number: int) -> Floats:
        if number not in self.at:
            raise InputError(f"point {number} of a coordinate system is not defined")
        place = self.at[number]
        return self._moved(int(self.system[place]), self.points[place : place + 1])


def axes_of(origin: Floats, along: Floats, beside: Floats) -> Floats | None:
    """Axes x, y, z as rows: z goes ``along``, and ``beside`` lies at x > 0, y = 0."""
    z = along - origin
    y = np.cross(z, beside - origin)
    x = np.cross(y, z)
    lengths = np.array([np.linalg.norm(axis) for axis in (x, y, z)])
    if not (lengths > 0).all():
        return None
    axes: Floats = np.array([x, y, z]) / lengths[:, None]
    return axes


def cartesian(shape: str, points: Floats) -> Floats:
    """Cartesian coordinates of R, C or S ones; angles in degrees, theta of S from the z axis."""
    if shape == "R":
        return points
    r, theta = points[:, 0], np.radians(points[:, 1])
    if shape == "C":
        return np.column_stack([r * np.cos(theta), r * np.sin(theta), points[:, 2]])
    phi = np.radians(points[:, 2])
    flat = r * np.sin(theta)
    return np.column_stack([flat * np.cos(phi), flat * np.sin(phi), r * np.cos(theta)])
