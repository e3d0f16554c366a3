"""HDF5 as other programs lay it out: axes by name, links, what is the image, what is refused."""

import json
import signal
import zlib

import h5py
import numpy as np
import pytest

from anosim.errors import InputError
from anosim.formats.images import hdf5_trial, open_image

VOLUME = (np.arange(7 * 9 * 11) % 5).astype(np.uint8).reshape(7, 9, 11)
"""No axis is as long as another."""


def _tags(order):
    return json.dumps({"axes": [{"key": key, "resolution": 0} for key in order]})


def _write(path, values, **attributes):
    with h5py.File(path, "w") as file:
        file.create_dataset("data", data=values).attrs.update(attributes)
    return path


def _labelled(path, values, labels):
    with h5py.File(path, "w") as file:
        file["data"] = values
        for axis, label in enumerate(labels):
            file["data"].dims[axis].label = label
    return path


def _nexus(path, values, names):
    with h5py.File(path, "w") as file:
        file["entry/instrument/detector/data"] = values
        file["entry/instrument/detector/dark"] = np.zeros((5, 6))
        group = file.create_group("entry/data")
        group["data"] = h5py.SoftLink("/entry/instrument/detector/data")
        group.attrs["NX_class"], group.attrs["signal"], group.attrs["axes"] = (
            "NXdata",
            "data",
            names,
        )
        for name, n in zip(names, values.shape, strict=True):
            group[name] = np.arange(n) * {"z": 0.04, "y": 0.02, "x": 0.01}[name[-1]] + 3.0
            group[name].attrs["units"] = "um"
    return path


def _netcdf(path, values, names):
    with h5py.File(path, "w") as file:
        file["tomo"] = values
        for axis, name in enumerate(names):
            file[name] = np.arange(values.shape[axis]) * {"z": 40.0, "y": 20.0, "x": 10.0}[name[0]]
            file[name].attrs["units"] = "nm"
            file[name].make_scale(name)
            file["tomo"].dims[axis].attach_scale(file[name])
    return path


_XYZ = VOLUME.transpose(2, 1, 0)
_ZXY = VOLUME.transpose(0, 2, 1)
LAYOUTS = {
    "ilastik zyxc": lambda p: _write(p, VOLUME[..., None], axistags=_tags("zyxc")),
    "ilastik tzyxc": lambda p: _write(p, VOLUME[None, ..., None], axistags=_tags("tzyxc")),
    "ilastik xyz": lambda p: _write(p, _XYZ, axistags=_tags("xyz")),
    "ilastik czxy": lambda p: _write(p, _ZXY[None], axistags=_tags("czxy")),
    "labels x y z": lambda p: _labelled(p, _XYZ, "xyz"),
    "labels Z (um)": lambda p: _labelled(p, _ZXY, ["Z (um)", "X (um)", "Y (um)"]),
    "labels of words": lambda p: _labelled(p, _ZXY, ["slices", "columns", "rows"]),
    "labels dim_0": lambda p: _labelled(p, VOLUME, ["dim_0", "dim_1", "dim_2"]),
    "one without a name": lambda p: _labelled(p, VOLUME, ["", "y", "x"]),
    "attribute axes": lambda p: _write(p, _XYZ, axes="x:y:z"),
    "attribute dims": lambda p: _write(p, _XYZ, dims=["x", "y", "z"]),
    "NeXus": lambda p: _nexus(p, VOLUME, ["z", "y", "x"]),
    "NeXus x y z": lambda p: _nexus(p, _XYZ, ["tomo_x", "tomo_y", "tomo_z"]),
    "netCDF": lambda p: _netcdf(p, VOLUME, ["zdim", "ydim", "xdim"]),
    "netCDF x y z": lambda p: _netcdf(p, _XYZ, ["x", "y", "z"]),
    "five axes, no names": lambda p: _write(p, VOLUME[None, ..., None]),
}


