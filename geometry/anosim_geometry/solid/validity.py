"""How far corners of voxels may move: until one of the voxels' tetrahedra gets too flat.

Every voxel is cut into six tetrahedra along the ways from its corner next to the origin to the
opposite one (H. W. Kuhn, Some combinatorial lemmas in topology, 1960). As long as all of them keep
a positive volume, and the box its shape, the moved corners are a one-to-one image of the grid:
no two triangles of the surface between regions can cross, whatever the labels.
"""

from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from anosim.errors import MeshError
from anosim_geometry.solid.surface import Surface

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CLAMP = 0.45
"""The most that a vertex leaves its voxel corner along each axis, in voxels."""
LEAST_VOLUME = 0.06
"""Of a tetrahedron, in sixths of a voxel: what it has in an undisturbed grid is 1."""
LEAST_QUALITY = 0.3
"""Of a triangle between regions: that of half a square is 0.87."""
BACK_OFF = 0.7
GENTLE_ROUNDS = 24
"""After so many rounds corners do not go back by a factor, but the whole way."""
SLAB = 60_000
"""Voxels that are looked at together, so that their numbers stay in the processor's cache."""

WAYS = tuple(permutations(range(3)))
"""The order in which each tetrahedron's corners go along x, y and z."""
TURNS = (1.0, -1.0, -1.0, 1.0, 1.0, -1.0)


def kuhn_corners() -> Ints:
    """Corners (x, y, z) of a voxel's six tetrahedra, positively oriented, shape (6, 4, 3)."""
    found = np.zeros((6, 4, 3), dtype=np.int64)
    for row, way in enumerate(WAYS):
        for place, axis in enumerate(way):
            found[row, place + 1 :, axis] += 1
    odd = np.array(TURNS) < 0
    found[odd] = found[odd][:, [0, 2, 1, 3]]
    return found


def limited(surface: Surface, start: Floats, goal: Floats) -> tuple[Floats, Floats]:
    """Displacements as near to a goal as validity allows, and what share of the way that is.

    Corners of a tetrahedron that would get too flat, or of a triangle of the surface that would
    get too thin, go back towards their start, again and again.

    Args:
        surface: the vertices that move, and their triangles.
        start: displacements for which everything is valid, voxels, shape (n, 3).
        goal: wanted displacements, same shape.

    Returns:
        Displacements, shape (n, 3), and the share of the way of each, shape (n,).

    Raises:
        MeshError: the start is not valid.
    """
    corners, share, moved = surface.corners, np.ones(len(goal)), goal.copy()
    grid = _on_grid(goal, corners, surface.shape)
    flat, thin = _flat_tetrahedra(grid), np.flatnonzero(_quality(surface, goal) < LEAST_QUALITY)
    rounds = 0
    while len(flat) or len(thin):
        marked = np.zeros(len(share), dtype=np.bool_)
        beside = surface.vertex_at[flat.ravel()]
        marked[beside[beside >= 0]] = True
        marked[surface.triangles[thin]] = True
        back = np.flatnonzero(marked & (share > 0))
        if len(back) == 0:
            raise MeshError("moving corners of voxels made no valid mesh: please report this image")
        share[back] = share[back] * BACK_OFF if rounds < GENTLE_ROUNDS else 0.0
        rounds += 1
        moved[back] = start[back] + share[back, None] * (goal[back] - start[back])
        grid.reshape(3, -1)[:, corners[back]] = moved[back].T
        flat = _flat_around(grid, corners[back])
        touched = surface.triangles_at(back)
        thin = touched[_quality(surface, moved, touched) < LEAST_QUALITY]
    return moved, share


def _quality(surface: Surface, displacement: Floats, some: Ints | None = None) -> Floats:
    """Of triangles, 1 for an equilateral one, 0 for a flat one; shape (n,)."""
    triangles = surface.triangles if some is None else surface.triangles[some]
    p = surface.points + displacement
    a, b, c = (p[corner] for corner in triangles.T)
    u, v, w = b - a, c - a, c - b
    squares = (u * u).sum(axis=1) + (v * v).sum(axis=1) + (w * w).sum(axis=1)
    area = np.sqrt(
        np.maximum((u * u).sum(axis=1) * (v * v).sum(axis=1) - (u * v).sum(axis=1) ** 2, 0)
    )
    return np.asarray(2.0 * np.sqrt(3.0) * area / squares)


