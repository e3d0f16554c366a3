"""Every command without each extra and without all: an answer or a sentence, no traceback."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile

from anosim.extras import EXTRAS

LABELS = ("--voxel", "20nm", "--phases", "pore=0,particle=1,sei=2")
COMMANDS: dict[str, tuple[str, ...]] = {
    "run": ("run", "case.toml", "--quiet", "--output", "again"),
    "run fenicsx": ("run", "case.toml", "--solver", "fenicsx", "--quiet", "--output", "other"),
    "run volume": ("run", "volume.toml", "--quiet", "--output", "space"),
    "mesh": ("mesh", "case.toml", "--output", "roi.msh", "--quiet"),
    "measure": ("measure", "roi.png", *LABELS, "--output", "m", "--quiet"),
    "measure volume": ("measure", "volume.tif", *LABELS, "--output", "v", "--quiet"),
    "export bpx": ("export", "roi.png", *LABELS, "--electrolyte", "pore", "--active", "particle",
                   "--to", "bpx"),
    "export csv": ("export", "results", "--to", "csv"),
    "export netcdf": ("export", "results", "--to", "netcdf"),
    "export comsol": ("export", "results", "--to", "comsol"),
    "report": ("report", "results"),
    "gif": ("animate", "results", "--output", "a.gif"),
    "mp4": ("animate", "results", "--output", "a.mp4"),
    "convert": ("convert", "results/mesh.vtkhdf", "a.msh"),
    "compare": ("compare", "results", "one.csv", "--picture", "d.png"),
    "otsu": ("segment", "grey.tif", "o.tif", "--phases", "a,b", "--voxel", "20nm",
             "--method", "otsu", "--quiet"),
    "regions": ("segment", "grey.tif", "r.tif", "--phases", "a,b", "--voxel", "20nm", "--quiet"),
    "staged": ("segment", "grey.tif", "s.tif", "--phases", "a,b", "--voxel", "20nm",
               "--method", "staged", "--prepare", "non-local means", "--quiet"),
    "zarr": ("measure", "image.zarr", *LABELS, "--output", "z", "--quiet"),
    "study": ("study", "run", "sweep.toml", "--workers", "1", "--quiet"),
    "estimate": ("study", "run", "sweep.toml", "--estimate"),
    "solvers": ("solvers",),
}  # fmt: skip
NEEDED = {
    "gmsh": {"mesh"},
    "skfem": {"run", "run volume", "study", "estimate"},
    "fenicsx": {"run fenicsx"},
    "formats": {"zarr"},
    "measure": {"measure", "export bpx"},
    "segment": {"regions", "staged"},
    "study": {"export netcdf"},
    "scene": {"run volume", "mp4"},
}
"""Commands that an extra is told for."""
CHEAP = {"report", "export csv", "export comsol", "convert", "compare", "otsu", "solvers"}
"""Commands that need no extra."""


@pytest.fixture(scope="module")
def place(finished: tuple[Path, str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run, a grey image, a volume and files that extras read."""
    made = tmp_path_factory.mktemp("minimal") / "work"
    shutil.copytree(finished[0], made)
    volume = np.zeros((5, 6, 8), np.uint8)
    volume[:, 2:5, 2:6], volume[1:3, 3, 3:5] = 2, 1
    tifffile.imwrite(made / "volume.tif", volume)
    text = (made / "case.toml").read_text().replace("roi.png", "volume.tif")
    (made / "volume.toml").write_text(text.split("[output]")[0])
    grey = np.random.default_rng(3).normal(60, 4, (24, 24))
    grey[8:] += 100
    tifffile.imwrite(made / "grey.tif", grey.astype(np.uint8))
    (made / "one.csv").write_text("x_um,y_um,t_s,c\n0.1,0.5,1,5\n")
    (made / "sweep.toml").write_text(
        'case = "case.toml"\n[axes]\n"materials.sei.diffusivity" = ["1e-13 m^2/s"]\n'
    )
    (made / "image.zarr").mkdir()
    (made / "image.zarr" / "zarr.json").write_text('{"zarr_format": 3, "node_type": "group"}')
    return made


def outcomes(place: Path, blocked: tuple[str, ...], names: set[str]) -> dict[str, tuple[int, str]]:
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("without.py")), ",".join(blocked)],
        cwd=place,
        input=json.dumps([COMMANDS[name] for name in sorted(names)]),
        env=os.environ | {"NUMBA_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return dict(zip(sorted(names), map(tuple, json.loads(done.stdout)), strict=True))


def test_no_command_breaks_down_without_all_extras(place: Path) -> None:
    blocked = tuple(name for names in EXTRAS.values() for name in names)
    found = outcomes(place, blocked, set(COMMANDS))
    for name, (code, said) in found.items():
        assert code in (0, 1, 2), f"{name}: {said}"
        if any(name in names for names in NEEDED.values()):
            assert code == 2, f"{name}: {said}"
            assert "pip install 'anosim[" in said, f"{name}: {said}"
    assert {name for name in CHEAP if found[name][0]} == set()


@pytest.mark.parametrize("extra", sorted(NEEDED))
def test_a_command_names_the_extra_that_is_missing(place: Path, extra: str) -> None:
    for name, (code, said) in outcomes(place, EXTRAS[extra], NEEDED[extra]).items():
        assert code == 2, f"{name}: {said}"
        assert f"pip install 'anosim[{extra}]'" in said, f"{name}: {said}"
