"""Every method on rendered synthetic slices and on images with known answers."""

import json

import numpy as np
import pytest

from anosim import Image, Microstructure
from anosim.errors import InputError
from anosim.formats.images import open_image
from anosim.segment import (
    METHODS,
    Cleaning,
    Rule,
    agreement,
    clean,
    segment,
    segment_volume,
    strokes_from_image,
    strokes_from_lines,
)
from anosim.segment.thresholds import intermeans, least_error
from anosim.synthetic import anode, paint, region_of_interest, render

PHASES = ("pore", "sei", "graphite", "particle")


@pytest.fixture(scope="module")
def shining():
    """A slice with shine-through and strokes on it."""
    made = render(region_of_interest(50).microstructure, seed=50)
    phases = ("pore", "sei", "particle")
    return made, phases, paint(made, phases, seed=50)


def _iou(found, truth):
    return float(np.mean([score.iou for score in agreement(found, truth).values()]))


@pytest.fixture(scope="module")
def simple():
    """Four greys with little noise, and their truth."""
    y, x = np.mgrid[:60, :80]
    labels = (x // 20).astype(np.uint8)
    rng = np.random.default_rng(0)
    values = 40.0 * labels + 30.0 + 4.0 * rng.standard_normal(labels.shape)
    truth = Microstructure(labels, {name: k for k, name in enumerate(PHASES)}, "20 nm")
    marks = np.where((y % 20 == 10) & (x % 20 > 4) & (x % 20 < 15), labels + 1, 0)
    return Image(values.astype(np.uint8), "20 nm"), truth, strokes_from_image(marks, PHASES)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_what_is_plain_to_see(simple, method):
    image, truth, strokes = simple
    options = {"thresholds": (50, 90, 130)} if method == "thresholds" else {}
    found = segment(image, PHASES, method=method, strokes=strokes, **options)
    # the staged method takes what lies between graphite and particles for the shell around them
    assert _iou(found.microstructure, truth) > 0.97
    record = json.loads(json.dumps(dict(found.record), allow_nan=False))
    assert record["method"] == method
    assert sum(record["fractions"].values()) == pytest.approx(1.0)
    again = segment(image, PHASES, method=method, strokes=strokes, **options)
    assert np.array_equal(again.microstructure.labels, found.microstructure.labels)


def test_regions_beat_thresholds_where_something_shines_through(shining):
    made, phases, strokes = shining
    regions = segment(made.image, phases, strokes=strokes).microstructure
    otsu = segment(made.image, phases, method="otsu").microstructure
    assert made.shining > 0.2
    assert _iou(regions, made.truth) > 0.90
    assert _iou(regions, made.truth) - _iou(otsu, made.truth) > 0.10


def test_about_700_regions_in_the_region_of_interest(shining):
    made, phases, _ = shining
    found = segment(made.image, phases)
    assert found.record["decisions"]["regions_per_slice"] == pytest.approx(700, rel=0.15)
    assert found.record["decisions"]["classified_by"] == "thresholds"


def test_rules_come_before_thresholds(simple):
    image, truth, _ = simple
    rules = [{"phase": "particle", "mean": [-1, 0.2]}, Rule("pore", {"mean": (0.8, 2.0)})]
    found = segment(image, PHASES, rules=rules).microstructure
    swapped = truth.labels.copy()
    swapped[truth.labels == 0], swapped[truth.labels == 3] = 3, 0
    assert np.mean(found.labels == swapped) > 0.97
    with pytest.raises(InputError, match="a rule names 'colour': features are"):
        segment(image, PHASES, rules=[{"phase": "pore", "colour": [0, 1]}])
    with pytest.raises(InputError, match=r"give \[least, most\]"):
        segment(image, PHASES, rules=[{"phase": "pore", "mean": [1, 0]}])


def test_a_volume_is_learnt_from_strokes_in_one_slice():
    truth = anode(3, shape=(8, 90, 110), voxel="40 nm", seed=3).microstructure
    made = render(truth, seed=3)
    one = Microstructure(truth.labels[1], dict(truth.phases), truth.voxel[1:])
    flat = type(made)(Image(made.image.values[1], truth.voxel[1:]), one, 0.0, {})
    marks = np.full(truth.labels.shape, -1, dtype=np.int8)
    strokes = paint(flat, PHASES)
    marks[1] = strokes.marks
    found = segment(made.image, PHASES, strokes=type(strokes)(marks), trees=30)
    assert found.microstructure.labels.shape == truth.labels.shape
    assert _iou(found.microstructure, truth) > 0.75


def test_intermeans_and_least_error_are_exact_where_they_can_be():
    grey = np.arange(256.0)
    density = 0.9 * np.exp(-0.5 * ((grey - 60) / 10) ** 2) / 10
    density += 0.1 * np.exp(-0.5 * ((grey - 130) / 10) ** 2) / 10
    halfway = intermeans(grey, 1e6 * density, 2)
    assert halfway[0] == pytest.approx(95.0, abs=1.0)  # halfway between the means
    # normal densities of equal width cross where the logarithm of their ratio is 0
    crossing = 95.0 + 100.0 / 70.0 * np.log(0.9 / 0.1)
    assert least_error(grey, 1e6 * density, halfway)[0] == pytest.approx(crossing, abs=0.7)


def test_the_shell_around_pores_follows_by_set_arithmetic():
    labels = np.full((30, 30, 30), 2)
    distance = np.hypot(*np.mgrid[:30, :30] - 14.5)
    labels[:, distance < 9] = 1
    labels[:, distance < 5] = 0
    labels[:, :4, :4] = 3
    grey = np.array([30, 90, 140, 220])[labels] + np.random.default_rng(0).normal(0, 5, (30,) * 3)
    truth = Microstructure(labels, {name: k for k, name in enumerate(PHASES)}, 1.0)
    found = segment(Image(grey, 1.0), PHASES, method="staged", smooth=0)
    assert _iou(found.microstructure, truth) > 0.995
    bounds = found.record["decisions"]["thresholds"]
    assert (
        bounds["pore"] < bounds["pore_and_shell"] <= bounds["active_and_shell"] <= bounds["active"]
    )


@pytest.mark.parametrize("ending", [".npy", ".tif"])
@pytest.mark.parametrize("smooth", [0, 1])
@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_a_volume_by_slabs_is_the_volume_at_once(tmp_path, monkeypatch, ending, smooth, kind):
    monkeypatch.setattr("anosim.segment.blocks.SLAB_VOXELS", 3 * 40 * 50)
    truth = anode(100, shape=(14, 40, 50), voxel="0.1 um", seed=1).microstructure
    image = render(truth).image
    np.save(tmp_path / "grey.npy", image.values.astype(kind))
    source = open_image(tmp_path / "grey.npy", lazy=True)
    made = segment_volume(
        source, PHASES, tmp_path / f"labels{ending}", voxel="0.1 um", smooth=smooth
    )
    whole = segment(
        Image(image.values.astype(kind), "0.1 um"), PHASES, method="staged", smooth=smooth
    )
    labels = open_image(tmp_path / f"labels{ending}")
    assert np.array_equal(labels.array(), whole.microstructure.labels)
    assert made.record["fractions"] == pytest.approx(whole.record["fractions"])
    assert json.dumps(dict(made.record), allow_nan=False)
    if ending == ".tif":
        assert labels.voxel_size() == pytest.approx((1e-7,) * 3, rel=1e-6, abs=0)


def test_values_that_are_no_numbers_stop_a_volume_and_leave_nothing(tmp_path):
    values = np.random.default_rng(0).random((6, 20, 20)).astype(np.float32)
    values[4, 3, 2] = np.nan
    np.save(tmp_path / "grey.npy", values)
    source = open_image(tmp_path / "grey.npy", lazy=True)
    with pytest.raises(InputError, match=r"1 values .* the first at \(4, 3, 2\)"):
        segment_volume(source, PHASES[:2], tmp_path / "labels.npy", voxel=1.0)
    assert [file.name for file in tmp_path.iterdir()] == ["grey.npy"]


def test_strokes_as_lines_are_strokes_as_pixels():
    image = Image(np.zeros((20, 30)), "1 um")
    line = {"phase": "b", "points": [["3.5 um", "4.5 um"], ["10.5 um", "4.5 um"]], "width": "1 um"}
    dot = {"phase": "a", "points": [["20.5 um", "10.5 um"]]}
    marks = strokes_from_lines([line, dot], ("a", "b"), image).marks
    assert [tuple(p) for p in np.argwhere(marks == 1)] == [(4, x) for x in range(3, 11)]
    assert marks[10, 20] == 0
    assert np.count_nonzero(marks == 0) == 9
    stack = Image(np.zeros((4, 20, 30)), "1 um")
    deep = {"phase": "a", "points": [["3.5 um", "4.5 um", "2.5 um"]], "width": "1 um"}
    assert np.argwhere(strokes_from_lines([deep], ("a", "b"), stack).marks == 0).tolist() == [
        [2, 4, 3]
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({"phase": "c", "points": [[0, 0]]}, "phases are 'a', 'b'"),
        ({"phase": "a"}, "expected phase, points"),
        ({"phase": "a", "points": [[0, 0, 0]]}, "points with 2 coordinates"),
        ({"phase": "a", "points": [["1 m", "1 m"]]}, "outside of the image"),
        ({"phase": "a", "points": [["1 s", "1 m"]]}, "not of the dimension"),
    ],
)
def test_lines_that_are_no_strokes(line, says):
    with pytest.raises(InputError, match=says):
        strokes_from_lines([line], ("a", "b"), Image(np.zeros((20, 30)), "1 um"))


