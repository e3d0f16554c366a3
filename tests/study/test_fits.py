"""Calibration and sensitivity."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import quick

from anosim.errors import InputError
from anosim.figures.studies import tornado
from anosim.study import Range
from anosim.study.calibration import Target, calibrate
from anosim.study.caseruns import CaseRuns
from anosim.study.chain import Chain
from anosim.study.sensitivity import one_at_a_time, sobol_shares

D, K = "materials.sei.diffusivity", "conditions.0.coefficient"
WIDE = ("1e-15 m^2/s", "1e-11 m^2/s")


def _numbers(folder, **values):
    (folder / "cache").mkdir(exist_ok=True)
    return Chain(CaseRuns.of(folder / "case.toml"), folder / "cache").run(values, None).numbers


def test_a_diffusivity_comes_back_from_its_curves(folder):
    curves = _numbers(folder, **{D: "2.7e-13 m^2/s"})
    targets = {name: curves[name] for name in ("average.sei", "probe.far", "region.I")}
    found = calibrate(folder / "case.toml", {D: WIDE}, targets, folder=folder / "cache")
    assert found.values[D] == pytest.approx(2.7e-13, rel=0.01, abs=0)
    assert found.factors[D] < 1.01
    assert "2.7e-13 m^2/s" in str(found)


def test_two_parameters_with_noise_lie_in_their_intervals(folder):
    true = {D: "2e-13 m^2/s", K: "5e-7 m/s"}
    random = np.random.default_rng(3)
    curves = _numbers(folder, **true)
    targets = {
        name: Target(np.array(curves[name]) + random.normal(0, 3.0, 3), 3.0)
        for name in ("average.sei", "probe.far", "region.I")
    }
    found = calibrate(folder / "case.toml", {D: WIDE, K: ("1e-8 m/s", "1e-5 m/s")}, targets)
    for name, value in ((D, 2e-13), (K, 5e-7)):
        assert 1.0 < found.factors[name] < 1.5
        assert abs(np.log(found.values[name] / value)) < 1.5 * np.log(found.factors[name])
    assert abs(found.correlation[0, 1]) < 1.0


def test_an_arrival_time_as_a_target(folder):
    found = calibrate(folder / "case.toml", {D: WIDE}, {"mean_reaches_90.I": "2 s"})
    assert found.found["mean_reaches_90.I"] == pytest.approx(2.0, rel=1e-3)
    assert found.factors[D] == np.inf


def test_targets_that_cannot_fix_the_parameters():
    found = calibrate(
        lambda a, b: {"x": a * b, "y": (a * b) ** 2},
        {"a": (0.1, 10.0), "b": (0.1, 10.0)},
        {"x": 2.0, "y": 4.0},
    )
    assert found.found["x"] == pytest.approx(2.0, rel=1e-4)
    assert found.factors["a"] == np.inf
    with pytest.raises(InputError, match="gives no 'z'"):
        calibrate(quick.product, {"a": (1.0, 2.0), "b": (1.0, 2.0)}, {"z": 1.0})
    with pytest.raises(InputError, match="above zero"):
        calibrate(quick.picky, {"a": Range(-1.0, 2.0)}, {"value": 1.0})


def linear(a, b, c):
    return {"y": 5.0 * a + 2.0 * b + 0.1 * c}


def ishigami(x1, x2, x3):
    return np.sin(x1) + 7.0 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)


def test_the_strongest_input_comes_first(tmp_path):
    ranges = {name: Range(0.0, 1.0) for name in ("c", "b", "a")}
    base = dict.fromkeys(ranges, 0.5)
    found = one_at_a_time(linear, base, ranges, "y", folder=tmp_path, workers=0)
    assert list(found.low) == ["a", "b", "c"]
    assert found.high["a"] - found.low["a"] == pytest.approx(5.0)
    assert found.base == pytest.approx(3.55)
    axes = tornado(found).axes[0]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["a", "b", "c"]


def test_sobol_indices_of_the_ishigami_function(tmp_path):
    """Exact shares: Ishigami and Homma, Proc. ISUMA (1990) 398."""
    ranges = {name: Range(-np.pi, np.pi) for name in ("x1", "x2", "x3")}
    found = sobol_shares(ishigami, ranges, "value", samples=256, folder=tmp_path, workers=0)
    assert found.first["x1"] == pytest.approx(0.314, abs=0.1)
    assert found.first["x2"] == pytest.approx(0.442, abs=0.1)
    assert found.total["x3"] == pytest.approx(0.244, abs=0.1)
    assert found.runs == 256 * 5
