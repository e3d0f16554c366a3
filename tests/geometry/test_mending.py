"""Worst triangles mended: nothing is lost and nothing turned over, however bad they are."""

import numpy as np
import pytest
from label_images import PIXEL, meshed, structure
from scipy import ndimage
from scipy.spatial import Delaunay

from anosim.meshes import Mesh
from anosim_geometry.mending import mended

pytestmark = pytest.mark.filterwarnings("ignore:edges at interfaces are")


def oriented(points, cells):
    u, v = points[cells[:, 1]] - points[cells[:, 0]], points[cells[:, 2]] - points[cells[:, 0]]
    turned = u[:, 0] * v[:, 1] < u[:, 1] * v[:, 0]
    cells[turned] = cells[turned][:, ::-1]
    return cells


@pytest.mark.parametrize("seed", range(2))
def test_points_strewn_into_a_lattice_leave_no_holes(seed):
    rng = np.random.default_rng(seed)
    lattice = np.stack(np.meshgrid(*[np.linspace(0, 1, 21)] * 2), axis=-1).reshape(-1, 2)
    points = np.concatenate([lattice, rng.random((100, 2))])
    cells = oriented(points, Delaunay(points).simplices.astype(np.int64))
    hull = (points == 0).any(axis=1) | (points == 1).any(axis=1)
    mesh = Mesh(points, cells, np.zeros(len(cells)), ("a",))
    made, cells, region = mended(points, cells, np.zeros(len(cells), np.int64), ~hull)
    after = Mesh(made, cells, region, ("a",))
    assert after.volumes.min() > 0
    assert after.volumes.sum() == pytest.approx(1.0, rel=1e-12)
    assert np.count_nonzero(after.facets.cells[:, 1] < 0) == 80
    assert after.quality.min() > mesh.quality.min() + 0.1


def noisy(seed, shape=(40, 40)):
    """Particles under noise, by thresholds of grey values: specks and films of single pixels."""
    rng = np.random.default_rng(seed)
    grey = ndimage.gaussian_filter(rng.standard_normal(shape), 4.0)
    grey += 0.7 * grey.std() * rng.standard_normal(shape)
    return np.searchsorted(np.quantile(grey, [0.3, 0.5]), grey)


@pytest.mark.parametrize(("seed", "sizes"), [(0, (10, 3)), (1, (10, 2)), (2, (4, 3))])
def test_noisy_slices_mesh_at_any_sizes(seed, sizes):
    labels = noisy(seed)
    size, interface = (s * PIXEL for s in sizes)
    mesh = meshed(labels, size=size, interface_size=interface)
    assert mesh.volumes.min() > 0
    assert mesh.volumes.sum() == pytest.approx(float(np.prod(structure(labels).extent)), rel=1e-12)
    for name, share in structure(labels).fractions.items():
        assert mesh.phase_volumes[name] / mesh.volumes.sum() == pytest.approx(share, rel=1e-2)
