"""Regions of a few pixels, and the account of what became of them."""

import numpy as np
import pytest
from label_images import NASTY, meshed, noise, structure
from scipy import ndimage

from anosim.microstructure import Microstructure
from anosim_geometry import Change, GmshMesher, cleaned

PAIR = np.array(  # one pixel of 2 inside 0, and two of 3 between 0 and 1, mostly at 1
    [
        [0, 0, 0, 0, 0, 1, 1, 1],
        [0, 2, 0, 0, 0, 1, 1, 1],
        [0, 0, 0, 0, 0, 3, 1, 1],
        [0, 0, 0, 0, 0, 3, 1, 1],
        [0, 0, 0, 0, 0, 1, 1, 1],
    ]
)
AREA = 0.25
VOXEL = 0.5  # large, so that absolute tolerances hide nothing


def test_nothing_is_small_by_default():
    image = structure(NASTY["islands"])
    kept, report = GmshMesher().cleaned(image)
    assert kept is image
    assert set(report.changes.values()) == {Change(0, 0.0, 0.0, 0)}


def test_small_regions_go_where_they_share_the_longest_boundary():
    image, report = cleaned(structure(PAIR, VOXEL), 3)
    assert set(image.phases) == {"phase0", "phase1"}
    assert image.labels[1, 1] == 0
    assert image.labels[2:4, 5].tolist() == [1, 1]
    assert report.changes == {
        "phase0": Change(0, 0.0, pytest.approx(AREA), 0),
        "phase1": Change(0, 0.0, pytest.approx(2 * AREA), 0),
        "phase2": Change(1, pytest.approx(AREA), 0.0, 0),
        "phase3": Change(1, pytest.approx(2 * AREA), 0.0, 0),
    }
    assert "phase3: 1 regions of 0.5 m^2 went, 0 m^2 came, 0 small regions kept" in str(report)


def test_dropping_leaves_what_lies_between_phases():
    image, report = cleaned(structure(PAIR, VOXEL), 3, "drop")
    assert set(image.phases) == {"phase0", "phase1", "phase3"}
    assert report.changes["phase2"].regions == 1
    assert report.changes["phase3"] == Change(0, 0.0, 0.0, 1)


def test_long_sides_of_pixels_count_more():
    labels = np.array([[0, 0, 0], [1, 2, 1], [0, 0, 0]]).repeat([4, 1, 4], axis=0)
    for voxel, winner in (((1e-8, 3e-8), 0), ((3e-8, 1e-8), 1)):
        padded = np.pad(labels, ((0, 0), (4, 4)), mode="edge")
        assert cleaned(structure(padded, voxel), 2)[0].labels[4, 5] == winner


@pytest.mark.parametrize("least", [2, 5, 20])
def test_noise_grows_together_and_areas_balance(least):
    before = structure(noise((40, 40), 4), VOXEL)
    image, report = cleaned(before, least)
    for value in np.unique(image.labels):
        regions, count = ndimage.label(image.labels == value)
        assert np.bincount(regions.ravel())[1:].min() >= least
        assert count > 0
    changes = report.changes.values()
    assert sum(c.lost for c in changes) == pytest.approx(sum(c.gained for c in changes))
    for name, change in report.changes.items():
        after = image.fractions.get(name, 0.0) - before.fractions[name]
        assert after * 1600 * AREA == pytest.approx(change.gained - change.lost)


def test_an_image_smaller_than_the_least_stays():
    image = Microstructure(np.zeros((2, 2), dtype=int), {"a": 0}, VOXEL)
    assert cleaned(image, 100)[0] is image


def test_the_mesher_meshes_the_cleaned_image():
    mesh = meshed(PAIR, VOXEL, least_pixels=3)
    assert mesh.phases == ("phase0", "phase1")
    assert mesh.phase_volumes["phase1"] == pytest.approx(15 * AREA, rel=0.005)
