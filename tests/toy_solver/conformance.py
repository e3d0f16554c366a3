import pytest

import anosim
from anosim import testing


@pytest.mark.parametrize("check", testing.SOLVER_CHECKS, ids=testing.name_of)
def test_conformance(check):
    check(anosim.plugins.solver("toy")())
