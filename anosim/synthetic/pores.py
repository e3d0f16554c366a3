"""Fields that are high where a synthetic anode has its pores."""

import numpy as np

from anosim.synthetic.ageing import State
from anosim.synthetic.bodies import Mask
from anosim.synthetic.fields import Floats, gaussian_field
from anosim.synthetic.solids import stream

_PORE_LENGTH, _FINE_LENGTH = 0.55e-6, 0.12e-6
"""Smoothing lengths of the pores' shapes, m."""
_SKELETON, _BRANCHES = 9.0e-6, 2.2e-6
"""Mean distance between the grains that wide and narrow channels run between, m."""
_SOONER = 1.0e-6
"""How much sooner narrow channels fill than wide ones, m: by the distances that are compared."""
_UNEVEN, _UNEVEN_LENGTH = 0.5e-6, 2.5e-6
"""How much wider channels are here than there (standard deviation), and over which length, m."""


def random_pores(
    shape: tuple[int, ...], voxel: tuple[float, ...], state: State, seed: int, solid: Mask
) -> Floats:
    """High at random, and far from solids."""
    from scipy.ndimage import distance_transform_edt

    rng = stream(seed, "pores")
    field = gaussian_field(shape, voxel, _PORE_LENGTH, rng)
    field += state.crevices * gaussian_field(shape, voxel, _FINE_LENGTH, rng)
    if solid.any():
        away = distance_transform_edt(~solid, sampling=voxel)
        field += np.minimum(away / (2.0 * _PORE_LENGTH), 1.0)
    return field


def channels(shape: tuple[int, ...], voxel: tuple[float, ...], seed: int) -> Floats:
    """High in channels: wide ones, which are one net and stay to the end, and narrow ones."""
    rng = stream(seed, "channels")
    wide, narrow = (
        _between_grains(shape, voxel, grain, rng)
        + _UNEVEN * gaussian_field(shape, voxel, _UNEVEN_LENGTH, rng)
        for grain in (_SKELETON, _BRANCHES)
    )
    return np.asarray(np.maximum(wide, narrow - _SOONER))


def _between_grains(
    shape: tuple[int, ...], voxel: tuple[float, ...], grain: float, rng: np.random.Generator
) -> Floats:
    """Highest, 0, on the lines where three grains meet, falling away from them, m.

    Grains are the Voronoi cells of points at random; a voxel's value is its distance to the nearest
    point less that to the third nearest one. In 3D those lines are one net that leads everywhere.
    """
    from scipy.spatial import KDTree

    box = np.array(shape) * voxel
    around = box + 4.0 * grain
    points = rng.random((int(np.prod(around / grain)), len(shape))) * around - 2.0 * grain
    places = (np.indices(shape).reshape(len(shape), -1).T + 0.5) * voxel
    near, _ = KDTree(points).query(places, k=3, workers=-1)
    return np.asarray((near[:, 0] - near[:, 2]).reshape(shape))
