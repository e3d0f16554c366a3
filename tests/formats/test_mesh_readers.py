"""Other programs read what is written: Gmsh, meshio, PyVista, DOLFINx."""

import gmsh
import meshio
import numpy as np
import pytest
import pyvista
from mesh_samples import corners, sample, strips
from vtkmodules.vtkCommonCore import reference

from anosim.curved import shapes
from anosim.formats.meshes.files import read_mesh, write_mesh
from anosim.formats.meshes.names import with_middles

KINDS = {3: "triangle", 6: "triangle6", 4: "tetra", 10: "tetra10"}
GMSH = {3: 2, 6: 9, 4: 4, 10: 11}
VTK = {3: 5, 6: 22, 4: 10, 10: 24}
BASIX = {2: ((1, 2), (0, 2), (0, 1)), 3: ((2, 3), (1, 3), (1, 2), (0, 3), (0, 2), (0, 1))}
"""Corners around each midpoint, in DOLFINx's order."""


@pytest.fixture(
    params=[(2, 1), (2, 2), (3, 1), (3, 2)],
    ids=["plane linear", "plane quadratic", "linear", "quadratic"],
)
def mesh(request):
    return sample(*request.param, phases=("pore", "größe 2", "cbd"))


def test_gmsh(mesh, tmp_path):
    write_mesh(mesh, tmp_path / "m.msh")
    inside, width = mesh.dimension, mesh.cells.shape[1]
    gmsh.initialize(interruptible=False)
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        gmsh.logger.start()
        gmsh.open(str(tmp_path / "m.msh"))
        groups = {
            (dim, gmsh.model.getPhysicalName(dim, tag)): tag
            for dim, tag in gmsh.model.getPhysicalGroups()
        }
        order = np.arange(width)
        if width == 10:
            order[8:] = 9, 8  # Gmsh's midpoints of 23 and 13
        for rank, phase in enumerate(mesh.phases):
            (entity,) = gmsh.model.getEntitiesForPhysicalGroup(inside, groups.pop((inside, phase)))
            (kind,), _, (nodes,) = gmsh.model.mesh.getElements(inside, entity)
            assert kind == GMSH[width]
            expected = mesh.cells[mesh.cell_phase == rank][:, order] + 1
            assert np.array_equal(nodes, expected.ravel())
            at, weights = gmsh.model.mesh.getIntegrationPoints(kind, "Gauss4")
            _, determinants, _ = gmsh.model.mesh.getJacobians(kind, at, entity)
            volumes = determinants.reshape(len(expected), -1) @ weights
            expected = mesh.volumes[mesh.cell_phase == rank]
            assert volumes == pytest.approx(expected, rel=1e-9, abs=0)
        boundaries = {"|".join(pair): f for pair, f in mesh.interfaces.items()} | dict(mesh.sides)
        for name, facets in boundaries.items():
            tag = groups.pop((inside - 1, name))
            (entity,) = gmsh.model.getEntitiesForPhysicalGroup(inside - 1, tag)
            _, _, (nodes,) = gmsh.model.mesh.getElements(inside - 1, entity)
            assert np.array_equal(nodes, with_middles(mesh, facets).ravel() + 1)
        assert not groups
        tags, points, _ = gmsh.model.mesh.getNodes()
        points = points.reshape(-1, 3)[np.argsort(tags), :inside]
        assert np.array_equal(points, mesh.points)
        log = gmsh.logger.get()
        assert not [line for line in log if "rror" in line]
        if mesh.order == 1:
            cells = sum(map(len, boundaries.values())) + 1 + np.arange(len(mesh.cells))
            quality = gmsh.model.mesh.getElementQualities(cells, "minSICN")
            assert quality == pytest.approx(mesh.quality, rel=1e-9)
    finally:
        gmsh.finalize()


