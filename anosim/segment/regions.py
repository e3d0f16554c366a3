"""Superpixels and region features: robust where grey values alone mislead."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.image import Image
from anosim.prepare.brightness import flat
from anosim.prepare.denoise import denoised
from anosim.progress import report
from anosim.segment.blocks import Blocks, above
from anosim.segment.features import (
    pixel_features,
    region_feature_names,
    region_features,
    table,
)
from anosim.segment.forest import check_trees, grow, likelihood, most_important
from anosim.segment.histogram import grey_range, histogram
from anosim.segment.rules import Rule, by_rules, check_rules
from anosim.segment.strokes import Strokes
from anosim.segment.superpixels import Superpixels, superpixels
from anosim.segment.thresholds import otsu_thresholds

Floats = NDArray[np.float32]
_SAMPLED_SLICES = 8
_ALIKE, _SHARE, _ROUNDS = 0.06, 0.8, 20
"""Neighbours agree: difference of grey (0 to 1) up to which they are alike, their say, rounds."""


@dataclass(frozen=True)
class Regions:
    """Felzenszwalb superpixels of every slice, classified by features of regions.

    Slices are levelled, freed from stripes and denoised, then divided into regions. Without
    strokes and rules a region gets the phase that its mean grey has by multi-level Otsu
    thresholds. Rules (``anosim.segment.Rule``) bound any feature and come before the thresholds.
    With strokes a random forest learns from the painted pixels' surroundings and from the regions
    that they lie in; a region gets the phase that is likeliest in its mean, after regions of the
    same grey have been heard. Pores through which bright structure shines, which no threshold
    tells from that structure, are told by their texture, edges and neighbours.

    After T. Vorauer et al., Commun. Chem. 3 (2020), doi:10.1038/s42004-020-00386-x, where slices
    have about 700 regions: so has one of 250 x 400 pixels here.

    Attributes:
        region_pixels: pixels of a region in the mean.
        rules: before the thresholds; not with strokes.
        trees: of the forest.
    """

    region_pixels: int = 140
    rules: tuple[Any, ...] = ()
    trees: int = 100

    def __post_init__(self) -> None:
        check_trees(self.trees)
        if self.region_pixels < 20:
            raise InputError(
                f"region_pixels is {self.region_pixels}: regions need at least 20 pixels"
            )
        object.__setattr__(self, "rules", tuple(Rule.of(rule) for rule in self.rules))

    def check(self, phases: Sequence[str], *, strokes: bool) -> None:
        """Refuse rules beside strokes, and rules for other phases or features."""
        if strokes and self.rules:
            raise InputError("regions are classified by rules or by strokes: give one of them")
        check_rules(self.rules, phases, region_feature_names(len(phases)))

    def decide(
        self, image: Image, phases: Sequence[str], strokes: Strokes | None, /
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Positions in ``phases``, and scales, counts and thresholds.

        Raises:
            InputError: an image in which there is nothing to tell apart.
        """
        planes = image.values[None] if image.values.ndim == 2 else image.values
        if strokes is None:  # levelling and denoising would make new greys of too few
            histogram(Blocks.of(planes), len(phases))
        work = _Work.of(planes, len(phases), self.region_pixels)
        forest: Any = None
        names: list[str] = []
        if strokes is not None:
            marks = strokes.marks.reshape(planes.shape)
            forest, names = self._learn(work, marks)
        labels = np.empty(planes.shape, dtype=np.uint8)
        counts, scales = [], []
        for z in range(len(planes)):
            part = work.slice(z)
            if forest is None:
                chosen = self._by_grey(part, work.thresholds, phases)
            else:
                chosen = _by_forest(forest, part, work.thresholds, len(phases))
            labels[z] = chosen[part.regions.region]
            counts.append(part.regions.count)
            scales.append(part.regions.scale)
            report("classify regions", (z + 1) / len(planes))
        decisions: dict[str, Any] = {
            "classified_by": "strokes" if forest else "rules" if self.rules else "thresholds",
            "thresholds": [work.grey(t) for t in work.thresholds],
            "regions_per_slice": float(np.mean(counts)),
            "felzenszwalb_scale": float(np.median(scales)),
        }
        if forest is not None and strokes is not None:
            decisions["painted_share"] = float(strokes.painted.mean())
            decisions["most_important_features"] = most_important(forest, names)
        return labels.reshape(image.values.shape), decisions

    def _learn(self, work: "_Work", marks: NDArray[np.int8]) -> tuple[Any, list[str]]:
        samples, phase = [], []
        names: list[str] = []
        for z in np.flatnonzero((marks >= 0).any(axis=(1, 2))):
            part = work.slice(int(z))
            columns, names = _columns(part, work.thresholds)
            painted = marks[z].ravel() >= 0
            samples.append(columns[painted])
            phase.append(marks[z].ravel()[painted])
        return grow(np.concatenate(samples), np.concatenate(phase), self.trees), names

    def _by_grey(
        self, part: "_Slice", thresholds: NDArray[np.float64], phases: Sequence[str]
    ) -> NDArray[np.integer]:
        found = above(part.regions.mean(part.smooth), thresholds)
        if not self.rules:
            return found
        features = region_features(part.plane, part.smooth, part.regions, thresholds)
        return by_rules(self.rules, features, phases, found)


