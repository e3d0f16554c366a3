"""A small image of three phases and a case about it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

CASE = """\
[image]
file = "roi.png"
voxel = "20 nm"
phases = { pore = 0, particle = 1, sei = 2 }

[mesh]
size = "120 nm"
interface_size = "60 nm"

[materials.sei]
diffusivity = "1e-13 m^2/s"

[[conditions]]
on = ["pore", "sei"]
type = "mass transfer"
coefficient = "1e-6 m/s"
bulk = "1 mol/L"

[solve]
order = 2
until = "10 s"
tolerance = 1e-5

[output]
times = ["0.1 s", "1 s", "10 s"]
probes = { far = ["0.4 um", "0.75 um"] }
regions = { I = { disc = [["0.2 um", "0.3 um"], "0.1 um"] } }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an image and a case."""
    y, x = np.mgrid[:40, :40]
    labels = np.where(y > 8, 2, 0).astype(np.uint8)
    labels[(x - 20) ** 2 + (y - 25) ** 2 < 64] = 1
    Image.fromarray(labels).save(tmp_path / "roi.png")
    (tmp_path / "case.toml").write_text(CASE)
    return tmp_path
