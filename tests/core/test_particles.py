"""The table of a solution's particles."""

import numpy as np
import pytest
from plain_meshes import of_pixels

from anosim import (
    Concentration,
    Diffusion,
    Flux,
    InterfaceTransfer,
    MassTransfer,
    Material,
    Solution,
    Uptake,
    solve,
)
from anosim.errors import InputError
from anosim.testing import box

NAMES = ("sei", "particle")
# a square, one on the border, one pixel that touches the square at a corner only
LABELS = np.array(
    [
        [0, 0, 0, 0, 0, 0, 0, 0],
        [0, 1, 1, 0, 0, 0, 0, 0],
        [0, 1, 1, 0, 0, 0, 0, 1],
        [0, 0, 0, 1, 0, 0, 0, 1],
        [0, 0, 0, 0, 0, 0, 0, 0],
    ]
)
AREA, CONTACT = [4.0, 2.0, 1.0], [8.0, 4.0, 4.0]


@pytest.fixture(scope="module")
def pixels():
    return of_pixels(LABELS, NAMES)


@pytest.mark.parametrize("order", [1, 2])
def test_places_sizes_and_means_of_particles_that_conduct(pixels, order):
    problem = Diffusion(
        pixels, dict.fromkeys(NAMES, Material(1.0, reaction=0.5)), {"left": Concentration(1.0)},
        until="inf",
    )  # fmt: skip
    x, y = problem.domain(order).points.T
    solution = Solution.from_steady_state(problem, problem.domain(order), 3.0 + 2.0 * x - y)
    found = solution.particles("particle")
    assert found.volume == pytest.approx(AREA)
    assert found.surface == pytest.approx(CONTACT)
    centres = np.array([[2, 2], [7.5, 3], [3.5, 3.5]])
    assert found.centroid == pytest.approx(centres)
    mean = 3.0 + 2.0 * centres[:, 0] - centres[:, 1]
    assert found.mean[0] == pytest.approx(mean)
    assert found.flux[0] == pytest.approx(0.5 * mean * AREA)  # what its reaction uses up
    assert np.isnan(found.time_to_90_percent).all()
    frame = found.frame()
    assert frame.index.tolist() == [1, 2, 3]
    assert list(frame) == [
        "x_m", "y_m", "area_m2", "perimeter_m", "mean_mol_per_m3", "flux_mol_per_m_per_s",
        "time_to_90_percent_s",
    ]  # fmt: skip


def test_particles_behind_a_transfer_fill_one_by_one():
    """Nearly even within: dc/dt = k S / V (1 - c), the sei being held at 1 all around."""
    apart = LABELS.copy()
    apart[3, 3:5] = 0, 1  # lithium passes where particles touch at a corner
    pixels, k = of_pixels(apart, NAMES), 1e-3
    problem = Diffusion(
        pixels,
        {"sei": Material(1e4), "particle": Material(1e2)},
        {side: Concentration(1.0) for side in ("left", "right", "top", "bottom")}
        | {("sei", "particle"): InterfaceTransfer(k, 1.0)},
        until=5000.0,
    )
    solution = solve(problem, tolerance=1e-8)
    times = np.array([200.0, 1000.0])
    found = solution.particles("particle", times)
    rate = k * np.array(CONTACT) / AREA
    # sides of the image hold the particle there, too: leave it out
    free = [0, 2]
    expected = 1.0 - np.exp(-times[:, None] * rate)
    assert found.mean[:, free] == pytest.approx(expected[:, free], rel=1e-3)
    filling = k * np.array(CONTACT) * (1.0 - expected)
    assert found.flux[:, free] == pytest.approx(filling[:, free], rel=2e-3)
    assert found.time_to_90_percent[free] == pytest.approx(np.log(10) / rate[free], rel=1e-3)
    assert list(found.frame())[4:8] == [
        "mean_at_200_s_mol_per_m3",
        "mean_at_1000_s_mol_per_m3",
        "flux_at_200_s_mol_per_m_per_s",
        "flux_at_1000_s_mol_per_m_per_s",
    ]


