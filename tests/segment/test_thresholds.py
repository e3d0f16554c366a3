"""Values and thresholds: exact phases of separable images, whatever their type and outliers."""

from itertools import combinations

import numpy as np
import pytest

from anosim import Image
from anosim.errors import InputError
from anosim.formats.images import open_image
from anosim.segment import segment, segment_volume
from anosim.segment.blocks import above
from anosim.segment.features import region_feature_names, region_features
from anosim.segment.superpixels import superpixels
from anosim.segment.thresholds import otsu, otsu_thresholds

NAMES = ("pore", "sei", "graphite", "particle")
GREYS = {
    "uint8": (40, 120, 180, 200),
    "int8": (-100, -3, 40, 100),
    "uint16": (10280, 30840, 40000, 51400),
    "int16": (-900, 4, 300, 2000),
    "uint32": (70000, 70001, 70003, 80000),
    "int64": (-(1 << 40), 0, 1 << 39, 1 << 40),
    "float32": (0.157, 0.47, 0.6, 0.784),
    "float64": (-1e-9, 0.0, 2e-9, 3e-9),
}


def _labels(classes):
    """Slanted layers of a volume, the darkest thicker than the others."""
    z, y, x = np.mgrid[:6, :24, :30]
    return np.minimum((x + y + z) * classes // 64, classes - 1).astype(np.uint8)


@pytest.mark.parametrize("classes", [2, 3, 4])
@pytest.mark.parametrize("kind", GREYS)
def test_greys_without_noise_are_told_apart_exactly(tmp_path, monkeypatch, kind, classes):
    monkeypatch.setattr("anosim.segment.blocks.SLAB_VOXELS", 2 * 24 * 30)
    truth = _labels(classes)
    values = np.array(GREYS[kind][:classes], dtype=kind)[truth]
    found = segment(Image(values, "20 nm"), NAMES[:classes], method="otsu")
    assert np.array_equal(found.microstructure.labels, truth)
    np.save(tmp_path / "grey.npy", values)
    source = open_image(tmp_path / "grey.npy", lazy=True)
    segment_volume(source, NAMES[:classes], tmp_path / "l.npy", voxel="20 nm", smooth=0)
    if classes < 4:  # of four the staged method takes the third for the shell of the brightest
        assert np.array_equal(np.load(tmp_path / "l.npy"), truth)


def test_masks_have_two_phases():
    mask = _labels(2).astype(bool)
    for method in ("otsu", "staged"):
        options = {"smooth": 0} if method == "staged" else {}
        found = segment(Image(mask, "20 nm"), NAMES[:2], method=method, **options)
        assert np.array_equal(found.microstructure.labels, mask)


@pytest.mark.parametrize(
    ("kind", "middles", "noise"),
    [("uint8", (60, 160), 45), ("uint16", (800, 900, 1000), 30), ("float32", (0.1, 0.3, 0.5), 0.06),
     ("float64", (-3.0, 3.0), 2.5), ("int16", (-50, 0, 50), 15)],
)  # fmt: skip
@pytest.mark.parametrize("outlier", [None, "far"])
def test_noise_and_hot_pixels_leave_separable_phases_apart(kind, middles, noise, outlier):
    truth = _labels(len(middles))
    rng = np.random.default_rng(1)
    values = np.array(middles)[truth] + rng.uniform(-noise, noise, truth.shape)
    values = values.astype(kind)
    if outlier:
        values[0, 0, 0] = 1e30 if values.dtype.kind == "f" else np.iinfo(kind).max
        truth[0, 0, 0] = len(middles) - 1
    for method, options in (("otsu", {}), ("staged", {"smooth": 0})):
        found = segment(Image(values, 1e-8), NAMES[: len(middles)], method=method, **options)
        assert np.array_equal(found.microstructure.labels, truth)


def test_regions_of_a_hardly_filled_image_have_their_greys():
    truth = np.zeros((80, 100), dtype=np.uint8)
    truth[40:42, 50:53] = 1  # less than 1/1000
    found = segment(Image(np.array([0, 255], np.uint8)[truth], 1e-8), NAMES[:2], method="otsu")
    assert np.array_equal(found.microstructure.labels, truth)
    assert segment(Image(255 * truth, 1e-8), NAMES[:2]).microstructure.fractions["pore"] > 0.99


@pytest.mark.parametrize("kind", ["uint8", "uint16", "float32", "float64"])
def test_a_value_equal_to_a_threshold_is_of_the_darker_class(kind):
    thresholds = np.array([80.0, 160.0])
    values = np.array([0, 79, 80, 81, 159, 160, 161, 250], dtype=kind)
    assert above(values, thresholds).tolist() == [0, 0, 0, 1, 1, 1, 2, 2]
    first = np.nextafter(np.array([80.0]), 81.0)
    assert above(first, thresholds).tolist() == [1]


@pytest.mark.parametrize("classes", [2, 3, 4])
def test_otsu_is_the_best_of_all_divisions(classes):
    rng = np.random.default_rng(classes)
    for _ in range(20):
        grey = np.sort(rng.choice(200, 12, replace=False)).astype(float)
        counts = rng.integers(1, 90, 12).astype(float)

        def within(starts, grey=grey, counts=counts):
            total = 0.0
            for low, high in zip((0, *starts), (*starts, 12), strict=True):
                mean = np.average(grey[low:high], weights=counts[low:high])
                total += counts[low:high] @ (grey[low:high] - mean) ** 2
            return total

        best = min(within(starts) for starts in combinations(range(1, 12), classes - 1))
        found = np.searchsorted(grey, otsu(grey, counts, classes), "right")
        assert within(tuple(found)) == pytest.approx(best)


def test_close_classes_beside_a_far_one_are_told_apart():
    rng = np.random.default_rng(0)
    middles = np.repeat([0.0, 0.01, 10.0], [5000, 4000, 600])
    values = middles + rng.uniform(-0.003, 0.003, middles.shape)
    bounds = otsu_thresholds(values, 3)
    assert 0.003 < bounds[0] < 0.007
    assert 0.013 < bounds[1] < 9.99


@pytest.mark.parametrize("method", ["otsu", "staged", "regions"])
@pytest.mark.parametrize("kind", ["uint8", "uint32", "float32"])
def test_fewer_greys_than_phases_are_refused(method, kind):
    two = np.zeros((32, 32), dtype=kind)
    two[8:24, 8:24] = 1
    options = {"smooth": 0} if method == "staged" else {}
    with pytest.raises(InputError, match="2 different grey values: too few for 3 phases"):
        segment(Image(two, 1e-8), NAMES[:3], method=method, **options)


@pytest.mark.parametrize("kind", ["uint8", "int16", "uint16", "float32", "float64"])
def test_given_thresholds_at_once_and_by_slabs(tmp_path, monkeypatch, kind):
    monkeypatch.setattr("anosim.segment.blocks.SLAB_VOXELS", 2 * 24 * 30)
    scale = 0.1 if kind.startswith("float") else 1
    truth = _labels(3)
    values = (np.array([80, 81, 161])[truth] * scale).astype(kind)
    bounds = (80 * scale, 160 * scale)
    found = segment(Image(values, 1e-8), NAMES[:3], thresholds=bounds)
    assert np.array_equal(found.microstructure.labels, truth)
    assert found.record["method"] == "thresholds"
    assert found.record["decisions"]["thresholds"] == list(bounds)
    np.save(tmp_path / "grey.npy", values)
    source = open_image(tmp_path / "grey.npy", lazy=True)
    segment_volume(source, NAMES[:3], tmp_path / "l.npy", voxel=1e-8, thresholds=bounds)
    assert np.array_equal(np.load(tmp_path / "l.npy"), truth)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"thresholds": (80,)}, "thresholds are 1, phases 3: give one threshold fewer"),
        ({"thresholds": (160, 80)}, "give rising grey values"),
        ({"thresholds": (80, 80)}, "give rising grey values"),
        ({"thresholds": ("80", "160")}, "give rising grey values"),
        ({"thresholds": (80, float("nan"))}, "give rising grey values"),
        ({"thresholds": (80, 300)}, r"leave no voxel for 'graphite': .* are 40 to 180"),
        ({"thresholds": (80, 160), "method": "otsu"}, "'otsu' has no option 'thresholds'"),
        ({"method": "thresholds"}, "give rising grey values"),
        ({"method": "regions", "trees": 0}, "trees is 0"),
        ({"method": "regions", "trees": 2.5}, "trees is 2.5: give a whole number"),
        ({"method": "staged", "smooth": True}, "smooth is True: give a whole number"),
        ({"method": "random walker", "beta": -1.0}, "beta is -1.0"),
        ({"rules": [{"phase": "x"}]}, "a rule is for 'x'"),
    ],
)
def test_wrong_options(options, says):
    image = Image(np.array(GREYS["uint8"], np.uint8)[_labels(3)], 1e-8)
    with pytest.raises(InputError, match=says):
        segment(image, NAMES[:3], **options)


def test_features_that_rules_may_name_are_those_of_regions():
    rng = np.random.default_rng(0)
    plane = rng.random((20, 20)).astype(np.float32)
    found = region_features(plane, plane, superpixels(plane, 6), np.array([0.3, 0.6]))
    assert set(found) == set(region_feature_names(3))
