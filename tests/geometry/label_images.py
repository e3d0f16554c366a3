"""Label images that meshers find hard, and shorthand to mesh them."""

import numpy as np
from scipy import ndimage

from anosim.meshes import Mesh
from anosim.microstructure import Microstructure
from anosim_geometry import GmshMesher

PIXEL = 1e-8


def structure(labels, voxel=PIXEL) -> Microstructure:
    labels = np.asarray(labels, dtype=np.int64)
    return Microstructure(labels, {f"phase{k}": int(k) for k in np.unique(labels)}, voxel)


def meshed(labels, voxel=PIXEL, **options) -> Mesh:
    return GmshMesher(**options).mesh(structure(labels, voxel))


def disc(radius=20.0, side=60):
    y, x = np.mgrid[:side, :side] + 0.5
    return (np.hypot(x - side / 2, y - side / 2) <= radius).astype(int)


def rings(width=4, side=48):
    y, x = np.mgrid[:side, :side] + 0.5
    return (np.hypot(x - side / 2, y - side / 2) // width).astype(int) % 2


def grains(shape=(60, 80), scale=4.0, phases=4, seed=1):
    """Smooth grains: a thresholded random field, as segmented electrodes look."""
    field = ndimage.gaussian_filter(np.random.default_rng(seed).standard_normal(shape), scale)
    return np.searchsorted(np.quantile(field, np.linspace(0, 1, phases + 1)[1:-1]), field)


def noise(shape=(30, 30), phases=4, seed=0):
    return np.random.default_rng(seed).integers(0, phases, shape)


def islands():
    labels = np.zeros((16, 16), dtype=int)
    labels[0, 0] = labels[15, 15] = labels[0, 8] = labels[5, 4] = labels[8:12, 9] = 1
    labels[6, 0] = labels[6, 5] = 2
    return labels


NASTY = {
    "two phases of noise": noise(phases=2),
    "four phases of noise": noise(phases=4),
    "eight phases of noise": noise(phases=8),
    "checkerboard": np.indices((12, 13)).sum(axis=0) % 2,
    "islands": islands(),
    "rings": rings(),
    "one-pixel rings": rings(width=1, side=20),
    "diagonal line": np.eye(14, dtype=int),
    "stripes": np.tile([0, 1], (10, 8)),
    "a loop closed by point contacts": np.pad([[1, 1, 0], [1, 0, 1], [0, 1, 1]], 2),
    "four quadrants": np.kron([[0, 1], [2, 3]], np.ones((7, 7), dtype=int)),
    "two by two": np.array([[0, 1], [1, 0]]),
    "one by two": np.array([[0, 1]]),
    "one row": noise((1, 30), 3),
    "one column": noise((30, 1), 3),
    "one phase": np.zeros((12, 17), dtype=int),
    "grains": grains(),
}
