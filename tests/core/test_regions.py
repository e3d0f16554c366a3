import numpy as np
import pytest
from plain_meshes import half_ring
from scipy.optimize import brentq

import anosim
from anosim import Box, Concentration, Diffusion, Disc, Mask, MassTransfer, Material, Solution
from anosim.clipping import region_weights
from anosim.domain import Domain
from anosim.errors import InputError, UnitError
from anosim.regions import Region
from anosim.testing import rectangle


def quadratic(p):
    x, y = np.moveaxis(p, -1, 0)
    return 1 + 2 * x - y + x * y - 3 * y**2 + 0.5 * x**2


def over_box(x, y):
    """Integral of the quadratic over a box."""
    at, share = np.polynomial.legendre.leggauss(3)
    X, Y = (np.mean(r) + np.ptp(r) / 2 * at for r in (x, y))
    places = np.stack(np.meshgrid(X, Y), axis=-1)
    return np.ptp(x) * np.ptp(y) / 4 * np.einsum("i,j,ji->", share, share, quadratic(places))


@pytest.fixture(scope="module")
def domain():
    return Domain.of(rectangle(2.0, 1.0, (7, 5), grading=3.0), ["all"], 2)


def weights(domain, region):
    return region_weights(domain, region, np.ones(len(domain.cells), dtype=bool))


BOXES = [
    ((0.313, 1.7771), (0.1234, 0.9)),
    ((0.5, 0.5003), (0.2, 0.8)),
    ((0.71, 0.7101), (0.41, 0.4101)),  # inside of one cell
    ((-1.0, 0.4), (0.3, 7.0)),
    ((0.0, 2.0), (0.0, 1.0)),
]


@pytest.mark.parametrize(("x", "y"), BOXES)
def test_boxes_that_cut_cells(domain, x, y):
    found = weights(domain, Box(x, y))
    seen = np.clip(x, 0, 2), np.clip(y, 0, 1)
    assert found.sum() == pytest.approx(np.prod([np.ptp(r) for r in seen]), rel=1e-6, abs=0)
    assert found @ quadratic(domain.points) == pytest.approx(over_box(*seen), rel=1e-6, abs=0)


@pytest.mark.parametrize("radius", [0.41, 0.1, 1e-3])
def test_discs(domain, radius):
    centre = np.array([0.72, 0.45])
    found = weights(domain, Disc(tuple(centre), radius))
    area = np.pi * radius**2
    assert found.sum() == pytest.approx(area, rel=1e-6, abs=0)
    exact = area * (quadratic(centre) + radius**2 / 4 * (0.5 - 3))
    assert found @ quadratic(domain.points) == pytest.approx(exact, rel=1e-6, abs=0)


@pytest.mark.parametrize("seed", range(3))
def test_masks(domain, seed):
    mask = np.random.default_rng(seed).random((5, 16)) < 0.5
    found = weights(domain, Mask(mask, (0.2, 0.125)))
    assert found.sum() == pytest.approx(mask.sum() * 0.025, rel=2e-6)
    rows, columns = np.nonzero(mask)
    exact = sum(
        over_box((0.125 * c, 0.125 * (c + 1)), (0.2 * r, 0.2 * (r + 1)))
        for r, c in zip(rows, columns, strict=True)
    )
    assert found @ quadratic(domain.points) == pytest.approx(exact, rel=5e-6)


@pytest.mark.parametrize("order", [1, 2])
def test_bent_cells_are_cut_too(order):
    domain = Domain.of(half_ring(), ["core", "shell"], order)
    found = weights(domain, Disc((0.0, 0.0), 1.3))
    assert found.sum() == pytest.approx(np.pi / 2 * (1.3**2 - 0.5**2), rel=1e-5)
    upper = weights(domain, Box((-9, 9), (0.8, 9)))
    segment = 4 * np.arccos(0.4) - 0.8 * np.sqrt(4 - 0.64)
    assert upper.sum() == pytest.approx(segment, rel=1e-5)
    if order == 2:
        moment = 2 / 3 * (4 - 0.64) ** 1.5
        assert upper @ domain.points[:, 1] == pytest.approx(moment, rel=1e-5)


def test_distances_of_a_mask_are_never_too_large():
    rng = np.random.default_rng(4)
    mask = rng.random((9, 12)) < 0.4
    region, voxel = Mask(mask, (2.0, 1.0)), np.array([1.0, 2.0])
    points = rng.uniform([-3, -3], [15, 21], (400, 2))
    rows, columns = np.nonzero(mask)
    assert np.array_equal(region.contains(points), region.distance(points) <= 0)
    low = np.stack([columns, rows], axis=1) * voxel
    gap = np.maximum(low - points[:, None], points[:, None] - low - voxel)
    exact = np.linalg.norm(np.maximum(gap, 0.0), axis=2).min(axis=1)
    outside = exact > 0
    found = region.distance(points)
    assert np.array_equal(found > 0, outside)
    assert np.all(found[outside] <= exact[outside] * (1 + 1e-12))
    near = outside & (exact < 0.5)
    assert found[near] == pytest.approx(exact[near])


