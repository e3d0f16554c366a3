"""Conformance checks that any solver or mesher plugin runs in one parametrised test.

    import pytest
    from anosim import testing

    @pytest.mark.parametrize("check", testing.SOLVER_CHECKS, ids=testing.name_of)
    def test_conformance(check):
        check(MySolver())

A check raises AssertionError with the figure that is off, or returns. A solver that cannot do
what a check asks for may raise UnsupportedError, and before any work: that passes.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np

from anosim.errors import AnosimError, InputError, UnsupportedError
from anosim.meshes import Floats, Mesh
from anosim.microstructure import Microstructure
from anosim.plugins import Mesher, Solver
from anosim.problem import (
    Concentration,
    Diffusion,
    Flux,
    InterfaceTransfer,
    MassTransfer,
    Material,
)


def rectangle(
    width: float = 1.0,
    height: float = 1.0,
    cells: tuple[int, int] = (8, 8),
    *,
    grading: float = 1.0,
    phases: Sequence[str] = ("all",),
    cuts: Sequence[float] = (),
) -> Mesh:
    """A structured triangle mesh of a rectangle, its phases side by side.

    Args:
        width: extent along x, m.
        height: extent along y, m.
        cells: squares along x and y, each split into two triangles.
        grading: ratio of the last square's width to the first's.
        phases: names from left to right.
        cuts: x of the borders between them; each must be a grid line.
    """
    nx, ny = cells
    steps = np.geomspace(1.0, grading, nx) if nx > 1 else np.ones(1)
    x = width * np.concatenate([[0.0], np.cumsum(steps)]) / steps.sum()
    y = np.linspace(0.0, height, ny + 1)
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    node = np.arange((nx + 1) * (ny + 1)).reshape(ny + 1, nx + 1)
    a, b, c, d = node[:-1, :-1], node[:-1, 1:], node[1:, 1:], node[1:, :-1]
    triangles = np.concatenate(
        [np.stack(t, axis=-1).reshape(-1, 3) for t in ((a, b, c), (a, c, d))]
    )
    middle = points[triangles].mean(axis=1)[:, 0]

    def pairs(line: np.ndarray) -> np.ndarray:
        return np.stack([line[:-1], line[1:]], axis=1)

    sides = {
        "left": pairs(node[:, 0]),
        "right": pairs(node[:, -1]),
        "top": pairs(node[0]),
        "bottom": pairs(node[-1]),
    }
    return Mesh(points, triangles, np.searchsorted(cuts, middle), tuple(phases), sides)


def name_of(check: Callable[..., None]) -> str:
    """A check's name, for pytest's ``ids``."""
    return check.__name__


def crank_slab(fourier: Floats, x: Floats, biot: float) -> Floats:
    """(c - bulk) / (initial - bulk) in a slab with surface resistance, shape (n_t, n_x).

    x = 0 is the sealed middle, x = 1 the surface. Source: Crank, The Mathematics of Diffusion
    (1975), eq. 4.50.
    """
    from scipy.optimize import brentq

    total = np.zeros((len(fourier), len(x)))
    for n in range(200):
        b = brentq(lambda z: z * math.sin(z) - biot * math.cos(z), n * math.pi, (n + 0.5) * math.pi)
        size = 2 * biot / ((b**2 + biot**2 + biot) * math.cos(b))
        total += size * np.exp(-(b**2) * fourier)[:, None] * np.cos(b * x)
    return total


def check_slab_with_mass_transfer(solver: Solver) -> None:
    """Crank's slab, Bi = 1: centre and surface to 1e-3 of the bulk concentration."""
    mesh = rectangle(1e-6, 1e-7, (64, 2))
    problem = Diffusion(
        mesh,
        materials={"all": Material("1e-14 m^2/s")},
        conditions={"right": MassTransfer("1e-8 m/s", "1 mol/L")},
        until="100 s",
    )
    solution = solver.solve(problem)
    times = np.array([10.0, 50.0, 100.0])
    x = np.array([0.0, 0.5, 1.0])
    points = np.stack([x * 1e-6, np.full(3, 5e-8)], axis=1)
    expected = 1000.0 * (1.0 - crank_slab(times * 1e-14 / 1e-12, x, 1.0))
    error = np.abs(solution.at(points, times) - expected).max() / 1000.0
    assert error < 1e-3, f"Crank's slab, Bi = 1: error {error:.1e} of the bulk concentration"


def check_two_layers_in_series(solver: Solver) -> None:
    """Steady flux through two layers, D 10 and 1: the series formula to 1e-3."""
    mesh = rectangle(2e-6, 1e-6, (16, 8), phases=("fast", "slow"), cuts=(1e-6,))
    problem = Diffusion(
        mesh,
        materials={"fast": Material(10.0), "slow": Material(1.0)},
        conditions={"left": Concentration(1.0), "right": Concentration(0.0)},
        until="inf",
    )
    solution = solver.solve(problem)
    error = abs(float(solution.flux("left")[0]) / (1e-6 / (1e-6 / 10.0 + 1e-6 / 1.0)) - 1.0)
    assert error < 1e-3, f"two layers in series: relative error of the flux {error:.1e}"
    lost = float(np.abs(solution.flux("left") + solution.flux("right"))[0])
    assert lost < 1e-6, f"what flows in at the left must flow out at the right: {lost:.1e} mol/m/s"


