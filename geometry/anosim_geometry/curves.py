"""Polylines that share points: the one shape in which arcs travel from pixels to Gmsh."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from anosim.curved import cross

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Curves:
    """Directed polylines ("arcs"), stored end to end.

    Attributes:
        points: shape (n_points, 2).
        segments: from and to point of each segment, shape (n_segments, 2); the segments of one
            arc follow each other.
        first: index of each arc's first segment and, last, n_segments; shape (n_arcs + 1,).
    """

    points: Floats
    segments: Ints
    first: Ints

    @cached_property
    def arc(self) -> Ints:
        """The arc of each segment, shape (n_segments,)."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))

    @cached_property
    def ends(self) -> Ints:
        """First and last point of each arc, shape (n_arcs, 2); equal for a closed one."""
        starts = self.segments[self.first[:-1], 0]
        return np.stack([starts, self.segments[self.first[1:] - 1, 1]], axis=1)

    @cached_property
    def lengths(self) -> Floats:
        """Length of each segment, shape (n_segments,)."""
        a, b = self.points[self.segments].transpose(1, 0, 2)
        return np.asarray(np.hypot(*(b - a).T))

    def moved(self, points: Floats) -> "Curves":
        """The same arcs through other places."""
        return Curves(points, self.segments, self.first)

    def swept(self, other: "Curves") -> Floats:
        """Area that each arc gives the region on its left against ``other``, shape (n_arcs,).

        The ends may have moved: what they sweep is shared between the arcs that meet there so
        that the areas of a region's arcs sum to the change of the region's area.
        """
        here, there = self.points[self.ends], other.points[other.ends]
        turn = cross(there[:, 0], here[:, 0]) + cross(here[:, 1], there[:, 1])
        return np.asarray(self._shoelace() - other._shoelace() + turn / 2.0)

    def _shoelace(self) -> Floats:
        a, b = self.points[self.segments].transpose(1, 0, 2)
        return np.asarray(np.add.reduceat(cross(a, b), self.first[:-1]) / 2.0)
