"""Histograms of grey values that keep apart what the values keep apart."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.segment.blocks import Blocks

Floats = NDArray[np.float64]
_BINS = 1 << 16
"""Bins of real values and wide integers; of fewer different ones each has its own."""
_SAMPLE = 1 << 20
"""Voxels that the range of real values is found from."""
RARE = 0.001
"""Part of the voxels, at either end, that may be outliers."""


def histogram(blocks: Blocks, classes: int, rare: float = RARE) -> tuple[Floats, Floats]:
    """Grey values of the filled bins, rising, and voxels in each, without outliers.

    Integers of up to 16 bits and images of few different values have a bin for each value, others
    65536 bins. Outliers are values farther outside of the 0.1 % and 99.9 % quantiles than these
    are apart; they take no part unless there would be fewer values than classes.

    Args:
        blocks: the image.
        classes: how many there are to be.
        rare: part of the voxels, at either end, that may be outliers.

    Raises:
        InputError: fewer different grey values than classes.
    """
    first = blocks.slab(0, 1)
    if first.dtype.kind == "b" or (first.dtype.kind in "iu" and first.dtype.itemsize <= 2):
        grey, counts = _of_integers(blocks, first.dtype)
    else:
        grey, counts = _of_reals(blocks, rare)
    grey, counts = grey[counts > 0], counts[counts > 0]
    low, high = _bounds(grey, counts, rare)
    inside = (grey >= low) & (grey <= high)
    if np.count_nonzero(inside) >= classes:
        grey, counts = grey[inside], counts[inside]
    if len(grey) == 1:
        raise InputError("the image has one grey value only: there is nothing to tell apart")
    if len(grey) < classes:
        raise InputError(
            f"the image has {len(grey)} different grey values: too few for {classes} phases"
        )
    return grey, counts


def grey_range(values: NDArray[Any]) -> tuple[float, float]:
    """The 0.1 % and 99.9 % quantiles, or the least and the greatest value where these coincide.

    Raises:
        InputError: one grey value only.
    """
    dark, bright = (float(q) for q in np.quantile(values, (RARE, 1.0 - RARE)))
    if bright <= dark:
        dark, bright = float(values.min()), float(values.max())
    if bright <= dark:
        raise InputError("the image has one grey value only: there is nothing to tell apart")
    return dark, bright


def _of_integers(blocks: Blocks, kind: np.dtype[Any]) -> tuple[Floats, Floats]:
    kind = np.dtype(np.uint8) if kind.kind == "b" else kind
    zero, size = int(np.iinfo(kind).min), 1 << 8 * kind.itemsize
    counts = np.zeros(size)
    for _, _, values in blocks.each("histogram"):
        counts += np.bincount(values.ravel().astype(np.int32) - zero, minlength=size)
    return np.arange(zero, zero + size, dtype=float), counts


def _of_reals(blocks: Blocks, rare: float) -> tuple[Floats, Floats]:
    sample, distinct, ends = _surveyed(blocks)
    if len(distinct) <= _BINS:
        counts = np.zeros(len(distinct))
        for _, _, values in blocks.each("histogram"):
            place = np.searchsorted(distinct, values.ravel().astype(np.float64))
            counts += np.bincount(place, minlength=len(distinct))
        return distinct, counts
    low, high = np.clip(_bounds(np.sort(sample), np.ones(len(sample)), rare), *ends)
    counts = np.zeros(_BINS)
    for _, _, values in blocks.each("histogram"):
        counts += np.histogram(values.astype(np.float64), _BINS, (low, high))[0]
    return low + (high - low) / _BINS * (np.arange(_BINS) + 0.5), counts


def _surveyed(blocks: Blocks) -> tuple[Floats, Floats, tuple[float, float]]:
    """A sample of the values, all different ones (or too many of them), least and greatest."""
    every = max(int(np.prod(blocks.shape, dtype=object)) // _SAMPLE, 1)
    parts, distinct, low, high = [], np.empty(0), np.inf, -np.inf
    for _, _, values in blocks.each("range of greys"):
        flat = values.ravel().astype(np.float64)
        parts.append(flat[::every])
        low, high = min(low, float(flat.min())), max(high, float(flat.max()))
        for found in (parts[-1], flat):
            if len(distinct) <= _BINS:
                distinct = np.union1d(distinct, found)
    return np.concatenate(parts), distinct, (low, high)


def _bounds(grey: Floats, counts: Floats, rare: float) -> tuple[float, float]:
    """Beyond these values lie outliers only; infinite where the quantiles coincide."""
    part = np.cumsum(counts)
    dark, bright = grey[np.searchsorted(part, np.array([rare, 1.0 - rare]) * part[-1])]
    span = float(bright - dark) or np.inf
    return float(dark) - span, float(bright) + span