@pytest.mark.parametrize("ending", [".vtu", ".xdmf"])
def test_meshio_reads_vtu_and_xdmf(mesh, tmp_path, ending):
    path = tmp_path / f"m{ending}"
    write_mesh(mesh, path)
    found = meshio.read(path)
    assert np.array_equal(found.points[:, : mesh.dimension], mesh.points)
    assert np.array_equal(found.cells_dict[KINDS[mesh.cells.shape[1]]], mesh.cells)
    assert np.array_equal(found.cell_data["phase"][0], mesh.cell_phase)
    if ending == ".xdmf":
        names = {key: value.tolist() for key, value in found.field_data.items()}
        assert names["größe 2"] == [1, mesh.dimension]
        assert names["pore|größe 2"] == [len(mesh.sides), mesh.dimension - 1]
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
    assert np.array_equal(found.points[:, : mesh.dimension], mesh.points)
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
    assert found.points[:, : mesh.dimension] == pytest.approx(mesh.points, rel=1e-10, abs=1e-16)
    kind = KINDS[mesh.cells.shape[1]]
    assert np.array_equal(found.cells_dict[kind], mesh.cells)
    assert np.array_equal(found.cell_data_dict["nastran:ref"][kind], mesh.cell_phase + 1)
    kind = {(2, 1): "line", (2, 2): "line", (3, 1): "triangle", (3, 2): "triangle6"}[
        mesh.dimension, mesh.order
    ]
    left = found.cells_dict[kind][found.cell_data_dict["nastran:ref"][kind] == 4]
    expected = mesh.sides["left"]
    if mesh.dimension == 3:
        expected = with_middles(mesh, expected)
    assert np.array_equal(left, expected)


def texts(array):
    if array.dtype == np.uint8:
        return bytes(array).decode().split("\0")[:-1]
    return list(array)


@pytest.mark.parametrize("ending", [".vtu", ".vtkhdf"])
def test_pyvista(mesh, tmp_path, ending):
    write_mesh(mesh, tmp_path / f"m{ending}")
    grid = pyvista.read(tmp_path / f"m{ending}")
    assert np.array_equal(grid.points[:, : mesh.dimension], mesh.points)
    assert np.array_equal(grid.cell_connectivity, mesh.cells.ravel())
    assert set(grid.celltypes) == {VTK[mesh.cells.shape[1]]}
    assert np.array_equal(grid["phase"], mesh.cell_phase)
    names = {name: texts(grid.field_data[name]) for name in ("phases", "boundaries")}
    assert names["phases"] == list(mesh.phases)
    assert names["boundaries"] == [*mesh.sides, "pore|größe 2", "größe 2|cbd"]
    size, expected = (grid.area, 3e-12) if mesh.dimension == 2 else (grid.volume, 1.5e-18)
    assert size == pytest.approx(expected, rel=1e-9, abs=0)
    for binary in (True, False):
        grid.save(tmp_path / "again.vtu", binary=binary)
        again = read_mesh(tmp_path / "again.vtu")
        assert again.phases == mesh.phases
        assert corners(again.sides["left"]) == corners(mesh.sides["left"])


def test_the_nodes_have_vtks_own_shape_functions(mesh, tmp_path):
    """In its order of the nodes, VTK bends each cell as this package does."""
    write_mesh(mesh, tmp_path / "m.vtu")
    grid = pyvista.read(tmp_path / "m.vtu")
    at = np.array([[0.1, 0.2, 0.4], [0.5, 0.05, 0.3], [0.2, 0.6, 0.1]])[:, : mesh.dimension]
    for rank in (0, len(mesh.cells) - 1):
        cell, place, weights = grid.GetCell(rank), np.zeros(3), np.zeros(mesh.cells.shape[1])
        expected = shapes(mesh.order, at) @ mesh.points[mesh.cells[rank]]
        for inner, point in zip(at, expected, strict=True):
            inner = np.append(inner, np.zeros(3 - mesh.dimension))
            cell.EvaluateLocation(reference(0), inner, place, weights)
            assert place[: mesh.dimension] == pytest.approx(point, rel=1e-12, abs=1e-20)


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
    assert found.topology.index_map(mesh.dimension).size_local == len(mesh.cells)
    if mesh.order == 2:
        nodes = found.geometry.x[found.geometry.dofmaps[0]]
        count = mesh.dimension + 1
        for rank, (a, b) in enumerate(BASIX[mesh.dimension], count):
            off = nodes[:, rank] - (nodes[:, a] + nodes[:, b]) / 2.0
            length = np.linalg.norm(nodes[:, a] - nodes[:, b], axis=1)
            assert np.all(np.linalg.norm(off, axis=1) <= 0.11 * length)
