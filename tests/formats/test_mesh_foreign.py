"""Meshes made by other programs: Gmsh itself, and files as Abaqus, Nastran and COMSOL have them."""

import gmsh
import mesh_files
import numpy as np
import pytest
from gmsh_models import fragments, grouped
from mesh_samples import shapes

import anosim
from anosim.errors import InputError, MeshError, UnsupportedError
from anosim.formats.meshes.files import read_mesh


@pytest.fixture
def model():
    """Gmsh with a disc in a rectangle of 4 x 2, in micrometres, without groups."""

    def make(factory):
        return (2, factory.addRectangle(0, 0, 0, 4, 2)), (2, factory.addDisk(2, 1, 0, 0.6, 0.6))

    with fragments(0.4, make) as made:
        yield made


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("binary", [0, 1])
@pytest.mark.parametrize("version", [2.2, 4.1])
def test_gmsh(model, tmp_path, version, binary, order):
    grouped(model)
    model.mesh.generate(2)
    model.mesh.setOrder(order)
    gmsh.option.setNumber("Mesh.MshFileVersion", version)
    gmsh.option.setNumber("Mesh.Binary", binary)
    gmsh.write(str(tmp_path / "m.msh"))
    mesh = read_mesh(tmp_path / "m.msh", unit="um")
    assert mesh.phases == ("Größe", "electrolyte liquid")
    assert mesh.order == order
    assert set(mesh.sides) == {"separator", "collector"}
    assert set(mesh.interfaces) == {("Größe", "electrolyte liquid")}
    disc = np.pi * 0.6e-6**2
    assert mesh.phase_volumes["Größe"] == pytest.approx(
        disc, rel=0.07 if order == 1 else 1e-3, abs=0
    )
    assert mesh.volumes.sum() == pytest.approx(8e-12, rel=1e-12, abs=0)
    assert len(mesh.cells) == sum(len(tags) for tags in model.mesh.getElements(2)[1])


def test_a_study_runs_on_a_foreign_mesh(model, tmp_path):
    grouped(model)
    model.mesh.generate(2)
    gmsh.write(str(tmp_path / "m.msh"))
    mesh = read_mesh(tmp_path / "m.msh", unit="um")
    problem = anosim.Diffusion(
        mesh,
        materials={"electrolyte liquid": anosim.Material(1e-10), "Größe": anosim.Material(1e-10)},
        conditions={"separator": anosim.Concentration(1.0), "collector": anosim.Concentration(3.0)},
        until="inf",
    )
    solution = anosim.solve(problem, solver="skfem", order=2)
    assert solution.flux("separator")[0] == pytest.approx(
        -1e-10 * 2.0 / 4e-6 * 2e-6, rel=1e-9, abs=0
    )


def test_gmsh_without_groups(model, tmp_path):
    model.mesh.generate(2)
    gmsh.write(str(tmp_path / "m.msh"))
    mesh = read_mesh(tmp_path / "m.msh")
    assert mesh.phases == ("surface 2", "surface 3")
    assert not mesh.sides
    disc = read_mesh(tmp_path / "m.msh", phases={"surface 2": "disc", "surface 3": "rest"})
    assert disc.phases == ("disc", "rest")
    model.addPhysicalGroup(2, [2, 3], 1, name="both")
    model.addPhysicalGroup(2, [2], 2, name="disc")
    for version in (2.2, 4.1):
        gmsh.option.setNumber("Mesh.MshFileVersion", version)
        gmsh.write(str(tmp_path / "m.msh"))
        mesh = read_mesh(tmp_path / "m.msh")
        assert mesh.phases == ("both", "disc")
        assert mesh.volumes.sum() == pytest.approx(8.0)


@pytest.mark.parametrize("ending", [".inp", ".bdf"])
def test_gmsh_as_abaqus_and_nastran(model, tmp_path, ending):
    grouped(model)
    model.mesh.generate(2)
    gmsh.write(str(tmp_path / "m.msh"))
    gmsh.option.setNumber("Mesh.SaveGroupsOfElements", -1111)
    gmsh.write(str(tmp_path / f"m{ending}"))
    mesh = read_mesh(tmp_path / f"m{ending}", unit="um")
    same = read_mesh(tmp_path / "m.msh", unit="um")
    assert mesh.volumes.sum() == pytest.approx(8e-12, rel=1e-9, abs=0)
    assert sorted(mesh.phase_volumes.values()) == pytest.approx(
        sorted(same.phase_volumes.values()), rel=1e-6, abs=0
    )
    if ending == ".inp":
        assert shapes(mesh)[1].keys() >= {"separator", "collector"}


def test_gmsh_with_other_elements(model, tmp_path):
    path = tmp_path / "m.msh"
    gmsh.option.setNumber("Mesh.RecombineAll", 1)
    model.mesh.generate(2)
    for version in (2.2, 4.1):
        gmsh.option.setNumber("Mesh.MshFileVersion", version)
        gmsh.write(str(path))
        with pytest.raises(UnsupportedError, match="has quadrangles: only plane meshes of tri"):
            read_mesh(path)
    gmsh.clear()
    gmsh.option.setNumber("Mesh.RecombineAll", 0)
    model.occ.addBox(0, 0, 0, 1, 1, 1)
    model.occ.synchronize()
    model.mesh.generate(2)
    gmsh.write(str(path))
    with pytest.raises(UnsupportedError, match="points from z = 0 to 1 but no tetrahedra: only"):
        read_mesh(path)


