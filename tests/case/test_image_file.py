"""The image of a case: voxel sizes of the file and of the case, datasets, slices, folders."""

import warnings
from pathlib import Path

import h5py
import numpy as np
import pytest
import tifffile
from small_case import GOOD

from anosim.case import Case, CaseError

VOLUME = np.zeros((3, 8, 10), np.uint8)
VOLUME[1, 4:], VOLUME[2] = 2, 1
VOXEL = 'voxel = "20 nm"\n'


def _case(folder: Path, file: str, voxel: str = "", more: str = "") -> Case:
    text = GOOD.replace("roi.png", file).replace(VOXEL, voxel)
    text = text.replace("\n[mesh]", f"{more}\n[mesh]")
    text = text.replace('probes = { I = ["0.4 um", "0.25 um"] }', "")
    return Case.parse(text, base=folder)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The volume with voxels of 40 x 20 x 10 nm, in files of some kinds."""
    spaced = {"spacing": 0.04, "unit": "um", "axes": "ZYX"}
    tifffile.imwrite(tmp_path / "v.tif", VOLUME, imagej=True, resolution=(100, 50), metadata=spaced)
    tifffile.imwrite(tmp_path / "silent.tif", VOLUME, photometric="minisblack")
    tifffile.imwrite(tmp_path / "flat.tif", VOLUME[1])
    with h5py.File(tmp_path / "two.h5", "w") as file:
        file["grey"], file["labels"] = VOLUME * 3.3, VOLUME
        file["labels"].attrs["element_size_um"] = [0.04, 0.02, 0.01]
    (tmp_path / "slices").mkdir()
    for z, plane in enumerate(VOLUME):
        tifffile.imwrite(tmp_path / "slices" / f"s{z}.tif", plane)
    return tmp_path


def test_without_a_voxel_size_that_of_the_file_holds(files: Path) -> None:
    for file, more in (("v.tif", ""), ("two.h5", 'dataset = "labels"')):
        image = _case(files, file, more=more).microstructure()
        assert image.voxel == pytest.approx((4e-8, 2e-8, 1e-8), rel=1e-6, abs=0)
        assert np.array_equal(image.labels, VOLUME)
        case = _case(files, file, more=f"{more}\nslice = 1")
        assert case.image is not None
        image = case.microstructure()
        assert image.voxel == pytest.approx((2e-8, 1e-8), rel=1e-6, abs=0)
        assert np.array_equal(image.labels, VOLUME[1])
        assert case.about_image()["voxel_contradiction"] is None


@pytest.mark.parametrize(
    ("voxel", "more", "x", "off"),
    [
        ('voxel = "20 nm"\n', "", 2e-8, "z: 2e-08 m given, 4e-08 m in the file; x: 2e-08 m given"),
        (
            'voxel = ["40 nm", "20 nm", "20 nm"]\n',
            "",
            2e-8,
            "x: 2e-08 m given, 1e-08 m in the file",
        ),
        (
            'voxel = ["30 nm", "10 nm"]\n',
            "slice = 1",
            1e-8,
            "y: 3e-08 m given, 2e-08 m in the file",
        ),
        (
            'voxel = ["9 nm", "20 nm", "9 nm"]\n',
            "slice = 1",
            9e-9,
            "along x: 9e-09 m given, 1e-08 m",
        ),
    ],
)
def test_a_contradiction_is_warned_of_and_recorded(
    files: Path, voxel: str, more: str, x: float, off: str
) -> None:
    case = _case(files, "v.tif", voxel, more)
    with pytest.warns(UserWarning, match=off):
        image = case.microstructure()
    assert image.voxel[-1] == pytest.approx(x, rel=1e-9, abs=0)
    about = case.about_image()
    assert off in about["voxel_contradiction"]
    assert about["notes"] == [f"{about['voxel_contradiction']}: the given ones hold"]


@pytest.mark.parametrize(
    ("voxel", "more", "sizes"),
    [
        ('voxel = ["40 nm", "20 nm", "10 nm"]\n', "", (4e-8, 2e-8, 1e-8)),
        ('voxel = ["7 nm", "20 nm", "10 nm"]\n', "slice = 1", (2e-8, 1e-8)),
        ('voxel = ["20 nm", "10 nm"]\n', "slice = 1", (2e-8, 1e-8)),
    ],
)
def test_sizes_that_agree_give_no_warning(
    files: Path, voxel: str, more: str, sizes: tuple[float, ...]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        image = _case(files, "v.tif", voxel, more).microstructure()
    assert image.voxel == pytest.approx(sizes, rel=1e-9, abs=0)


@pytest.mark.parametrize(
    ("file", "more", "says"),
    [
        ("silent.tif", "", 'voxel = ["40 nm", "20 nm", "20 nm"] (z, y, x)'),
        ("silent.tif", "slice = 1", 'voxel = ["20 nm", "20 nm"] (y, x)'),
        ("flat.tif", "", 'voxel = ["20 nm", "20 nm"] (y, x)'),
        ("two.h5", 'dataset = "grey"', 'voxel = ["40 nm", "20 nm", "20 nm"] (z, y, x)'),
        ("two.h5", "", "'grey', 'labels'; say which one as dataset"),
        ("two.h5", 'dataset = "x"', "has no 'x'; images in it are 'grey', 'labels'"),
        ("v.tif", "slice = 3", "image.slice is 3, but the image has the shape (3, 8, 10)"),
    ],
)
def test_what_is_missing_is_asked_for_with_its_line(
    files: Path, file: str, more: str, says: str
) -> None:
    with pytest.raises(CaseError) as error:
        _case(files, file, more=more)
    assert says in str(error.value)
    assert ", line " in str(error.value)


def test_a_folder_of_slices_is_an_image_of_a_case(files: Path) -> None:
    case = _case(files, "slices", 'voxel = ["40 nm", "20 nm", "10 nm"]\n')
    assert np.array_equal(case.microstructure().labels, VOLUME)
    assert case.about_image()["slices"] == "3 by the number in their names, from s0.tif to s2.tif"
    assert case.image is not None
    before = case.image.digest()
    assert before == case.image.digest()
    tifffile.imwrite(files / "slices" / "s1.tif", VOLUME[0])
    assert case.image.digest() != before
