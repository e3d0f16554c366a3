"""Image files: values, axes, voxel sizes, slabs, and what is wrong with bad ones."""

import sys
import zipfile

import h5py
import numpy as np
import pytest
import tifffile
from image_samples import PLANE, SILENT, VOLUME, VOXEL, WRITERS, as_text, write
from PIL import Image as PilImage

import anosim
from anosim.errors import InputError, MissingDependencyError
from anosim.formats.images import open_image, read
from anosim.formats.images.writing import write_labels


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("kind", WRITERS)
def test_values_and_voxel_size_come_back(tmp_path, kind, lazy):
    found = open_image(write(kind, tmp_path), lazy=lazy)
    expected = PLANE if kind in ("plain tiff", "png") else VOLUME
    assert np.array_equal(found.array(), expected)
    assert found.axes == ("yx" if expected is PLANE else "zyx")
    if kind in SILENT:
        with pytest.raises(InputError, match=r"states no voxel size along .* give it as voxel"):
            found.voxel_size()
        assert found.voxel_size("20 nm") == pytest.approx((2e-8,) * expected.ndim, rel=1e-9, abs=0)
        assert as_text(found.describe("20 nm"))
    else:
        sizes = VOXEL[-expected.ndim :]
        assert found.voxel_size() == pytest.approx(sizes, rel=1e-6, abs=0)
        assert found.contradiction(sizes) is None
        assert found.describe()["shape"] == list(expected.shape)
        assert as_text(found.describe())


@pytest.mark.parametrize("kind", [kind for kind in WRITERS if kind not in ("plain tiff", "png")])
def test_slabs_are_parts_of_the_whole(tmp_path, kind):
    found = open_image(write(kind, tmp_path), lazy=True)
    assert np.array_equal(found.slab(1, 3), VOLUME[1:3])
    assert np.array_equal(found.slab(3, 4), VOLUME[3:])


def test_a_given_voxel_size_holds_against_the_files_with_a_warning(tmp_path):
    path = write("imagej", tmp_path)
    with pytest.warns(UserWarning, match="z: 5e-08 m given, 4e-08 m in the file"):
        image = anosim.Image.read(path, voxel=("50 nm", "20 nm", "10 nm"))
    assert image.voxel[0] == pytest.approx(5e-8, rel=1e-9, abs=0)
    assert anosim.Image.read(path).voxel == pytest.approx(VOXEL, rel=1e-6, abs=0)


def test_one_axis_without_a_size_is_asked_for_by_name(tmp_path):
    path = tmp_path / "stack.tif"
    metadata = {"unit": "um", "axes": "ZYX"}
    tifffile.imwrite(path, VOLUME, imagej=True, resolution=(100, 50), metadata=metadata)
    with pytest.raises(InputError, match="states y 2e-08 m, x 1e-08 m but no voxel size along z"):
        open_image(path).voxel_size()


@pytest.mark.parametrize(
    ("unit", "resolution", "metres"),
    [("nm", 0.05, 2e-8), ("micron", 50, 2e-8), ("\\u00B5m", 50, 2e-8), ("mm", 5e4, 2e-8)],
)
def test_imagej_units(tmp_path, unit, resolution, metres):
    path = tmp_path / "plane.tif"
    tifffile.imwrite(
        path, PLANE, imagej=True, resolution=(resolution,) * 2, metadata={"unit": unit}
    )
    assert open_image(path).voxel_size() == pytest.approx((metres,) * 2, rel=1e-6, abs=0)


@pytest.mark.parametrize("unit", ["pixel", "furlong"])
def test_imagej_units_that_are_no_length(tmp_path, unit):
    path = tmp_path / "plane.tif"
    tifffile.imwrite(path, PLANE, imagej=True, resolution=(50, 50), metadata={"unit": unit})
    with pytest.raises(InputError, match=f"ImageJ unit '{unit}'"):
        open_image(path).voxel_size()


