"""Particle sizes with a given number, mean and filled area or volume."""

import math

import numpy as np

from anosim.synthetic.fields import Floats

ASPECT = 1.1
"""Longest over shortest axis of a particle."""


def sizes(
    count: int, mean: float, content: float, axes: int, bounds: tuple[float, float]
) -> Floats:
    """Greatest extensions of particles in falling order, m, shape (count,).

    They are the quantiles of a lognormal distribution between bounds, so they do not scatter from
    seed to seed. Its width follows from the content: the wider, the more area in few particles.

    Args:
        count: of the particles.
        mean: of their extensions, m.
        content: area (m^2) or volume (m^3) of all together.
        axes: 2 or 3.
        bounds: smallest and greatest extension, m.
    """
    narrow, wide = 0.02, 2.5
    for _ in range(50):
        middle = 0.5 * (narrow + wide)
        if contents(_quantiles(count, mean, middle, bounds), axes).sum() < content:
            narrow = middle
        else:
            wide = middle
    return _quantiles(count, mean, 0.5 * (narrow + wide), bounds)[::-1].copy()


def contents(extensions: Floats, axes: int) -> Floats:
    """Area or volume of particles by their greatest extensions."""
    return np.asarray((math.pi / 4.0 if axes == 2 else math.pi / 6.0) * extensions**axes / ASPECT)


def _quantiles(count: int, mean: float, spread: float, bounds: tuple[float, float]) -> Floats:
    """Rising lognormal quantiles between bounds with exactly that mean where the bounds let it."""
    from scipy.special import ndtri

    shape = np.exp(spread * ndtri((np.arange(count) + 0.5) / count))
    low, high = 1e-3 * mean, 1e3 * mean
    for _ in range(60):
        scale = math.sqrt(low * high)
        if np.clip(scale * shape, *bounds).mean() < mean:
            low = scale
        else:
            high = scale
    return np.clip(math.sqrt(low * high) * shape, *bounds)