def square(path, text, **options):
    path.write_text(text, encoding="utf-8")
    mesh = read_mesh(path, **options)
    assert mesh.volumes == pytest.approx([0.5e-12] * 4, rel=1e-9, abs=0)
    return mesh


def lengths(mesh):
    return {
        name: round(np.linalg.norm(np.diff(mesh.points[pairs], axis=1), axis=2).sum() * 1e6, 9)
        for name, pairs in mesh.sides.items()
    }


def test_abaqus_cae(tmp_path):
    mesh = square(tmp_path / "m.inp", mesh_files.ABAQUS, unit="um")
    assert mesh.phases == ("ELECTROLYTE", "Solid Particle")
    assert lengths(mesh) == {"Separator": 1.0, "Collector": 1.0, "Set-All": 6.0}
    assert len(mesh.interfaces["ELECTROLYTE", "Solid Particle"]) == 1


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("type=DC2D3", "type=DC2D4", "elements of Abaqus' type DC2D4"),
        ("*Part, name=Part-1\n", "*Part, name=A\n*Part, name=B\n", r"several of \*PART"),
        ("part=Part-1\n", "part=Part-1\n 0.0, 1.0, 0.0\n", "moves its instance"),
        ("*Preprint", "*Include, input=mesh.inp\n*Preprint", r"\*INCLUDE"),
    ],
)
def test_abaqus_that_is_not_supported(tmp_path, old, new, says):
    with pytest.raises(UnsupportedError, match=says):
        square(tmp_path / "m.inp", mesh_files.ABAQUS.replace(old, new))


def test_abaqus_defects(tmp_path):
    with pytest.raises(MeshError, match="node 77 is used but not defined"):
        square(tmp_path / "m.inp", mesh_files.ABAQUS.replace("4, 5, 3, 6", "4, 5, 3, 77"))
    with pytest.raises(MeshError, match="node 2 is defined twice"):
        square(tmp_path / "m.inp", mesh_files.ABAQUS.replace("      3,  ", "      2,  "))


def test_nastran(tmp_path):
    mesh = square(tmp_path / "m.nas", mesh_files.NASTRAN)
    assert mesh.phases == ("electrolyte", "solid particle")
    assert lengths(mesh) == {"separator": 1.0, "boundary 12": 1.0}
    with pytest.raises(UnsupportedError, match="elements CQUAD4"):
        square(
            tmp_path / "m.nas", mesh_files.NASTRAN.replace("CTRIA3        12", "CQUAD4        12")
        )
    moved = mesh_files.NASTRAN.replace("GRID           1        ", "GRID           1       2")
    with pytest.raises(UnsupportedError, match="another coordinate system"):
        square(tmp_path / "m.nas", moved)


def test_nastran_of_order_2(tmp_path):
    (tmp_path / "m.bdf").write_text(mesh_files.NASTRAN_ORDER_2)
    mesh = read_mesh(tmp_path / "m.bdf")
    assert mesh.phases == ("pore",)
    assert mesh.cells.tolist() == [[0, 1, 2, 3, 4, 5]]
    assert mesh.quality[0] > 0.5


def test_comsol(tmp_path):
    mesh = square(tmp_path / "m.mphtxt", mesh_files.COMSOL, unit="um")
    assert mesh.phases == ("Electrolyte", "Partikel ä")
    assert lengths(mesh) == {"Separator #1": 1.0, "boundary 2": 1.0, "boundary 6": 1.0}
    assert len(mesh.interfaces["Electrolyte", "Partikel ä"]) == 1


def test_comsol_of_other_versions(tmp_path):
    mesh = square(tmp_path / "m.mphtxt", mesh_files.COMSOL_6_4, unit="um")
    assert mesh.phases == ("domain 1", "domain 2")
    (tmp_path / "m.mphtxt").write_text(mesh_files.COMSOL_4_3)
    mesh = read_mesh(tmp_path / "m.mphtxt")
    assert mesh.cells.tolist() == [[0, 1, 2, 3, 5, 4]]  # COMSOL's middles are of 01, 02, 12
    assert lengths(mesh) == {"boundary 7": 2e6}


def test_comsol_that_is_not_supported(tmp_path):
    with pytest.raises(UnsupportedError, match="has quadrangles"):
        square(tmp_path / "m.mphtxt", mesh_files.COMSOL.replace("3 tri #", "4 quad #"))
    with pytest.raises(InputError, match="file version is not"):
        square(tmp_path / "m.mphtxt", mesh_files.COMSOL.replace("0 1\n4 #", "1 0\n4 #"))


def test_nastran_without_middles(tmp_path):
    text = mesh_files.NASTRAN_ORDER_2.replace("5       6\n", "5\n")
    with pytest.raises(UnsupportedError, match="CTRIA6 without all of its points"):
        square(tmp_path / "m.bdf", text)
