"""``anosim mesh`` of a volume."""

import json

import h5py
import numpy as np
import pytest
import tifffile

from anosim import Mesh
from anosim.cli import main
from anosim.testing import box

CASE = """
[image]
file = "volume.tif"
voxel = ["40 nm", "20 nm", "20 nm"]
phases = { pore = 0, particle = 1 }

[mesh]
order = 2

[materials.pore]
diffusivity = 1e-13

[[conditions]]
on = "left"
type = "concentration"
value = "1 mol/L"

[solve]
until = "1 s"
"""


def test_a_volume_from_tiff_to_mesh_and_report(tmp_path, capsys):
    z, y, x = np.mgrid[:8, :10, :12]
    labels = ((x - 6) ** 2 + (y - 5) ** 2 + (2 * z - 8) ** 2 < 16).astype(np.uint8)
    tifffile.imwrite(tmp_path / "volume.tif", labels)
    case = tmp_path / "case.toml"
    case.write_text(CASE)
    output, report = tmp_path / "volume.vtkhdf", tmp_path / "report.json"
    assert main(["mesh", str(case), "--output", str(output), "--report", str(report)]) == 0
    printed = capsys.readouterr().out
    for words in (
        " of order 2",
        "smallest dihedral angle",
        "volume, µm³",
        "area of back",
    ):
        assert words in printed
    assert "(slice " in printed
    found = json.loads(report.read_text())
    with h5py.File(output) as file:
        assert found["tetrahedra"] == file["VTKHDF/NumberOfCells"][:].sum()
    for row in found["phases"].values():
        assert abs(row["volume_error"]) < 1e-3
        assert row["parts"] == row["image_parts"]
    assert found["interface_area_m2"]["pore|particle"] == pytest.approx(3e-13, rel=0.5)


def test_an_image_without_a_case(tmp_path, capsys):
    labels = np.zeros((6, 7, 8), dtype=np.uint8)
    labels[2:4, 2:5, 3:5] = 1
    file = tmp_path / "volume.tif"
    tifffile.imwrite(file, labels)
    known = ["--voxel", "20nm", "--phases", "pore=0,particle=1"]
    assert main(["mesh", str(file), *known, "--elements", "4000"]) == 0
    printed = capsys.readouterr().out
    count = int(printed.split("tetrahedra", 1)[1].split()[0])
    assert count == pytest.approx(4000, rel=0.1)
    assert main(["mesh", str(file)]) == 2
    assert "such an image needs --phases" in capsys.readouterr().err


def test_convert(tmp_path, capsys):
    """A volume of another unit and other names, from one program's format to another's."""
    mesh = box((4.0, 2.0, 2.0), (4, 2, 2), phases=("Set-1", "Set-2"), cuts=(2.0,))
    mesh.write(tmp_path / "cell.inp")
    output, report, picture = (tmp_path / name for name in ("cell.msh", "cell.json", "cell.png"))
    arguments = ["--unit", "um", "--phase", "Set-1=pore", "--phase", "Set-2=particle"]
    arguments += ["--report", str(report), "--picture", str(picture), "--quiet"]
    assert main(["convert", str(tmp_path / "cell.inp"), str(output), *arguments]) == 0
    printed = capsys.readouterr().out
    for words in ("96 of order 1", "smallest dihedral angle", "volume, µm³", "area of pore|par"):
        assert words in printed
    found = json.loads(report.read_text())
    assert found["phases"]["pore"]["volume_m3"] == pytest.approx(8e-18, rel=1e-9, abs=0)
    assert found["interface_area_m2"]["pore|particle"] == pytest.approx(4e-12, rel=1e-9, abs=0)
    assert picture.stat().st_size > 10_000
    again = Mesh.read(output)
    assert again.phases == ("pore", "particle")
    assert set(again.sides) == {"left", "right", "top", "bottom", "front", "back"}
