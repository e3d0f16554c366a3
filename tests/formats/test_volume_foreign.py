"""Tetrahedra made by other programs: Gmsh itself, meshio, and files as others have them."""

import gmsh
import meshio
import numpy as np
import pytest
import pyvista
import volume_files
from gmsh_models import fragments, grouped
from mesh_samples import corners, sample
from vtkmodules.vtkCommonCore import reference

import anosim
from anosim.curved import shapes
from anosim.errors import MeshError, UnsupportedError
from anosim.formats.meshes.files import read_mesh, write_mesh
from anosim.topology import EDGES

RADIUS = 0.6


@pytest.fixture
def model():
    """Gmsh with a ball in a box of 4 x 2 x 2, in micrometres, without groups."""

    def make(factory):
        return (3, factory.addBox(0, 0, 0, 4, 2, 2)), (3, factory.addSphere(2, 1, 1, RADIUS))

    with fragments(0.5, make) as made:
        yield made


def areas(mesh, facets):
    a, b, c = (mesh.points[facets[:, k]] for k in range(3))
    return np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2.0


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("binary", [0, 1])
@pytest.mark.parametrize("version", [2.2, 4.1])
def test_gmsh(model, tmp_path, version, binary, order):
    grouped(model)
    model.mesh.generate(3)
    model.mesh.setOrder(order)
    gmsh.option.setNumber("Mesh.MshFileVersion", version)
    gmsh.option.setNumber("Mesh.Binary", binary)
    gmsh.write(str(tmp_path / "m.msh"))
    mesh = read_mesh(tmp_path / "m.msh", unit="um")
    assert mesh.phases == ("Größe", "electrolyte liquid")
    assert mesh.order == order
    assert set(mesh.sides) == {"separator", "collector"}
    assert areas(mesh, mesh.sides["separator"]).sum() == pytest.approx(4e-12, rel=1e-9, abs=0)
    ball = 4.0 / 3.0 * np.pi * (RADIUS * 1e-6) ** 3
    assert mesh.phase_volumes["Größe"] == pytest.approx(
        ball, rel=0.25 if order == 1 else 0.01, abs=0
    )
    assert mesh.volumes.sum() == pytest.approx(16e-18, rel=1e-9, abs=0)
    _, (tags,), _ = model.mesh.getElements(3, 2)
    assert np.sum(mesh.cell_phase == 0) == len(tags)
    _, (shell,), _ = (list(x) for x in model.mesh.getElements(2, model.getBoundary([(3, 2)])[0][1]))
    assert len(mesh.interfaces["Größe", "electrolyte liquid"]) == len(shell)


def test_gmsh_without_groups(model, tmp_path):
    model.mesh.generate(3)
    gmsh.write(str(tmp_path / "m.msh"))
    mesh = read_mesh(tmp_path / "m.msh")
    assert mesh.phases == ("volume 2", "volume 3")
    assert not mesh.sides
    renamed = read_mesh(tmp_path / "m.msh", phases={"volume 2": "ball", "volume 3": "rest"})
    assert renamed.phases == ("ball", "rest")


