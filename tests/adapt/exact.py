"""Problems whose numbers are known, on meshes of a given fineness."""

import numpy as np
from scipy.optimize import brentq

from anosim import Concentration, Diffusion, MassTransfer, Material, Mesh, Uptake
from anosim.testing import rectangle

LAYERS = {"one": Material(1.0, capacity=2.0), "two": Material(0.1)}


def slab(n: int) -> Diffusion:
    """Crank's slab with surface resistance, Bi = 1."""
    mesh = rectangle(1.0, 0.25, (n, max(1, n // 4)))
    return Diffusion(mesh, {"all": Material(1.0)}, {"right": MassTransfer(1.0, 1.0)}, until=1.0)


def slab_mean(fourier: float) -> float:
    """Its mean concentration: Crank (1975), eq. 4.53."""
    total = 1.0
    for k in range(50):
        b = brentq(lambda z: z * np.sin(z) - np.cos(z), k * np.pi, (k + 0.5) * np.pi, xtol=1e-15)
        total -= 2.0 / (b**2 * (b**2 + 2.0)) * np.exp(-(b**2) * fourier)
    return total


def annulus(n: int) -> Diffusion:
    """A quarter of the annulus with a sink inside, on a bent mesh."""
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


ANNULUS_FLUX = 2.633030279 / 4.0


def corner(n: int) -> Diffusion:
    """An L, held at 1 and 0 at its two ends: the solution is singular at the inner corner."""
    square = rectangle(1.0, 1.0, (n, n))
    x, y = square.points[square.cells].mean(axis=1).T
    inside = ((x > 0.5) & (y > 0.5)).astype(int)
    mesh = Mesh(square.points, square.cells, inside, ("in", "out"), square.sides)
    conditions = {"right": Concentration(1.0), "bottom": Concentration(0.0)}
    return Diffusion(mesh, {"in": Material(1.0)}, conditions, until="inf")


def layers(n: int, conditions: dict, **options) -> Diffusion:
    """Two layers side by side."""
    mesh = rectangle(1.0, 0.5, (n, n // 2), phases=("one", "two"), cuts=(0.5,))
    return Diffusion(mesh, LAYERS, conditions, until=0.5, **options)
