"""Even brightness: across a slice, from column to column (curtaining), from slice to slice.

A plain high-pass filter would also take large phases for uneven brightness. Here pixels are first
sorted into classes of grey; what varies within a class is uneven brightness. Where bright structure
shines through much of a small slice, that is taken for uneven brightness too.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.image import Image
from anosim.prepare.slices import Floats, each_slice

_TERMS = (3, 3, 3, 6, 6, 6)
"""Terms of the gain in each round: first a slope, so that classes are sorted before it bends."""
_ROUNDS = len(_TERMS)
_SMOOTH, _STRIPE = 1.5, 15.0
"""Pixels: smoothing before pixels are sorted; what varies more slowly along x is no stripe."""
_DARKEST = 0.15
"""Classes darker than this part of the brightest say too little about a gain."""


def level(image: Image, classes: int = 4) -> Image:
    """The image without uneven brightness and stripes: see ``remove_stripes``.

    Uneven brightness is a gain that varies as a polynomial of order 2 across the slice.

    Args:
        image: the image.
        classes: how many greys there are, roughly the number of phases.

    Raises:
        InputError: fewer than 2 classes.
    """
    _check(classes)
    return each_slice(image, "level brightness", lambda plane: flat(plane, classes, gain=True))


def remove_stripes(image: Image, classes: int = 4) -> Image:
    """The image without stripes along y, the curtains that ion milling leaves.

    Args:
        image: the image.
        classes: how many greys there are, roughly the number of phases.

    Raises:
        InputError: fewer than 2 classes.
    """
    _check(classes)
    return each_slice(image, "remove stripes", lambda plane: flat(plane, classes, gain=False))


def normalise_slices(image: Image) -> Image:
    """A stack whose slices all have the same 5 % and 95 % quantile of grey.

    Raises:
        InputError: a single slice.
    """
    if image.values.ndim != 3:
        raise InputError("only a stack has slices to be made alike")
    bounds = np.array([np.quantile(plane, (0.05, 0.95)) for plane in image.values])
    low, high = np.median(bounds, axis=0)
    planes = iter(bounds)

    def change(plane: Floats) -> Floats:
        dark, bright = next(planes)
        gain = (high - low) / (bright - dark) if bright > dark else 1.0
        return np.asarray((plane - dark) * gain + low, dtype=np.float32)

    return each_slice(image, "normalise slices", change)


def flat(plane: Floats, classes: int, *, gain: bool) -> Floats:
    """A slice without stripes and, if asked for, without uneven brightness."""
    from scipy.ndimage import gaussian_filter

    span = float(np.ptp(plane))
    if span == 0.0 or min(plane.shape) < 16:
        return plane
    zero = float(plane.min())
    values = (plane - zero) / span
    light, stripes = np.ones_like(values), np.zeros(values.shape[1], dtype=np.float32)
    for turn in range(_ROUNDS):
        found = _classes(gaussian_filter((values - stripes) / light, _SMOOTH), classes)
        if found is None:
            return plane
        if gain:
            light = _gain(gaussian_filter(values - stripes, _SMOOTH), found, _TERMS[turn])
        stripes = _stripes(values, light, found)
    return np.asarray((values - stripes) / light * span + zero, dtype=np.float32)


@dataclass(frozen=True, eq=False)
class _Classes:
    """The median grey of each pixel's class, and which pixels are near it."""

    grey: Floats
    near: NDArray[np.bool_]


def _classes(values: NDArray[np.floating], count: int) -> _Classes | None:
    """Pixels sorted by multi-level Otsu thresholds; None where there are too few greys."""
    from skimage.filters import threshold_multiotsu

    try:
        bounds = threshold_multiotsu(values, count)
    except ValueError:
        return None
    rank = np.digitize(values, bounds, right=True)
    members = [values[rank == k] for k in range(count)]
    if min(part.size for part in members) == 0:
        return None
    middle = np.array([np.median(part) for part in members])
    pairs = zip(members, middle, strict=True)
    spread = np.array([1.48 * np.median(np.abs(part - m)) for part, m in pairs])
    grey = middle[rank].astype(np.float32)
    near = np.abs(values - grey) < 2.0 * spread[rank] + 1e-6
    return _Classes(grey, near)


def _gain(values: NDArray[np.floating], classes: _Classes, count: int) -> Floats:
    """Polynomial of order 2 by which values differ from the grey of their class, mean 1."""
    rows, columns = (np.linspace(-1.0, 1.0, n, dtype=np.float32) for n in values.shape)
    x, y = np.broadcast_arrays(columns, rows[:, None])
    terms = np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=-1)[..., :count]
    known = classes.near & (classes.grey > _DARKEST * classes.grey.max())
    thinned = known[::3, ::3]
    if np.count_nonzero(thinned) < 100:
        return np.ones_like(values)
    grey = classes.grey[::3, ::3][thinned]  # gain x grey = value, every pixel weighted alike
    fit, *_ = np.linalg.lstsq(
        terms[::3, ::3][thinned] * grey[:, None], values[::3, ::3][thinned], rcond=None
    )
    found = np.clip(terms @ fit, 0.2, 5.0)
    return np.asarray(found / found.mean(), dtype=np.float32)


def _stripes(values: Floats, light: Floats, classes: _Classes) -> Floats:
    """What each column's pixels have in common, less what varies slowly along x."""
    from scipy.ndimage import gaussian_filter1d

    count = classes.near.sum(axis=0)
    excess = np.where(classes.near, values - classes.grey * light, 0.0).sum(axis=0)
    enough = count > 0.1 * len(values)
    column = np.where(enough, excess / np.maximum(count, 1), 0.0)
    return np.asarray(column - gaussian_filter1d(column, _STRIPE), dtype=np.float32)


def _check(classes: int) -> None:
    if classes < 2:
        raise InputError(f"classes is {classes}: brightness is levelled between at least 2 greys")
