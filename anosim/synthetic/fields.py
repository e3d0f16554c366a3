"""Smooth random fields on a grid."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def gaussian_field(
    shape: tuple[int, ...], voxel: tuple[float, ...], length: float, rng: np.random.Generator
) -> Floats:
    """A periodic Gaussian random field of mean 0 and variance 1.

    Args:
        shape: of the grid.
        voxel: size per axis, m.
        length: standard deviation of the Gaussian that white noise is smoothed with, m.
        rng: where the noise comes from.
    """
    spectrum = np.fft.rfftn(rng.standard_normal(shape))
    last = len(shape) - 1
    for axis, (count, size) in enumerate(zip(shape, voxel, strict=True)):
        wave = (np.fft.rfftfreq if axis == last else np.fft.fftfreq)(count, size)
        damping = np.exp(-2.0 * (np.pi * wave * length) ** 2)
        spectrum *= damping.reshape([-1 if a == axis else 1 for a in range(len(shape))])
    field = np.fft.irfftn(spectrum, shape, axes=tuple(range(len(shape))))
    field -= field.mean()
    spread = float(field.std())
    return np.asarray(field / spread if spread > 0 else field)


def top(field: Floats, allowed: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    """The ``count`` allowed voxels where a field is largest; all allowed where there are fewer."""
    values = field[allowed]
    if count <= 0:
        return np.zeros_like(allowed)
    if count >= values.size:
        return allowed.copy()
    chosen = np.zeros_like(allowed)
    bound = np.partition(values, values.size - count)[values.size - count]
    chosen[allowed] = values >= bound
    return chosen
