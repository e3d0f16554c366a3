"""Fields to other programs' files and from them."""

import subprocess
import sys
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anosim.errors import AnosimError, InputError
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

TIMES = [1.0, 5.0, 10.0]


@pytest.fixture(scope="module")
def fields(solution):
    return Fields.of(solution, TIMES)


def slab(x, t):
    """Crank's sealed slab of 1 um from x = 1 um, D = 1e-13 m^2/s, 1000 mol/m^3 at its left."""
    x, D, L = np.asarray(x) - 1e-6, 1e-13, 1e-6
    k = (2 * np.arange(200) + 1)[:, None] * np.pi / (2 * L)
    terms = 2 / (k * L) * np.sin(k * x) * np.exp(-D * k**2 * t)
    return 1000.0 * (1 - terms.sum(axis=0))


def test_fields_come_back_from_vtkhdf(solution, fields, tmp_path):
    vtkhdf.write_solution(solution, tmp_path / "s.vtkhdf", TIMES)
    found = Fields.read(tmp_path / "s.vtkhdf")
    places = [[1.3e-6, 0.4e-6], [1.77e-6, 0.9e-6], [0.3e-6, 0.3e-6]]
    here = solution.at(places, [5.0])
    assert found.at(places, 5.0)[0, :2] == pytest.approx(here[0, :2], rel=1e-9)
    assert np.isnan(found.at(places, 5.0)[0, 2])
    assert fields.at(places) == pytest.approx(found.at(places), nan_ok=True)
    with pytest.raises(InputError, match=r"nothing is known at 3 s: the results have 1 s, 5 s"):
        found.at(places, 3.0)
    with pytest.raises(InputError, match="no solution that can be read"):
        Fields.read(__file__)


def test_tables_hold_every_value(fields):
    table = frame(fields)
    assert len(table) == len(TIMES) * len(fields.points)
    last = table[table.time_s == 10.0]
    assert last.concentration_mol_per_m3.to_numpy() == pytest.approx(fields.values[-1])
    held = dataset(fields)
    assert held.concentration.sel(time=5.0).to_numpy() == pytest.approx(fields.values[1])
    assert held.concentration.attrs["units"] == "mol m-3"


@pytest.mark.parametrize("ending", ["csv", "txt"])
def test_what_is_written_is_read_again(fields, tmp_path, ending):
    path = tmp_path / f"out.{ending}"
    (write_csv if ending == "csv" else write_spreadsheet)(fields, path)
    found = read_samples(path)
    assert np.unique(found.times) == pytest.approx(TIMES)
    off = compare(fields, found)
    assert off.points == (len(fields.points),) * 3
    assert off.largest.max() < 1e-4  # nine digits


def test_every_node_that_was_exported_is_inside_when_it_is_compared(fields, tmp_path):
    write_csv(fields, tmp_path / "c.csv")
    found = compare(fields, read_samples(tmp_path / "c.csv"))
    assert found.outside == 0
    assert max(found.largest) < 1e-3


def test_a_grid_is_as_comsol_reads_it(fields, tmp_path):
    write_grid(fields, tmp_path / "grid.txt", 100e-9)
    lines = (tmp_path / "grid.txt").read_text().splitlines()
    assert (lines[0], lines[4]) == ("%Grid", "%Data")
    x, y, t = (np.array(line.split(), float) for line in lines[1:4])
    data = np.loadtxt(lines[5:]).reshape(len(t), len(y), len(x))
    assert x[-1] == pytest.approx(2e-6)
    assert t == pytest.approx(TIMES)
    inside = x > 1.05e-6
    for rank, time in enumerate(TIMES):
        assert data[rank, 3, inside] == pytest.approx(slab(x[inside], time), rel=2e-3)


def test_an_exact_solution_compares_with_its_error(solution, tmp_path):
    x = np.linspace(1.1e-6, 1.9e-6, 9)
    rows = [(t, xx * 1e6, 0.5, slab([xx], t)[0] / 1000.0) for t in (2.0, 7.0) for xx in x]
    lines = ["t [s]; x (um); y (um); c [mol/L]; error"]
    lines += [";".join(f"{v:.12g}" for v in row) + ";ok" for row in rows]
    (tmp_path / "exact.csv").write_text("\n".join(lines))
    found = compare(solution, read_samples(tmp_path / "exact.csv"))
    assert found.times == pytest.approx([2.0, 7.0])
    assert found.points == (9, 9)
    assert found.relative_l2.max() < 1e-4
    off = read_samples(tmp_path / "exact.csv")
    worse = compare(solution, Samples(off.points, off.times, off.values + 10.0))
    assert worse.largest == pytest.approx([10.0, 10.0], rel=0.02)
    save(comparison(worse), tmp_path / "difference.png")
    assert (tmp_path / "difference.png").stat().st_size > 5000


