"""Fields that jump: partition and transfer coefficients between two phases that take part."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.sparse import diags_array

from anosim import (
    Concentration,
    Diffusion,
    InterfaceTransfer,
    MassTransfer,
    Material,
    solve,
)
from anosim.errors import InputError
from anosim.testing import rectangle


def _finite_volumes(D, theta, k, K, times, n=600):
    """1D reference: two layers of length 1, c = 1 at the left, sealed at the right."""
    h = 1.0 / n
    inner = [np.full(n - 1, d / h) for d in D]
    first = [np.full(n, t) for t in theta]
    # conductance between the middles of the two cells at the interface, per unit of c_1 - K c_2
    across = 1.0 / (h / (2 * D[0]) + 1.0 / k + K * h / (2 * D[1]))
    g = np.concatenate([inner[0], [across], inner[1]])
    ahead = np.ones(2 * n - 1)
    ahead[n - 1] = K
    main = np.zeros(2 * n)
    main[:-1] -= g
    main[1:] -= g * ahead
    main[0] -= 2 * D[0] / h
    A = diags_array([g, main, g * ahead], offsets=[-1, 0, 1]) / 1.0
    scale = 1.0 / (np.concatenate(first) * h)
    source = np.zeros(2 * n)
    source[0] = 2 * D[0] / h
    jacobian = (diags_array(scale) @ A).tocsc()
    done = solve_ivp(
        lambda t, c: jacobian @ c + scale * source,
        (0, times[-1]),
        np.zeros(2 * n),
        method="BDF",
        jac=jacobian,
        t_eval=times,
        rtol=1e-8,
        atol=1e-10,
    )
    return done.y.T.reshape(len(times), 2, n)


@pytest.mark.parametrize(("k", "K"), [(0.5, 1.0), (3.0, 2.5), (math.inf, 0.4)])
def test_transient_with_a_jump_follows_the_finite_volumes(solver, k, K):
    times = np.array([0.1, 0.5, 2.0])
    D, theta = (1.0, 0.2), (1.0, 1.5)
    mesh = rectangle(2.0, 0.1, (80, 2), phases=("one", "two"), cuts=(1.0,))
    problem = Diffusion(
        mesh,
        {n: Material(d, t) for n, d, t in zip(("one", "two"), D, theta, strict=True)},
        {"left": Concentration(1.0), ("one", "two"): InterfaceTransfer(k, K)},
        until=2.0,
    )
    solution = solve(problem, solver=solver)
    exact = _finite_volumes(D, theta, k, K, times)
    for layer, name in enumerate(("one", "two")):
        assert solution.average(name, times) == pytest.approx(
            exact[:, layer].mean(axis=1), rel=1e-4
        )
    assert solution.imbalance(times).max() < 1e-9
    near = np.array([[1 - 1e-7, 0.05], [1 + 1e-7, 0.05]])
    left, right = solution.at(near, times).T
    if math.isinf(k):
        assert left == pytest.approx(K * right, rel=1e-5)
        with pytest.raises(InputError, match="perfect contact"):
            solution.flux(("one", "two"), times)
    else:
        across = solution.flux(("one", "two"), times)
        assert across == pytest.approx(0.1 * k * (left - K * right), rel=1e-3)
        assert solution.flux(("two", "one"), times) == pytest.approx(-across)
        gained = 1.5 * solution.average("two", times) * 0.1
        assert solution.uptake(("one", "two"), times) == pytest.approx(gained, rel=1e-8)


@pytest.mark.parametrize("K", [0.2, 5.0])
def test_equilibrium_has_the_partition_whichever_way_it_is_said(solver, K):
    mesh = rectangle(2e-6, 1e-6, (8, 4), phases=("one", "two"), cuts=(1e-6,))
    for pair, value in ((("one", "two"), K), (("two", "one"), 1 / K)):
        problem = Diffusion(
            mesh,
            {"one": Material(1e-13), "two": Material(1e-14)},
            {"left": MassTransfer(1e-6, 1000.0), pair: InterfaceTransfer("inf", value)},
            until="inf",
        )
        solution = solve(problem, solver=solver)
        assert solution.average("one") == pytest.approx(1000.0)
        assert solution.average("two") == pytest.approx(1000.0 / K)


def test_solvers_agree_across_a_jump_on_a_real_interface():
    import anosim

    image = anosim.samples.nmc_slice().crop((40, 100), (60, 130))
    problem = Diffusion(
        anosim.mesh(image),
        {"cbd": Material(1e-13), "particle": Material(1e-14, capacity=3.0, reaction=1e-3)},
        {
            ("pore", "cbd"): MassTransfer(1e-6, 1000.0),
            ("particle", "cbd"): InterfaceTransfer("1e-8 m/s", 2.0),
        },
        until="100 s",
        initial=3.0,
    )
    times = np.geomspace(1e-2, 100.0, 7)
    a, b = (solve(problem, solver=name) for name in ("skfem", "fenicsx"))
    off = np.abs(a.values(times) - b.values(times)).max(axis=1)
    assert np.max(off / a.values(times).max(axis=1)) < 1e-8
    assert max(a.imbalance(times).max(), b.imbalance(times).max()) < 1e-8
    assert dict(a.unreachable)["particle"] < 0.2


def test_partitions_that_contradict_each_other_are_refused():
    mesh = rectangle(3.0, 1.0, (3, 2), phases=("a", "b", "c"), cuts=(1.0, 2.0))
    points, cells = mesh.points, mesh.cells
    middle = points[cells].mean(axis=1)
    phase = np.where(middle[:, 1] < 0.5, 2, (middle[:, 0] > 1.5).astype(int))
    ring = type(mesh)(points, cells, phase, ("a", "b", "c"), mesh.sides)
    with pytest.raises(InputError, match="contradict each other"):
        Diffusion(
            ring,
            {name: Material(1.0) for name in "abc"},
            {"left": Concentration(1.0), ("a", "b"): InterfaceTransfer(1.0, 2.0)},
            until=1.0,
        )
