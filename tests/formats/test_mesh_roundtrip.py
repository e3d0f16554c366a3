import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from mesh_samples import DIGITS, ENDINGS, assert_same, bent, corners, meshes, sample, strips

import anosim
from anosim import Mesh
from anosim.errors import InputError, MeshError
from anosim.formats.meshes.files import read_mesh, write_mesh
from anosim.results import mesh_report
from anosim.testing import box, rectangle


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("ending", ENDINGS)
def test_written_and_read_it_is_the_same(tmp_path, ending, dimension, order):
    mesh = sample(dimension, order)
    path = tmp_path / f"mesh{ending}"
    write_mesh(mesh, path)
    assert_same(read_mesh(path), mesh, DIGITS.get(ending, 0.0))
    beside = {"mesh.h5"} if ending == ".xdmf" else set()
    assert {file.name for file in tmp_path.iterdir()} == {path.name} | beside


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("ending", ENDINGS)
def test_volumes_areas_and_solution_stay(tmp_path, ending, order):
    """Of a box with two phases that goes out and comes back."""
    mesh = box((2e-6, 1e-6, 1e-6), (4, 2, 2), phases=("electrolyte", "particle"), cuts=(1e-6,))
    mesh = mesh if order == 1 else bent(mesh)
    write_mesh(mesh, tmp_path / f"mesh{ending}")
    again = read_mesh(tmp_path / f"mesh{ending}")
    assert again.phase_volumes == pytest.approx(mesh.phase_volumes, rel=1e-9, abs=0)
    areas, expected = (mesh_report(m)["interface_area_m2"] for m in (again, mesh))
    assert expected.keys() == {"electrolyte|particle"}
    assert areas == pytest.approx(expected, rel=1e-9, abs=0)
    there, here = (filled(m).values("5 ms")[0] for m in (again, mesh))
    assert np.ptp(here) > 0.5
    assert there == pytest.approx(here, rel=1e-8, abs=0)


def filled(mesh):
    """From one side, through both phases, out at the other."""
    problem = anosim.Diffusion(
        mesh,
        materials={"electrolyte": anosim.Material(1e-10), "particle": anosim.Material(1e-10)},
        conditions={
            "left": anosim.Concentration(1.0),
            "back": anosim.MassTransfer(coefficient=1e-4, bulk=2.0),
        },
        until="5 ms",
    )
    return anosim.solve(problem, solver="skfem", order=mesh.order)


@pytest.mark.parametrize("ending", ENDINGS)
def test_any_mesh_with_any_names(tmp_path_factory, ending):
    path = tmp_path_factory.mktemp("any") / f"mesh{ending}"

    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(meshes())
    def check(mesh):
        write_mesh(mesh, path)
        assert_same(read_mesh(path), mesh, DIGITS.get(ending, 0.0))

    check()


@pytest.mark.parametrize("ending", ENDINGS)
def test_unit_and_phases_are_the_callers(tmp_path, ending):
    path = tmp_path / f"mesh{ending}"
    mesh = rectangle(3.0, 1.0, (6, 2), phases=("PSHELL_1", "b", "c"), cuts=(1.0, 2.0))
    write_mesh(mesh, path)
    found = read_mesh(path, unit="um", phases={"PSHELL_1": "pore", "c": "solid", "b": "solid"})
    assert found.phases == ("pore", "solid")
    assert found.phase_volumes == pytest.approx({"pore": 1e-12, "solid": 2e-12}, rel=1e-9, abs=0)
    assert read_mesh(path, unit=1e-3).volumes.sum() == pytest.approx(3e-6)
    assert read_mesh(path, unit="2 mm").volumes.sum() == pytest.approx(12e-6)
    with pytest.raises(InputError, match=r"no group 'pore'; its groups: 'PSHELL_1', 'b', 'c'"):
        read_mesh(path, phases=["pore"])
    with pytest.raises(InputError, match="cells are in none of the groups"):
        read_mesh(path, phases=["b", "c"])
    with pytest.raises(InputError, match="greater than 0 m"):
        read_mesh(path, unit=0.0)


@pytest.mark.parametrize(("dimension", "name"), [(2, "boundary_edges"), (3, "boundary_facets")])
def test_interfaces_are_in_the_files_by_name(tmp_path, dimension, name):
    """As groups a|b, though reading derives them from the phases."""
    import h5py

    mesh = sample(dimension, 1, ("pore", "sei", "particle"))
    write_mesh(mesh, tmp_path / "mesh.vtkhdf")
    with h5py.File(tmp_path / "mesh.vtkhdf") as file:
        names = [name.decode() for name in file["VTKHDF/FieldData/boundaries"]]
        table = file["VTKHDF/FieldData"][name][()]
    assert names == [*mesh.sides, "pore|sei", "sei|particle"]
    here = table[:, -1] == len(mesh.sides)
    assert corners(table[here, :-1]) == corners(mesh.interfaces["pore", "sei"])


