"""Regions, arcs and smoothing: the parts that need no Gmsh."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from label_images import NASTY, disc, grains, rings

from anosim_geometry.curves import cross
from anosim_geometry.faces import faces_of
from anosim_geometry.network import OUTSIDE, network_of
from anosim_geometry.smoothing import CLAMP, smoothed

LABELS = npst.arrays(
    np.int64,
    npst.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12),
    elements=st.integers(0, 3),
).filter(lambda labels: labels.size > 1)
many = settings(settings.get_profile("mesher"), max_examples=80)


def loop_area(curves, loop):
    """Shoelace of a loop of directed arcs."""
    total = 0.0
    for directed in loop:
        own = curves.segments[curves.first[directed // 2] : curves.first[directed // 2 + 1]]
        a, b = curves.points[own].transpose(1, 0, 2)
        total += cross(a, b).sum() / 2 * (1 - 2 * (directed % 2))
    return total


def region_areas(network, curves):
    return np.array(
        [sum(loop_area(curves, loop) for loop in face.loops) for face in faces_of(network)]
    )


@many
@given(LABELS)
def test_the_loops_of_every_region_enclose_its_pixels(labels):
    network = network_of(labels)
    pixels = np.bincount(network.regions.ravel())
    assert np.array_equal(region_areas(network, network.curves), pixels)


@many
@given(LABELS)
def test_every_arc_lies_between_the_regions_it_names(labels):
    network = network_of(labels)
    curves = network.curves
    assert np.all(network.left != network.right)
    flat = np.append(network.regions.ravel(), OUTSIDE)
    assert np.array_equal(flat[network.pixels[:, 0]], network.left[curves.arc])
    assert np.array_equal(flat[network.pixels[:, 1]], network.right[curves.arc])
    follows = curves.segments[:-1, 1] == curves.segments[1:, 0]
    assert follows[np.diff(curves.arc) == 0].all()
    assert len(np.unique(np.sort(curves.segments, axis=1), axis=0)) == len(curves.segments)


@many
@given(LABELS)
def test_smooth_arcs_stay_near_their_corners_and_never_cross(labels):
    network = network_of(labels)
    smooth = smoothed(network)
    assert np.abs(smooth.points - network.curves.points).max() <= CLAMP + 1e-12
    lines = shapely.linestrings(smooth.points[smooth.segments])
    i, j = shapely.STRtree(lines).query(lines, predicate="intersects")
    pairs = smooth.segments[i[i < j]], smooth.segments[j[i < j]]
    shared = (pairs[0][:, :, None] == pairs[1][:, None, :]).any(axis=(1, 2))
    assert shared.all()


@pytest.mark.parametrize("name", NASTY)
def test_smoothing_keeps_the_area_of_every_region(name):
    network = network_of(NASTY[name])
    pixels = np.bincount(network.regions.ravel())
    assert region_areas(network, smoothed(network)) == pytest.approx(pixels, rel=0.02)


def test_smoothing_takes_the_stairs_out_of_a_disc():
    network = network_of(disc(radius=20.0))
    smooth = smoothed(network)
    inner = (network.left != OUTSIDE) & (network.right != OUTSIDE)
    perimeter = smooth.lengths[inner[smooth.arc]].sum()
    assert network.curves.lengths[inner[smooth.arc]].sum() > 1.25 * 2 * np.pi * 20  # the stairs
    assert perimeter == pytest.approx(2 * np.pi * 20, rel=0.01)


def test_border_and_corners_stay_in_place():
    labels = grains()
    network = network_of(labels)
    corner, smooth = network.curves.points, smoothed(network).points
    for axis, size in ((0, labels.shape[1]), (1, labels.shape[0])):
        for border in (0, size):
            on = corner[:, axis] == border
            assert on.sum() > size / 2
            assert np.all(smooth[on, axis] == border)


def test_diagonal_pixels_are_two_regions_that_share_one_node():
    network = network_of(np.array([[0, 1], [1, 0]]))
    assert len(network.region_label) == 4
    middle = np.flatnonzero((network.curves.points == 1.0).all(axis=1))
    assert np.count_nonzero(network.curves.ends == middle) == 4


def test_a_ring_has_one_hole_and_a_nested_one_is_another_region():
    faces = faces_of(network_of(rings(width=4, side=30)))
    # a disc and two pieces in each corner of the image, and three rings between them
    assert sorted(len(face.loops) for face in faces) == [1] * 9 + [2] * 3
