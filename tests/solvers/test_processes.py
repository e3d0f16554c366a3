"""The plugin fenicsx on two processes: as on one, and errors reach both."""

import numpy as np
import pytest
import shared_problems
from launched import launched

OTHERS = """
import sys
from mpi4py import MPI
import numpy as np
from anosim import Concentration, Diffusion, Material, solve
from anosim.errors import AnosimError
from anosim.testing import rectangle

rank, case = MPI.COMM_WORLD.rank, sys.argv[1]

def law(c):
    if case == "broken" and rank == 1 and np.max(c, initial=0.0) > 0.9:
        raise ZeroDivisionError("no law")
    return 1.0 + c

mesh = rectangle(1.0, 1.0, (6, 6 + rank * (case == "different")))
value = 1.0 + rank * (case == "own")
problem = Diffusion(mesh, {"all": Material(law)}, {"left": Concentration(value)}, until=0.5)
options = {"own": {"processes": "one"}, "option": {"tolerance": 2.0}}.get(case, {})
try:
    solution = solve(problem, solver="fenicsx", order=1, **{"tolerance": 1e-3, **options})
except AnosimError as error:
    told = f"{type(error).__name__}: {error}"
else:
    told = f"{solution.at([0.0, 0.5])[0, 0]:.6f}"
with open(f"{rank}.txt", "w") as file:
    file.write(told)
"""
POOL = """
from mpi4py.futures import MPIPoolExecutor
import numpy as np
import shared_problems

def mean(name):
    return float(np.mean(shared_problems.solution(name).values()))

if __name__ == "__main__":
    with MPIPoolExecutor() as executor:
        print(*executor.map(mean, ["plane, direct, 1", "steady", "periodic"]))
"""


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """What each of two processes gets for every problem."""
    folder = tmp_path_factory.mktemp("both")
    done = launched("-m", "mpi4py", shared_problems.__file__, str(folder), folder=folder)
    assert done.returncode == 0, done.stderr
    return [np.load(folder / f"{rank}.npz") for rank in (0, 1)]


@pytest.mark.parametrize("name", shared_problems.PROBLEMS)
def test_two_processes_get_what_one_gets(both, name):
    field, flux, _ = shared_problems.results(shared_problems.solution(name))
    for found in both:
        assert found[f"{name}: field"] == pytest.approx(field, rel=0, abs=1e-8 * np.ptp(field))
        assert found[f"{name}: flux"] == pytest.approx(flux, rel=0, abs=1e-8 * np.abs(flux).max())
        assert found[f"{name}: imbalance"].max() < 1e-8


def test_both_processes_have_the_same_solution(both):
    one, two = both
    assert one.files == two.files
    for name in shared_problems.PROBLEMS:
        for what in ("field", "place"):  # products of matrices differ in the last place
            found, scale = one[f"{name}: {what}"], np.abs(one[f"{name}: field"]).max()
            assert two[f"{name}: {what}"] == pytest.approx(found, rel=0, abs=1e-13 * scale)


def _told(case, folder):
    (folder / "script.py").write_text(OTHERS)
    done = launched("-m", "mpi4py", "script.py", case, folder=folder)
    assert done.returncode == 0, done.stderr
    return [(folder / f"{rank}.txt").read_text() for rank in (0, 1)]


def test_an_error_on_one_process_is_raised_on_both(tmp_path):
    expected = "ProcessError: process 1 failed: ZeroDivisionError: no law"
    assert _told("broken", tmp_path) == [expected] * 2


def test_an_option_that_makes_no_sense_is_refused_on_both(tmp_path):
    one, two = _told("option", tmp_path)
    assert one == two == "InputError: tolerance is 2.0: choose a number between 1e-12 and 1"


def test_different_problems_are_refused(tmp_path):
    for told in _told("different", tmp_path):
        assert told.startswith("InputError: the processes of MPI were given different problems")


def test_each_may_solve_a_problem_of_its_own(tmp_path):
    assert _told("own", tmp_path) == ["1.000000", "2.000000"]


def test_tasks_of_a_pool_are_each_solved_by_one_process(tmp_path):
    (tmp_path / "pool.py").write_text(POOL)
    done = launched("-m", "mpi4py.futures", "pool.py", folder=tmp_path, count=3)
    assert done.returncode == 0, done.stderr
    names = ["plane, direct, 1", "steady", "periodic"]
    expected = [np.mean(shared_problems.solution(name).values()) for name in names]
    assert [float(word) for word in done.stdout.split()] == pytest.approx(expected, rel=1e-8)


def test_more_processes_than_cells_are_refused(tmp_path):
    script = OTHERS.replace("(6, 6 +", "(1, 1 +")
    (tmp_path / "script.py").write_text(script)
    done = launched("-m", "mpi4py", "script.py", "few", folder=tmp_path, count=3)
    assert done.returncode == 0, done.stderr
    told = (tmp_path / "2.txt").read_text()
    assert told == "InputError: the mesh has 2 cells for 3 processes: start fewer of them"
