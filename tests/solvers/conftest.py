import pytest

from anosim import plugins


@pytest.fixture(params=["skfem", "fenicsx"])
def solver(request):
    """Each built-in solver, by name and through the registry."""
    plugins.solver(request.param)
    return request.param
