"""Zarr stores as other programs lay them out, and those that are not what they declare."""

import gzip
import json
import os
import zlib

import numcodecs
import numpy as np
import pytest
import zarr

from anosim.errors import InputError
from anosim.formats.images import open_image

VOLUME = (np.arange(7 * 9 * 11) % 5).astype(np.uint8).reshape(7, 9, 11)
"""No axis is as long as another."""
_KINDS = {"t": "time", "c": "channel"}


def _image(group, values, order, scale, version="0.4"):
    group.create_array("0", data=values)
    axes = [{"name": n, "type": _KINDS.get(n, "space")} for n in order]
    axes = [axis | ({"unit": "micrometer"} if axis["type"] == "space" else {}) for axis in axes]
    levels = [{"path": "0", "coordinateTransformations": [{"type": "scale", "scale": scale}]}]
    scales = [{"version": version, "axes": axes, "datasets": levels}]
    if version == "0.4":
        group.attrs["multiscales"] = scales
    else:
        group.attrs["ome"] = {"version": version, "multiscales": scales}


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_bioformats2raw(tmp_path, version):
    path = tmp_path / "raw.ome.zarr"
    root = zarr.create_group(path, zarr_format=2 if version == "0.4" else 3)
    root.create_group("OME").attrs["series"] = ["0"]
    five = VOLUME[None, None]
    _image(root.create_group("0"), five, "tczyx", [1, 1, 0.04, 0.02, 0.01], version)
    for place, dataset in ((path, None), (path, "0"), (path, "0/0"), (path / "0", None)):
        found = open_image(place, dataset=dataset, lazy=True)
        assert np.array_equal(found.array(), VOLUME)
        assert found.voxel_size() == pytest.approx((4e-8, 2e-8, 1e-8), rel=1e-9, abs=0)
    _image(root.create_group("1"), five + 1, "tczyx", [1, 1, 0.04, 0.02, 0.01], version)
    with pytest.raises(InputError, match="2 arrays that can be an image: '0/0', '1/0'; say which"):
        open_image(path)
    assert np.array_equal(open_image(path, dataset="1").array(), VOLUME + 1)
    with pytest.raises(InputError, match="no array '7'; arrays in it are '0/0', '1/0'"):
        open_image(path, dataset="7")
    with pytest.raises(InputError, match=r"no array '\.\./raw"):
        open_image(path, dataset="../raw.ome.zarr/0/0")


@pytest.mark.parametrize("kind", ["v3 xyz", "v3 zxy", "v3 none", "v2 xarray", "OME xyz"])
def test_axes_are_put_in_the_order_z_y_x(tmp_path, kind):
    path = tmp_path / "named.zarr"
    turned, scale = VOLUME.transpose(2, 1, 0), [0.01, 0.02, 0.04]
    if kind == "OME xyz":
        _image(zarr.create_group(path, zarr_format=2), turned, "xyz", scale)
    elif kind == "v2 xarray":
        made = zarr.create_array(path, data=turned, zarr_format=2)
        made.attrs["_ARRAY_DIMENSIONS"] = ["x", "y", "z"]
    else:
        order = {"v3 xyz": (2, 1, 0), "v3 zxy": (0, 2, 1), "v3 none": (0, 1, 2)}[kind]
        names = None if kind == "v3 none" else [("zyx")[axis] for axis in order]
        zarr.create_array(path, data=VOLUME.transpose(order), zarr_format=3, dimension_names=names)
    found = open_image(path, lazy=True)
    assert np.array_equal(found.array(), VOLUME)
    assert np.array_equal(found.slab(2, 5), VOLUME[2:5])
    if kind == "OME xyz":
        assert found.voxel_size() == pytest.approx((4e-8, 2e-8, 1e-8), rel=1e-9, abs=0)


def test_channels_and_times_are_refused(tmp_path):
    for name, says in (("czy", "7 channels"), ("tyx", "7 times"), ("zqx", "axes")):
        path = tmp_path / f"{name}.zarr"
        zarr.create_array(path, data=VOLUME, zarr_format=3, dimension_names=list(name))
        with pytest.raises(InputError, match=says):
            open_image(path)


