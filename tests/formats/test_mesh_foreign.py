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
        both = r"'disc' lies inside 'both': what is in both .(surface 2|\d+ cells). counts as"
        with pytest.warns(UserWarning, match=both):
            mesh = read_mesh(tmp_path / "m.msh")
        assert mesh.phases == ("both", "disc")
        assert mesh.volumes.sum() == pytest.approx(8.0)


@pytest.mark.filterwarnings("ignore:the group .* equals")  # Gmsh names each surface, too
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


@pytest.mark.parametrize("version", [1.0, 2.2, 4.0, 4.1])
def test_gmsh_with_quadrangles(model, tmp_path, version):
    grouped(model)
    gmsh.option.setNumber("Mesh.RecombineAll", 1)
    model.mesh.generate(2)
    gmsh.option.setNumber("Mesh.MshFileVersion", version)
    gmsh.write(str(tmp_path / "m.msh"))
    with pytest.warns(UserWarning, match=r"\d+ quadrangles are split into triangles"):
        mesh = read_mesh(tmp_path / "m.msh", unit="um")
    disc = "Größe" if version > 1.0 else "physical surface 5"
    assert mesh.phase_volumes[disc] == pytest.approx(np.pi * 0.6e-6**2, rel=0.07, abs=0)
    assert mesh.volumes.sum() == pytest.approx(8e-12, rel=1e-12, abs=0)
    assert len(mesh.sides) == 2


def test_gmsh_with_surfaces_in_space(model, tmp_path):
    model.occ.addBox(5, 0, 0, 1, 1, 1)
    model.occ.synchronize()
    model.mesh.generate(2)
    gmsh.write(str(tmp_path / "m.msh"))
    with pytest.raises(UnsupportedError, match="points from z = 0 to 1 but no tetrahedra: only"):
        read_mesh(tmp_path / "m.msh")


@pytest.mark.parametrize("incomplete", [0, 1])
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("recombined", [0, 1])
def test_gmsh_with_layers(tmp_path, recombined, order, incomplete):
    """A cylinder in layers of prisms or hexahedra: its volume to second order."""
    with fragments(0.5, cylinder) as model:
        gmsh.option.setNumber("Mesh.RecombineAll", recombined)
        gmsh.option.setNumber("Mesh.SecondOrderIncomplete", incomplete)
        model.mesh.generate(3)
        model.mesh.setOrder(order)
        gmsh.write(str(tmp_path / "m.msh"))
    with pytest.warns(UserWarning, match="split into tetrahedra"):
        mesh = read_mesh(tmp_path / "m.msh")
    assert mesh.order == order
    off = {1: 0.05, 2: 1e-4}[order]
    assert mesh.phase_volumes["whole"] == pytest.approx(np.pi, rel=off)
    assert len(mesh.sides["bottom"]) * 9 == len(mesh.cells)


def cylinder(factory):
    disc = factory.addDisk(0, 0, 0, 1, 1)
    made = factory.extrude([(2, disc)], 0, 0, 1, [3], recombine=True)
    factory.synchronize()
    gmsh.model.addPhysicalGroup(3, [made[1][1]], 1, name="whole")
    gmsh.model.addPhysicalGroup(2, [disc], 2, name="bottom")


def test_gmsh_with_pyramids(tmp_path):
    with fragments(0.5, boxes) as model:
        model.mesh.generate(3)
        kinds = set(model.mesh.getElementTypes(3).tolist())
        gmsh.write(str(tmp_path / "m.msh"))
    assert kinds == {4, 5, 7}
    with pytest.warns(UserWarning, match="hexahedra and [0-9]+ pyramids are split into tetra"):
        mesh = read_mesh(tmp_path / "m.msh")
    assert mesh.phase_volumes == pytest.approx({"lower": 1.0, "upper": 1.0}, rel=1e-9)


