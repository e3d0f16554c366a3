"""A run that is killed goes on from where it was."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from small_run import CASE, listen, prepare

from anosim import job
from anosim.case import Case, CaseError
from anosim.cli import main
from anosim.integrate.checkpoint import Checkpoint

Command = Callable[..., subprocess.CompletedProcess[str]]
LAUNCH = """
import sys
from anosim.cli import main
from anosim.integrate import checkpoint
checkpoint.EVERY = 0.2
sys.exit(main(sys.argv[1:]))
"""
"""The command, but its state is written more often than every ten seconds."""
STEPS = 3000
SLOW = CASE.replace("order = 2", f'order = 1\nintegrator = "euler"\nsteps = {STEPS}')


def stopped(folder: Path, number: int) -> tuple[int, str]:
    """Start the run and send it a signal as soon as its state has been written."""
    state = folder / ".results.checkpoint-skfem" / "state.npz"
    command = [sys.executable, "-c", LAUNCH, "run", "case.toml"]
    with subprocess.Popen(
        command, cwd=folder, stderr=subprocess.PIPE, text=True, preexec_fn=listen
    ) as process:
        while not state.exists():
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        process.send_signal(number)
        _, told = process.communicate(timeout=60)
    return process.returncode, told


def numbers(folder: Path) -> dict:
    return json.loads((folder / "results" / "results.json").read_text())


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What an uninterrupted run finds."""
    folder = prepare(tmp_path_factory.mktemp("whole"))
    job.run(Case.parse(SLOW, base=folder))
    return numbers(folder)


def test_a_killed_run_goes_on(folder: Path, anosim: Command, whole: dict) -> None:
    (folder / "case.toml").write_text(SLOW)
    code, _ = stopped(folder, signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert not (folder / "results").exists()
    done = anosim("run", "case.toml", "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    assert "went on from where an earlier run of this case had been stopped" in done.stdout
    found = numbers(folder)
    origin, solves = found["provenance"]["solvers"]["skfem"], "solves"
    assert origin["steps"] == str(STEPS)
    assert int(whole["provenance"]["solvers"]["skfem"][solves]) >= STEPS
    assert int(origin[solves]) < STEPS  # the others had been done before
    for key in ("average_mol_per_m3", "flux_mol_per_m_per_s", "uptake_mol_per_m"):
        for name, values in whole[key].items():
            assert found[key][name] == pytest.approx(values, rel=1e-10, abs=0)
    assert not (folder / ".results.checkpoint-skfem").exists()


def test_an_interrupted_run_says_that_it_can_go_on(folder: Path) -> None:
    (folder / "case.toml").write_text(SLOW)
    code, told = stopped(folder, signal.SIGINT)
    assert code == 130
    assert told.splitlines()[-1] == "interrupted: the same command goes on from where it was"
    assert (folder / ".results.checkpoint-skfem").is_dir()


def test_a_state_of_another_run_is_replaced_and_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = job.checkpoint(folder / "results", "skfem")
    Checkpoint(place, "of another run").save({"now": np.zeros(1)}, np.zeros((1, 1)))
    assert main(["run", str(folder / "case.toml"), "--quiet"]) == 0
    assert "an earlier run's state in" in capsys.readouterr().out
    assert not place.exists()
    assert "does not fit and was removed" in numbers(folder)["notes"][0]


def test_a_checkpoint_that_the_case_names_itself_is_kept_there(folder: Path) -> None:
    place = folder / "mine"
    Checkpoint(place, "of another run").save({"now": np.zeros(1)}, np.zeros((1, 1)))
    text = CASE.replace("order = 2", f"checkpoint = '{place}'")
    with pytest.raises(CaseError, match="belongs to another problem or to other options"):
        job.run(Case.parse(text, base=folder))
    assert place.is_dir()
