"""MRC: signed and unsigned bytes, mapped axes, machine stamps, sizes that are too large."""

import struct

import mrcfile
import numpy as np
import pytest

from anosim.errors import InputError
from anosim.formats.images import open_image

STACK = np.arange(3 * 4 * 5, dtype=np.int16).reshape(3, 4, 5)
IMOD = 1146047817


def write(path, values, words=()):
    """A file by another library, with the given (word, format, value) put into its header."""
    with mrcfile.new(path) as file:
        file.set_data(values)
        file.set_volume()
        file.voxel_size = (100.0, 200.0, 400.0)
    raw = bytearray(path.read_bytes())
    for word, kind, value in words:
        struct.pack_into(kind, raw, 4 * word, value)
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize(
    ("words", "dtype"),
    [
        ([(38, "<i", IMOD), (39, "<i", 0)], np.uint8),
        ([(38, "<i", IMOD), (39, "<i", 4)], np.uint8),
        ([(38, "<i", IMOD), (39, "<i", 5)], np.int8),
        ([], np.int8),
        ([(20, "<f", 255.0)], np.uint8),
        ([(20, "<f", 127.0)], np.int8),
    ],
)
def test_bytes_are_signed_or_not_as_the_header_says(tmp_path, words, dtype, lazy):
    values = (STACK * 4).astype(np.uint8)
    found = open_image(write(tmp_path / "a.mrc", values.view(np.int8), words), lazy=lazy)
    assert found.dtype == dtype
    assert np.array_equal(found.array(), values.view(dtype))


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("mapped", [(1, 2, 3), (2, 1, 3), (3, 1, 2), (1, 3, 2), (2, 3, 1)])
def test_columns_rows_and_sections_become_x_y_and_z(tmp_path, mapped, lazy):
    places = [3 - mapped[2], 3 - mapped[1], 3 - mapped[0]]  # z, y or x of the stored axes
    stored = np.ascontiguousarray(STACK.transpose(places))
    words = [(16 + rank, "<i", axis) for rank, axis in enumerate(mapped)]
    words += [(7 + rank, "<i", size) for rank, size in enumerate(STACK.shape[::-1])]
    words += [(10 + k, "<f", n * h) for k, (n, h) in enumerate(
        zip(STACK.shape[::-1], (100.0, 200.0, 400.0), strict=True))]  # fmt: skip
    found = open_image(write(tmp_path / "a.mrc", stored, words), lazy=lazy)
    assert np.array_equal(found.array(), STACK)
    assert np.array_equal(found.slab(1, 3), STACK[1:3])
    assert found.voxel_size() == pytest.approx((4e-8, 2e-8, 1e-8), rel=1e-6, abs=0)


@pytest.mark.parametrize("stamp", [b"\x44\x41\0\0", b"\x44\x44\0\0", b"\0\0\0\0"])
@pytest.mark.parametrize("magic", [b"MAP ", b"\0\0\0\0"])
def test_machine_stamps_of_all_programs(tmp_path, stamp, magic):
    words = [(52, "4s", magic), (53, "4s", stamp)]
    assert np.array_equal(open_image(write(tmp_path / "a.mrc", STACK, words)).array(), STACK)


@pytest.mark.parametrize("stamp", [b"\x11\x11\0\0", b"\0\0\0\0"])
def test_the_other_byte_order(tmp_path, stamp):
    head = np.zeros(256, ">i4")
    head[:4], head[7:10], head[16:19] = (5, 4, 3, 1), (5, 4, 3), (1, 2, 3)
    head.view(">f4")[10:13] = 500.0, 800.0, 1200.0
    raw = bytearray(head.tobytes() + STACK.astype(">i2").tobytes())
    raw[208:216] = b"MAP " + stamp
    (tmp_path / "a.mrc").write_bytes(raw)
    found = open_image(tmp_path / "a.mrc")
    assert np.array_equal(found.array(), STACK)
    assert found.voxel_size() == pytest.approx((4e-8, 2e-8, 1e-8), rel=1e-6, abs=0)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([(23, "<i", 2**30)], "has 1144 bytes, but"),
        ([(23, "<i", -8)], "extended header has -8 bytes"),
        ([(16, "<i", 3)], r"axes \[3, 2, 3\], expected 1, 2 and 3 in any order"),
        ([(3, "<i", 4)], "holds complex numbers"),
        ([(3, "<i", 101)], "holds half bytes"),
        ([(0, "<i", 2**20), (1, "<i", 2**20)], "declares an array of shape"),
        ([(2, "<i", 0)], "damaged or not an MRC file"),
    ],
)
def test_headers_that_cannot_be_right(tmp_path, words, says):
    path = write(tmp_path / "a.mrc", STACK, words)
    for lazy in (False, True):
        with pytest.raises(InputError, match=says):
            open_image(path, lazy=lazy)
