"""TIFF files that store white as zero: greys and masks as shown, labels as stored, always said."""

import numpy as np
import pytest
import tifffile
from PIL import Image as PilImage

import anosim
from anosim.errors import InputError
from anosim.formats.images import open_image, read_labels
from anosim.segment import segment

SEEN = np.full((3, 24, 30), 30, np.uint8)
"""A stack as a screen shows it: dark ground, a grey and a bright box."""
SEEN[:, 4:20, 2:12] = 110
SEEN[:, 6:18, 16:26] = 220


def _stored(seen):
    if seen.dtype.kind == "f":
        return -seen
    return ~seen


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize(
    ("dtype", "options"),
    [
        (np.uint8, {}),
        (np.uint16, {"compression": "zlib"}),
        (np.uint32, {"tile": (16, 16)}),
        (np.int16, {"compression": "lzw"}),
        (np.uint8, {"byteorder": ">", "ome": True, "metadata": {"axes": "ZYX"}}),
        (np.float32, {}),
        (bool, {}),
    ],
)
def test_greys_are_those_on_the_screen(tmp_path, dtype, options, lazy):
    seen = SEEN > 100 if dtype is bool else SEEN.astype(dtype)
    tifffile.imwrite(tmp_path / "a.tif", _stored(seen), photometric="miniswhite", **options)
    found = open_image(tmp_path / "a.tif", lazy=lazy)
    assert np.array_equal(found.array(), seen)
    assert np.array_equal(found.slab(1, 3), seen[1:])
    assert found.dtype == seen.dtype
    assert "white-is-zero" in found.notes[0]
    assert "255" in found.notes[0] or dtype is not np.uint8


def test_a_slice_has_the_values_that_pillow_shows(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", 255 - SEEN[0], photometric="miniswhite")
    with PilImage.open(tmp_path / "a.tif") as picture:
        assert np.array_equal(open_image(tmp_path / "a.tif").array(), np.asarray(picture))


@pytest.mark.parametrize("lazy", [False, True])
def test_a_folder_of_slices_is_shown_alike_or_refused(tmp_path, lazy):
    for z, plane in enumerate(SEEN):
        tifffile.imwrite(tmp_path / f"s{z}.tif", 255 - plane, photometric="miniswhite")
    found = open_image(tmp_path, lazy=lazy)
    assert np.array_equal(found.array(), SEEN)
    assert "white-is-zero" in found.notes[0]
    tifffile.imwrite(tmp_path / "s1.tif", SEEN[1], photometric="minisblack")
    with pytest.raises(InputError, match=r"has white as the highest value, but 's0\.tif' has zero"):
        open_image(tmp_path, lazy=lazy)


def test_segmentation_does_not_exchange_dark_and_bright(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", 255 - SEEN[0], photometric="miniswhite")
    with pytest.warns(UserWarning, match="white-is-zero"):
        image = anosim.Image.read(tmp_path / "a.tif", voxel="20 nm")
    dark = anosim.Image(SEEN[0], 2e-8)
    found, expected = (
        segment(given, ["pore", "particle"], method="otsu").microstructure
        for given in (image, dark)
    )
    assert np.array_equal(found.labels, expected.labels)
    assert found.labels[10, 20] == found.phases["particle"]
    assert found.labels[0, 0] == found.phases["pore"]


@pytest.mark.parametrize("white", [1, 255, 65535])
def test_masks_are_labels_as_shown(tmp_path, white):
    mask = SEEN[0] > 200
    kind = np.min_scalar_type(white) if white > 1 else bool
    values = np.where(mask, white, 0).astype(kind)
    tifffile.imwrite(tmp_path / "a.tif", _stored(values), photometric="miniswhite")
    with pytest.warns(UserWarning, match="as viewers show them"):
        found = anosim.Microstructure.read(
            tmp_path / "a.tif", voxel=1e-8, phases={"pore": 0, "particle": white}
        )
    assert found.fractions["particle"] == pytest.approx(120 / 720, rel=1e-12)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.float32])
def test_other_labels_are_those_stored_and_it_is_said(tmp_path, dtype):
    labels = ((SEEN > 100).astype(np.uint8) + (SEEN > 200)).astype(dtype)
    tifffile.imwrite(tmp_path / "a.tif", labels, photometric="miniswhite")
    with pytest.warns(UserWarning, match="labels are the numbers as stored, which viewers show"):
        found = read_labels(tmp_path / "a.tif")
    assert np.array_equal(found, labels)
    assert found.dtype.kind in "iu"
