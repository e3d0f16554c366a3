"""Small files that declare large images are refused before anything is read, lazily or not."""

import struct
import zlib

import numpy as np
import pytest
import tifffile

from anosim.errors import InputError
from anosim.formats.images import open_image
from anosim.formats.limits import available_memory


def _tiff(path, compression, width=60000, pieces=((278, 60000), (273, 200), (279, 100))):
    tags = [(256, width), (257, width), (258, 8), (259, compression), (262, 1), (277, 1), *pieces]
    raw = b"II*\0" + struct.pack("<IH", 8, len(tags))
    for code, value in sorted(tags):
        raw += struct.pack("<HHII", code, 4, 1, value)
    path.write_bytes(raw + bytes(4) + zlib.compress(bytes(1000)) + bytes(400))


def _png(path, width=60000, height=60000):
    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
                     + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b""))  # fmt: skip


def _npy(path):
    head = b"{'descr': '|u1', 'fortran_order': False, 'shape': (60000, 60000), }".ljust(117) + b"\n"
    path.write_bytes(b"\x93NUMPY\1\0" + struct.pack("<H", len(head)) + head + bytes(99))


def _described(path, text):
    tifffile.imwrite(path, np.zeros((3, 4, 5), np.uint8), description=text, metadata=None,
                     photometric="minisblack")  # fmt: skip


BOMBS = {
    "raw.tif": lambda path: _tiff(path, 1),
    "lzw.tif": lambda path: _tiff(path, 5),
    "deflate.tif": lambda path: _tiff(path, 8),
    "packbits.tif": lambda path: _tiff(path, 32773),
    "tile.tif": lambda path: _tiff(
        path, 8, 10, ((322, 60000), (323, 60000), (324, 200), (325, 100))
    ),
    "imagej.tif": lambda path: _described(
        path, "ImageJ=1.5\nimages=1000000000\nslices=1000000000\n"
    ),
    "shaped.tif": lambda path: _described(path, '{"shape": [1000000000, 4, 5]}'),
    "wide.tif": lambda path: _described(path, '{"shape": [3, 4, 500000000]}'),
    "a.png": _png,
    "longest.png": lambda path: _png(path, 2**31 - 1, 2**31 - 1),
    "a.npy": _npy,
}


@pytest.mark.parametrize("name", BOMBS)
def test_declared_sizes_are_checked_first(tmp_path, name):
    BOMBS[name](tmp_path / name)
    assert (tmp_path / name).stat().st_size < 1200
    for lazy in (False, True):
        with pytest.raises(
            InputError, match=r"more than any compression|truncated|damaged|holds 3"
        ):
            open_image(tmp_path / name, lazy=lazy)


def test_a_sparse_file_larger_than_memory_is_opened_lazily_only(tmp_path):
    free = available_memory()
    depth = int(2 * free / 1e9) + 2
    with (tmp_path / "a.raw").open("wb") as file:
        file.truncate(depth * 10**9)
    (tmp_path / "a.raw.toml").write_text(f'shape = [{depth}, 1000, 1000000]\ndtype = "uint8"\n')
    with pytest.raises(InputError, match=r"of memory are needed and .* are free"):
        open_image(tmp_path / "a.raw")
    found = open_image(tmp_path / "a.raw", lazy=True)
    assert found.shape == (depth, 1000, 1000000)


def test_an_honest_picture_of_many_pixels_is_read(tmp_path):
    from PIL import Image

    Image.new("1", (20000, 10000)).save(tmp_path / "a.png")  # beyond the limit of Pillow itself
    assert open_image(tmp_path / "a.png").shape == (10000, 20000)