@dataclass(frozen=True, eq=False)
class _Slice:
    """A slice with greys between 0 and 1, the same denoised, and its regions."""

    plane: Floats
    smooth: Floats
    regions: Superpixels


@dataclass(frozen=True, eq=False)
class _Work:
    """What all slices share: the scale of greys, thresholds on it, and the size of regions."""

    planes: NDArray[Any]
    dark: float
    span: float
    classes: int
    region_pixels: int
    thresholds: NDArray[np.float64]

    @classmethod
    def of(cls, planes: NDArray[Any], classes: int, region_pixels: int) -> "_Work":
        if min(planes.shape[1:]) < 16:
            raise InputError(
                f"slices have {planes.shape[1:]} pixels: regions need at least 16 on each side"
            )
        chosen = np.unique(np.linspace(0, len(planes) - 1, _SAMPLED_SLICES).astype(int))
        sample = planes[chosen]
        dark, bright = grey_range(sample)
        work = cls(planes, dark, bright - dark, classes, region_pixels, np.empty(0))
        smooth = np.stack([work.denoise(int(z))[1] for z in chosen])
        return cls(
            planes, dark, bright - dark, classes, region_pixels, otsu_thresholds(smooth, classes)
        )

    def denoise(self, z: int) -> tuple[Floats, Floats]:
        """Slice z levelled, and denoised as well."""
        plane = (self.planes[z].astype(np.float32) - self.dark) / self.span
        plane = flat(np.clip(plane, -0.5, 1.5), self.classes, gain=True)
        return plane, denoised(plane, 0.8)

    def slice(self, z: int) -> _Slice:
        """Slice z with its regions."""
        plane, smooth = self.denoise(z)
        wanted = max(plane.size // self.region_pixels, self.classes)
        return _Slice(plane, smooth, superpixels(smooth, wanted))

    def grey(self, value: float) -> float:
        """A value between 0 and 1 on the image's own scale."""
        return float(self.dark + self.span * value)


def _columns(part: _Slice, thresholds: NDArray[np.floating]) -> tuple[Floats, list[str]]:
    """Features of every pixel's surroundings and of its region, one row per pixel."""
    near = pixel_features(part.plane, part.smooth)
    inside = region_features(part.plane, part.smooth, part.regions, thresholds)
    columns = np.hstack([table(near), table(inside)[part.regions.region.ravel()]])
    return columns, [*near, *(f"region {name}" for name in inside)]


def _by_forest(
    forest: Any, part: _Slice, thresholds: NDArray[np.floating], phases: int
) -> NDArray[np.int64]:
    pixels = likelihood(forest, _columns(part, thresholds)[0], phases)
    regions = part.regions
    likely = np.stack([regions.mean(pixels[:, k]) for k in range(phases)], axis=1)
    return np.argmax(_heard(likely, part), axis=1)


def _heard(likely: NDArray[np.float64], part: _Slice) -> NDArray[np.float64]:
    """Likelihoods after neighbours of the same grey have been heard."""
    from scipy.sparse import coo_array

    regions = part.regions
    mean = regions.mean(part.smooth)
    borders = regions.borders(part.smooth)
    alike = np.exp(-(((mean[borders.inside] - mean[borders.outside]) / _ALIKE) ** 2))
    ties = coo_array((alike, (borders.inside, borders.outside)), shape=(len(mean),) * 2).tocsr()
    total = np.asarray(ties.sum(axis=1)).ravel()
    say = _SHARE * np.minimum(2.0 * total / borders.length, 1.0)[:, None]
    heard = likely
    for _ in range(_ROUNDS):
        around = (ties @ heard) / np.maximum(total, 1e-9)[:, None]
        heard = (1.0 - say) * likely + say * around
    return heard
