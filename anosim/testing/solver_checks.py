"""What every solver must pass."""

import math

import numpy as np

from anosim.conditions import (
    Concentration,
    Flux,
    InterfaceTransfer,
    MassTransfer,
    Material,
    Uptake,
)
from anosim.errors import InputError
from anosim.functions import Table
from anosim.plugins import Solver
from anosim.problem import Diffusion
from anosim.testing.exact import crank_slab
from anosim.testing.structured import rectangle


def check_slab_with_mass_transfer(solver: Solver) -> None:
    """Crank's slab, Bi = 1: centre and surface to 1e-3 of the bulk concentration."""
    mesh = rectangle(1e-6, 1e-7, (64, 2))
    problem = Diffusion(
        mesh,
        materials={"all": Material("1e-14 m^2/s")},
        conditions={"right": MassTransfer("1e-8 m/s", "1 mol/L")},
        until="100 s",
    )
    solution = solver.solve(problem)
    times = np.array([10.0, 50.0, 100.0])
    x = np.array([0.0, 0.5, 1.0])
    points = np.stack([x * 1e-6, np.full(3, 5e-8)], axis=1)
    expected = 1000.0 * (1.0 - crank_slab(times * 1e-14 / 1e-12, x, 1.0))
    error = np.abs(solution.at(points, times) - expected).max() / 1000.0
    assert error < 1e-3, f"Crank's slab, Bi = 1: error {error:.1e} of the bulk concentration"


def check_two_layers_in_series(solver: Solver) -> None:
    """Steady flux through two layers, D 10 and 1: the series formula to 1e-3."""
    mesh = rectangle(2e-6, 1e-6, (16, 8), phases=("fast", "slow"), cuts=(1e-6,))
    problem = Diffusion(
        mesh,
        materials={"fast": Material(10.0), "slow": Material(1.0)},
        conditions={"left": Concentration(1.0), "right": Concentration(0.0)},
        until="inf",
    )
    solution = solver.solve(problem)
    error = abs(float(solution.flux("left")[0]) / (1e-6 / (1e-6 / 10.0 + 1e-6 / 1.0)) - 1.0)
    assert error < 1e-3, f"two layers in series: relative error of the flux {error:.1e}"
    lost = float(np.abs(solution.flux("left") + solution.flux("right"))[0])
    assert lost < 1e-6, f"what flows in at the left must flow out at the right: {lost:.1e} mol/m/s"


def check_flux_is_conserved(solver: Solver) -> None:
    """A given flux into a sealed body: its content grows by exactly that, to 1e-6."""
    mesh = rectangle(1e-6, 1e-6, (8, 8))
    problem = Diffusion(
        mesh,
        materials={"all": Material("1e-13 m^2/s", capacity=2.0)},
        conditions={"top": Flux("1e-4 mol/m^2/s")},
        until="20 s",
        initial="10 mol/m^3",
    )
    solution = solver.solve(problem)
    gained = solution.content("20 s")[0] - 2.0 * 10.0 * 1e-12
    error = abs(gained / (1e-4 * 1e-6 * 20.0) - 1.0)
    assert error < 1e-6, f"sealed body with a given flux: relative error of its content {error:.1e}"


def check_mass_balance(solver: Solver) -> None:
    """Change of content = uptake through a boundary held at a concentration, to 1e-3.

    A solver that integrates its fluxes consistently, as the built-in ones do, meets 1e-8.
    """
    mesh = rectangle(1e-6, 1e-6, (8, 8), phases=("a", "b"), cuts=(0.5e-6,))
    problem = Diffusion(
        mesh,
        materials={"a": Material("1e-13 m^2/s"), "b": Material("1e-14 m^2/s", capacity=3.0)},
        conditions={"left": Concentration("1 mol/L"), "top": MassTransfer("1e-7 m/s", "2 mol/L")},
        until="30 s",
    )
    error = float(solver.solve(problem).imbalance("30 s")[0])
    assert error < 1e-3, f"mass balance: relative error {error:.1e}"


