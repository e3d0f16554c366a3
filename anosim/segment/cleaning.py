"""Cleaning: small islands and holes, features too small to be real, ragged boundaries."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.microstructure import Microstructure
from anosim.units import Quantity


@dataclass(frozen=True)
class Cleaning:
    """What is taken out, in this order.

    Attributes:
        majority: radius in voxels within which every voxel takes the commonest phase; 0: none.
        islands: connected regions smaller than this many voxels go to their neighbours; regions
            that one other phase surrounds are its holes and are filled by the same rule.
        feature: regions and necks thinner than this go to their neighbours, m; 0: none.
    """

    majority: int = 0
    islands: int = 0
    feature: Quantity = Quantity("m", 0.0, minimum=0.0)  # noqa: RUF009 (a descriptor)

    def __post_init__(self) -> None:
        if not 0 <= self.majority <= 20 or self.islands < 0:
            raise InputError(
                f"majority is {self.majority} and islands {self.islands}: majority is a radius of "
                "0 to 20 voxels, islands a number of voxels"
            )


def clean(structure: Microstructure, cleaning: Cleaning) -> tuple[Microstructure, dict[str, Any]]:
    """The microstructure after cleaning, and what was done to it.

    Returns:
        The cleaned one, and options, fractions and regions of each phase before and after, and the
        share of voxels that changed.

    Raises:
        InputError: so much is taken out that nothing is left.
    """
    labels = np.asarray(structure.labels)
    if cleaning.majority:
        labels = _majority(labels, list(structure.phases.values()), cleaning.majority)
    if cleaning.feature:
        labels = _without_thin(labels, structure, cleaning.feature)
    if cleaning.islands:
        labels = _without_islands(labels, structure, cleaning.islands)
    present = set(np.unique(labels).tolist())
    phases = {name: label for name, label in structure.phases.items() if label in present}
    cleaned = Microstructure(labels, phases, structure.voxel)
    record = {
        "majority_voxels": cleaning.majority,
        "islands_voxels": cleaning.islands,
        "feature_m": cleaning.feature,
        "changed_share": float(np.mean(labels != structure.labels)),
        "fractions_before": dict(structure.fractions),
        "fractions_after": dict(cleaned.fractions),
        "regions_before": _regions(structure),
        "regions_after": _regions(cleaned),
    }
    return cleaned, record


def _majority(labels: NDArray[Any], values: list[int], radius: int) -> NDArray[Any]:
    """The commonest label in the square or cube around each voxel; ties keep the darker phase."""
    from scipy.ndimage import uniform_filter

    most = np.full(labels.shape, -1.0, dtype=np.float32)
    chosen = labels.copy()
    for value in values:
        share = uniform_filter((labels == value).astype(np.float32), 2 * radius + 1)
        more = share > most + 1e-6
        chosen[more] = value
        most = np.maximum(most, share)
    return chosen


def _without_thin(labels: NDArray[Any], structure: Microstructure, size: float) -> NDArray[Any]:
    """Every phase opened by a disc or ball of that diameter; what falls out goes to neighbours."""
    from scipy.ndimage import distance_transform_edt

    homeless = np.zeros(labels.shape, dtype=bool)
    margin = [int(np.ceil(size / h)) + 1 for h in structure.voxel]
    inner = tuple(slice(m, -m) for m in margin)
    for value in structure.phases.values():
        mask = np.pad(labels == value, [(m, m) for m in margin], mode="edge")
        inside = distance_transform_edt(mask, sampling=structure.voxel)
        core = inside >= size / 2.0
        if not core.any():
            homeless |= labels == value
            continue
        kept = distance_transform_edt(~core, sampling=structure.voxel) < size / 2.0
        homeless |= (mask & ~kept)[inner]
    return _to_nearest(labels, homeless, structure)


def _without_islands(labels: NDArray[Any], structure: Microstructure, least: int) -> NDArray[Any]:
    """Connected regions of fewer voxels go to the nearest of what remains."""
    from scipy.ndimage import label

    homeless = np.zeros(labels.shape, dtype=bool)
    for value in structure.phases.values():
        number, _ = label(labels == value)
        small = np.bincount(number.ravel()) < least
        small[0] = False
        homeless |= small[number]
    return _to_nearest(labels, homeless, structure)


def _to_nearest(
    labels: NDArray[Any], homeless: NDArray[np.bool_], structure: Microstructure
) -> NDArray[Any]:
    from scipy.ndimage import distance_transform_edt

    if homeless.all():
        raise InputError("cleaning takes out the whole image: allow smaller features")
    if not homeless.any():
        return labels
    nearest = distance_transform_edt(
        homeless, sampling=structure.voxel, return_distances=False, return_indices=True
    )
    return np.asarray(labels[tuple(nearest)])


def _regions(structure: Microstructure) -> dict[str, int]:
    from scipy.ndimage import label

    return {
        name: int(label(structure.labels == value)[1]) for name, value in structure.phases.items()
    }
