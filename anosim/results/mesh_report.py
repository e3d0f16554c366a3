"""What a mesh is like: counts, quality, areas or volumes against the image, parts, lengths."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.curved import facet_sizes, signed_volumes, simplex_rule
from anosim.errors import InputError
from anosim.meshes import Floats, Ints, Mesh
from anosim.microstructure import Microstructure
from anosim.quality import over_cells
from anosim.results.dimensionless import label
from anosim.results.holes import Counts, image_parts_and_holes, mesh_parts_and_holes
from anosim.results.terms import TERMS
from anosim.topology import EDGES, FACETS

SICN_BINS = np.linspace(0.0, 1.0, 11)
ANGLE_BINS = np.linspace(0.0, 60.0, 13)
DIHEDRAL_BINS = np.array([0.0, 1.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.53])
ASPECT_BINS = np.array([1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0])
"""Bounds of the classes of the histograms; what lies outside is in the first or last class."""


def mesh_report(mesh: Mesh, image: Microstructure | None = None) -> dict[str, Any]:
    """A mesh in numbers, as plain data that JSON can hold; SI units in the keys.

    Quality is SICN (1 for an equilateral cell, 0 for a flat or folded one), the smallest angle
    between corners (of tetrahedra the smallest dihedral angle), and the aspect ratio, 1 for an
    equilateral cell: longest side times perimeter over 4 sqrt(3) times the area between the
    corners, or longest edge times surface over 6 sqrt(6) times the volume.

    A phase's parts are joined by edges, in space by faces, in the image by those of pixels or
    voxels: what touches only at a corner is apart. Its holes are parts of everything else, corners
    joined, that do not touch the border.

    Args:
        mesh: what to report on.
        image: the image that it was made of; without it what compares with it is None.

    Returns:
        ``points``, ``triangles``, ``order``, ``quality`` with histograms, ``worst`` (the triangle
        of the smallest SICN, its place and phase), ``phases`` (area, error against the image,
        parts and holes of each), ``interface_length_m`` and ``side_length_m``. In space
        ``tetrahedra`` stands for triangles, ``volume`` and m3 for area, ``area`` and m2 for
        length.

    Raises:
        InputError: the image has another dimension, or does not cover the mesh.
    """
    if image is not None:
        check_covers(image, mesh)
    terms = TERMS[mesh.dimension]
    return {
        "points": len(mesh.points),
        terms.cells: len(mesh.cells),
        "order": mesh.order,
        terms.content: float(mesh.volumes.sum()),
        "quality": _quality(mesh),
        "worst": worst_cell(mesh, image),
        "phases": _phases(mesh, image),
        f"interface_{terms.boundary}": interface_sizes(mesh),
        f"side_{terms.boundary}": {n: _size(mesh, facets) for n, facets in mesh.sides.items()},
    }


def mesh_numbers(mesh: Mesh) -> dict[str, Any]:
    """Counts, fractions, lengths and quality of a mesh, in short."""
    total, terms = sum(mesh.phase_volumes.values()), TERMS[mesh.dimension]
    return {
        "points": len(mesh.points),
        terms.cells: len(mesh.cells),
        f"{terms.measure}_fraction": {n: part / total for n, part in mesh.phase_volumes.items()},
        f"interface_{terms.boundary}": interface_sizes(mesh),
        "quality_sicn_smallest": float(mesh.quality.min()),
        "quality_sicn_median": float(np.median(mesh.quality)),
        "angle_smallest_degrees": float(mesh.angles.min()),
    }


def aspect_ratios(mesh: Mesh) -> Floats:
    """How long and thin cells are, 1 for an equilateral one, shape (n_cells,).

    In the plane longest side times perimeter over 4 sqrt(3) times the area; in space longest edge
    times surface over 6 sqrt(6) times the volume.
    """
    return over_cells(_aspect, mesh.points, mesh.corners)


def _aspect(p: Floats) -> Floats:
    start, stop = np.array(EDGES[p.shape[2]]).T
    edges = np.linalg.norm(p[:, stop] - p[:, start], axis=2)
    content = np.abs(signed_volumes(p))
    if p.shape[2] == 2:
        return np.asarray(edges.max(axis=1) * edges.sum(axis=1) / (4.0 * np.sqrt(3.0) * content))
    a, b, c = (p[:, list(corners)] for corners in zip(*FACETS[3], strict=True))
    surface = np.linalg.norm(np.cross(b - a, c - a), axis=2).sum(axis=1) / 2.0
    return np.asarray(edges.max(axis=1) * surface / (6.0 * np.sqrt(6.0) * content))


def interface_sizes(mesh: Mesh) -> dict[str, float]:
    """Length of each interface, m, or in space its area, m^2, by ``a|b``."""
    return {label(name): _size(mesh, facets) for name, facets in mesh.interfaces.items()}


def worst_cell(mesh: Mesh, image: Microstructure | None = None) -> dict[str, Any]:
    """The cell of the smallest SICN: where it is, in which phase, and how bad."""
    cell, terms = int(np.argmin(mesh.quality)), TERMS[mesh.dimension]
    place = mesh.points[mesh.corners[cell]].mean(axis=0)
    voxel = [None] * mesh.dimension if image is None else _voxel(image, place)
    return {
        terms.cell: cell,
        **{f"{axis}_m": x for axis, x in zip("xyz", place.tolist(), strict=False)},
        **dict(zip(terms.places, voxel, strict=True)),
        "phase": mesh.phases[int(mesh.cell_phase[cell])],
        "sicn": float(mesh.quality[cell]),
        terms.angle: float(mesh.angles[cell].min()),
        "aspect_ratio": float(aspect_ratios(mesh)[cell]),
    }


def check_covers(image: Microstructure, mesh: Mesh) -> None:
    """Refuse an image that a mesh was not made of.

    Raises:
        InputError: the image has another dimension, or is more than a voxel smaller or larger
            than the mesh.
    """
    if image.labels.ndim != mesh.dimension:
        what = "a single slice" if mesh.dimension == 2 else "a volume"
        raise InputError(
            f"the image has shape {image.labels.shape}: such a mesh is compared with {what}"
        )
    low, high = mesh.points.min(axis=0), mesh.points.max(axis=0)
    off = np.abs([low, high - np.array(image.extent)])
    if np.any(off > 1.001 * np.array(image.voxel[::-1])):
        covered = " by ".join(f"0 to {size:.4g} m" for size in image.extent)
        meshed = " by ".join(f"{a:.4g} to {b:.4g} m" for a, b in zip(low, high, strict=True))
        raise InputError(
            f"the image covers {covered}, the mesh {meshed}: give the image of the mesh"
        )


def _quality(mesh: Mesh) -> dict[str, Any]:
    angle, cells = TERMS[mesh.dimension].angle, TERMS[mesh.dimension].cells
    bins = ANGLE_BINS if mesh.dimension == 2 else DIHEDRAL_BINS
    angles = mesh.angles.min(axis=1)
    return {
        "sicn": _spread(mesh.quality, SICN_BINS, cells, smallest_is_worst=True),
        angle: _spread(angles, bins, cells, smallest_is_worst=True),
        "aspect_ratio": _spread(aspect_ratios(mesh), ASPECT_BINS, cells, smallest_is_worst=False),
    }


def _phases(mesh: Mesh, image: Microstructure | None) -> dict[str, Any]:
    """Area or volume, parts and holes of every phase of the mesh or of the image."""
    terms = TERMS[mesh.dimension]
    names = list(dict.fromkeys([*mesh.phases, *(image.phases if image else ())]))
    made, meant = mesh_parts_and_holes(mesh), Counts()
    wanted: dict[str, float] = {}
    if image is not None:
        meant = image_parts_and_holes(image)
        whole = float(np.prod(image.extent))
        wanted = {name: part * whole for name, part in image.fractions.items()}
    found = {}
    for name in names:
        own, given = mesh.phase_volumes.get(name, 0.0), wanted.get(name)
        parts, holes = made.get(name, (0, 0))
        there = meant.get(name, (0, 0)) if image is not None else (None, None)
        found[name] = {
            terms.cells: int(np.sum(mesh.cell_phase == mesh.phases.index(name)))
            if name in mesh.phases
            else 0,
            terms.content: own,
            f"{terms.measure}_fraction": own / float(mesh.volumes.sum()),
            f"image_{terms.content}": given,
            f"{terms.measure}_error": own / given - 1.0 if given else None,
            "parts": parts,
            "image_parts": there[0],
            "holes": holes,
            "image_holes": there[1],
        }
    return found


def _spread(values: Floats, bins: Floats, cells: str, *, smallest_is_worst: bool) -> dict[str, Any]:
    """Worst, median and mean, and how many cells are in each class."""
    inside = np.clip(values, bins[0], bins[-1])
    return {
        "worst": float(values.min() if smallest_is_worst else values.max()),
        "median": float(np.median(values)),
        "mean": float(values.mean()),
        "histogram_bounds": bins.tolist(),
        f"histogram_{cells}": np.histogram(inside, bins)[0].tolist(),
    }


def _size(mesh: Mesh, facets: Ints) -> float:
    """Length of edges, or area of triangles."""
    nodes: NDArray[np.int64] = facets
    if mesh.order == 2:
        ends = EDGES[mesh.dimension - 1]
        middles = [mesh.midpoints[mesh.edges.find(facets[:, list(pair)])] for pair in ends]
        nodes = np.column_stack([facets, *middles])
    at, share = simplex_rule(mesh.dimension - 1, *(1,)[mesh.order - 1 :])  # straight: one point
    return float((facet_sizes(mesh.points[nodes], at) @ share).sum())


def _voxel(image: Microstructure, place: Floats) -> list[int]:
    """Index of the voxel at a point, in the array's order."""
    index = np.floor(place[::-1] / np.array(image.voxel)).astype(int)
    return [int(i) for i in np.clip(index, 0, np.array(image.labels.shape) - 1)]
