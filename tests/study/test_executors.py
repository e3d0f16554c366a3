"""Executors of other packages, for real."""

import multiprocessing
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import quick

from anosim.study import Study, stored
from anosim.study.executors import run_in_pool

MPI = """
import sys
sys.path.insert(0, {here!r})
import quick
from mpi4py.futures import MPIPoolExecutor
from anosim.study import Study
if __name__ == "__main__":
    with MPIPoolExecutor() as executor:
        Study(quick.product, {{"a": [1, 2, 3], "b": [4, 5]}}, folder={folder!r}).run(
            executor=executor
        )
"""
PLAIN = """
import sys
sys.path.insert(0, {here!r})
import quick
from anosim.study import Study
Study(quick.product, {{"a": [1, 2, 3], "b": [4, 5]}}, folder={folder!r}).run({workers})
"""


def _check(folder):
    results = stored(folder)
    assert results.column("product").tolist() == [4, 5, 8, 10, 12, 15]
    assert not results.failed


@pytest.mark.filterwarnings("ignore")
def test_dask(tmp_path):
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=False,
            dashboard_address=None,
            silence_logs=50,
        ) as cluster,
        distributed.Client(cluster) as client,
        client.get_executor() as executor,
    ):
        study = Study(quick.product, {"a": [1, 2, 3], "b": [4, 5]}, folder=tmp_path)
        study.run(executor=executor)
    _check(tmp_path)


def test_mpi4py(tmp_path):
    pytest.importorskip("mpi4py.futures")
    mpiexec = Path(sys.executable).parent / "mpiexec"
    command = str(mpiexec) if mpiexec.exists() else shutil.which("mpiexec")
    if command is None:
        pytest.skip("no mpiexec")
    script = tmp_path / "script.py"
    script.write_text(MPI.format(here=str(Path(__file__).parent), folder=str(tmp_path / "study")))
    done = subprocess.run(
        [command, "-n", "2", sys.executable, "-m", "mpi4py.futures", str(script)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    _check(tmp_path / "study")


def test_submitit(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    submitit = pytest.importorskip("submitit")
    executor = submitit.LocalExecutor(tmp_path / "log")
    executor.update_parameters(timeout_min=1)
    study = Study(quick.product, {"a": [1], "b": [4]}, folder=tmp_path / "study")
    study.run(executor=executor)
    assert stored(tmp_path / "study").column("product").tolist() == [4]


def test_a_plain_script_needs_no_guard(tmp_path):
    done = _plain(tmp_path, "")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    _check(tmp_path / "study")


def test_workers_in_a_script_without_a_guard_are_refused_at_once(tmp_path):
    done = _plain(tmp_path, "workers=2")
    assert done.returncode == 1
    told = done.stderr.strip().splitlines()[-1]
    assert "2 processes would each run plain.py again" in told
    assert 'if __name__ == "__main__":' in told
    assert done.stderr.count("Traceback") == 1
    assert not list((tmp_path / "study" / "runs").glob("*"))


def test_an_interrupted_pool_ends_its_processes(tmp_path):
    def impatient():
        if list((tmp_path / "claims").glob("*.lock")):
            raise KeyboardInterrupt

    study = Study(quick.sleepy, {"a": [1, 2]}, folder=tmp_path)
    study._prepare(retry_failed=False)
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_in_pool(study._batches(), 2, impatient)
    for process in multiprocessing.active_children():
        process.join(30)
    assert time.monotonic() - start < 60  # each run would sleep for 300 s


def _plain(tmp_path, workers):
    script = tmp_path / "plain.py"
    here, folder = str(Path(__file__).parent), str(tmp_path / "study")
    script.write_text(PLAIN.format(here=here, folder=folder, workers=workers))
    return subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=120, check=False
    )