def check_flux_is_conserved(solver: Solver) -> None:
    """A given flux into a sealed body: its content grows by exactly that, to 1e-6."""
    mesh = rectangle(1e-6, 1e-6, (8, 8))
    problem = Diffusion(
        mesh,
        materials={"all": Material("1e-13 m^2/s", capacity=2.0)},
        conditions={"top": Flux("1e-4 mol/m^2/s")},
        until="20 s",
        initial="10 mol/m^3",
    )
    solution = solver.solve(problem)
    gained = solution.content("20 s")[0] - 2.0 * 10.0 * 1e-12
    error = abs(gained / (1e-4 * 1e-6 * 20.0) - 1.0)
    assert error < 1e-6, f"sealed body with a given flux: relative error of its content {error:.1e}"


def check_mass_balance(solver: Solver) -> None:
    """Change of content = uptake through a boundary held at a concentration, to 1e-3.

    A solver that integrates its fluxes consistently, as the built-in ones do, meets 1e-8.
    """
    mesh = rectangle(1e-6, 1e-6, (8, 8), phases=("a", "b"), cuts=(0.5e-6,))
    problem = Diffusion(
        mesh,
        materials={"a": Material("1e-13 m^2/s"), "b": Material("1e-14 m^2/s", capacity=3.0)},
        conditions={"left": Concentration("1 mol/L"), "top": MassTransfer("1e-7 m/s", "2 mol/L")},
        until="30 s",
    )
    error = float(solver.solve(problem).imbalance("30 s")[0])
    assert error < 1e-3, f"mass balance: relative error {error:.1e}"


def check_node_order(solver: Solver) -> None:
    """Values at the mesh's points are in the mesh's order: a steady linear field is exact."""
    mesh = rectangle(3e-6, 1e-6, (6, 5), phases=("in", "out"), cuts=(2e-6,))
    problem = Diffusion(
        mesh,
        materials={"in": Material("1e-14 m^2/s")},
        conditions={"left": Concentration(1.0), ("in", "out"): Concentration(3.0)},
        until="inf",
    )
    solution = solver.solve(problem)
    vertices = solution.domain.vertices
    expected = 1.0 + mesh.points[vertices, 0] / 1e-6
    error = np.abs(solution.values()[0, : len(vertices)] - expected).max()
    assert error < 1e-8, f"a linear field is off by {error:.1e} at the mesh's points"


def check_problem_untouched(solver: Solver) -> None:
    """The user's objects are as before; the same question gets the same answer twice."""
    mesh = rectangle(1e-6, 1e-6, (4, 4))
    before = mesh.points.copy(), mesh.cells.copy()
    problem = Diffusion(mesh, {"all": Material(1e-14)}, {"left": Concentration(1.0)}, until=10.0)
    first, second = solver.solve(problem).values(), solver.solve(problem).values()
    assert np.array_equal(before[0], mesh.points), "the solver changed the mesh's points"
    assert np.array_equal(before[1], mesh.cells), "the solver changed the mesh's cells"
    assert np.allclose(first, second, rtol=1e-12, atol=0), "two runs of one problem differ"


def check_contact_resistance(solver: Solver) -> None:
    """Steady flux through two layers with a transfer and a partition coefficient, to 1e-6.

    j (L1/D1 + 1/k + K L2/D2) = c_left - K c_right.
    """
    mesh = rectangle(2e-6, 1e-6, (8, 4), phases=("one", "two"), cuts=(1e-6,))
    for k, K in ((1e-8, 1.0), (2e-8, 0.3), (math.inf, 4.0)):
        problem = Diffusion(
            mesh,
            materials={"one": Material(1e-14), "two": Material(3e-15)},
            conditions={
                "left": Concentration(1000.0),
                "right": Concentration(50.0),
                ("two", "one"): InterfaceTransfer(k * K, 1.0 / K),
            },
            until="inf",
        )
        flux = float(solver.solve(problem).flux("left")[0])
        exact = 1e-6 * (1000.0 - K * 50.0) / (1e-6 / 1e-14 + 1.0 / k + K * 1e-6 / 3e-15)
        error = abs(flux / exact - 1.0)
        assert error < 1e-6, f"contact resistance, k = {k:g} m/s, K = {K:g}: error {error:.1e}"


