"""The size field, and arcs cut to it."""

import numpy as np
import pytest
import shapely
from label_images import NASTY, disc, grains

from anosim.errors import InputError
from anosim_geometry.lines import cut_to_size
from anosim_geometry.network import OUTSIDE, network_of
from anosim_geometry.sizing import Sizes, graded, size_field
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
    assert np.all(np.abs(np.subtract.outer(field, field).reshape(500, 500).T) <= 1e99)
    rise = np.abs(field.ravel()[:, None] - field.ravel()[None, :])
    assert np.all(rise <= 0.3 * distance + 1e-9)
    assert rise.max() > 0.27 * distance[np.unravel_index(rise.argmax(), rise.shape)]


def test_sizes_are_small_at_interfaces_and_large_elsewhere():
    labels = np.zeros((40, 60), dtype=int)
    labels[:, 30:] = 1
    field = size_field(network_of(labels), Sizes(4.0, 1.0, 0.3, (1.0, 1.0)))
    assert np.all(field[:, 29:31] == 1.0)
    assert np.all(field[:, [0, 59]] == 4.0)  # the border alone asks for nothing
    assert np.all(np.diff(field[:, 30:], axis=1) >= 0)


def test_impossibly_small_sizes_are_refused_before_any_work():
    with pytest.raises(InputError, match=r"triangles; up to 5e\+07 are possible: raise"):
        size_field(network_of(grains()), Sizes(1e-3, 1e-3, 0.3, (1.0, 1.0)))


@pytest.mark.parametrize("size", [0.3, 2.0, 5.0, 1000.0])
@pytest.mark.parametrize("name", NASTY)
def test_segments_never_cross(name, size):
    network = network_of(NASTY[name])
    made, _ = cut_to_size(network, smoothed(network), Sizes(size, size, 0.3, (1.0, 1.0)))
    curves = made.curves
    lines = shapely.linestrings(curves.points[curves.segments])
    i, j = shapely.STRtree(lines).query(lines, predicate="intersects")
    a, b = curves.segments[i[i < j]], curves.segments[j[i < j]]
    assert np.all((a[:, :, None] == b[:, None, :]).sum(axis=(1, 2)) == 1)


@pytest.mark.parametrize("size", [0.5, 1.0, 4.0])
def test_segments_have_the_wanted_length_and_enclose_the_area(size):
    network = network_of(disc(radius=20.0))
    smooth = smoothed(network)
    curves = cut_to_size(network, smooth, Sizes(size, size, 0.3, (1.0, 1.0)))[0].curves
    inner = (network.left != OUTSIDE) & (network.right != OUTSIDE)
    lengths = curves.lengths[inner[curves.arc]]
    assert lengths.mean() == pytest.approx(size, rel=0.05)
    assert np.abs(curves.swept(smooth)[inner]).max() < 0.01  # square pixels, of 1257
