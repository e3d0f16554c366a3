"""The edge length wanted at every pixel: fine at interfaces, growing away from them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim_geometry.curves import Curves
from anosim_geometry.network import OUTSIDE, Network

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SLACK = 1.4
"""Segments shorter than wanted by less than this are left to Gmsh: rounding makes them."""
MOST_TRIANGLES = 5e7
"""Gmsh needs about 0.8 kB for each."""


@dataclass(frozen=True)
class Sizes:
    """Edge lengths in units of the smaller pixel side.

    Attributes:
        bulk: edge length away from interfaces.
        interface: edge length at interfaces.
        growth: how much the edge length may grow per unit of distance.
        pixel: pixel sides along x and y in that unit; the smaller one is 1.
    """

    bulk: float
    interface: float
    growth: float
    pixel: tuple[float, float]


def size_field(network: Network, sizes: Sizes) -> Floats:
    """Edge length at every pixel centre, shape (rows, columns).

    Raises:
        InputError: the edge lengths are so small that memory would not hold the triangles.
    """
    wanted = np.full(network.regions.size, sizes.bulk, dtype=np.float64)
    wanted[network.pixels[_at_interface(network)]] = sizes.interface
    # finer seeds go here: a narrow gap between interfaces wants a fraction of its width
    field = graded(wanted.reshape(network.regions.shape), sizes)
    expected = 4.0 / np.sqrt(3.0) * np.prod(sizes.pixel) * np.sum(field**-2.0)
    if expected > MOST_TRIANGLES:
        raise InputError(
            f"edges of {sizes.interface:.3g} at interfaces and {sizes.bulk:.3g} elsewhere, in "
            f"pixels, make about {expected:.1e} triangles; up to {MOST_TRIANGLES:.0e} are "
            "possible: raise GmshMesher.size and interface_size, or crop the image"
        )
    return field


def refined_to(field: Floats, curves: Curves, seen_by: Ints, sizes: Sizes) -> Floats:
    """The field, lowered to the length of segments that are shorter than it asks for.

    Short segments remain where nodes are close or where coarser ones would cross.

    Args:
        field: edge length at every pixel, shape (rows, columns).
        curves: the segments of the mesh's boundaries, in the unit of ``sizes``.
        seen_by: flat index of the pixels along the boundaries and the segment each one sees,
            shape (n, 2).
        sizes: growth and pixel sides.
    """
    lowered = field.ravel().copy()
    np.minimum.at(lowered, seen_by[:, 0], SLACK * curves.lengths[seen_by[:, 1]])
    return graded(lowered.reshape(field.shape), sizes)


def graded(field: Floats, sizes: Sizes) -> Floats:
    """The largest field below ``field`` that grows by at most ``growth`` per unit of distance.

    Steps go to the eight neighbours and along rows, forwards and backwards (a chamfer distance),
    shortened so that the bound holds for straight lines too.
    """
    dx, dy = sizes.pixel
    # a path of two of those steps, an angle a apart, is at most 1 / cos(a / 2) times too long
    widest = np.arctan2(max(dx, dy), min(dx, dy))
    slope = sizes.growth * float(np.cos(widest / 2.0))
    h = field
    for _ in range(2):
        h = _swept(h, slope, dx, dy)[::-1]
    return h


def _swept(field: Floats, slope: float, dx: float, dy: float) -> Floats:
    """One pass of the chamfer from the first row to the last."""
    ramp = slope * dx * np.arange(field.shape[1])
    straight, diagonal = slope * dy, slope * float(np.hypot(dx, dy))
    out = np.empty_like(field)
    for r, row in enumerate(field):
        if r > 0:
            above = out[r - 1]
            row = np.minimum(row, above + straight)
            row[1:] = np.minimum(row[1:], above[:-1] + diagonal)
            row[:-1] = np.minimum(row[:-1], above[1:] + diagonal)
        row = np.minimum.accumulate(row - ramp) + ramp
        out[r] = np.minimum.accumulate((row + ramp)[::-1])[::-1] - ramp
    return out


def _at_interface(network: Network) -> NDArray[np.bool_]:
    """Segments between two phases, shape (n_segments,)."""
    inside = (network.left != OUTSIDE) & (network.right != OUTSIDE)
    return np.asarray(inside[network.curves.arc])
