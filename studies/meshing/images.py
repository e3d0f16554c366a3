"""The label images of the meshing study: seeded, so that everyone sees the same ones."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from anosim import Microstructure

Labels = NDArray[np.int64]
PIXEL = 20e-9
VOXELS = ((PIXEL, PIXEL), (2 * PIXEL, PIXEL), (PIXEL, 3.1 * PIXEL))


def structure(labels: Labels, voxel: tuple[float, float] = VOXELS[0]) -> Microstructure:
    """The labels with a name for each phase."""
    return Microstructure(labels, {f"phase{k}": int(k) for k in np.unique(labels)}, voxel)


def electrode(shape: tuple[int, int], seed: int = 0) -> Labels:
    """Four phases: thresholded Gaussian fields with cracks of one pixel in the particles."""
    rng = np.random.default_rng(seed)

    def field(scale: float) -> NDArray[np.float64]:
        smooth = ndimage.gaussian_filter(rng.standard_normal(shape), scale)
        return smooth / smooth.std()

    labels = np.where(field(3.0) > 0.3, 1, 0)
    labels[field(8.0) > 0.3] = 2
    labels[(np.abs(field(10.0)) < 0.02) & (labels == 2)] = 0
    return np.where(field(5.0) > 1.5, 3, labels)


def disc(radius: float, x0: float = 0.0, y0: float = 0.0) -> Labels:
    """A disc in a square, its centre that far off the middle, all in pixels."""
    side = int(2.5 * radius) + 4
    y, x = np.mgrid[:side, :side] + 0.5 - side / 2
    return (np.hypot(x - x0, y - y0) <= radius).astype(np.int64)


def noise(rng: np.random.Generator, shape: tuple[int, int], phases: int) -> Labels:
    """A phase drawn anew at every pixel."""
    return rng.integers(0, phases, shape)


def checkerboard(rng: np.random.Generator, shape: tuple[int, int], phases: int) -> Labels:
    """Squares of one or a few pixels, all corners point contacts."""
    block = rng.integers(1, 4)
    return (np.indices(shape) // block).sum(axis=0) % phases


def islands(rng: np.random.Generator, shape: tuple[int, int], phases: int) -> Labels:
    """Single pixels, also in the corners and on the border."""
    labels = np.where(rng.random(shape) < 0.08, noise(rng, shape, phases), 0)
    labels[0, 0] = labels[-1, -1] = 1
    return labels


def channels(rng: np.random.Generator, shape: tuple[int, int], phases: int) -> Labels:
    """Crossing lines one pixel wide, straight and diagonal."""
    labels = np.zeros(shape, dtype=np.int64)
    y, x = np.indices(shape)
    for k in range(6):
        slope, place = rng.choice([0.0, 1.0, -1.0, 0.5]), rng.integers(0, max(shape))
        along = (y, x) if k % 2 else (x, y)
        labels[along[0] == (along[1] * slope).astype(int) + place] = 1 + k % (phases - 1)
    return labels


def rings(rng: np.random.Generator, shape: tuple[int, int], phases: int) -> Labels:
    """Nested rings of a width from one pixel."""
    y, x = np.indices(shape) - np.reshape(shape, (2, 1, 1)) * rng.uniform(0.3, 0.7, (2, 1, 1))
    return (np.hypot(x, y) // rng.integers(1, 5)).astype(np.int64) % phases


def sectors(rng: np.random.Generator, shape: tuple[int, int], phases: int) -> Labels:
    """Wedges that meet in one place, all at the border."""
    y, x = np.indices(shape) - np.reshape(shape, (2, 1, 1)) * rng.uniform(0.2, 0.8, (2, 1, 1))
    return ((np.arctan2(y, x) / np.pi + 1) / 2 * phases).astype(np.int64) % phases


def grains(rng: np.random.Generator, shape: tuple[int, int], phases: int) -> Labels:
    """A thresholded random field, as segmented images look."""
    field = ndimage.gaussian_filter(rng.standard_normal(shape), rng.uniform(0.7, 4.0))
    return np.searchsorted(np.quantile(field, np.linspace(0, 1, phases + 1)[1:-1]), field)


def speckled(rng: np.random.Generator, shape: tuple[int, int], phases: int) -> Labels:
    """Grains with salt and pepper."""
    return np.where(rng.random(shape) < 0.05, noise(rng, shape, phases), grains(rng, shape, phases))


KINDS = (noise, checkerboard, islands, channels, rings, sectors, grains, speckled)


def adversarial(number: int) -> tuple[str, Microstructure]:
    """The kind and the image of that number: every kind with 2 to 8 phases, three voxels."""
    rng, kind = np.random.default_rng(number), KINDS[number % len(KINDS)]
    rows, columns, phases = (int(n) for n in rng.integers((8, 8, 2), (49, 49, 9)))
    labels = kind(rng, (rows, columns), phases)
    return kind.__name__, structure(labels, VOXELS[number // len(KINDS) % len(VOXELS)])
