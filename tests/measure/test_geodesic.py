import heapq
import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from images import blobs, structure

from anosim import measure
from anosim.errors import InputError


def test_empty_slab_is_one_from_every_side():
    image = structure(np.ones((7, 6, 5)), (2.0, 1.0, 0.5))
    for side in ("front", "back", "top", "bottom", "left", "right"):
        found = measure.geodesic(image, "p1", side)
        assert np.allclose(found.tortuosity, 1.0, rtol=1e-6)
        assert np.array_equal(found.channels, np.ones(len(found.depth)))
        assert found.unreached == 0.0


@pytest.mark.parametrize("volume", [False, True])
@pytest.mark.parametrize("width", [1, 4])
def test_channel_of_45_degrees(volume, width):
    """A staircase whose straight line is free: sqrt 2 beside the half voxel at the entry."""
    n = 120
    labels = np.zeros((n, n + width + 1), dtype=int)
    for i in range(n):
        labels[i, i : i + width + 1] = 1
    image = structure(labels[:, None, :] if volume else labels)
    found = measure.geodesic(image, "p1", "front" if volume else "top")
    far = found.distance.reshape(labels.shape)[-1, n + width - 1]  # along the far wall
    assert far / found.depth[-1] == pytest.approx(math.sqrt(2.0), rel=0.01, abs=0)


@pytest.mark.parametrize("slope", [0.25, 0.5, 1.0, 1.5, 2.0])
@pytest.mark.parametrize("voxel", [(1.0, 1.0), (2.0, 1.0)])
def test_oblique_channels_are_exact_to_one_percent(slope, voxel):
    """In a straight channel the way is straight to the opening's nearest point."""
    n, wide = 100, 12
    y, x = np.meshgrid((np.arange(n) + 0.5) * voxel[0], np.arange(400) + 0.5, indexing="ij")
    across = x - slope * y
    inside = (across > 20) & (across < 20 + wide)
    found = measure.geodesic(structure(inside, voxel), "p1", "top").distance
    exact = np.hypot(y, np.maximum(x - (20 + wide), 0.0))
    deep = inside & (y > 50 * voxel[0]) & (across > 22) & (across < 18 + wide)
    error = found[deep] / exact[deep] - 1.0
    assert np.abs(error).max() < 0.01


def test_serpentine_of_known_length():
    """One voxel wide: straight stretches, with two diagonal steps around each end."""
    labels = np.zeros((9, 12), dtype=int)
    labels[0] = labels[4] = labels[8] = 1
    labels[0, :-1] = 0
    labels[1:4, -1] = labels[5:8, 0] = 1
    found = measure.geodesic(structure(labels), "p1", "top")
    down, across, corner = 2.0, 9.0, math.sqrt(2.0)
    exact = 0.5 + 3.0 + corner + across + corner + down + corner + across + 1.0
    assert found.distance[8, 11] == pytest.approx(exact, rel=1e-6, abs=0)
    way = found.paths([[11.5, 8.5]])[0]
    assert np.linalg.norm(np.diff(way, axis=0), axis=1).sum() == pytest.approx(exact, rel=1e-6)
    assert way[0].tolist() == [11.5, 0.0]
    assert way[-1].tolist() == [11.5, 8.5]
    assert found.channels.tolist() == [1] * 9


def test_blocked_slab_is_infinite():
    labels = np.ones((8, 5, 5))
    labels[3] = 0
    found = measure.geodesic(structure(labels), "p1")
    assert np.all(np.isinf(found.tortuosity[3:]))
    assert found.unreached == pytest.approx(4 / 7)
    assert found.channels.tolist() == [1, 1, 1, 0, 0, 0, 0, 0]
    assert np.isnan(found.by_depth["mean"][5])
    with pytest.raises(InputError, match="no way leads"):
        found.paths([[1.5, 1.5, 6.5]])


def test_corners_of_other_phases_are_touched_but_not_passed_between():
    labels = np.array([[1, 0], [0, 1]])
    found = measure.geodesic(structure(labels), "p1")
    assert np.isinf(found.distance[1, 1])
    labels = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 1]])
    found = measure.geodesic(structure(labels), "p1")
    assert found.distance[2, 2] == pytest.approx(0.5 + 2.0 * math.sqrt(2.0), abs=1e-5)


def test_behind_a_slit():
    """The front is flat until the slit; from there on distances are to its nearest voxel."""
    labels = np.ones((24, 20, 26))
    labels[8] = 0
    labels[8, 9:11, 5:15] = 1
    h = (1.0, 1.0, 2.0)
    found = measure.geodesic(structure(labels, h), "p1").distance
    z, y, x = np.indices(labels.shape)
    dy, dx = np.maximum(np.maximum(9 - y, y - 10), 0), np.maximum(np.maximum(5 - x, x - 14), 0)
    exact = 8.5 + np.sqrt((z - 8) ** 2 + dy**2 + (2.0 * dx) ** 2)
    error = (found / exact - 1.0)[9:]
    assert error.min() > -0.01  # bends before the slit are a little shorter
    assert 0.0 < error.mean() < 0.005
    assert error.max() < 0.05


