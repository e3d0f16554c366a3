"""Drift: slices that moved sideways while the stack was taken."""

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.image import Image
from anosim.prepare.slices import needing_skimage
from anosim.progress import report, stage

_FRACTION = 10
"""Parts of a pixel that a shift is found to."""


@stage("align slices")
def align(image: Image) -> tuple[Image, NDArray[np.float64]]:
    """A stack with its slices moved back, cut to what all of them show.

    Every slice is compared with the one before it by phase correlation (Guizar-Sicairos et al.,
    Opt. Lett. 33 (2008) 156), to a tenth of a pixel; errors add up from slice to slice. Structure
    that truly leans to one side looks like a steady drift; it is straightened too.

    Returns:
        The image, and how far each slice had moved, shape (z, 2), pixels along y and x.

    Raises:
        InputError: a single slice, or slices that have nothing in common.
    """
    from scipy.ndimage import shift as moved

    with needing_skimage("align slices"):
        from skimage.registration import phase_cross_correlation

    values = image.values
    if values.ndim != 3 or len(values) < 2:
        raise InputError("only a stack of two slices and more can be aligned")
    drift = np.zeros((len(values), 2))
    before = _edges(values[0])
    for z in range(1, len(values)):
        after = _edges(values[z])
        step, _, _ = phase_cross_correlation(before, after, upsample_factor=_FRACTION)
        before = after
        drift[z] = drift[z - 1] - step
        report("align slices", z / len(values))
    drift -= np.median(drift, axis=0)
    low = np.ceil(np.maximum(-drift, 0.0).max(axis=0)).astype(int)
    high = np.array(values.shape[1:]) - np.ceil(np.maximum(drift, 0.0).max(axis=0)).astype(int)
    if np.any(high - low < 8):
        raise InputError(
            f"the slices drift by {np.ptp(drift, axis=0).max():.0f} pixels: nothing is left that "
            "all of them show; align parts of the stack"
        )
    result = np.empty((len(values), *(high - low)), dtype=np.float32)
    for z, plane in enumerate(values):
        back = moved(plane.astype(np.float32), -drift[z], order=1, mode="nearest")
        result[z] = back[low[0] : high[0], low[1] : high[1]]
    return Image(result, image.voxel), drift


def _edges(plane: NDArray[np.generic]) -> NDArray[np.float32]:
    """What there is of structure between 1 and 4 pixels, faded at the slice's own edge.

    Without the window the edge, which does not move, would be found instead of the drift.
    """
    from scipy.ndimage import gaussian_filter

    grey = plane.astype(np.float32)
    rows, columns = (np.minimum(1.0, 4.0 * np.hanning(n + 2)[1:-1]) for n in grey.shape)
    band = gaussian_filter(grey, 1.0) - gaussian_filter(grey, 4.0)
    return np.asarray(band * rows[:, None] * columns, dtype=np.float32)
