"""Kernels that collect voxels of a volume, compiled."""

from typing import Any

import numpy as np

from anosim.measure.compiled import compiled


@compiled
def surface_voxels(labels: Any, label: int, values: Any, room: int) -> Any:
    """Values at, and flat indices of, the voxels of a label that share a face with another.

    Args:
        labels: shape (z, y, x).
        label: whose surface.
        values: same shape.
        room: voxels to make room for at first.
    """
    nz, ny, nx = labels.shape
    found, where, count = np.empty(room, values.dtype), np.empty(room, np.int64), 0
    for z in range(nz):
        if count + ny * nx > len(found):
            more = 2 * len(found) + ny * nx
            found, where = _longer(found, more), _longer(where, more)
        for y in range(ny):
            row = labels[z, y]
            above, below = labels[max(z - 1, 0), y], labels[min(z + 1, nz - 1), y]
            behind, before = labels[z, max(y - 1, 0)], labels[z, min(y + 1, ny - 1)]
            for x in range(nx):
                if row[x] == label and (
                    above[x] != label
                    or below[x] != label
                    or behind[x] != label
                    or before[x] != label
                    or row[max(x - 1, 0)] != label
                    or row[min(x + 1, nx - 1)] != label
                ):
                    found[count], where[count] = values[z, y, x], (z * ny + y) * nx + x
                    count += 1
    return found[:count].copy(), where[:count].copy()


@compiled
def _longer(array: Any, size: int) -> Any:
    made = np.empty(size, array.dtype)
    made[: len(array)] = array
    return made
