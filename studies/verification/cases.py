"""Published and exact numbers, each as rows of target and value for a solver and element order."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from circles import disc, in_square

from anosim import (
    Concentration,
    Diffusion,
    InterfaceTransfer,
    MassTransfer,
    Material,
    Mesh,
    Microstructure,
    Solution,
    Uptake,
    samples,
    solve,
)
from anosim import mesh as meshed
from anosim.testing import rectangle


@dataclass(frozen=True)
class Row:
    """One figure of a case, with the error allowed for quadratic elements.

    The error is relative to the target, or absolute where the target is zero.
    """

    case: str
    quantity: str
    target: float
    value: float
    allowed: float

    @property
    def error(self) -> float:
        """Relative to the target if there is one."""
        return abs(self.value - self.target) / (abs(self.target) or 1.0)


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


def nafems_t3(solver: str, order: int) -> Iterator[Row]:
    """NAFEMS T3: a bar whose end follows 100 sin(pi t / 40)."""
    problem = Diffusion(
        rectangle(0.1, 0.005, (40, 2)),
        materials={"all": Material(35.0, capacity=440.5 * 7200.0)},
        conditions={
            "left": Concentration(0.0),
            "right": Concentration(lambda t: 100.0 * np.sin(np.pi * t / 40.0)),
        },
        until=32.0,
    )
    value = solve(problem, solver=solver, order=order, tolerance=1e-6).at([0.08, 0.002])[0, 0]
    yield Row("NAFEMS T3", "T(0.08 m, 32 s)", 36.60311596, value, 1e-4)


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


def crank_cylinder(solver: str, order: int) -> Iterator[Row]:
    """Crank's cylinder with surface resistance, Bi = 1, on a bent mesh."""
    problem = Diffusion(
        _disc(),
        materials={"all": Material(1.0)},
        conditions={"rim": MassTransfer(1.0, 1.0)},
        until=0.5,
    )
    solution = solve(problem, solver=solver, order=order)
    values = solution.at([[0.0, 0.0], [1.0 - 1e-9, 0.0]])[0]
    case = "Crank cylinder Bi=1, Fo=0.5"
    yield Row(case, "centre", 0.451414, values[0], 1e-4)
    yield Row(case, "surface", 0.647214, values[1], 1e-4)
    yield Row(case, "uptake", 0.552616, solution.uptake("rim")[0] / np.pi, 1e-4)


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


def annulus(solver: str, order: int) -> Iterator[Row]:
    """Annulus with an uptake surface on the inside: c = c(b) - A ln(b / r)."""
    problem = Diffusion(
        _ring(),
        materials={"ring": Material(1.0)},
        conditions={"rim": Concentration(1.0), ("hole", "ring"): Uptake(4.0)},
        until="inf",
    )
    solution = solve(problem, solver=solver, order=order)
    flux = -solution.flux(("hole", "ring"))[0]
    yield Row("annulus with sink", "c(a)", 0.419059784, flux / (4.0 * 2 * np.pi * 0.25), 1e-6)
    yield Row("annulus with sink", "uptake per length", 2.633030279, flux, 1e-6)


def thiele_slab(solver: str, order: int) -> Iterator[Row]:
    """Slab with a first-order reaction, Thiele modulus 1: sealed end and effectiveness."""
    problem = Diffusion(
        rectangle(1.0, 0.1, (20, 2)),
        materials={"all": Material(1.0, reaction=1.0)},
        conditions={"left": Concentration(1.0)},
        until="inf",
    )
    solution = solve(problem, solver=solver, order=order)
    yield Row("Thiele slab, phi=1", "c(1)", 0.648054274, solution.at([1.0, 0.05])[0, 0], 1e-6)
    flux = solution.flux("left")[0] / 0.1
    yield Row("Thiele slab, phi=1", "effectiveness", 0.761594156, flux, 1e-6)


def coated_disc(solver: str, order: int) -> Iterator[Row]:
    """A disc coated such that the field outside is c = x, as if it were not there."""
    materials = {"core": 0.05, "coat": 1.0, "matrix": 0.426415094}
    problem = Diffusion(
        _coated(),
        {name: Material(D) for name, D in materials.items()},
        {"left": Concentration(-1.0), "right": Concentration(1.0)},
        until="inf",
    )
    solution = solve(problem, solver=solver, order=order)
    points = solution.domain.points
    outside = np.hypot(*points.T) > 0.4501
    error = np.abs(solution.values()[0] - points[:, 0])[outside].max()
    yield Row("coated disc", "largest |c - x|", 0.0, error, 1e-6)


def layers_10_and_1(solver: str, order: int) -> Iterator[Row]:
    """Effective diffusivity of layers with D = 10 and 1, across and along them."""
    mesh = rectangle(1.0, 1.0, (10, 10), phases=("a", "b"), cuts=(0.5,))
    for name, target, axis in (("series", 20 / 11, "x"), ("parallel", 5.5, "y")):
        value = effective(mesh, {"a": 10.0, "b": 1.0}, axis, solver, order)
        yield Row("layers 10 and 1", name, target, value, 1e-9)


