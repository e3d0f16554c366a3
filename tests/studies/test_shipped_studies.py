"""The shipped studies in a quick form; each asserts what its README states."""

import importlib
from contextlib import ExitStack

import numpy as np
import pytest
from study_scripts import scripts_of


@pytest.fixture
def script():
    with ExitStack() as stack:

        def load(folder, name):
            stack.enter_context(scripts_of(folder))
            return importlib.import_module(name)

        yield load


def test_mesh_convergence(script, tmp_path):
    converge = script("mesh_convergence", "converge")
    found = converge.converge(tmp_path, (4000, 8000, 16000))
    assert list(found.estimates) == list(converge.REGIONS)
    finer = converge.converge(tmp_path / "finer", (5000, 11000, 32000))
    for name, estimate in found.estimates.items():
        true = np.abs(estimate.finest - finer.estimates[name].extrapolated).max()
        assert estimate.gci > 0.5 * true
        assert estimate.relative < 0.05
    assert "triangles" in str(found)


def test_solver_crosscheck(script, tmp_path):
    rows = script("solver_crosscheck", "check").check(tmp_path, 3000)
    assert len(rows) >= 2
    for row in rows:
        assert row.difference < 1e-7
        assert row.imbalance < 1e-8


def test_parameter_sweep(script, tmp_path):
    sweep = script("parameter_sweep", "sweep")
    case = sweep.prepare(tmp_path)
    results = sweep.on_one_mesh(case, tmp_path / "runs", sweep.TRANSFERS["limiting"], 2000, 4)
    assert len(results.done) == 16
    assert len({row.hashes["mesh"] for row in results}) == 1
    means = np.array([row.numbers["average.sei"][-1] for row in results]).reshape(4, 4)
    assert np.all(np.diff(means, axis=1) > 0.0)
    assert max(float(row.record["error estimate"]) for row in results) <= 1e-4


def test_resolution(script, tmp_path):
    resolve = script("resolution", "resolve")
    results = resolve.resolve(tmp_path, (32, 64))
    errors = np.abs(resolve.effective(results) / resolve.exact() - 1.0).reshape(2, -1)
    assert errors.max() < 0.02
    spread = np.ptp(resolve.effective(results).reshape(2, -1), axis=1)
    assert np.all(spread < 0.002)
