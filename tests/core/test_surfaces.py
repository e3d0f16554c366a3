import numpy as np
import pytest
from plain_meshes import half_ring, of_pixels

import anosim
from anosim import Concentration, Diffusion, InterfaceTransfer, MassTransfer, Material, Solution
from anosim.errors import InputError

NAMES = ("sei", "particle")
# two particles that touch at a corner only, one on the border, one in a pocket of the other phase
LABELS = np.array(
    [
        [0, 0, 0, 0, 0, 0, 0, 0],
        [0, 1, 1, 0, 0, 0, 0, 0],
        [0, 1, 1, 0, 0, 0, 0, 1],
        [0, 0, 0, 1, 0, 0, 0, 1],
        [0, 0, 0, 0, 0, 0, 0, 0],
    ]
)


def steady(mesh, field, order, phases=("sei",), **changes):
    """A solution that is a field, exactly where its elements can be."""
    parts = {
        "materials": {phase: Material(1.0) for phase in phases},
        "conditions": {"left": Concentration(1.0)},
        "until": "inf",
    }
    problem = Diffusion(mesh, **(parts | changes))
    domain = problem.domain(order)
    return Solution.from_steady_state(problem, domain, field(*domain.points.T))


@pytest.fixture(scope="module")
def pixels():
    return of_pixels(LABELS, NAMES)


def along(particle, field):
    """Mean, deviation, extremes of a field along straight edges (x0, y0, x1, y1), finely."""
    edges = np.array(particle, dtype=float)
    s = (np.arange(4000) + 0.5) / 4000
    x, y = (edges[:, i, None] + s * (edges[:, i + 2] - edges[:, i])[:, None] for i in (0, 1))
    length = np.hypot(edges[:, 2] - edges[:, 0], edges[:, 3] - edges[:, 1])
    c, share = field(x, y), length[:, None] / length.sum() / 4000
    mean = np.sum(share * c)
    return mean, np.sqrt(np.sum(share * (c - mean) ** 2)), c.min(), c.max()


SQUARE = [(1, 1, 3, 1), (3, 1, 3, 3), (3, 3, 1, 3), (1, 3, 1, 1)]
PIXEL = [(3, 3, 4, 3), (4, 3, 4, 4), (4, 4, 3, 4), (3, 4, 3, 3)]
BORDER = [(7, 2, 8, 2), (7, 2, 7, 4), (7, 4, 8, 4)]
FIELDS = {
    1: lambda x, y: 3.0 + 2.0 * x - y,
    2: lambda x, y: 3.0 + 2.0 * x - y + (x - 2.2) * (y - 0.4) - 2.0 * (y - 3.3) ** 2,
}


@pytest.mark.parametrize("order", [1, 2])
def test_a_polynomial_along_each_particle(pixels, order):
    found = steady(pixels, FIELDS[order], order).surfaces(("particle", "sei"))
    assert (found.particles, found.contact, len(found)) == ("particle", "sei", 3)
    assert found.volume == pytest.approx([4, 2, 1])
    assert found.contact_size == pytest.approx([8, 4, 4])
    assert found.centroid == pytest.approx(np.array([[2, 2], [7.5, 3], [3.5, 3.5]]))
    assert found.reached == pytest.approx(1.0)
    for column, edges in enumerate((SQUARE, BORDER, PIXEL)):
        mean, spread, low, high = along(edges, FIELDS[order])
        assert found.mean[0, column] == pytest.approx(mean, rel=1e-6)
        assert found.spread[0, column] == pytest.approx(spread, rel=1e-6)
        assert found.lowest[0, column] == pytest.approx(low, abs=3e-3)
        assert found.highest[0, column] == pytest.approx(high, abs=3e-3)


def test_extremes_between_nodes(pixels):
    """Along the top of the square, y = 1: (x - 1.3)^2 has its least value at x = 1.3."""
    found = steady(pixels, lambda x, y: (x - 1.3) ** 2 + 9 * (y - 1.0), 2).surfaces(NAMES)
    assert found.lowest[0, 0] == pytest.approx(0.0, abs=1e-12)


