"""Other programs read what is written: Gmsh, meshio, PyVista, DOLFINx."""

import gmsh
import meshio
import numpy as np
import pytest
import pyvista
from mesh_samples import bent, edges, strips

from anosim.formats.meshes.files import read_mesh, write_mesh
from anosim.formats.meshes.names import with_middles

KINDS = {1: "triangle", 2: "triangle6"}


@pytest.fixture(params=[1, 2], ids=["linear", "quadratic"])
def mesh(request):
    made = strips(("pore", "größe 2", "cbd"))
    return made if request.param == 1 else bent(made)


def test_gmsh(mesh, tmp_path):
    write_mesh(mesh, tmp_path / "m.msh")
    gmsh.initialize(interruptible=False)
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        gmsh.logger.start()
        gmsh.open(str(tmp_path / "m.msh"))
        groups = {
            (dim, gmsh.model.getPhysicalName(dim, tag)): tag
            for dim, tag in gmsh.model.getPhysicalGroups()
        }
        for rank, phase in enumerate(mesh.phases):
            (surface,) = gmsh.model.getEntitiesForPhysicalGroup(2, groups.pop((2, phase)))
            (kind,), _, (nodes,) = gmsh.model.mesh.getElements(2, surface)
            assert kind == (2 if mesh.order == 1 else 9)
            expected = mesh.cells[mesh.cell_phase == rank] + 1
            assert np.array_equal(nodes, expected.ravel())
        boundaries = {"|".join(pair): e for pair, e in mesh.interfaces.items()} | dict(mesh.sides)
        for name, pairs in boundaries.items():
            (curve,) = gmsh.model.getEntitiesForPhysicalGroup(1, groups.pop((1, name)))
            _, _, (nodes,) = gmsh.model.mesh.getElements(1, curve)
            assert np.array_equal(nodes, with_middles(mesh, pairs).ravel() + 1)
        assert not groups
        tags, points, _ = gmsh.model.mesh.getNodes()
        assert np.array_equal(points.reshape(-1, 3)[np.argsort(tags), :2], mesh.points)
        log = gmsh.logger.get()
        assert not [line for line in log if "rror" in line]
        quality = gmsh.model.mesh.getElementQualities(
            sum(len(p) for p in boundaries.values()) + 1 + np.arange(len(mesh.cells)), "minSICN"
        )
        if mesh.order == 1:
            assert quality == pytest.approx(mesh.quality, rel=1e-9)
    finally:
        gmsh.finalize()


@pytest.mark.parametrize("ending", [".vtu", ".xdmf"])
def test_meshio_reads_vtu_and_xdmf(mesh, tmp_path, ending):
    path = tmp_path / f"m{ending}"
    write_mesh(mesh, path)
    found = meshio.read(path)
    assert np.array_equal(found.points[:, :2], mesh.points)
    assert np.array_equal(found.cells_dict[KINDS[mesh.order]], mesh.cells)
    assert np.array_equal(found.cell_data["phase"][0], mesh.cell_phase)
    if ending == ".xdmf":
        names = {key: value.tolist() for key, value in found.field_data.items()}
        assert names["größe 2"] == [1, 2]
        assert names["pore|größe 2"] == [4, 1]
        found.write(tmp_path / "again.xdmf")  # meshio's own way of writing it, without names
        new = {f"phase {rank}": name for rank, name in enumerate(mesh.phases)}
        again = read_mesh(tmp_path / "again.xdmf", phases=new)
        assert again.phases == mesh.phases
        assert np.array_equal(again.cells, mesh.cells)


def test_meshio_reads_abaqus(mesh, tmp_path):
    path = tmp_path / "m.inp"
    write_mesh(mesh, path)
    path.write_text(path.read_text().replace("CPS6", "CPE6"))  # the one that meshio knows
    found = meshio.read(path)
    assert np.array_equal(found.points[:, :2], mesh.points)
    read = np.concatenate([block.data for block in found.cells])
    order = np.argsort(mesh.cell_phase, kind="stable")
    assert np.array_equal(read, mesh.cells[order])
    assert {"pore", "cbd"} < set(found.cell_sets)
    assert set(found.point_sets) >= {"left", '"pore|gr%C3%B6%C3%9Fe 2"'}
    left = np.unique(with_middles(mesh, mesh.sides["left"]))
    assert np.array_equal(np.sort(found.point_sets["left"]), left)