def check_node_order(solver: Solver) -> None:
    """Values at the mesh's points are in the mesh's order: a steady linear field is exact."""
    mesh = rectangle(3e-6, 1e-6, (6, 5), phases=("in", "out"), cuts=(2e-6,))
    problem = Diffusion(
        mesh,
        materials={"in": Material("1e-14 m^2/s")},
        conditions={"left": Concentration(1.0), ("in", "out"): Concentration(3.0)},
        until="inf",
    )
    solution = solver.solve(problem)
    vertices = solution.domain.vertices
    expected = 1.0 + mesh.points[vertices, 0] / 1e-6
    error = np.abs(solution.values()[0, : len(vertices)] - expected).max()
    assert error < 1e-8, f"a linear field is off by {error:.1e} at the mesh's points"


def check_problem_untouched(solver: Solver) -> None:
    """The user's objects are as before; the same question gets the same answer twice."""
    mesh = rectangle(1e-6, 1e-6, (4, 4))
    before = mesh.points.copy(), mesh.cells.copy()
    problem = Diffusion(mesh, {"all": Material(1e-14)}, {"left": Concentration(1.0)}, until=10.0)
    first, second = solver.solve(problem).values(), solver.solve(problem).values()
    assert np.array_equal(before[0], mesh.points), "the solver changed the mesh's points"
    assert np.array_equal(before[1], mesh.cells), "the solver changed the mesh's cells"
    assert np.allclose(first, second, rtol=1e-12, atol=0), "two runs of one problem differ"


def check_contact_resistance(solver: Solver) -> None:
    """Steady flux through two layers with a transfer and a partition coefficient, to 1e-6.

    j (L1/D1 + 1/k + K L2/D2) = c_left - K c_right.
    """
    mesh = rectangle(2e-6, 1e-6, (8, 4), phases=("one", "two"), cuts=(1e-6,))
    for k, K in ((1e-8, 1.0), (2e-8, 0.3), (math.inf, 4.0)):
        problem = Diffusion(
            mesh,
            materials={"one": Material(1e-14), "two": Material(3e-15)},
            conditions={
                "left": Concentration(1000.0),
                "right": Concentration(50.0),
                ("two", "one"): InterfaceTransfer(k * K, 1.0 / K),
            },
            until="inf",
        )
        flux = float(solver.solve(problem).flux("left")[0])
        exact = 1e-6 * (1000.0 - K * 50.0) / (1e-6 / 1e-14 + 1.0 / k + K * 1e-6 / 3e-15)
        error = abs(flux / exact - 1.0)
        assert error < 1e-6, f"contact resistance, k = {k:g} m/s, K = {K:g}: error {error:.1e}"


def check_first_order_reaction(solver: Solver) -> None:
    """Steady slab with a first-order reaction, Thiele modulus 1: sealed end to 1e-3."""
    problem = Diffusion(
        rectangle(1e-6, 1e-7, (32, 2)),
        materials={"all": Material(1e-14, reaction=1e-2)},
        conditions={"left": Concentration(1.0)},
        until="inf",
    )
    found = solver.solve(problem).at([1e-6, 5e-8])[0, 0]
    error = abs(found * math.cosh(1.0) - 1.0)
    assert error < 1e-3, f"slab with reaction: relative error at the sealed end {error:.1e}"


def check_no_source_is_refused(solver: Solver) -> None:
    """A problem that nothing drives gets a sentence, not a field of zeros."""
    problem = Diffusion(rectangle(), {"all": Material(1.0)}, {}, until=1.0)
    try:
        solver.solve(problem)
    except InputError as error:
        assert "source" in str(error), f"the sentence does not say what is missing: {error}"
    else:
        raise AssertionError("a problem without a source was solved")


