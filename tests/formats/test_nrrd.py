"""NRRD and MetaImage: skipped parts, values in several files, layers, slices in space, bombs."""

import bz2
import gzip
import os
import zlib

import nrrd
import numpy as np
import pytest

from anosim.errors import InputError
from anosim.formats.images import open_image

STACK = np.arange(4 * 5 * 6, dtype=np.uint8).reshape(4, 5, 6)
RAW = STACK.tobytes()
UNITS = {"space dimension": 3, "space directions": "(10,0,0) (0,20,0) (0,0,40)",
         "space units": '"nm" "nanometers" "nm"'}  # fmt: skip


def header(**fields):
    given = {"type": "uchar", "dimension": 3, "sizes": "6 5 4", "encoding": "raw", **fields}
    return "NRRD0005\n# a comment\n" + "".join(f"{k}: {v}\n" for k, v in given.items())


def is_stack(path, expected=STACK):
    for lazy in (False, True):
        found = open_image(path, lazy=lazy)
        assert np.array_equal(found.array(), expected)
        assert np.array_equal(found.slab(1, 3), expected[1:3])
    return found


@pytest.mark.parametrize(
    ("fields", "data"),
    [
        ({"byte skip": 7}, b"\1" * 7 + RAW),
        ({"byte skip": -1}, b"\1" * 7 + RAW),
        ({"line skip": 2}, b"abc\n\xff\n" + RAW),
        ({"lineskip": 1, "byteskip": 3}, b"abc\n123" + RAW),
        ({"encoding": "gzip"}, gzip.compress(RAW)),
        ({"encoding": "gz", "byte skip": 7}, gzip.compress(b"1234567" + RAW)),
        ({"encoding": "gzip", "byte skip": -1}, gzip.compress(b"1234567" + RAW)),
        ({"encoding": "bzip2", "line skip": 1}, b"a line\n" + bz2.compress(RAW)),
        ({"encoding": "ascii"}, " ".join(map(str, STACK.ravel())).encode()),
        ({"type": "int16", "endian": "big"}, STACK.astype(">i2").tobytes()),
    ],
)
def test_values_behind_what_is_skipped(tmp_path, fields, data):
    (tmp_path / "a.nrrd").write_bytes(header(**fields, **UNITS).encode() + b"\n" + data)
    found = is_stack(tmp_path / "a.nrrd")
    assert found.voxel_size() == pytest.approx((4e-8, 2e-8, 1e-8), rel=1e-9, abs=0)
    if fields.get("byte skip", -1) < 0 or "encoding" not in fields:  # else pynrrd skips twice
        assert np.array_equal(nrrd.read(str(tmp_path / "a.nrrd"), index_order="C")[0], STACK)


def parts(folder, count=4, head=b""):
    folder.mkdir(exist_ok=True)
    names = [f"part{rank + 1:02d}.raw" for rank in range(count)]
    for name, part in zip(names, np.split(STACK, count), strict=True):
        (folder / name).write_bytes(head + part.tobytes())
    return names


@pytest.mark.parametrize("count", [1, 2, 4])
def test_values_in_several_files(tmp_path, count):
    names = parts(tmp_path / "sub", count, b"head")
    listed = "".join(f"sub/{name}\n" for name in names)
    for name, text in {
        "list.nhdr": header(**{"byte skip": 4}, **{"data file": "LIST"}) + listed,
        "subdim.nhdr": header(**{"byte skip": -1}, **{"data file": "LIST 3"}) + listed,
        "format.nhdr": header(**{"byte skip": 4}, datafile=f"sub/part%02d.raw 1 {count} 1"),
        "back.nhdr": header(**{"byte skip": 4}, datafile=f"sub\\part%02d.raw {count} 1 -1 2"),
        "list.mhd": meta(f"LIST\n{listed.strip()}", HeaderSize=4),
        "end.mhd": meta(f"LIST 2D\n{listed.strip()}", HeaderSize=-1),
        "format.mhd": meta(f"sub/part%02d.raw 1 {count}", HeaderSize=4),
        "step.mhd": meta(f"sub/part%02d.raw 1 {count} 1", HeaderSize=-1),
    }.items():
        (tmp_path / name).write_text(text)
        turned = np.concatenate(np.split(STACK, count)[::-1]) if name == "back.nhdr" else STACK
        is_stack(tmp_path / name, turned)


def meta(data, **fields):
    given = {"ObjectType": "Image", "NDims": 3, "DimSize": "6 5 4", "ElementType": "MET_UCHAR",
             "ElementSpacing": "10 20 40", "DistanceUnits": "Nanometers", **fields}  # fmt: skip
    lines = "".join(f"{key} = {value}\n" for key, value in given.items())
    return f"{lines}ElementDataFile = {data}\n"


@pytest.mark.parametrize(
    ("fields", "data"),
    [
        ({"HeaderSize": -1}, b"anything" + RAW),
        ({"CompressedData": "True", "CompressedDataSize": 99}, zlib.compress(RAW)),
        ({"BinaryData": "False"}, " ".join(map(str, STACK.ravel())).encode()),
    ],
)
def test_metaimage_in_one_file(tmp_path, fields, data):
    (tmp_path / "a.mha").write_bytes(meta("LOCAL", **fields).encode() + data)
    found = is_stack(tmp_path / "a.mha")
    assert found.voxel_size() == pytest.approx((4e-8, 2e-8, 1e-8), rel=1e-9, abs=0)


