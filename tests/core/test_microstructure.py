import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as PilImage

import anosim
from anosim.errors import AnosimError, InputError

LABELS = np.array([[0, 0, 1], [2, 1, 1]], dtype=np.uint8)
PHASES = {"pore": 0, "particle": 1, "cbd": 2}


def test_fractions_extent_and_voxel_per_axis():
    image = anosim.Microstructure(LABELS, PHASES, ("40 nm", "20 nm"))
    assert image.voxel == pytest.approx((4e-8, 2e-8))
    assert image.extent == pytest.approx((6e-8, 8e-8))
    assert dict(image.fractions) == pytest.approx({"pore": 2 / 6, "particle": 3 / 6, "cbd": 1 / 6})


def test_labels_cannot_be_changed_and_the_users_array_still_can():
    labels = LABELS.copy()
    image = anosim.Microstructure(labels, PHASES, 1.0)
    with pytest.raises(ValueError, match="read-only"):
        image.labels[0, 0] = 1
    labels[0, 0] = 1


@pytest.mark.parametrize(
    ("labels", "phases", "voxel", "says"),
    [
        (LABELS, {**PHASES, "sei": 7}, 1.0, "phase 'sei' has label 7, which no voxel has"),
        (LABELS, {"pore": 0, "particle": 1}, 1.0, "labelled 2 (16.67%) but no phase"),
        (LABELS, {"a": 0, "b": 1, "c": 1, "d": 2}, 1.0, "both have label 1"),
        (LABELS, {"": 0}, 1.0, "no phase name"),
        (LABELS, {"a": "0"}, 1.0, "a label is an integer"),
        (LABELS * 0.5, PHASES, 1.0, "labels are integers"),
        (LABELS[:1, :1], {"pore": 0}, 1.0, "single voxel"),
        (LABELS[0], {"pore": 0}, 1.0, "expected (y, x) or (z, y, x)"),
        (LABELS, PHASES, (1.0, 1.0, 1.0), "3 sizes, the image 2 axes"),
        (LABELS, PHASES, 0.0, "greater than 0"),
        (LABELS, PHASES, "20 s", "not of the dimension of m"),
    ],
)
def test_what_does_not_fit_gets_one_sentence(labels, phases, voxel, says):
    with pytest.raises(InputError) as error:
        anosim.Microstructure(labels, phases, voxel)
    assert says in str(error.value)


def test_crop_drops_the_names_of_phases_left_outside():
    image = anosim.Microstructure(LABELS, PHASES, 1.0).crop((0, 1), (0, 3))
    assert image.labels.tolist() == [[0, 0, 1]]
    assert dict(image.phases) == {"pore": 0, "particle": 1}
    with pytest.raises(InputError, match=r"\[0, 4\] does not fit an axis of 3"):
        anosim.Microstructure(LABELS, PHASES, 1.0).crop((0, 1), (0, 4))


def _write(path, labels):
    match path.suffix:
        case ".npy":
            np.save(path, labels)
        case ".png":
            PilImage.fromarray(labels).save(path)
        case _:
            tifffile.imwrite(path, labels)


@pytest.mark.parametrize("ending", [".tif", ".tiff", ".png", ".npy"])
def test_files_come_back_as_they_were_written(tmp_path, ending):
    path = tmp_path / f"roi{ending}"
    _write(path, LABELS)
    image = anosim.Microstructure.read(path, phases=PHASES, voxel="20 nm")
    assert np.array_equal(image.labels, LABELS)


def test_a_palette_png_gives_its_indices(tmp_path):
    palette = PilImage.new("P", (3, 2))
    palette.putdata(LABELS.ravel().tolist())
    palette.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    palette.save(tmp_path / "labels.png")
    image = anosim.Microstructure.read(tmp_path / "labels.png", phases=PHASES, voxel=1.0)
    assert np.array_equal(image.labels, LABELS)


@given(
    data=st.binary(max_size=200),
    ending=st.sampled_from([".tif", ".png", ".npy"]),
    header=st.booleans(),
)
def test_any_bytes_are_an_image_or_one_clear_error(tmp_path_factory, data, ending, header):
    magic = {".tif": b"II*\0\x08\0\0\0", ".png": b"\x89PNG\r\n\x1a\n", ".npy": b"\x93NUMPY\x01\0"}
    path = tmp_path_factory.mktemp("fuzz") / f"any{ending}"
    path.write_bytes((magic[ending] if header else b"") + data)
    try:
        anosim.Image.read(path, voxel=1.0)
    except AnosimError as error:
        assert "\n" not in str(error)


def test_missing_and_unknown_files(tmp_path):
    with pytest.raises(InputError, match="there is no file"):
        anosim.Image.read(tmp_path / "no.tif", voxel=1.0)
    with pytest.raises(InputError, match=r"expected one of \.tif"):
        anosim.Image.read(tmp_path / "roi.jpeg", voxel=1.0)


def test_the_sample_is_the_published_slice():
    sample = anosim.samples.nmc_slice()
    assert sample.labels.shape == (301, 301)
    assert sample.voxel == pytest.approx((3.98e-7, 3.98e-7))
    assert dict(sample.fractions) == pytest.approx(
        {"pore": 0.39615, "particle": 0.50905, "cbd": 0.0948}, abs=1e-5
    )


def test_colour_pictures_and_grey_images_are_called_what_they_are(tmp_path):
    colours = np.zeros((5, 6, 3), dtype=np.uint8)
    tifffile.imwrite(tmp_path / "rgb.tif", colours, photometric="rgb")
    PilImage.fromarray(colours).save(tmp_path / "rgb.png")
    for name in ("rgb.tif", "rgb.png"):
        with pytest.raises(InputError, match="is a colour picture, not labels"):
            anosim.Image.read(tmp_path / name, voxel=1.0)
    grey = np.arange(100, dtype=np.uint8).reshape(10, 10)
    with pytest.raises(InputError, match="looks like a grey image; segment it first"):
        anosim.Microstructure(grey, {"pore": 0}, 1.0)
