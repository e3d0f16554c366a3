"""A stranger's solver: its own distribution, installed for the test, found by its entry point."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from anosim.testing import SOLVER_CHECKS

TOY = Path(__file__).parents[1] / "toy_solver"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    site = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    source = tmp_path_factory.mktemp("toy")
    subprocess.run(["cp", "-r", str(TOY), str(source)], check=True)
    pip += ["--no-index", "--disable-pip-version-check", "--target", str(site)]
    subprocess.run([*pip, str(source / TOY.name)], check=True)
    return {**os.environ, "PYTHONPATH": str(site)}


def _python(code, environment):
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )


def test_it_is_listed_beside_the_built_in_ones(installed):
    done = _python("import anosim; print(anosim.plugins.names())", installed)
    assert done.stdout.strip() == "('fenicsx', 'skfem', 'toy')", done.stderr


def test_it_passes_the_conformance_checks(installed):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            str(TOY / "conformance.py"),
        ],
        env=installed,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert f"{len(SOLVER_CHECKS)} passed" in done.stdout


def test_a_name_claimed_twice_is_refused(installed, tmp_path):
    info = tmp_path / "other-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[anosim.solvers]\ntoy = other:Toy\n")
    path = f"{installed['PYTHONPATH']}{os.pathsep}{tmp_path}"
    code = "import anosim; anosim.plugins.solver('toy')"
    done = _python(code, {**installed, "PYTHONPATH": path})
    assert "'toy' in anosim.solvers is claimed by 'other', 'toy-solver'" in done.stderr


def test_a_solver_that_cannot_be_loaded_says_where_it_belongs(installed, tmp_path):
    info = tmp_path / "broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[anosim.solvers]\nbroken = not_there:Solver\n")
    code = "import anosim; anosim.plugins.solver('broken')"
    done = _python(code, {**installed, "PYTHONPATH": str(tmp_path)})
    assert "MissingDependencyError: the plugin 'broken' cannot be loaded" in done.stderr
    assert "belongs to the distribution 'broken'" in done.stderr
