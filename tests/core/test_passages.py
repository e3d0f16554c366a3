"""Fluxes and what they add up to, against exact values and their own derivatives."""

import numpy as np
import pytest

import anosim
from anosim import Concentration, Diffusion, Flux, MassTransfer, Material, Table, Uptake
from anosim.errors import InputError
from anosim.testing import rectangle

D, L, H, SOURCE = 1e-13, 1e-6, 2e-7, 1000.0
pytestmark = pytest.mark.parametrize("solver", ["skfem", "fenicsx"])


def slab(conditions, **changes):
    parts = {"materials": {"all": Material(D)}, "until": 40.0}
    return Diffusion(rectangle(L, H, (24, 3)), conditions=conditions, **(parts | changes))


def taken(surface):
    """Steady flux into an uptake surface across a slab from a given concentration, mol/m^2/s."""
    conductance, k = D / L, surface.coefficient
    if surface.linear:
        return SOURCE / (1.0 / conductance + 1.0 / k)
    h = surface.half_saturation  # conductance (SOURCE - c) = k c / (1 + c / h)
    c = np.roots([conductance / h, conductance * (1 - SOURCE / h) + k, -conductance * SOURCE])
    return k * c.max() / (1.0 + c.max() / h)


@pytest.mark.parametrize("surface", [Uptake(2e-7), Uptake(2e-7, half_saturation=300.0)])
def test_uptake_in_the_steady_state_and_on_the_way_to_it(solver, surface):
    conditions = {"left": Concentration(SOURCE), "right": surface}
    exact = taken(surface) * H
    steady = anosim.solve(slab(conditions, until="inf"), solver=solver)
    assert steady.flux("right") == pytest.approx(-exact, rel=1e-9, abs=0)
    assert steady.flux("left") == pytest.approx(exact, rel=1e-9, abs=0)
    solution = anosim.solve(slab(conditions, until=200.0), solver=solver)
    assert solution.flux("right") == pytest.approx(-exact, rel=1e-6, abs=0)
    check_integral(solution, "right", (5.0, 60.0))
    check_integral(solution, "left", (5.0, 60.0))
    assert solution.imbalance([1.0, 60.0, 200.0]).max() < 1e-9


def check_integral(solution, name, ends):
    """The uptake between two times is the integral of the flux: Gauss-Legendre on pieces."""
    at, share = np.polynomial.legendre.leggauss(6)
    edges = np.geomspace(*ends, 25)
    half = np.diff(edges)[:, None] / 2.0
    times = edges[:-1, None] + half * (1.0 + at)
    passed = np.sum(half * share * solution.flux(name, times.ravel()).reshape(times.shape))
    before, after = solution.uptake(name, ends)
    assert passed == pytest.approx(after - before, rel=1e-7, abs=0)


PULSE = Table([0.0, 5.0, 10.0, 30.0], [0.0, SOURCE, SOURCE, 100.0])


@pytest.mark.parametrize(
    "condition",
    [MassTransfer(1e-7, PULSE), Concentration(PULSE), Flux(lambda t: 1e-5 * np.sin(t / 5.0))],
)
def test_values_over_time(solver, condition):
    solution = anosim.solve(slab({"left": condition}), solver=solver)
    content = solution.content([0.0, 7.0, 12.0, 25.0, 40.0])
    gained = solution.uptake("left", [0.0, 7.0, 12.0, 25.0, 40.0])
    assert gained == pytest.approx(content - content[0], rel=1e-8, abs=1e-12 * content.max())
    check_integral(solution, "left", (5.5, 9.5))
    if isinstance(condition, Flux):
        times = np.array([1.0, 11.0, 33.0])
        exact = H * 1e-5 * np.sin(times / 5.0)
        assert solution.flux("left", times) == pytest.approx(exact, rel=1e-6, abs=0)


def test_periodic_sides_with_an_uptake_surface(solver):
    """What the top lets in and the bottom takes out does not change when the sides are joined."""
    conditions = {"top": MassTransfer(1e-6, SOURCE), "bottom": Uptake(1e-7, 50.0, 400.0)}
    found = {}
    for periodic in ("", "x"):
        problem = slab(conditions, periodic=periodic, initial=lambda x, y: 100.0 + 0.0 * x)
        found[periodic] = solution = anosim.solve(problem, solver=solver)
        assert solution.imbalance([1.0, 40.0]).max() < 1e-9
    for name in conditions:
        sealed, joined = (found[p].uptake(name, [0.5, 40.0]) for p in ("", "x"))
        assert joined == pytest.approx(sealed, rel=1e-6, abs=0)
    with pytest.raises(InputError, match="joined to its opposite"):
        found["x"].flux("left")
