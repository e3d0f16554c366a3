"""The conduction problems of an image: operator and right-hand side on its voxels."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.measure import stencil
from anosim.measure.multigrid import Grid

Field = NDArray[np.float32]


def between_planes(
    d: Field, voxel: Sequence[float], *, fixed_centres: bool
) -> tuple[Grid, NDArray[np.float64]]:
    """Potential 1 before the first slice and 0 after the last one, the other sides sealed.

    Conductances are in units of D_max A / h of a face across the first axis.

    Args:
        d: diffusivity, shape (z, y, x).
        voxel: voxel size per axis.
        fixed_centres: the first and last slice themselves have the fixed potentials; they are
            left out of the unknowns.
    """
    inner = d[1:-1] if fixed_centres else d
    ends, b = np.zeros(inner.shape, np.float32), np.zeros(inner.shape)
    first = _series(d[0], d[1]) if fixed_centres else 2.0 * d[0]
    last = _series(d[-1], d[-2]) if fixed_centres else 2.0 * d[-1]
    ends[0] += first
    ends[-1] += last
    b[0] += first
    return Grid(_faces(np.ascontiguousarray(inner), voxel, periodic=False), ends), b


def periodic_cell(d: Field, voxel: Sequence[float]) -> Grid:
    """The image repeated endlessly along all axes, in the same units."""
    return Grid(_faces(d, voxel, periodic=True), np.zeros(d.shape, np.float32))


def _faces(d: Field, voxel: Sequence[float], *, periodic: bool) -> tuple[Field, Field, Field]:
    made = []
    for axis, h in enumerate(voxel):
        out = np.empty(d.shape, np.float32)
        wraps = periodic and d.shape[axis] > 1
        stencil.join(d, axis, (voxel[0] / h) ** 2, wraps, out)
        made.append(out)
    return made[0], made[1], made[2]


def _series(a: NDArray[Any], b: NDArray[Any]) -> Field:
    total = a + b
    halves: Field = np.divide(2.0 * a * b, total, out=np.zeros_like(total), where=total > 0.0)
    return halves
