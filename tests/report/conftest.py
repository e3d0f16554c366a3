"""Results of a run, made once; tests that change them take a copy."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

CASE = """\
[image]
file = "roi.png"
voxel = "20 nm"
phases = { pore = 0, particle = 1, sei = 2 }

[mesh]
size = "80 nm"

[materials.sei]
diffusivity = "1e-13 m^2/s"

[[conditions]]
on = ["pore", "sei"]
type = "concentration"
value = "1 mol/L"

[solve]
until = "1 s"
tolerance = 1e-5

[output]
times = ["0.1 s", "1 s"]
probes = { near = ["0.4 um", "0.2 um"], far = ["0.4 um", "0.75 um"] }
surfaces = true
"""


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A run's results: pores above, one particle, lithium from the pores."""
    place = tmp_path_factory.mktemp("report")
    y, x = np.mgrid[:40, :40]
    labels = np.where(y > 8, 2, 0).astype(np.uint8)
    labels[(x - 20) ** 2 + (y - 25) ** 2 < 64] = 1
    Image.fromarray(labels).save(place / "roi.png")
    (place / "case.toml").write_text(CASE)
    verb = [sys.executable, "-m", "anosim.cli", "run", "case.toml", "--quiet"]
    subprocess.run(verb, cwd=place, check=True, capture_output=True)
    return place / "results"