@pytest.mark.parametrize("kind", LAYOUTS)
def test_axes_are_put_in_the_order_z_y_x(tmp_path, kind):
    path = LAYOUTS[kind](tmp_path / "volume.h5")
    assert np.array_equal(open_image(path).array(), VOLUME)
    lazy = open_image(path, lazy=True)
    assert lazy.shape == VOLUME.shape
    assert np.array_equal(lazy.slab(2, 5), VOLUME[2:5])
    if kind.startswith(("NeXus", "netCDF")):
        assert lazy.voxel_size() == pytest.approx((4e-8, 2e-8, 1e-8), rel=1e-9, abs=0)


@pytest.mark.parametrize(
    ("values", "order", "says"),
    [
        (VOLUME, "tyx", r"7 times \(axes \['t', 'y', 'x'\]"),
        (VOLUME, "yxc", r"11 channels"),
        (VOLUME, "zyy", r"axes \['z', 'y', 'y'\]"),
        (VOLUME, "zyq", r"axes \['z', 'y', 'q'\]"),
        (VOLUME, "zy", r"names 2 axes"),
        (np.zeros((64, 64, 3), np.uint8), None, "what looks like 3 channels"),
        (np.zeros((2, 3, 4, 5), np.uint8), None, r"axes without names of sizes \(2, 3, 4, 5\)"),
    ],
)
def test_axes_that_are_no_volume_are_refused(tmp_path, values, order, says):
    attributes = {"axistags": _tags(order)} if order else {}
    path = _write(tmp_path / "volume.h5", values, **attributes)
    for lazy in (False, True):
        with pytest.raises(InputError, match=says):
            open_image(path, lazy=lazy)


def test_a_size_of_turned_axes_counts_only_if_it_is_the_same_along_all(tmp_path):
    tags = {"axistags": _tags("xyz")}
    path = _write(tmp_path / "a.h5", _XYZ, element_size_um=[0.02] * 3, **tags)
    assert open_image(path).voxel_size() == pytest.approx((2e-8,) * 3, rel=1e-9, abs=0)
    path = _write(tmp_path / "b.h5", _XYZ, element_size_um=[0.01, 0.02, 0.04], **tags)
    with pytest.raises(InputError, match="element_size_um does not say its order"):
        open_image(path).voxel_size()
    path = _write(tmp_path / "c.h5", VOLUME[..., None], element_size_um=[0.04, 0.02, 0.01])
    assert open_image(path).voxel_size() == pytest.approx((4e-8, 2e-8, 1e-8), rel=1e-9, abs=0)


def _external(folder):
    (folder / "parts").mkdir()
    _write(folder / "parts" / "part.h5", VOLUME)
    return h5py.ExternalLink("parts/part.h5", "/data")


def _virtual(folder):
    layout = h5py.VirtualLayout(VOLUME.shape, VOLUME.dtype)
    for z, plane in enumerate(VOLUME):
        _write(folder / f"plane{z}.h5", plane)
        layout[z] = h5py.VirtualSource(f"plane{z}.h5", "data", plane.shape)
    return layout


@pytest.mark.parametrize("kind", ["soft", "soft to a group", "external", "virtual"])
def test_links_are_followed_in_the_folder_of_the_file(tmp_path, kind, monkeypatch):
    monkeypatch.chdir("/")
    path = tmp_path / "master.h5"
    with h5py.File(path, "w") as file:
        if kind == "soft":
            file["there/data"], file["image"] = VOLUME, h5py.SoftLink("there/data")
        elif kind == "soft to a group":
            file["there/image"], file["here"] = VOLUME, h5py.SoftLink("/there")
        elif kind == "external":
            file["image"] = _external(tmp_path)
        else:
            file.create_virtual_dataset("image", _virtual(tmp_path))
    assert np.array_equal(open_image(path).array(), VOLUME)
    name = "here/image" if kind == "soft to a group" else "image"
    found = open_image(path, dataset=name, lazy=True)
    assert np.array_equal(found.slab(1, 6), VOLUME[1:6])
    assert found.details["dataset"] == name