def checkerboard(solver: str, order: int) -> Iterator[Row]:
    """Checkerboard with D = 1 and 4: sqrt(D1 D2); the corner limits the order to 1.18."""
    mesh = rectangle(1.0, 1.0, (64, 64))
    x, y = mesh.points[mesh.cells].mean(axis=1).T
    board = Mesh(mesh.points, mesh.cells, (x < 0.5) ^ (y < 0.5), ("one", "four"), mesh.sides)
    value = effective(board, {"one": 1.0, "four": 4.0}, "x", solver, order)
    yield Row("checkerboard 1:4", "D_eff", 2.0, value, 1e-2)


def keller(solver: str, order: int) -> Iterator[Row]:
    """Keller's reciprocity on a real image: D_x(D1, D2) D_y(D2, D1) = D1 D2."""
    mesh = _two_phases()
    a, b = mesh.phases
    across = effective(mesh, {a: 1.0, b: 0.1}, "x", solver, order)
    along = effective(mesh, {a: 0.1, b: 1.0}, "y", solver, order)
    yield Row("Keller reciprocity 1:10", "D_x D_y / (D1 D2)", 1.0, across * along / 0.1, 1e-3)


def cylinders(solver: str, order: int) -> Iterator[Row]:
    """Square array of impermeable cylinders, area fraction 0.3; and of slow ones, in bounds."""
    mesh = _array()
    value = effective(mesh, {"matrix": 1.0}, "x", solver, order)
    yield Row("square array, fraction .3", "D_eff / D", 0.53757998, value, 1e-5)
    slow = effective(mesh, {"matrix": 1.0, "core": 0.1}, "x", solver, order)
    inside = 0.368085 <= slow <= 0.605839 * (1 + 1e-5)
    yield Row("Hashin-Shtrikman 1:0.1", "within bounds", 1.0, float(inside), 1e-12)


def contact(solver: str, order: int) -> Iterator[Row]:
    """Steady layers with a partition coefficient and a contact resistance."""
    problem = Diffusion(
        rectangle(2.0, 0.1, (10, 2), phases=("one", "two"), cuts=(1.0,)),
        materials={"one": Material(1.0), "two": Material(0.3)},
        conditions={
            "left": Concentration(1.0),
            "right": Concentration(0.1),
            ("one", "two"): InterfaceTransfer(2.0, partition=3.0),
        },
        until="inf",
    )
    flux = solve(problem, solver=solver, order=order).flux("left")[0] / 0.1
    exact = (1.0 - 3.0 * 0.1) / (1.0 + 1.0 / 2.0 + 3.0 / 0.3)
    yield Row("layers with contact", "flux", exact, flux, 1e-9)


def rising_ends(solver: str, order: int) -> Iterator[Row]:
    """D = c and ends that rise with time: c = 2 + t - x, in the space of the elements."""
    problem = Diffusion(
        rectangle(1.0, 0.1, (10, 1)),
        materials={"all": Material(lambda c: c)},
        conditions={
            "left": Concentration(lambda t: 2.0 + t),
            "right": Concentration(lambda t: 1.0 + t),
        },
        until=1.0,
        initial=lambda x, y: 2.0 - x,
    )
    solution = solve(problem, solver=solver, order=order, tolerance=1e-6)
    yield Row("D = c, rising ends", "c(0.3, 1)", 2.7, solution.at([0.3, 0.05])[0, 0], 1e-9)
    yield Row("D = c, rising ends", "inflow", 0.25, solution.uptake("left")[0], 1e-6)


CASES = (
    nafems_t4,
    nafems_t3,
    crank_slab,
    crank_cylinder,
    two_layers,
    annulus,
    thiele_slab,
    coated_disc,
    layers_10_and_1,
    checkerboard,
    keller,
    cylinders,
    contact,
    rising_ends,
)


def effective(
    mesh: Mesh, diffusivities: dict[str, float], axis: str, solver: str, order: int
) -> float:
    """Effective diffusivity of a rectangle along an axis, between two concentrations."""
    source, sink = ("left", "right") if axis == "x" else ("top", "bottom")
    problem = Diffusion(
        mesh,
        {phase: Material(D) for phase, D in diffusivities.items()},
        {source: Concentration(1.0), sink: Concentration(0.0)},
        until="inf",
    )
    solution: Solution = solve(problem, solver=solver, order=order)
    width, height = np.ptp(mesh.points, axis=0)
    ratio = width / height if axis == "x" else height / width
    return float(solution.flux(source)[0] * ratio)


@cache
def _disc() -> Mesh:
    return disc((1.0,), ("all",), 0.06)


@cache
def _ring() -> Mesh:
    return disc((0.25, 1.0), ("hole", "ring"), 0.05)


@cache
def _coated() -> Mesh:
    return in_square((0.3, 0.45), ("core", "coat", "matrix"), 0.02, 2.0)


@cache
def _array() -> Mesh:
    return in_square((float(np.sqrt(0.3 / np.pi)),), ("core", "matrix"), 0.02, 1.0)


@cache
def _two_phases() -> Mesh:
    crop = samples.nmc_slice().crop((0, 60), (0, 60))
    solid = (crop.labels == crop.phases["particle"]).astype(np.uint8)
    image = Microstructure(solid, {"rest": 0, "particle": 1}, crop.voxel)
    return meshed(image, interface_size="0.1 um", size="0.4 um")