def test_errors_of_the_door(tmp_path):
    mesh = strips()
    with pytest.raises(InputError, match=r"expected one of \.msh, \.xdmf"):
        write_mesh(mesh, tmp_path / "mesh.stl")
    with pytest.raises(InputError, match="there is no file"):
        read_mesh(tmp_path / "mesh.msh")
    with pytest.raises(InputError, match="no folder"):
        write_mesh(mesh, tmp_path / "none" / "mesh.xdmf")
    long = rectangle(phases=("x" * 300,))
    with pytest.raises(InputError, match="is too long for a"):
        write_mesh(long, tmp_path / "mesh.msh")
    assert not list(tmp_path.iterdir())
    write_mesh(mesh, tmp_path / "mesh.xdmf")
    (tmp_path / "mesh.h5").unlink()
    with pytest.raises(InputError, match=r"'mesh\.h5' beside it, which does not exist"):
        read_mesh(tmp_path / "mesh.xdmf")


def test_a_foreign_mesh_is_put_in_order(tmp_path):
    """Cells of both orientations, a point of no cell, z constant; no overlaps, no gaps."""
    (tmp_path / "m.bdf").write_text(
        "GRID,7,,0.,0.,2.5\nGRID,8,,1.,0.,2.5\nGRID,9,,1.,1.,2.5\nGRID,3,,0.,1.,2.5\n"
        "GRID,99,,5.,5.,2.5\nCTRIA3,1,1,7,8,9\nCTRIA3,2,2,7,3,9\n"
    )
    mesh = read_mesh(tmp_path / "m.bdf")
    assert mesh.volumes == pytest.approx([0.5, 0.5])
    assert len(mesh.points) == 4
    assert mesh.phases == ("property 1", "property 2")
    assert not mesh.sides
    (tmp_path / "t.bdf").write_text(  # two squares side by side, not merged
        "GRID,1,,0.,0.\nGRID,2,,1.,0.\nGRID,3,,1.,1.\nGRID,4,,1.,0.\nGRID,5,,2.,0.\n"
        "GRID,6,,1.000000001,1.\nCTRIA3,1,1,1,2,3\nCTRIA3,2,2,4,5,6\n"
    )
    with pytest.raises(MeshError, match="2 points lie on others"):
        read_mesh(tmp_path / "t.bdf")
    (tmp_path / "f.bdf").write_text(
        "GRID,1,,0.,0.,\nGRID,2,,1.,0.,\nGRID,3,,0.,1.\nGRID,4,,.5,1.\n"
        "CTRIA3,1,1,1,2,3\nCTRIA3,2,1,1,2,4\n"
    )
    with pytest.raises(MeshError, match="lie on each other"):
        read_mesh(tmp_path / "f.bdf")


def test_groups_within_groups(tmp_path):
    """A cell belongs to the smallest group that has it; groups that cross are refused."""
    from anosim.formats.meshes.parts import Parts

    mesh = rectangle(4.0, 1.0, (4, 1))
    column = (mesh.points[mesh.cells].mean(axis=1)[:, 0]).astype(int)
    groups = {
        "all": np.arange(8),
        "left": np.flatnonzero(column < 2),
        "first": np.flatnonzero(column == 0),
    }
    inside = r"'first' lies inside 'left': what is in both \(2 cells\) counts as 'first'"
    outer = pytest.warns(UserWarning, match="'left' lies inside 'all'")
    with outer, pytest.warns(UserWarning, match=inside):
        found = Parts(mesh.points, mesh.cells, groups, {}).mesh(1.0, None)
    assert found.phase_volumes == pytest.approx({"all": 2.0, "left": 1.0, "first": 1.0})
    groups["cross"] = np.flatnonzero((column > 0) & (column < 3))
    with pytest.raises(InputError, match=r"share only some of their cells.*phases=\["):
        Parts(mesh.points, mesh.cells, groups, {}).mesh(1.0, None)
    chosen = Parts(mesh.points, mesh.cells, groups, {}).mesh(1.0, ["all", "first"])
    assert isinstance(chosen, Mesh)
    assert chosen.phases == ("all", "first")


@pytest.mark.parametrize("dimension", [2, 3])
def test_an_edge_with_two_midpoints_is_refused(dimension):
    from anosim.formats.meshes.parts import Parts

    mesh = sample(dimension, 2)
    shared = np.bincount(mesh.edges.of_cell.ravel())[mesh.edges.of_cell[0]] > 1
    middle = dimension + 1 + int(np.argmax(shared))
    cells = mesh.cells.copy()
    points = np.vstack([mesh.points, mesh.points[cells[0, middle]]])
    cells[0, middle] = len(mesh.points)
    with pytest.raises(MeshError, match="around an edge must share one midpoint"):
        Parts(points, cells, {}, {}).mesh(1.0, None)
