"""``anosim run`` of a volume."""

import json

import h5py
import numpy as np
import pytest
import tifffile

from anosim.case import Case, CaseError
from anosim.cli import main
from anosim.forecast import Forecast, forecast

H = 20e-9
CASE = """
[image]
file = "volume.tif"
voxel = "20 nm"
phases = { sei = 0, pore = 1, particle = 2 }

[materials.sei]
diffusivity = 1e-13

[[conditions]]
on = ["pore", "sei"]
type = "mass transfer"
coefficient = "1e-3 m/s"
bulk = "1 mol/L"

[solve]
order = 1
until = "0.1 s"

[output]
times = ["10 ms", "0.1 s"]
probes = { P = ["40 nm", "50 nm", "60 nm"] }
surfaces = true

[output.regions]
corner = { box = [["0 nm", "60 nm"], ["0 nm", "60 nm"], ["0 nm", "60 nm"]] }
ball = { ball = [["40 nm", "50 nm", "60 nm"], "30 nm"] }
painted = { mask = "areas.tif", label = 3 }
"""


@pytest.fixture
def case(tmp_path):
    z, y, x = np.mgrid[:10, :12, :14] + 0.5
    labels = np.zeros((10, 12, 14), dtype=np.uint8)
    labels[(x - 11) ** 2 + (y - 4) ** 2 + (z - 4) ** 2 < 6] = 2
    labels[:, 9:, :] = 1
    areas = np.where(x < 4, 3, 0).astype(np.uint8)
    tifffile.imwrite(tmp_path / "volume.tif", labels)
    tifffile.imwrite(tmp_path / "areas.tif", areas)
    path = tmp_path / "case.toml"
    path.write_text(CASE)
    return path


def test_a_volume_is_solved_and_told_in_volumes(case, capsys):
    assert main(["run", str(case)]) == 0
    printed = capsys.readouterr().out
    for words in (
        "10 x 12 x 14 voxels of 20 x 20 x 20 nm (slices x rows x columns)",
        "tetrahedra",
        "of the reachable volume",
        "P at (0.04, 0.05, 0.06) µm",
    ):
        assert words in printed
    folder = case.parent / "results"
    found = json.loads((folder / "results.json").read_text())
    assert found["image"]["volume_fraction"]["pore"] == pytest.approx(0.25)
    assert found["mesh"]["volume_fraction"]["pore"] == pytest.approx(0.25, rel=1e-3)
    assert found["unreachable_volume_fraction"] == {"sei": 0.0}
    assert "flux_mol_per_s" in found
    volume = found["mesh"]["volume_fraction"]["sei"] * 10 * 12 * 14 * H**3
    mean = found["average_mol_per_m3"]["sei"]
    (uptake,) = found["uptake_mol"].values()
    assert uptake == pytest.approx(np.multiply(mean, volume), rel=1e-6, abs=0)
    probe = found["probes"]["P"]
    assert (probe["x_m"], probe["y_m"], probe["z_m"]) == pytest.approx((4e-8, 5e-8, 6e-8), abs=0)
    for region in ("corner", "ball", "painted"):
        assert 0.0 < found["regions"][region]["average_mol_per_m3"][1] < 1000.0
    # the corner is farther from the pores than the phase is in the mean
    assert found["regions"]["corner"]["average_mol_per_m3"][0] < mean[0]
    assert found["particle_surfaces"]["particle|sei"]["particles"] == 1
    with h5py.File(folder / "solution.vtkhdf") as file:
        assert file["VTKHDF/Points"].shape[1] == 3
    assert "Flux into the domain, mol/s" in (folder / "report.html").read_text(encoding="utf-8")


def test_what_it_needs_is_told_before(case):
    found = forecast(Case.read(case))
    assert found.dimension == 3
    text = str(Forecast(1, 10**6, 3 * 10**6, 400_000, 300.0, 3e9, dimension=3))
    assert text == (
        "1 run: 1 000 000 voxels, about 3 000 000 tetrahedra and 400 000 unknowns; "
        "2.5 minutes to 10 minutes, 2 GB to 4.5 GB of memory"
    )


def test_sweeps_of_volumes(case):
    from anosim.study import Study

    axes = {"materials.sei.diffusivity": ["1e-13 m^2/s", "2e-13 m^2/s"]}
    rows = Study(case, axes, folder=case.parent / "sweep").run(workers=1).rows
    slow, fast = (row.numbers for row in rows)
    assert slow["tetrahedra_inside"] == fast["tetrahedra_inside"] > 1000
    assert fast["average.sei"][0] > slow["average.sei"][0]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('P = ["40 nm", "50 nm", "60 nm"]', 'P = ["40 nm", "50 nm"]', "has 3 dimensions"),
        ('ball = [["40 nm", "50 nm", "60 nm"]', 'disc = [["40 nm", "50 nm"]', "Ball for space"),
        ("label = 3", "label = 4", "no voxel labelled 4"),
        ('["pore", "sei"]', '"above"', "sides are"),
    ],
)
def test_mistakes_about_volumes(case, old, new, words):
    assert CASE.count(old) == 1
    case.write_text(CASE.replace(old, new))
    with pytest.raises(CaseError, match=words):
        problem_of(case)


def problem_of(path):
    case = Case.read(path)
    return case.problem(case.mesh(case.microstructure()))
