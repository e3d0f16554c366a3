"""Meshes as .vtu files, VTK's XML format of unstructured grids.

Format: https://docs.vtk.org/en/latest/vtk_file_formats/vtkxml_file_format.html. Written as
compressed binary data in the XML; read in every encoding of it that VTK writes, but for LZ4.
Names are bytes in UTF-8, each followed by a zero.
"""

import base64
import lzma
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, UnsupportedError
from anosim.formats.meshes.groups import Regions
from anosim.formats.meshes.parts import Parts, in_space
from anosim.formats.meshes.vtk import (
    BOUNDARY_TABLES,
    KINDS,
    Grid,
    boundary_table,
    codes,
    decoded_names,
    dimension_of_types,
    phase_names,
)
from anosim.meshes import Mesh

_TYPES = {"Float64": "f8", "Float32": "f4", "Int64": "i8", "Int32": "i4", "Int16": "i2"}
_TYPES |= {"Int8": "i1", "UInt64": "u8", "UInt32": "u4", "UInt16": "u2", "UInt8": "u1"}
_TYPES |= {"String": "i1", "Int": "i4"}
_BLOCK, _MOST_BLOCK = 1 << 16, 1 << 28


def write(mesh: Mesh, path: Path) -> None:
    """Write a .vtu file."""
    count, nodes = mesh.cells.shape
    points = in_space(mesh.points)
    names, table = boundary_table(mesh)
    lines = [
        '<?xml version="1.0"?>',
        '<VTKFile type="UnstructuredGrid" version="1.0" byte_order="LittleEndian" '
        'header_type="UInt64" compressor="vtkZLibDataCompressor">',
        "<UnstructuredGrid>",
        "<FieldData>",
        _array("phases", codes(mesh.phases)),
        _array("boundaries", codes(names)),
        _array(BOUNDARY_TABLES[mesh.dimension], table),
        "</FieldData>",
        f'<Piece NumberOfPoints="{len(points)}" NumberOfCells="{count}">',
        "<Points>",
        _array("Points", points),
        "</Points>",
        "<Cells>",
        _array("connectivity", mesh.cells.ravel()),
        _array("offsets", np.arange(1, count + 1) * nodes),
        _array("types", np.full(count, KINDS[nodes], dtype=np.uint8)),
        "</Cells>",
        "<CellData>",
        _array("phase", mesh.cell_phase),
        _array("quality", mesh.quality),
        "</CellData>",
        "</Piece>",
        "</UnstructuredGrid>",
        "</VTKFile>",
    ]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")


def _array(name: str, array: NDArray[Any]) -> str:
    kind = {"f": "Float64", "i": "Int64", "u": "UInt8"}[array.dtype.kind]
    given = f'type="{kind}" Name="{name}" NumberOfTuples="{len(array)}"'
    if array.ndim > 1:
        given += f' NumberOfComponents="{array.shape[1]}"'
    raw = array.astype("<" + _TYPES[kind]).tobytes()
    return f'<DataArray {given} format="binary">{_packed(raw)}</DataArray>'


def _packed(raw: bytes) -> str:
    """Blocks compressed by zlib, with their sizes before them, in base 64."""
    blocks = [raw[start : start + _BLOCK] for start in range(0, len(raw), _BLOCK)]
    packed = [zlib.compress(block, 1) for block in blocks]
    last = len(raw) % _BLOCK
    head = np.array([len(blocks), _BLOCK, last, *map(len, packed)], dtype="<u8").tobytes()
    return (base64.b64encode(head) + base64.b64encode(b"".join(packed))).decode()


def read(path: Path, regions: Regions = ()) -> Parts:
    """Read a .vtu file of one piece.

    Raises:
        InputError: not such a file.
        UnsupportedError: several pieces, or data compressed by LZ4.
    """
    data = path.read_bytes()
    raw = re.search(rb'<AppendedData\s+encoding="raw"\s*>\s*_', data)
    appended = b""
    if raw is not None:  # no XML: it ends where the file does, but for the closing tags
        appended = data[raw.end() : data.rindex(b"</AppendedData>")]
        data = data[: raw.start()] + b"</VTKFile>"
    root = ElementTree.fromstring(data)
    if root.tag != "VTKFile" or root.get("type") != "UnstructuredGrid":
        raise InputError("it is no VTKFile of type UnstructuredGrid")
    coded = root.findtext("AppendedData", "").strip()
    source = _Source.of(root, appended, coded[1:].encode())
    pieces = root.findall("UnstructuredGrid/Piece")
    if len(pieces) != 1:
        raise UnsupportedError(f"the mesh is in {len(pieces)} pieces: save it as one")
    return _grid(source, root, pieces[0]).parts(regions)


