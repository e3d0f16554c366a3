"""Strokes as a user might paint them over a rendered image, from its truth."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from anosim.segment.strokes import UNPAINTED, Strokes
from anosim.synthetic.grey import LOOKS, Rendered

_LENGTH, _TURN = 40, 0.15
"""Steps of a stroke, pixels, and how much its direction changes at each, radian."""


def paint(rendered: Rendered, phases: Sequence[str], *, each: int = 8, seed: int = 0) -> Strokes:
    """Some strokes of three pixels' width inside each phase of a slice.

    A stroke starts anywhere two pixels inside its phase and ends after 40 pixels or where the phase
    does. Every third of the pores' starts where something shines through, as a user would paint
    what thresholds get wrong.

    Args:
        rendered: a slice and its truth.
        phases: names in the order that the segmentation will have.
        each: strokes per phase.
        seed: of the places.
    """
    from scipy.ndimage import binary_erosion, gaussian_filter

    rng = np.random.default_rng([seed, *b"strokes"])
    truth = rendered.truth
    marks = np.full(truth.labels.shape, UNPAINTED, dtype=np.int8)
    bright = gaussian_filter(rendered.image.values.astype(np.float32), 2.0) > 510.0 * (
        LOOKS["pore"].brightness
    )
    for rank, name in enumerate(phases):
        here = np.asarray(truth.labels == truth.phases[name])
        inner = binary_erosion(here, iterations=2)
        inner = inner if inner.any() else here
        for number in range(each):
            starts = inner & bright if name == "pore" and number % 3 == 0 else inner
            places = np.argwhere(starts if starts.any() else inner)
            _stroke(marks, rank, here, inner, places[rng.integers(len(places))], rng)
    return Strokes(marks)


def _stroke(
    marks: NDArray[np.int8],
    rank: int,
    here: NDArray[np.bool_],
    inner: NDArray[np.bool_],
    start: NDArray[np.intp],
    rng: np.random.Generator,
) -> None:
    place, angle = start.astype(float), rng.uniform(0.0, 2.0 * np.pi)
    for _ in range(_LENGTH):
        row, column = np.rint(place).astype(int)
        if not (0 <= row < here.shape[0] and 0 <= column < here.shape[1] and inner[row, column]):
            return
        box = (slice(max(row - 1, 0), row + 2), slice(max(column - 1, 0), column + 2))
        marks[box][here[box]] = rank
        angle += rng.normal(0.0, _TURN)
        place += np.sin(angle), np.cos(angle)