def visible(open_, a, b):
    """Whether a line between middles runs in open voxels, or on edges with an open way around."""
    steps = [int(y) - int(x) for x, y in zip(a, b, strict=True)]
    crossings = sorted({Fraction(2 * k + 1, 2 * abs(n)) for n in steps for k in range(abs(n))})
    here = tuple(a)
    for t in crossings:
        moves = [
            (k, 1 if n > 0 else -1) for k, n in enumerate(steps)
            if n and (t * abs(n) - Fraction(1, 2)).denominator == 1
        ]  # fmt: skip
        after = list(here)
        for k, way in moves:
            after[k] += way
        orders = itertools.permutations(moves)
        if not any(open_around(open_, here, order) for order in orders):
            return False
        here = tuple(after)
    return True


def open_around(open_, here, order):
    """Whether the voxels entered one after the other are open."""
    at = list(here)
    for k, way in order:
        at[k] += way
        if not open_[tuple(at)]:
            return False
    return True


def brute(open_, voxel):
    """Dijkstra over the whole visibility graph of voxels' middles."""
    cells = [tuple(c) for c in np.argwhere(open_)]
    distance = {c: 0.5 * voxel[0] if c[0] == 0 else math.inf for c in cells}
    heap = [(d, c) for c, d in distance.items() if math.isfinite(d)]
    done = set()
    while heap:
        d, c = heapq.heappop(heap)
        if c in done:
            continue
        done.add(c)
        for other in cells:
            if other not in done:
                step = np.subtract(other, c) * voxel
                far = d + math.hypot(*step)
                if far < distance[other] - 1e-12 and visible(open_, c, other):
                    distance[other] = far
                    heapq.heappush(heap, (far, other))
    out = np.full(open_.shape, math.inf)
    for c, d in distance.items():
        out[c] = d
    return out


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10**6), volume=st.booleans(), tall=st.sampled_from([1.0, 2.0]),
    share=st.floats(0.5, 0.9),
)  # fmt: skip
def test_against_the_visibility_graph(seed, volume, tall, share):
    shape = (5, 4, 4) if volume else (9, 9)
    open_ = np.random.default_rng(seed).random(shape) < share
    open_.flat[0], open_.flat[-1] = True, False
    voxel = (tall, *[1.0] * (len(shape) - 1))
    found = measure.geodesic(structure(open_, voxel), "p1").distance
    from scipy.ndimage import label

    parts, _ = label(open_)
    entered = np.isin(parts, parts[0][parts[0] > 0])
    assert np.array_equal(np.isfinite(found), entered)
    exact = brute(open_, voxel)[entered]
    error = found[entered] / exact - 1.0
    assert error.min() > -1e-5
    assert error.max() < 0.2  # images of noise: short ways with a bend at every voxel
    assert error.mean() < 0.02


def test_one_and_two_threads_agree_and_sides_are_symmetric(monkeypatch):
    from anosim.measure import compiled, march

    labels = blobs((30, 40, 35), 2.5, -0.2)
    voxel = (2.0, 1.0, 1.0)
    both = measure.geodesic(structure(labels, voxel), "p1")
    monkeypatch.setattr(march, "SMALL", 1)
    monkeypatch.setattr(compiled, "cores", lambda: 2)
    forced = measure.geodesic(structure(labels, voxel), "p1")
    assert np.array_equal(both.distance, forced.distance)
    back = measure.geodesic(structure(labels[::-1], voxel), "p1", "back")
    assert np.array_equal(both.distance, back.distance[::-1])
    turned = measure.geodesic(structure(labels.T, voxel[::-1]), "p1", "left").distance
    assert np.mean(turned.T[np.isfinite(turned.T)]) == pytest.approx(
        np.mean(both.distance[np.isfinite(both.distance)]), rel=2e-3
    )


def test_ways_are_as_long_as_the_distance():
    image = structure(blobs((24, 30, 28), 2.0, -0.3), (2.0, 1.0, 1.0))
    found = measure.geodesic(image, "p1", "right")
    places = np.argwhere(np.isfinite(found.distance))[::397]
    points = ((places + 0.5) * image.voxel)[:, ::-1]
    for place, way in zip(places, found.paths(points), strict=True):
        long = np.linalg.norm(np.diff(way, axis=0), axis=1).sum()
        assert long == pytest.approx(float(found.distance[tuple(place)]), rel=1e-5)
        assert way[0, 0] == pytest.approx(image.extent[0])
