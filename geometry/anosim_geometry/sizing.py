"""The edge length wanted at every pixel: fine at interfaces, growing away from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from anosim_geometry.curves import Curves
from anosim_geometry.network import OUTSIDE, Network
from anosim_geometry.thickness import local_thickness

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Pair = tuple[int, int]

SLACK = 1.4
"""Segments shorter than wanted by less than this are left to Gmsh: rounding makes them."""
FINEST_GAP = 0.25
"""Edges that only a thin phase asks for are at least this long, in edges at interfaces or in
pixels, whichever are longer."""
FINEST_FIELD = 0.05
"""Edges that a field of edge lengths asks for are at least this long, in pixels."""
HEIGHT = np.sqrt(0.75)
"""Height of an equilateral triangle, in edges: rows of triangles are as far apart."""
PER_AREA = 4.0 / np.sqrt(3.0)
"""Triangles in the square of their edge length, when they are equilateral."""


@dataclass(frozen=True)
class Sizes:
    """Edge lengths in units of the smaller pixel side.

    Attributes:
        bulk: edge length away from interfaces.
        interface: edge length at interfaces.
        growth: how much the edge length may grow per unit of distance.
        pixel: pixel sides along x and y in that unit; the smaller one is 1.
        pairs: edge length at the interfaces between two labels, lower label first, where it is
            not ``interface``.
        gap_elements: rows of triangles across the local thickness of a phase; 0 for any.
        periodic: whether the sides across x, and those across y, are to match point by point.
    """

    bulk: float
    interface: float
    growth: float
    pixel: tuple[float, float]
    pairs: Mapping[Pair, float] = field(default_factory=dict)
    gap_elements: int = 0
    periodic: tuple[bool, bool] = (False, False)


@dataclass(frozen=True, eq=False)
class Wishes:
    """What pixels ask for on their own, before the growth between them is limited.

    Attributes:
        outline: edge length at interfaces, inf elsewhere, shape (rows, columns).
        gap: edge length that gives thin phases their elements, inf elsewhere; same shape.
        sizes: the edge lengths behind them.
        given: whether they come from a field of edge lengths.
    """

    outline: Floats
    gap: Floats
    sizes: Sizes
    given: bool = False

    def field(self, scale: float = 1.0) -> Floats:
        """Edge length at every pixel centre, shape (rows, columns).

        Args:
            scale: factor on all edge lengths; those of thin phases it makes only longer.
        """
        rows, columns = self.outline.shape
        dx, dy = self.sizes.pixel
        bulk = min(scale * self.sizes.bulk, rows * dy, columns * dx)  # longer ones are needles
        wanted = np.minimum(scale * self.outline, max(scale, 1.0) * self.gap)
        return graded(np.minimum(wanted, bulk), self.sizes)


def wishes_of(network: Network, sizes: Sizes) -> Wishes:
    """What interfaces and thin phases of a network ask for."""
    shape = network.regions.shape
    outline = np.full(network.regions.size, np.inf)
    at = _at_interface(network)
    lengths = interface_lengths(network, sizes)[network.curves.arc[at]]
    np.minimum.at(outline, network.pixels[at], lengths[:, None])
    return Wishes(outline.reshape(shape), _gaps(network, sizes), sizes)


def wishes_with(network: Network, sizes: Sizes, field: Floats) -> Wishes:
    """What interfaces ask for, and a field of edge lengths; thin phases get one triangle across.

    Args:
        network: the regions and arcs.
        sizes: for interfaces, and the growth.
        field: edge length wanted at every pixel, shape (rows, columns).
    """
    rows, columns = field.shape
    longest = min(columns * sizes.pixel[0], rows * sizes.pixel[1])
    sizes = replace(sizes, bulk=longest, gap_elements=1)
    wishes = wishes_of(network, sizes)
    wanted = np.minimum(wishes.outline, np.maximum(field, FINEST_FIELD))
    return replace(wishes, outline=wanted, given=True)


def interface_lengths(network: Network, sizes: Sizes) -> Floats:
    """Edge length wanted along each arc by the phases on either side, shape (n_arcs,)."""
    lengths = np.full(len(network.left), sizes.interface)
    low, high = np.sort(label_pairs(network), axis=1).T
    for (a, b), length in sizes.pairs.items():
        lengths[(low == a) & (high == b)] = length
    return lengths


def label_pairs(network: Network) -> Ints:
    """Labels left and right of each arc, shape (n_arcs, 2); any label beyond the image."""
    return np.stack([network.region_label[side] for side in (network.left, network.right)], axis=1)


def _gaps(network: Network, sizes: Sizes) -> Floats:
    """Edge length for ``gap_elements`` across the local thickness, shape (rows, columns)."""
    if sizes.gap_elements == 0:
        return np.full(network.regions.shape, np.inf)
    n, growth = HEIGHT * sizes.gap_elements, sizes.growth
    # from this thickness on the edges at the interfaces, and their growth, suffice
    coarsest = max([sizes.interface, *sizes.pairs.values()])
    enough = n * sizes.bulk
    if n * growth < 2.0:
        enough = min(enough, coarsest / (1.0 / n - growth / 2.0))
    shortest = min([sizes.interface, *sizes.pairs.values()])
    # edges longer than a pixel resolve no stairs
    thickness = local_thickness(network, sizes.pixel, enough, stairs=shortest <= 1.0)
    return np.asarray(np.maximum(thickness / n, FINEST_GAP * max(1.0, shortest)))


def expected(field: Floats, sizes: Sizes) -> float:
    """How many triangles a field of edge lengths makes, about.

    Between pixel centres the field is linear: along a line from h to k, 1 / h^2 has mean 1 / (h k).
    """
    h = np.pad(field, 1, mode="edge")
    density = 1.0 / np.sqrt(h[1:, 1:] * h[1:, :-1] * h[:-1, 1:] * h[:-1, :-1])
    for border in (density[0], density[-1], density[:, 0], density[:, -1]):
        border /= 2.0  # half of those squares is inside
    return float(PER_AREA * np.prod(sizes.pixel) * density.sum())


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

    On sides that are to match it is the smaller one of the two, so that both are cut alike.
    """
    h = _limited(field, sizes)
    for axis, joined in ((1, sizes.periodic[0]), (0, sizes.periodic[1])):
        if joined:
            ends = np.moveaxis(h.copy(), axis, 0)
            ends[0] = ends[-1] = np.minimum(ends[0], ends[-1])
            h = _limited(np.moveaxis(ends, 0, axis), sizes)
    return h


def _limited(field: Floats, sizes: Sizes) -> Floats:
    """The field with its growth limited.

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
