"""Fields in space to other programs' files and from them."""

import numpy as np
import pytest

import anosim
from anosim.errors import InputError
from anosim.figures import save
from anosim.figures.comparison import comparison
from anosim.formats import vtkhdf
from anosim.interop import (
    Fields,
    Samples,
    compare,
    dataset,
    frame,
    read_samples,
    write_csv,
    write_grid,
    write_spreadsheet,
)
from anosim.testing import box

SIZE = (2e-6, 1e-6, 3e-6)
TIMES = [1.0, 10.0]


@pytest.fixture(scope="module", params=[1, 2])
def solution(request):
    """A box of one phase, filled from its front."""
    problem = anosim.Diffusion(
        box(SIZE, (3, 2, 5)),
        {"all": anosim.Material(1e-13)},
        {"front": anosim.Concentration(1000.0)},
        until=10.0,
    )
    return anosim.solve(problem, order=request.param)


@pytest.fixture(scope="module")
def fields(solution):
    return Fields.of(solution, TIMES)


def test_fields_come_back_from_vtkhdf(solution, fields, tmp_path):
    vtkhdf.write_solution(solution, tmp_path / "s.vtkhdf", TIMES)
    found = Fields.read(tmp_path / "s.vtkhdf")
    assert found.dimension == 3
    places = [[1.3e-6, 0.4e-6, 0.7e-6], [0.1e-6, 0.9e-6, 2.9e-6], [0.1e-6, 0.9e-6, 3.1e-6]]
    assert found.at(places) == pytest.approx(solution.at(places, TIMES), rel=1e-9, nan_ok=True)
    assert np.isnan(found.at(places)[:, 2]).all()
    with pytest.raises(InputError, match="fields are in 3 dimensions"):
        found.at([[0.0, 0.0]])


def test_tables_have_z(fields):
    table = frame(fields)
    assert list(table) == ["time_s", "x_m", "y_m", "z_m", "concentration_mol_per_m3"]
    assert table.z_m.max() == pytest.approx(SIZE[2], rel=1e-12, abs=0)
    assert dataset(fields).z.to_numpy() == pytest.approx(fields.points[:, 2], abs=0)
    assert dataset(fields).connectivity.shape[1] == 4


@pytest.mark.parametrize("write", [write_csv, write_spreadsheet])
def test_what_is_written_is_read_again(fields, tmp_path, write):
    write(fields, tmp_path / "out.txt")
    found = read_samples(tmp_path / "out.txt")
    assert found.points.shape[1] == 3
    off = compare(fields, found)
    assert off.points == (len(fields.points),) * 2
    assert off.largest.max() < 1e-4  # nine digits


def test_a_grid_of_a_volume_is_of_one_time(solution, fields, tmp_path):
    with pytest.raises(InputError, match="four arguments"):
        write_grid(fields, tmp_path / "grid.txt", 1e-6)
    write_grid(Fields.of(solution, [10.0]), tmp_path / "grid.txt", 1e-6)
    lines = (tmp_path / "grid.txt").read_text().splitlines()
    x, y, z = (np.array(line.split(), float) for line in lines[1:4])
    data = np.loadtxt(lines[5:]).reshape(len(z), len(y), len(x))
    assert (x[-1], y[-1], z[-1]) == pytest.approx(SIZE, rel=1e-9, abs=0)
    assert data[2, 1, 1] == pytest.approx(solution.at([[x[1], y[1], z[2]]], 10.0)[0, 0], rel=1e-6)


def test_a_shift_is_found_and_drawn(fields, tmp_path):
    places = np.array([[0.5, 0.5, 0.5], [1.5, 0.2, 2.5], [9.0, 9.0, 9.0]]) * 1e-6
    values = np.append(fields.at(places[:2], 10.0)[0], 0.0)
    found = compare(fields, Samples(places, np.full(3, 10.0), values - 10.0))
    assert found.largest == pytest.approx([10.0])
    assert found.outside == 1
    save(comparison(found), tmp_path / "difference.png")
    assert (tmp_path / "difference.png").stat().st_size > 5000


def test_a_plane_may_come_with_z():
    plane = Fields(
        np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]),
        np.array([[0, 1, 2]]),
        np.array([1.0]),
        np.array([[1.0, 2.0, 3.0]]),
    )
    points, times = np.array([[0.2, 0.2, 5.0], [0.3, 0.1, 5.0]]), np.ones(2)
    assert compare(plane, Samples(points, times, np.array([1.6, 1.5]))).largest.max() < 1e-12
    points[0, 2] = 4.0
    with pytest.raises(InputError, match="fields are in 2 dimensions"):
        compare(plane, Samples(points, times, np.array([1.6, 1.5])))
