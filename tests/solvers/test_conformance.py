import pytest

from anosim import plugins, testing


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("check", testing.SOLVER_CHECKS, ids=testing.name_of)
def test_built_in_solvers(solver, order, check):
    check(plugins.solver(solver)(order=order))