def _bomb(path, version, size=60000):
    zarr.create_array(
        path, shape=(size, size), chunks=(1000, 1000), dtype="u1", zarr_format=version
    )


@pytest.mark.parametrize("version", [2, 3])
def test_declared_values_that_are_not_there(tmp_path, version):
    for size, says in ((60000, r"3\.6 GB from 0 stored bytes"), (2000, "none of whose chunks")):
        path = tmp_path / f"{size}.zarr"
        _bomb(path, version, size)
        for lazy in (False, True):
            with pytest.raises(InputError, match=says):
                open_image(path, lazy=lazy)
    path = tmp_path / "part.zarr"
    made = zarr.create_array(
        path, shape=(8, 6), chunks=(2, 6), dtype="u1", zarr_format=version, fill_value=7
    )
    made[2:4] = 1
    found = open_image(path)
    assert found.array()[:, 0].tolist() == [7, 7, 1, 1, 7, 7, 7, 7]
    assert found.details["not written"] == "3 of 4 chunks, read as 7"


@pytest.mark.parametrize("codec", ["gzip", "zlib", "blosc", "zstd", "lz4"])
def test_chunks_that_decode_to_more_than_their_values(tmp_path, codec):
    path, zeros = tmp_path / "chunks.zarr", bytes(120_000_000)
    kinds = {
        "gzip": (numcodecs.GZip(1), lambda: gzip.compress(zeros, 1)),
        "zlib": (numcodecs.Zlib(1), lambda: zlib.compress(zeros, 1)),
        "blosc": (numcodecs.Blosc("lz4"), lambda: bytes(numcodecs.Blosc("lz4").encode(zeros))),
        "zstd": (numcodecs.Zstd(1), lambda: bytes(numcodecs.Zstd(1).encode(zeros))),
        "lz4": (numcodecs.LZ4(), lambda: bytes(numcodecs.LZ4().encode(zeros))),
    }
    compressor, bomb = kinds[codec]
    made = zarr.create_array(
        path, shape=(7, 9, 11), chunks=(7, 9, 11), dtype="u1", zarr_format=2, compressors=compressor
    )
    made[:] = VOLUME
    assert np.array_equal(open_image(path).array(), VOLUME)
    (path / "0.0.0").write_bytes(bomb())
    with pytest.raises(
        InputError,
        match=r"decodes to more than 1\d+ bytes, of a chunk of 693|for 693 bytes of values",
    ):
        open_image(path)


def test_links_out_of_a_store_and_other_files_than_plain_ones(tmp_path):
    (tmp_path / "private").write_bytes(VOLUME.tobytes())
    path = tmp_path / "linked.zarr"
    zarr.create_array(path, data=VOLUME, chunks=VOLUME.shape, zarr_format=2, compressors=None)
    (path / "0.0.0").unlink()
    (path / "0.0.0").symlink_to(tmp_path / "private")
    with pytest.raises(InputError, match="is a link out of the Zarr store"):
        open_image(path)
    (path / "0.0.0").unlink()
    os.mkfifo(path / "0.0.0")
    with pytest.raises(InputError, match="is no plain file"):
        open_image(path)


@pytest.mark.parametrize("target", ["../../private.zarr", "..", "/"])
def test_levels_of_an_image_stay_in_the_store(tmp_path, target):
    zarr.create_array(tmp_path / "private.zarr", data=VOLUME, zarr_format=2)
    path = tmp_path / "sent" / "image.zarr"
    _image(zarr.create_group(path, zarr_format=2), VOLUME, "zyx", [1, 1, 1])
    text = (path / ".zattrs").read_text()
    told = json.loads(text)
    told["multiscales"][0]["datasets"][0]["path"] = target
    (path / ".zattrs").write_text(json.dumps(told))
    with pytest.raises(InputError, match=r"is damaged|is no array"):
        open_image(path)
