import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from images import blobs, structure
from scipy.ndimage import binary_erosion

from anosim import measure
from anosim.errors import InputError


def images(draw_seed, flat, voxel, phases=3):
    rng = np.random.default_rng(draw_seed)
    shape = tuple(rng.integers(2, 9, 2 if flat else 3))
    labels = rng.integers(0, phases, shape)
    labels.flat[:phases] = range(phases)
    return structure(labels, voxel[: len(shape)])


drawn = given(
    seed=st.integers(0, 10**6), flat=st.booleans(),
    voxel=st.tuples(*[st.sampled_from([1.0, 2.0, 0.3, 4e-8])] * 3),
)  # fmt: skip


def surface(mask):
    return mask & ~binary_erosion(mask, border_value=1)


@settings(max_examples=40, deadline=None)
@drawn
def test_proximity_against_all_pairs(seed, flat, voxel):
    image = images(seed, flat, voxel)
    of, to = (np.argwhere(m) * image.voxel for m in (surface(image.labels == 0), image.labels == 1))
    exact = np.linalg.norm(of[:, None] - to, axis=2).min(axis=1)
    found = measure.proximity(image, "p0", "p1")
    assert np.allclose(found.distance, exact, rtol=1e-6, atol=0)
    assert found.mean == pytest.approx(exact.mean(), rel=1e-6, abs=0)
    assert found.maximum == pytest.approx(exact.max(), rel=1e-6, abs=0)
    assert np.array_equal(np.isfinite(found.map), surface(image.labels == 0))
    back = np.linalg.norm(
        np.argwhere(surface(image.labels == 1))[:, None] * image.voxel
        - np.argwhere(image.labels == 0) * image.voxel, axis=2,
    ).min(axis=1)  # fmt: skip
    both = max(exact.max(), back.max())
    assert measure.hausdorff(image, "p0", "p1") == pytest.approx(both, rel=1e-6, abs=0)


def test_proximity_of_planes():
    labels = np.full((10, 4, 4), 2)
    labels[:2], labels[7:] = 0, 1
    found = measure.proximity(structure(labels, (2.0, 1.0, 1.0)), "p0", "p1")
    assert found.mean == found.maximum == pytest.approx(12.0)
    assert found.quantiles((0.5,)) == pytest.approx((12.0,))
    bounds, share = found.histogram(10)
    assert share.sum() == pytest.approx(1.0)
    assert bounds[-1] == pytest.approx(12.0)
    with pytest.raises(InputError, match="to itself"):
        measure.proximity(structure(labels), "p0", "p0")


@settings(max_examples=25, deadline=None)
@drawn
def test_local_thickness_against_all_balls(seed, flat, voxel):
    image = images(seed, flat, voxel, phases=2)
    inside, outside = np.argwhere(image.labels == 1), np.argwhere(image.labels == 0)
    apart = np.linalg.norm((inside[:, None] - outside) * image.voxel, axis=2).min(axis=1)
    mutual = np.linalg.norm((inside[:, None] - inside) * image.voxel, axis=2)
    covered = np.where(mutual < apart * (1 - 1e-6), apart, 0.0)
    exact = 2 * covered.max(axis=1)
    found = measure.local_thickness(image, "p1")
    assert np.allclose(found[image.labels == 1], exact, rtol=1e-5, atol=0)
    assert np.all(found[image.labels == 0] == 0)


@settings(max_examples=40, deadline=None)
@drawn
def test_chords_against_counting(seed, flat, voxel):
    image = images(seed, flat, voxel, phases=2)
    for axis, h in enumerate(image.voxel):
        exact = []
        for line in np.moveaxis(image.labels, axis, -1).reshape(-1, image.labels.shape[axis]):
            text = "".join(map(str, line))
            runs = text.strip("1") if "0" in text else ""
            exact += [len(run) * h for run in runs.split("0") if run]
        found = measure.chord_lengths(image, "p1", axis)
        assert sorted(found) == pytest.approx(sorted(exact))


@settings(max_examples=15, deadline=None)
@drawn
def test_correlation_against_all_pairs(seed, flat, voxel):
    image = images(seed, flat, (1.0, *voxel[1:]), phases=2)
    mask = image.labels == 1
    places = np.argwhere(np.ones_like(mask))
    apart = np.linalg.norm((places[:, None] - places) * image.voxel, axis=2)
    both = mask.ravel()[:, None] & mask.ravel()
    reach = 2.5 * min(image.voxel)
    found = measure.two_point_correlation(image, "p1", reach=reach)
    kind = np.round(apart / min(image.voxel))
    lags = [int(reach / h) for h in image.voxel]
    steps = np.abs(places[:, None] - places)
    allowed = (apart <= reach * (1 + 1e-9)) & np.all(steps <= lags, axis=2)
    exact = [both[allowed & (kind == k)].mean() for k in np.unique(kind[allowed])]
    assert found.probability == pytest.approx(exact, abs=1e-5)
    assert found.probability[0] == pytest.approx(found.fraction, abs=1e-6)


def test_correlation_of_independent_voxels_and_far_away():
    labels = np.random.default_rng(0).random((40, 40, 40)) < 0.3
    found = measure.two_point_correlation(structure(labels), "p1")
    assert np.allclose(found.probability[1:], found.fraction**2, atol=0.004)
    assert found.along[1][1] == pytest.approx(found.fraction**2, abs=0.005)


def test_fractions_add_up_and_know_their_slices():
    labels = np.zeros((4, 6, 5), dtype=int)
    labels[1], labels[:, 2] = 1, 2
    image = structure(labels, (2.0, 1.0, 1.0))
    for axis in range(3):
        found = measure.profile(image, axis)
        total = sum(found.fractions.values())
        assert np.allclose(total, 1.0)
        for name, values in found.fractions.items():
            assert values.mean() == pytest.approx(image.fractions[name])
    front = measure.profile(image, "z")
    assert front.fractions["p1"].tolist() == pytest.approx([0, 5 / 6, 0, 0])
    assert front.position.tolist() == [1.0, 3.0, 5.0, 7.0]


@pytest.mark.parametrize("block", [1, 2])
def test_integral_range_of_independent_blocks(block):
    """Blocks drawn independently: the integral range is their volume."""
    coarse = np.random.default_rng(3).random((64, 64, 64)) < 0.3
    labels = coarse.repeat(block, 0).repeat(block, 1).repeat(block, 2)
    image = structure(labels, (2.0, 1.0, 1.0))
    found = measure.representative(image, "p1")
    assert found.integral_range == pytest.approx(2.0 * block**3, rel=0.6)
    low, high = found.interval()
    assert low < 0.3 < high
    assert high - low < 0.01
    assert found.volume_for(0.5 * (high - low) / found.fraction) == pytest.approx(
        found.volume, rel=1e-6
    )


def test_interval_holds_the_fraction_as_often_as_it_says():
    hits = 0
    for seed in range(40):
        field = blobs((128, 128), 1.5, 0.0, seed)
        low, high = measure.representative(structure(field), "p1").interval()
        hits += low < 0.5 < high
    assert hits >= 33  # 95 % of 40 are 38; the chance of fewer than 33 is below 1 %
