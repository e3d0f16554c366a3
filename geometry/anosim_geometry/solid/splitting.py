"""Edges of thin tetrahedra between walls cut in two: the new points inside are free to move."""

import numpy as np
from numpy.typing import NDArray

from anosim.topology import EDGES
from anosim_geometry.solid.tetrahedra import Tetrahedra

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

ENDS = np.array(EDGES[3])


def with_split_edges(tetrahedra: Tetrahedra, walls: Ints, count: int, thin: Ints) -> Tetrahedra:
    """The tetrahedra with a point in the middle of one edge of thin ones.

    A tetrahedron whose corners are all on walls can only become thicker when walls move. Its
    longest edge that lies inside a region gets a point that can move instead.

    Args:
        tetrahedra: all of them.
        walls: the triangles that must stay, shape (n, 3).
        count: how many of the points, from the first on, are on walls.
        thin: the tetrahedra in question.
    """
    points, cells = tetrahedra.points, tetrahedra.cells
    thin = thin[(cells[thin] < count).all(axis=1)]
    wanted = _inner_edges(points, cells[thin], walls, len(points))
    near = np.zeros(len(points), dtype=np.bool_)
    near[np.concatenate(np.divmod(wanted, len(points)))] = True
    pool = np.flatnonzero(np.count_nonzero(near[cells], axis=1) >= 2)
    cell, edge, local = _rings(cells[pool], wanted, len(points))
    chosen = _apart(cell, edge, len(wanted))
    here = chosen[edge]
    cell, edge, local = pool[cell[here]], edge[here], local[here]
    number = np.cumsum(chosen) - 1 + len(points)
    halves = [cells[cell].copy(), cells[cell].copy()]
    for half, end in zip(halves, ENDS[local].T, strict=True):
        half[np.arange(len(half)), end] = number[edge]
    kept = np.ones(len(cells), dtype=np.bool_)
    kept[cell] = False
    low, high = np.divmod(wanted[chosen], len(points))
    return Tetrahedra(
        np.concatenate([points, (points[low] + points[high]) / 2.0]),
        np.concatenate([cells[kept], *halves]),
        np.concatenate([tetrahedra.region[kept], *[tetrahedra.region[cell]] * 2]),
    )


def _keys(ends: Ints, size: int) -> Ints:
    return np.asarray(ends.min(axis=-1) * size + ends.max(axis=-1))


def _inner_edges(points: Floats, cells: Ints, walls: Ints, size: int) -> Ints:
    """The longest edge of each tetrahedron that no wall has, as unique keys."""
    if len(cells) == 0:
        return np.empty(0, dtype=np.int64)
    near = np.zeros(size, dtype=np.bool_)
    near[cells] = True
    beside = walls[np.count_nonzero(near[walls], axis=1) >= 2]
    taken = np.unique(_keys(beside[:, [[0, 1], [1, 2], [2, 0]]], size))
    ends = cells[:, ENDS]
    keys = _keys(ends, size)
    length = np.linalg.norm(points[ends[..., 1]] - points[ends[..., 0]], axis=2)
    length[np.isin(keys, taken)] = -1.0
    best = length.argmax(axis=1)
    at = np.arange(len(cells))
    return np.unique(keys[at, best][length[at, best] > 0.0])


def _rings(cells: Ints, wanted: Ints, size: int) -> tuple[Ints, Ints, Ints]:
    """Of every occurrence of a wanted edge: the cell, the number of the edge, its local number."""
    if len(wanted) == 0 or len(cells) == 0:
        nothing = np.empty(0, dtype=np.int64)
        return nothing, nothing, nothing
    keys = _keys(cells[:, ENDS], size)
    place = np.minimum(np.searchsorted(wanted, keys), len(wanted) - 1)
    cell, local = np.nonzero(wanted[place] == keys)
    return cell, place[cell, local], local


def _apart(cell: Ints, edge: Ints, count: int) -> Bools:
    """Edges of which no two are in one cell: each cell lets its first edge pass."""
    first = np.full(int(cell.max(initial=-1)) + 1, count, dtype=np.int64)
    np.minimum.at(first, cell, edge)
    chosen = np.ones(count, dtype=np.bool_)
    chosen[edge[first[cell] != edge]] = False
    return chosen
