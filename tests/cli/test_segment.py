"""``anosim segment``."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile

from anosim.formats.images import open_image

Command = Callable[..., subprocess.CompletedProcess[str]]
PHASES = ("--phases", "pore,sei,particle")


@pytest.fixture
def grey(folder: Path) -> Path:
    """A grey image of three phases, its truth and strokes over it."""
    y, x = np.mgrid[:60, :80]
    labels = np.where(y > 20, 1, 0).astype(np.uint8)
    labels[np.hypot(x - 40, y - 40) < 12] = 2
    rng = np.random.default_rng(0)
    values = np.array([30, 110, 200])[labels] + 8.0 * rng.standard_normal(labels.shape)
    painted = np.zeros_like(labels)
    painted[10, 10:40], painted[50, 5:20], painted[40, 32:48] = 1, 2, 3
    metadata = {"unit": "um"}
    pixels = np.clip(values, 0, 255).astype(np.uint8)
    tifffile.imwrite(
        folder / "grey.tif", pixels, imagej=True, resolution=(50, 50), metadata=metadata
    )
    tifffile.imwrite(folder / "truth.tif", labels)
    tifffile.imwrite(folder / "strokes.tif", painted)
    np.save(folder / "stack.npy", np.stack([pixels] * 5))
    return folder


def test_labels_record_and_picture(anosim: Command, grey: Path) -> None:
    done = anosim("segment", "grey.tif", "out.tif", *PHASES, "--strokes", "strokes.tif",
                  "--reference", "truth.tif", "--islands", "5")  # fmt: skip
    assert done.returncode == 0, done.stderr
    for words in ("TIFF (ImageJ), y 60 x x 80, uint8", "y 20 nm, x 20 nm", "classified by",
                  "after cleaning", "IoU", "Wrote out.json"):  # fmt: skip
        assert words in done.stdout
    record = json.loads((grey / "out.json").read_text())
    assert all(score["iou"] > 0.95 for score in record["agreement"].values())
    assert record["image"]["axes"] == "yx"
    assert record["cleaning"]["islands_voxels"] == 5
    assert open_image(grey / "out.tif").voxel_size() == pytest.approx((2e-8,) * 2, rel=1e-6, abs=0)
    assert (grey / "out.png").stat().st_size > 10_000


def test_by_slabs(anosim: Command, grey: Path) -> None:
    done = anosim("segment", "stack.npy", "out.npy", *PHASES, "--voxel", "40 nm,20 nm,20 nm",
                  "--method", "staged", "--by-slabs", "--quiet")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "z 40 nm, y 20 nm, x 20 nm (given)" in done.stdout
    labels = np.load(grey / "out.npy")
    truth = tifffile.imread(grey / "truth.tif")
    assert np.mean(labels == truth) > 0.97


def test_given_thresholds(anosim: Command, grey: Path) -> None:
    done = anosim("segment", "grey.tif", "out.tif", *PHASES, "--thresholds", "70,150", "--quiet")
    assert done.returncode == 0, done.stderr
    assert "thresholds              70, 150" in done.stdout
    values = tifffile.imread(grey / "grey.tif")
    labels = tifffile.imread(grey / "out.tif")
    assert np.array_equal(labels, (values > 70).astype(int) + (values > 150))


def test_a_contradicting_voxel_size_is_reported(anosim: Command, grey: Path) -> None:
    done = anosim("segment", "grey.tif", "out.tif", *PHASES, "--voxel", "25 nm", "--method", "otsu",
                  "--quiet")  # fmt: skip
    assert "CONTRADICTION" in done.stdout
    assert "2.5e-08 m given, 2e-08 m in the file" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("none.tif", "out.tif", *PHASES, "--thresholds", "9"), "thresholds are 1, phases 3"),
        (("none.tif", "out.tif", *PHASES, "--thresholds", "9,1"), "give rising grey values"),
        (("none.tif", "out.tif", *PHASES, "--majority", "-1"), "majority is -1"),
        (("none.tif", "out.tif", *PHASES, "--strokes", "no.tif"), "there is no file 'no.tif'"),
        (("stack.npy", "out.tif", *PHASES), "states no voxel size along z, y, x"),
        (("none.tif", "out.tif", *PHASES), "there is no file 'none.tif'"),
        (("grey.tif", "out.jpg", *PHASES), "expected .tif or .npy"),
        (("grey.tif", "no/out.tif", *PHASES), "there is no folder 'no'"),
        (("grey.tif", "out.tif", *PHASES, "--method", "magic"), "no segmentation 'magic'"),
        (("grey.tif", "out.tif", *PHASES, "--prepare", "magic"), "no preparation 'magic'"),
        (
            ("grey.tif", "out.tif", *PHASES, "--by-slabs"),
            "goes with --method staged or --thresholds alone",
        ),
        (("grey.tif", "out.tif", *PHASES, "--trees", "5", "--method", "otsu"), "no option 'trees'"),
    ],
)
def test_errors(anosim: Command, grey: Path, arguments: tuple[str, ...], says: str) -> None:
    done = anosim("segment", *arguments, "--quiet")
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert says in done.stderr
    assert not list(grey.glob("out.*"))


def test_the_quick_form_of_the_study() -> None:
    """Region features beat thresholds on a slice that no parameter was chosen with."""
    study = Path(__file__).parents[2] / "studies" / "segmentation"
    code = (
        "from rendered import mean, scores, slice_of; "
        "found = scores(slice_of('region', 200, 0.05), 200, ('regions, strokes', 'otsu')); "
        "print(mean(found['regions, strokes']), mean(found['otsu']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=study, capture_output=True, text=True, check=True
    )
    regions, otsu = map(float, done.stdout.split())
    assert regions > 0.90
    assert regions - otsu > 0.10
