"""Local thickness: the diameter of the largest disc in its region that covers a place.

T. Hildebrand and P. Rüegsegger, A new method for the model-independent assessment of thickness
in three-dimensional images, J. Microsc. 185 (1997) 67.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from anosim_geometry.network import OUTSIDE, Network

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

STEP = 1.1
"""Thicknesses are told apart when they differ by more than this factor."""
ROUNDING = 1e-9


def local_thickness(
    network: Network, pixel: tuple[float, float], most: float, *, stairs: bool = True
) -> Floats:
    """Thickness at every pixel centre, shape (rows, columns); inf from ``most`` on.

    Discs are centred on a lattice of half pixels, so that stripes of any whole number of pixels
    have that thickness. They may reach beyond the image: a region is not thin where the image
    ends.

    Args:
        network: the regions and the arcs between them.
        pixel: pixel sides along x and y; the thickness has their unit.
        most: thickness from which on it does not matter.
        stairs: whether corners of stairs are thin; else pixels beside those of their region that
            a disc covers are covered too.
    """
    thickness = np.full(network.regions.shape, np.inf)
    between = _between_regions(network)
    if not between.any():
        return thickness
    step = (pixel[0] / 2.0, pixel[1] / 2.0)
    radius = ndimage.distance_transform_edt(~between, sampling=step[::-1])
    for level in _levels(2.0 * radius[1::2, 1::2], 2.0 * radius, most):
        discs = _covered(radius >= level / 2.0 - ROUNDING, level / 2.0, step)[1::2, 1::2]
        if not stairs:
            discs = _grown(discs, network.regions)
        thickness[discs] = level if level < most else np.inf
    return thickness


def _between_regions(network: Network) -> Bools:
    """Where arcs between regions pass, on the lattice of half pixels."""
    rows, columns = network.regions.shape
    on = np.zeros((2 * rows + 1, 2 * columns + 1), dtype=np.bool_)
    inside = (network.left != OUTSIDE) & (network.right != OUTSIDE)
    corners = network.curves.points.astype(np.int64)
    ends = corners[network.curves.segments[inside[network.curves.arc]]]
    for places in (2 * ends[:, 0], 2 * ends[:, 1], ends.sum(axis=1)):
        on[places[:, 1], places[:, 0]] = True
    return on


def _levels(centres: Floats, everywhere: Floats, most: float) -> list[float]:
    """Diameters to try, ascending: the first covers every pixel centre, the last is ``most``."""
    found = np.unique(np.round(everywhere[everywhere < most], 6))
    levels = [float(centres.min())]
    for diameter in found.tolist():
        if diameter > STEP * levels[-1]:
            levels.append(diameter)
    return [*levels, most]


def _grown(covered: Bools, regions: Ints) -> Bools:
    """Covered pixels and their eight neighbours in the same region."""
    rows, columns = regions.shape
    around = np.pad(np.where(covered, regions, -1), 1, constant_values=-1)
    grown = covered.copy()
    for dy, dx in np.ndindex(3, 3):
        grown |= around[dy : dy + rows, dx : dx + columns] == regions
    return grown


def _covered(centres: Bools, radius: float, step: tuple[float, float]) -> Bools:
    """What discs around the centres cover: rows of them, the narrow ones first."""
    wide, covered = centres.copy(), centres.copy()
    reach = 0
    for row in range(int(radius / step[1] + ROUNDING), -1, -1):
        half = np.sqrt(max(radius**2 - (row * step[1]) ** 2, 0.0))
        for _ in range(int(half / step[0] + ROUNDING) - reach):
            grown = wide.copy()
            grown[:, 1:] |= wide[:, :-1]
            grown[:, :-1] |= wide[:, 1:]
            wide, reach = grown, reach + 1
        seen = max(len(wide) - row, 0)
        covered[row:] |= wide[:seen]
        covered[:seen] |= wide[row:]
    return covered
