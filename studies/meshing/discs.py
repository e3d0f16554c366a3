"""Discs of growing radius: error of area and perimeter, smoothed and as a staircase.

Run with:  python studies/meshing/discs.py
"""

import numpy as np
from images import PIXEL, disc, structure

from anosim import mesh

RADII = (5, 7, 10, 14, 20, 28, 40, 57, 80)


def errors(radius: float, **options: bool) -> tuple[float, float]:
    """Relative error of the area and of the perimeter against the disc's."""
    made = mesh(structure(disc(radius)), **options)
    edges = made.points[made.interfaces["phase0", "phase1"]]
    perimeter = np.hypot(*(edges[:, 1] - edges[:, 0]).T).sum()
    r = radius * PIXEL
    return made.phase_areas["phase1"] / (np.pi * r**2) - 1.0, perimeter / (2.0 * np.pi * r) - 1.0


def main() -> None:
    """Print the table."""
    print("radius/px  area/%  of pixels/%  perimeter/%  of staircase/%")
    for radius in RADII:
        (area, perimeter), (pixels, stairs) = errors(radius), errors(radius, staircase=True)
        row = (100.0 * x for x in (area, pixels, perimeter, stairs))
        print("{:9} {:7.3f} {:12.3f} {:12.3f} {:15.1f}".format(radius, *row))


if __name__ == "__main__":
    main()
