"""How fine meshes of volumes are."""

import warnings

import numpy as np
import pytest
from label_volumes import VOXEL, boxed, check, grains, sphere

from anosim.errors import InputError, UnsupportedError
from anosim_geometry import GmshMesher, MeshSizeWarning
from anosim_geometry.solid.resampling import resampled


def area(mesh, pair=("phase0", "phase1")):
    a, b, c = mesh.points[mesh.interfaces[pair]].transpose(1, 0, 2)
    return np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2


def test_finer_edges_keep_the_shape():
    image = boxed(sphere(5, 12))
    plain = GmshMesher().mesh(image)
    fine = GmshMesher(interface_size=VOXEL / 2).mesh(image)
    check(fine, image, 1e-3)
    facets = {
        name: len(mesh.interfaces["phase0", "phase1"])
        for name, mesh in (("plain", plain), ("fine", fine))
    }
    assert facets["fine"] == 4 * facets["plain"]
    assert area(fine) == pytest.approx(area(plain), rel=2e-3)


@pytest.mark.parametrize("voxel", [VOXEL, (2 * VOXEL, VOXEL, VOXEL)])
def test_coarser_edges_keep_the_volumes(voxel):
    image = boxed(grains((24, 48, 48), scale=5.0, phases=3), voxel)
    plain = GmshMesher().mesh(image)
    coarse = GmshMesher(interface_size=2.5 * VOXEL).mesh(image)
    check(coarse, image, 2e-3)
    assert len(coarse.cells) < len(plain.cells) / 6
    for pair in plain.interfaces:
        assert area(coarse, pair) == pytest.approx(area(plain, pair), rel=0.15)


def test_larger_edges_in_the_bulk():
    image = boxed(sphere(4, 26))
    counts = [len(GmshMesher(size=k * VOXEL).mesh(image).cells) for k in (1, 2, 8)]
    assert counts[0] > 1.3 * counts[1] > 1.3 * counts[2]


def test_thin_phases_have_their_elements():
    labels = np.zeros((12, 12, 30), dtype=int)
    labels[:, :, 10:18] = 1
    image = boxed(labels)
    counts = []
    for gap in (0, 8):
        mesh = GmshMesher(size=8 * VOXEL, growth=1.0, gap_elements=gap).mesh(image)
        counts.append(np.count_nonzero(mesh.cell_phase == 1))
    assert counts[1] > 1.5 * counts[0]


def test_lengths_given_for_every_voxel():
    image = boxed(sphere(4, 24))
    lengths = np.full(image.labels.shape, np.inf)
    free = GmshMesher(growth=1.0).mesh_with_sizes(image, lengths)
    lengths[:, :, 12:] = VOXEL
    half = GmshMesher(growth=1.0).mesh_with_sizes(image, lengths)
    right = [np.count_nonzero(m.points[:, 0] > 13 * VOXEL) for m in (free, half)]
    assert right[1] > 1.5 * right[0]


def test_resampling_keeps_thin_phases():
    labels = np.zeros((20, 20, 20), dtype=int)
    labels[:, :, 9] = 1
    coarse = resampled(labels, (10, 10, 10))
    assert coarse.mean() == pytest.approx(labels.mean(), rel=1.01)
    smooth = grains((30, 30, 30), scale=3.0)
    found = np.bincount(resampled(smooth, (13, 13, 13)).ravel()) / 13**3
    assert found == pytest.approx(np.bincount(smooth.ravel()) / smooth.size, abs=2e-3)


def test_what_volumes_do_not_have_is_refused():
    image = boxed(sphere(3, 8))
    with pytest.raises(UnsupportedError, match="interface_sizes is set: in volumes"):
        GmshMesher(interface_sizes={("phase0", "phase1"): VOXEL}).mesh(image)
    with pytest.raises(InputError, match="raise GmshMesher"):
        GmshMesher(interface_size=VOXEL / 100).mesh(image)
    speck = boxed(np.pad(np.ones((1, 1, 1), dtype=int), 5))
    with pytest.raises(InputError, match="nothing is left of phase 'phase1'"):
        GmshMesher(interface_size=6 * VOXEL).mesh(speck)
    with pytest.raises(UnsupportedError, match="has no z"):
        GmshMesher(periodic="xz").mesh(boxed(np.eye(4, dtype=int)))


@pytest.mark.parametrize("wanted", [3_000, 12_000, 40_000, 120_000])
@pytest.mark.parametrize("labels", [sphere(6, 20), grains()], ids=["sphere", "grains"])
def test_a_wanted_number_of_tetrahedra_is_met(labels, wanted):
    image = boxed(labels)
    mesh = GmshMesher(elements=wanted).mesh(image)
    assert len(mesh.cells) == pytest.approx(wanted, rel=0.1)
    check(mesh, image, 0.01)


def test_a_limit_coarsens_and_says_so():
    image = boxed(grains())
    whole = len(GmshMesher().mesh(image).cells)
    with pytest.warns(MeshSizeWarning, match=r"edges on surfaces were made .* voxels"):
        mesh = GmshMesher(max_elements=whole // 4).mesh(image)
    assert whole // 8 < len(mesh.cells) <= whole // 4
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(GmshMesher(max_elements=2 * whole).mesh(image).cells) == whole


def test_exact_stairs_cannot_be_coarser():
    image = boxed(grains((8, 8, 8)))
    with pytest.warns(MeshSizeWarning, match="has .* tetrahedra where GmshMesher.elements is 100"):
        GmshMesher(elements=100, staircase=True).mesh(image)
