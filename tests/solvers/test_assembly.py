"""What the plugins assemble: the two agree, and with exact integrals and differences."""

from itertools import product

import numpy as np
import pytest
import skfem
from weak_forms import bent_rectangle, field, form, free_nodes

import anosim_fenicsx.assembly
import anosim_skfem.assembly
from anosim import Concentration, Diffusion, MassTransfer, Material
from anosim.curved import triangle_rule
from anosim.testing import rectangle
from anosim.weakform import weak_form
from anosim_skfem.pattern import Pattern

ASSEMBLE = {
    "skfem": anosim_skfem.assembly.assemble,
    "fenicsx": anosim_fenicsx.assembly.assemble,
}
FORMS = [
    {"order": order, "periodic": periodic, "bent": bent}
    for order, periodic, bent in product((1, 2), ("", "x", "y"), (False, True))
]


def _off(a, b):
    return np.abs(a - b).max() / np.abs(a).max()


@pytest.mark.parametrize("options", FORMS, ids=str)
def test_plugins_agree(options):
    problem = form(**options)
    a, b = (assemble(problem) for assemble in ASSEMBLE.values())
    x, y = field(problem), field(problem, 1)
    assert _off(a.loads, b.loads) < 1e-12
    for name in ("mass", "stiffness", "nonlinear"):
        assert _off(getattr(a, name)(x), getattr(b, name)(x)) < 1e-12
    free = free_nodes(problem)
    for at, allowed in ((None, 1e-12), (x, 1e-9)):  # the slope of D is a difference
        both = (m.factorise(1.0, 0.3, free, at=at)(y[free]) for m in (a, b))
        assert _off(*both) < allowed


@pytest.mark.parametrize("options", FORMS, ids=str)
@pytest.mark.parametrize("name", ASSEMBLE)
def test_derivative_is_the_limit_of_differences(name, options):
    problem = form(**options)
    matrices = ASSEMBLE[name](problem)
    free = free_nodes(problem)
    x, change = field(problem), np.zeros(len(problem.domain.points))
    change[free] = field(problem, 1)[free]
    change = change[problem.domain.twins]
    step = 1e-5
    slope = (matrices.nonlinear(x + step * change) - matrices.nonlinear(x - step * change)) / (
        2 * step
    )
    right = 2.0 * matrices.mass(change) + 0.7 * (matrices.stiffness(change) + slope)
    solve = matrices.factorise(2.0, 0.7, free, at=x)
    assert solve(right[free]) == pytest.approx(change[free], abs=1e-8)


@pytest.mark.parametrize("periodic", ["", "x", "y"])
@pytest.mark.parametrize("name", ASSEMBLE)
def test_factorised_is_the_inverse_and_is_reused(name, periodic):
    problem = form(2, periodic=periodic, nonlinear=False)
    matrices = ASSEMBLE[name](problem)
    free = free_nodes(problem)
    n = len(problem.domain.points)
    unit = np.eye(n)[:, problem.domain.twins][free]
    M = np.array([matrices.mass(row) for row in unit])[:, free]
    K = np.array([matrices.stiffness(row) for row in unit])[:, free]
    assert pytest.approx(M.T, abs=1e-17) == M
    assert pytest.approx(K.T, abs=1e-15) == K
    right = field(problem)[free]
    fewer = free[::2]
    for mass, stiffness, nodes in ((1.0, 0.1, free), (0.2, 1.0, free), (1.0, 1e-3, fewer)):
        keep = np.searchsorted(free, nodes)
        dense = (mass * M + stiffness * K)[np.ix_(keep, keep)]
        found = matrices.factorise(mass, stiffness, nodes)(right[keep])
        assert found == pytest.approx(np.linalg.solve(dense, right[keep]), rel=1e-10)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", ASSEMBLE)
def test_integrals_of_polynomials_are_exact(name, order):
    mesh = rectangle(2.0, 1.0, (5, 4), grading=3.0)
    conditions = {"left": MassTransfer(3.0, 1.0), "top": MassTransfer(0.0, 1.0)}
    problem = weak_form(Diffusion(mesh, {"all": Material(1.0)}, conditions, until=1.0), order)
    matrices = ASSEMBLE[name](problem)
    one, x = np.ones(len(problem.domain.points)), problem.domain.points[:, 0] / 2.0
    u = x if order == 1 else x**2  # lengths are in units of the width
    assert one @ matrices.mass(one) == pytest.approx(0.5)
    assert u @ matrices.mass(u) == pytest.approx(0.5 / (3 if order == 1 else 5))
    assert u @ matrices.stiffness(u) == pytest.approx(0.5 if order == 1 else 0.5 * 4 / 3)
    assert one @ matrices.stiffness(one) == pytest.approx(3.0 * 2.0 * 0.5)
    assert matrices.loads @ one == pytest.approx([0.5, 1.0])
    assert matrices.loads @ u == pytest.approx([0.0, 0.5 if order == 1 else 1 / 3], abs=1e-15)
    assert not matrices.nonlinear(u).any()


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("bent", [False, True])
def test_fast_assembly_equals_that_of_scikit_fem(order, bent):
    mesh = bent_rectangle() if bent else rectangle(2.0, 1.0, (8, 6), phases=("a", "b"), cuts=(1.0,))
    materials = {"a": Material(0.5, 3.0, 0.7), "b": Material(1.0)}
    conditions = {"left": Concentration(1.0)}
    problem = weak_form(Diffusion(mesh, materials, conditions, until=1.0), order)
    domain = problem.domain
    n = len(domain.vertices)
    corners, cells = problem.points[:n], np.ascontiguousarray(domain.triangles.T)
    grid = skfem.MeshTri(corners.T.copy(), cells, sort_t=False)
    middle = n + domain.edges.find(grid.facets.T)
    if bent:
        nodes = np.vstack([corners, problem.points[middle]])
        grid = skfem.MeshTri2(nodes.T.copy(), cells, sort_t=False)
    element = skfem.ElementTriP1() if order == 1 else skfem.ElementTriP2()
    points, weights = triangle_rule()
    basis = skfem.Basis(grid, element, quadrature=(points.T.copy(), weights))
    node = np.arange(n) if order == 1 else np.concatenate([np.arange(n), middle])
    every = np.ones(len(weights))
    found = anosim_skfem.assembly.assemble(problem)
    x = field(problem)
    for times, factors in (
        (found.mass, (problem.capacity, 0.0 * problem.capacity)),
        (found.stiffness, (problem.reaction, problem.diffusivity)),
    ):
        theta, D = (np.outer(factor, every) for factor in factors)
        expected = _reaction_and_diffusion.assemble(basis, theta=theta, D=D) @ x[node]
        assert _off(expected, times(x)[node]) < 1e-14


@skfem.BilinearForm
def _reaction_and_diffusion(u, v, w):
    return w.theta * u * v + w.D * (u.grad[0] * v.grad[0] + u.grad[1] * v.grad[1])


@pytest.mark.parametrize("order", [1, 2])
def test_entries_are_where_cells_have_two_nodes(order):
    domain = form(order).domain
    pattern = Pattern.of(domain, (np.zeros(0, int), np.zeros(0, int)))
    k = domain.connectivity.shape[1]
    rows, columns = np.repeat(domain.connectivity, k), np.tile(domain.connectivity, k).ravel()
    expected = np.unique(rows * len(domain.points) + columns)
    row = np.repeat(np.arange(len(domain.points)), np.diff(pattern.indptr))
    assert np.array_equal(row * len(domain.points) + pattern.indices, expected)
    assert np.array_equal(pattern.find(row, pattern.indices), np.arange(len(row)))
