"""Discs of growing radius: error of area and perimeter, smoothed and as a staircase.

Run with:  python studies/meshing/discs.py
"""

import numpy as np
from images import PIXEL, disc, structure
from numpy.typing import NDArray

from anosim import mesh

RADII = (5, 7, 10, 14, 20, 28, 40, 57, 80)
PLACES = 8
"""Discs of one radius, their centres anywhere in a pixel."""


def errors(radius: float, x: float = 0.0, y: float = 0.0, **options: bool) -> tuple[float, ...]:
    """Relative errors: area to the disc's, area to the pixels', perimeter to the disc's."""
    image = structure(disc(radius, x, y))
    made = mesh(image, **options)
    edges = made.points[made.interfaces["phase0", "phase1"]]
    perimeter = np.hypot(*(edges[:, 1] - edges[:, 0]).T).sum()
    area, r = made.phase_volumes["phase1"], radius * PIXEL
    pixels = np.count_nonzero(image.labels) * PIXEL**2
    targets = ((area, np.pi * r**2), (area, pixels), (perimeter, 2.0 * np.pi * r))
    return tuple(float(value / target - 1.0) for value, target in targets)


def mean_errors(radius: float, **options: bool) -> NDArray[np.float64]:
    """The same in the mean (root of squares) over places of the centre."""
    places = np.random.default_rng(0).random((PLACES, 2)) - 0.5
    return np.sqrt(np.mean([np.square(errors(radius, *p, **options)) for p in places], axis=0))


def main() -> None:
    """Print the table: centred discs, then the mean over places."""
    line = "{:>9} {:>10} {:>12} {:>8} {:>12} {:>12} {:>12}"
    print(line.format("", "centred:", "", "", "mean:", "", "staircase:"))
    print(line.format("radius/px", "area/%", "perimeter/%", "area/%", "of pixels/%", *2 * ["p./%"]))
    for radius in RADII:
        area, _, perimeter = errors(radius)
        stairs = mean_errors(radius, staircase=True)[2]
        values = [100.0 * x for x in (area, perimeter, *mean_errors(radius), stairs)]
        print(line.format(radius, *(f"{value:.4f}" for value in values)))


if __name__ == "__main__":
    main()
