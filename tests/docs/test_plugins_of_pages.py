"""Who follows the pages on plugins, and nothing else, passes the conformance checks."""

import os
import subprocess
import sys

import pytest
from pages import write_files

from anosim.testing import MESHER_CHECKS, SOLVER_CHECKS


@pytest.mark.parametrize(
    ("page", "kind", "name", "checks"),
    [
        ("own-solver.md", "solver", "modal", SOLVER_CHECKS),
        ("own-mesher.md", "mesher", "pixels", MESHER_CHECKS),
    ],
)
def test_a_plugin_of_a_page(tmp_path, page, kind, name, checks):
    source, site = tmp_path / "source", tmp_path / "site"
    write_files(page, source)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    pip += ["--no-index", "--disable-pip-version-check", "--target", str(site), str(source)]
    subprocess.run(pip, check=True)
    environment = {**os.environ, "PYTHONPATH": str(site)}
    verb = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_conformance.py"]
    done = subprocess.run(verb, cwd=source, env=environment, capture_output=True, text=True)
    assert f"{len(checks)} passed" in done.stdout, done.stdout
    code = (
        "import anosim, anosim.errors, numpy as np\n"
        "from anosim.testing import SOLVER_CHECKS, rectangle\n"
        f"made = anosim.plugins.{kind}({name!r})()\n"
    )
    if kind == "solver":  # it does not pass by refusing
        code += (
            "refused = 0\n"
            "p = anosim.Diffusion(rectangle(), {'all': anosim.Material(1.0)},\n"
            "    {'left': anosim.Concentration(1.0)}, until=1.0)\n"
            "other = anosim.solve(p, solver='skfem', order=1)\n"
            "off = np.abs(made.solve(p).values(0.1) - other.values(0.1)).max()\n"
            "assert off < 1e-6, off\n"
        )
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
