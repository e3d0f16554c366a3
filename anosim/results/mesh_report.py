"""What a mesh is like: counts, quality, areas against the image, parts and holes, lengths."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.curved import edge_lengths, edge_rule
from anosim.errors import InputError
from anosim.meshes import Floats, Ints, Mesh
from anosim.microstructure import Microstructure
from anosim.results.dimensionless import label
from anosim.results.holes import Counts, image_parts_and_holes, mesh_parts_and_holes

SICN_BINS = np.linspace(0.0, 1.0, 11)
ANGLE_BINS = np.linspace(0.0, 60.0, 13)
ASPECT_BINS = np.array([1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0])
"""Bounds of the classes of the histograms; what lies outside is in the first or last class."""


def mesh_report(mesh: Mesh, image: Microstructure | None = None) -> dict[str, Any]:
    """A mesh in numbers, as plain data that JSON can hold; SI units in the keys.

    Quality is SICN (1 for an equilateral triangle, 0 for a flat or folded one), the smallest
    angle between corners, and the aspect ratio: longest side times perimeter over 4 sqrt(3) times
    the area between the corners, 1 for an equilateral triangle.

    A phase's parts are joined by edges, in the image by the sides of pixels: what touches only at
    a corner is apart. Its holes are parts of everything else, corners joined, that do not touch
    the border.

    Args:
        mesh: what to report on.
        image: the image that it was made of; without it what compares with it is None.

    Returns:
        ``points``, ``triangles``, ``order``, ``quality`` with histograms, ``worst`` (the triangle
        of the smallest SICN, its place and phase), ``phases`` (area, error against the image,
        parts and holes of each), ``interface_length_m`` and ``side_length_m``.

    Raises:
        InputError: the image is a volume, or does not cover the mesh.
    """
    if image is not None:
        check_covers(image, mesh)
    return {
        "points": len(mesh.points),
        "triangles": len(mesh.cells),
        "order": mesh.order,
        "area_m2": float(mesh.areas.sum()),
        "quality": _quality(mesh),
        "worst": worst_triangle(mesh, image),
        "phases": _phases(mesh, image),
        "interface_length_m": interface_lengths(mesh),
        "side_length_m": {name: _length(mesh, pairs) for name, pairs in mesh.sides.items()},
    }


def mesh_numbers(mesh: Mesh) -> dict[str, Any]:
    """Counts, fractions, lengths and quality of a mesh, in short."""
    total = sum(mesh.phase_areas.values())
    return {
        "points": len(mesh.points),
        "triangles": len(mesh.cells),
        "area_fraction": {name: area / total for name, area in mesh.phase_areas.items()},
        "interface_length_m": interface_lengths(mesh),
        "quality_sicn_smallest": float(mesh.quality.min()),
        "quality_sicn_median": float(np.median(mesh.quality)),
        "angle_smallest_degrees": float(mesh.angles.min()),
    }


def aspect_ratios(mesh: Mesh) -> Floats:
    """Longest side times perimeter over 4 sqrt(3) times the area, shape (n_cells,)."""
    p = mesh.points[mesh.corners]
    sides = np.linalg.norm(p[:, [1, 2, 0]] - p, axis=2)
    u, v = p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]
    area = np.abs(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]) / 2.0
    return np.asarray(sides.max(axis=1) * sides.sum(axis=1) / (4.0 * np.sqrt(3.0) * area))


def interface_lengths(mesh: Mesh) -> dict[str, float]:
    """Length of each interface, m, by ``a|b``."""
    return {label(name): _length(mesh, pairs) for name, pairs in mesh.interfaces.items()}


def worst_triangle(mesh: Mesh, image: Microstructure | None = None) -> dict[str, Any]:
    """The triangle of the smallest SICN: where it is, in which phase, and how bad."""
    cell = int(np.argmin(mesh.quality))
    x, y = mesh.points[mesh.corners[cell]].mean(axis=0).tolist()
    row, column = (None, None) if image is None else _pixel(image, x, y)
    return {
        "triangle": cell,
        "x_m": x,
        "y_m": y,
        "pixel_row": row,
        "pixel_column": column,
        "phase": mesh.phases[int(mesh.cell_phase[cell])],
        "sicn": float(mesh.quality[cell]),
        "smallest_angle_degrees": float(mesh.angles[cell].min()),
        "aspect_ratio": float(aspect_ratios(mesh)[cell]),
    }


def check_covers(image: Microstructure, mesh: Mesh) -> None:
    """Refuse an image that a mesh was not made of.

    Raises:
        InputError: the image is a volume, or more than a voxel smaller or larger than the mesh.
    """
    if image.labels.ndim != 2:
        raise InputError(
            f"the image has shape {image.labels.shape}: a mesh is compared with a single slice"
        )
    low, high = mesh.points.min(axis=0), mesh.points.max(axis=0)
    off = np.abs([low, high - np.array(image.extent)])
    if np.any(off > 1.001 * np.array(image.voxel[::-1])):
        width, height = image.extent
        raise InputError(
            f"the image covers 0 to {width:.4g} m by 0 to {height:.4g} m, the mesh {low[0]:.4g} to "
            f"{high[0]:.4g} m by {low[1]:.4g} to {high[1]:.4g} m: give the image of the mesh"
        )


def _quality(mesh: Mesh) -> dict[str, Any]:
    angles = mesh.angles.min(axis=1)
    return {
        "sicn": _spread(mesh.quality, SICN_BINS, smallest_is_worst=True),
        "smallest_angle_degrees": _spread(angles, ANGLE_BINS, smallest_is_worst=True),
        "aspect_ratio": _spread(aspect_ratios(mesh), ASPECT_BINS, smallest_is_worst=False),
    }


def _phases(mesh: Mesh, image: Microstructure | None) -> dict[str, Any]:
    """Area, parts and holes of every phase of the mesh or of the image."""
    names = list(dict.fromkeys([*mesh.phases, *(image.phases if image else ())]))
    made, meant = mesh_parts_and_holes(mesh), Counts()
    wanted: dict[str, float] = {}
    if image is not None:
        meant = image_parts_and_holes(image)
        whole = float(np.prod(image.extent))
        wanted = {name: part * whole for name, part in image.fractions.items()}
    found = {}
    for name in names:
        area, given = mesh.phase_areas.get(name, 0.0), wanted.get(name)
        parts, holes = made.get(name, (0, 0))
        there = meant.get(name, (0, 0)) if image is not None else (None, None)
        found[name] = {
            "triangles": int(np.sum(mesh.cell_phase == mesh.phases.index(name)))
            if name in mesh.phases
            else 0,
            "area_m2": area,
            "area_fraction": area / float(mesh.areas.sum()),
            "image_area_m2": given,
            "area_error": area / given - 1.0 if given else None,
            "parts": parts,
            "image_parts": there[0],
            "holes": holes,
            "image_holes": there[1],
        }
    return found


def _spread(values: Floats, bins: Floats, *, smallest_is_worst: bool) -> dict[str, Any]:
    """Worst, median and mean, and how many triangles are in each class."""
    inside = np.clip(values, bins[0], bins[-1])
    return {
        "worst": float(values.min() if smallest_is_worst else values.max()),
        "median": float(np.median(values)),
        "mean": float(values.mean()),
        "histogram_bounds": bins.tolist(),
        "histogram_triangles": np.histogram(inside, bins)[0].tolist(),
    }


def _length(mesh: Mesh, pairs: Ints) -> float:
    ends: NDArray[np.int64] = pairs
    if mesh.order == 2:
        ends = np.column_stack([pairs, mesh.midpoints[mesh.edges.find(pairs)]])
    at, share = edge_rule()
    return float((edge_lengths(mesh.points[ends], at) @ share).sum())


def _pixel(image: Microstructure, x: float, y: float) -> tuple[int, int]:
    """Row and column of the pixel at a point."""
    (rows, columns), (height, width) = image.labels.shape, image.voxel
    row, column = int(np.floor(y / height)), int(np.floor(x / width))
    return min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)
