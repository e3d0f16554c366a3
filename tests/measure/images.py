"""Images whose measures are known."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from anosim import Microstructure


def structure(labels: Any, voxel: Any = 1.0) -> Microstructure:
    """The labels with phases p0, p1, ..."""
    labels = np.asarray(labels).astype(int)
    return Microstructure(labels, {f"p{k}": int(k) for k in np.unique(labels)}, voxel)


def ellipsoid(
    axes: Sequence[float], voxel: Sequence[float], centre: Sequence[float] = (0.0, 0.0, 0.0)
) -> Microstructure:
    """Phase p1 is an ellipsoid (an ellipse with two axes), lengths in m, in a box with room."""
    shape = [int(2 * a / h) + 8 for a, h in zip(axes, voxel, strict=True)]
    grid = np.meshgrid(*(np.arange(n) + 0.5 for n in shape), indexing="ij")
    square: Any = 0.0
    for g, n, a, h, c in zip(grid, shape, axes, voxel, centre, strict=False):
        square = square + ((g - n / 2 - c) * h / a) ** 2
    return structure(square <= 1.0, tuple(voxel))


def ellipsoid_area(a: float, b: float, c: float, n: int = 1000) -> float:
    """Surface of an ellipsoid, by the midpoint rule."""
    t, p = (np.arange(n) + 0.5) / n * np.pi, (np.arange(n) + 0.5) / n * 2 * np.pi
    s, k = np.sin(t)[:, None], np.cos(t)[:, None]
    density = s * np.sqrt(
        (b * c * s * np.cos(p)) ** 2 + (a * c * s * np.sin(p)) ** 2 + (a * b * k) ** 2
    )
    return float(density.sum() * np.pi / n * 2 * np.pi / n)


def blobs(shape: Sequence[int], scale: float = 2.0, level: float = 0.0, seed: int = 0) -> Any:
    """A Gaussian field above a level, as segmented images look."""
    from scipy.ndimage import gaussian_filter

    field = gaussian_filter(np.random.default_rng(seed).standard_normal(shape), scale)
    return field / field.std() > level
