"""Both solvers in three dimensions; exact solutions are in studies/verification."""

import numpy as np
import pytest
from study_scripts import scripts_of

from anosim import (
    Concentration,
    Diffusion,
    Flux,
    InterfaceTransfer,
    MassTransfer,
    Material,
    Table,
    Uptake,
    solve,
)
from anosim.testing import box

with scripts_of("verification"):
    from space_cases import eighth_of_a_ball

ORDERS = [1, 2]


def _everything(order, periodic=""):
    mesh = box((2.0, 1.0, 1.0), (6, 4, 3), phases=("a", "b"), cuts=(1.0,))
    conditions = {
        ("a", "b"): InterfaceTransfer(2.0, 1.5),
        "left": MassTransfer(1.0, Table([0.0, 0.05, 0.3], [0.0, 1.0, 0.5])),
        "right": Uptake(0.7, 0.1, half_saturation=0.3),
    }
    if not periodic:
        conditions |= {"back": Flux(0.1), "top": Concentration(1.0)}
    materials = {
        "a": Material(Table([0.0, 1.0, 2.0], [1.0, 2.0, 1.0]), capacity=2.0),
        "b": Material(0.3, reaction=0.5),
    }
    return Diffusion(
        mesh,
        materials,
        conditions,
        until=0.3,
        initial=lambda x, y, z: 0.2 + 0.1 * np.cos(2 * np.pi * (y + z)),
        periodic=periodic,
    )


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("periodic", ["", "yz"])
def test_solvers_agree_on_everything_at_once(order, periodic):
    problem = _everything(order, periodic)
    one, two = (
        solve(problem, solver=name, order=order, tolerance=1e-4) for name in ("skfem", "fenicsx")
    )
    times = [0.02, 0.1, 0.3]
    assert one.values(times) == pytest.approx(two.values(times), abs=1e-8)
    for name in problem.boundary_conditions:
        assert one.flux(name, times) == pytest.approx(two.flux(name, times), rel=1e-7, abs=1e-9)
    assert one.imbalance(times).max() < 1e-8
    assert two.imbalance(times).max() < 1e-8


def test_solvers_agree_on_bent_tetrahedra():
    mesh = eighth_of_a_ball(2, 2)
    problem = Diffusion(
        mesh,
        {"all": Material(Table([0.0, 1.0], [1.0, 2.0]))},
        {"surface": Uptake(1.0, half_saturation=0.4), "left": Concentration(1.0)},
        until="inf",
    )
    for order in ORDERS:
        one, two = (solve(problem, solver=n, order=order) for n in ("skfem", "fenicsx"))
        assert one.values() == pytest.approx(two.values(), abs=1e-8)
        assert one.imbalance()[0] < 1e-8
