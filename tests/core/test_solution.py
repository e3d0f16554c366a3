import numpy as np
import pytest
from scipy.optimize import brentq

import anosim
from anosim import (
    Concentration,
    Diffusion,
    Flux,
    InterfaceTransfer,
    MassTransfer,
    Material,
    Solution,
)
from anosim.domain import Domain
from anosim.errors import InputError
from anosim.testing import crank_slab, rectangle


@pytest.fixture(scope="module")
def slab():
    """Crank's slab, 1 um thick, D = 1e-14 m^2/s, Bi = 1; c_bulk = 1000 mol/m^3, 0 to 300 s."""
    problem = Diffusion(
        rectangle(1e-6, 1e-7, (60, 3)),
        materials={"all": Material(1e-14)},
        conditions={"right": MassTransfer(1e-8, 1000.0)},
        until=300.0,
    )
    return anosim.solve(problem)


def _exact(t, x):
    return 1000.0 * (1.0 - crank_slab(np.atleast_1d(t) / 100.0, np.atleast_1d(x), 1.0))


def test_values_are_known_at_every_time(slab):
    times = np.array([1.0, 7.3, 33.0, 300.0])
    points = np.array([[0.0, 5e-8], [0.31e-6, 1e-8], [1e-6, 1e-7]])
    exact = _exact(times, points[:, 0] / 1e-6)
    assert slab.at(points, times) == pytest.approx(exact, abs=0.01)
    assert slab.at(points, ["1 s", 7.3, "33 s", "5 min"]) == pytest.approx(exact, abs=0.01)
    assert slab.values(0.0) == pytest.approx(0.0, abs=1e-9)


def test_arrival_times_are_those_of_the_exact_solution(slab):
    found = slab.time_to(0.7)
    for x in (0.0, 0.5, 1.0):
        exact = brentq(lambda t, x=x: _exact(t, x)[0, 0] - 700.0, 1.0, 290.0)
        here = np.isclose(slab.domain.points[:, 0], x * 1e-6, atol=1e-12)
        assert found[here] == pytest.approx(exact, rel=1e-4)
    assert np.all(np.isinf(slab.time_to(0.999)))
    assert np.all(slab.time_to(0.0) == 0.0)


def test_arrival_can_be_of_a_fall():
    problem = Diffusion(
        rectangle(1e-6, 1e-7, (20, 2)),
        materials={"all": Material(1e-14)},
        conditions={"right": MassTransfer(1e-8, 0.0)},
        until=300.0,
        initial=1000.0,
    )
    falling = anosim.solve(problem)
    exact = brentq(lambda t: _exact(t, 0.0)[0, 0] - 700.0, 1.0, 290.0)
    centre = np.isclose(falling.domain.points[:, 0], 0.0, atol=1e-12)
    assert falling.time_to(0.7)[centre] == pytest.approx(exact, rel=1e-3)


def test_amounts_and_fluxes_are_those_of_the_exact_solution(slab):
    x = np.linspace(0, 1, 4001)
    for t in (10.0, 100.0):
        mean = np.trapezoid(_exact(t, x)[0], x)
        assert slab.average("all", t) == pytest.approx([mean], rel=1e-5)
        assert slab.content(t) == pytest.approx([mean * 1e-13], rel=1e-5, abs=0)
        assert slab.uptake("right", t) == pytest.approx([mean * 1e-13], rel=1e-5, abs=0)
        flux = 1e-8 * (1000.0 - _exact(t, 1.0)[0, 0]) * 1e-7
        assert slab.flux("right", t) == pytest.approx([flux], rel=1e-5, abs=0)
    assert slab.flux("left", [1.0, 2.0]).tolist() == [0.0, 0.0]
    assert slab.imbalance([1e-2, 1.0, 300.0]).max() < 1e-10


def test_a_jump_at_the_boundary_is_part_of_its_uptake():
    problem = Diffusion(
        rectangle(1e-6, 1e-6, (6, 6)),
        materials={"all": Material(1e-14, capacity=2.0)},
        conditions={"left": Concentration(5.0), "top": Concentration(8.0), "right": Flux(1e-9)},
        until=1e3,
        initial=1.0,
    )
    solution = anosim.solve(problem)
    assert solution.imbalance([0.0, 1e-3, 20.0, 1e3]).max() < 1e-10
    gained = sum(solution.uptake(name, 1e3)[0] for name in problem.conditions)
    assert gained == pytest.approx(solution.content(1e3)[0] - 2e-12, rel=1e-9, abs=0)


def test_what_cannot_be_asked_is_said(slab):
    assert np.isnan(slab.at([[2e-6, 0.0]], 1.0)[0, 0])
    with pytest.raises(InputError, match="time 301 s is outside of what was solved: 0 to 300 s"):
        slab.values([1.0, 301.0])
    with pytest.raises(InputError, match="not of the dimension of s"):
        slab.values("1 m")
    with pytest.raises(InputError, match="unknown phase 'sei'; phases of the mesh: 'all'"):
        slab.average("sei", 1.0)
    with pytest.raises(InputError, match="no side 'up'"):
        slab.flux("up", 1.0)
    fed = Diffusion(slab.problem.mesh, {"all": Material(1.0)}, {"left": Flux(1.0)}, until=1.0)
    with pytest.raises(InputError, match="give a reference"):
        anosim.solve(fed).time_to(0.9)
    held = Diffusion(
        slab.problem.mesh, {"all": Material(1.0)}, {"left": Concentration(1.0)}, until="inf"
    )
    with pytest.raises(InputError, match="steady state has no arrival time"):
        anosim.solve(held).time_to(0.9)


