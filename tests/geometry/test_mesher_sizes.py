"""The size field, and arcs cut to it."""

import numpy as np
import pytest
import shapely
from label_images import NASTY, disc, grains
from scipy.spatial import Delaunay

from anosim.errors import InputError
from anosim.meshes import Mesh
from anosim_geometry.budget import plan
from anosim_geometry.crossings import tangled
from anosim_geometry.curves import Curves, cross
from anosim_geometry.lines import cut_to_size
from anosim_geometry.network import OUTSIDE, network_of
from anosim_geometry.quality import rounded
from anosim_geometry.sizing import Sizes, graded, wishes_of
from anosim_geometry.smoothing import smoothed


@pytest.mark.parametrize("pixel", [(1.0, 1.0), (1.0, 2.5), (3.0, 1.0)])
def test_sizes_grow_by_at_most_the_growth_between_any_two_pixels(pixel):
    sizes = Sizes(bulk=9.0, interface=1.0, growth=0.3, pixel=pixel)
    rng = np.random.default_rng(0)
    field = graded(np.where(rng.random((20, 25)) < 0.01, 1.0, 9.0), sizes)
    y, x = np.mgrid[:20, :25].reshape(2, -1)
    distance = np.hypot(np.subtract.outer(x, x) * pixel[0], np.subtract.outer(y, y) * pixel[1])
    assert field.min() == 1.0
    assert field.max() > 3.0
    rise = np.abs(np.subtract.outer(field.ravel(), field.ravel()))
    steepest = np.max(rise[distance > 0] / distance[distance > 0])
    assert 0.25 < steepest <= 0.3 + 1e-12


def test_sizes_are_small_at_interfaces_and_large_elsewhere():
    labels = np.zeros((40, 60), dtype=int)
    labels[:, 30:] = 1
    field = wishes_of(network_of(labels), Sizes(4.0, 1.0, 0.3, (1.0, 1.0))).field()
    assert np.all(field[:, 29:31] == 1.0)
    assert np.all(field[:, [0, 59]] == 4.0)  # the border alone asks for nothing
    assert np.all(np.diff(field[:, 30:], axis=1) > -1e-12)


def test_impossibly_small_sizes_are_refused_before_any_work():
    network = network_of(grains())
    wishes = wishes_of(network, Sizes(1e-3, 1e-3, 0.3, (1.0, 1.0)))
    with pytest.raises(InputError, match=r"triangles; up to 5e\+07 are possible: raise"):
        plan(network, network.curves, wishes)


@pytest.mark.parametrize("size", [0.3, 2.0, 5.0, 1000.0])
@pytest.mark.parametrize("name", NASTY)
def test_segments_never_cross(name, size):
    network = network_of(NASTY[name])
    sizes = Sizes(size, size, 0.3, (1.0, 1.0))
    field = np.full(network.regions.shape, size)
    curves = cut_to_size(network, smoothed(network), field, sizes)[0].curves
    lines = shapely.linestrings(curves.points[curves.segments])
    i, j = shapely.STRtree(lines).query(lines, predicate="intersects")
    a, b = curves.segments[i[i < j]], curves.segments[j[i < j]]
    assert np.all((a[:, :, None] == b[:, None, :]).sum(axis=(1, 2)) == 1)


@pytest.mark.parametrize("size", [0.5, 1.0, 4.0])
def test_segments_have_the_wanted_length_and_enclose_the_area(size):
    network = network_of(disc(radius=20.0))
    smooth = smoothed(network)
    field = np.full(network.regions.shape, size)
    curves = cut_to_size(network, smooth, field, Sizes(size, size, 0.3, (1.0, 1.0)))[0].curves
    inner = (network.left != OUTSIDE) & (network.right != OUTSIDE)
    lengths = curves.lengths[inner[curves.arc]]
    assert lengths.mean() == pytest.approx(size, rel=0.05)
    assert np.abs(curves.swept(smooth)[inner]).max() < 0.01  # square pixels, of 1257


@pytest.mark.parametrize(("height", "inside"), [(2.0, True), (-3.0, False)])
def test_an_arc_that_steps_over_another_is_found(height, inside):
    corners = np.array([[0, 0], [0, 5], [5, 5], [5, 0]], dtype=float)
    island = np.array([[2, height], [3, height], [2.5, height + 1]])
    points = np.concatenate([corners, island])
    loop = [[4, 5], [5, 6], [6, 4]]
    arcs = Curves(points, np.array([[0, 1], [1, 2], [2, 3], *loop]), np.array([0, 3, 6]))
    chord = np.array([[0, 1], [2, 3], [3, 4], [4, 2]])
    cut_arcs = Curves(points[[0, 3, 4, 5, 6]], chord, np.array([0, 1, 4]))
    bad = tangled(cut_arcs, arcs, np.array([0, 0, 0, 1, 2, 3]))
    assert bad.tolist() == [inside, False, False, False]


def test_sharp_angles_and_near_misses_are_found():
    sharp = [[0, 0], [10, 0], [10, 2]]  # 11 degrees
    near = [[0, 8], [10, 8], [4, 8.5], [5, 8.5]]  # the long one has to yield to the short one
    points = np.array([*sharp, *near], dtype=float)
    curves = Curves(points, np.array([[0, 1], [0, 2], [3, 4], [5, 6]]), np.arange(5))
    assert tangled(curves, curves, np.arange(4)).tolist() == [True, True, True, False]


def test_moving_points_to_rounder_triangles_makes_none_worse():
    rng = np.random.default_rng(0)
    points = rng.random((300, 2))
    cells = Delaunay(points).simplices.astype(np.int64)
    u, v = points[cells[:, 1]] - points[cells[:, 0]], points[cells[:, 2]] - points[cells[:, 0]]
    cells[cross(u, v) < 0] = cells[cross(u, v) < 0][:, ::-1]
    free = ((points > 0.1) & (points < 0.9)).all(axis=1)
    moved = rounded(points, cells, free)
    assert np.array_equal(moved[~free], points[~free])
    before, after = (Mesh(p, cells, np.zeros(len(cells)), ("a",)).quality for p in (points, moved))
    whole = free[cells].all(axis=1)
    assert after[whole].mean() > before[whole].mean() + 0.1
    for point in np.flatnonzero(free):
        around = (cells == point).any(axis=1)
        assert after[around].min() >= before[around].min()