FLAT = Image(np.full((32, 32), 5, dtype=np.uint8), 1.0)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda i, s: segment(i, PHASES, method="magic"), "no segmentation 'magic'"),
        (lambda i, s: segment(i, PHASES, method="otsu", smooth=2), "no option 'smooth'"),
        (lambda i, s: segment(i, ("a",)), "two to 20 different names"),
        (lambda i, s: segment(i, ("a", "a")), "two to 20 different names"),
        (lambda i, s: segment(i, PHASES, method="pixels"), "learns from strokes"),
        (lambda i, s: segment(i, PHASES, method="random walker"), "learns from strokes"),
        (lambda i, s: segment(i, (*PHASES, "x"), strokes=s), "no stroke shows 'x'"),
        (lambda i, s: segment(FLAT, PHASES, strokes=s), "strokes have shape"),
        (lambda i, s: segment(i, (*PHASES, "x"), method="staged"), "two to four phases"),
        (lambda i, s: segment(i, PHASES, strokes=s, rules=[{"phase": "pore"}]), "one of them"),
        (lambda i, s: segment(i, PHASES, region_pixels=3), "at least 20 pixels"),
        (lambda i, s: strokes_from_image(np.full((3, 3), 9), PHASES), "value 9, which is no"),
        (lambda i, s: strokes_from_image(np.ones((3, 3)) / 2, PHASES), "they are integers"),
    ],
)
def test_errors(simple, call, says):
    image, _, strokes = simple
    with pytest.raises(InputError, match=says):
        call(image, strokes)