def check_uptake_surface(solver: Solver) -> None:
    """Steady flux into a linear uptake surface, Damkoehler number 2, to 1e-6.

    j (L/D + 1/k_r) = c_left - c_eq.
    """
    problem = Diffusion(
        rectangle(1e-6, 1e-7, (16, 2)),
        materials={"all": Material(1e-14)},
        conditions={"left": Concentration(1000.0), "right": Uptake(2e-8, equilibrium=100.0)},
        until="inf",
    )
    solution = solver.solve(problem)
    exact = 1e-7 * 900.0 / (1e-6 / 1e-14 + 1.0 / 2e-8)
    for name, sign in (("left", 1.0), ("right", -1.0)):
        error = abs(float(solution.flux(name)[0]) / (sign * exact) - 1.0)
        assert error < 1e-6, f"uptake surface: relative error of the flux at the {name} {error:.1e}"


def check_saturable_uptake(solver: Solver) -> None:
    """Steady flux into an uptake that saturates, to 1e-6: the root of a quadratic equation."""
    D, L, k, half = 1e-14, 1e-6, 1e-7, 100.0
    problem = Diffusion(
        rectangle(L, 1e-7, (16, 2)),
        materials={"all": Material(D)},
        conditions={"left": Concentration(1000.0), "right": Uptake(k, half_saturation=half)},
        until="inf",
    )
    biot = k * L / D
    b = half * (1.0 + biot) - 1000.0  # (1000 - c) (1 + c / half) = Bi c
    surface = (-b + math.sqrt(b * b + 4.0 * half * 1000.0)) / 2.0
    found = float(solver.solve(problem).at([L, 5e-8])[0, 0])
    error = abs(found / surface - 1.0)
    assert error < 1e-6, f"saturable uptake: relative error at the surface {error:.1e}"


def check_diffusivity_over_concentration(solver: Solver) -> None:
    """Steady flux through a slab with D = D0 (1 + c / c0), to 1e-6 by Kirchhoff's transform."""
    problem = Diffusion(
        rectangle(1e-6, 1e-7, (16, 2)),
        materials={"all": Material(Table([0.0, 1000.0], ["1e-14 m^2/s", "2e-14 m^2/s"]))},
        conditions={"left": Concentration("1 mol/L"), "right": Concentration(0.0)},
        until="inf",
    )
    found = float(solver.solve(problem).flux("left")[0])
    error = abs(found / (1.5e-14 * 1000.0 / 1e-6 * 1e-7) - 1.0)
    assert error < 1e-6, f"D over concentration: relative error of the flux {error:.1e}"


def check_values_over_time(solver: Solver) -> None:
    """A flux that rises and stops: the content is its integral, to 1e-6, also after the kinks."""
    problem = Diffusion(
        rectangle(1e-6, 1e-7, (8, 2)),
        materials={"all": Material(1e-14)},
        conditions={"left": Flux(Table(["0 s", "2 s", "3 s"], [0.0, 1e-5, 0.0]))},
        until="10 s",
    )
    solution = solver.solve(problem)
    for time, area in ((1.0, 0.25), (2.0, 1.0), (3.0, 1.5), (10.0, 1.5)):
        error = abs(float(solution.content(time)[0]) / (area * 1e-5 * 1e-7) - 1.0)
        assert error < 1e-6, (
            f"flux over time: relative error of the content at {time:g} s {error:.1e}"
        )


def check_initial_field_on_periodic_sides(solver: Solver) -> None:
    """A wave across the seam of joined sides decays as exp(-4 pi^2 Fo), to 1e-3."""
    problem = Diffusion(
        rectangle(1.0, 0.1, (48, 2)),
        materials={"all": Material(1.0)},
        conditions={"top": Flux(0.0), "bottom": MassTransfer(1e-9, 0.0)},
        until=0.05,
        initial=lambda x, y: np.cos(2.0 * np.pi * x - 1.0),
        periodic="x",
    )
    x = np.linspace(0.0, 1.0, 9)
    found = solver.solve(problem).at(np.stack([x, np.full(9, 0.05)], axis=1), 0.05)[0]
    exact = math.exp(-4.0 * math.pi**2 * 0.05) * np.cos(2.0 * np.pi * x - 1.0)
    error = np.abs(found - exact).max()
    assert error < 1e-3, f"wave across joined sides: error {error:.1e} of its height at the start"