def test_units_can_be_given(tmp_path):
    (tmp_path / "a.csv").write_text("X,Y,time,concentration\n1,2,3,4\n")
    found = read_samples(tmp_path / "a.csv", length="um", time="ms", concentration="mol/L")
    assert found.points == pytest.approx(np.array([[1e-6, 2e-6]]), rel=1e-9, abs=0)
    assert (found.times[0], found.values[0]) == pytest.approx((3e-3, 4000.0))
    (tmp_path / "b.txt").write_text(
        "% Length unit: um\n% X Y c (mol/m^3) @ t=0.5 c (mol/m^3) @ t=2\n1 2 30 40\n5 6 NaN 80\n"
    )
    with pytest.warns(UserWarning, match="line 4 has no concentration"):
        found = read_samples(tmp_path / "b.txt")
    assert found.times.tolist() == [0.5, 2.0, 2.0]
    assert found.values.tolist() == [30.0, 40.0, 80.0]
    assert found.points[-1] == pytest.approx([5e-6, 6e-6], rel=1e-9, abs=0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no header"),
        ("x,y,c\n", "no numbers"),
        ("x,y\n1,2\n", "no column 'c'"),
        ("x,y,c\n1,2\n", "line 2: 2 columns, the header has 3"),
        ("x,y,x_um,c\n1,2,3,4\n", "2 columns of x"),
        ("x (s),y,c\n1,2,3\n", r"column 'x \(s\)'"),
        ("x,y,c\na,b,c\n", "line 2: 'b' is neither a number nor a unit"),
        ("x,y,c\n1,2,nan\n", "no row with numbers"),
        ("% nothing\n1 2 3\n", "expected a header"),
    ],
)
def test_a_bad_file_is_explained(tmp_path, text, message):
    (tmp_path / "bad.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        read_samples(tmp_path / "bad.csv")


def test_places_outside_are_counted_or_refused(fields):
    points = np.array([[1.5e-6, 0.5e-6], [0.2e-6, 0.5e-6]])
    found = compare(fields, Samples(points, np.array([5.0, 5.0]), np.array([1.0, 1.0])))
    assert (found.points, found.outside) == ((1,), 1)
    with pytest.raises(InputError, match="is the unit of length right"):
        compare(fields, Samples(points * 1e6, np.array([5.0, 5.0]), np.array([1.0, 1.0])))


GOOD = b"% Length unit: m\n% X Y c (mol/m^3) @ t=0 c (mol/m^3) @ t=2\n1 2 30 40\n5 6 7 80\n"


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=60), st.integers(0, len(GOOD)), st.integers(0, 20))
def test_a_damaged_file_is_an_error_of_ours_or_numbers(tmp_path, junk, place, cut):
    path = tmp_path / "junk.txt"
    path.write_bytes(GOOD[:place] + junk + GOOD[place + cut :])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of rows that the damage left without a number
            found = read_samples(path)
    except AnosimError:
        return
    assert np.isfinite(found.values).all()
    assert len(found.values) == len(found.times) == len(found.points)


def test_the_commands_export_and_compare(solution, tmp_path):
    (tmp_path / "run").mkdir()
    vtkhdf.write_solution(solution, tmp_path / "run" / "solution.vtkhdf", TIMES)
    verb = [sys.executable, "-m", "anosim.cli"]
    for kind, name in (("comsol", "run.txt"), ("netcdf", "run.nc"), ("csv", "run.csv")):
        subprocess.run([*verb, "export", "run", "--to", kind], cwd=tmp_path, check=True)
        assert (tmp_path / name).stat().st_size > 1000
    done = subprocess.run(
        [*verb, "compare", "run", "run.txt", "--picture", "d.pdf", "--json", "d.json"],
        cwd=tmp_path, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "relative L2" in done.stdout
    assert (tmp_path / "d.pdf").exists()
