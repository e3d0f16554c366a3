"""The label volumes of the meshing study: seeded, so that everyone sees the same ones."""

import numpy as np
from images import structure
from numpy.typing import NDArray
from scipy import ndimage

from anosim import Microstructure

Labels = NDArray[np.int64]
Shape = tuple[int, int, int]
VOXEL = 20e-9
VOXELS = ((VOXEL,) * 3, (2 * VOXEL, VOXEL, VOXEL))


def field(rng: np.random.Generator, shape: Shape, scale: float) -> NDArray[np.float64]:
    """A Gaussian random field of unit variance."""
    smooth = ndimage.gaussian_filter(rng.standard_normal(shape), scale)
    return np.asarray(smooth / smooth.std())


def four_phases(shape: Shape, scale: float = 1.0, seed: int = 0) -> Microstructure:
    """Thresholded fields of three scales, with cracks of one voxel through one phase."""
    rng = np.random.default_rng(seed)
    labels = np.where(field(rng, shape, 3.0 * scale) > 0.3, 1, 0)
    labels[field(rng, shape, 8.0 * scale) > 0.3] = 2
    labels[(np.abs(field(rng, shape, 10.0 * scale)) < 0.02) & (labels == 2)] = 0
    return structure(np.where(field(rng, shape, 5.0 * scale) > 1.5, 3, labels), VOXELS[0])


def ball(
    radius: float, side: int, centre: tuple[float, float, float] = (0, 0, 0)
) -> Microstructure:
    """A ball in a cube, its centre that far off the middle, all in voxels."""
    places = np.mgrid[:side, :side, :side] + 0.5 - side / 2 - np.reshape(centre, (3, 1, 1, 1))
    return structure((np.sum(places**2, axis=0) <= radius**2).astype(np.int64), VOXELS[0])


def noise(rng: np.random.Generator, shape: Shape, phases: int) -> Labels:
    """A phase drawn anew at every voxel."""
    return rng.integers(0, phases, shape)


def checkerboard(rng: np.random.Generator, shape: Shape, phases: int) -> Labels:
    """Cubes of one or a few voxels that touch at edges and corners."""
    return (np.indices(shape) // rng.integers(1, 4)).sum(axis=0) % phases


def islands(rng: np.random.Generator, shape: Shape, phases: int) -> Labels:
    """Single voxels, also in the corners and on the sides."""
    labels = np.where(rng.random(shape) < 0.05, noise(rng, shape, phases), 0)
    labels[0, 0, 0] = labels[-1, -1, -1] = labels[0, -1, 5] = 1
    return labels


def plates(rng: np.random.Generator, shape: Shape, phases: int) -> Labels:
    """Crossing plates one voxel thick, straight and diagonal."""
    labels = np.zeros(shape, dtype=np.int64)
    places = np.indices(shape)
    for k in range(5):
        slopes = rng.permutation([1, rng.choice([-1, 0, 1]), rng.choice([-1, 0, 1])])
        level = np.tensordot(slopes, places, 1)
        labels[level == rng.integers(2, 22)] = 1 + k % (phases - 1)
    return labels


def corners(rng: np.random.Generator, shape: Shape, phases: int) -> Labels:
    """Chains of voxels that touch only at edges and corners, and voxels in all corners."""
    labels = np.zeros(shape, dtype=np.int64)
    for k in range(12):
        start, step = rng.integers(0, 12, 3), rng.choice([0, 1], 3)
        for n in range(10):
            labels[tuple((start + n * step) % shape)] = 1 + k % (phases - 1)
    labels[::23, ::23, ::23] = 1
    return labels


def uniform(rng: np.random.Generator, shape: Shape, phases: int) -> Labels:
    """One phase, or a box of another one inside."""
    labels = np.zeros(shape, dtype=np.int64)
    if phases > 3:
        labels[5:19, 3:20, 7:15] = 1
    return labels


def grains(rng: np.random.Generator, shape: Shape, phases: int) -> Labels:
    """A thresholded random field, as segmented volumes look."""
    level = field(rng, shape, rng.uniform(0.7, 3.0))
    return np.searchsorted(np.quantile(level, np.linspace(0, 1, phases + 1)[1:-1]), level)


def speckled(rng: np.random.Generator, shape: Shape, phases: int) -> Labels:
    """Grains with salt and pepper."""
    return np.where(rng.random(shape) < 0.04, noise(rng, shape, phases), grains(rng, shape, phases))


KINDS = (noise, checkerboard, islands, plates, corners, uniform, grains, speckled)


def adversarial(number: int, side: int = 24) -> tuple[str, Microstructure]:
    """The kind and the volume of that number: every kind with 2 to 6 phases, two voxels."""
    rng, kind = np.random.default_rng(number), KINDS[number % len(KINDS)]
    labels = kind(rng, (side,) * 3, int(rng.integers(2, 7)))
    return kind.__name__, structure(labels, VOXELS[number // len(KINDS) % len(VOXELS)])
