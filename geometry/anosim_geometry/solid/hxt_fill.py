"""Tetrahedra between given triangles: regions and a size field handed to Gmsh's HXT.

C. Marot, J. Pellerin and J.-F. Remacle, One machine, one minute, three billion tetrahedra,
Int. J. Numer. Methods Eng. 117 (2019) 967.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import MeshError
from anosim.formats.owners import scratch_folder
from anosim_geometry.dependency import load_gmsh
from anosim_geometry.gmsh_session import BASIC_OPTIONS, last_words, session
from anosim_geometry.network import OUTSIDE
from anosim_geometry.solid.tetrahedra import Tetrahedra, Walls

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

OPTIONS = {
    **BASIC_OPTIONS,
    "Mesh.Algorithm3D": 10,
    "Mesh.Optimize": 1,
    "Mesh.OptimizeNetgen": 0,
    "Mesh.OptimizeThreshold": 0.15,  # 0.2 takes half as long again, 0.3 five times
    "Mesh.Renumber": 0,
}
TRIANGLE, TETRAHEDRON = 2, 4


MOST_VOLUMES = 200
"""Gmsh's time grows with the square of their number."""
FEWEST_VOXELS = 9
"""Smaller regions have no room for points inside."""


def for_gmsh(voxels: Ints) -> Bools:
    """Which regions Gmsh should fill, shape (n_regions,): the larger ones, not too many.

    Args:
        voxels: number of voxels of each region, shape (n_regions,).
    """
    rank = np.empty(len(voxels), dtype=np.int64)
    rank[np.argsort(-voxels, kind="stable")] = np.arange(len(voxels))
    return np.asarray((voxels >= FEWEST_VOXELS) & (rank < MOST_VOLUMES))


def filled(
    walls: Walls, which: Bools, hole: Ints, field: Floats, voxel: tuple[float, float, float]
) -> Tetrahedra:
    """Fill regions with tetrahedra of the field's edge length.

    Args:
        walls: the triangles between regions and around the box.
        which: whether each region is to be filled, shape (n_regions,).
        hole: of regions that are not, the cavity in which each lies, from 0 on, shape
            (n_regions,). Gmsh tells volumes and cavities apart by the surfaces around them, so
            every cavity needs surfaces of its own.
        field: edge length at every voxel centre, shape (nz, ny, nx).
        voxel: voxel sides along x, y and z, in the unit of the points.

    Raises:
        MeshError: Gmsh gave up.
        MissingDependencyError: Gmsh cannot be loaded.
    """
    gmsh = load_gmsh()
    used, own = _bounding(walls, which, hole)
    with scratch_folder() as folder, session(gmsh, OPTIONS):
        try:
            _set_field(gmsh, field, voxel, folder / "sizes.bin")
            _set_geometry(gmsh, own, int(np.count_nonzero(which)), folder / "walls.msh")
            gmsh.model.mesh.generate(3)
            made = _collected(gmsh, own, np.flatnonzero(which))
        except MeshError:
            raise
        except Exception as error:  # the Python layer of Gmsh raises plain Exception
            raise MeshError(
                f"Gmsh could not fill the regions with tetrahedra ({error}); {last_words(gmsh)}"
            ) from error
    index = np.concatenate([used, np.arange(len(made.points) - len(used)) + len(walls.points)])
    points = np.concatenate([walls.points, made.points[len(used) :]])
    return Tetrahedra(points, index[made.cells], made.region)


def _bounding(walls: Walls, which: Bools, hole: Ints) -> tuple[Ints, Walls]:
    """The walls of some regions and their points; these regions come first, then the holes."""
    count = np.count_nonzero(which)
    number = np.append(np.where(which, np.cumsum(which) - 1, count + hole), OUTSIDE)
    lower, upper = number[walls.lower], number[walls.upper]
    kept = ((lower >= 0) & (lower < count)) | ((upper >= 0) & (upper < count))
    used, triangles = np.unique(walls.triangles[kept], return_inverse=True)
    triangles = triangles.reshape(-1, 3)
    return used, Walls(walls.points[used], triangles, lower[kept], upper[kept])


