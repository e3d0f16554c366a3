"""The estimate against the error itself."""

from functools import cache
from math import inf

import exact
import numpy as np
import pytest

from anosim import (
    Concentration,
    Diffusion,
    Flux,
    InterfaceTransfer,
    MassTransfer,
    Material,
    Table,
    Uptake,
    plugins,
)
from anosim.adapt import Average, Content, Passed, SteadyFlux, estimate
from anosim.adapt.bubbles import bubble_slopes, bubbles
from anosim.curved import shapes
from anosim.errors import InputError, MissingDependencyError, UnsupportedError
from anosim.regions import Disc
from anosim.testing import rectangle


def _solver(order, name="skfem"):
    try:
        return plugins.solver(name)(order=order)
    except MissingDependencyError as error:
        pytest.skip(str(error))


def _estimate(problem, goal, order, name="skfem"):
    solver = _solver(order, name)
    return estimate(solver.solve(problem), goal, solver)


@pytest.mark.parametrize("name", ["skfem", "fenicsx"])
@pytest.mark.parametrize("order", [1, 2])
def test_mean_of_a_slab_in_time(order, name):
    for time in (0.1, 1.0):
        found = _estimate(exact.slab(8), Average("all", time), order, name)
        error = exact.slab_mean(time) - found.value
        assert found.error / error == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize(("order", "low", "high"), [(1, 0.9, 1.1), (2, 0.8, 1.3)])
def test_steady_flux_through_a_sink_on_a_bent_mesh(order, low, high):
    found = _estimate(exact.annulus(8), SteadyFlux("outer"), order)
    assert low < found.error / (exact.ANNULUS_FLUX - found.value) < high


@pytest.mark.parametrize("order", [1, 2])
def test_flux_around_an_inner_corner(order):
    true = 0.39085  # 0.0005 % from adaptive meshes
    found = _estimate(exact.corner(16), SteadyFlux("right"), order)
    assert 0.5 < found.error / (true - found.value) < 1.1


CONDITIONS = {
    "transfer and partition": {
        "left": MassTransfer(5.0, 1.0),
        "bottom": Uptake(1.0, 0.2),
        ("one", "two"): InterfaceTransfer(3.0, 2.0),
    },
    "partition only": {"left": MassTransfer(5.0, 1.0), ("one", "two"): InterfaceTransfer(inf, 2.0)},
    "values over time": {
        "left": Concentration(Table([0.0, 0.2, 0.5], [0.0, 1.0, 0.5])),
        "right": Flux(lambda t: 0.1 * t),
    },
}


@cache
def _corrected(kind, goal):
    fine = _estimate(exact.layers(32, CONDITIONS[kind]), goal, 2)
    return fine.value + fine.error


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("kind", CONDITIONS)
@pytest.mark.parametrize(
    "goal", [Average("one", 0.2), Content(0.3), Passed("left", 0.2)], ids=lambda goal: str(goal)
)
def test_several_phases(kind, goal, order):
    true = _corrected(kind, goal)
    found = _estimate(exact.layers(12, CONDITIONS[kind]), goal, order)
    assert 0.5 < found.error / (true - found.value) < 1.5


def test_a_region_and_periodic_sides():
    conditions = {"left": MassTransfer(5.0, 1.0)}
    goal = Average(Disc((0.3, 0.25), 0.12), 0.1)
    fine = _estimate(exact.layers(40, conditions, periodic="y"), goal, 2)
    true = fine.value + fine.error
    found = _estimate(exact.layers(16, conditions, periodic="y"), goal, 2)
    assert 0.5 < found.error / (true - found.value) < 2.0


def test_initial_concentration_in_space():
    mesh = rectangle(1.0, 0.25, (8, 2))
    problem = Diffusion(
        mesh,
        {"all": Material(1.0)},
        {"left": Concentration(0.0), "right": Concentration(0.0)},
        until=0.1,
        initial=lambda x, y: np.sin(np.pi * x),
    )
    true = 2.0 / np.pi * np.exp(-(np.pi**2) * 0.1)
    for order in (1, 2):
        found = _estimate(problem, Average("all", 0.1), order)
        assert 0.7 < found.error / (true - found.value) < 1.3


def test_mean_in_the_steady_state():
    mesh = rectangle(1.0, 0.5, (8, 4))
    problem = Diffusion(
        mesh,
        {"all": Material(2.0, capacity=3.0, reaction=8.0)},
        {"left": Concentration(1.0)},
        until="inf",
    )
    true = np.tanh(2.0) / 2.0  # Thiele modulus 2
    for order in (1, 2):
        found = _estimate(problem, Average("all", "inf"), order)
        assert 0.7 < found.error / (true - found.value) < 1.3


def test_a_solution_that_is_exact_has_no_error():
    problem = Diffusion(
        rectangle(1.0, 1.0, (4, 4), phases=("a", "b"), cuts=(0.5,)),
        {"a": Material(1.0), "b": Material(5.0)},
        {"left": Concentration(0.0), "right": Concentration(1.0)},
        until="inf",
    )
    for order in (1, 2):
        found = _estimate(problem, SteadyFlux("left"), order)
        assert found.size < 1e-12 * abs(found.value)


def test_only_fluxes():
    problem = Diffusion(
        rectangle(1.0, 0.5, (8, 4)), {"all": Material(1.0)}, {"left": Flux(1.0)}, until=0.1
    )
    goal = Average(Disc((0.25, 0.25), 0.2), 0.1)
    fine = Diffusion(
        rectangle(1.0, 0.5, (32, 16)), problem.materials, problem.conditions, until=0.1
    )
    best = _estimate(fine, goal, 2)
    found = _estimate(problem, goal, 2)
    assert 0.5 < found.error / (best.value + best.error - found.value) < 2.0


def test_what_cannot_be_estimated_is_refused():
    mesh = rectangle(1.0, 1.0, (2, 2))
    solver = _solver(1)
    held = {"left": Concentration(1.0), "top": Flux(0.1)}
    solution = solver.solve(Diffusion(mesh, {"all": Material(1.0)}, held, until=1.0))
    with pytest.raises(InputError, match="0 to 1 s was solved"):
        estimate(solution, Average("all", 2.0), solver)
    with pytest.raises(InputError, match="steady flux through 'left' is asked for"):
        estimate(solution, SteadyFlux("left"), solver)
    with pytest.raises(InputError, match="it has no error"):
        estimate(solution, Passed("top", 1.0), solver)
    with pytest.raises(UnsupportedError, match="give the solver the same order"):
        estimate(solution, Average("all", 1.0), _solver(2))
    law = Material(lambda c: 1.0 + c)
    curved = solver.solve(Diffusion(mesh, {"all": law}, {"left": Concentration(1.0)}, until=1.0))
    with pytest.raises(UnsupportedError, match="linear problems"):
        estimate(curved, Average("all", 1.0), solver)


@pytest.mark.parametrize("order", [1, 2])
def test_bubbles_are_zero_at_the_nodes_and_have_their_slopes(order):
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    nodes = corners if order == 1 else np.concatenate([corners, (corners + corners[[1, 2, 0]]) / 2])
    assert shapes(order, nodes) == pytest.approx(np.eye(len(nodes)))
    assert np.abs(bubbles(order, nodes)).max() < 1e-15
    at, h = np.random.default_rng(0).random((5, 2)) / 2, 1e-6
    for axis, step in enumerate(h * np.eye(2)):
        slope = (bubbles(order, at + step) - bubbles(order, at - step)) / (2 * h)
        assert bubble_slopes(order, at)[:, :, axis] == pytest.approx(slope, abs=1e-8)