def boxes(factory):
    """Layers of hexahedra, and above them what is left to Gmsh."""
    gmsh.option.setNumber("Mesh.RecombineAll", 1)
    square = factory.addRectangle(0, 0, 0, 1, 1)
    lower = factory.extrude([(2, square)], 0, 0, 1, [2], recombine=True)[1]
    upper = (3, factory.addBox(0, 0, 1, 1, 1, 1))
    factory.fragment([lower], [upper])
    factory.synchronize()
    for tag, name in ((1, "lower"), (2, "upper")):
        gmsh.model.addPhysicalGroup(3, [tag], tag, name=name)
    gmsh.option.setNumber("Mesh.RecombineAll", 0)
    for _, tag in gmsh.model.getBoundary([lower], oriented=False):
        gmsh.model.mesh.setRecombine(2, tag)


@pytest.mark.parametrize("version", [2.2, 4.0, 4.1])
@pytest.mark.parametrize("ghosts", [0, 1])
def test_gmsh_in_parts(model, tmp_path, version, ghosts):
    grouped(model)
    model.mesh.generate(2)
    gmsh.option.setNumber("Mesh.PartitionCreateGhostCells", ghosts)
    gmsh.option.setNumber("Mesh.MshFileVersion", version)
    model.mesh.partition(3)
    gmsh.write(str(tmp_path / "m.msh"))
    mesh = read_mesh(tmp_path / "m.msh")
    assert mesh.phases == ("Größe", "electrolyte liquid")
    assert mesh.phase_volumes["Größe"] == pytest.approx(np.pi * 0.36, rel=0.07)
    assert mesh.volumes.sum() == pytest.approx(8.0)
    assert {name: len(np.unique(ends)) for name, ends in mesh.sides.items()} == {
        "separator": len(np.unique(mesh.sides["collector"])),
        "collector": len(np.unique(mesh.sides["separator"])),
    }
    if version > 4.0:
        binary_and_split(mesh, tmp_path)


def binary_and_split(mesh, folder):
    gmsh.option.setNumber("Mesh.Binary", 1)
    gmsh.write(str(folder / "b.msh"))
    assert read_mesh(folder / "b.msh").phase_volumes == pytest.approx(mesh.phase_volumes)
    gmsh.option.setNumber("Mesh.PartitionSplitMeshFiles", 1)
    gmsh.write(str(folder / "s.msh"))
    total = 0.0
    for part in (1, 2, 3):
        with pytest.warns(UserWarning, match=f"holds part {part} of a mesh of 3 parts"):
            total += read_mesh(folder / f"s_{part}.msh").volumes.sum()
    assert total == pytest.approx(8.0)


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
        ("type=DC2D3", "type=COH2D4", "elements of Abaqus' type COH2D4"),
        ("type=DC2D3", "type=DC2D4", "quadrangles with 7 nodes"),
        ("*Elset, elset=ELEC", "*Nfill\na, b, 4, 10\n*Elset, elset=ELEC", r"\*NFILL"),
        ("*Node\n", "*Node, system=S\n", r"\*NODE, SYSTEM=S"),
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
    with pytest.raises(MeshError, match="the element CQUAD4 12 lacks some of its corners"):
        square(
            tmp_path / "m.nas", mesh_files.NASTRAN.replace("CTRIA3        12", "CQUAD4        12")
        )
    moved = mesh_files.NASTRAN.replace("GRID           1        ", "GRID           1       2")
    with pytest.raises(InputError, match="in coordinate system 2, which it does not define"):
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
    with pytest.raises(UnsupportedError, match="has quadrangles with 3 nodes"):
        square(tmp_path / "m.mphtxt", mesh_files.COMSOL.replace("3 tri #", "4 quad #"))
    with pytest.raises(InputError, match="file version is not"):
        square(tmp_path / "m.mphtxt", mesh_files.COMSOL.replace("0 1\n4 #", "1 0\n4 #"))


def test_nastran_without_middles(tmp_path):
    """A midpoint that is left out is that of a straight edge."""
    text = mesh_files.NASTRAN_ORDER_2.replace("5       6\n", "5\n")
    (tmp_path / "m.bdf").write_text(text)
    mesh = read_mesh(tmp_path / "m.bdf")
    first, last = mesh.points[mesh.cells[0, [0, 2]]]
    assert mesh.points[mesh.cells[0, 5]] == pytest.approx((first + last) / 2)
