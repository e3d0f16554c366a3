"""From tetrahedra between walls to a checked anosim.Mesh in metres."""

import numpy as np
from numpy.typing import NDArray

from anosim.errors import MeshError
from anosim.meshes import Mesh
from anosim.microstructure import Microstructure
from anosim.topology import edges_of, facets_of
from anosim_geometry.network import OUTSIDE
from anosim_geometry.solid.tetrahedra import Tetrahedra, Walls

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CHUNK = 500_000
SIDES = (("left", "right"), ("top", "bottom"), ("front", "back"))
"""Names of the sides at the beginning and the end of x, y and z."""


def check_conforming(walls: Walls, tetrahedra: Tetrahedra) -> None:
    """Facets between regions, and on the hull, are the walls: all of them and no others.

    Raises:
        MeshError: they are not, or a facet has three tetrahedra.
    """
    facets = facets_of(tetrahedra.cells)
    region = np.append(tetrahedra.region, OUTSIDE)[facets.cells]
    between = np.flatnonzero(region[:, 0] != region[:, 1])
    found = facets.find(walls.triangles)
    same = len(between) == len(found) and np.array_equal(np.sort(found), between)
    if same:
        wanted = np.stack([walls.lower, walls.upper], axis=1)
        same = np.array_equal(np.sort(wanted, axis=1), np.sort(region[found], axis=1))
    if not same:
        raise MeshError(
            f"the mesh has {len(between)} facets between regions where the image has "
            f"{len(found)} triangles: it does not conform"
        )


def check_positive(tetrahedra: Tetrahedra) -> None:
    """Every tetrahedron has a positive volume.

    Raises:
        MeshError: one has not.
    """
    smallest = min(
        sixfold_volumes(tetrahedra.points, tetrahedra.cells[start : start + CHUNK]).min()
        for start in range(0, len(tetrahedra.cells), CHUNK)
    )
    if smallest <= 0:
        raise MeshError("a tetrahedron has no volume or is turned over")


def sixfold_volumes(points: Floats, cells: Ints) -> Floats:
    """Six times the signed volume of each tetrahedron, shape (n_cells,)."""
    a, b, c, d = (points[corner] for corner in cells.T)
    return np.asarray(np.einsum("ij,ij->i", b - a, np.cross(c - a, d - a)))


def to_mesh(
    microstructure: Microstructure,
    label: Ints,
    tetrahedra: Tetrahedra,
    box: tuple[float, ...],
    order: int,
) -> Mesh:
    """The mesh in metres, with its sides.

    Args:
        microstructure: phases and extent.
        label: label of each region, shape (n_regions,).
        tetrahedra: in any unit.
        box: where x, y and z end, in that unit.
        order: 2 puts a point in the middle of each edge.

    Raises:
        MeshError: the tetrahedra do not fill the box.
    """
    facets = facets_of(tetrahedra.cells)
    hull = facets.vertices[facets.cells[:, 1] < 0]
    points, cells = np.empty_like(tetrahedra.points), tetrahedra.cells
    sides = {}
    for axis, names in enumerate(SIDES):
        end, size = box[axis], microstructure.extent[axis]
        x = tetrahedra.points[:, axis]
        points[:, axis] = np.where(x == end, size, x * (size / end))
        for name, place in zip(names, (0.0, size), strict=True):
            sides[name] = hull[np.all(points[hull, axis] == place, axis=1)]
    del facets
    if order == 2:
        edges = edges_of(cells)
        cells = np.hstack([cells, len(points) + edges.of_cell])
        points = np.concatenate([points, points[edges.vertices].mean(axis=1)])
    labels = np.array(list(microstructure.phases.values()), dtype=np.int64)
    order_of_labels = np.argsort(labels)
    phase = order_of_labels[np.searchsorted(labels[order_of_labels], label[tetrahedra.region])]
    mesh = Mesh(points, cells, phase, tuple(microstructure.phases), sides)
    whole = float(np.prod(microstructure.extent))
    if abs(mesh.volumes.sum() / whole - 1.0) > 1e-12:
        raise MeshError(
            f"the tetrahedra fill {mesh.volumes.sum():.15g} m^3 of the image's {whole:.15g} m^3: "
            "please report this image"
        )
    return mesh
