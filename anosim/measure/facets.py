"""Kernels of surface area: every face between two labels, weighted by its smoothed normal."""

from typing import Any

import numpy as np

from anosim.measure.compiled import compiled, in_parallel, prange


@in_parallel
def pair_areas(labels: Any, codes: Any, low: int, voxel: Any, smoothing: Any, table: Any) -> None:
    """Add the area between the phases i < j to table[z, i, j].

    Args:
        labels: shape (z, y, x), contiguous.
        codes: the phase of each label, from the smallest on.
        low: the smallest label.
        voxel: voxel size per axis.
        smoothing: offsets, slopes of the weight and flat offsets for faces across each axis.
        table: shape (z, n_phases, n_phases).
    """
    n0, n1, n2 = labels.shape
    for z in prange(n0):
        for y in range(n1):
            for x in range(n2):
                here = labels[z, y, x]
                for axis in range(3):
                    k = (z + (axis == 0), y + (axis == 1), x + (axis == 2))
                    if k[axis] == labels.shape[axis] or labels[k] == here:
                        continue
                    area = _area(
                        labels, here, labels[k], (np.int64(z), y, x), axis, voxel, smoothing
                    )
                    i, j = codes[np.int64(here) - low], codes[np.int64(labels[k]) - low]
                    table[z, min(i, j), max(i, j)] += area


@compiled
def label_areas(labels: Any, voxel: Any, smoothing: Any, sums: Any) -> None:
    """Add the area around each label to its sum; label 0 is what is left."""
    n0, n1, n2 = labels.shape
    for z in range(n0):
        for y in range(n1):
            for x in range(n2):
                here = labels[z, y, x]
                for axis in range(3):
                    k = (z + (axis == 0), y + (axis == 1), x + (axis == 2))
                    if k[axis] == labels.shape[axis] or labels[k] == here:
                        continue
                    area = _area(
                        labels, here, labels[k], (np.int64(z), y, x), axis, voxel, smoothing
                    )
                    sums[here] += area
                    sums[labels[k]] += area


@compiled
def _area(
    labels: Any, here: Any, there: Any, at: Any, axis: int, voxel: Any, smoothing: Any
) -> float:
    """Area of the surface that the face after a voxel stands for.

    The slope of (here - there), smoothed, is the normal; across a plane the faces' areas are those
    of its projections, so that each counts by its part of the normal.
    """
    offsets, slopes, near = smoothing
    reach = np.max(offsets[axis, :, 0])
    flat, n0, n1, n2 = labels.reshape(-1), labels.shape[0], labels.shape[1], labels.shape[2]
    z, y, x = at
    base = (z * n1 + y) * n2 + x
    inside = min(z, y, x) >= reach and max(z - n0, y - n1, x - n2) < -reach - 1
    g0, g1, g2 = 0.0, 0.0, 0.0
    for k in range(near.shape[1]):
        if inside:
            label = flat[base + near[axis, k]]
        else:
            i = min(max(z + offsets[axis, k, 0], 0), n0 - 1)
            j = min(max(y + offsets[axis, k, 1], 0), n1 - 1)
            label = flat[(i * n1 + j) * n2 + min(max(x + offsets[axis, k, 2], 0), n2 - 1)]
        sign = int(label == here) - int(label == there)
        g0 += sign * slopes[axis, k, 0]
        g1 += sign * slopes[axis, k, 1]
        g2 += sign * slopes[axis, k, 2]
    g = g0 / voxel[0], g1 / voxel[1], g2 / voxel[2]
    size = np.sqrt(g[0] * g[0] + g[1] * g[1] + g[2] * g[2])
    face = voxel[0] * voxel[1] * voxel[2] / voxel[axis]
    return face * abs(g[axis]) / size if size > 0.0 else 0.0
