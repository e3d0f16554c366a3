"""Linear solvers of the plugins: all give the same, say which they are, and fail with a reason."""

import importlib.util

import numpy as np
import pytest
from weak_forms import field, form, free_nodes

import anosim_fenicsx.assembly
import anosim_fenicsx.linear_solvers
import anosim_skfem.assembly
import anosim_skfem.linear_solvers
from anosim.errors import ConvergenceError, InputError, MissingDependencyError
from anosim_skfem.ordering import nested_dissection

ASSEMBLE = {
    "skfem": anosim_skfem.assembly.assemble,
    "fenicsx": anosim_fenicsx.assembly.assemble,
}
MODULES = {
    "skfem": anosim_skfem.linear_solvers,
    "fenicsx": anosim_fenicsx.linear_solvers,
}


@pytest.fixture
def only_scipy(monkeypatch):
    """As if neither pypardiso nor pyamg were installed."""
    monkeypatch.setattr(anosim_skfem.linear_solvers, "find_spec", lambda name: None)


def _solutions(matrices, problem, at):
    free = free_nodes(problem)
    right = field(problem)[free]
    for gamma in np.geomspace(1e-5, 1.0, 4):
        yield matrices.factorise(1.0, gamma, free, at=at)(right)
    yield matrices.factorise(0.0, 1.0, free, at=at)(right)
    yield matrices.factorise(1.0, 0.1, free)(right)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("nonlinear", [False, True])
@pytest.mark.parametrize("levels", [False, True])
@pytest.mark.parametrize("name", ASSEMBLE)
def test_multigrid_agrees_with_direct(name, levels, nonlinear, order, monkeypatch):
    if name == "skfem":
        pytest.importorskip("pyamg")
    # the diagonal alone, or never enough
    monkeypatch.setattr(MODULES[name], "FEW_ITERATIONS", 1 if levels else 5000)
    problem = form(order, nonlinear=nonlinear, cells=(60, 45))
    at = field(problem) if nonlinear else None
    direct, multigrid = (
        _solutions(ASSEMBLE[name](problem, kind), problem, at) for kind in ("direct", "multigrid")
    )
    for a, b in zip(direct, multigrid, strict=True):
        assert b == pytest.approx(a, abs=1e-8 * np.abs(a).max())


@pytest.mark.parametrize("nonlinear", [False, True])
def test_superlu_agrees_with_pardiso(nonlinear, only_scipy, monkeypatch):
    pytest.importorskip("pypardiso")
    problem = form(2, nonlinear=nonlinear)
    at = field(problem) if nonlinear else None
    superlu = anosim_skfem.assembly.assemble(problem)
    assert superlu.record["linear algebra"] == "SciPy SuperLU"
    monkeypatch.undo()
    pardiso = anosim_skfem.assembly.assemble(problem)
    kind = "LU" if nonlinear else "Cholesky"
    assert pardiso.record["linear algebra"] == f"{kind} by MKL PARDISO"
    both = (_solutions(matrices, problem, at) for matrices in (superlu, pardiso))
    for a, b in zip(*both, strict=True):
        assert b == pytest.approx(a, rel=1e-9)


@pytest.mark.parametrize("name", ASSEMBLE)
def test_large_problems_go_to_multigrid_and_the_record_says_so(name, monkeypatch):
    if name == "skfem":
        pytest.importorskip("pyamg")
    monkeypatch.setattr(MODULES[name], "MOST_DIRECT", {2: 10})
    for nonlinear, method in ((False, "CG"), (True, "BiCGStab")):
        record = ASSEMBLE[name](form(1, nonlinear=nonlinear)).record
        assert f"{method} with" in record["linear algebra"]
    assert "CG" not in ASSEMBLE[name](form(1), "direct").record["linear algebra"]


@pytest.mark.parametrize("name", ASSEMBLE)
def test_an_unknown_linear_solver_is_refused(name):
    with pytest.raises(InputError, match="'magic': choose 'auto', 'direct' or 'multigrid'"):
        ASSEMBLE[name](form(1), "magic")


def test_multigrid_without_pyamg_says_what_to_install(only_scipy):
    with pytest.raises(MissingDependencyError, match="needs pyamg"):
        anosim_skfem.assembly.assemble(form(1), "multigrid")


@pytest.mark.parametrize("name", ASSEMBLE)
def test_iterations_that_do_not_converge_raise(name, monkeypatch):
    if name == "skfem":
        pytest.importorskip("pyamg")
    monkeypatch.setattr(MODULES[name], "MOST_ITERATIONS", 2)
    problem = form(2, nonlinear=False, cells=(60, 45))
    free = free_nodes(problem)
    solve = ASSEMBLE[name](problem, "multigrid").factorise(1.0, 1.0, free)
    with pytest.raises(ConvergenceError, match="choose linear_solver 'direct'"):
        solve(field(problem)[free])


@pytest.mark.parametrize("periodic", ["", "x"])
def test_cuts_of_nested_dissection_separate(periodic):
    domain = form(2, periodic=periodic, cells=(32, 20)).domain
    order = nested_dissection(domain)
    n = len(order)
    assert np.array_equal(np.sort(order), np.arange(n))
    place = np.empty(n, dtype=int)
    place[order] = np.arange(n)
    tied = np.unique(place[domain.twins])
    # a dense factor has n^2 / 2 entries; one in this order has a small part of them
    filled = _fill(place[domain.twins][domain.connectivity], n)
    assert filled < 0.12 * len(tied) ** 2 / 2


def _fill(cells, n):
    """Entries of the factor of a matrix of cells, by elimination of one node after another."""
    below = [set() for _ in range(n)]
    for cell in cells:
        for i in cell:
            below[i].update(j for j in cell if j > i)
    for i in range(n):
        if below[i]:
            below[min(below[i])].update(below[i] - {min(below[i])})
    return sum(map(len, below))


def test_pypardiso_is_found_where_it_is_installed():
    found = importlib.util.find_spec("pypardiso") is not None
    record = anosim_skfem.assembly.assemble(form(1)).record
    assert ("PARDISO" in record["linear algebra"]) == found
