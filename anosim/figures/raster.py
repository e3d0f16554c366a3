"""Which tetrahedra lie at the pixels of a plane."""

from dataclasses import dataclass

import numpy as np

from anosim.figures.block import IN_PLANE, Block, Face
from anosim.locate import barycentric
from anosim.meshes import Floats, Ints

LONGEST = 480
"""Pixels along the block's longest side."""
_INSIDE = 1e-6
"""How far inside of what is left of the block its faces are looked at, of the longest side."""
_INWARDS = (-1.0, 1.0, 1.0)
"""Where what is left of the block lies, as seen from its faces across x, y and z."""
_EIGHTHS = (
    (0, 4, 6, 7), (4, 1, 5, 8), (6, 5, 2, 9), (7, 8, 9, 3),
    (4, 5, 6, 8), (4, 6, 7, 8), (6, 8, 9, 5), (6, 7, 9, 8),
)  # fmt: skip
"""A tetrahedron's parts, by its corners and the middles of 01, 12, 20, 03, 13, 23."""
_CHUNK, _PAIRS = 500_000, 500_000
"""Cells, and pairs of a cell and a pixel, that are looked at together."""
_EDGE = 1e-9
"""Barycentric slack: a pixel on a facet, up to rounding, lies in a cell."""


@dataclass(frozen=True, eq=False)
class Raster:
    """The pixels of a face.

    Attributes:
        axis: that the face is across.
        level: its place there, m.
        rows: places of the rows, m, ascending.
        columns: places of the columns, m, ascending.
    """

    axis: int
    level: float
    rows: Floats
    columns: Floats

    @classmethod
    def of(cls, face: Face, block: Block) -> "Raster":
        """Square pixels, as small as they are to be on the block's longest side."""
        longest = float(np.max(np.subtract(block.high, block.low)))
        level = face.level + _INWARDS[face.axis] * _INSIDE * longest
        places = []
        for axis in IN_PLANE[face.axis]:
            size = face.high[axis] - face.low[axis]
            count = max(1, round(LONGEST * size / longest))
            places.append(face.low[axis] + (np.arange(count) + 0.5) * size / count)
        return cls(face.axis, level, places[1], places[0])

    @property
    def points(self) -> Floats:
        """The middles of the pixels, shape (rows, columns, 3)."""
        columns, rows = IN_PLANE[self.axis]
        points = np.full((len(self.rows), len(self.columns), 3), self.level)
        points[..., rows], points[..., columns] = self.rows[:, None], self.columns
        return points

    def around(self, points: Floats, cells: Ints) -> tuple[Ints, Floats]:
        """Four nodes of the cell at each pixel, -1 where none is, and their weights there.

        Every cell that the plane cuts is compared with the pixels in its bounding box.

        Returns:
            Both of shape (rows, columns, 4).
        """
        field = points[:, self.axis]
        cut = crossing(field, cells, self.level)
        if cut.shape[1] == 10:
            cut = crossing(field, small_tetrahedra(cut), self.level)
        shape = (len(self.rows), len(self.columns))
        nodes = np.full((*shape, 4), -1, dtype=np.int64)
        weights = np.zeros((*shape, 4))
        corners = points[cut]
        start, count = self._boxes(corners)
        ends = np.cumsum(count.prod(axis=1))
        parts = np.searchsorted(ends, np.arange(_PAIRS, ends[-1] if len(ends) else 0, _PAIRS))
        for some in np.split(np.arange(len(cut)), parts):
            cell, i, j = _pairs(some, start[some], count[some])
            at = np.full((len(cell), 3), self.level)
            columns, rows = IN_PLANE[self.axis]
            at[:, rows], at[:, columns] = self.rows[i], self.columns[j]
            share = barycentric(corners[cell], at)
            held = share.min(axis=1) >= -_EDGE
            nodes[i[held], j[held]], weights[i[held], j[held]] = cut[cell[held]], share[held]
        return nodes, weights

    def _boxes(self, corners: Floats) -> tuple[Ints, Ints]:
        """First row and column of the pixels in each cell's bounding box, and their numbers."""
        columns, rows = IN_PLANE[self.axis]
        places = ((self.rows, corners[..., rows]), (self.columns, corners[..., columns]))
        start = [np.searchsorted(pixels, x.min(axis=1), "left") for pixels, x in places]
        stop = [np.searchsorted(pixels, x.max(axis=1), "right") for pixels, x in places]
        return np.stack(start, axis=1), np.stack(stop, axis=1) - np.stack(start, axis=1)


def _pairs(cells: Ints, start: Ints, count: Ints) -> tuple[Ints, Ints, Ints]:
    """Every pair of a cell and a pixel in its box: the cell, the pixel's row and column."""
    size = count.prod(axis=1)
    rank = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    place = np.repeat(np.arange(len(cells)), size)
    i, j = np.divmod(rank, np.maximum(count[place, 1], 1))
    return cells[place], start[place, 0] + i, start[place, 1] + j


def crossing(field: Floats, cells: Ints, level: float) -> Ints:
    """Those of the cells with nodes on both sides of a level of a field."""
    beyond = field > level
    parts = [cells[:0]]
    for start in range(0, len(cells), _CHUNK):
        some = cells[start : start + _CHUNK]
        count = beyond[some].sum(axis=1)
        parts.append(some[(count > 0) & (count < cells.shape[1])])
    return np.concatenate(parts)


def small_tetrahedra(cells: Ints) -> Ints:
    """Tetrahedra between the nodes of cells, (n, 4); one with midpoints is split into eight."""
    return cells if cells.shape[1] == 4 else cells[:, _EIGHTHS].reshape(-1, 4)
