"""Greatest extension and convex hull of labelled voxels."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.progress import report

Floats = NDArray[np.float64]


def extents(
    labels: NDArray[np.uint32], count: int, voxel: tuple[float, ...]
) -> tuple[Floats, Floats, Floats]:
    """Maximum Feret diameter, surface of the convex hull, and centre of each label from 1 on.

    Extension and hull are those of the middles of faces on the outside: exact along the axes, and
    up to one voxel too wide for what is round.

    Returns:
        Shapes (count,), m, (count,), m^2 or in 2D m, and (count, n) in the array's order, m.
    """
    from scipy.ndimage import find_objects

    extension, hull = np.zeros(count), np.zeros(count)
    centres = np.zeros((count, labels.ndim))
    boxes: list[Any] = find_objects(labels.astype(np.int32, copy=False))
    for k, box in enumerate(boxes):
        mask = labels[box] == k + 1
        start: Floats = np.array([float(part.start) for part in box])
        points = _outside(mask)
        centres[k] = (np.argwhere(mask).mean(axis=0) + 0.5 + start) * voxel
        extension[k], hull[k] = _hull((points + start) * voxel)
        if k % 1000 == 999:
            report("particles", (k + 1) / count)
    return extension, hull, centres


def _outside(mask: NDArray[np.bool_]) -> Floats:
    """Middles of the faces at both ends of every line of voxels along each axis."""
    made = []
    for axis in range(mask.ndim):
        lines = np.moveaxis(mask, axis, -1)
        there = lines.any(axis=-1)
        across = np.argwhere(there) + 0.5
        first = np.argmax(lines, axis=-1)[there]
        last = mask.shape[axis] - np.argmax(lines[..., ::-1], axis=-1)[there]
        made += [np.insert(across, axis, end, axis=1) for end in (first, last)]
    return np.concatenate(made)


def _hull(points: Floats) -> tuple[float, float]:
    """Greatest distance, and surface (in 2D perimeter) of the convex hull."""
    from scipy.spatial import ConvexHull
    from scipy.spatial.distance import pdist

    scale = float(np.ptp(points, axis=0).max())
    hull = ConvexHull((points - points[0]) / scale)
    corners = (points[hull.vertices] - points[0]) / scale
    greatest = float(pdist(corners).max()) if len(corners) < 4000 else _greatest(corners)
    return greatest * scale, float(hull.area) * scale ** (points.shape[1] - 1)


def _greatest(corners: Floats) -> float:
    """The same for many points, in parts that fit into memory."""
    return max(
        float(np.sqrt(((corners[k : k + 500, None] - corners) ** 2).sum(axis=-1)).max())
        for k in range(0, len(corners), 500)
    )