def check_first_order_reaction(solver: Solver) -> None:
    """Steady slab with a first-order reaction, Thiele modulus 1: sealed end to 1e-3."""
    problem = Diffusion(
        rectangle(1e-6, 1e-7, (32, 2)),
        materials={"all": Material(1e-14, reaction=1e-2)},
        conditions={"left": Concentration(1.0)},
        until="inf",
    )
    found = solver.solve(problem).at([1e-6, 5e-8])[0, 0]
    error = abs(found * math.cosh(1.0) - 1.0)
    assert error < 1e-3, f"slab with reaction: relative error at the sealed end {error:.1e}"


def check_no_source_is_refused(solver: Solver) -> None:
    """A problem that nothing drives gets a sentence, not a field of zeros."""
    problem = Diffusion(rectangle(), {"all": Material(1.0)}, {}, until=1.0)
    try:
        solver.solve(problem)
    except InputError as error:
        assert "source" in str(error), f"the sentence does not say what is missing: {error}"
    else:
        raise AssertionError("a problem without a source was solved")


def check_box_is_filled(mesher: Mesher) -> None:
    """The mesh fills the image exactly, with its four sides named and complete."""
    image = _blobs()
    mesh = mesher.mesh(image)
    width, height = image.extent
    error = abs(float(mesh.areas.sum()) / (width * height) - 1.0)
    assert error < 1e-12, f"the mesh's area differs from the image's by {error:.1e}"
    for side, axis, place, length in (
        ("left", 0, 0.0, height),
        ("right", 0, width, height),
        ("top", 1, 0.0, width),
        ("bottom", 1, height, width),
    ):
        ends = mesh.points[mesh.boundary(side)[1]]
        assert np.all(ends[..., axis] == place), f"side {side!r} is not straight"
        total = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1).sum()
        assert abs(total / length - 1.0) < 1e-12, f"side {side!r} is not complete"


def check_phases_are_kept(mesher: Mesher) -> None:
    """Every phase is there, with its area to 2 % and its neighbours."""
    image = _blobs()
    mesh = mesher.mesh(image)
    assert mesh.phases == tuple(image.phases), f"phases are {mesh.phases}"
    whole = float(np.prod(image.extent))
    for phase, fraction in image.fractions.items():
        error = abs(mesh.phase_areas[phase] / whole / fraction - 1.0)
        assert error < 0.02, f"area of {phase!r} differs from its pixels' by {error:.1%}"
    assert set(mesh.interfaces) == {("pore", "particle"), ("pore", "shell"), ("particle", "shell")}


def check_mesh_is_conforming(mesher: Mesher) -> None:
    """No hanging node: the only edges with one triangle are those of the four sides."""
    mesh = mesher.mesh(_blobs())
    outer = int(np.sum(mesh.edges.cells[:, 1] < 0))
    named = sum(len(edges) for edges in mesh.sides.values())
    assert outer == named, f"{outer} edges have one triangle, the sides have {named}"


def check_one_pixel_features(mesher: Mesher) -> None:
    """Islands, channels and diagonal contacts of one pixel are meshed, not dropped."""
    labels = np.zeros((7, 9), dtype=np.uint8)
    labels[1, 1] = labels[2, 2] = 1
    labels[4, :] = 2
    labels[6, 8] = 1
    mesh = mesher.mesh(Microstructure(labels, {"a": 0, "b": 1, "c": 2}, "50 nm"))
    assert set(mesh.phases) == {"a", "b", "c"}
    assert float(mesh.quality.min()) > 0.0


def _blobs() -> Microstructure:
    y, x = np.mgrid[0:40, 0:60]
    labels = np.zeros((40, 60), dtype=np.uint8)
    for cx, cy, r in ((15, 15, 9), (42, 22, 12), (0, 39, 8)):
        distance = np.hypot(x - cx, y - cy)
        labels[distance < r + 2] = 2
        labels[distance < r] = 1
        labels[(distance < r + 2) & (x > cx + 4)] = 1
    return Microstructure(labels, {"pore": 0, "particle": 1, "shell": 2}, ("40 nm", "30 nm"))


def _or_unsupported(check: Callable[[Solver], None]) -> Callable[[Solver], None]:
    def checked(solver: Solver) -> None:
        try:
            check(solver)
        except UnsupportedError:
            return
        except AnosimError as error:
            raise AssertionError(f"{check.__name__}: {error}") from error

    checked.__name__, checked.__doc__ = check.__name__, check.__doc__
    return checked


SOLVER_CHECKS: tuple[Callable[[Solver], None], ...] = tuple(
    _or_unsupported(check)
    for check in (
        check_slab_with_mass_transfer,
        check_two_layers_in_series,
        check_flux_is_conserved,
        check_mass_balance,
        check_node_order,
        check_contact_resistance,
        check_first_order_reaction,
        check_problem_untouched,
        check_no_source_is_refused,
    )
)
"""What every solver must pass."""

MESHER_CHECKS: tuple[Callable[[Mesher], None], ...] = (
    check_box_is_filled,
    check_phases_are_kept,
    check_mesh_is_conforming,
    check_one_pixel_features,
)
"""What every mesher must pass."""
