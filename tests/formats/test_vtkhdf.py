import numpy as np
import pytest
import pyvista
from vtkmodules.vtkCommonExecutionModel import vtkStreamingDemandDrivenPipeline
from vtkmodules.vtkIOHDF import vtkHDFReader

import anosim
from anosim.errors import InputError
from anosim.formats import vtkhdf
from anosim.formats.atomic import replacing
from anosim.testing import rectangle


@pytest.fixture(params=[1, 2], ids=["linear", "quadratic"])
def solution(request):
    mesh = rectangle(3e-6, 1e-6, (6, 4), phases=("pore", "sei", "cbd"), cuts=(1e-6, 2e-6))
    problem = anosim.Diffusion(
        mesh,
        materials={"sei": anosim.Material("1e-13 m^2/s"), "cbd": anosim.Material("1e-14 m^2/s")},
        conditions={("pore", "sei"): anosim.Concentration("1 mol/L")},
        until="10 s",
    )
    return anosim.solve(problem, solver="skfem", order=request.param)


def read_steps(path):
    """Times and grids by VTK's own reader, the one that ParaView uses."""
    reader = vtkHDFReader()
    reader.SetFileName(str(path))
    reader.UpdateInformation()
    times = reader.GetOutputInformation(0).Get(vtkStreamingDemandDrivenPipeline.TIME_STEPS())
    grids = []
    for time in times:
        reader.UpdateTimeStep(time)
        grids.append(pyvista.wrap(reader.GetOutputDataObject(0)).copy())
    return times, grids


def test_solution_reads_back_in_vtk(solution, tmp_path):
    domain, arrival = solution.domain, solution.time_to(0.9)
    vtkhdf.write_solution(solution, tmp_path / "c.vtkhdf", ["10 s", "2 s", 0.5], arrival=arrival)

    times, grids = read_steps(tmp_path / "c.vtkhdf")
    assert times == (0.5, 2.0, 10.0)
    for time, grid in zip(times, grids, strict=True):
        assert np.array_equal(grid.points[:, :2], domain.points)
        assert not grid.points[:, 2].any()
        assert set(grid.celltypes) == {5 if domain.order == 1 else 22}
        assert np.array_equal(grid.cell_connectivity, domain.connectivity.ravel())
        assert grid["concentration"] == pytest.approx(solution.values(time)[0], rel=1e-12)
        assert np.array_equal(grid["time_to_90"], arrival)
        assert np.array_equal(grid["phase"], domain.mesh.cell_phase[domain.cells])
        assert list(grid.field_data["phases"]) == ["pore", "sei", "cbd"]


def test_area_and_content_by_vtk(solution, tmp_path):
    vtkhdf.write_solution(solution, tmp_path / "c.vtkhdf", "2 s")
    grid = pyvista.read(tmp_path / "c.vtkhdf")
    assert grid.area == pytest.approx(2e-12, rel=1e-9, abs=0)
    middle = grid.sample_over_line((1.1e-6, 0.3e-6, 0), (2.9e-6, 0.3e-6, 0), resolution=20)
    expected = solution.at(middle.points[:, :2], "2 s")[0]
    assert np.allclose(middle["concentration"], expected, atol=1e-6)


def test_steady_state_is_one_step(tmp_path):
    problem = anosim.Diffusion(
        rectangle(1e-6, 1e-6, (4, 4)),
        materials={"all": anosim.Material(1e-14)},
        conditions={"left": anosim.Concentration(1.0), "right": anosim.Concentration(3.0)},
        until="inf",
    )
    solution = anosim.solve(problem, solver="skfem", order=1)
    vtkhdf.write_solution(solution, tmp_path / "c.vtkhdf")
    grid = pyvista.read(tmp_path / "c.vtkhdf")
    assert np.allclose(grid["concentration"], 1.0 + 2.0 * grid.points[:, 0] / 1e-6)


def test_mesh_reads_back_in_vtk(tmp_path):
    mesh = rectangle(2e-6, 1e-6, (4, 2), phases=("pore", "größe"), cuts=(1e-6,))
    vtkhdf.write_mesh(mesh, tmp_path / "m.vtkhdf")
    grid = pyvista.read(tmp_path / "m.vtkhdf")
    assert np.array_equal(grid.points[:, :2], mesh.points)
    assert np.array_equal(grid.cell_connectivity, mesh.cells.ravel())
    assert np.array_equal(grid["phase"], mesh.cell_phase)
    assert np.array_equal(grid["quality"], mesh.quality)
    assert list(grid.field_data["phases"]) == ["pore", "größe"]


def test_nothing_stays_of_a_failed_file(solution, tmp_path):
    with pytest.raises(InputError, match="one time per node"):
        vtkhdf.write_solution(solution, tmp_path / "c.vtkhdf", arrival=np.zeros(3))
    with pytest.raises(InputError, match="outside of what was solved"):
        vtkhdf.write_solution(solution, tmp_path / "c.vtkhdf", "11 s")
    with pytest.raises(InputError, match="no folder"):
        vtkhdf.write_mesh(solution.domain.mesh, tmp_path / "none" / "m.vtkhdf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_interrupted_file_leaves_the_old_one(tmp_path, error):
    path = tmp_path / "numbers.txt"
    path.write_text("old")

    def interrupted():
        with replacing(path) as temporary:
            assert temporary.suffix == ".txt"
            assert temporary.parent == tmp_path
            temporary.write_text("half")
            raise error

    with pytest.raises(error):
        interrupted()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    with replacing(path) as temporary:
        temporary.write_text("new")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]