@pytest.mark.parametrize("kind", ["external", "missing", "virtual", "raw", "circle", "pattern"])
def test_links_out_of_the_folder_or_to_nothing_are_refused(tmp_path, kind):
    inside = tmp_path / "sent"
    inside.mkdir()
    _write(tmp_path / "private.h5", VOLUME)
    _write(inside / "plane0.h5", VOLUME[:1])
    path, private = inside / "master.h5", str(tmp_path / "private.h5")
    says = "lies outside of its folder"
    with h5py.File(path, "w") as file:
        file["small"] = VOLUME[0]
        if kind == "external":
            file["image"] = h5py.ExternalLink("../private.h5", "/data")
        elif kind == "missing":
            file["image"], says = h5py.ExternalLink("gone.h5", "/data"), "does not exist"
        elif kind == "circle":
            file["image"], says = h5py.SoftLink("/image"), "go in a circle"
        elif kind == "raw":
            file.create_dataset("image", (9, 9), "u1", external=[(private, 0, 81)])
            says = "in files of raw bytes"
        else:
            layout = h5py.VirtualLayout(VOLUME.shape, "u1", (None, 9, 11))
            if kind == "virtual":
                layout[:] = h5py.VirtualSource(private, "data", VOLUME.shape)
            else:
                says, ever = "by a pattern", slice(0, h5py.h5s.UNLIMITED)
                layout[ever] = h5py.VirtualSource("plane%b.h5", "data", (1, 9, 11))
            file.create_virtual_dataset("image", layout)
    for dataset in ("image", None) if kind in ("external", "missing", "circle") else ("image",):
        with pytest.raises(InputError, match=says):
            open_image(path, dataset=dataset)
    assert np.array_equal(open_image(path, dataset="small").array(), VOLUME[0])


def test_tables_and_small_frames_are_not_the_image(tmp_path):
    path = tmp_path / "cells.dream3d"
    cells = "DataContainers/ImageDataContainer"
    with h5py.File(path, "w") as file:
        file[f"{cells}/CellData/FeatureIds"] = VOLUME[..., None].astype(np.int32)
        file[f"{cells}/CellData/EulerAngles"] = np.zeros((*VOLUME.shape, 3), np.float32)
        file[f"{cells}/CellFeatureData/Centroids"] = np.zeros((90, 3), np.float32)
        file[f"{cells}/CellFeatureData/Neighbours"] = np.zeros((90, 1), np.int32)
        spacing = np.array([0.01, 0.02, 0.04], np.float32)
        file[f"{cells}/_SIMPL_GEOMETRY/SPACING"] = spacing
    found = open_image(path, dataset=f"{cells}/CellData/FeatureIds")
    assert np.array_equal(found.array(), VOLUME)
    assert "'0.04', '0.02', '0.01'] has no unit" in found.stated
    with h5py.File(path, "a") as file:
        file[f"{cells}/_SIMPL_GEOMETRY"].attrs["LengthUnit"] = "micrometer"
    found = open_image(path, dataset=f"{cells}/CellData/FeatureIds")
    assert found.voxel_size() == pytest.approx((4e-8, 2e-8, 1e-8), rel=1e-6, abs=0)


def test_the_default_of_a_nexus_file_is_the_image(tmp_path):
    path = tmp_path / "scan.nxs"
    with h5py.File(path, "w") as file:
        file["entry/raw"], file["entry/labels"] = VOLUME + 9, VOLUME
    with pytest.raises(InputError, match=r"'entry/labels', 'entry/raw'; say which one as dataset"):
        open_image(path)
    with h5py.File(path, "a") as file:
        file.attrs["default"], file["entry"].attrs["signal"] = "entry", "labels"
    assert np.array_equal(open_image(path).array(), VOLUME)


