"""``anosim measure``."""

import csv
import json
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import h5py
import numpy as np
import pytest
import tifffile

Command = Callable[..., subprocess.CompletedProcess[str]]
PHASES = ("--phases", "pore=0,particle=1")


@pytest.fixture(autouse=True)
def one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_NUM_THREADS", "1")


def channels(folder: Path) -> None:
    """Two straight channels along z, one of them closed half way, in a block of particle."""
    labels = np.ones((8, 6, 9), np.uint8)
    labels[:, 1:3, 1:4] = 0
    labels[:4, 4:5, 5:8] = 0
    tifffile.imwrite(folder / "channels.tif", labels)


def test_measure(anosim: Command, folder: Path) -> None:
    channels(folder)
    done = anosim("measure", "channels.tif", "--voxel", "40nm,20nm,20nm", *PHASES, "--output", "m")
    assert done.returncode == 0, done.stderr
    for words in ("tortuosity factor of pore (z)", "channels at the entry, at the end", "2, 1"):
        assert words in done.stdout
    assert "measure: " in done.stderr
    found = json.loads((folder / "m" / "results.json").read_text())
    through = 6 / 54
    assert found["fraction"]["pore"]["mean"] == pytest.approx((through * 8 + 3 / 54 * 4) / 8)
    factor = found["tortuosity_factor"]
    assert factor["effective_over_bulk"] == pytest.approx(through, rel=1e-4)
    assert factor["shares"]["through"] == pytest.approx(48 / 60)
    assert found["geodesic_tortuosity"]["mean_at_deepest"] == pytest.approx(1.0, rel=1e-6)
    assert found["proximity"][0]["max_m"] == pytest.approx(20e-9)
    assert found["particles"]["number"] == 1
    for text in found["definitions"].values():
        assert text["definition"]
        assert text["unit"]
        assert text["reference"]
    assert set(found["files"]) == {path.name for path in (folder / "m").iterdir()}
    with (folder / "m" / "geodesic.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["channels"] for row in rows] == ["2"] * 4 + ["1"] * 4
    assert float(rows[0]["depth_m"]) == pytest.approx(20e-9)
    with h5py.File(folder / "m" / "maps.vtkhdf") as file:
        assert file["VTKHDF"].attrs["Spacing"].tolist() == pytest.approx([20e-9, 20e-9, 40e-9])
        assert file["VTKHDF/CellData/phase"].shape == (8, 6, 9)
    for name in ("measures.png", "tortuosity.png"):
        assert (folder / "m" / name).stat().st_size > 10_000


def test_a_slice_that_is_blocked(anosim: Command, folder: Path) -> None:
    options = ("--phases", "sei=2,particle=1,pore=0", "--pore", "pore", "--particle", "particle")
    done = anosim("measure", "roi.png", "--voxel", "20 nm", *options, "--quiet")
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    found = json.loads((folder / "measure-results" / "results.json").read_text())
    assert found["tortuosity_factor"]["tortuosity_factor"] is None  # infinite
    assert found["tortuosity_factor"]["effective_over_bulk"] == 0.0
    assert found["geodesic_tortuosity"]["channels_at_end"] == 0
    assert "inf" in done.stdout
    again = anosim("measure", "roi.png", "--voxel", "20 nm", *options, "--quiet", "--axis", "x")
    assert again.returncode == 0, again.stderr  # earlier results are replaced
    found = json.loads((folder / "measure-results" / "results.json").read_text())
    assert found["tortuosity_factor"]["effective_over_bulk"] == pytest.approx(9 / 40, rel=1e-4)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("roi.png", "--voxel", "20 nm", "--phases", "pore"), "expected NAME=LABEL"),
        (("roi.png", "--voxel", "20", *PHASES), "which has no unit"),
        (("roi.png", "--voxel", "20 nm", *PHASES), "name every label"),
        (("none.png", "--voxel", "20 nm", *PHASES), "there is no file"),
    ],
)
def test_errors(anosim: Command, folder: Path, arguments: tuple[str, ...], says: str) -> None:
    done = anosim("measure", *arguments)
    assert done.returncode == 2, done.stdout
    assert says in done.stderr
    assert not (folder / "measure-results").exists()


def test_measures_leave_the_provenance_of_a_run(anosim: Command, folder: Path) -> None:
    channels(folder)
    labels = tifffile.imread(folder / "channels.tif")
    pixels = {"resolution": (1e4 / 0.03, 1e4 / 0.03), "resolutionunit": "CENTIMETER"}
    tifffile.imwrite(folder / "channels.tif", labels, **pixels)
    done = anosim(
        "measure", "channels.tif", "--voxel", "20nm", *PHASES, "--output", "m o", "--quiet"
    )
    assert done.returncode == 0, done.stderr
    found = json.loads((folder / "m o" / "results.json").read_text())
    made = found["provenance"]
    assert made["image_sha256"] == sha256((folder / "channels.tif").read_bytes()).hexdigest()
    assert made["command"] == (
        "anosim measure channels.tif --voxel 20nm --phases pore=0,particle=1 --output 'm o'"
    )
    assert {"numpy", "numba", "edt"} <= set(made["libraries"])
    assert set(made["seconds"]) == {"read image", "overview", "write"}
    assert made["anosim"]
    assert made["platform"]
    assert made["peak_memory_megabytes"] > 10
    assert "3e-08 m in the file" in found["image_file"]["voxel_contradiction"]
    assert "CONTRADICTION" in done.stdout