def _on_grid(displacement: Floats, corners: Ints, shape: tuple[int, int, int]) -> Floats:
    """Displacement of every corner, component first, shape (3, nz + 1, ny + 1, nx + 1)."""
    nx, ny, nz = shape
    grid = np.zeros((3, (nx + 1) * (ny + 1) * (nz + 1)))
    grid[:, corners] = displacement.T
    return grid.reshape(3, nz + 1, ny + 1, nx + 1)


def _flat_tetrahedra(grid: Floats) -> Ints:
    """Corners of all tetrahedra that are too flat, flat indices, shape (n, 4)."""
    _, planes, rows, columns = grid.shape
    slab = max(1, SLAB // (rows * columns))
    found = []
    for first in range(0, planes - 1, slab):
        last = min(first + slab, planes - 1)
        for way, turn in zip(WAYS, TURNS, strict=True):
            volume = turn * _volumes(grid[:, first : last + 1], way)
            z, y, x = np.nonzero(volume < LEAST_VOLUME)
            if len(z):
                origin = ((first + z) * rows + y) * columns + x
                found.append(_corners_along(origin, way, rows, columns))
    return np.concatenate(found) if found else np.empty((0, 4), dtype=np.int64)


def _volumes(grid: Floats, way: tuple[int, ...]) -> Floats:
    """Six times the signed volume of one of the tetrahedra of every voxel."""
    edges, begin = [], [0, 0, 0]
    nz, ny, nx = (n - 1 for n in grid.shape[1:])
    for axis in way:
        ends = []
        for more in (0, 1):
            at = [b + more * (k == axis) for k, b in enumerate(begin)]
            x, y, z = at
            ends.append(grid[:, z : z + nz, y : y + ny, x : x + nx])
        edge = ends[1] - ends[0]
        edge[axis] += 1.0
        edges.append(edge)
        begin[axis] = 1
    return _triple(*edges)


def _triple(u: Floats, v: Floats, w: Floats) -> Floats:
    """Determinants of vectors whose components come first."""
    return np.asarray(
        u[0] * (v[1] * w[2] - v[2] * w[1])
        + u[1] * (v[2] * w[0] - v[0] * w[2])
        + u[2] * (v[0] * w[1] - v[1] * w[0])
    )


def _corners_along(origin: Ints, way: tuple[int, ...], rows: int, columns: int) -> Ints:
    """Flat indices of the corners along a way from each origin, shape (n, 4)."""
    step = np.array([1, columns, rows * columns])
    return np.asarray(origin[:, None] + np.concatenate([[0], np.cumsum(step[list(way)])]))


def _flat_around(grid: Floats, corners: Ints) -> Ints:
    """The same as ``_flat_tetrahedra`` for the voxels around some corners."""
    _, planes, rows, columns = grid.shape
    rest, x = np.divmod(corners, columns)
    z, y = np.divmod(rest, rows)
    around = np.zeros(planes * rows * columns, dtype=np.bool_)
    for dz, dy, dx in np.ndindex(2, 2, 2):
        i, j, k = z - dz, y - dy, x - dx
        inside = (i >= 0) & (j >= 0) & (k >= 0)
        inside &= (i < planes - 1) & (j < rows - 1) & (k < columns - 1)
        around[((i * rows + j) * columns + k)[inside]] = True
    origin = np.flatnonzero(around)
    flat, found = grid.reshape(3, -1), []
    for way, turn in zip(WAYS, TURNS, strict=True):
        at = _corners_along(origin, way, rows, columns)
        edges = np.diff(flat[:, at], axis=2)
        for place, axis in enumerate(way):
            edges[axis, :, place] += 1.0
        volume = turn * _triple(edges[..., 0], edges[..., 1], edges[..., 2])
        found.append(at[volume < LEAST_VOLUME])
    return np.concatenate(found)
