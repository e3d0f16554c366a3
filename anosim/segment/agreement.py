"""How well a segmentation agrees with a reference."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, listing
from anosim.microstructure import Microstructure


@dataclass(frozen=True)
class Agreement:
    """Scores of one phase.

    Attributes:
        iou: intersection over union, 1 where both agree.
        dice: twice the intersection over the sum of both.
        boundary_mean: mean distance from either boundary to the other, m; infinite where one has
            none.
        boundary_95: distance that 95 % of both boundaries' voxels are within, m.
    """

    iou: float
    dice: float
    boundary_mean: float
    boundary_95: float


def agreement(found: Microstructure, reference: Microstructure) -> dict[str, Agreement]:
    """Scores of every phase of either image, by its name.

    Boundaries are the voxels of a phase with a neighbour of another one; the image's own edge is
    no boundary.

    Raises:
        InputError: images of different shape or voxel size.
    """
    if found.labels.shape != reference.labels.shape or not np.allclose(
        found.voxel, reference.voxel, rtol=1e-3, atol=0.0
    ):
        raise InputError(
            f"the images differ: {found.labels.shape} voxels of {found.voxel} m against "
            f"{reference.labels.shape} of {reference.voxel} m"
        )
    names = list(dict.fromkeys([*reference.phases, *found.phases]))
    return {
        name: _scores(_mask(found, name), _mask(reference, name), found.voxel) for name in names
    }


def mean_iou(scores: Mapping[str, Agreement]) -> float:
    """Mean intersection over union of all phases.

    Raises:
        InputError: no phase.
    """
    if not scores:
        raise InputError(f"there is no phase in {listing(scores)}")
    return float(np.mean([score.iou for score in scores.values()]))


def _mask(structure: Microstructure, name: str) -> NDArray[np.bool_]:
    if name not in structure.phases:
        return np.zeros(structure.labels.shape, dtype=bool)
    return np.asarray(structure.labels == structure.phases[name])


def _scores(a: NDArray[Any], b: NDArray[Any], voxel: tuple[float, ...]) -> Agreement:
    both, either = np.count_nonzero(a & b), np.count_nonzero(a | b)
    distances = _boundary_distances(a, b, voxel)
    return Agreement(
        iou=both / either,
        dice=2.0 * both / (np.count_nonzero(a) + np.count_nonzero(b)),
        boundary_mean=float(np.mean(distances)),
        boundary_95=float(np.quantile(distances, 0.95, method="higher")),
    )


def _boundary_distances(a: NDArray[Any], b: NDArray[Any], voxel: tuple[float, ...]) -> Any:
    """From every boundary voxel of one to the nearest of the other, both ways, m."""
    from scipy.ndimage import distance_transform_edt

    first, second = _boundary(a), _boundary(b)
    if not first.any() and not second.any():
        return np.zeros(1)
    if not first.any() or not second.any():
        return np.full(1, np.inf)
    there = distance_transform_edt(~second, sampling=voxel)[first]
    back = distance_transform_edt(~first, sampling=voxel)[second]
    return np.concatenate([there, back])


def _boundary(mask: NDArray[Any]) -> NDArray[np.bool_]:
    from scipy.ndimage import binary_erosion

    return np.asarray(mask & ~binary_erosion(mask, border_value=1))
