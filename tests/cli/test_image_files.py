"""What the commands say about the image file that they read."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
import tifffile
from small_run import CASE

from anosim.cli import main

PHASES = "pore=0,particle=1,sei=2"


@pytest.fixture
def labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """Labels of three phases; the working directory is a new folder."""
    monkeypatch.chdir(tmp_path)
    y, x = np.mgrid[:40, :40]
    values = np.where(y > 8, 2, 0).astype(np.uint8)
    values[(x - 20) ** 2 + (y - 25) ** 2 < 64] = 1
    return values


def test_a_dataset_is_chosen_and_told(labels, capsys):
    with h5py.File("two.h5", "w") as file:
        file["grey"], file["labels"] = labels * 1.5, labels
        file["labels"].attrs["element_size_um"] = [0.02, 0.02]
    command = ["mesh", "two.h5", "--phases", PHASES, "--elements", "500", "--quiet"]
    assert main(command) == 2
    assert "'grey', 'labels'; say which one as dataset" in capsys.readouterr().err
    assert main([*command, "--dataset", "labels"]) == 0
    told = capsys.readouterr().out
    assert f"{'dataset':<24}labels\n" in told
    assert "y 20 nm, x 20 nm (HDF5 attribute element_size_um)" in told
    assert "length of pore|sei       0.8 µm" in told


def test_a_contradicted_voxel_size_is_in_results_and_report(labels, capsys):
    tifffile.imwrite(
        "roi.tif", labels, imagej=True, resolution=(1 / 40, 1 / 40), metadata={"unit": "nm"}
    )
    Path("case.toml").write_text(CASE.replace("roi.png", "roi.tif"))
    with pytest.warns(UserWarning, match="y: 2e-08 m given, 4e-08 m in the file"):
        assert main(["run", "case.toml", "--quiet"]) == 0
    found = json.loads(Path("results/results.json").read_text())
    assert found["image"]["voxel_m"] == pytest.approx([2e-8, 2e-8])
    assert found["image_file"]["voxel_contradiction"] in found["notes"][0]
    assert "y: 2e-08 m given, 4e-08 m in the file" in Path("results/report.html").read_text()
    assert "y: 2e-08 m given, 4e-08 m in the file" in capsys.readouterr().out
