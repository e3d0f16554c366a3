"""The usual methods: Otsu or given thresholds, random walker, pixel features."""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, listing
from anosim.image import Image
from anosim.prepare.denoise import denoised, non_local_means
from anosim.progress import report
from anosim.segment.blocks import Blocks, above
from anosim.segment.features import pixel_features, table
from anosim.segment.forest import check_trees, grow, likelihood, most_important
from anosim.segment.histogram import grey_range, histogram
from anosim.segment.strokes import Strokes
from anosim.segment.thresholds import otsu


@dataclass(frozen=True)
class Otsu:
    """Multi-level Otsu thresholds on every voxel's own grey."""

    def check(self, phases: Sequence[str], *, strokes: bool) -> None:
        """Any phases will do."""

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
class Thresholds:
    """Given thresholds on every voxel's own grey.

    Attributes:
        thresholds: rising grey values, one fewer than there are phases; a voxel whose grey equals
            one belongs to the darker phase.

    Raises:
        InputError: none, or values that are no rising numbers.
    """

    thresholds: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        given: Any = self.thresholds
        values = list(given) if isinstance(given, Iterable) else [given]
        if not (values and all(map(_finite, values)) and all(a < b for a, b in pairwise(values))):
            raise InputError(
                f"thresholds are {given!r}: give rising grey values, one fewer than there are "
                "phases, such as 80, 160 for three"
            )
        object.__setattr__(self, "thresholds", tuple(map(float, values)))

    def check(self, phases: Sequence[str], *, strokes: bool) -> None:
        """Refuse another number than that of the borders between phases."""
        if len(self.thresholds) != len(phases) - 1:
            raise InputError(
                f"thresholds are {len(self.thresholds)}, phases {len(phases)}: give one threshold "
                f"fewer than phases, here {len(phases) - 1}"
            )

    def decide(
        self, image: Image, phases: Sequence[str], strokes: Strokes | None, /
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Positions in ``phases``, and the thresholds.

        Raises:
            InputError: a phase is left without a voxel.
        """
        labels = np.empty(image.values.shape, dtype=np.uint8)
        voxels = self.assign(Blocks.of(image.values), phases, labels)
        return labels, {"thresholds": list(self.thresholds), "voxels": voxels}

    def assign(self, blocks: Blocks, phases: Sequence[str], labels: Any) -> dict[str, int]:
        """Write positions in ``phases`` into ``labels``, slab by slab; voxels of each phase.

        Raises:
            InputError: a phase is left without a voxel.
        """
        kind = blocks.slab(0, 1).dtype
        bounds = np.array(self.thresholds)
        if kind.kind == "f":  # 0.1 means the image's own 0.1, of its precision
            bounds = bounds.astype(kind).astype(np.float64)
        voxels, low, high = np.zeros(len(phases), dtype=np.int64), np.inf, -np.inf
        for start, stop, values in blocks.each("assign phases"):
            part = above(values, bounds)
            labels[start:stop] = part
            voxels += np.bincount(part.ravel(), minlength=len(phases))
            low, high = min(low, float(values.min())), max(high, float(values.max()))
        empty = [name for name, count in zip(phases, voxels, strict=True) if not count]
        if empty:
            raise InputError(
                f"thresholds {', '.join(f'{value:g}' for value in self.thresholds)} leave no voxel "
                f"for {listing(empty)}: the image's grey values are {low:g} to {high:g}"
            )
        return dict(zip(phases, voxels.tolist(), strict=True))


@dataclass(frozen=True)
class RandomWalker:
    """Every voxel takes the phase whose strokes a random walker from it reaches first.

    L. Grady, IEEE Trans. Pattern Anal. Mach. Intell. 28 (2006) 1768, on denoised slices.

    Attributes:
        beta: how much a difference in grey hinders the walker.
    """

    beta: float = 130.0

    def __post_init__(self) -> None:
        if not 0.0 < self.beta < np.inf:
            raise InputError(f"beta is {self.beta}: it must be greater than 0")

    def check(self, phases: Sequence[str], *, strokes: bool) -> None:
        """Refuse to go without strokes."""
        _check_strokes("random walker", strokes)

    def decide(
        self, image: Image, phases: Sequence[str], strokes: Strokes | None, /
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Positions in ``phases``."""
        from skimage.segmentation import random_walker

        assert strokes is not None
        marks = strokes.marks
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

    def __post_init__(self) -> None:
        check_trees(self.trees)

    def check(self, phases: Sequence[str], *, strokes: bool) -> None:
        """Refuse to go without strokes."""
        _check_strokes("pixels", strokes)

    def decide(
        self, image: Image, phases: Sequence[str], strokes: Strokes | None, /
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Positions in ``phases``, and the features that decided most.

        Raises:
            InputError: one grey value only.
        """
        assert strokes is not None
        planes = image.values[None] if image.values.ndim == 2 else image.values
        marks = strokes.marks.reshape(planes.shape)
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
            "painted_share": float(strokes.painted.mean()),
            "most_important_features": most_important(forest, names),
        }
        return labels.reshape(image.values.shape), decisions


def _finite(value: Any) -> bool:
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    return number and bool(np.isfinite(value))


def _check_strokes(method: str, given: bool) -> None:
    if not given:
        raise InputError(f"segmentation {method!r} learns from strokes: give some of every phase")