def _grid(source: "_Source", root: Any, piece: Any) -> Grid:
    cells = {a.get("Name"): source.array(a) for a in piece.findall("Cells/DataArray")}
    held = {a.get("Name"): a for a in root.findall("UnstructuredGrid/FieldData/*")}
    types = cells["types"].astype(np.int64)
    name = BOUNDARY_TABLES[dimension_of_types(types)]
    table = source.array(held[name]) if name in held else np.empty(0)
    points = source.array(piece.find("Points/DataArray")).astype(np.float64)
    return Grid(
        points.reshape(-1, 3),
        cells["connectivity"].astype(np.int64),
        cells["offsets"].astype(np.int64),
        types,
        {str(a.get("Name")): source.array(a) for a in piece.findall("CellData/DataArray")},
        phase_names(source.texts(held.get("phases")), types),
        table.astype(np.int64),
        dict(enumerate(source.texts(held.get("boundaries")))),
    )


@dataclass(frozen=True)
class _Source:
    """Where the arrays of a file are, and how they are coded.

    Attributes:
        order: of bytes, "<" or ">".
        head: type of the numbers before the data.
        compressor: its name, or empty.
        raw: appended bytes.
        coded: appended base 64.
    """

    order: Literal["<", ">"]
    head: str
    compressor: str
    raw: bytes
    coded: bytes

    @classmethod
    def of(cls, root: Any, raw: bytes, coded: bytes) -> "_Source":
        order: Literal["<", ">"] = (
            "<" if root.get("byte_order", "LittleEndian") == "LittleEndian" else ">"
        )
        head = _TYPES[root.get("header_type", "UInt32")]
        return cls(order, order + head, root.get("compressor", ""), raw, coded)

    def array(self, element: Any) -> NDArray[Any]:
        """The numbers of a DataArray, flat."""
        kind = np.dtype(_TYPES[element.get("type")]).newbyteorder(self.order)
        text = element.text or ""
        match element.get("format"):
            case "ascii":
                return np.array(text.split(), dtype=np.float64 if kind.kind == "f" else np.int64)
            case "binary":
                raw = self._decoded(b"".join(text.encode().split()))
            case "appended" if self.raw:
                raw = self._unpacked(self.raw[int(element.get("offset")) :])
            case _:
                raw = self._decoded(self.coded[int(element.get("offset")) :])
        return np.frombuffer(raw, dtype=kind)

    def texts(self, element: Any) -> list[str]:
        """The texts of a DataArray of type String or UInt8."""
        return [] if element is None else decoded_names(self.array(element))

    def _decoded(self, coded: bytes) -> bytes:
        """Data in base 64: the head is coded by itself where data are compressed."""
        size = np.dtype(self.head).itemsize
        if not self.compressor:
            return self._unpacked(base64.b64decode(_whole(coded)))
        first = base64.b64decode(coded[: -(-size // 3) * 4])
        count = int(np.frombuffer(first, self.head, 1)[0])
        length = -(-(3 + count) * size // 3) * 4
        head = base64.b64decode(coded[:length])
        return self._unpacked(head + base64.b64decode(_whole(coded[length:])))

    def _unpacked(self, raw: bytes) -> bytes:
        size = np.dtype(self.head).itemsize
        count = int(np.frombuffer(raw, self.head, 1)[0])
        if not self.compressor:
            return raw[size : size + count]
        head = np.frombuffer(raw, self.head, 3 + count).astype(np.int64)
        place, blocks = size * (3 + count), []
        for length in head[3:].tolist():
            blocks.append(self._block(raw[place : place + length], int(head[1])))
            place += length
        return b"".join(blocks)

    def _block(self, packed: bytes, size: int) -> bytes:
        if not 0 < size <= _MOST_BLOCK:
            raise InputError(f"a block of compressed data claims to have {size} bytes")
        match self.compressor:
            case "vtkZLibDataCompressor":
                return zlib.decompressobj().decompress(packed, size)
            case "vtkLZMADataCompressor":
                return lzma.LZMADecompressor().decompress(packed, size)
        raise UnsupportedError(f"the data are compressed by {self.compressor}: save it with ZLib")


def _whole(coded: bytes) -> bytes:
    """Base 64 up to its end: appended data of several arrays follow one another."""
    end = re.search(rb"[^A-Za-z0-9+/]", coded)
    cut = coded if end is None else coded[: end.end() + (coded[end.end() : end.end() + 1] == b"=")]
    return cut[: len(cut) // 4 * 4]