def test_what_else_may_be_an_image_is_told(tmp_path):
    path = tmp_path / "scan.h5"
    with h5py.File(path, "w") as file:
        file["volume"], file["preview"] = VOLUME, VOLUME[0, :6, :6]
    found = open_image(path)
    assert np.array_equal(found.array(), VOLUME)
    assert found.details == {"dataset": "volume", "other datasets": "preview"}


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (np.zeros((4, 5), [("label", "u1"), ("grey", "f4")]), "records with 'label', 'grey'"),
        (np.full((4, 5), "a", "S3"), "text, references"),
        (np.full((6,), 3), r"shape \(6,\)"),
        (np.zeros((3, 90)), "is a table"),
    ],
)
def test_what_is_no_image_is_refused(tmp_path, values, says):
    with pytest.raises(InputError, match=says):
        open_image(_write(tmp_path / "data.h5", values))


def test_declared_values_that_are_not_there(tmp_path):
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("huge", (60000, 60000), "u1", chunks=(1000, 1000))
    for lazy in (False, True):
        with pytest.raises(InputError, match=r"3\.6 GB from 0 stored bytes"):
            open_image(path, lazy=lazy)
    with h5py.File(path, "w") as file:
        file.create_dataset("never", (60, 60), "u1")
    with pytest.raises(InputError, match="were never written"):
        open_image(path)
    with h5py.File(path, "w") as file:
        file.create_dataset("part", (8, 6), "u1", chunks=(2, 6), fillvalue=7)[2:4] = 1
    found = open_image(path)
    assert found.array()[:, 0].tolist() == [7, 7, 1, 1, 7, 7, 7, 7]
    assert found.details["not written"] == "3 of 4 chunks, read as 7"


def test_a_chunk_that_inflates_to_more_than_its_values(tmp_path):
    path, bomb = tmp_path / "data.h5", zlib.compress(bytes(60_000_000), 1)
    with h5py.File(path, "w") as file:
        made = file.create_dataset("data", (9, 11), "u1", chunks=(9, 11), compression="gzip")
        made.id.write_direct_chunk((0, 0), bomb)
    with pytest.raises(InputError, match=f"stores {len(bomb)} bytes for a chunk of 99 bytes"):
        open_image(path)


def test_a_filter_that_is_not_installed_is_named(tmp_path):
    path = tmp_path / "data.h5"
    made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    made.set_chunk((9, 11))
    made.set_deflate(1)
    with h5py.File(path, "w") as file:
        space = h5py.h5s.create_simple((9, 11))
        h5py.h5d.create(file.id, b"data", h5py.h5t.NATIVE_UINT8, space, made)
        file["data"][:] = VOLUME[0]
    whole = path.read_bytes()
    message = b"\x01\x00\x08\x00\x01\x00\x01\x00deflate\x00"
    assert whole.count(message) == 1
    path.write_bytes(whole.replace(message, b"\x08\x7d" + message[2:]))  # 32008, bitshuffle
    with pytest.raises(InputError, match=r"filter 32008 \(deflate\), which is not installed"):
        open_image(path)


def test_a_file_on_which_the_library_crashes_is_damaged(tmp_path):
    path = LAYOUTS["netCDF"](tmp_path / "volume.h5")
    whole = path.read_bytes()
    scale = whole.rindex(b"DIMENSION_SCALE")
    path.write_bytes(whole[:scale] + b"\xff\xff\xff\xff" + whole[scale + 4 :])
    try:  # HDF5 2.0 frees memory twice; another version may read what is left
        found = open_image(path).array()
    except InputError as error:
        assert "is damaged" in str(error)
    else:
        assert np.array_equal(found, VOLUME)


def test_the_end_of_the_process_that_tries_files_is_an_error_of_one_file(tmp_path):
    path = _write(tmp_path / "volume.h5", VOLUME)
    worker = hdf5_trial._worker()
    assert worker is not None
    worker.send_signal(signal.SIGSEGV)
    worker.wait()
    with pytest.raises(InputError, match=r"the HDF5 library crashes \(signal 11\) on it"):
        open_image(path)
    other = _write(tmp_path / "other.h5", VOLUME)
    assert np.array_equal(open_image(other).array(), VOLUME)
