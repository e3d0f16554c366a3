"""Meshes: conforming, exact in their box, of the right areas, on any image."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from label_images import NASTY, PIXEL, disc, grains, meshed, rings, structure
from scipy import ndimage, sparse

from anosim.microstructure import Microstructure
from anosim.progress import watched_by
from anosim.samples import nmc_slice
from anosim_geometry import GmshMesher
from anosim_geometry.network import network_of

pytestmark = pytest.mark.filterwarnings("ignore:edges at interfaces are")


def check(mesh, image):
    """What holds for every mesh of every image."""
    width, height = image.extent
    x, y = mesh.points.T
    assert (x.min(), x.max(), y.min(), y.max()) == (0.0, width, 0.0, height)
    assert mesh.volumes.min() > 0
    assert mesh.volumes.sum() / (width * height) == pytest.approx(1.0, abs=1e-12)
    assert mesh.phases == tuple(image.phases)
    assert set(mesh.interfaces) == adjacent(image)
    for side, length in (("left", height), ("right", height), ("top", width), ("bottom", width)):
        assert lengths(mesh, mesh.sides[side]).sum() / length == pytest.approx(1.0, abs=1e-12)
    assert sum(map(len, mesh.sides.values())) == np.count_nonzero(mesh.facets.cells[:, 1] < 0)


def adjacent(image):
    """Pairs of phases with pixels side by side, in the order of the phases."""
    index = {label: k for k, label in enumerate(image.phases.values())}
    of = np.vectorize(index.get)(image.labels)
    names = tuple(image.phases)
    neighbours = ((of[1:], of[:-1]), (of[:, 1:], of[:, :-1]))
    pairs = np.concatenate([np.stack([a.ravel(), b.ravel()], axis=1) for a, b in neighbours])
    return {(names[min(p)], names[max(p)]) for p in pairs.tolist() if p[0] != p[1]}


def lengths(mesh, edges):
    a, b = mesh.points[edges].transpose(1, 0, 2)
    return np.hypot(*(b - a).T)


def area_errors(mesh, image):
    whole = float(np.prod(image.extent))
    wanted = np.array([image.fractions[name] * whole for name in mesh.phases])
    return np.array([mesh.phase_volumes[name] for name in mesh.phases]) / wanted - 1


def parts(mesh, name):
    """Connected parts of a phase, joined across edges."""
    inner = mesh.facets.cells[mesh.facets.cells[:, 1] >= 0]
    own = mesh.cell_phase == mesh.phase_index(name)
    pairs = inner[own[inner].all(axis=1)]
    n = len(mesh.cells)
    graph = sparse.coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    _, part = sparse.csgraph.connected_components(graph, directed=False)
    return len(np.unique(part[own]))


@pytest.mark.parametrize("voxel", [(PIXEL, PIXEL), (3 * PIXEL, PIXEL), (PIXEL, 2.3 * PIXEL)])
@pytest.mark.parametrize("name", NASTY)
def test_any_image_has_a_mesh(name, voxel):
    image = structure(NASTY[name], voxel)
    mesh = meshed(image.labels, voxel)
    check(mesh, image)
    assert mesh.angles.min() > 15
    assert np.abs(area_errors(mesh, image)).max() < 0.005
    for phase, label in image.phases.items():
        assert parts(mesh, phase) == ndimage.label(image.labels == label)[1]


@pytest.mark.parametrize(
    "sizes",
    [("1 mm", "1 mm"), ("60 nm", "25 nm"), ("5 nm", "4 nm"), ("300 nm", "10 nm")],
    ids=["beyond the image", "coarse", "below a pixel", "steep"],
)
@pytest.mark.parametrize("name", NASTY)
def test_any_size_works(name, sizes):
    image = structure(NASTY[name])
    mesh = meshed(image.labels, size=sizes[0], interface_size=sizes[1], growth=0.6, gap_elements=0)
    check(mesh, image)
    assert mesh.angles.min() > 5
    assert np.abs(area_errors(mesh, image)).max() < 0.03


@settings(settings.get_profile("mesher"), max_examples=60)
@given(
    npst.arrays(
        np.int64,
        npst.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=10),
        elements=st.integers(0, 4),
    ).filter(lambda labels: labels.size > 1),
    st.sampled_from([(1.0, 1.0), (0.4, 1.0), (1.0, 0.25)]),
    st.sampled_from([(None, None), (0.6, 0.6), (3.0, 2.0), (50.0, 50.0), (50.0, 1.0)]),
)
def test_random_images_have_meshes(labels, aspect, sizes):
    voxel = (aspect[0] * PIXEL, aspect[1] * PIXEL)
    size, interface = (None if s is None else s * min(voxel) for s in sizes)
    mesh = meshed(labels, voxel, size=size, interface_size=interface)
    check(mesh, structure(labels, voxel))


def test_a_disc_has_its_area_and_perimeter():
    labels = disc(radius=20.0, side=61)  # 1257 pixels: the image itself has the disc's area
    mesh = meshed(labels)
    assert mesh.phase_volumes["phase1"] / PIXEL**2 == pytest.approx(np.pi * 20**2, rel=0.002)
    edges = mesh.interfaces["phase0", "phase1"]
    assert lengths(mesh, edges).sum() / PIXEL == pytest.approx(2 * np.pi * 20, rel=0.01)
    radii = np.hypot(*(mesh.points[np.unique(edges)] - 30.5 * PIXEL).T) / PIXEL
    assert radii.min() > 19.4
    assert radii.max() < 20.6


def test_a_picture_of_the_mesh_lies_over_its_image():
    labels = np.zeros((12, 20), dtype=int)
    labels[:4, :6] = 1  # upper left
    mesh = meshed(labels)
    x, y = mesh.points[mesh.cells[mesh.cell_phase == 1]].mean(axis=(0, 1)) / PIXEL
    assert (x, y) == pytest.approx((3, 2), abs=0.4)


def test_phases_keep_their_order_and_labels_need_none():
    labels = np.repeat([[7, 7, 7, -2, -2, 300]], 6, axis=0)
    image = Microstructure(labels, {"c": 300, "a": 7, "b": -2}, PIXEL)
    mesh = GmshMesher().mesh(image)
    assert mesh.phases == ("c", "a", "b")
    assert set(mesh.interfaces) == {("c", "b"), ("a", "b")}
    assert mesh.phase_volumes["a"] / PIXEL**2 == pytest.approx(18)


def test_nested_rings_stay_apart():
    mesh = meshed(rings(width=4, side=48))
    pixels = network_of(rings(width=4, side=48))
    whole = [int(np.count_nonzero(pixels.region_label == k)) for k in (0, 1)]
    assert [parts(mesh, "phase0"), parts(mesh, "phase1")] == whole
    assert whole[0] >= 3


@pytest.mark.parametrize("blocks", [[[0, 1], [2, 3]], [[0, 1], [0, 2]], [[0, 0], [1, 2]]])
def test_three_and_four_phases_meet_in_one_point(blocks):
    mesh = meshed(np.kron(blocks, np.ones((8, 8), dtype=int)))
    touching = np.zeros((len(mesh.points), len(mesh.phases)), dtype=bool)
    touching[mesh.cells, mesh.cell_phase[:, None]] = True
    meeting = mesh.points[touching.all(axis=1)] / PIXEL
    assert meeting == pytest.approx(np.array([[8.0, 8.0]]))
    assert np.count_nonzero(touching.sum(axis=1) > 2) == 1


def test_edges_are_short_at_interfaces_and_long_in_the_bulk():
    labels = np.zeros((60, 120), dtype=int)
    labels[:, 60:] = 1
    mesh = meshed(labels, size=6 * PIXEL, interface_size=PIXEL, growth=0.2)
    middle = mesh.points[mesh.edges.vertices].mean(axis=1)
    long = lengths(mesh, mesh.edges.vertices) / PIXEL
    away = np.abs(middle[:, 0] / PIXEL - 60)
    assert lengths(mesh, mesh.interfaces["phase0", "phase1"]) / PIXEL == pytest.approx(1, rel=0.1)
    assert np.median(long[away < 1]) == pytest.approx(1.0, rel=0.2)
    assert np.median(long[away > 40]) == pytest.approx(6.0, rel=0.2)
    for d in (5, 10, 20):  # in between the growth is kept
        assert np.median(long[np.abs(away - d) < 1.5]) == pytest.approx(1 + 0.2 * d, rel=0.3)


@pytest.mark.parametrize("name", ["islands", "diagonal line", "a loop closed by point contacts"])
def test_sizes_give_way_to_details_smaller_than_they_are(name):
    labels = np.pad(NASTY[name], 30)
    mesh = meshed(labels, size="1 mm", interface_size="1 mm", gap_elements=0)
    assert mesh.angles.min() > 15
    assert len(mesh.cells) < 0.6 * len(meshed(labels).cells)


def test_halving_the_sizes_makes_four_times_the_triangles():
    coarse = meshed(disc(), size=2 * PIXEL, interface_size=2 * PIXEL)
    fine = meshed(disc(), size=PIXEL, interface_size=PIXEL)
    assert len(fine.cells) / len(coarse.cells) == pytest.approx(4, rel=0.05)


def test_the_same_image_gives_the_same_arrays():
    first, second = (meshed(grains()) for _ in range(2))
    for name in ("points", "cells", "cell_phase"):
        assert np.array_equal(getattr(first, name), getattr(second, name))
    assert all(np.array_equal(first.sides[side], second.sides[side]) for side in first.sides)


def test_a_real_electrode_is_meshed_well():
    image = nmc_slice()
    heard = []
    with watched_by(lambda stage, fraction: heard.append((stage, fraction))):
        mesh = GmshMesher().mesh(image)
    check(mesh, image)
    assert np.abs(area_errors(mesh, image)).max() < 0.005
    assert mesh.angles.min() > 20
    assert np.percentile(mesh.quality, 1) > 0.75
    assert mesh.quality.mean() > 0.95
    assert {stage for stage, _ in heard} == {"mesh"}
    assert [fraction for _, fraction in heard] == sorted(fraction for _, fraction in heard)
    assert heard[-1][1] == 1.0
