"""The images of the study."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim import Microstructure

Labels = NDArray[np.uint8]
PHASES = {"pore": 0, "particle": 85, "cbd": 170}
VOXEL = 100e-6 / 256


def electrode(path: str) -> Microstructure:
    """TauFactor's three-phase example: 256^3, from its repository's docs/notebooks/electrode.tiff.

    Without the file, a synthetic image of the same size and pore fraction.
    """
    if path and Path(path).is_file():
        return Microstructure.read(path, phases=PHASES, voxel=VOXEL)
    labels = np.array([0, 85, 170], np.uint8)[synthetic((256, 256, 256), (0.45, 0.40))]
    return Microstructure(labels, PHASES, VOXEL)


def paper_size(shape: tuple[int, int, int] = (500, 1700, 1000)) -> Microstructure:
    """Four phases in voxels of 40 x 20 x 20 nm: as large as the paper's FIB-SEM volume."""
    labels = synthetic(shape, (0.375, 0.20, 0.05))
    names = {"pore": 0, "particle": 1, "graphite": 2, "sei": 3}
    return Microstructure(labels, names, (40e-9, 20e-9, 20e-9))


def synthetic(shape: tuple[int, ...], shares: tuple[float, ...], seed: int = 0) -> Labels:
    """Phases between levels of a smooth random field, the last one what is left.

    The field is a sum of plane waves of random direction: no array as large as the image but the
    labels is needed.
    """
    rng = np.random.default_rng(seed)
    waves = 48
    direction = rng.standard_normal((waves, len(shape)))
    direction *= 0.22 / np.linalg.norm(direction, axis=1)[:, None]
    direction *= rng.uniform(0.5, 1.5, (waves, 1))
    phase = rng.uniform(0, 2 * np.pi, waves)
    sample = rng.uniform(0, 1, (20000, len(shape))) * shape
    values = np.cos(sample @ direction.T + phase).sum(axis=1)
    levels = np.quantile(values, np.cumsum(shares)).astype(np.float32)
    out = np.empty(shape, np.uint8)
    y, x = (
        np.arange(n)[None] * d[:, None] for n, d in zip(shape[1:], direction.T[1:], strict=True)
    )
    across: Any = np.exp(1j * y).astype(np.complex64).T
    along: Any = np.exp(1j * x).astype(np.complex64)
    for z in range(shape[0]):
        turn = np.exp(1j * (direction[:, 0] * z + phase)).astype(np.complex64)
        field = np.real((across * turn) @ along)
        out[z] = np.searchsorted(levels, field)
    return out