@pytest.mark.parametrize("method", ["regions", "staged", "otsu"])
def test_an_image_without_contrast_is_refused(method):
    with pytest.raises(InputError, match=r"one grey value only|different grey values"):
        segment(FLAT, ("a", "b"), method=method)


def _noisy_disc():
    y, x = np.mgrid[:60, :60]
    truth = (np.hypot(x - 30, y - 30) < 18).astype(np.uint8)
    labels = truth.copy()
    rng = np.random.default_rng(0)
    labels[rng.random(labels.shape) < 0.03] ^= 1
    names = {"outside": 0, "disc": 1}
    return Microstructure(labels, names, "20 nm"), Microstructure(truth, names, "20 nm")


@pytest.mark.parametrize("rule", [{"majority": 2}, {"islands": 10}])
def test_cleaning_brings_back_the_disc(rule):
    noisy, truth = _noisy_disc()
    cleaned, record = clean(noisy, Cleaning(**rule))
    assert _iou(cleaned, truth) > 0.97 > _iou(noisy, truth)
    assert record["regions_after"] == {"outside": 1, "disc": 1}
    assert record["regions_before"]["disc"] > 10
    assert record["fractions_after"] == pytest.approx(dict(cleaned.fractions))


def test_features_thinner_than_allowed_go_and_others_stay():
    labels = np.zeros((60, 60), dtype=np.uint8)
    labels[20:40, 20:40] = 1
    labels[29:31, 40:] = 1  # a neck of 2 pixels
    cleaned, _ = clean(
        Microstructure(labels, {"a": 0, "b": 1}, "20 nm"), Cleaning(feature="100 nm")
    )
    assert not cleaned.labels[29:31, 45:].any()
    assert cleaned.labels[22:38, 22:38].all()
    with pytest.raises(InputError, match="takes out the whole image"):
        clean(Microstructure(np.eye(6, dtype=int), {"a": 0, "b": 1}, 1.0), Cleaning(islands=99))


def test_agreement_of_a_shifted_square():
    labels = np.zeros((40, 40), dtype=np.uint8)
    labels[10:20, 10:20] = 1
    shifted = np.roll(labels, 2, axis=1)
    names = {"a": 0, "b": 1}
    score = agreement(Microstructure(shifted, names, "1 um"), Microstructure(labels, names, "1 um"))
    assert score["b"].iou == pytest.approx(80 / 120)
    assert score["b"].dice == pytest.approx(0.8)
    assert score["b"].boundary_95 == pytest.approx(2e-6, rel=1e-6, abs=0)
    same = agreement(Microstructure(labels, names, 1.0), Microstructure(labels, names, 1.0))
    assert same["a"].iou == 1.0
    assert same["a"].boundary_mean == 0.0
    missing = Microstructure(np.zeros((40, 40), dtype=int), {"a": 0}, 1.0)
    assert agreement(missing, Microstructure(labels, names, 1.0))["b"].boundary_mean == np.inf
    with pytest.raises(InputError, match="the images differ"):
        agreement(missing, Microstructure(labels, names, 2.0))
