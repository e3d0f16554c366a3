"""Distances from a phase's surface voxels to another phase, compiled.

The squared distance is found axis by axis (P. F. Felzenszwalb and D. P. Huttenlocher, Theory of
Computing 8 (2012) 415). Along the second and third axis places are tried outwards from each voxel
until none can be nearer: rows side by side, so that the processor's vector units are used, and
along the third axis only from the surface voxels.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.measure.compiled import compiled, in_parallel, prange

BLOCK = 64
"""Voxels side by side that are worked on together: their rows stay in the processor's cache."""
STRIDE = 2
"""Places tried outwards between two looks at whether to end."""


def surface_distances(
    labels: NDArray[Any], of: int, to: int, spacing: tuple[float, ...]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Distance from the voxels of a label that share a face with another to the nearest of ``to``.

    Args:
        labels: shape (z, y, x).
        of: label whose surface.
        to: label that is looked for.
        spacing: voxel sizes along z, y and x, in any unit.

    Returns:
        Distances in that unit, infinite where there is no ``to``, and flat indices of the voxels.
    """
    squares = np.empty(labels.shape, np.float32)
    _along_rows(labels, to, np.float32(spacing[2]), squares)
    _across_rows(squares, np.float32(spacing[1]))
    _across_planes(labels, of, np.float32(spacing[0]), squares)
    first = np.concatenate([[0], np.cumsum(_counts(labels, of))])
    distance, where = np.empty(first[-1], np.float32), np.empty(first[-1], np.int64)
    _collect(labels, of, squares, first, distance, where)
    return np.sqrt(distance, out=distance), where


@in_parallel
def _along_rows(labels: Any, to: int, step: Any, squares: Any) -> None:
    """Square of the distance to the nearest of ``to`` in each voxel's own row."""
    nz, ny, nx = labels.shape
    for z in prange(nz):
        for y in range(ny):
            row, found = labels[z, y], squares[z, y]
            away = np.float32(np.inf)
            for x in range(nx):
                away = np.float32(0.0) if row[x] == to else away + step
                found[x] = away
            away = np.float32(np.inf)
            for x in range(nx - 1, -1, -1):
                away = min(away + step, found[x])
                found[x] = away * away


@in_parallel
def _across_rows(squares: Any, step: Any) -> None:
    """The same in each voxel's plane."""
    nz, ny, nx = squares.shape
    for z in prange(nz):
        for start in range(0, nx, BLOCK):
            end = min(nx, start + BLOCK)
            rows = squares[z, :, start:end].copy()
            for y in range(ny):
                _nearest_row(rows, y, step * step, squares[z, y, start:end])


@compiled
def _nearest_row(rows: Any, y: int, square: Any, best: Any) -> None:
    """Lower the squares of row y by the rows around it."""
    ny, nx = rows.shape
    step = 1
    while step < ny:
        most = best[0]
        for x in range(nx):
            most = max(most, best[x])
        if most <= square * np.float32(step * step):
            break
        for away in range(step, step + STRIDE):
            more = square * np.float32(away * away)
            if y - away >= 0:
                row = rows[y - away]
                for x in range(nx):
                    best[x] = min(best[x], row[x] + more)
            if y + away < ny:
                row = rows[y + away]
                for x in range(nx):
                    best[x] = min(best[x], row[x] + more)
        step += STRIDE


@in_parallel
def _across_planes(labels: Any, of: int, step: Any, squares: Any) -> None:
    """The same in the volume, at the surface voxels of ``of``."""
    nz, ny, nx = squares.shape
    square = step * step
    for y in prange(ny):
        for start in range(0, nx, BLOCK):
            planes = squares[:, y, start : min(nx, start + BLOCK)].copy()
            for z in range(nz):
                for x in range(planes.shape[1]):
                    if not _on_surface(labels, of, z, y, start + x):
                        continue
                    best, away = planes[z, x], 1
                    while away < nz and square * np.float32(away * away) < best:
                        more = square * np.float32(away * away)
                        if z - away >= 0:
                            best = min(best, planes[z - away, x] + more)
                        if z + away < nz:
                            best = min(best, planes[z + away, x] + more)
                        away += 1
                    squares[z, y, start + x] = best


@in_parallel
def _counts(labels: Any, of: int) -> Any:
    """Surface voxels in each plane."""
    nz, ny, nx = labels.shape
    found = np.zeros(nz, np.int64)
    for z in prange(nz):
        count = 0
        for y in range(ny):
            for x in range(nx):
                count += _on_surface(labels, of, z, y, x)
        found[z] = count
    return found


@in_parallel
def _collect(labels: Any, of: int, values: Any, first: Any, found: Any, where: Any) -> None:
    """Values at, and flat indices of, the surface voxels, plane by plane."""
    nz, ny, nx = labels.shape
    for z in prange(nz):
        place = first[z]
        for y in range(ny):
            for x in range(nx):
                if _on_surface(labels, of, z, y, x):
                    found[place], where[place] = values[z, y, x], (z * ny + y) * nx + x
                    place += 1


@compiled
def _on_surface(labels: Any, of: int, z: int, y: int, x: int) -> bool:
    """Whether a voxel of a label shares a face with another; the image's edge is no surface."""
    nz, ny, nx = labels.shape
    return bool(
        labels[z, y, x] == of
        and (
            labels[z, y, max(x - 1, 0)] != of
            or labels[z, y, min(x + 1, nx - 1)] != of
            or labels[z, max(y - 1, 0), x] != of
            or labels[z, min(y + 1, ny - 1), x] != of
            or labels[max(z - 1, 0), y, x] != of
            or labels[min(z + 1, nz - 1), y, x] != of
        )
    )
