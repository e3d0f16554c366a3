"""The paper's FIB-SEM volume, 500 x 1700 x 1000 voxels of four phases: time and peak memory.

Run with:  python studies/performance/large.py [folder for the image] [slices rows columns]
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from images import paper_size
from rounds import alone, machine

from anosim import Microstructure, measure
from anosim.measure.connected import components


def opened(path: str) -> Microstructure:
    """The image, read from disk."""
    names = {"pore": 0, "particle": 1, "graphite": 2, "sei": 3}
    return Microstructure(np.load(path), names, (40e-9, 20e-9, 20e-9))


def fractions(path: str) -> Callable[[], dict[str, float]]:
    """Fraction of each phase per slice along z."""
    image = opened(path)
    return lambda: {k: float(v.mean()) for k, v in measure.profile(image).fractions.items()}


def parts(path: str) -> Callable[[], dict[str, float]]:
    """Connected components of the particles."""
    image = opened(path)
    return lambda: {"parts": float(components(image.labels == 1)[1])}


def surface(path: str) -> Callable[[], dict[str, float]]:
    """Area between all pairs of phases."""
    image = opened(path)
    return lambda: {"pore, 1/um": measure.interface_area(image).specific("pore") * 1e-6}


def proximity(path: str) -> Callable[[], dict[str, float]]:
    """Pore surface to particles."""
    image = opened(path)

    def work() -> dict[str, float]:
        found = measure.proximity(image, "pore", "particle")
        return {"mean/um": found.mean * 1e6, "max/um": found.maximum * 1e6}

    return work


def geodesic(path: str) -> Callable[[], dict[str, float]]:
    """Geodesic distances through the pores from the front."""
    image = opened(path)

    def work() -> dict[str, float]:
        found = measure.geodesic(image, "pore")
        return {"tortuosity": float(found.by_depth["mean"][-1]), "unreached": found.unreached}

    return work


def main() -> None:
    """Print the timings."""
    folder = sys.argv[1] if len(sys.argv) > 1 else tempfile.gettempdir()
    shape = tuple(int(n) for n in sys.argv[2:5]) or (500, 1700, 1000)
    path = Path(folder) / f"anosim-{'x'.join(map(str, shape))}.npy"
    if not path.is_file():
        z, y, x = shape
        np.save(path, paper_size((z, y, x)).labels)
    print(machine(), shape, flush=True)
    for job in (fractions, parts, surface, proximity, geodesic):
        print(f"{job.__name__:<10}", alone(job, str(path)), flush=True)


if __name__ == "__main__":
    main()
