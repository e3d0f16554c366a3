"""Problems whose numbers are known: exactly, or by a mesh much finer than those tried."""

import numpy as np
from scipy.optimize import brentq

from anosim import (
    Concentration,
    Diffusion,
    InterfaceTransfer,
    MassTransfer,
    Material,
    Mesh,
    Microstructure,
    Uptake,
    samples,
)
from anosim.adapt import Average, Passed, SteadyFlux
from anosim.regions import Disc
from anosim.testing import rectangle

REAL = samples.nmc_slice().crop((60, 120), (60, 140))
"""A real electrode."""
REAL_MEAN = Average("cbd", "20 s")
_CORNER = np.zeros((64, 64), dtype=int)
_CORNER[32:, 32:] = 1
ELL = Microstructure(_CORNER, {"in": 0, "out": 1}, 1 / 64)
"""An L, whose inner corner makes the solution singular."""
ELL_FLUX = SteadyFlux("right")


def slab(n: int) -> Diffusion:
    """Crank's slab with surface resistance, Bi = 1."""
    mesh = rectangle(1.0, 0.25, (n, n // 4))
    return Diffusion(mesh, {"all": Material(1.0)}, {"right": MassTransfer(1.0, 1.0)}, until=0.1)


def slab_mean() -> float:
    """Its mean at Fo = 0.1: Crank, The Mathematics of Diffusion (1975), eq. 4.53."""
    total = 1.0
    for k in range(50):
        b = brentq(lambda z: z * np.sin(z) - np.cos(z), k * np.pi, (k + 0.5) * np.pi, xtol=1e-15)
        total -= 2.0 / (b**2 * (b**2 + 2.0)) * np.exp(-0.1 * b**2)
    return total


def nafems(n: int) -> Diffusion:
    """NAFEMS T4: a plate with convection on two sides."""
    conditions = {
        "right": MassTransfer(750.0, 0.0),
        "bottom": MassTransfer(750.0, 0.0),
        "top": Concentration(100.0),
    }
    mesh = rectangle(0.6, 1.0, (3 * n // 5, n))
    return Diffusion(mesh, {"all": Material(52.0)}, conditions, until="inf")


def annulus(n: int) -> Diffusion:
    """A quarter of the annulus with an uptake surface inside, on a bent mesh."""
    flat = rectangle(0.75, np.pi / 2, (n, n))
    middles = flat.points[flat.edges.vertices].mean(axis=1)
    r, angle = np.concatenate([flat.points, middles]).T + np.array([[0.25], [0.0]])
    mesh = Mesh(
        np.stack([r * np.cos(angle), r * np.sin(angle)], axis=1),
        np.hstack([flat.cells, len(flat.points) + flat.edges.of_cell]),
        flat.cell_phase,
        ("ring",),
        {"inner": flat.sides["left"], "outer": flat.sides["right"]},
    )
    conditions = {"inner": Uptake(4.0), "outer": Concentration(1.0)}
    return Diffusion(mesh, {"ring": Material(1.0)}, conditions, until="inf")


def layers(n: int) -> Diffusion:
    """Two layers with a partition and a transfer coefficient, capacities and an uptake surface."""
    mesh = rectangle(1.0, 0.5, (n, n // 2), phases=("one", "two"), cuts=(0.5,))
    conditions = {
        "left": MassTransfer(5.0, 1.0),
        "bottom": Uptake(1.0),
        ("one", "two"): InterfaceTransfer(3.0, 2.0),
    }
    materials = {"one": Material(1.0), "two": Material(0.1, capacity=2.0)}
    return Diffusion(mesh, materials, conditions, until=0.5)


def ell(mesh: Mesh) -> Diffusion:
    """Held at 1 and 0 at the two ends of the L."""
    conditions = {"right": Concentration(1.0), "bottom": Concentration(0.0)}
    return Diffusion(mesh, {"in": Material(1.0)}, conditions, until="inf")


def real(mesh: Mesh) -> Diffusion:
    """Pores and binder, D 10 to 1, fed at the top; particles take up what reaches them."""
    return Diffusion(
        mesh,
        {"pore": Material("1e-10 m^2/s"), "cbd": Material("1e-11 m^2/s")},
        {"top": Concentration("1 mol/L"), ("particle", "pore"): Uptake("1e-7 m/s")},
        until="20 s",
    )


CASES = {
    "Crank slab, mean at Fo = 0.1": (slab, Average("all", 0.1), slab_mean()),
    "NAFEMS T4, disc around (0.5, 0.2)": (nafems, Average(Disc((0.5, 0.2), 0.1), "inf"), None),
    "annulus with sink, steady flux": (annulus, SteadyFlux("outer"), 2.633030279 / 4.0),
    "two layers, mean of the far one": (layers, Average("two", 0.3), None),
    "two layers, amount passed": (layers, Passed("left", 0.1), None),
}
"""Problem of a fineness, quantity, and its exact value where it is known."""