def test_the_resolution_of_a_print_is_no_voxel_size(tmp_path):
    tifffile.imwrite(tmp_path / "p.tif", PLANE, resolution=(300, 300), resolutionunit="INCH")
    with pytest.raises(InputError, match="that of a print"):
        open_image(tmp_path / "p.tif").voxel_size()


def test_hdf5_and_zarr_ask_which_of_several(tmp_path):
    with h5py.File(tmp_path / "two.h5", "w") as file:
        file["a"], file["b/c"] = VOLUME, VOLUME[1:]
    with pytest.raises(InputError, match=r"2 datasets .*: 'a', 'b/c'; say which one as dataset"):
        open_image(tmp_path / "two.h5")
    assert np.array_equal(open_image(tmp_path / "two.h5", dataset="/b/c").array(), VOLUME[1:])
    with pytest.raises(InputError, match="has no 'x'; images in it are 'a', 'b/c'"):
        open_image(tmp_path / "two.h5", dataset="x")
    path = write("ome-zarr 0.4", tmp_path)
    assert open_image(path, dataset="1").shape == (2, 3, 3)
    with pytest.raises(InputError, match="no array '7'"):
        open_image(path, dataset="7")


def _broken_folder(folder, change):
    path = write("slices", folder)
    change(path)
    return path


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda p: tifffile.imwrite(p / "slice_9.tif", PLANE[:4]), r"has size \(4, 6\), but"),
        (lambda p: tifffile.imwrite(p / "slice_9.tif", PLANE * 1.0), "has type float64, but"),
        (lambda p: (p / "slice_10.tif").unlink(), "missing .* between 'slice_9.tif' and"),
        (lambda p: (p / "slice_9.tif").write_bytes(b""), "slice_9.tif' is empty"),
        (lambda p: PilImage.fromarray(PLANE).save(p / "slice_12.png"), "both .tif and .png"),
        (lambda p: [file.unlink() for file in p.iterdir()], "holds no slices"),
        (lambda p: tifffile.imwrite(p / "slice_9.tif", VOLUME[:2]), "expected one slice"),
    ],
)
def test_folders_that_are_no_stack(tmp_path, change, says):
    path = _broken_folder(tmp_path, change)
    for lazy in (False, True):
        with pytest.raises(InputError, match=says):
            open_image(path, lazy=lazy)


def _zip(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "b")


def _sizes(path):
    with tifffile.TiffWriter(path) as file:
        file.write(PLANE)
        file.write(PLANE[:3])


@pytest.mark.parametrize(
    ("make", "name", "says"),
    [
        (_zip, "a.tif", "is a zip archive, not a .tif file"),
        (lambda p: p.write_bytes(b""), "a.tif", "is empty: it has 0 bytes"),
        (_sizes, "a.tif", "images of different sizes"),
        (lambda p: tifffile.imwrite(p, PLANE * 1j), "a.tif", "values of type complex"),
        (lambda p: np.save(p, np.array(["a", "b"])), "a.npy", "array of shape|values of type"),
        (lambda p: np.save(p, VOLUME[None]), "a.npy", r"shape \(1, 4, 5, 6\): expected"),
        (lambda p: np.save(p, np.array([[1.0, np.nan]])), "a.npy", r"1 values .* at \(0, 1\)"),
        (lambda p: np.save(p, np.array([[1.0], [np.inf]])), "a.npy", r"1 values .* at \(1, 0\)"),
        (lambda p: np.save(p, np.zeros((0, 5))), "a.npy", r"shape \(0, 5\)"),
        (lambda p: p.write_bytes(b"1234"), "a.raw", "write its shape and type into"),
        (lambda p: p.mkdir(), "a.tif", "holds no slices"),
    ],
)
def test_malformed_files_get_one_clear_error(tmp_path, make, name, says):
    make(tmp_path / name)
    with pytest.raises(InputError, match=says) as error:
        read(tmp_path / name)
    assert "\n" not in str(error.value)


