"""The study of several processes in a quick form."""

import subprocess
import sys
from pathlib import Path

from launched import ENVIRONMENT, launcher

SCRIPT = Path(__file__).parents[2] / "studies" / "performance" / "parallel.py"


def test_two_processes_differ_by_rounding_only():
    launcher()
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "4"],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert "729 unknowns, linear algebra PETSc CG with GAMG" in told[0]
    assert float(told[-1].split()[2]) < 1e-8
