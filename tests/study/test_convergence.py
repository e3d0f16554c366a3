"""Orders and errors on exact problems."""

from functools import partial

import numpy as np
import pytest

from anosim import Concentration, Diffusion, Material, solve
from anosim.errors import InputError
from anosim.study.richardson import CREDIBLE, DOUBTFUL, estimate, verdict
from anosim.study.sequences import convergence
from anosim.testing import rectangle

PLACES = np.random.default_rng(0).uniform(0.02, 0.98, (400, 2))
UNTIL = 0.02


def wave(points):
    return np.sin(np.pi * points[:, 0]) * np.sin(np.pi * points[:, 1])


def profile(cells, order):
    """A wave that decays, at many places: c = exp(-2 pi^2 t) sin(pi x) sin(pi y)."""
    problem = Diffusion(
        rectangle(1.0, 1.0, (cells, cells)),
        {"all": Material(1.0)},
        {side: Concentration(0.0) for side in ("left", "right", "top", "bottom")},
        until=UNTIL,
        initial=lambda x, y: np.sin(np.pi * x) * np.sin(np.pi * y),
    )
    solution = solve(problem, order=order, tolerance=1e-10)
    return {"mesh_size_m": 1.0 / cells, "profile": solution.at(PLACES)[0].tolist()}


@pytest.mark.parametrize("order", [1, 2])
def test_orders_and_errors_of_an_exact_problem(order, tmp_path):
    found = convergence(
        partial(profile, order=order), "cells", [8, 16, 32], folder=tmp_path, workers=0
    ).estimates["profile"]
    exact = np.exp(-2.0 * np.pi**2 * UNTIL) * wave(PLACES)
    error = np.abs(found.finest - exact).max()
    assert found.observed == pytest.approx(order + 1, abs=0.25)
    assert error / 2 < found.error < 2 * error
    assert found.gci > error
    assert found.safety == CREDIBLE


def test_a_power_law_is_found_on_uneven_meshes():
    h = np.array([1.0, 0.6, 0.45, 0.2])
    found = estimate(h, 3.0 + 0.5 * h**1.7)
    assert found.orders == pytest.approx([1.7, 1.7])
    assert found.extrapolated == pytest.approx([3.0])
    assert found.error == pytest.approx(0.5 * 0.2**1.7)
    assert found.safety == CREDIBLE


def test_an_order_far_from_the_formal_one_is_not_trusted():
    h = np.array([4.0, 2.0, 1.0])
    found = estimate(h, 1.0 + 0.01 * h**0.9, formal=3.0)
    assert found.safety == DOUBTFUL
    assert found.used == pytest.approx(0.9)
    assert "with caution" in verdict("c", found, ("100 triangles", "400 triangles"))


def test_an_order_above_the_elements_gives_no_certainty():
    h = np.array([4.0, 2.0, 1.0])
    found = estimate(h, 1.0 + 1e-6 * h**10.24)
    assert found.observed == pytest.approx(10.24)
    assert found.used == 1.0
    told = verdict("c", found, ("5 723 triangles", "6 719 triangles"))
    assert "not yet in the asymptotic range" in told
    assert "no bound" in told
    assert "GCI" not in told


def nearly_alike(size):
    """A mesh that hardly follows the size asked for."""
    h = 5e-8 * (size / 4e-8) ** 0.1
    return {"mesh_size_m": h, "triangles_inside": int(1e-11 / h**2), "c": 1.0 + h}


def test_meshes_that_hardly_differ_are_told(tmp_path):
    found = convergence(
        nearly_alike, "size", ["80 nm", "40 nm", "20 nm"], folder=tmp_path, workers=0
    )
    assert "size 40 nm and 20 nm give nearly the same meshes" in str(found)
    assert "gap_elements" in found.warning


def stuck(size):
    """A mesh that is as fine as can be from 40 nm on."""
    return {"mesh_size_m": max(size, 4e-8), "c": 1.0 + max(size, 4e-8) / 1e-6}


def test_a_mesh_that_is_no_finer_is_left_out_and_told(tmp_path):
    sizes = ["160 nm", "80 nm", "40 nm", "20 nm"]
    found = convergence(stuck, "size", sizes, folder=tmp_path, workers=0)
    assert "size 20 nm gives no finer mesh than 40 nm" in str(found)
    assert found.estimates["c"].sizes == pytest.approx([16e-8, 8e-8, 4e-8])
    assert found.estimates["c"].observed == pytest.approx(1.0)
    with pytest.raises(InputError, match=r"size 10 nm gives no finer.*3 different meshes, not 2"):
        convergence(stuck, "size", ["80 nm", "40 nm", "10 nm"], folder=tmp_path, workers=0)
    with pytest.raises(InputError, match="have to descend"):
        convergence(stuck, "size", ["40 nm", "80 nm", "160 nm"], folder=tmp_path, workers=0)


@pytest.mark.parametrize(
    ("axis", "values", "word"),
    [
        ("mesh.size", ["2 um", "1.5 um", "1 um"], "size 1 um gives no finer mesh than 2 um"),
        ("mesh.gap_elements", [1, 1, 1], "gap_elements 1 gives no finer mesh than 1"),
        ("mesh.size", ["130 nm", "200 nm", "300 nm"], "coarser mesh|no finer mesh"),
    ],
)
def test_equal_meshes_of_a_case_are_found_before_any_run(axis, values, word, folder):
    case = folder / "case.toml"
    fixed = {"mesh.interface_size": "120 nm"}
    with pytest.raises(InputError, match=word):
        convergence(case, axis, values, folder=folder / "study", fixed=fixed, workers=0)
    assert not list((folder / "study").glob("runs/*"))


def test_changes_that_grow_give_no_order_but_a_warning():
    found = estimate([4.0, 2.0, 1.0], [1.0, 1.1, 1.3])
    assert np.isnan(found.observed)
    assert found.safety == DOUBTFUL
    assert "do not shrink" in verdict("c", found, ("a", "b"))


def test_nothing_left_to_converge():
    found = estimate([4.0, 2.0, 1.0], [0.5, 0.25, 0.25])
    assert found.error == 0.0
    assert "nothing is left" in verdict("c", found, ("a", "b"))


@pytest.mark.parametrize(
    ("sizes", "values", "word"),
    [
        ([2.0, 1.0], [1.0, 2.0], "three meshes"),
        ([1.0, 2.0, 4.0], [1.0, 2.0, 3.0], "descend"),
        ([4.0, 2.0, 1.0], [1.0, 2.0, np.inf], "infinite"),
    ],
)
def test_what_cannot_be_analysed_is_refused(sizes, values, word):
    with pytest.raises(InputError, match=word):
        estimate(sizes, values)
