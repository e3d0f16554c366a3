"""Preparation takes out what it should and leaves the structure."""

import numpy as np
import pytest
from scipy.ndimage import shift

from anosim import Image, prepare
from anosim.errors import InputError
from anosim.synthetic import anode, render


@pytest.fixture(scope="module")
def structure():
    return anode(0, shape=(160, 200), seed=1).microstructure


def _off(image, clean):
    """Root mean square difference from the clean image, apart from overall gain and offset."""
    a, b = (np.asarray(i.values, dtype=float).ravel() for i in (image, clean))
    fit = np.polyfit(a, b, 1)
    return float(np.sqrt(np.mean((np.polyval(fit, a) - b) ** 2)))


@pytest.mark.parametrize(
    ("step", "less"), [("median", 0.75), ("non-local means", 0.7), ("total variation", 0.7)]
)
def test_denoising_comes_nearer_to_the_clean_image(structure, step, less):
    artefacts = {"stripes": 0.0, "shading": 0.0, "seed": 3}
    clean = render(structure, noise=0.0, **artefacts).image
    noisy = render(structure, noise=0.06, **artefacts).image
    assert _off(prepare.apply(noisy, [step]), clean) < less * _off(noisy, clean)


def test_stripes_and_uneven_brightness_go(structure):
    plain = {"noise": 0.01, "shine_through": 0.0, "seed": 3}
    clean = render(structure, stripes=0.0, shading=0.0, **plain).image
    striped = render(structure, stripes=0.05, shading=0.0, **plain).image
    shaded = render(structure, stripes=0.0, shading=0.3, **plain).image
    assert _off(prepare.remove_stripes(striped), clean) < 0.5 * _off(striped, clean)
    assert _off(prepare.level(shaded), clean) < 0.5 * _off(shaded, clean)


def test_noise_level_is_that_of_the_noise():
    rng = np.random.default_rng(0)
    steps = np.repeat(np.repeat(rng.random((10, 10)) * 100, 20, 0), 20, 1)
    noisy = steps + 7.0 * rng.standard_normal(steps.shape)
    assert prepare.noise_level(noisy) == pytest.approx(7.0, rel=0.1)


def test_normalised_slices_are_alike():
    rng = np.random.default_rng(0)
    plane = rng.integers(50, 150, (30, 40))
    stack = np.stack([plane, plane * 0.5 + 20, plane * 1.3 - 10])
    planes = prepare.normalise_slices(Image(stack, 1.0)).values
    assert np.allclose(planes, planes[0], atol=0.5)


def test_drift_is_found():
    structure = anode(0, shape=(12, 150, 150), voxel=("40 nm", "40 nm", "40 nm"), seed=2)
    still = render(structure.microstructure, noise=0.03).image.values.astype(float)
    rng = np.random.default_rng(1)
    drift = np.cumsum(rng.normal(0.0, 2.5, (12, 2)), axis=0)
    pairs = zip(still, drift, strict=True)
    moved = np.stack([shift(p, by, order=1, mode="nearest")[15:-15, 15:-15] for p, by in pairs])
    aligned, found = prepare.align(Image(moved, "40 nm"))
    error = (found - found.mean(axis=0)) - (drift - drift.mean(axis=0))
    assert np.abs(drift - drift.mean(axis=0)).max() > 3.0
    assert np.abs(error).max() < 1.5
    assert aligned.values.shape[0] == 12
    assert min(aligned.values.shape[1:]) > 80
    apart = [np.abs(np.diff(i, axis=0)).mean() for i in (moved, aligned.values)]
    assert apart[1] < 0.8 * apart[0]


def test_isotropic_voxels_keep_a_linear_field_and_the_places():
    z, y = np.mgrid[0:10, 0:12]
    field = (z + 0.5) * 40.0 + (y + 0.5) * 20.0  # nm
    same = prepare.isotropic(Image(field, ("40 nm", "20 nm")))
    assert same.values.shape == (20, 12)
    assert same.voxel == pytest.approx((2e-8, 2e-8), rel=1e-9, abs=0)
    z, y = np.mgrid[0:20, 0:12]
    expected = (z + 0.5) * 20.0 + (y + 0.5) * 20.0
    assert np.allclose(same.values[1:-1], expected[1:-1])
    labels = prepare.isotropic(Image(field.astype(np.uint16), ("40 nm", "20 nm")), "40 nm")
    assert labels.values.dtype == np.uint16
    assert labels.values.shape == (10, 6)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda i: prepare.apply(i, ["sharpen"]), "there is no preparation 'sharpen'"),
        (lambda i: prepare.align(i), "only a stack"),
        (lambda i: prepare.normalise_slices(i), "only a stack"),
        (lambda i: prepare.median(i, 0), "at least 1 pixel"),
        (lambda i: prepare.non_local_means(i, 0.0), "greater than 0"),
        (lambda i: prepare.level(i, 1), "at least 2 greys"),
        (lambda i: prepare.crop(i, (0, 5)), "1 ranges, the image 2 axes"),
        (lambda i: prepare.crop(i, (0, 5), (3, 90)), "does not fit an axis of 20"),
        (lambda i: prepare.isotropic(i, "1 mm"), "would be left"),
        (lambda i: prepare.isotropic(i, "-1 nm"), "greater than 0 m"),
    ],
)
def test_errors(call, says):
    image = Image(np.arange(400.0).reshape(20, 20), "20 nm")
    with pytest.raises(InputError, match=says):
        call(image)


def test_an_image_without_contrast_stays_as_it_is():
    image = Image(np.full((20, 20), 7, dtype=np.uint8), 1.0)
    steps = ["stripes", "brightness", "median", "non-local means", "total variation"]
    assert np.all(prepare.apply(image, steps).values == 7)


def test_crop():
    image = Image(np.arange(400.0).reshape(20, 20), "20 nm")
    assert prepare.crop(image, (2, 5), (3, 9)).values.shape == (3, 6)
