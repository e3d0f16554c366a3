"""Label volumes on a coarser grid, every phase with its volume."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

ROUNDS = 40
CLOSE = 2e-4
"""Error of a phase's share of the volume at which its handicap changes no more."""


def resampled(labels: NDArray[np.integer], shape: tuple[int, int, int]) -> Ints:
    """The labels of coarser voxels that fill the same box.

    Each voxel gets the phase that fills most of it after handicaps, one for each phase, that
    keep the phases' volumes: plain majorities would lose what is thin.

    Args:
        labels: shape (nz, ny, nx).
        shape: voxels wanted along z, y and x.
    """
    values, counts = np.unique(labels, return_counts=True)
    share = np.stack([_averaged(labels == value, shape) for value in values])
    wanted = counts / labels.size
    handicap = np.zeros(len(values), dtype=np.float32)
    step = 0.5
    before = np.zeros(len(values))
    best, smallest = share.argmax(axis=0), np.inf
    for _ in range(ROUNDS):
        winner = (share + handicap[:, None, None, None]).argmax(axis=0)
        off = wanted - np.bincount(winner.ravel(), minlength=len(values)) / winner.size
        if np.abs(off).max() < smallest:
            best, smallest = winner, np.abs(off).max()
        if smallest < CLOSE:
            break
        if np.dot(off, before) < 0:
            step *= 0.6
        before = off
        handicap += (step * off / np.maximum(wanted, 0.02) ** 0.5).astype(np.float32)
    return np.asarray(values[best], dtype=np.int64)


def _averaged(inside: NDArray[np.bool_], shape: tuple[int, int, int]) -> Floats:
    """The share of each coarser voxel that is inside."""
    share: Floats = inside.astype(np.float32)
    for axis, count in enumerate(shape):
        share = np.moveaxis(share, axis, 0)
        if count != len(share):
            rest = share.shape[1:]
            share = (_overlaps(count, len(share)) @ share.reshape(len(share), -1)).reshape(
                -1, *rest
            )
        share = np.moveaxis(share, 0, axis)
    return share


def _overlaps(coarse: int, fine: int) -> sparse.csr_array:
    """The share that each of ``fine`` equal parts of a line has in each of ``coarse``."""
    ends = np.linspace(0.0, fine, coarse + 1)
    low, high = ends[:-1, None], ends[1:, None]
    at = np.arange(fine)
    overlap = np.clip(np.minimum(high, at + 1) - np.maximum(low, at), 0.0, None)
    return sparse.csr_array((overlap * (coarse / fine)).astype(np.float32))
