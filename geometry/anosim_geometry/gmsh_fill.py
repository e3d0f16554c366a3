"""Triangles between given segments: regions and a size field handed to Gmsh."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import MeshError
from anosim.formats.owners import scratch_folder
from anosim_geometry.curves import Curves
from anosim_geometry.dependency import load_gmsh
from anosim_geometry.faces import Face
from anosim_geometry.gmsh_session import BASIC_OPTIONS, last_words, session

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OPTIONS = {
    **BASIC_OPTIONS,
    "Geometry.AutoCoherence": 0,
    "Geometry.Tolerance": 1e-8,
    "Mesh.Algorithm": 6,  # frontal Delaunay: the roundest triangles
    "Mesh.RecombineAll": 0,
    "Mesh.Smoothing": 0,  # done afterwards, better and faster
}


@dataclass(frozen=True, eq=False)
class Triangles:
    """Triangles between the segments.

    Attributes:
        points: shape (n_points, 2); the points of the segments come first, unchanged.
        cells: shape (n_cells, 3).
        region: region of each cell, shape (n_cells,).
    """

    points: Floats
    cells: Ints
    region: Ints


def filled(
    curves: Curves, faces: list[Face], field: Floats, pixel: tuple[float, float]
) -> Triangles:
    """Fill every region with triangles of the field's edge length.

    Args:
        curves: the segments on the boundaries of regions; they become edges as they are.
        faces: the arcs around each region.
        field: edge length at every pixel centre, shape (rows, columns).
        pixel: pixel sides along x and y, in the unit of the points.

    Raises:
        MeshError: Gmsh gave up.
        MissingDependencyError: Gmsh cannot be loaded.
    """
    gmsh = load_gmsh()
    with scratch_folder() as folder, session(gmsh, OPTIONS):
        try:
            _set_field(gmsh, field, pixel, folder / "sizes.bin")
            _set_geometry(gmsh, curves, faces)
            gmsh.model.mesh.generate(2)
            return _collected(gmsh, curves, faces)
        except MeshError:
            raise
        except Exception as error:  # the Python layer of Gmsh raises plain Exception
            raise MeshError(
                f"Gmsh could not fill the regions with triangles ({error}); {last_words(gmsh)}"
            ) from error


def _set_field(gmsh: Any, field: Floats, pixel: tuple[float, float], path: Path) -> None:
    """Background field: binary grid, x slowest; one pixel more all around and two equal layers."""
    grid = np.pad(field, 1, mode="edge").T
    grid = np.repeat(grid[:, :, None], 2, axis=2)
    with path.open("wb") as file:
        np.array([-0.5 * pixel[0], -0.5 * pixel[1], -1.0, *pixel, 2.0]).tofile(file)
        np.array(grid.shape, dtype=np.int32).tofile(file)
        np.ascontiguousarray(grid).tofile(file)
    tag = gmsh.model.mesh.field.add("Structured")
    gmsh.model.mesh.field.setNumber(tag, "TextFormat", 0)
    gmsh.model.mesh.field.setString(tag, "FileName", str(path))
    gmsh.model.mesh.field.setAsBackgroundMesh(tag)


def _set_geometry(gmsh: Any, curves: Curves, faces: list[Face]) -> None:
    """Point i becomes point i + 1, segment i line i + 1, face i surface i + 1."""
    geo = gmsh.model.geo
    for tag, (x, y) in enumerate(curves.points.tolist(), start=1):
        geo.addPoint(x, y, 0.0, 0.0, tag)
    for tag, (a, b) in enumerate((curves.segments + 1).tolist(), start=1):
        geo.addLine(a, b, tag)
    first = curves.first.tolist()
    loop_tag = 0
    for surface, face in enumerate(faces, start=1):
        loops = []
        for loop in face.loops:
            loop_tag += 1
            geo.addCurveLoop(_lines(loop, first), loop_tag)
            loops.append(loop_tag)
        geo.addPlaneSurface(loops, surface)
    geo.synchronize()
    for tag in range(1, len(curves.segments) + 1):
        gmsh.model.mesh.setTransfiniteCurve(tag, 2)


def _lines(loop: list[int], first: list[int]) -> list[int]:
    """Signed tags of the lines along directed arcs."""
    lines: list[int] = []
    for directed in loop:
        arc = directed // 2
        if directed % 2 == 0:
            lines.extend(range(first[arc] + 1, first[arc + 1] + 1))
        else:
            lines.extend(range(-first[arc + 1], -first[arc]))
    return lines


def _collected(gmsh: Any, curves: Curves, faces: list[Face]) -> Triangles:
    """Triangles by region; nodes numbered with the points of the segments first."""
    tags, places = _nodes(gmsh)
    ours, given = _nodes(gmsh, 0)
    if not np.array_equal(given, curves.points):
        raise MeshError("Gmsh moved or lost points of the boundaries: please report this image")
    index = np.full(int(tags.max()) + 1, -1, dtype=np.int64)
    index[ours] = np.arange(len(ours))
    free = np.flatnonzero(index[tags] < 0)
    index[tags[free]] = len(ours) + np.arange(len(free))
    cells, region = [], []
    for surface, face in enumerate(faces, start=1):
        _, nodes = gmsh.model.mesh.getElementsByType(2, surface)
        if len(nodes) == 0:
            raise MeshError(f"Gmsh left region {face.region} empty; {last_words(gmsh)}")
        cells.append(index[np.asarray(nodes, dtype=np.int64)].reshape(-1, 3))
        region.append(np.full(len(nodes) // 3, face.region, dtype=np.int64))
    points = np.concatenate([curves.points, places[free]])
    return Triangles(points, np.concatenate(cells), np.concatenate(region))


def _nodes(gmsh: Any, dimension: int = -1) -> tuple[Ints, Floats]:
    """Tags and places of all nodes, or of those on points (0), in the order of the points."""
    tags, coordinates, _ = gmsh.model.mesh.getNodes(dimension)
    places = np.asarray(coordinates, dtype=np.float64).reshape(-1, 3)[:, :2]
    return np.asarray(tags, dtype=np.int64), places
