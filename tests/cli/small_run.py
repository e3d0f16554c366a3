"""A case that runs in a second."""

import signal
from pathlib import Path

import numpy as np
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
type = "mass transfer"
coefficient = "1e-3 m/s"
bulk = "1 mol/L"

[solve]
order = 2
until = "10 s"

[output]
times = ["1 s", "10 s"]
probes = { near = ["0.4 um", "0.2 um"], far = ["0.4 um", "0.75 um"] }
"""

FILES = [
    "case.toml",
    "concentration.png",
    "curves.csv",
    "curves.png",
    "frames.png",
    "mesh.png",
    "mesh.vtkhdf",
    "microstructure.png",
    "report.html",
    "results.json",
    "solution.vtkhdf",
    "time_to_90.png",
]


def listen() -> None:
    """Take Ctrl-C as usual, in a new process: one started in the background may ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def prepare(folder: Path) -> Path:
    """A folder with an image of three phases and a case about it."""
    y, x = np.mgrid[:40, :40]
    labels = np.where(y > 8, 2, 0).astype(np.uint8)
    labels[(x - 20) ** 2 + (y - 25) ** 2 < 64] = 1
    Image.fromarray(labels).save(folder / "roi.png")
    Image.fromarray(labels[:1, :1]).save(folder / "one.png")
    (folder / "case.toml").write_text(CASE)
    return folder
