"""Going on from a solution: the same as without the stop, and nothing lost."""

import numpy as np
import pytest

from anosim import (
    Concentration,
    Diffusion,
    InterfaceTransfer,
    MassTransfer,
    Material,
    Uptake,
    solve,
)
from anosim.errors import InputError
from anosim.testing import box, rectangle

LAYERS = {"one": Material(1.0), "two": Material(0.2, capacity=1.5, reaction=0.3)}


def layers(mesh, until, initial=0.0, transfer=None, **changes):
    """Two layers, fed from the left."""
    conditions = {"left": Concentration(1.0)}
    if transfer is not None:
        conditions["one", "two"] = transfer
    return Diffusion(mesh, LAYERS, conditions | changes, until=until, initial=initial)


def two_layers(cells=(24, 2)):
    return rectangle(2.0, 0.1, cells, phases=("one", "two"), cuts=(1.0,))


@pytest.mark.parametrize(
    ("transfer", "order"),
    [
        (None, 2),
        (InterfaceTransfer(0.5, 1.0), 1),
        (InterfaceTransfer(3.0, 2.5), 2),
        (InterfaceTransfer("inf", 0.4), 2),
    ],
)
def test_two_pieces_are_one_whole(solver, transfer, order):
    mesh, late = two_layers(), np.array([0.05, 0.3, 0.7])
    options = {"solver": solver, "order": order, "tolerance": 1e-7}
    whole = solve(layers(mesh, 1.0, transfer=transfer), **options)
    first = solve(layers(mesh, 0.3, transfer=transfer), **options)
    second = solve(layers(mesh, 0.7, first, transfer), **options)
    assert second.initial == pytest.approx(first.values()[0], rel=1e-12, abs=1e-14)
    assert second.values(late) == pytest.approx(whole.values(0.3 + late), abs=2e-6)
    assert second.content(0.0) == pytest.approx(first.content(), rel=1e-9)
    passed = whole.uptake("left", 0.3 + late) - whole.uptake("left", 0.3)
    assert second.uptake("left", late) == pytest.approx(passed, abs=2e-6)
    assert second.imbalance(late).max() < 1e-9


def test_two_pieces_step_by_step_from_a_state(solver):
    """A saturable uptake is stepped through; from a time before the end, on tetrahedra."""
    mesh = box((1.0, 0.2, 0.2), (6, 1, 1))
    parts = {"left": Concentration(1.0), "right": Uptake(2.0, half_saturation=0.3)}

    def problem(until, initial=0.0):
        return Diffusion(mesh, {"all": Material(1.0)}, parts, until=until, initial=initial)

    whole = solve(problem(0.8), solver=solver)
    second = solve(problem(0.5, whole.state(0.3)), solver=solver)
    assert second.values([0.1, 0.5]) == pytest.approx(whole.values([0.4, 0.8]), abs=1e-4)
    assert whole.state("300 ms").time == 0.3


@pytest.mark.parametrize("transfer", [None, InterfaceTransfer(3.0, 2.5)])
def test_a_finer_mesh_takes_over_by_phase(transfer):
    coarse, fine = two_layers((40, 2)), two_layers((64, 3))
    whole = solve(layers(fine, 1.0, transfer=transfer), order=2)
    first = solve(layers(coarse, 0.3, transfer=transfer), order=2)
    second = solve(layers(fine, 0.7, first, transfer), order=2)
    assert second.content(0.0) == pytest.approx(first.content(), rel=1e-4)
    assert second.values() == pytest.approx(whole.values(), abs=1e-4)
    if transfer is not None:  # the jump stays where it is
        jump = second.at([[1.0 - 1e-9, 0.05], [1.0 + 1e-9, 0.05]], 0.0)[0]
        assert jump == pytest.approx(
            first.at([[1.0 - 1e-9, 0.05], [1.0 + 1e-9, 0.05]])[0], abs=1e-3
        )


def test_a_boundary_that_moved_a_little():
    """Outside of where the phase was, its nearest value counts: here that at the border, 2."""
    before = rectangle(2.0, 1.0, (20, 10), phases=("one", "two"), cuts=(1.0,))
    after = rectangle(2.0, 1.0, (20, 10), phases=("one", "two"), cuts=(1.1,))

    def problem(mesh, initial):
        return Diffusion(mesh, {"one": Material(1.0)}, {"left": Concentration(0.0)}, 1.0, initial)

    first = solve(problem(before, lambda x, y: 1.0 + x + 0.0 * y))
    start = problem(after, first.state(0.0)).start(problem(after, 0.0).domain(1))
    x = problem(after, 0.0).domain(1).points[:, 0]
    known = x > 0.15  # the left is held at once
    assert start[known] == pytest.approx(np.minimum(1.0 + x, 2.0)[known])


def test_another_order_of_elements_on_the_same_mesh():
    mesh = two_layers()
    first = solve(layers(mesh, 0.3), order=1)
    finer = solve(layers(mesh, 0.1, first), order=2)
    assert finer.content(0.0) == pytest.approx(first.content(), rel=1e-12)
    back = solve(layers(mesh, 0.1, finer.state(0.0)), order=1)
    assert back.initial == pytest.approx(first.values()[0], rel=1e-12, abs=1e-14)


def test_other_conditions_go_on_from_there():
    """After the source is shut the content stays and becomes even."""
    mesh = rectangle(1.0, 0.1, (16, 2))
    filled = Diffusion(mesh, {"all": Material(1.0)}, {"left": Concentration(1.0)}, until=0.1)
    first = solve(filled)
    shut = Diffusion(
        mesh, {"all": Material(1.0)}, {"right": MassTransfer(1e-12, 0.0)}, until=50.0, initial=first
    )
    second = solve(shut)
    assert second.values()[0] == pytest.approx(first.content()[0] / 0.1, rel=1e-6)


def test_what_does_not_fit_is_refused():
    mesh = two_layers()
    first = solve(layers(mesh, 0.3))
    with pytest.raises(InputError, match=r"'one', 'two'.*with a material are 'one'"):
        Diffusion(mesh, {"one": Material(1.0)}, {"left": Concentration(1.0)}, 1.0, first)
    with pytest.raises(InputError, match="in 2 dimensions, the mesh has 3"):
        layers(box(phases=("one", "two"), cuts=(0.5,)), 1.0, first)
    longer = rectangle(4.0, 0.1, (48, 2), phases=("one", "two"), cuts=(1.0,))
    with pytest.raises(InputError, match=r"'two' reaches .* from where the state has it"):
        solve(layers(longer, 1.0, first))
    with pytest.raises(InputError, match="outside of what was solved"):
        first.state("1 s")
