"""Thresholds from a histogram of grey values."""

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError

Floats = NDArray[np.float64]
_ROUNDS = 1000
_MANY = 4
"""Thresholds from which on multi-level Otsu needs coarse bins to end in seconds."""


def otsu_thresholds(values: NDArray[np.generic], classes: int) -> Floats:
    """Multi-level Otsu thresholds: least variance within the classes (Liao et al. 2001).

    Raises:
        InputError: the image has fewer different greys than there are classes.
    """
    from skimage.filters import threshold_multiotsu

    if classes == 2:
        from skimage.filters import threshold_otsu

        if values.min() == values.max():
            raise InputError("the image has one grey value only: there is nothing to tell apart")
        return np.array([float(threshold_otsu(np.asarray(values)))])
    try:
        bins = 256 if classes <= _MANY else 64
        return np.asarray(threshold_multiotsu(np.asarray(values), classes, nbins=bins), np.float64)
    except ValueError:
        count = len(np.unique(values))
        raise InputError(
            f"the image has {count} different grey values: too few for {classes} phases"
        ) from None


def intermeans(grey: Floats, counts: Floats, classes: int) -> Floats:
    """Thresholds halfway between the means of the classes that they make, found by iteration.

    T. W. Ridler and S. Calvard, IEEE Trans. Syst. Man Cybern. 8 (1978) 630, for more than one
    threshold. The start divides the greys from the first to the last 1/1000 of the voxels evenly,
    so that the result depends on nothing but the histogram.

    Args:
        grey: values of the histogram's bins, rising.
        counts: voxels in each bin.
        classes: one more than there are thresholds.

    Raises:
        InputError: a class remains empty.
    """
    total = counts.sum()
    cumulated = np.cumsum(counts)
    first, last = np.searchsorted(cumulated, [0.001 * total, 0.999 * total])
    span = grey[min(last, len(grey) - 1)] - grey[first]
    thresholds = grey[first] + span * np.arange(1, classes) / classes
    weight, moment = _sums(counts), _sums(counts * grey)
    for _ in range(_ROUNDS):
        edges = np.concatenate([[0], np.searchsorted(grey, thresholds, "right"), [len(grey)]])
        mass = np.diff(weight[edges])
        if not total or np.any(mass == 0):
            raise InputError(
                f"the histogram does not fall into {classes} classes: there are fewer phases, or "
                "the greys of some do not differ"
            )
        means = np.diff(moment[edges]) / mass
        updated = 0.5 * (means[1:] + means[:-1])
        if np.allclose(updated, thresholds, rtol=0.0, atol=1e-9 * max(abs(span), 1e-300)):
            break
        thresholds = updated
    return np.asarray(thresholds)


def least_error(grey: Floats, counts: Floats, thresholds: Floats) -> Floats:
    """Thresholds where neighbouring classes, as normal distributions, are equally likely.

    J. Kittler and J. Illingworth, Pattern Recognition 19 (1986) 41, iterated from given
    thresholds. It weighs small phases rightly, which thresholds halfway between means do not. A
    threshold that leaves the span between its classes' means stays as it was given.
    """
    start = thresholds
    for _ in range(_ROUNDS):
        means, spreads, masses = _moments(grey, counts, thresholds)
        updated = np.array(
            [
                _crossing(means[k : k + 2], spreads[k : k + 2], masses[k : k + 2], start[k])
                for k in range(len(start))
            ]
        )
        if np.any(np.diff(updated) <= 0.0):
            return start
        if np.allclose(updated, thresholds, rtol=1e-6):
            return updated
        thresholds = 0.5 * (thresholds + updated)
    return start


def _sums(values: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(values)])


def _moments(grey: Floats, counts: Floats, thresholds: Floats) -> tuple[Floats, Floats, Floats]:
    edges = np.concatenate([[0], np.searchsorted(grey, thresholds, "right"), [len(grey)]])
    mass = np.maximum(np.diff(_sums(counts)[edges]), 1.0)
    mean = np.diff(_sums(counts * grey)[edges]) / mass
    square = np.diff(_sums(counts * grey * grey)[edges]) / mass
    step = float(grey[1] - grey[0]) if len(grey) > 1 else 1.0
    return mean, np.sqrt(np.maximum(square - mean**2, step**2 / 12.0)), mass / counts.sum()


def _crossing(mean: Floats, spread: Floats, mass: Floats, otherwise: float) -> float:
    """Where two weighted normal densities cross between their means."""
    a = 1.0 / spread[0] ** 2 - 1.0 / spread[1] ** 2
    b = -2.0 * (mean[0] / spread[0] ** 2 - mean[1] / spread[1] ** 2)
    c = mean[0] ** 2 / spread[0] ** 2 - mean[1] ** 2 / spread[1] ** 2
    c += 2.0 * np.log(spread[0] / spread[1] * mass[1] / mass[0])
    roots = np.roots([a, b, c]) if abs(a) > 1e-12 * abs(b) else np.array([-c / b])
    real = [float(r.real) for r in np.atleast_1d(roots) if abs(r.imag) <= 1e-9 * abs(r)]
    inside = [root for root in real if mean[0] < root < mean[1]]
    return inside[0] if inside else float(otherwise)
