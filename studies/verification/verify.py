"""Published and exact numbers against every installed solver: target, value, error.

Run with:  python studies/verification/verify.py
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from anosim import Concentration, Diffusion, MassTransfer, Material, plugins, solve
from anosim.errors import MissingDependencyError
from anosim.testing import rectangle


@dataclass(frozen=True)
class Row:
    """One figure of a case, with the error allowed for quadratic elements."""

    case: str
    quantity: str
    target: float
    value: float
    allowed: float

    @property
    def error(self) -> float:
        """Relative to the target."""
        return abs(self.value / self.target - 1.0)


def nafems_t4(solver: str, order: int) -> Iterator[Row]:
    """NAFEMS T4: plate with convection on two sides; length in m, temperature for c."""
    problem = Diffusion(
        rectangle(0.6, 1.0, (48, 80)),
        materials={"all": Material(52.0)},
        conditions={
            "right": MassTransfer(750.0, 0.0),
            "bottom": MassTransfer(750.0, 0.0),
            "top": Concentration(100.0),
        },
        until="inf",
    )
    value = solve(problem, solver=solver, order=order).at([0.6, 0.2])[0, 0]
    yield Row("NAFEMS T4", "T(0.6, 0.2)", 18.25375654, value, 1e-3)


def crank_slab(solver: str, order: int) -> Iterator[Row]:
    """Crank's slab with surface resistance, Bi = 1: centre, surface, uptake at two times."""
    problem = Diffusion(
        rectangle(1.0, 0.05, (40, 2)),
        materials={"all": Material(1.0)},
        conditions={"right": MassTransfer(1.0, 1.0)},
        until=1.0,
    )
    solution = solve(problem, solver=solver, order=order)
    targets = {0.1: (0.006892, 0.276423, 0.080403), 1.0: (0.466141, 0.651823, 0.529603)}
    for fourier, (centre, surface, uptake) in targets.items():
        values = solution.at([[0.0, 0.02], [1.0, 0.02]], fourier)[0]
        gained = solution.uptake("right", fourier)[0] / 0.05
        case = f"Crank slab Bi=1, Fo={fourier:g}"
        yield Row(case, "centre", centre, values[0], 1e-4)
        yield Row(case, "surface", surface, values[1], 1e-4)
        yield Row(case, "uptake", uptake, gained, 1e-4)


def two_layers(solver: str, order: int) -> Iterator[Row]:
    """Two layers in perfect contact, D = 1 and 0.1, c = 1 on one side, sealed on the other."""
    problem = Diffusion(
        rectangle(1.0, 0.05, (40, 2), phases=("fast", "slow"), cuts=(0.5,)),
        materials={"fast": Material(1.0), "slow": Material(0.1)},
        conditions={"left": Concentration(1.0)},
        until=0.5,
    )
    values = solve(problem, solver=solver, order=order).at([[0.5, 0.02], [1.0, 0.02]])[0]
    yield Row("two layers, t=0.5", "interface", 0.83734323, values[0], 1e-4)
    yield Row("two layers, t=0.5", "far end", 0.11050340, values[1], 1e-4)


def layers_10_and_1(solver: str, order: int) -> Iterator[Row]:
    """Effective diffusivity of layers with D = 10 and 1, across and along them."""
    mesh = rectangle(1.0, 1.0, (10, 10), phases=("a", "b"), cuts=(0.5,))
    for name, target, ends in (("series", 20 / 11, "left right"), ("parallel", 5.5, "top bottom")):
        source, sink = ends.split()
        problem = Diffusion(
            mesh,
            materials={"a": Material(10.0), "b": Material(1.0)},
            conditions={source: Concentration(1.0), sink: Concentration(0.0)},
            until="inf",
        )
        value = solve(problem, solver=solver, order=order).flux(source)[0]
        yield Row("layers 10 and 1", name, target, value, 1e-9)


CASES = (nafems_t4, crank_slab, two_layers, layers_10_and_1)


def largest_difference(order: int) -> tuple[float, float]:
    """Both solvers on one transient: relative difference of c, and the worse mass balance."""
    problem = Diffusion(
        rectangle(1e-6, 1e-6, (48, 48), phases=("a", "b"), cuts=(0.5e-6,)),
        materials={"a": Material("1e-13 m^2/s"), "b": Material("1e-14 m^2/s", capacity=3.0)},
        conditions={"left": Concentration("1 mol/L"), "top": MassTransfer("1e-7 m/s", "2 mol/L")},
        until="30 s",
    )
    times = np.geomspace(1e-3, 30.0, 20)
    first, second = (solve(problem, solver=name, order=order) for name in ("skfem", "fenicsx"))
    a, b = first.values(times), second.values(times)
    difference = np.max(np.abs(a - b).max(axis=1) / np.abs(a).max(axis=1))
    return float(difference), float(
        max(first.imbalance(times).max(), second.imbalance(times).max())
    )


def main() -> None:
    """Print the table."""
    installed = []
    for name in plugins.names():
        try:
            plugins.solver(name)
            installed.append(name)
        except MissingDependencyError as error:
            print(f"left out: {error}")
    line = "{:24} {:12} {:10} {:5} {:>13} {:>13} {:>9}"
    print(line.format("case", "quantity", "solver", "order", "target", "value", "error"))
    for case in CASES:
        for name in installed:
            for order in (1, 2):
                for row in case(name, order):
                    print(
                        line.format(
                            row.case,
                            row.quantity,
                            name,
                            f"P{order}",
                            f"{row.target:.8g}",
                            f"{row.value:.8g}",
                            f"{row.error:.1e}",
                        )
                    )
    if {"skfem", "fenicsx"} <= set(installed):
        for order in (1, 2):
            difference, imbalance = largest_difference(order)
            print(
                f"P{order}: skfem and fenicsx differ by {difference:.1e}, "
                f"mass balance {imbalance:.1e}"
            )


if __name__ == "__main__":
    main()
