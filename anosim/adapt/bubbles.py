"""Polynomials on a triangle beyond those of its elements, zero at the elements' nodes."""

import numpy as np

from anosim.meshes import Floats

COUNT = {1: 3, 2: 6}
"""How many there are for linear and quadratic elements."""
CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
"""Of the reference triangle."""

_SLOPES = np.array([[-1.0, -1.0], [1.0, 0.0], [0.0, 1.0]])
"""Gradients of the barycentric coordinates."""
_AHEAD = [1, 2, 0]


def bubbles(order: int, at: Floats) -> Floats:
    """Values at reference points, shape (n_points, 3 or 6).

    First those of the sides 01, 12, 20, one degree above the elements', each zero on the other two
    sides; for quadratic elements then quartic ones, zero on all sides. Inner ones for linear
    elements, or quartic ones on the sides, were tried: estimates become too large.
    """
    a = _barycentric(at)
    b = a[:, _AHEAD]
    if order == 1:
        return np.asarray(a * b)
    return np.hstack([a * b * (a - b), a.prod(axis=1, keepdims=True) * a])


def bubble_slopes(order: int, at: Floats) -> Floats:
    """Their gradients at reference points, shape (n_points, 3 or 6, 2)."""
    each = _barycentric(at)
    a, b = each[:, :, None], each[:, _AHEAD, None]
    da, db = _SLOPES, _SLOPES[_AHEAD]
    if order == 1:
        return np.asarray(b * da + a * db)
    inner = each.prod(axis=1)[:, None, None]
    rise = ((each[:, _AHEAD] * each[:, [2, 0, 1]]) @ _SLOPES)[:, None]
    sides = (2.0 * a * b - b**2) * da + (a**2 - 2.0 * a * b) * db
    return np.concatenate([sides, inner * da + rise * a], axis=1)


def _barycentric(at: Floats) -> Floats:
    return np.column_stack([1.0 - at.sum(axis=1), at])
