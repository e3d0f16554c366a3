"""The usual methods, for comparison: Otsu thresholds, random walker, pixel features."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.image import Image
from anosim.prepare.denoise import denoised, non_local_means
from anosim.progress import report
from anosim.segment.blocks import Blocks, above
from anosim.segment.features import pixel_features, table
from anosim.segment.forest import grow, likelihood, most_important
from anosim.segment.histogram import grey_range, histogram
from anosim.segment.strokes import Strokes
from anosim.segment.thresholds import otsu


@dataclass(frozen=True)
class Otsu:
    """Multi-level Otsu thresholds on every voxel's own grey."""

    def decide(
        self, image: Image, phases: Sequence[str], strokes: Strokes | None, /
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Positions in ``phases``, and the thresholds."""
        blocks = Blocks.of(image.values)
        thresholds = otsu(*histogram(blocks, len(phases)), len(phases))
        labels = np.empty(image.values.shape, dtype=np.uint8)
        for start, stop, values in blocks.each("assign phases"):
            labels[start:stop] = above(values, thresholds)
        return labels, {"thresholds": thresholds.tolist()}


@dataclass(frozen=True)
class RandomWalker:
    """Every voxel takes the phase whose strokes a random walker from it reaches first.

    L. Grady, IEEE Trans. Pattern Anal. Mach. Intell. 28 (2006) 1768, on denoised slices.

    Attributes:
        beta: how much a difference in grey hinders the walker.
    """

    beta: float = 130.0

    def decide(
        self, image: Image, phases: Sequence[str], strokes: Strokes | None, /
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Positions in ``phases``.

        Raises:
            InputError: no strokes.
        """
        from skimage.segmentation import random_walker

        marks = _required(strokes, "random walker").marks
        values = non_local_means(image).values.astype(np.float64)
        direct = values.ndim == 2  # in 3D the factors do not fit into memory
        with warnings.catch_warnings():  # probabilities a little outside [0, 1] do no harm
            warnings.simplefilter("ignore", UserWarning)
            labels = random_walker(
                values,
                marks.astype(int) + 1,
                beta=self.beta,
                mode="bf" if direct else "cg_j",
                spacing=np.array(image.voxel) / min(image.voxel),
            )
        return (np.maximum(labels, 1) - 1).astype(np.uint8), {"denoised": "non-local means"}


@dataclass(frozen=True)
class Pixels:
    """A random forest on features of each pixel's surroundings, trained from strokes.

    Attributes:
        trees: of the forest.
    """

    trees: int = 100

    def decide(
        self, image: Image, phases: Sequence[str], strokes: Strokes | None, /
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Positions in ``phases``, and the features that decided most.

        Raises:
            InputError: no strokes.
        """
        given = _required(strokes, "pixels")
        planes = image.values[None] if image.values.ndim == 2 else image.values
        marks = given.marks.reshape(planes.shape)
        low, high = grey_range(planes[:: max(len(planes) // 8, 1)])

        def columns(z: int) -> tuple[NDArray[np.float32], list[str]]:
            plane = (planes[z].astype(np.float32) - low) / (high - low)
            found = pixel_features(plane, denoised(plane, 0.8))
            return table(found), list(found)

        samples, phase = [], []
        names: list[str] = []
        for z in np.flatnonzero((marks >= 0).any(axis=(1, 2))):
            found, names = columns(int(z))
            painted = marks[z].ravel() >= 0
            samples.append(found[painted])
            phase.append(marks[z].ravel()[painted])
        forest = grow(np.concatenate(samples), np.concatenate(phase), self.trees)
        labels = np.empty(planes.shape, dtype=np.uint8)
        for rank in range(len(planes)):
            likely = likelihood(forest, columns(rank)[0], len(phases))
            labels[rank] = likely.argmax(axis=1).reshape(labels[rank].shape)
            report("classify pixels", (rank + 1) / len(planes))
        decisions = {
            "painted_share": float(given.painted.mean()),
            "most_important_features": most_important(forest, names),
        }
        return labels.reshape(image.values.shape), decisions


def _required(strokes: Strokes | None, method: str) -> Strokes:
    if strokes is None:
        raise InputError(f"segmentation {method!r} learns from strokes: give some of every phase")
    return strokes
