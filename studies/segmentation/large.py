"""A SYNTHETIC volume of 500 x 1700 x 1000 bytes by the staged method in slabs: time and memory.

Run with:  python studies/segmentation/large.py FOLDER   (needs 1.8 GB there, deletes them)
"""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from anosim.synthetic import anode, render

SHAPE = (500, 1700, 1000)
TILE = (50, 170, 100)
"""Rendered once and mirrored into the volume."""
PHASES = "pore,sei,graphite,particle"


def write(path: Path) -> None:
    """The volume: a rendered part and its mirror images, with noise of its own in every slice."""
    part = render(anode(100, shape=TILE, voxel="0.2 um").microstructure, noise=0.0).image.values
    row = np.concatenate([part, part[:, ::-1]], axis=1)
    row = np.concatenate([row, row[:, :, ::-1]], axis=2)
    row = np.tile(row, (1, SHAPE[1] // row.shape[1], SHAPE[2] // row.shape[2]))
    volume = np.lib.format.open_memmap(path, "w+", np.uint8, SHAPE)
    rng = np.random.default_rng(0)
    for z in range(SHAPE[0]):
        turn, place = divmod(z, len(row))
        plane = row[place if turn % 2 == 0 else len(row) - 1 - place]
        noise = 8.0 * rng.standard_normal(plane.shape, dtype=np.float32)
        volume[z] = np.clip(plane + noise, 0, 255)
    volume.flush()


def main() -> None:
    """Write the volume, segment it in a process of its own, print what that took."""
    import resource

    folder = Path(sys.argv[1])
    grey, labels = folder / "large-grey.npy", folder / "large-labels.npy"
    write(grey)
    command = [sys.executable, "-m", "anosim.cli", "segment", str(grey), str(labels),
               "--phases", PHASES, "--voxel", "40 nm,20 nm,20 nm", "--method", "staged",
               "--by-slabs", "--smooth", sys.argv[2] if len(sys.argv) > 2 else "0"]  # fmt: skip
    try:
        start = time.perf_counter()
        subprocess.run(command, check=True)
        used = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
        print(
            f"{np.prod(SHAPE) / 1e6:.0f} million voxels in {used:.0f} s, peak memory {peak:.2f} GB"
        )
    finally:
        for path in (grey, labels, labels.with_suffix(".json")):
            path.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
