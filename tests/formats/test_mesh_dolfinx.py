"""Files of DOLFINx with tags or with a field of phases, and FESTIM's pair of files."""

import shutil
from pathlib import Path
from typing import Any

import meshio
import numpy as np
import pytest

from anosim import Mesh
from anosim.errors import InputError, MeshError, UnsupportedError
from anosim.formats.meshes.files import digest_of

AREAS = {"phase 1": 2.0, "phase 2": 6.0}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A plate of 4 x 2, its cells up to x = 1 tagged 1, the others 2, its left side 7, right 8."""
    pytest.importorskip("dolfinx_solver", exc_type=ImportError)
    from mpi4py import MPI

    from dolfinx import fem
    from dolfinx import mesh as meshes

    mesh = meshes.create_rectangle(MPI.COMM_SELF, [[0, 0], [4, 2]], [8, 4])
    mesh.topology.create_connectivity(1, 2)
    cells = np.arange(mesh.topology.index_map(2).size_local, dtype=np.int32)
    middles = meshes.compute_midpoints(mesh, 2, cells)
    inside = meshes.meshtags(mesh, 2, cells, np.where(middles[:, 0] < 1, 1, 2).astype(np.int32))
    ends = [
        meshes.locate_entities_boundary(mesh, 1, lambda x, at=at: np.isclose(x[0], at))
        for at in (0, 4)
    ]
    order = np.argsort(np.concatenate(ends))
    values = np.repeat([7, 8], [len(end) for end in ends]).astype(np.int32)
    around = meshes.meshtags(mesh, 1, np.concatenate(ends)[order], values[order])
    inside.name, around.name = "cells", "facets"
    field = fem.Function(fem.functionspace(mesh, ("DG", 0)), name="material")
    field.x.array[:] = inside.values
    return mesh, inside, around, field, middles


@pytest.mark.parametrize("encoding", ["HDF5", "ASCII"])
def test_xdmf_with_tags(tmp_path: Path, model: Any, encoding: str) -> None:
    from dolfinx.io import XDMFFile

    mesh, inside, around, _, _ = model
    path = tmp_path / "tags.xdmf"
    with XDMFFile(mesh.comm, path, "w", encoding=getattr(XDMFFile.Encoding, encoding)) as file:
        file.write_mesh(mesh)
        file.write_meshtags(inside, mesh.geometry)
        file.write_meshtags(around, mesh.geometry)
    found = Mesh.read(path)
    assert found.phase_volumes == pytest.approx(AREAS)
    assert {name: len(edges) for name, edges in found.sides.items()} == {
        "boundary 7": 4,
        "boundary 8": 4,
    }
    assert np.allclose(found.points[found.sides["boundary 8"]][..., 0], 4)
    assert found.interfaces.keys() == {("phase 1", "phase 2")}


def test_tags_of_some_cells_and_of_two_kinds(tmp_path: Path, model: Any) -> None:
    from dolfinx import mesh as meshes
    from dolfinx.io import XDMFFile

    mesh, inside, _, _, middles = model
    some = np.flatnonzero(middles[:, 1] > 1).astype(np.int32)
    upper = meshes.meshtags(mesh, 2, some, np.full(len(some), 5, np.int32))
    upper.name = "upper"
    with XDMFFile(mesh.comm, tmp_path / "some.xdmf", "w") as file:
        file.write_mesh(mesh)
        file.write_meshtags(upper, mesh.geometry)
    found = Mesh.read(tmp_path / "some.xdmf")
    assert found.phase_volumes == pytest.approx({"phase 5": 4.0, "rest": 4.0})
    with XDMFFile(mesh.comm, tmp_path / "two.xdmf", "w") as file:
        file.write_mesh(mesh)
        file.write_meshtags(inside, mesh.geometry)
        file.write_meshtags(upper, mesh.geometry)
    with pytest.raises(InputError, match=r"'cells', 'upper' may each be the phases"):
        Mesh.read(tmp_path / "two.xdmf")
    found = Mesh.read(tmp_path / "two.xdmf", regions="cells")
    assert found.phase_volumes == pytest.approx(AREAS)


@pytest.mark.parametrize("times", [1, 3])
def test_a_field_over_time(tmp_path: Path, model: Any, times: int) -> None:
    from dolfinx.io import VTKFile, XDMFFile

    mesh, _, _, field, _ = model
    with XDMFFile(mesh.comm, tmp_path / "field.xdmf", "w") as file:
        file.write_mesh(mesh)
        for time in range(times):
            file.write_function(field, float(time))
    with VTKFile(mesh.comm, tmp_path / "field.pvd", "w") as file:
        file.write_mesh(mesh)
        for time in range(times):
            file.write_function(field, float(time))
    last = f"field_p0_{times:06}.vtu"
    for name in ("field.xdmf", "field.pvd", f"field{times:06}.pvtu", last):
        assert Mesh.read(tmp_path / name).phase_volumes == pytest.approx(AREAS), name


def test_vtkhdf(tmp_path: Path, model: Any) -> None:
    vtkhdf = pytest.importorskip("dolfinx.io.vtkhdf")
    mesh, _, _, field, _ = model
    path = tmp_path / "mesh.vtkhdf"
    vtkhdf.write_mesh(str(path), mesh)
    assert Mesh.read(path).phase_volumes == pytest.approx({"all": 8.0})
    for time in range(2):
        vtkhdf.write_cell_data(str(path), mesh, field.x.array + time, float(time))
    assert Mesh.read(path).phase_volumes == pytest.approx({"phase 2": 2.0, "phase 3": 6.0})


def pair(folder: Path, second: str = "facets.xdmf", *, pruned: bool = False) -> Path:
    """A cube of two halves in a file, and its facets at x = 0 and 2 in another, by meshio."""
    x, y, z = (a.ravel() for a in np.meshgrid([0.0, 1, 2], [0.0, 1], [0.0, 1], indexing="ij"))
    points = np.column_stack([x, y, z])
    cube = [[0, 1, 3, 7], [0, 3, 2, 7], [0, 2, 6, 7], [0, 6, 4, 7], [0, 4, 5, 7], [0, 5, 1, 7]]
    cells = np.concatenate([np.array(cube), np.array(cube) + 4])
    tags = np.repeat([10, 20], 6)
    meshio.Mesh(points, [("tetra", cells)], cell_data={"f": [tags]}).write(folder / "mesh.xdmf")
    ends = np.array([[0, 1, 3], [0, 3, 2], [8, 9, 11], [8, 11, 10]])
    kept = np.unique(ends) if pruned else np.arange(len(points))
    facets = meshio.Mesh(
        points[kept],
        [("triangle", np.searchsorted(kept, ends))],
        cell_data={"f": [np.repeat([3, 4], 2)]},
    )
    facets.write(folder / second)
    return folder / "mesh.xdmf"


@pytest.mark.parametrize("pruned", [False, True])
def test_facets_in_the_file_beside(tmp_path: Path, pruned: bool) -> None:
    mesh = Mesh.read(pair(tmp_path, pruned=pruned))
    assert mesh.phase_volumes == pytest.approx({"phase 10": 1.0, "phase 20": 1.0})
    assert {name: len(facets) for name, facets in mesh.sides.items()} == {
        "boundary 3": 2,
        "boundary 4": 2,
    }
    assert np.allclose(mesh.points[mesh.sides["boundary 4"]][..., 0], 2)


def test_only_one_file_of_facets_and_of_this_mesh(tmp_path: Path) -> None:
    path = pair(tmp_path)
    before = digest_of(path)
    other = tmp_path / "other"
    other.mkdir()
    pair(other)
    moved = meshio.read(other / "facets.xdmf")
    moved.points += 0.5
    moved.write(tmp_path / "moved.xdmf")
    assert set(Mesh.read(path).sides) == {"boundary 3", "boundary 4"}
    assert digest_of(path) != before
    shutil.copy(other / "facets.xdmf", tmp_path / "copy.xdmf")
    shutil.copy(other / "facets.h5", tmp_path / "facets.h5")
    with pytest.raises(InputError, match=r"'copy.xdmf', 'facets.xdmf': keep the one"):
        Mesh.read(path)
    with pytest.raises(UnsupportedError, match=r"points from z = 0 to 1 but no tetrahedra"):
        Mesh.read(other / "facets.xdmf")


def test_edges_alone_name_the_file_to_give(tmp_path: Path) -> None:
    lines = np.array([[0, 1], [1, 2]])
    points = np.array([[0.0, 0], [1, 0], [1, 1]])
    meshio.Mesh(points, [("line", lines)], cell_data={"f": [np.array([1, 2])]}).write(
        tmp_path / "facets.xdmf"
    )
    with pytest.raises(MeshError, match="give the file with the cells"):
        Mesh.read(tmp_path / "facets.xdmf")