def test_meshio_reads_nastran(mesh, tmp_path):
    write_mesh(mesh, tmp_path / "m.nas")
    found = meshio.read(tmp_path / "m.nas")
    assert found.points[:, :2] == pytest.approx(mesh.points, rel=1e-10, abs=1e-16)
    kind = KINDS[mesh.order]
    assert np.array_equal(found.cells_dict[kind], mesh.cells)
    assert np.array_equal(found.cell_data_dict["nastran:ref"][kind], mesh.cell_phase + 1)
    left = found.cells_dict["line"][found.cell_data_dict["nastran:ref"]["line"] == 4]
    assert edges(left) == edges(mesh.sides["left"])


def texts(array):
    if array.dtype == np.uint8:
        return bytes(array).decode().split("\0")[:-1]
    return list(array)


@pytest.mark.parametrize("ending", [".vtu", ".vtkhdf"])
def test_pyvista(mesh, tmp_path, ending):
    write_mesh(mesh, tmp_path / f"m{ending}")
    grid = pyvista.read(tmp_path / f"m{ending}")
    assert np.array_equal(grid.points[:, :2], mesh.points)
    assert np.array_equal(grid.cell_connectivity, mesh.cells.ravel())
    assert set(grid.celltypes) == {5 if mesh.order == 1 else 22}
    assert np.array_equal(grid["phase"], mesh.cell_phase)
    names = {name: texts(grid.field_data[name]) for name in ("phases", "boundaries")}
    assert names["phases"] == list(mesh.phases)
    assert names["boundaries"][4:] == ["pore|größe 2", "größe 2|cbd"]
    assert grid.area == pytest.approx(3e-12, rel=1e-9, abs=0)
    for binary in (True, False):
        grid.save(tmp_path / "again.vtu", binary=binary)
        again = read_mesh(tmp_path / "again.vtu")
        assert again.phases == mesh.phases
        assert edges(again.sides["left"]) == edges(mesh.sides["left"])


@pytest.mark.parametrize("mode", ["Ascii", "Binary", "Appended"])
@pytest.mark.parametrize("compressor", ["None", "ZLib", "LZMA"])
@pytest.mark.parametrize("coded", [True, False])
def test_every_encoding_of_vtk(tmp_path, mode, compressor, coded):
    from vtkmodules.vtkIOXML import vtkXMLUnstructuredGridWriter

    mesh = strips()
    write_mesh(mesh, tmp_path / "m.vtu")
    for size in (32, 64):
        writer = vtkXMLUnstructuredGridWriter()
        writer.SetFileName(str(tmp_path / "again.vtu"))
        writer.SetInputData(pyvista.read(tmp_path / "m.vtu"))
        getattr(writer, f"SetDataModeTo{mode}")()
        getattr(writer, f"SetCompressorTypeTo{compressor}")()
        writer.SetEncodeAppendedData(coded)
        writer.SetHeaderType(size)
        writer.Write()
        found = read_mesh(tmp_path / "again.vtu")
        assert found.phases == mesh.phases
        assert np.array_equal(found.cells, mesh.cells)
        assert set(found.sides) == set(mesh.sides)


def test_dolfinx_reads_xdmf(mesh, tmp_path):
    mpi = pytest.importorskip("mpi4py.MPI")
    io = pytest.importorskip("dolfinx.io")
    write_mesh(mesh, tmp_path / "m.xdmf")
    with io.XDMFFile(mpi.COMM_WORLD, str(tmp_path / "m.xdmf"), "r") as file:
        found = file.read_mesh(name="mesh")
    assert len(found.geometry.x) == len(mesh.points)
    assert found.geometry.cmaps[0].degree == mesh.order
    assert found.topology.index_map(2).size_local == len(mesh.cells)
