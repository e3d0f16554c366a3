"""Features of pixels' surroundings and of regions, by name."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from anosim.segment.superpixels import Superpixels

Floats = NDArray[np.float32]
_OF_REGIONS = (
    "mean", "deviation", "smooth_deviation", "texture", "gradient", "area", "compactness",
    "border_gradient", "softness", "neighbour_mean", "neighbour_contrast", "darkest_neighbour",
    "brightest_neighbour", "dark_border", "bright_border",
)  # fmt: skip
_SCALES = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Pixels."""


def pixel_features(plane: Floats, smooth: Floats) -> dict[str, Floats]:
    """What surrounds each pixel: greys, texture and edges at several scales.

    Texture is what a band of scales contributes to the variance nearby. Structure seen through a
    pore is out of focus, so it has less of the fine bands than structure in the plane.

    Args:
        plane: grey values, about 0 to 1.
        smooth: the same, denoised.
    """
    from scipy.ndimage import (
        gaussian_filter,
        gaussian_gradient_magnitude,
        maximum_filter,
        minimum_filter,
    )

    found = {"grey": plane, "smooth": smooth}
    blurred = [plane, *(gaussian_filter(plane, scale) for scale in _SCALES)]
    found |= {f"mean_{s:g}": b for s, b in zip(_SCALES, blurred[1:], strict=True)}
    for scale, fine, coarse in zip(_SCALES[:-1], blurred, blurred[1:], strict=False):
        band = (fine - coarse) ** 2
        for window in (4.0, 8.0):
            name = f"texture_{scale:g}_{window:g}"
            found[name] = np.sqrt(np.maximum(gaussian_filter(band, window), 0.0))
    edge = gaussian_gradient_magnitude(plane, 1.0)
    found |= {"edge_1": edge, "edge_near": maximum_filter(edge, 7)}
    found["edge_mean"] = gaussian_filter(edge, 4.0)
    for scale in (2.0, 4.0):
        found[f"edge_{scale:g}"] = gaussian_gradient_magnitude(plane, scale)
    for size in (11, 25):
        found[f"darkest_{size}"] = minimum_filter(smooth, size)
        found[f"brightest_{size}"] = maximum_filter(smooth, size)
    return found


def region_features(
    plane: Floats, smooth: Floats, regions: Superpixels, thresholds: NDArray[np.floating]
) -> dict[str, NDArray[np.float64]]:
    """What each region is like, and what lies around it.

    Args:
        plane: grey values, about 0 to 1.
        smooth: the same, denoised.
        regions: of the slice.
        thresholds: greys; the share of a region above each is a feature.
    """
    from scipy.ndimage import gaussian_filter, gaussian_gradient_magnitude

    edge = gaussian_gradient_magnitude(plane, 1.0)
    borders = regions.borders(edge)
    mean = regions.mean(smooth)
    fine = (plane - gaussian_filter(plane, 1.0)) ** 2
    coarse = (gaussian_filter(plane, 1.0) - gaussian_filter(plane, 3.0)) ** 2
    contrast = np.abs(mean[borders.outside] - mean[borders.inside])
    darkest, brightest = borders.extremes(mean)
    found = {
        "mean": mean,
        "deviation": _deviation(regions, plane),
        "smooth_deviation": _deviation(regions, smooth),
        "texture": np.sqrt(regions.mean(coarse) / np.maximum(regions.mean(fine), 1e-12)),
        "gradient": regions.mean(edge),
        "area": regions.area,
        "compactness": 4.0 * np.sqrt(regions.area) / borders.length,
        "border_gradient": borders.mean(borders.value),
        "softness": borders.mean(borders.value / np.maximum(contrast, 0.02)),
        "neighbour_mean": borders.mean(mean[borders.outside]),
        "neighbour_contrast": borders.mean(contrast),
        "darkest_neighbour": darkest,
        "brightest_neighbour": brightest,
    }
    dark, bright = mean <= thresholds[0], mean > thresholds[-1]
    found["dark_border"] = borders.mean(dark[borders.outside].astype(float))
    found["bright_border"] = borders.mean(bright[borders.outside].astype(float))
    for rank, bound in enumerate(thresholds):
        found[f"above_{rank + 1}"] = regions.mean((plane > bound).astype(np.float32))
    return found


def region_feature_names(phases: int) -> tuple[str, ...]:
    """Names of what ``region_features`` gives."""
    return (*_OF_REGIONS, *(f"above_{rank}" for rank in range(1, phases)))


def table(features: Mapping[str, NDArray[np.floating]]) -> Floats:
    """Features as columns, one row per pixel or region."""
    return np.stack([np.ravel(values) for values in features.values()], axis=1).astype(np.float32)


def _deviation(regions: Superpixels, values: Floats) -> NDArray[np.float64]:
    mean = regions.mean(values)
    return np.asarray(np.sqrt(np.maximum(regions.mean(values**2) - mean**2, 0.0)))
