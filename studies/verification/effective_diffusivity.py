"""D_eff of a volume: finite volumes on finer and finer voxels beside finite elements on tetrahedra.

Run with:  python studies/verification/effective_diffusivity.py [voxels along an edge]

The phase is all above the median of a smooth random field. Splitting voxels keeps its shape, and so
does a mesh with exact stairs: both come to one limit, finite volumes from below, elements from
above. The smoothed mesh has the same volume without stairs, and its own limit.
"""

import sys
import time
from collections.abc import Iterator

import numpy as np
from scipy.ndimage import gaussian_filter

from anosim import Microstructure, measure

SIDE, SCALE = 32, 2.5
ORDER = 4.0 / 3.0
"""Of both methods at stairs, along whose inward edges the flux is singular."""


def image(side: int, seed: int = 0) -> Microstructure:
    """Two phases of equal volume."""
    field = gaussian_filter(np.random.default_rng(seed).standard_normal((side,) * 3), SCALE)
    labels = (field > np.median(field)).astype(np.uint8)
    return Microstructure(labels, {"solid": 0, "pore": 1}, "1 um")


def split(given: Microstructure, times: int) -> Microstructure:
    """The image with its voxels cut into so many parts along each axis."""
    labels = given.labels
    for axis in range(3):
        labels = labels.repeat(times, axis)
    return Microstructure(labels, given.phases, tuple(h / times for h in given.voxel))


def by_volumes(given: Microstructure, times: int) -> float:
    """D_eff / D on voxels cut into so many parts along each axis."""
    return measure.tortuosity_factor(split(given, times), "pore", "z", tolerance=1e-5).effective


def by_elements(given: Microstructure, times: int, staircase: bool, solver: str = "skfem") -> float:
    """D_eff / D on quadratic tetrahedra between the faces of these, or smoothed ones."""
    found = measure.cross_check(
        split(given, times), "pore", "z", solver=solver, staircase=staircase
    )
    return found.others["finite elements"]


def limit(coarse: float, fine: float) -> float:
    """What a method comes to if the size halves again and again."""
    return fine + (fine - coarse) / (2.0**ORDER - 1.0)


def rows(given: Microstructure) -> Iterator[tuple[str, float, float]]:
    """Method, D_eff / D, CPU time in s."""
    for name, way, arguments in (
        ("volumes, voxels", by_volumes, [(1,), (2,), (4,)]),
        ("elements, stairs, h", by_elements, [(1, True), (2, True)]),
        ("elements, smoothed, h", by_elements, [(1, False)]),
    ):
        values = []
        for given_arguments in arguments:
            start = time.process_time()
            values.append(way(given, *given_arguments))
            yield f"{name} / {given_arguments[0]}", values[-1], time.process_time() - start
        if "smoothed" not in name:
            yield f"{name} / infinity", limit(*values[-2:]), 0.0


def main() -> None:
    """Print the table."""
    given = image(int(sys.argv[1]) if len(sys.argv) > 1 else SIDE)
    print(f"{'':26} {'D_eff / D':>10} {'CPU, s':>7}")
    for name, value, seconds in rows(given):
        print(f"{name:26} {value:10.5f} {seconds:7.1f}", flush=True)


if __name__ == "__main__":
    main()
