"""Commands on several processes of MPI."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ENVIRONMENT = {
    **os.environ,
    "OMP_NUM_THREADS": "1",
    "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS / "solvers")]),
}


def launcher() -> str:
    """The environment's mpiexec; without it, or without DOLFINx, the test is skipped."""
    pytest.importorskip("mpi4py.MPI")
    pytest.importorskip("dolfinx")
    own = Path(sys.executable).with_name("mpiexec")
    found = str(own) if own.exists() else shutil.which("mpiexec")
    if found is None:
        pytest.skip("no mpiexec")
    return found


def launched(*arguments: str, folder: Path, count: int = 2) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments on as many processes."""
    return finished([launcher(), "-n", str(count), sys.executable, *arguments], folder)


def finished(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder to its end."""
    return subprocess.run(
        command,
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=900,  # processes may be halted for minutes
        check=False,
    )