def test_samples_of_another_code_make_a_solution(slab):
    times = np.concatenate([[0.0], np.geomspace(1e-3, 300.0, 400)])
    again = Solution.from_samples(slab.problem, slab.domain, times, slab.values(times))
    check = np.array([0.5, 20.0, 250.0])
    assert again.values(check) == pytest.approx(slab.values(check), abs=0.2)
    assert again.uptake("right", check) == pytest.approx(
        slab.uptake("right", check), rel=1e-3, abs=0
    )
    with pytest.raises(InputError, match="do not fit"):
        Solution.from_samples(slab.problem, slab.domain, times, slab.values(times)[:, 1:])
    with pytest.raises(InputError, match="ascend from 0"):
        Solution.from_samples(slab.problem, slab.domain, times[:-1], slab.values(times[:-1]))


@pytest.mark.parametrize("order", [1, 2])
def test_interpolation_is_exact_for_the_elements_own_polynomials(order):
    mesh = rectangle(1.0, 1.0, (7, 5), grading=4.0)
    problem = Diffusion(mesh, {"all": Material(1.0)}, {"left": Concentration(1.0)}, until="inf")
    domain = Domain.of(mesh, ["all"], order)

    def field(p):
        return 1.0 + 2.0 * p[:, 0] - p[:, 1] + (order == 2) * (p[:, 0] * p[:, 1] - p[:, 1] ** 2)

    solution = Solution.from_steady_state(problem, domain, field(domain.points))
    points = np.random.default_rng(0).uniform(0, 1, (300, 2))
    assert solution.at(points)[0] == pytest.approx(field(points), abs=1e-13)


@pytest.mark.parametrize(
    ("conditions", "materials", "says"),
    [
        ({("a", "b"): Concentration(1.0)}, ("a", "b"), "both phases of the interface have"),
        ({("a", "b"): Concentration(1.0)}, ("c",), "neither phase of the interface has"),
        ({("a", "c"): Concentration(1.0)}, ("a",), "the two phases do not touch"),
        ({("a", "x"): Concentration(1.0)}, ("a",), "unknown phase 'x'"),
        (
            {"left": 5.0},
            ("a",),
            "expected a Concentration, MassTransfer, Flux, Uptake or InterfaceTransfer",
        ),
        ({("a", "b"): Flux(1.0), ("b", "a"): Flux(1.0)}, ("a",), "two conditions on ('a', 'b')"),
        ({"left": Flux(1.0)}, (), "no phase has a material"),
        ({"left": InterfaceTransfer(1.0)}, ("a",), "it belongs on the interface between two"),
        ({("a", "b"): InterfaceTransfer(1.0)}, ("a",), "it belongs on the interface between two"),
    ],
)
def test_problems_that_make_no_sense_are_refused(conditions, materials, says):
    mesh = rectangle(3.0, 1.0, (3, 2), phases=("a", "b", "c"), cuts=(1.0, 2.0))
    with pytest.raises(InputError) as error:
        Diffusion(mesh, {name: Material(1.0) for name in materials}, conditions, until=1.0)
    assert says in str(error.value)


def test_progress_reaches_whoever_watches():
    seen = []
    mesh = rectangle(1.0, 1.0, (4, 4))
    problem = Diffusion(mesh, {"all": Material(1.0)}, {"left": Concentration(1.0)}, until=1.0)
    with anosim.progress.watched_by(lambda stage, fraction: seen.append((stage, fraction))):
        anosim.solve(problem)
    assert ("solve", 1.0) in seen
    done = [fraction for stage, fraction in seen if stage == "solve"]
    assert done == sorted(done)


def test_values_are_sound_from_the_time_that_the_mesh_resolves():
    problem = Diffusion(
        rectangle(1e-6, 1e-7, (20, 2)),
        materials={"all": Material(1e-14, capacity=2.0)},
        conditions={"left": Concentration(1000.0)},
        until=100.0,
    )
    solution = anosim.solve(problem)
    assert solution.resolved_from == pytest.approx(
        2 * 4 / np.sqrt(3) * 1.25e-15 / 6e-14, rel=1e-9, abs=0
    )
    assert solution.values(0.1 * solution.resolved_from).min() < -20.0
    assert solution.values(solution.resolved_from).min() > -5.0


def test_arrival_is_measured_by_each_phases_own_equilibrium():
    mesh = rectangle(2e-6, 1e-7, (40, 2), phases=("one", "two"), cuts=(1e-6,))
    problem = Diffusion(
        mesh,
        {"one": Material(1e-13), "two": Material(1e-13)},
        {"left": Concentration(1000.0), ("one", "two"): InterfaceTransfer("inf", 0.5)},
        until=1e3,
    )
    solution = anosim.solve(problem)
    arrived = solution.time_to(0.9)
    for place, goal in ((0.5e-6, 900.0), (1.5e-6, 1800.0)):
        node = np.flatnonzero(np.all(np.isclose(solution.domain.points, [place, 5e-8]), axis=1))[0]
        assert solution.values(arrived[node])[0, node] == pytest.approx(goal, rel=1e-6)
    assert solution.average("two") == pytest.approx(2000.0, rel=1e-3)


def test_things_of_the_wrong_kind_are_named(slab):
    with pytest.raises(InputError, match=r"anosim\.solve was given a Mesh: expected a Diffusion"):
        anosim.solve(slab.problem.mesh)
    with pytest.raises(InputError, match=r"anosim\.mesh was given a ndarray: expected a Micro"):
        anosim.mesh(np.zeros((3, 3)))
    with pytest.raises(InputError, match=r"Diffusion\.mesh is a str: expected a Mesh"):
        Diffusion("mesh", {}, {}, until=1.0)
    with pytest.raises(InputError, match=r"90 % is 0\.9"):
        slab.time_to(90)
    assert repr(slab).startswith("<Solution by skfem: ")
