"""What keeps edges at interfaces shorter than ``interface_size`` asks for."""

import numpy as np

from anosim_geometry.curves import Curves
from anosim_geometry.network import OUTSIDE, Network
from anosim_geometry.sizing import Wishes, interface_lengths

MUCH = 2.0
"""Ratio of the number of edges to the number asked for from which on it is worth a word."""


def what_keeps_fine(network: Network, smooth: Curves, curves: Curves, wishes: Wishes) -> str:
    """A sentence on edges at interfaces much shorter than asked for; "" where they are not.

    Args:
        network: the regions on either side of each arc.
        smooth: the smooth arcs, in the unit of the wishes.
        curves: the same as cut into edges.
        wishes: what interfaces and thin phases ask for.
    """
    between = (network.left != OUTSIDE) & (network.right != OUTSIDE)
    inside = between[smooth.arc]
    lengths = smooth.lengths[inside]
    asked = interface_lengths(network, wishes.sizes)[smooth.arc][inside]
    thin = np.append(wishes.gap.ravel(), np.inf)[network.pixels[inside]].min(axis=1)
    made = np.count_nonzero(between[curves.arc])
    wanted = (lengths / asked).sum()
    if made == 0 or made < MUCH * wanted:
        return ""
    gaps = (lengths / np.minimum(asked, thin)).sum() - wanted
    if gaps > 0.5 * (made - wanted):
        cause = f"gap_elements = {wishes.sizes.gap_elements} across thin phases; lower it"
    else:
        cause = (
            "small regions, and boundaries that are short or close to others; take out small "
            "regions with least_pixels"
        )
    return (
        f"edges at interfaces are {lengths.sum() / made:.2g} pixels long in the mean where "
        f"interface_size asks for {lengths.sum() / wanted:.2g}: the main reason is "
        f"{cause}, or use elements for a number of triangles"
    )
