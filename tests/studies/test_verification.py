import runpy
from pathlib import Path

import pytest

STUDY = runpy.run_path(str(Path(__file__).parents[2] / "studies/verification/verify.py"))


@pytest.mark.parametrize("solver", ["skfem", "fenicsx"])
@pytest.mark.parametrize("case", STUDY["CASES"], ids=lambda case: case.__name__)
def test_published_numbers_with_quadratic_elements(solver, case):
    for row in case(solver, 2):
        assert row.error < row.allowed, f"{row.quantity}: {row.value} instead of {row.target}"


@pytest.mark.parametrize("order", [1, 2])
def test_solvers_agree_and_balance(order):
    difference, imbalance = STUDY["largest_difference"](order)
    assert difference < 1e-8
    assert imbalance < 1e-8
