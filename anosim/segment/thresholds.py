"""Thresholds from a histogram of grey values; one is the greatest value of the darker class."""

import numpy as np
from numpy.typing import NDArray

from anosim.segment.blocks import Blocks
from anosim.segment.histogram import histogram

Floats = NDArray[np.float64]
_ROUNDS = 1000
_GROUPS = 512
"""Groups of bins that the best division is searched among before it is refined."""


def otsu_thresholds(values: NDArray[np.generic], classes: int) -> Floats:
    """Multi-level Otsu thresholds of an array without outliers: see ``otsu``.

    Raises:
        InputError: the image has fewer different greys than there are classes.
    """
    return otsu(*histogram(Blocks.of(np.atleast_2d(values)), classes, rare=0.0), classes)


def otsu(grey: Floats, counts: Floats, classes: int) -> Floats:
    """Thresholds of least variance within the classes, halfway between the classes' means.

    N. Otsu, IEEE Trans. Syst. Man Cybern. 9 (1979) 62, for several thresholds by dynamic
    programming over groups of bins, then refined on the bins themselves.

    Args:
        grey: values of the filled bins, rising, at least as many as there are classes.
        counts: voxels in each bin.
        classes: one more than there are thresholds.
    """
    place, rank = (grey - grey[0]) / (grey[-1] - grey[0]), np.arange(len(grey))
    group = rank
    if len(grey) > _GROUPS:  # neither a wide part of the range nor many values fall into one
        both = 0.5 * (place + rank / rank[-1])
        group = np.unique((both * (_GROUPS - 1)).astype(int), return_inverse=True)[1].ravel()
    mass, moment = np.bincount(group, counts), np.bincount(group, counts * place)
    first = np.searchsorted(group, _division(mass, moment, classes))
    return _refined(grey, counts, 0.5 * (grey[first - 1] + grey[first]))[0]


def _division(mass: Floats, moment: Floats, classes: int) -> NDArray[np.intp]:
    """First group of every class but the darkest where the variance between them is greatest."""
    weight, sums = _sums(mass), _sums(moment)
    within = np.triu(np.subtract.outer(-weight, -weight), 1)  # [start, stop]
    between = np.full(within.shape, -np.inf)
    np.divide(np.subtract.outer(-sums, -sums) ** 2, within, out=between, where=within > 0.0)
    best, starts = between[0], []
    for _ in range(classes - 1):
        total = best[:, None] + between
        starts.append(np.argmax(total, axis=0))
        best = np.max(total, axis=0)
    stop, found = len(mass), []
    for start in reversed(starts):
        stop = int(start[stop])
        found.append(stop)
    return np.array(found[::-1])


def intermeans(grey: Floats, counts: Floats, classes: int) -> Floats:
    """Thresholds halfway between the means of the classes that they make, found by iteration.

    T. W. Ridler and S. Calvard, IEEE Trans. Syst. Man Cybern. 8 (1978) 630, for more than one
    threshold. The start divides the greys from the first to the last 1/1000 of the voxels evenly,
    so that the result depends on nothing but the histogram; where that leaves a class empty, it
    is Otsu's division.

    Args:
        grey: values of the filled bins, rising, at least as many as there are classes.
        counts: voxels in each bin.
        classes: one more than there are thresholds.
    """
    total = counts.sum()
    first, last = np.searchsorted(np.cumsum(counts), [0.001 * total, 0.999 * total])
    span = grey[min(last, len(grey) - 1)] - grey[first]
    found, full = _refined(grey, counts, grey[first] + span * np.arange(1, classes) / classes)
    return found if full else otsu(grey, counts, classes)


def _refined(grey: Floats, counts: Floats, thresholds: Floats) -> tuple[Floats, bool]:
    """Thresholds moved halfway between their classes' means; whether no class became empty."""
    weight, moment = _sums(counts), _sums(counts * grey)
    span = grey[-1] - grey[0]
    for _ in range(_ROUNDS):
        edges = np.concatenate([[0], np.searchsorted(grey, thresholds, "right"), [len(grey)]])
        mass = np.diff(weight[edges])
        if np.any(mass == 0):
            return thresholds, False
        means = np.diff(moment[edges]) / mass
        updated = 0.5 * (means[1:] + means[:-1])
        if np.allclose(updated, thresholds, rtol=0.0, atol=1e-9 * span):
            break
        thresholds = updated
    return np.asarray(thresholds), True


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
    step = float(np.diff(grey).min(initial=np.inf))
    step = step if np.isfinite(step) else 1.0
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
