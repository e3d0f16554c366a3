import math

import numpy as np
import pytest

from anosim import Concentration, Diffusion, Flux, MassTransfer, Material, Table
from anosim.errors import InputError, UnitError
from anosim.functions import Function, extremes
from anosim.testing import rectangle


def test_a_table_takes_units_and_stays_at_its_ends():
    bulk = MassTransfer("1e-3 m/s", Table(["1 min", "2 min"], ["1 mol/L", "3 mol/L"])).bulk
    assert isinstance(bulk, Function)
    assert bulk(np.array([0.0, 60.0, 90.0, 1e9])).tolist() == [1000.0, 1000.0, 2000.0, 3000.0]
    assert bulk.kinks.tolist() == [60.0, 120.0]
    assert extremes(bulk, 0.0, 90.0) == (1000.0, 2000.0)


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: Concentration(Table([0.0], [1.0])), "1 points and 1 values"),
        (lambda: Concentration(Table([0.0, 1.0], [1.0])), "2 points and 1 values"),
        (lambda: Concentration(Table([1.0, 1.0], [1.0, 2.0])), "must ascend"),
        (lambda: Concentration(Table(["0 s", "1 m"], [1.0, 2.0])), "Concentration.value.points"),
        (lambda: Flux(Table([0.0, 1.0], ["1 mol", 2.0])), "Flux.value.values"),
        (lambda: Material(Table([0.0, 1.0], [1.0, -1.0])), "Material.diffusivity is -1 at 1"),
        (lambda: Material(-1.0), "greater than 0"),
        (lambda: Concentration(math.nan), "finite"),
    ],
)
def test_what_makes_no_sense_is_refused(build, says):
    with pytest.raises((InputError, UnitError), match=says):
        build()


def test_a_function_for_one_number_at_a_time_serves_arrays():
    D = Material(lambda c: math.exp(-c) if c < 1.0 else 0.5).diffusivity
    assert isinstance(D, Function)
    assert D(np.array([[0.0, 1.0], [2.0, 3.0]])).tolist() == [[1.0, 0.5], [0.5, 0.5]]


def test_a_negative_diffusivity_is_named_with_its_place():
    D = Material(lambda c: 1.0 - c).diffusivity
    with pytest.raises(InputError, match=r"Material\.diffusivity is -1 at 2: .* at least 0"):
        D(np.array([0.0, 2.0]))


def _problem(**more):
    return Diffusion(
        rectangle(1.0, 1.0, (2, 2), phases=("a", "b"), cuts=(0.5,)),
        {"a": Material(1.0), "b": Material(2.0)},
        {"left": Concentration(Table([0.0, 1.0], [1.0, 4.0]))},
        **({"until": 2.0} | more),
    )


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"until": "inf"}, "'left' depends on time, and a steady state"),
        ({"initial": {"a": 1.0}}, "give it for every phase with a material"),
        ({"initial": {"a": 1.0, "b": 1.0, "c": 1.0}}, "unknown phase 'c'"),
        ({"initial": np.zeros(3)}, r"has shape \(3,\)"),
        ({"initial": {"a": "1 m", "b": 1.0}}, r"Diffusion.initial\['a'\]"),
        ({"periodic": "z"}, "periodic is 'z': choose '', 'x', 'y'"),
        ({"periodic": "x"}, "condition on 'left': with periodic='x'"),
    ],
)
def test_problems_that_make_no_sense_are_refused(more, says):
    with pytest.raises(InputError, match=says):
        _problem(**more)


def test_what_bounds_the_concentration():
    assert _problem().concentrations == (0.0, 4.0)
    assert _problem(initial={"a": -3.0, "b": 1.0}).concentrations == (-3.0, 4.0)
    assert _problem().held_range["left"] == (1.0, 4.0)


@pytest.mark.parametrize("order", [1, 2])
def test_initial_fields_keep_their_content(order):
    problem = _problem(initial={"a": 3.0, "b": 1.0})
    domain = problem.domain(order)
    assert domain.weights() @ problem.start(domain) == pytest.approx(2.0, rel=1e-13)
    wavy = _problem(initial=lambda x, y: 1.0 + x + 2 * y)
    domain = wavy.domain(order)
    exact = 1.0 + domain.points @ [1.0, 2.0]
    assert wavy.start(domain) == pytest.approx(exact, rel=1e-13)
    points = _problem().mesh.points
    same = _problem(initial=1.0 + points @ [1.0, 2.0])
    assert same.start(domain) == pytest.approx(exact, rel=1e-13)


def test_joined_sides_are_one():
    problem = Diffusion(
        rectangle(2.0, 1.0, (4, 3)), {"all": Material(1.0)}, {"top": Flux(1.0)}, 1.0, periodic="x"
    )
    for order, count in ((1, 4 * 4), (2, 8 * 7)):
        domain = problem.domain(order)
        stands = np.unique(domain.twins)
        assert len(stands) == count
        left, right = domain.points[:, 0] == 0.0, domain.points[:, 0] == 2.0
        assert domain.points[domain.twins[right]][:, 1] == pytest.approx(domain.points[right][:, 1])
        assert np.array_equal(np.sort(domain.twins[right]), np.flatnonzero(left))