def test_bent_surfaces():
    """On the circle of radius 1, above its diameter: y has the mean 2/pi, y^2 the mean 1/2."""
    mesh = half_ring((6, 40))
    for order in (1, 2):
        solution = steady(
            mesh,
            lambda x, y: y,
            order,
            phases=("shell",),
            conditions={"right": Concentration(1.0)},
        )
        found = solution.surfaces(("core", "shell"))
        assert found.contact_size == pytest.approx([np.pi], rel=1e-6)
        assert found.volume == pytest.approx([np.pi / 2 * 0.75], rel=1e-6)
        centre = 2 / np.pi * (2 / 3) * (1 - 0.125) / 0.75  # of half a ring
        assert found.centroid[0] == pytest.approx([0.0, centre * 1.0], abs=1e-6)
        tolerance = 1e-6 if order == 2 else 1e-3
        assert found.mean[0, 0] == pytest.approx(2 / np.pi, rel=tolerance)
        assert found.spread[0, 0] == pytest.approx(np.sqrt(0.5 - 4 / np.pi**2), rel=tolerance)


def test_either_side_of_an_interface_with_a_jump():
    mesh = of_pixels(LABELS, NAMES)
    problem = Diffusion(
        mesh,
        {name: Material(1.0) for name in NAMES},
        {"left": Concentration(1.0), ("sei", "particle"): InterfaceTransfer("inf", 0.5)},
        until="inf",
    )
    solution = anosim.solve(problem)
    outside = solution.surfaces(("particle", "sei"))
    assert outside.contact == "sei"
    assert outside.mean == pytest.approx(1.0)
    turned = solution.surfaces(("sei", "particle"))
    assert (turned.particles, len(turned)) == ("sei", 1)
    assert turned.mean == pytest.approx(2.0)
    chosen = solution.surfaces(("sei", "particle"), particles="particle")
    assert chosen.mean == pytest.approx(outside.mean)


def test_a_surface_that_no_source_reaches():
    labels = LABELS.copy()
    labels[:, 5] = 2  # a wall
    problem = Diffusion(
        of_pixels(labels, ("sei", "particle", "wall"), 1e-6),
        {"sei": Material("1e-13 m^2/s")},
        {"left": MassTransfer("1e-6 m/s", "1 mol/L")},
        until="100 s",
    )
    found = anosim.solve(problem).surfaces(("sei", "particle"), ["1 s", "10 s", "100 s"])
    assert found.reached.tolist() == [1.0, 0.0, 1.0]
    assert np.isnan(found.mean[:, 1]).all()
    assert np.all(np.diff(found.mean[:, [0, 2]], axis=0) > 0)
    assert np.all(found.spread[:, 0] > 0)
    assert np.all(found.lowest[:, 0] < found.mean[:, 0])
    rows = list(found.rows())
    assert len(rows) == 9
    assert rows[2]["particle"] == 1
    assert rows[2]["time_s"] == 100.0
    assert rows[2]["mean_mol_per_m3"] == found.mean[2, 0]
    assert rows[0]["area_m2"] == pytest.approx(4e-12, rel=1e-9, abs=0)


def test_a_particle_that_periodic_sides_cut_is_one():
    labels = np.zeros((6, 8), dtype=int)
    labels[2:4, 0] = labels[2:4, 6:] = 1
    labels[0, 3] = labels[5, 3] = 1
    mesh = of_pixels(labels, NAMES)
    apart = steady(mesh, FIELDS[1], 1).surfaces(NAMES)
    assert sorted(apart.volume) == pytest.approx([1, 1, 2, 4])
    source = {("sei", "particle"): MassTransfer(1.0, 1.0)}
    one = steady(mesh, FIELDS[1], 1, periodic="x", conditions=source).surfaces(NAMES)
    assert sorted(one.volume) == pytest.approx([1, 1, 6])
    assert one.centroid[np.argmax(one.volume)] == pytest.approx([7.0, 3.0])
    assert one.contact_size[np.argmax(one.volume)] == pytest.approx(10.0)
    both = steady(mesh, FIELDS[1], 1, periodic="xy", conditions=source).surfaces(NAMES)
    assert sorted(both.volume) == pytest.approx([2, 6])


def test_what_has_no_surface_is_said(pixels):
    solution = steady(pixels, FIELDS[1], 1)
    for ask, says in [
        (lambda: solution.surfaces("left"), "'left' is no interface"),
        (lambda: solution.surfaces(("sei", "pore")), "unknown phase 'pore'"),
        (lambda: solution.surfaces(NAMES, particles="pore"), "choose one of the interface"),
        (lambda: solution.surfaces(NAMES, particles="sei"), "'particle' has no material"),
    ]:
        with pytest.raises(InputError) as error:
            ask()
        assert says in str(error.value)
