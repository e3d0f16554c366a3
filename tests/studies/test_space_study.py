"""The cost of transients in space, in a quick form."""

import pytest
from study_scripts import scripts_of


def test_both_solvers_do_the_same_work():
    with scripts_of("performance"):
        from space import transient

        found = [transient(6, solver)() for solver in ("skfem", "fenicsx")]
    assert found[0]["unknowns"] == found[1]["unknowns"] == 7**3
    assert found[0]["mean"] == pytest.approx(found[1]["mean"], rel=1e-6)
    assert max(one["imbalance"] for one in found) < 1e-8
