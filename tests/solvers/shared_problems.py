"""Problems for several processes; run under mpiexec, it writes what each process gets."""

import sys
from pathlib import Path

import numpy as np
from weak_forms import bent_rectangle

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
from anosim.testing import box, rectangle

TIMES = [0.01, 0.1, 0.3]
PHASES = {"phases": ("a", "b"), "cuts": (1.0,)}


def plane():
    return rectangle(2.0, 1.0, (14, 9), **PHASES)


def space():
    return box((2.0, 1.0, 1.0), (6, 4, 3), **PHASES)


def linear(mesh, **options):
    """Two phases between which the concentration jumps."""
    return Diffusion(
        mesh,
        {"a": Material(1.0, capacity=2.0), "b": Material(0.3, reaction=0.5)},
        {
            ("a", "b"): InterfaceTransfer(2.0, 1.5),
            "left": Concentration(1.0),
            "right": MassTransfer(1.0, 2.0),
        },
        **{"until": 0.3, "initial": 0.1} | options,
    )


def nonlinear(mesh, **options):
    """D over c, uptake that saturates, values over time."""
    return Diffusion(
        mesh,
        {"a": Material(Table([0.0, 1.0, 2.0], [1.0, 2.0, 1.0])), "b": Material(0.3, reaction=0.5)},
        {
            ("a", "b"): InterfaceTransfer(2.0, 1.5),
            "left": MassTransfer(1.0, Table([0.0, 0.05, 0.3], [0.0, 1.0, 0.5])),
            "right": Uptake(0.7, 0.1, half_saturation=0.3),
        },
        **{"until": 0.3, "initial": 0.2} | options,
    )


def saturating(mesh):
    """Symmetric, though not linear."""
    conditions = {"left": Concentration(1.0), "right": Uptake(0.7, half_saturation=0.3)}
    if mesh.dimension == 2:
        conditions["top"] = Flux(0.1)
    return Diffusion(mesh, {"a": Material(1.0), "b": Material(0.3)}, conditions, until=0.3)


PROBLEMS = {
    "plane, direct, 1": (lambda: linear(plane()), {"order": 1, "linear_solver": "direct"}),
    "plane, multigrid, 2": (lambda: linear(plane()), {"order": 2, "linear_solver": "multigrid"}),
    "space, multigrid, 1": (lambda: linear(space()), {"order": 1, "linear_solver": "multigrid"}),
    "space, direct, 2": (lambda: linear(space()), {"order": 2, "linear_solver": "direct"}),
    "periodic": (lambda: linear(plane(), periodic="y"), {"order": 2}),
    "steady": (lambda: linear(space(), until="inf"), {"order": 1}),
    "bent": (lambda: linear(bent_rectangle()), {"order": 2}),
    "one phase only": (
        lambda: Diffusion(plane(), {"b": Material(1.0)}, {("a", "b"): Concentration(1.0)}, 0.3),
        {"order": 2},
    ),
    "nonlinear, plane": (
        lambda: nonlinear(plane()),
        {"order": 2, "tolerance": 1e-4, "linear_solver": "multigrid"},
    ),
    "nonlinear, space, periodic": (
        lambda: nonlinear(space(), periodic="yz"),
        {"order": 1, "tolerance": 1e-4},
    ),
    "saturating, equal steps": (
        lambda: saturating(space()),
        {"order": 1, "integrator": "euler", "steps": 5},
    ),
}


def solution(name):
    """The solution by the plugin, on as many processes as there are."""
    problem, options = PROBLEMS[name]
    return solve(problem(), solver="fenicsx", **options)


def results(found):
    """Fields, fluxes and the balance of a solution."""
    times = None if found.problem.steady else TIMES
    fluxes = [found.flux(name, times) for name in found.problem.boundary_conditions]
    return found.values(times), np.array(fluxes), found.imbalance(times)


def main(folder):
    from mpi4py import MPI

    rank, every = MPI.COMM_WORLD.rank, {}
    for name in PROBLEMS:
        found = solution(name)
        assert found.record["processes"] == "2"
        for kind, values in zip(("field", "flux", "imbalance"), results(found), strict=True):
            every[f"{name}: {kind}"] = values
        middle = found.domain.points[found.domain.connectivity[0]].mean(axis=0)
        every[f"{name}: place"] = found.at(middle)
    np.savez(Path(folder) / f"{rank}.npz", **every)


if __name__ == "__main__":
    main(sys.argv[1])
