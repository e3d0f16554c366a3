"""`anosim run` on several processes: one result, one voice, one exit code."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from launched import ENVIRONMENT, finished, launcher
from small_run import CASE, FILES, listen

ANOSIM = ["-m", "anosim.cli"]
ON_MPI = CASE.replace("order = 2", 'order = 2\nsolver = "fenicsx"')


def run(folder: Path, *arguments: str, text: str = ON_MPI) -> subprocess.CompletedProcess[str]:
    (folder / "case.toml").write_text(text)
    launcher()
    return finished([sys.executable, *ANOSIM, "run", "case.toml", *arguments], folder)


def averages(folder: Path) -> list[float]:
    found = json.loads((folder / "results.json").read_text())
    return list(found["average_mol_per_m3"]["sei"])


def test_two_processes_leave_the_result_of_one(folder: Path) -> None:
    one = run(folder, "--output", "one")
    two = run(folder, "--output", "two", "--mpi", "2")
    assert (one.returncode, two.returncode) == (0, 0), two.stderr
    assert sorted(file.name for file in (folder / "two").iterdir()) == FILES
    assert averages(folder / "two") == pytest.approx(averages(folder / "one"), rel=1e-8, abs=0)
    record = json.loads((folder / "two" / "results.json").read_text())
    assert record["provenance"]["solvers"]["fenicsx"]["processes"] == "2"
    # everything is said once
    assert [line.split()[0] for line in two.stdout.splitlines()] == [
        line.split()[0] for line in one.stdout.splitlines()
    ]
    stages = [[line.split(":")[0] for line in done.stderr.splitlines()] for done in (one, two)]
    assert stages[0] == stages[1]


def test_a_launcher_of_the_users_own_and_solvers_that_work_alone(folder: Path) -> None:
    (folder / "case.toml").write_text(ON_MPI)
    command = [launcher(), "-n", "2", sys.executable, *ANOSIM]
    done = finished([*command, "run", "case.toml", "--solver", "skfem,fenicsx", "--quiet"], folder)
    assert done.returncode == 0, done.stderr
    found = json.loads((folder / "results" / "results.json").read_text())
    assert max(found["agreement"].values()) < 1e-8


@pytest.mark.parametrize("before", [[], ["launcher"]])
def test_a_solver_for_one_process_is_refused(folder: Path, before: list[str]) -> None:
    if before:
        done = finished(
            [launcher(), "-n", "2", sys.executable, *ANOSIM, "run", "case.toml"], folder
        )
    else:
        done = run(folder, "--mpi", "2", text=CASE)
    assert done.returncode == 2
    assert done.stderr.count("error:") == 1
    assert "solver 'skfem' works in one process" in done.stderr


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('until = "10 s"', 'until = "10 s"\ntolerance = 2.0', "tolerance is 2.0: choose a number"),
        ('file = "roi.png"', 'file = "gone.png"', "gone.png"),
    ],
)
def test_an_error_is_one_sentence(folder: Path, before: str, after: str, told: str) -> None:
    done = run(folder, "--mpi", "2", "--quiet", text=ON_MPI.replace(before, after))
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("error: ")
    assert told in done.stderr
    assert not (folder / "results").exists()


def test_a_number_of_processes_that_makes_no_sense(folder: Path) -> None:
    done = run(folder, "--mpi", "0")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: --mpi is 0: choose the number of processes, 1 or more\n"


def stopped(folder: Path, stop: Callable[[int], None]) -> tuple[int, str]:
    """Start a long run on two processes, and stop it, told its number, once its state is kept."""
    slow = ON_MPI.replace("order = 2", 'order = 1\nintegrator = "euler"\nsteps = 100000')
    (folder / "case.toml").write_text(slow)
    launcher()
    state = folder / ".results.checkpoint-fenicsx" / "state.npz"
    command = [sys.executable, *ANOSIM, "run", "case.toml", "--mpi", "2"]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=listen,
    ) as process:
        while not state.exists():
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        stop(process.pid)
        _, told = process.communicate(timeout=300)
    assert state.exists()
    assert not (folder / "results").exists()
    return process.returncode, told


def test_an_interrupted_run_ends_all_and_goes_on_later(folder: Path) -> None:
    code, told = stopped(folder, lambda pid: os.kill(pid, signal.SIGINT))
    assert code == 130
    assert "interrupted: the same command goes on from where it was" in told.splitlines()


def test_a_process_that_is_killed_is_told(folder: Path) -> None:
    def kill_one(started: int) -> None:
        parents = {}
        for place in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                words = place.read_text().rpartition(")")[2].split()
                parents[int(place.parent.name)] = int(words[1])
        below, work = [started], []
        while below:
            parent = below.pop()
            children = [pid for pid, up in parents.items() if up == parent]
            below += children
            work += [] if children else [parent]
        os.kill(max(work), signal.SIGKILL)

    code, told = stopped(folder, kill_one)
    assert code != 0
    assert "one of its processes of MPI was ended" in told.splitlines()[-1]
