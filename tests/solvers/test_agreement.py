import numpy as np
import pytest

import anosim
from anosim.errors import InputError, PluginError, UnsupportedError
from anosim.testing import rectangle


def _everything(mesh, until="30 s"):
    return anosim.Diffusion(
        mesh,
        materials={
            "a": anosim.Material("1e-13 m^2/s"),
            "b": anosim.Material("1e-15 m^2/s", capacity=3.0),
        },
        conditions={
            "left": anosim.Concentration("1 mol/L"),
            "top": anosim.MassTransfer("1e-7 m/s", "2 mol/L"),
            "right": anosim.Flux("-1e-6 mol/m^2/s"),
        },
        until=until,
    )


@pytest.mark.parametrize("order", [1, 2])
def test_transient_on_a_real_image_agrees_to_1e_8(order):
    image = anosim.samples.nmc_slice().crop((40, 120), (60, 160))
    mesh = anosim.mesh(image)
    problem = anosim.Diffusion(
        mesh,
        materials={
            "cbd": anosim.Material("1e-13 m^2/s"),
            "particle": anosim.Material("1e-14 m^2/s", capacity=2.0),
        },
        conditions={
            ("pore", "cbd"): anosim.MassTransfer("1e-6 m/s", "1 mol/L"),
            ("pore", "particle"): anosim.Concentration("0.5 mol/L"),
        },
        until="100 s",
        initial="10 mol/m^3",
    )
    a, b = (anosim.solve(problem, solver=name, order=order) for name in ("skfem", "fenicsx"))
    times = np.geomspace(1e-3, 100.0, 11)
    off = np.abs(a.values(times) - b.values(times)).max(axis=1)
    assert np.max(off / a.values(times).max(axis=1)) < 1e-8
    for name in problem.conditions:
        assert a.uptake(name, times) == pytest.approx(b.uptake(name, times), rel=1e-8, abs=0)
    assert max(a.imbalance(times).max(), b.imbalance(times).max()) < 1e-8


@pytest.mark.parametrize("order", [1, 2])
def test_steady_state_agrees_and_is_where_the_transient_ends(order):
    mesh = rectangle(1e-6, 1e-6, (12, 9), phases=("a", "b"), cuts=(0.5e-6,))
    a, b = (
        anosim.solve(_everything(mesh, "inf"), solver=name, order=order)
        for name in ("skfem", "fenicsx")
    )
    assert a.values() == pytest.approx(b.values(), rel=1e-10)
    assert max(a.imbalance()[0], b.imbalance()[0]) < 1e-10
    late = anosim.solve(_everything(mesh, "3 h"), order=order)
    assert late.values() == pytest.approx(a.values(), rel=1e-6)


def test_a_part_without_source_keeps_its_concentration_and_is_reported(solver):
    mesh = rectangle(3e-6, 1e-6, (12, 4), phases=("sei", "wall", "core"), cuts=(1e-6, 2e-6))
    for until in ("10 s", "inf"):
        problem = anosim.Diffusion(
            mesh,
            materials={"sei": anosim.Material(1e-13), "core": anosim.Material(1e-13)},
            conditions={"left": anosim.Concentration(5.0)},
            until=until,
            initial=1.0,
        )
        solution = anosim.solve(problem, solver=solver)
        assert dict(solution.unreachable) == {"sei": 0.0, "core": 1.0}
        assert solution.at([2.5e-6, 5e-7])[0, 0] == pytest.approx(1.0, abs=1e-12)
        assert np.isnan(solution.average("core")[0])
    assert solution.average("sei")[0] == pytest.approx(5.0)


def test_a_steady_state_needs_something_to_hold_it(solver):
    problem = anosim.Diffusion(
        rectangle(), {"all": anosim.Material(1.0)}, {"left": anosim.Flux(1.0)}, until="inf"
    )
    with pytest.raises(InputError, match="no steady state"):
        anosim.solve(problem, solver=solver)


def test_options_are_checked_before_any_work(solver):
    problem = anosim.Diffusion(
        rectangle(), {"all": anosim.Material(1.0)}, {"left": anosim.Concentration(1.0)}, until=1.0
    )
    with pytest.raises(UnsupportedError, match="element order 3"):
        anosim.solve(problem, solver=solver, order=3)
    with pytest.raises(InputError, match="has no option 'ordre'; its options: 'order'"):
        anosim.solve(problem, solver=solver, ordre=2)
    with pytest.raises(InputError, match="tolerance is 0"):
        anosim.solve(problem, solver=solver, tolerance=0)
    with pytest.raises(InputError, match="earliest is 2"):
        anosim.solve(problem, solver=solver, earliest=2.0)
    with pytest.raises(InputError, match="integrator is 'rk4': choose one of 'auto', 'krylov'"):
        anosim.solve(problem, solver=solver, integrator="rk4")
    with pytest.raises(InputError, match="give steps=1000 with it"):
        anosim.solve(problem, solver=solver, integrator="euler")
    with pytest.raises(InputError, match="linear_solver is 'qr'"):
        anosim.solve(problem, solver=solver, linear_solver="qr")


def test_an_unknown_solver_says_which_there_are():
    with pytest.raises(PluginError, match=r"no plugin 'comsol' in anosim\.solvers; installed: 'f"):
        anosim.plugins.solver("comsol")
