"""Both built-in solvers on one mesh of a real image, once for each feature."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from anosim import (
    Concentration,
    Diffusion,
    Flux,
    InterfaceTransfer,
    MassTransfer,
    Material,
    Mesh,
    Table,
    Uptake,
    mesh,
    samples,
    solve,
)

PORE = ("pore", "cbd")
PARTICLE = ("particle", "cbd")
D = 1e-12
UNTIL = 20.0


def _nyman(c: np.ndarray) -> np.ndarray:
    """Nyman et al., Electrochim. Acta 53 (2008) 6356, scaled down to the time of the run."""
    m = c / 1000.0
    return (8.794e-11 * m**2 - 3.972e-10 * m + 4.862e-10) * (D / 1.8e-10)


def _one(conditions: dict[Any, Any], **more: Any) -> dict[str, Any]:
    return {"materials": {"cbd": Material(D)}, "conditions": conditions, **more}


SOURCE = {PORE: MassTransfer("1e-6 m/s", "1 mol/L")}
RAMP = Table(["0 s", "5 s", "8 s"], ["0 mol/L", "1 mol/L", "0.5 mol/L"])
FEATURES: dict[str, Callable[[], dict[str, Any]]] = {
    "given concentration": lambda: _one({PORE: Concentration(1000.0)}),
    "mass transfer": lambda: _one(SOURCE),
    "given flux": lambda: _one({PORE: Flux(1e-4)}),
    "linear uptake": lambda: _one({**SOURCE, PARTICLE: Uptake("1e-7 m/s")}),
    "saturable uptake": lambda: _one(
        {**SOURCE, PARTICLE: Uptake("1e-6 m/s", half_saturation=100.0)}, tolerance=1e-6
    ),
    "concentration over time": lambda: _one({PORE: Concentration(RAMP)}, tolerance=1e-6),
    "bulk over time": lambda: _one({PORE: MassTransfer(1e-6, RAMP)}, tolerance=1e-6),
    "diffusivity over concentration": lambda: {
        "materials": {"cbd": Material(_nyman)},
        "conditions": SOURCE,
        "tolerance": 1e-6,
    },
    "capacity and reaction": lambda: {
        "materials": {"cbd": Material(D, capacity=3.0, reaction=0.05)},
        "conditions": SOURCE,
    },
    "partition and transfer coefficient": lambda: {
        "materials": {"cbd": Material(D), "particle": Material(D / 3, capacity=2.0)},
        "conditions": {**SOURCE, PARTICLE: InterfaceTransfer("1e-6 m/s", 0.5)},
    },
    "initial concentration per phase": lambda: {
        "materials": {"cbd": Material(D), "particle": Material(D / 3)},
        "conditions": SOURCE,
        "initial": {"cbd": 0.0, "particle": 500.0},
    },
    "steady state with reaction": lambda: {
        "materials": {"cbd": Material(D, reaction=0.1)},
        "conditions": SOURCE,
        "until": "inf",
    },
    "steady saturable uptake, D over c": lambda: {
        "materials": {"cbd": Material(_nyman)},
        "conditions": {**SOURCE, PARTICLE: Uptake("1e-6 m/s", half_saturation=100.0)},
        "until": "inf",
    },
    "periodic sides": lambda: _one(SOURCE, periodic="xy"),
}


@cache
def _mesh(periodic: str) -> Mesh:
    crop = samples.nmc_slice().crop((0, 40), (0, 40))
    return mesh(crop, periodic=periodic)


def difference_and_imbalance(feature: str, order: int) -> tuple[float, float]:
    """Largest difference of c relative to its largest value, and the worse mass balance."""
    said = FEATURES[feature]()
    options = {"order": order, "tolerance": said.pop("tolerance", 1e-8)}
    problem = Diffusion(
        _mesh(said.get("periodic", "")),
        said.pop("materials"),
        said.pop("conditions"),
        said.pop("until", UNTIL),
        **said,
    )
    times = None if problem.steady else np.geomspace(1e-3 * UNTIL, UNTIL, 12)
    first, second = (solve(problem, solver=name, **options) for name in ("skfem", "fenicsx"))
    a, b = first.values(times), second.values(times)
    imbalance = max(first.imbalance(times).max(), second.imbalance(times).max())
    return float(np.abs(a - b).max() / np.abs(a).max()), float(imbalance)
