import math

import numpy as np
import pytest
from images import blobs, ellipsoid, ellipsoid_area, structure

from anosim import measure
from anosim.errors import InputError


@pytest.mark.parametrize(
    ("axes", "voxel"),
    [
        ((10, 10, 10), (1, 1, 1)),
        ((20, 20, 20), (1, 1, 1)),
        ((10, 15, 25), (1, 1, 1)),
        ((20, 20, 20), (2, 1, 1)),
        ((20, 15, 25), (2, 1, 1)),
        ((20, 15, 40), (2, 1, 4)),
    ],
)
def test_ellipsoids(axes, voxel):
    exact = ellipsoid_area(*axes)
    for centre in ((0.0, 0.0, 0.0), (0.3, 0.1, 0.45)):
        found = measure.interface_area(ellipsoid(axes, voxel, centre))
        assert found.area("p1") == pytest.approx(exact, rel=0.01, abs=0)


@pytest.mark.parametrize("voxel", [(1.0, 1.0), (2.0, 1.0)])
def test_discs_have_their_perimeter(voxel):
    found = measure.interface_area(ellipsoid((20, 20), voxel, (0.2, 0.4)))
    assert found.area("p1") == pytest.approx(2 * math.pi * 20, rel=0.01, abs=0)


@pytest.mark.parametrize("normal", [(1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 2, 5), (0, 1, 6)])
def test_planes_of_any_direction(normal):
    """In a disc around the middle, so that the edge of the image has no part."""
    n, radius = np.array(normal) / np.linalg.norm(normal), 18.0
    grid = np.stack(np.indices((52, 52, 52)), axis=-1) + 0.5 - 26.0
    above = grid @ n > 0.11
    beside = np.linalg.norm(grid - (grid @ n)[..., None] * n, axis=-1)
    labels = np.where(beside < radius, above.astype(int), 2 + above.astype(int))
    # pairs: 0|1 inside of the disc
    found = measure.interface_area(structure(labels)).areas["p0", "p1"]
    assert found == pytest.approx(math.pi * radius**2, rel=0.04, abs=0)


def test_three_phases_share_their_surface():
    """A ball cut in half: half of its surface each, and the disc between."""
    ball = ellipsoid((20, 20, 20), (1, 1, 1)).labels
    middle = len(ball) // 2
    labels = ball.copy()
    labels[middle:][ball[middle:] == 1] = 2
    found = measure.interface_area(structure(labels))
    assert found.areas["p0", "p1"] == pytest.approx(2 * math.pi * 400, rel=0.03, abs=0)
    assert found.areas["p1", "p2"] == pytest.approx(math.pi * 400, rel=0.03, abs=0)
    whole = measure.interface_area(structure(ball)).area("p1")
    assert found.area("p0") == pytest.approx(whole, rel=0.01, abs=0)
    assert found.area("p1", "p2") == found.areas["p1", "p2"]
    assert found.specific("p0") == pytest.approx(found.area("p0") / labels.size)
    with pytest.raises(InputError, match="no surface of 'x'"):
        found.area("x")


def test_porod_agrees_where_directions_are_random():
    image = structure(blobs((64, 64, 64), 4.0), "20 nm")
    area = measure.interface_area(image).specific("p1")
    assert measure.porod_surface(image, "p1") == pytest.approx(area, rel=0.03, abs=0)
    # a Gaussian field of that correlation, at its median: 2 / pi sqrt(-rho''(0)) (Adler)
    assert area == pytest.approx(2 / math.pi / (math.sqrt(2.0) * 4.0 * 20e-9), rel=0.08, abs=0)
    flat = structure(blobs((256, 256), 4.0), "20 nm")
    line = measure.interface_area(flat).specific("p1")
    assert measure.porod_surface(flat, "p1") == pytest.approx(line, rel=0.04, abs=0)


def test_relative_area():
    small, large = (ellipsoid((r, r, r), (1, 1, 1)) for r in (10, 20))
    found = measure.relative_area(large, small, "p1")
    assert found == pytest.approx(4 * small.labels.size / large.labels.size, rel=0.01, abs=0)


def test_labels_beyond_those_from_zero_on():
    image = ellipsoid((12, 12, 12), (1, 1, 1))
    area = measure.interface_area(image).area("p1")
    odd = structure(np.where(image.labels, 300, -5))
    assert measure.interface_area(odd).area("p300") == pytest.approx(area, rel=1e-12)


def test_particles_of_known_shape():
    z, y, x = np.indices((50, 60, 80))
    labels = np.zeros(z.shape, dtype=int)
    labels[(z - 25) ** 2 + (y - 30) ** 2 + (x - 25) ** 2 <= 14**2] = 1
    labels[(z - 25) ** 2 + (y - 30) ** 2 + (x - 50) ** 2 <= 13**2] = 1
    labels[0:3, 0:4, 0:5] = 1
    image = structure(labels, 2.0)
    whole = measure.particles(image, "p1", least_voxels=10)
    assert whole.number == 2
    assert whole.table["at_edge"].tolist() == [1.0, 0.0]
    assert np.isnan(whole.table["surface"][0])
    assert whole.table["volume"][0] == pytest.approx(60 * 8.0)
    assert whole.table["extension"][0] == pytest.approx(2 * math.hypot(3, 4, 5), rel=0.15)
    cut = measure.particles(image, "p1", way="watershed", least_voxels=10)
    assert cut.number == 3
    _, large, small = (cut.table["equivalent_diameter"][k] for k in np.argsort(cut.table["x"]))
    assert (large, small) == pytest.approx((56, 52), rel=0.02)
    assert cut.sizes()[2] == pytest.approx(large)
    assert cut.sizes(by="volume")[1] == pytest.approx(large)
    for row in np.flatnonzero(cut.table["at_edge"] == 0):
        assert cut.table["extension"][row] == pytest.approx(
            cut.table["equivalent_diameter"][row], rel=0.06
        )
        assert cut.table["sphericity"][row] == pytest.approx(1.0, abs=0.03)
        assert cut.table["roughness"][row] == pytest.approx(0.96, abs=0.04)
    assert sorted(cut.table["x"][1:]) == pytest.approx([51, 101], abs=1.5)
    assert cut.number_per_volume == pytest.approx(3 / (labels.size * 8.0))
    assert len(cut.frame()) == 3
    with pytest.raises(InputError, match="watershed"):
        measure.particles(image, "p1", way="eyes")


def test_particles_in_a_slice():
    labels = np.zeros((60, 60), dtype=int)
    labels[10:20, 10:40] = 1
    labels[40:50, 40:50] = 1
    found = measure.particles(structure(labels, "1 um"), "p1")
    assert found.number_per_area == pytest.approx(2 / 3600e-12)
    assert found.table["extension"][0] == pytest.approx(math.hypot(30e-6, 10e-6), rel=0.05, abs=0)
    assert found.table["volume"].tolist() == pytest.approx([300e-12, 100e-12], abs=0)
