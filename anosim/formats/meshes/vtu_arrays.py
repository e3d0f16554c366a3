"""Arrays of .vtu files: where they are, how they are coded and compressed."""

import base64
import lzma
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, UnsupportedError
from anosim.formats.limits import check_size
from anosim.formats.meshes.vtk import decoded_names

TYPES = {"Float64": "f8", "Float32": "f4", "Int64": "i8", "Int32": "i4", "Int16": "i2"}
TYPES |= {"Int8": "i1", "UInt64": "u8", "UInt32": "u4", "UInt16": "u2", "UInt8": "u1"}
TYPES |= {"String": "i1", "Int": "i4"}
"""NumPy's types by VTK's names."""
_MOST_BLOCK = 1 << 28


@dataclass
class Source:
    """Where the arrays of a file are, and how they are coded.

    Attributes:
        path: the file.
        order: of bytes, "<" or ">".
        head: type of the numbers before the data.
        compressor: its name, or empty.
        raw: appended bytes.
        coded: appended base 64.
        unpacked: bytes of data so far.
    """

    path: Path
    order: Literal["<", ">"]
    head: str
    compressor: str
    raw: bytes
    coded: bytes
    unpacked: int = 0

    @classmethod
    def of(cls, path: Path, root: Any, raw: bytes, coded: bytes) -> "Source":
        """The arrays of a file, by its root element and what is appended to it."""
        order: Literal["<", ">"] = (
            "<" if root.get("byte_order", "LittleEndian") == "LittleEndian" else ">"
        )
        head = TYPES[root.get("header_type", "UInt32")]
        return cls(path, order, order + head, root.get("compressor", ""), raw, coded)

    def array(self, element: Any) -> NDArray[Any]:
        """The numbers of a DataArray, flat."""
        kind = np.dtype(TYPES[element.get("type")]).newbyteorder(self.order)
        text = element.text or ""
        match element.get("format"):
            case "ascii":
                return np.array(text.split(), dtype=np.float64 if kind.kind == "f" else np.int64)
            case "binary":
                raw = self._decoded(b"".join(text.encode().split()))
            case _ if self.raw:
                raw = self._unpacked(memoryview(self.raw)[self._offset(element, self.raw) :])
            case _:
                raw = self._decoded(self.coded, self._offset(element, self.coded))
        return np.frombuffer(raw, dtype=kind)

    def texts(self, element: Any) -> list[str]:
        """The texts of a DataArray of type String or UInt8."""
        return [] if element is None else decoded_names(self.array(element))

    def _offset(self, element: Any, data: bytes) -> int:
        offset = int(element.get("offset"))
        if not 0 <= offset < len(data):
            name = element.get("Name", "Points")
            raise InputError(f"{name!r} is at {offset} of {len(data)} appended bytes")
        return offset

    def _decoded(self, coded: bytes, start: int = 0) -> bytes:
        """Data in base 64, of just this array: others follow it.

        The head is coded by itself where data are compressed.
        """
        size = np.dtype(self.head).itemsize
        first = base64.b64decode(coded[start : start + -(-size // 3) * 4])
        count = int(np.frombuffer(first, self.head, 1)[0])
        if not self.compressor:
            return self._unpacked(base64.b64decode(_part(coded, start, size + count)))
        head = base64.b64decode(_part(coded, start, (3 + count) * size))
        packed = sum(np.frombuffer(head, self.head, 3 + count)[3:].tolist())
        start += -(-len(head) // 3) * 4
        return self._unpacked(head + base64.b64decode(_part(coded, start, packed)))

    def _unpacked(self, raw: bytes | memoryview) -> bytes:
        size = np.dtype(self.head).itemsize
        count = int(np.frombuffer(raw, self.head, 1)[0])
        if not self.compressor:
            self._claim(min(count, len(raw)))
            return bytes(raw[size : size + count])
        head = np.frombuffer(raw, self.head, 3 + count).astype(np.int64)
        self._claim(count * int(head[1]))
        place, blocks = size * (3 + count), []
        for length in head[3:].tolist():
            blocks.append(self._block(raw[place : place + length], int(head[1])))
            place += length
        return b"".join(blocks)

    def _claim(self, size: int) -> None:
        """Count bytes that are about to be read; pieces may share the stored ones."""
        self.unpacked += size
        stored = self.path.stat().st_size
        what = "compressed data" if self.compressor else "data of its pieces"
        check_size(self.path, 2 * self.unpacked, stored, what)

    def _block(self, packed: bytes | memoryview, size: int) -> bytes:
        if not 0 < size <= _MOST_BLOCK:
            raise InputError(f"a block of compressed data claims to have {size} bytes")
        match self.compressor:
            case "vtkZLibDataCompressor":
                return zlib.decompressobj().decompress(packed, size)
            case "vtkLZMADataCompressor":
                return lzma.LZMADecompressor(memlimit=_MOST_BLOCK).decompress(packed, size)
        raise UnsupportedError(
            f"the data are compressed by {self.compressor}: save them with ZLib or uncompressed"
        )


def _part(coded: bytes, start: int, size: int) -> bytes:
    """Base 64 of as many bytes."""
    return coded[start : start + -(-size // 3) * 4]