@pytest.mark.filterwarnings("ignore:the group .* equals")  # Gmsh names each surface, too
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("ending", [".inp", ".bdf"])
def test_gmsh_as_abaqus_and_nastran(model, tmp_path, ending, order):
    grouped(model)
    model.mesh.generate(3)
    model.mesh.setOrder(order)
    gmsh.write(str(tmp_path / "m.msh"))
    gmsh.option.setNumber("Mesh.SaveGroupsOfElements", -1111)
    gmsh.write(str(tmp_path / f"m{ending}"))
    mesh = read_mesh(tmp_path / f"m{ending}", unit="um")
    same = read_mesh(tmp_path / "m.msh", unit="um")
    assert mesh.order == order
    assert mesh.volumes.sum() == pytest.approx(16e-18, rel=1e-6, abs=0)
    assert sorted(mesh.phase_volumes.values()) == pytest.approx(
        sorted(same.phase_volumes.values()), rel=1e-5, abs=0
    )
    assert mesh.quality.min() == pytest.approx(same.quality.min(), rel=1e-3)
    if ending == ".inp":
        assert mesh.sides.keys() >= {"separator", "collector"}


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("ending", [".msh", ".vtu", ".xdmf", ".inp", ".bdf"])
def test_meshio(tmp_path, ending, order):
    """Written by meshio, with the triangles of one side beside the tetrahedra."""
    mesh = sample(3, order)
    side = mesh.facets.find(mesh.sides["left"])
    cell, triangles = mesh.facets.cells[side, 0], mesh.sides["left"]
    kinds = {1: ("triangle", "tetra"), 2: ("triangle6", "tetra10")}[order]
    if order == 2:
        ends = triangles[:, np.array(EDGES[2])].reshape(-1, 2)
        triangles = np.hstack([triangles, mesh.midpoints[mesh.edges.find(ends)].reshape(-1, 3)])
    numbers = [np.full(len(cell), 9), mesh.cell_phase + 1]
    data = {
        ".msh": {"gmsh:physical": numbers, "gmsh:geometrical": numbers},
        ".bdf": {"nastran:ref": numbers},
    }.get(ending, {"medit:ref": numbers})
    written = meshio.Mesh(
        mesh.points,
        [(kinds[0], triangles), (kinds[1], mesh.cells)],
        cell_data={} if ending == ".inp" else data,
    )
    options = {".msh": {"file_format": "gmsh22"}, ".bdf": {"file_format": "nastran"}}
    meshio.write(tmp_path / f"m{ending}", written, **options.get(ending, {}))
    if ending == ".bdf":  # meshio's own name of the element with ten nodes
        path = tmp_path / "m.bdf"
        path.write_text(path.read_text().replace("CTETRA_", "CTETRA "))
    found = read_mesh(tmp_path / f"m{ending}")
    assert np.array_equal(found.cells, mesh.cells)
    assert found.points == pytest.approx(mesh.points, rel=1e-9, abs=1e-17)
    if ending != ".inp":  # where meshio loses the regions
        assert np.array_equal(found.cell_phase, mesh.cell_phase)
        ((name, facets),) = found.sides.items()
        assert name.endswith(" 9")
        assert corners(facets) == corners(mesh.sides["left"])


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        (".inp", volume_files.ABAQUS),
        (".inp", volume_files.ABAQUS_SHELLS),
        (".nas", volume_files.NASTRAN),
        (".mphtxt", volume_files.COMSOL),
        (".msh", volume_files.GMSH),
    ],
    ids=["abaqus", "abaqus with shells", "nastran", "comsol", "gmsh"],
)
def test_files_of_others(tmp_path, ending, text):
    path = tmp_path / f"m{ending}"
    path.write_text(text)
    mesh = read_mesh(path, unit="um")
    assert mesh.phase_volumes == pytest.approx(
        {"Electrolyte": 4e-18 / 3.0, "Solid Particle": 8e-18 / 3.0}, rel=1e-12, abs=0
    )
    assert corners(mesh.sides["Separator"]) == {(0, 1, 3)}
    assert corners(mesh.sides["Collector"]) == {(1, 3, 4)}
    assert "Contact" not in mesh.sides
    facets = mesh.interfaces["Electrolyte", "Solid Particle"]
    assert areas(mesh, facets) == pytest.approx([2e-12 * 3**0.5], rel=1e-12, abs=0)


@pytest.mark.parametrize("ending", volume_files.BEHIND)
def test_each_of_ten_nodes_in_its_place(tmp_path, ending):
    path = tmp_path / f"m{ending}"
    path.write_text(volume_files.ten_nodes(ending))
    mesh = read_mesh(path)
    (nodes,) = mesh.points[mesh.cells]
    for rank, (a, b) in enumerate(EDGES[3], 4):
        assert nodes[rank] == pytest.approx((nodes[a] + nodes[b]) / 2.0)
    write_mesh(mesh, path)
    again = read_mesh(path)
    assert again.points[again.cells] == pytest.approx(mesh.points[mesh.cells])


@pytest.mark.parametrize(
    ("ending", "text", "old", "new", "says"),
    [
        (
            ".inp",
            volume_files.ABAQUS,
            "type=DC3D4",
            "type=COH3D8",
            "elements of Abaqus' type COH3D8",
        ),
        (".nas", volume_files.NASTRAN, "CTETRA         2", "CHEXPR         2", "elements CHEXPR"),
        (".mphtxt", volume_files.COMSOL, "3 tet #", "3 hex #", "has hexahedra with 4 nodes"),
        (".msh", volume_files.GMSH, "5 4 2 4 2 2", "5 29 2 4 2 1", "tetrahedra with 20 nodes"),
        (
            ".inp",
            volume_files.ABAQUS,
            "2, 2, 3, 4, 5",
            "2, 2, 3, 4, 5, 1, 1, 1, 1, 1, 1",
            "tetrahedra with 4 nodes, tetrahedra with 10 nodes",
        ),
    ],
)
def test_what_is_not_supported(tmp_path, ending, text, old, new, says):
    assert old in text
    (tmp_path / f"m{ending}").write_text(text.replace(old, new))
    with pytest.raises(UnsupportedError, match=says):
        read_mesh(tmp_path / f"m{ending}")