def _set_field(gmsh: Any, field: Floats, voxel: tuple[float, float, float], path: Path) -> None:
    """Background field: binary grid, x slowest, one voxel more all around."""
    grid = np.pad(field, 1, mode="edge").transpose(2, 1, 0)
    with path.open("wb") as file:
        np.array([*(-0.5 * h for h in voxel), *voxel]).tofile(file)
        np.array(grid.shape, dtype=np.int32).tofile(file)
        np.ascontiguousarray(grid).tofile(file)
    tag = gmsh.model.mesh.field.add("Structured")
    gmsh.model.mesh.field.setNumber(tag, "TextFormat", 0)
    gmsh.model.mesh.field.setString(tag, "FileName", str(path))
    gmsh.model.mesh.field.setAsBackgroundMesh(tag)


def _set_geometry(gmsh: Any, walls: Walls, volumes: int, path: Path) -> None:
    """Point i becomes node i + 1, each pair of regions a surface, region i volume i + 1.

    Surfaces come in by a file: added one by one they take milliseconds each.
    """
    low, high = np.sort([walls.lower, walls.upper], axis=0)
    count = int(high.max()) + 1
    keys, surface = np.unique((low + 1) * count + high, return_inverse=True)
    _write_surfaces(path, walls, surface + 1)
    gmsh.merge(str(path))
    shells: list[list[int]] = [[] for _ in range(count)]
    for tag, key in enumerate(keys.tolist(), start=1):
        for region in (key // count - 1, key % count):
            if region != OUTSIDE:
                shells[region].append(tag)
    for region, shell in enumerate(shells[:volumes], start=1):
        gmsh.model.geo.addSurfaceLoop(shell, region)
        gmsh.model.geo.addVolume([region], region)
    gmsh.model.geo.synchronize()


def _write_surfaces(path: Path, walls: Walls, surface: Ints) -> None:
    """A binary file of Gmsh's format 2.2: nodes, and triangles with their surface."""
    nodes = np.empty(len(walls.points), dtype=[("tag", "i4"), ("place", "f8", 3)])
    nodes["tag"], nodes["place"] = np.arange(1, len(nodes) + 1), walls.points
    count = len(walls.triangles)
    rows = np.empty((count, 6), dtype=np.int32)
    rows[:, 0] = np.arange(1, count + 1)
    rows[:, 1] = 0
    rows[:, 2] = surface
    rows[:, 3:] = walls.triangles + 1
    with path.open("wb") as file:
        file.write(b"$MeshFormat\n2.2 1 8\n")
        np.array([1], dtype=np.int32).tofile(file)
        file.write(b"\n$EndMeshFormat\n$Nodes\n%d\n" % len(nodes))
        nodes.tofile(file)
        file.write(b"\n$EndNodes\n$Elements\n%d\n" % count)
        np.array([TRIANGLE, count, 2], dtype=np.int32).tofile(file)
        rows.tofile(file)
        file.write(b"\n$EndElements\n")


def _collected(gmsh: Any, walls: Walls, regions: Ints) -> Tetrahedra:
    """Tetrahedra by region; nodes numbered with the points of the walls first."""
    tags, coordinates, _ = gmsh.model.mesh.getNodes()
    tags = np.asarray(tags, dtype=np.int64)
    places = np.asarray(coordinates, dtype=np.float64).reshape(-1, 3)
    ours = len(walls.points)
    index = np.full(int(tags.max()) + 1, -1, dtype=np.int64)
    index[tags] = np.arange(len(tags))
    given = index[1 : ours + 1]
    if np.any(given < 0) or not np.array_equal(places[given], walls.points):
        raise MeshError("Gmsh moved or lost points of the boundaries: please report this image")
    new = np.flatnonzero(tags > ours)
    index[:] = -1
    index[1 : ours + 1] = np.arange(ours)
    index[tags[new]] = ours + np.arange(len(new))
    cells, region = [], []
    for tag, number in enumerate(regions.tolist(), start=1):
        _, nodes = gmsh.model.mesh.getElementsByType(TETRAHEDRON, tag)
        if len(nodes) == 0:
            raise MeshError(f"Gmsh left region {number} empty; {last_words(gmsh)}")
        cells.append(index[np.asarray(nodes, dtype=np.int64)].reshape(-1, 4))
        region.append(np.full(len(nodes) // 4, number, dtype=np.int64))
    points = np.concatenate([walls.points, places[new]])
    return Tetrahedra(points, np.concatenate(cells), np.concatenate(region))
