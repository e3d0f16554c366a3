"""Exact solutions to check against."""

import math

import numpy as np

from anosim.meshes import Floats


def crank_slab(fourier: Floats, x: Floats, biot: float) -> Floats:
    """(c - bulk) / (initial - bulk) in a slab with surface resistance, shape (n_t, n_x).

    x = 0 is the sealed middle, x = 1 the surface. Source: Crank, The Mathematics of Diffusion
    (1975), eq. 4.50.
    """
    from scipy.optimize import brentq

    total = np.zeros((len(fourier), len(x)))
    for n in range(200):
        b = brentq(lambda z: z * math.sin(z) - biot * math.cos(z), n * math.pi, (n + 0.5) * math.pi)
        size = 2 * biot / ((b**2 + biot**2 + biot) * math.cos(b))
        total += size * np.exp(-(b**2) * fourier)[:, None] * np.cos(b * x)
    return total
