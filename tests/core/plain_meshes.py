"""Meshes of pixels, and a bent one."""

import numpy as np

from anosim import Mesh
from anosim.testing import rectangle
from anosim.topology import edges_of


def of_pixels(labels, names, pixel=1.0):
    """Each pixel of an image as two triangles."""
    labels = np.asarray(labels)
    rows, columns = labels.shape
    grid = rectangle(columns * pixel, rows * pixel, (columns, rows))
    x, y = grid.points[grid.cells].mean(axis=1).T
    phase = labels[(y / pixel).astype(int), (x / pixel).astype(int)]
    return Mesh(grid.points, grid.cells, phase, names, grid.sides)


def half_ring(cells=(6, 24)):
    """Half a ring of six-node triangles: "core" of radius 0.5 to 1, "shell" of 1 to 2."""
    radii = rectangle(1.5, np.pi, cells, phases=("core", "shell"), cuts=(0.5,))
    edges = edges_of(radii.cells)
    flat = np.vstack([radii.points, radii.points[edges.vertices].mean(axis=1)])
    r, angle = 0.5 + flat[:, 0], flat[:, 1]
    points = np.stack([r * np.cos(angle), r * np.sin(angle)], axis=1)
    six = np.hstack([radii.cells, len(radii.points) + edges.of_cell])
    return Mesh(points, six, radii.cell_phase, radii.phases, radii.sides)
