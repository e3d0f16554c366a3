"""A slice of 1700 x 1000 pixels at a million triangles, and how time grows with the number.

Run with:  python studies/meshing/large.py
"""

import hashlib

import numpy as np
from images import electrode, structure
from timing import Timing, alone, whole_pipeline

from anosim import Mesh, mesh

SLICE = (1000, 1700)
COUNTS = (50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000)
PER_PIXEL = 4.3
"""Triangles per pixel of the paper-size job; larger images have more at the same rate."""


def fingerprint(made: Mesh) -> str:
    """A hash of all arrays of a mesh."""
    arrays = (made.points, made.cells, made.cell_phase, *made.sides.values())
    return hashlib.sha256(b"".join(a.tobytes() for a in arrays)).hexdigest()[:16]


def crop_for(count: int) -> tuple[int, int]:
    """Shape of the image that has ``count`` triangles at the paper's rate, 5 to 8."""
    rows = round((count / PER_PIXEL / 1.6) ** 0.5)
    return rows, round(1.6 * rows)


def exponent(rows: list[Timing]) -> float:
    """Slope of time over number, both in logarithms."""
    slope, _ = np.polyfit(np.log([r.triangles for r in rows]), np.log([r.seconds for r in rows]), 1)
    return float(slope)


def main() -> None:
    """Print the timings."""
    print("slice:", alone(whole_pipeline, SLICE, {"elements": 1_000_000}))
    same = [fingerprint(mesh(structure(electrode((250, 400))))) for _ in range(2)]
    print("bit for bit:", same[0] == same[1], same[0])
    for name, shapes in (
        ("one image, finer and finer", [(250, 400)] * len(COUNTS)),
        ("one fineness, larger and larger", [crop_for(count) for count in COUNTS]),
    ):
        rows = []
        for count, shape in zip(COUNTS, shapes, strict=True):
            rows.append(alone(whole_pipeline, shape, {"elements": count}))
            print(f"{name}, {shape[0]} x {shape[1]}:", rows[-1])
        print(f"{name}: time grows as n^{exponent(rows):.3f}")


if __name__ == "__main__":
    main()