@pytest.mark.parametrize(
    "fields",
    [
        {"dimension": 4, "sizes": "1 6 5 4", "kinds": "list domain domain domain",
         "space directions": "none (10,0,0) (0,20,0) (0,0,40)", "space units": '"nm" "nm" "nm"'},
        {"dimension": 4, "sizes": "6 5 4 1", "kinds": "domain domain domain list",
         "spacings": "10 20 40 nan", "units": '"nm" "nm" "nm" ""'},
        {"dimension": 4, "sizes": "6 5 4 1", "spacings": "10 20 40 1",
         "units": '"nm" "nm" "nm" "nm"'},
        {"space directions": "(0.01,0,0) (0,0.02,0) (0,0,40)", "space units": '"um" "μm" "nm"'},
        {"space directions": "(0,6,8) (20,0,0) (0,-40,0)", "space units": '"nm" "nm" "nm"'},
    ],
)  # fmt: skip
def test_one_layer_and_directions_in_space(tmp_path, fields):
    (tmp_path / "a.seg.nrrd").write_bytes(header(**fields).encode() + b"\n" + RAW)
    found = is_stack(tmp_path / "a.seg.nrrd")
    assert found.voxel_size() == pytest.approx((4e-8, 2e-8, 1e-8), rel=1e-9, abs=0)


@pytest.mark.parametrize(
    "fields",
    [
        {"dimension": 2, "sizes": "6 20", "space directions": "(10,0,0) (0,20,0)"},
        {"sizes": "6 20 1", "space directions": "(10,0,0) (0,20,0) (0,0,40)"},
        {"sizes": "1 6 20", "space directions": "none (10,0,0) (0,0,20)",
         "kinds": "vector domain domain"},
    ],
)  # fmt: skip
def test_a_slice_in_space(tmp_path, fields):
    text = header(space="left-posterior-superior", **{"space units": '"nm" "nm" "nm"'}, **fields)
    (tmp_path / "a.nrrd").write_bytes(text.encode() + b"\n" + RAW)
    found = is_stack(tmp_path / "a.nrrd", STACK.reshape(20, 6))
    assert found.voxel_size() == pytest.approx((2e-8, 1e-8), rel=1e-9, abs=0)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"dimension": 4, "sizes": "2 6 5 2", "kinds": "list domain domain domain"},
         "holds 2 values for each voxel .*save one layer"),
        ({"sizes": "3 10 4", "kinds": "RGB-color domain domain"}, "holds 3 values for each voxel"),
        ({"line skip": 10**9}, "skips 1000000000 lines, of which"),
        ({"line skip": -1}, "skips -1 lines"),
        ({"byte skip": 10**12}, "needs 1000000000"),
        ({"byte skip": -2}, "skips 0 lines and -2 bytes"),
        ({"sizes": "60000 60000 60000"}, "more than any compression gives"),
        ({"encoding": "gzip", "sizes": "60000 60000 2"}, "more than any compression gives"),
        ({"encoding": "gzip", "byte skip": 10**12}, "more than any compression gives"),
        ({"encoding": "hex"}, "has encoding 'hex': expected"),
        ({"type": "uint16"}, "does not say the byte order"),
        ({"data file": "../a.raw"}, "lies outside of its folder"),
        ({"data file": "/etc/passwd"}, "lies outside of its folder"),
        ({"data file": "pipe"}, "is no plain file"),
        ({"data file": "LIST"}, "does not exist"),
        ({"data file": "a%d.raw 1 1000000000 1"}, "does not exist"),
        ({"data file": "a%d.raw 1 90000000 1"}, "names 90000000 files for 4 slices"),
        ({"data file": "%999999999d%d 1 4 1"}, "does not exist"),
    ],
)  # fmt: skip
def test_what_is_refused(tmp_path, fields, says):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a.nrrd").write_bytes(header(**fields).encode() + b"\n" + RAW)
    for lazy in (False, True):
        with pytest.raises(InputError, match=says):
            open_image(tmp_path / "a.nrrd", lazy=lazy)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("LIST", "names 0 files"),
        ("../a.raw", "lies outside of its folder"),
        ("pipe", "is no plain file"),
        ("none.raw", "does not exist"),
        ("s%03d.raw 1 4 0", "does not exist"),
        ("LIST\n" + "part01.raw\n" * 3, "names 3 files for 4 slices"),
    ],
)
def test_what_metaimage_may_not_name(tmp_path, data, says):
    os.mkfifo(tmp_path / "pipe")
    parts(tmp_path)
    (tmp_path / "a.mhd").write_text(meta(data))
    with pytest.raises(InputError, match=says):
        open_image(tmp_path / "a.mhd")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
@pytest.mark.parametrize("extra", [b"", b"x"])
def test_compressed_values_of_another_length(tmp_path, pack, extra):
    name = "gzip" if pack is gzip.compress else "bzip2"
    data = pack(RAW + extra if extra else RAW[:-1])
    (tmp_path / "a.nrrd").write_bytes(header(encoding=name).encode() + b"\n" + data)
    with pytest.raises(InputError, match=r"decompresses to (119|more) bytes, but .* needs 120"):
        open_image(tmp_path / "a.nrrd")


def test_text_with_numbers_that_the_type_does_not_hold(tmp_path):
    text = " ".join(["300", *map(str, STACK.ravel()[1:])]).encode()
    (tmp_path / "a.nrrd").write_bytes(header(encoding="ascii").encode() + b"\n" + text)
    with pytest.raises(InputError, match="not all of them uint8"):
        open_image(tmp_path / "a.nrrd")
