"""Volumes of real size: cost, volumes, worst angles, and meshes coarser than the voxels.

Run with:  python studies/meshing/volumes.py [nmc-1-cal_generatedCBD_bridge.tif]

The file is NREL's (MATBOX Microstructure analysis toolbox, folder "Data_example"); without it only
synthetic volumes are meshed.
"""

import sys
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from timing import alone
from volume_checks import area, figures
from volume_images import ball, four_phases

from anosim import Mesh, Microstructure, mesh

PHASES = {"pore": 0, "particle": 1, "cbd": 2}
NMC_VOXEL = 0.398e-6
CROP = ((100, 150), (70, 220), (70, 220))
SIDE = 128


@dataclass
class Cost:
    """One mesh: CPU time in s, largest memory of its process in GB, figures.

    Attributes:
        tetrahedra: how many.
        seconds: from the image to Mesh.
        figures: by name.
        peak: of the whole process, checks included.
    """

    tetrahedra: int
    seconds: float
    figures: dict[str, float | str]
    peak: float = 0.0

    def __str__(self) -> str:
        """One line."""
        parts = [f"{self.tetrahedra:>9} tetrahedra {self.seconds:6.1f} s {self.peak:5.2f} GB"]
        for name, value in self.figures.items():
            parts.append(f"{name} {value if isinstance(value, str) else f'{value:.3g}'}")
        return "  ".join(parts)


def cost(image: Microstructure, **options: Any) -> Cost:
    """The cost of a mesh and its figures."""
    start = time.process_time()
    made = mesh(image, **options)
    seconds = time.process_time() - start
    coarser = options.get("interface_size", 0.0) > min(image.voxel)
    found = figures(made, image, same_parts=not coarser)
    good = found.conforming and found.parts and found.quality > 0.0
    named: dict[str, float | str] = {
        "volume/%": 100.0 * found.volume,
        "dihedral": found.dihedral,
        "below5/%": 100.0 * found.thin,
        "SICN": found.quality,
        "box": found.box,
        "checks": "ok" if good else "WRONG",
    }
    for pair, surface in areas(made).items():
        named["|".join(pair)] = surface / min(image.voxel) ** 2
    return Cost(len(made.cells), seconds, named)


def areas(made: Mesh) -> dict[tuple[str, str], float]:
    """Area of each interface, m^2."""
    return {pair: area(made.points[facets]) for pair, facets in made.interfaces.items()}


def of_nmc(file: str, crop: tuple[tuple[int, int], ...] | None, voxels: float) -> Cost:
    """The real volume, or a part of it, with edges of so many voxels on surfaces."""
    image = Microstructure.read(file, voxel=NMC_VOXEL, phases=PHASES)
    image = image if crop is None else image.crop(*crop)
    return cost(image, interface_size=voxels * NMC_VOXEL)


def of_four_phases(side: int, scale: float, voxels: float) -> Cost:
    """A synthetic volume with edges of so many voxels on surfaces."""
    image = four_phases((side,) * 3, scale)
    return cost(image, interface_size=voxels * min(image.voxel))


def of_ball(radius: float, side: int) -> tuple[float, float, float]:
    """Relative errors: volume to the ball's, to the voxels', area to the ball's."""
    image = ball(radius, side)
    made = mesh(image)
    (surface,) = areas(made).values()
    r, own = radius * min(image.voxel), made.phase_volumes["phase1"]
    voxels = np.count_nonzero(image.labels) * min(image.voxel) ** 3
    pairs = ((own, 4 / 3 * np.pi * r**3), (own, voxels), (surface, 4 * np.pi * r**2))
    volume, of_voxels, of_area = (value / target - 1.0 for value, target in pairs)
    return volume, of_voxels, of_area


def main() -> None:
    """Print the table; areas are in voxel faces."""
    for radius in (5, 10, 20):
        errors = (f"{100 * error:+.3f} %" for error in of_ball(radius, int(2.6 * radius)))
        print(f"ball r = {radius:2}: volume, of the voxels, area: {', '.join(errors)}")
    if len(sys.argv) > 1:
        for name, crop, voxels in (("crop", CROP, 1), ("crop", CROP, 2.2), ("whole", None, 2)):
            print(f"NMC {name} at {voxels} voxels:", alone(of_nmc, sys.argv[1], crop, voxels))
    for scale, voxels in ((1.0, 1), (1.5, 1), (1.5, 2.2)):
        job = (of_four_phases, SIDE, scale, voxels)
        print(f"{SIDE}^3, scale {scale}, at {voxels} voxels:", alone(*job), flush=True)


if __name__ == "__main__":
    main()