def test_a_foreign_volume_is_put_in_order(tmp_path):
    """A cell turned over, points of no cell, triangles that are no boundary of a cell."""
    text = volume_files.NASTRAN
    more = "GRID,9,,5.,5.,5.\nCTRIA3,13,12,1,2,9\nCTRIA3,14,12,2,4,5\nCTRIA3,15,12,1,3,5\nENDDATA"
    (tmp_path / "m.nas").write_text(text.replace("ENDDATA", more))
    mesh = read_mesh(tmp_path / "m.nas")
    assert mesh.cells.tolist() == [[0, 3, 1, 2], [1, 2, 3, 4]]  # the file has 1 2 4 3
    assert len(mesh.points) == 5
    assert {name: facets.tolist() for name, facets in mesh.sides.items()} == {
        "Separator": [[0, 1, 3]],
        "Collector": [[1, 3, 4]],
    }


@pytest.mark.parametrize("dimension", [2, 3])
def test_lagrange_cells_of_vtk(tmp_path, dimension):
    mesh = sample(dimension, 2)
    points = np.hstack([mesh.points, np.zeros((len(mesh.points), 3 - dimension))])
    grid = pyvista.UnstructuredGrid({69 if dimension == 2 else 71: mesh.cells}, points)
    at, place, weights = np.full(3, 0.2), np.zeros(3), np.zeros(mesh.cells.shape[1])
    grid.GetCell(0).EvaluateLocation(reference(0), at, place, weights)
    inside = shapes(2, at[None, :dimension]) @ mesh.points[mesh.cells[0]]
    assert place[:dimension] == pytest.approx(inside[0], rel=1e-12, abs=1e-20)
    grid.save(tmp_path / "m.vtu")
    found = read_mesh(tmp_path / "m.vtu")
    assert np.array_equal(found.cells, mesh.cells)
    assert np.array_equal(found.points, mesh.points)


def test_defects(tmp_path):
    path = tmp_path / "m.nas"
    text = volume_files.NASTRAN
    grid = "GRID,5,,2.0,2.0,2.0\n"
    path.write_text(text.replace(grid, "GRID,5,,0.1,0.1,0.1\n"))
    with pytest.raises(MeshError, match=r"two tetrahedra near \(0\.6667, .*lie on each other"):
        read_mesh(path)
    third = "GRID,6,,9.,9.,9.\nGRID,7,,3.,3.,3.\nCTETRA,3,2,2,3,4,7\nENDDATA"
    path.write_text(text.replace("ENDDATA", third))
    with pytest.raises(MeshError, match=r"near \(0\.6667, .* belongs to 3 tetrahedra"):
        read_mesh(path)
    apart = "GRID,6,,2.,0.,0.\nGRID,7,,0.,2.,1e-9\nGRID,8,,0.,0.,2.\n"
    path.write_text(
        text.replace(grid, grid + apart).replace(
            "CTETRA         2       2       2       3       4",
            "CTETRA         2       2       6       7       8",
        )
    )
    with pytest.raises(MeshError, match="3 points lie on others, so that the tetrahedra there"):
        read_mesh(path)
    path.write_text(text.replace(grid, "GRID,5,,1.0,1.0,0.0\n"))
    with pytest.raises(MeshError, match=r"tetrahedron 1 near .* has no volume"):
        read_mesh(path)
    path.write_text(text.replace(grid, ""))
    with pytest.raises(MeshError, match="point 5 is used but not defined"):
        read_mesh(path)


def test_a_study_runs_on_a_foreign_volume(model, tmp_path):
    grouped(model)
    model.mesh.generate(3)
    gmsh.write(str(tmp_path / "m.msh"))
    mesh = read_mesh(tmp_path / "m.msh", unit="um")
    problem = anosim.Diffusion(
        mesh,
        materials={"electrolyte liquid": anosim.Material(1e-10), "Größe": anosim.Material(1e-10)},
        conditions={"separator": anosim.Concentration(1.0), "collector": anosim.Concentration(3.0)},
        until="inf",
    )
    solution = anosim.solve(problem, solver="skfem", order=1)
    assert solution.flux("separator")[0] == pytest.approx(
        -1e-10 * 2.0 / 4e-6 * 4e-12, rel=1e-9, abs=0
    )