@pytest.mark.parametrize(
    ("condition", "into"),
    [
        (Uptake(2.0, 0.5), lambda c: 2.0 * (c - 0.5)),
        (Uptake(2.0, half_saturation=3.0), lambda c: 2.0 * c / (1.0 + c / 3.0)),
        (MassTransfer(0.5, 1.0), lambda c: 0.5 * (c - 1.0)),
        (Flux(lambda t: 3.0 * (1.0 + 0.0 * t)), lambda c: -3.0),
    ],
)
def test_flux_into_particles_without_a_material(pixels, condition, into):
    """The concentration is even, so that each takes by its contact; together as the boundary."""
    problem = Diffusion(
        pixels, {"sei": Material(1.0)}, {"left": Flux(0.0), NAMES: condition}, 1.0, initial=4.0
    )
    domain = problem.domain(2)
    even = np.full((2, len(domain.points)), 4.0)
    found = Solution.from_samples(problem, domain, [0.0, 1.0], even).particles("particle", 1.0)
    assert found.mean[0] == pytest.approx(4.0)
    assert found.flux[0] == pytest.approx(into(4.0) * np.array(CONTACT))
    assert found.volume == pytest.approx(AREA)


def test_together_the_particles_take_what_the_boundary_gives(pixels):
    problem = Diffusion(
        pixels, {"sei": Material(1.0)}, {"left": Concentration(1.0), NAMES: Uptake(2.0)}, 10.0
    )
    solution = solve(problem)
    found = solution.particles("particle", [0.5, 10.0])
    taken = -solution.flux(NAMES, [0.5, 10.0])
    assert found.flux.sum(axis=1) == pytest.approx(taken, rel=1e-9)
    assert found.mean == pytest.approx(
        solution.surfaces(NAMES, [0.5, 10.0], particles="particle").mean
    )
    assert solution.surfaces(NAMES).number.tolist() == [1, 2, 3]


def test_what_is_not_known_is_no_number():
    """Beside a held boundary only the whole flux is known; an island has no source."""
    labels = [[0, 0, 1, 0, 1, 0]]
    mesh = of_pixels(labels, ("a", "b"))
    problem = Diffusion(mesh, {"a": Material(1.0)}, {("a", "b"): Concentration(1.0)}, 1.0)
    assert np.isnan(solve(problem).particles("b").flux).all()
    problem = Diffusion(mesh, {"a": Material(1.0)}, {"left": Concentration(1.0)}, 30.0)
    islands = solve(problem).particles("a")
    assert islands.mean[0] == pytest.approx([1.0, np.nan, np.nan], abs=1e-4, nan_ok=True)
    assert np.isfinite(islands.time_to_90_percent[0])
    assert np.isnan(islands.time_to_90_percent[1:]).all()
    assert islands.flux[0] == pytest.approx(0.0, abs=1e-4)
    with pytest.raises(InputError, match="'c'"):
        solve(problem).particles("c")


def test_tetrahedra():
    mesh = box((3.0, 1.0, 1.0), (6, 2, 2), phases=("a", "b", "c"), cuts=(1.0, 2.0))
    problem = Diffusion(mesh, {"a": Material(1.0)}, {("a", "b"): MassTransfer(2.0, 1.0)}, 1.0)
    solution = solve(problem)
    inner = solution.particles("b")
    assert (inner.volume, inner.surface) == (pytest.approx([1.0]), pytest.approx([2.0]))
    assert inner.flux[0] == pytest.approx(-solution.flux(("a", "b")), rel=1e-9)
    assert list(inner.frame())[3:5] == ["volume_m3", "surface_m2"]
    filled = solution.particles("a", [0.1, 1.0])
    assert filled.mean[:, 0] == pytest.approx(solution.average("a", [0.1, 1.0]))
    assert filled.flux[:, 0] == pytest.approx(solution.flux(("a", "b"), [0.1, 1.0]), rel=1e-4)
    assert filled.time_to_90_percent[0] == pytest.approx(solution.time_to_average("a", 0.9))
