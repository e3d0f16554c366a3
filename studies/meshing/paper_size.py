"""The paper-size ROI, 250 x 400 pixels at 430 000 triangles, beside other meshers.

Run with:  python studies/meshing/paper_size.py [rounds]
"""

import sys
import time
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from images import electrode, structure
from timing import Timing, alone, gmsh_rectangle, whole_pipeline

from anosim import mesh

COUNT = 430_000
ROI = (250, 400)
MOST_RATIO = 1.2
PATIENCE = 120.0
"""Seconds after which another mesher is given up."""


def by_triangle() -> Timing:
    """Shewchuk's Triangle between the same segments, angles from 30 degrees, one largest area."""
    import triangle

    ours = mesh(structure(electrode(ROI)), elements=COUNT)
    edges = np.concatenate([*ours.sides.values(), *ours.interfaces.values()])
    used, segments = np.unique(edges, return_inverse=True)
    scale = ours.points.max()
    given = {"vertices": ours.points[used] / scale, "segments": segments.reshape(-1, 2)}
    largest = 1.6 * ours.volumes.sum() / scale**2 / COUNT  # most are smaller
    start = time.perf_counter()
    made = triangle.triangulate(given, f"pq30a{largest:.12f}")
    return Timing(len(made["triangles"]), time.perf_counter() - start)


def by_nanomesh() -> Timing:
    """Nanomesh: contours of one phase against the rest (it separates two)."""
    from nanomesh import Mesher2D

    labels = electrode(ROI)
    start = time.perf_counter()
    mesher = Mesher2D((labels == 2).astype(np.uint8))
    mesher.generate_contour(max_edge_dist=1, level=0.5)
    made = mesher.triangulate(opts=f"pq30a{1.6 * labels.size / COUNT:.4f}")
    return Timing(len(made.get("triangle").cells), time.perf_counter() - start)


def by_pygalmesh() -> Timing:
    """Pygalmesh (CGAL): the plain rectangle, as it meshes polygons but no label images in 2D."""
    import pygalmesh

    rows, columns = ROI
    corners = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], dtype=float)
    edges = [[0, 1], [1, 2], [2, 3], [3, 0]]
    size = (4.0 / 3.0**0.5 * rows * columns / COUNT) ** 0.5
    start = time.perf_counter()
    made = pygalmesh.generate_2d(corners, edges, max_edge_size=1.3 * size, num_lloyd_steps=0)
    return Timing(len(made.cells_dict["triangle"]), time.perf_counter() - start)


OTHERS = {"triangle": by_triangle, "nanomesh": by_nanomesh, "pygalmesh": by_pygalmesh}


def main() -> None:
    """Print one line per mesher and round, then the ratios."""
    extent = structure(electrode(ROI)).extent
    ratios = []
    for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3):
        ours = alone(whole_pipeline, ROI, {"elements": COUNT})
        print(f"{'anosim, image to Mesh':32}", ours)
        for smoothing in (0, 1):
            plain = alone(gmsh_rectangle, extent, ours.triangles, smoothing)
            print(f"{f'Gmsh, rectangle, Smoothing {smoothing}':32}", plain)
            per_triangle = plain.seconds / plain.triangles
            ratios.append(ours.seconds / ours.triangles / per_triangle)
    for name, job in OTHERS.items():
        try:
            print(f"{f'{name} {version(name)}':32}", alone(job, limit=PATIENCE))
        except PackageNotFoundError:
            print(f"{name:32} left out: not installed")
        except Exception as error:  # a benchmark goes on without it
            print(f"{name:32} failed: {error!r}")
    for smoothing in (0, 1):
        shown = ", ".join(f"{ratio:.2f}" for ratio in ratios[smoothing::2])
        print(f"time over Gmsh's with Smoothing {smoothing}: {shown} (bar {MOST_RATIO})")


if __name__ == "__main__":
    main()
