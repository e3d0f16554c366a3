"""How wide a phase is: chord lengths and local thickness."""

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.extras import load
from anosim.measure.place import axis_of, mask_of
from anosim.microstructure import Microstructure
from anosim.progress import report, stage

Floats = NDArray[np.float64]

STEPS = 64
"""Radii that local thickness is told apart by, where there are more."""


@stage("chord lengths")
def chord_lengths(image: Microstructure, phase: str, axis: int | str = 0) -> Floats:
    """Lengths of the stretches in a phase on all lines of voxels along an axis, m.

    Stretches that the edge of the image cuts are left out. Source: Torquato, Random Heterogeneous
    Materials (2002), 2.5.

    Raises:
        InputError: no such phase or axis.
    """
    along = axis_of(image, axis)
    lines = np.moveaxis(mask_of(image, phase), along, -1)
    made = []
    for rows in lines.reshape(-1, *lines.shape[-2:]) if lines.ndim == 3 else lines[None]:
        steps = np.diff(rows.astype(np.int8), axis=1)
        starts, ends = np.argwhere(steps == 1), np.argwhere(steps == -1)
        # the first end of a line without a start before it belongs to a stretch cut by the edge
        cut_first = rows[ends[:, 0], 0] & np.append(True, np.diff(ends[:, 0]) != 0)[: len(ends)]
        cut_last = (
            rows[starts[:, 0], -1] & np.append(np.diff(starts[:, 0]) != 0, True)[-len(starts) :]
        )
        made.append(ends[~cut_first, 1] - starts[~cut_last, 1])
    return np.concatenate(made) * image.voxel[along]


@stage("local thickness")
def local_thickness(image: Microstructure, phase: str) -> NDArray[np.float32]:
    """Diameter of the largest ball inside a phase that covers each of its voxels, m.

    Balls are centred on voxels and reach to the nearest middle of another phase's voxel; radii are
    those that occur, or STEPS of them evenly spaced, rounded down. The phase goes on beyond the
    image. Source: Hildebrand and Rueegsegger, J. Microsc. 185 (1997) 67.

    Returns:
        The image's shape, 0 in the other phases.

    Raises:
        InputError: no such phase, or the image holds no other.
    """
    from anosim.measure.compiled import cores

    edt = load("edt")

    mask = mask_of(image, phase)
    if mask.all():
        raise InputError(f"the image is all {phase!r}: its thickness has no end")
    least = min(image.voxel)
    settings = {"anisotropy": tuple(h / least for h in image.voxel), "parallel": cores()}
    radius = edt.edt(mask, black_border=False, **settings)
    radii = np.unique(radius[mask])
    if len(radii) > STEPS:
        radii = np.linspace(radii[0], radii[-1], STEPS)
    out = np.zeros(mask.shape, np.float32)
    for k, r in enumerate(radii):
        # within r of a centre whose ball has at least that radius, so at most the ball's rim
        near = edt.edt(radius < r * (1.0 - 1e-6), black_border=False, **settings)
        out[mask & (near < r * (1.0 - 1e-6))] = 2.0 * r * least
        report("local thickness", (k + 1) / len(radii))
    return out
