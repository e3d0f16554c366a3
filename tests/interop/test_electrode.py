"""What cell models get from an image."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import anosim
from anosim.errors import InputError
from anosim.interop import electrode


@pytest.fixture(scope="module")
def balls():
    """Two balls of 5 and 9 voxels radius in a volume of 32^3 voxels of 100 nm."""
    z, y, x = np.mgrid[:32, :32, :32]
    labels = np.zeros((32, 32, 32), dtype=np.uint8)
    for centre, radius in (((8, 8, 8), 5.0), ((20, 20, 20), 9.0)):
        labels[sum((a - c) ** 2 for a, c in zip((z, y, x), centre, strict=True)) < radius**2] = 1
    return anosim.Microstructure(labels=labels, phases={"pore": 0, "particle": 1}, voxel="100 nm")


def test_layers_along_the_current_have_no_tortuosity():
    labels = np.zeros((8, 8, 8), dtype=np.uint8)
    labels[:, :4] = 1
    image = anosim.Microstructure(labels=labels, phases={"pore": 0, "particle": 1}, voxel=1e-6)
    found = electrode(image, axis="z")
    assert found.tortuosity_factor["z"] == pytest.approx(1.0, rel=1e-6)
    assert found.tortuosity_factor["x"] == pytest.approx(1.0, rel=1e-6)
    assert math.isinf(found.tortuosity_factor["y"])
    assert found.bruggeman == pytest.approx(1.0, rel=1e-6)
    assert found.porosity == 0.5
    assert found.surface_per_volume == pytest.approx(1 / 8e-6, rel=0.02)


def test_balls_give_their_radii_and_surface(balls):
    found = electrode(balls)
    area = 4 * math.pi * (5.0**2 + 9.0**2) * 1e-14
    volume = 4 / 3 * math.pi * (5.0**3 + 9.0**3) * 1e-21
    assert found.surface_per_volume == pytest.approx(area / 3.2e-6**3, rel=0.05)
    assert found.radius == pytest.approx(3 * volume / area, rel=0.05)
    assert found.tortuosity_factor["z"] > 1.0
    mean = np.trapezoid(found.radii * found.density, found.radii)
    assert mean == pytest.approx((5**3 + 9**3) / (5**2 + 9**2) * 1e-7, rel=0.05)
    assert np.trapezoid(found.density, found.radii) == pytest.approx(1.0)


def test_bruggeman_and_tortuosity_factor_say_the_same(balls):
    made = electrode(balls).pybamm()
    eps = made["Negative electrode porosity"]
    b = made["Negative electrode Bruggeman coefficient (electrolyte)"]
    assert eps**b == pytest.approx(eps / made["Negative electrode tortuosity factor (electrolyte)"])
    assert electrode(balls, name="Positive").bpx()["Positive electrode"][
        "Transport efficiency"
    ] == pytest.approx(eps**b)


def test_a_blocked_image_is_refused():
    labels = np.zeros((10, 10), dtype=np.uint8)
    labels[5] = 1
    image = anosim.Microstructure(labels=labels, phases={"pore": 0, "particle": 1}, voxel=1e-6)
    found = electrode(image, axis="y")
    with pytest.raises(InputError, match="measure the volume"):
        found.pybamm()
    assert found.plain["tortuosity_factor"]["y"] is None
    assert electrode(image, axis="x").bpx()
    with pytest.raises(InputError, match="no electrode 'Left'"):
        electrode(image, name="Left")


def test_pybamm_knows_every_name(balls):
    pybamm = pytest.importorskip("pybamm")
    names = set(electrode(balls).pybamm())
    known = set(pybamm.ParameterValues("Chen2020").keys())
    options = {"particle size": "distribution"}
    side = pybamm.LithiumIonParameters(options).n
    known |= {side.tau_e.name, side.prim.R_min.name, side.prim.R_max.name}
    known.add("Negative electrode surface area to volume ratio [m-1]")
    assert names <= known


def test_the_command_writes_bpx(tmp_path):
    labels = np.zeros((12, 12), dtype=np.uint8)
    labels[4:8, 4:8] = 1
    Image.fromarray(labels).save(tmp_path / "roi.png")
    options = ["--to", "bpx", "--voxel", "100nm", "--phases", "pore=0,particle=1"]
    verb = [sys.executable, "-m", "anosim.cli", "export", "roi.png", *options]
    subprocess.run(verb, cwd=tmp_path, check=True)
    found = json.loads((tmp_path / "roi-bpx.json").read_text())["Negative electrode"]
    assert found["Porosity"] == pytest.approx(8 / 9)