def test_a_missing_library_says_which_extra_brings_it(tmp_path, monkeypatch):
    path = write("ome-zarr 0.5", tmp_path)
    monkeypatch.setitem(sys.modules, "zarr", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'anosim\[formats\]'"):
        open_image(path)


def test_labels_are_written_with_voxel_size_and_names(tmp_path):
    labels = (VOLUME % 3).astype(np.int64)
    structure = anosim.Microstructure(labels, {"a": 0, "b": 1, "c": 2}, VOXEL)
    for name in ("labels.tif", "labels.npy"):
        write_labels(structure, tmp_path / name)
        assert np.array_equal(read(tmp_path / name), labels)
    found = open_image(tmp_path / "labels.tif")
    assert found.dtype == np.uint8
    assert found.voxel_size() == pytest.approx(VOXEL, rel=1e-6, abs=0)
    with tifffile.TiffFile(tmp_path / "labels.tif") as file:
        assert "phase b = 1" in file.imagej_metadata["Info"]
    with pytest.raises(InputError, match=r"expected \.tif or \.npy"):
        write_labels(structure, tmp_path / "labels.jpg")


@pytest.mark.parametrize(
    ("dtype", "lowest"),
    [(np.int16, -1), (np.int64, -(2**31)), (np.int32, 70000), (np.uint64, 2**32 - 2)],
)
@pytest.mark.parametrize("ending", ["tif", "npy"])
def test_labels_of_any_integers_come_back(tmp_path, dtype, lowest, ending):
    labels = (VOLUME % 2 + np.array(lowest, dtype)).astype(dtype)
    structure = anosim.Microstructure(labels, {"a": lowest, "b": lowest + 1}, VOXEL)
    write_labels(structure, tmp_path / f"a.{ending}")
    found = anosim.Microstructure.read(
        tmp_path / f"a.{ending}", phases=structure.phases, voxel=VOXEL
    )
    assert np.array_equal(found.labels, labels)


def test_labels_beyond_32_bits_go_into_npy_only(tmp_path):
    structure = anosim.Microstructure(
        PLANE.astype(int) % 2 + 2**40, {"a": 2**40, "b": 2**40 + 1}, 1e-8
    )
    with pytest.raises(InputError, match=r"do not fit into the 32 bits of TIFF: write \.npy"):
        write_labels(structure, tmp_path / "a.tif")
    assert not (tmp_path / "a.tif").exists()
    write_labels(structure, tmp_path / "a.npy")
    assert np.array_equal(read(tmp_path / "a.npy"), structure.labels)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, ">f4", ">u2", bool])
def test_whole_numbers_of_any_type_are_labels(tmp_path, dtype):
    np.save(tmp_path / "a.npy", (PLANE % 2).astype(dtype))
    found = anosim.Microstructure.read(tmp_path / "a.npy", phases={"a": 0, "b": 1}, voxel="20 nm")
    assert np.array_equal(found.labels, PLANE % 2)
    assert found.labels.dtype.kind in "iu"
    assert found.labels.dtype.isnative


@pytest.mark.parametrize("number", [0.5, -3.25, 1e-9])
def test_labels_that_are_not_whole_are_grey(tmp_path, number):
    tifffile.imwrite(tmp_path / "a.tif", (PLANE % 2 + number).astype(np.float64))
    with pytest.raises(InputError, match=r"not whole numbers: .* segment a grey image first"):
        anosim.Microstructure.read(tmp_path / "a.tif", phases={"a": 0, "b": 1}, voxel="20 nm")


@pytest.mark.parametrize("values", [PLANE % 2 + np.uint64(2**63), (PLANE % 2) * 2.0**63])
def test_labels_beyond_the_largest_integer_are_refused(tmp_path, values):
    np.save(tmp_path / "a.npy", values)
    with pytest.raises(InputError, match=r"the largest label possible is 2\^63 - 1; number"):
        anosim.Microstructure.read(tmp_path / "a.npy", phases={"a": 0, "b": 1}, voxel="20 nm")
