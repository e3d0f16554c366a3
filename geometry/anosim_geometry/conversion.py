"""From triangles in pixel units to a checked anosim.Mesh in metres."""

import numpy as np
from numpy.typing import NDArray

from anosim.errors import MeshError
from anosim.meshes import Mesh
from anosim.microstructure import Microstructure
from anosim.topology import Facets, facets_of
from anosim_geometry.curves import Curves
from anosim_geometry.gmsh_fill import Triangles
from anosim_geometry.network import OUTSIDE, Network

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def to_mesh(
    microstructure: Microstructure, network: Network, curves: Curves, triangles: Triangles
) -> Mesh:
    """The mesh in metres, after checking that it conforms.

    Args:
        microstructure: phases and extent.
        network: the regions on either side of each arc.
        curves: the segments that the mesh must have as edges.
        triangles: the cells.

    Raises:
        MeshError: a segment is no edge, an edge between regions is no segment, or the
            triangles do not fill the box.
    """
    edges = facets_of(triangles.cells)
    _check_conforming(network, curves, triangles, edges)
    points = _in_metres(triangles.points, microstructure, curves, network)
    names = list(microstructure.phases)
    labels = np.array([microstructure.phases[name] for name in names], dtype=np.int64)
    order = np.argsort(labels)
    phase = order[np.searchsorted(labels[order], network.region_label[triangles.region])]
    hull = edges.vertices[edges.cells[:, 1] < 0]
    mesh = Mesh(
        points=points,
        cells=triangles.cells,
        cell_phase=phase,
        phases=tuple(names),
        sides=_sides(points, hull, microstructure.extent),
    )
    width, height = microstructure.extent
    if abs(mesh.volumes.sum() / (width * height) - 1.0) > 1e-12:
        raise MeshError(
            f"the triangles cover {mesh.volumes.sum():.15g} m^2 of the image's "
            f"{width * height:.15g} m^2: please report this image"
        )
    return mesh


def _check_conforming(
    network: Network, curves: Curves, triangles: Triangles, edges: Facets
) -> None:
    """Edges between regions, and on the hull, are the segments: all of them and no others."""
    region = np.append(triangles.region, OUTSIDE)[edges.cells]
    boundary = np.flatnonzero(region[:, 0] != region[:, 1])
    found = edges.find(curves.segments)
    same = len(boundary) == len(found) and np.array_equal(np.sort(found), boundary)
    if same:
        wanted = np.stack([network.left, network.right], axis=1)[curves.arc]
        same = np.array_equal(np.sort(wanted, axis=1), np.sort(region[found], axis=1))
    if not same:
        raise MeshError(
            f"the mesh has {len(boundary)} edges between regions where the image has "
            f"{len(curves.segments)} segments: it does not conform; a smaller interface_size "
            "may help"
        )


def _in_metres(
    points: Floats, microstructure: Microstructure, curves: Curves, network: Network
) -> Floats:
    """Points in metres; those on the border exactly on it."""
    metres = points * min(microstructure.voxel)
    rim = (network.left == OUTSIDE) | (network.right == OUTSIDE)
    on_rim = np.unique(curves.segments[rim[curves.arc]])
    for axis, size in enumerate(microstructure.extent):
        coordinate = points[on_rim, axis]
        metres[on_rim[coordinate == 0.0], axis] = 0.0
        metres[on_rim[coordinate == coordinate.max()], axis] = size
    return metres


def _sides(points: Floats, hull: Ints, extent: tuple[float, ...]) -> dict[str, Ints]:
    """Edges of the hull by the side of the box on which they lie."""
    x, y = points[hull].transpose(2, 0, 1)
    width, height = extent
    where = {"left": x == 0.0, "right": x == width, "top": y == 0.0, "bottom": y == height}
    return {name: hull[here.all(axis=1)] for name, here in where.items()}


def matched(mesh: Mesh, periodic: tuple[bool, bool]) -> Mesh:
    """The mesh with opposite sides that match to the last bit.

    Raises:
        MeshError: a point has no opposite.
    """
    points = mesh.points.copy()
    pairs = (("left", "right", 1), ("top", "bottom", 0))
    for (first, second, axis), wanted in zip(pairs, periodic, strict=True):
        if wanted:
            here, there = mesh.opposite(first, second).T
            points[there, axis] = points[here, axis]
    return Mesh(points, mesh.cells, mesh.cell_phase, mesh.phases, mesh.sides)