class Stripes(Region):
    """A region of one's own: y above a slope."""

    def distance(self, points, /):
        return (0.2 + 0.3 * points[:, 0] - points[:, 1]) / np.hypot(1.0, 0.3)


def test_a_region_of_ones_own(domain):
    assert weights(domain, Stripes()).sum() == pytest.approx(2 * (0.8 - 0.3), rel=1e-9)


@pytest.fixture(scope="module")
def slab():
    """Lithium enters "a" from the left; "c" lies behind a gap without a material."""
    mesh = rectangle(4e-6, 1e-6, (40, 10), phases=("a", "b", "c"), cuts=(2e-6, 3e-6))
    return anosim.solve(
        Diffusion(
            mesh,
            {"a": Material("1e-14 m^2/s"), "c": Material("1e-14 m^2/s")},
            {"left": MassTransfer("1e-7 m/s", "1 mol/L")},
            until="1000 s",
            initial=100.0,
        )
    )


def test_the_mean_over_a_region_counts_what_a_source_reaches(slab):
    times = ["10 s", "100 s"]
    whole = slab.average("a", times)
    box = Box(("0 um", "9 um"), ("0 um", "1 um"))
    assert slab.average(box, times) == pytest.approx(whole, rel=1e-9)
    labels = np.zeros((10, 40), dtype=int)
    labels[:, 30:] = 2
    assert np.isnan(slab.average(Mask(labels == 2, "0.1 um"), times)).all()
    left, right = (slab.average(Disc((x, "0.5 um"), "0.3 um"), times) for x in ("0.5 um", 1.5e-6))
    assert np.all(left > right)


def test_the_mean_of_a_linear_field_over_a_disc_is_its_centre(slab):
    field = 3.0 + 2e6 * slab.domain.points[:, 0] - 1e6 * slab.domain.points[:, 1]
    again = Solution.from_samples(
        slab.problem, slab.domain, np.array([0.0, 1000.0]), np.stack([field, field])
    )
    mean = again.average(Disc(("0.9 um", "0.6 um"), "0.31 um"))
    assert mean == pytest.approx(3.0 + 1.8 - 0.6, rel=1e-9)


def test_the_time_at_which_a_region_has_a_fraction(slab):
    region = Disc(("1 um", "0.5 um"), "0.2 um")
    found = slab.time_to_average(region, 0.5)
    exact = brentq(lambda t: slab.average(region, t)[0] - 550.0, 1.0, 1000.0)
    assert found == pytest.approx(exact, rel=1e-8)
    assert slab.time_to_average("a", 0.5, reference=200.0) < slab.time_to_average("a", 0.5)
    assert slab.time_to_average("a", 0.999999999) == np.inf
    assert np.isnan(slab.time_to_average("c", 0.5))
    assert slab.time_to_average("a", 0.0) == 0.0


def test_a_pulse_is_not_missed():
    mesh = rectangle(1e-6, 1e-7, (10, 1))
    pulse = anosim.Table([0.0, 50.0, 50.5, 51.0, 100.0], [0.0, 0.0, 1000.0, 0.0, 0.0])
    problem = Diffusion(mesh, {"all": Material(1e-11)}, {"left": Concentration(pulse)}, until=100.0)
    solution = anosim.solve(problem, tolerance=1e-5)
    assert solution.reference == 1000.0
    assert 50.2 < solution.time_to_average("all", 0.5) < 50.5


MISTAKES = [
    (lambda: Box((1.0, 0.0), (0.0, 1.0)), InputError, "Box.x goes from 1 to 0 m: it must ascend"),
    (lambda: Box(("0 s", "1 s"), (0, 1)), UnitError, "Box.x is '0 s'"),
    (lambda: Box("ab", (0, 1)), InputError, "Box.x is 'ab': expected a range, from and to"),
    (lambda: Disc(("1 um",), 1.0), InputError, "expected a point, x and y"),
    (lambda: Disc((0, 0), "0 m"), UnitError, "must be greater than 0 m"),
    (lambda: Mask(np.ones((3, 3)), 1.0), InputError, "expected booleans of shape (y, x)"),
    (lambda: Mask(np.zeros((3, 3), bool), 1.0), InputError, "the region is empty"),
    (lambda: Mask(np.ones((3, 3), bool), (1.0, 1.0, 1.0)), InputError, "3 sizes, the image 2 axes"),
]


@pytest.mark.parametrize(("make", "kind", "says"), MISTAKES)
def test_regions_that_are_none(make, kind, says):
    with pytest.raises(kind) as error:
        make()
    assert says in str(error.value)


@pytest.mark.parametrize(
    "region", [Disc(("20 um", "0 um"), "1 um"), Box((2.2e-6, 2.8e-6), (0, 1e-6))]
)
def test_a_region_without_a_material_in_it_is_said_to_be_so(slab, region):
    with pytest.raises(InputError, match=r"holds nothing of 'a', 'c', the phases with a material"):
        slab.average(region)


def test_what_is_no_region_is_said_to_be_none(slab):
    with pytest.raises(InputError, match="3 is no region: name a phase, or give a Box"):
        slab.average(3)
