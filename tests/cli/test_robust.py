"""What ends a command is told, numbers that were complete are kept, leftovers go."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from small_run import listen

from anosim.formats.atomic import replacing
from anosim.formats.owners import owned_name, process_start, remove_leftovers

Command = Callable[..., subprocess.CompletedProcess[str]]
ANOSIM = [sys.executable, "-m", "anosim.cli"]
UNFINISHED = """
import os, sys
from pathlib import Path
from anosim.formats.atomic import replacing
from anosim.results import replacing_folder
with replacing_folder(Path("results")) as place, replacing("labels.tif") as file:
    (place / "half.txt").write_text("half")
    file.write_text("half")
    os._exit(9)
"""


def python(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", text], cwd=folder, capture_output=True, text=True, check=False
    )


def hidden(folder: Path) -> list[str]:
    return [name for name in os.listdir(folder) if name.startswith(".")]


def stopped_while_it_draws(folder: Path, number: int) -> tuple[int, str]:
    with subprocess.Popen(
        [*ANOSIM, "run", "case.toml", "--quiet"], cwd=folder, stderr=subprocess.PIPE, text=True,
        preexec_fn=listen,
    ) as process:  # fmt: skip
        while not (folder / "results" / "results.json").exists():
            assert process.poll() is None
            time.sleep(0.002)
        process.send_signal(number)
        _, told = process.communicate(timeout=300)
    return process.returncode, told


def test_what_dead_processes_left_is_removed_by_the_next(folder: Path) -> None:
    assert python(UNFINISHED, folder).returncode == 9
    assert len(hidden(folder)) == 2
    again = UNFINISHED.replace("os._exit(9)", "pass")
    assert python(again, folder).returncode == 0
    assert hidden(folder) == []
    assert (folder / "labels.tif").read_text() == "half"


def test_what_belongs_to_others_stays(tmp_path: Path) -> None:
    mine = tmp_path / owned_name(".x.", ".tif")
    pid, start = os.getpid(), process_start(os.getpid())
    used_again = mine.name.replace(f"-{pid}-{start}-", f"-{pid}-{int(start or 1) + 1}-")
    elsewhere = f".x.000000-{pid}-1-00000000.tif"
    users = [".hidden", ".labels.tif", "x.tif", ".x.abc-1-2-3.tif"]
    for name in (mine.name, used_again, elsewhere, *users):
        (tmp_path / name).write_text("")
    remove_leftovers(tmp_path)
    assert sorted(os.listdir(tmp_path)) == sorted([mine.name, elsewhere, *users])


def test_a_name_as_long_as_the_system_allows(tmp_path: Path) -> None:
    path = tmp_path / f"{'n' * 250}.tif"
    with replacing(path) as file:
        file.write_text("whole")
    assert path.read_text() == "whole"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_numbers_outlive_what_stops_the_drawing(
    folder: Path, anosim: Command, number: signal.Signals
) -> None:
    code, told = stopped_while_it_draws(folder, number)
    assert code == (-9 if number == signal.SIGKILL else 128 + number), told
    found = json.loads((folder / "results" / "results.json").read_text())
    assert found["average_mol_per_m3"]["sei"][-1] == pytest.approx(1000.0, rel=0.05)
    assert (folder / "results" / "solution.vtkhdf").is_file()
    if number == signal.SIGHUP:
        done = anosim("run", "case.toml", "--quiet")
        assert (done.returncode, done.stderr) == (0, "")
        assert hidden(folder) == hidden(folder / "results") == []


@pytest.mark.parametrize(
    ("work", "code", "says"),
    [
        ("os.abort()", 134, "a library ended it (SIGABRT)"),
        ("os.kill(os.getpid(), signal.SIGKILL)", 137, "the system killed it"),
        ("os.kill(os.getpid(), signal.SIGBUS)", 135, "a library ended it (SIGBUS)"),
        ("os._exit(1)", 1, "a library ended it without a word"),
    ],
)
def test_an_end_without_a_word_is_told(tmp_path: Path, work: str, code: int, says: str) -> None:
    done = python(
        "import os, signal, sys; from anosim.cli.supervision import supervised\n"
        f"sys.exit(supervised(lambda: {work}))",
        tmp_path,
    )
    assert done.returncode == code
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_ends_of_ones_own_are_not_told(tmp_path: Path) -> None:
    for work, code in (("0", 0), ("2", 2), ("sys.exit(2)", 2)):
        done = python(
            "import sys; from anosim.cli.supervision import supervised\n"
            f"sys.exit(supervised(lambda: {work}))",
            tmp_path,
        )
        assert (done.returncode, done.stderr) == (code, "")


def test_the_child_ends_with_its_parent(tmp_path: Path) -> None:
    text = (
        "import os, time; from anosim.cli.supervision import supervised\n"
        "def work():\n open('pid', 'w').write(str(os.getpid())); time.sleep(600)\n"
        "supervised(work)"
    )
    with subprocess.Popen([sys.executable, "-c", text], cwd=tmp_path) as process:
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
    child = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 60.0
    while process_start(child) and time.monotonic() < deadline:
        if ") Z " in Path(f"/proc/{child}/stat").read_text():  # nobody has asked for its end yet
            break
        time.sleep(0.05)
    assert time.monotonic() < deadline


def test_a_closed_output_does_no_harm(folder: Path) -> None:
    line = f"{sys.executable} -m anosim.cli mesh case.toml --quiet --output mesh.msh"
    done = subprocess.run(
        ["sh", "-c", f"{line} >&-"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "mesh.msh").read_bytes().startswith(b"$MeshFormat")


def test_a_reader_that_has_had_enough_of_a_solver_that_starts_mpi(folder: Path) -> None:
    line = f"{sys.executable} -m anosim.cli solvers | head -n 1"
    done = subprocess.run(
        ["sh", "-c", line], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


@pytest.mark.parametrize("megabytes", [500, 600, 700])
def test_memory_that_does_not_suffice_is_one_sentence(folder: Path, megabytes: int) -> None:
    import resource

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))

    done = subprocess.run(
        [*ANOSIM, "run", "case.toml", "--quiet"], cwd=folder, capture_output=True, text=True,
        preexec_fn=small, check=False, env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert done.returncode == 0 or done.stderr.splitlines()[-1].startswith("error: ")
    assert hidden(folder) == []
