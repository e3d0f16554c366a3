"""Meshes as .vtu files, VTK's XML format of unstructured grids.

Format: https://docs.vtk.org/en/latest/vtk_file_formats/vtkxml_file_format.html. Written as
compressed binary data in the XML; read in every encoding of it that VTK writes, but for LZ4.
Names are bytes in UTF-8, each followed by a zero.
"""

import base64
import lzma
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, UnsupportedError
from anosim.formats.beside import file_beside
from anosim.formats.limits import check_size
from anosim.formats.meshes.groups import Regions
from anosim.formats.meshes.parts import Parts, in_space
from anosim.formats.meshes.pieces import joined
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
from anosim.formats.xml import parsed
from anosim.meshes import Mesh

_TYPES = {"Float64": "f8", "Float32": "f4", "Int64": "i8", "Int32": "i4", "Int16": "i2"}
_TYPES |= {"Int8": "i1", "UInt64": "u8", "UInt32": "u4", "UInt16": "u2", "UInt8": "u1"}
_TYPES |= {"String": "i1", "Int": "i4"}
_FILES = ("UnstructuredGrid", "PUnstructuredGrid", "Collection")
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
    """Read a .vtu file, a .pvtu file with the .vtu files that it names, or a .pvd file.

    Pieces are joined; of a .pvd file the last time is read.

    Raises:
        InputError: not such a file, too large a one, one that names files elsewhere.
        UnsupportedError: data compressed by LZ4.
    """
    return joined(list(_pieces(path))).parts(regions)


def named_files(path: Path) -> list[Path]:
    """The files that a .pvtu or .pvd file names."""
    if path.suffix.lower() == ".vtu":
        return []
    try:
        files = _named(path, _root(path.read_bytes())[0])
        return [file for named in files for file in (named, *named_files(named))]
    except InputError:  # reading tells
        return []


def _pieces(path: Path, depth: int = 0) -> Iterator[Grid]:
    root, appended = _root(path.read_bytes())
    if root.get("type") != "UnstructuredGrid":
        if depth > 1:
            raise InputError(f"{str(path)!r} is named by a file of files that names it")
        for file in _named(path, root):
            yield from _pieces(file, depth + 1)
        return
    coded = (root.findtext("AppendedData") or "").strip()
    source = _Source.of(path, root, appended, coded[1:].encode())
    for piece in root.findall("UnstructuredGrid/Piece"):
        if int(piece.get("NumberOfCells", "1")):
            yield _grid(source, root, piece)


def _root(data: bytes) -> tuple[Any, bytes]:
    """The root element, and the bytes that are appended to the XML."""
    raw = re.search(rb'<AppendedData\s+encoding="raw"\s*>\s*_', data)
    appended = b""
    if raw is not None:  # no XML: it ends where the file does, but for the closing tags
        appended = data[raw.end() : data.rindex(b"</AppendedData>")]
        data = data[: raw.start()] + b"</VTKFile>"
    root = parsed(data)
    if root.tag != "VTKFile" or root.get("type") not in _FILES:
        raise InputError(
            f"it is a {root.tag} of type {root.get('type')!r}: expected a VTKFile of type "
            "'UnstructuredGrid'"
        )
    return root, appended


def _named(path: Path, root: Any) -> list[Path]:
    """Files of the pieces; of those over time the last."""
    if root.get("type") == "PUnstructuredGrid":
        names = [piece.get("Source", "") for piece in root.findall("PUnstructuredGrid/Piece")]
    else:
        sets = root.findall("Collection/DataSet")
        last = max((float(s.get("timestep", "0")) for s in sets), default=0.0)
        parts = {
            (s.get("group", ""), s.get("part", "0")): s.get("file", "")
            for s in sets
            if float(s.get("timestep", "0")) == last
        }
        names = list(parts.values())
    return [file_beside(path, name) for name in names]


def _grid(source: "_Source", root: Any, piece: Any) -> Grid:
    cells = {a.get("Name"): source.array(a) for a in piece.findall("Cells/DataArray")}
    held = {a.get("Name"): a for a in root.findall("UnstructuredGrid/FieldData/*")}
    types = cells["types"].astype(np.int64)
    name = BOUNDARY_TABLES[dimension_of_types(types)]
    table = source.array(held[name]) if name in held else np.empty(0)
    points = source.array(piece.find("Points/DataArray")).astype(np.float64)
    data = [a for a in piece.findall("CellData/DataArray") if a.get("type") != "String"]
    return Grid(
        points.reshape(-1, 3),
        cells["connectivity"].astype(np.int64),
        cells["offsets"].astype(np.int64),
        types,
        {
            str(a.get("Name")): source.array(a)
            for a in data
            if a.get("NumberOfComponents", "1") in ("0", "1")
        },
        phase_names(source.texts(held.get("phases")), types),
        table.astype(np.int64),
        dict(enumerate(source.texts(held.get("boundaries")))),
    )


@dataclass
class _Source:
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
    def of(cls, path: Path, root: Any, raw: bytes, coded: bytes) -> "_Source":
        order: Literal["<", ">"] = (
            "<" if root.get("byte_order", "LittleEndian") == "LittleEndian" else ">"
        )
        head = _TYPES[root.get("header_type", "UInt32")]
        return cls(path, order, order + head, root.get("compressor", ""), raw, coded)

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
        self._claim(count * int(head[1]))
        place, blocks = size * (3 + count), []
        for length in head[3:].tolist():
            blocks.append(self._block(raw[place : place + length], int(head[1])))
            place += length
        return b"".join(blocks)

    def _claim(self, size: int) -> None:
        """Count bytes that are about to be unpacked; pieces may share the packed ones."""
        self.unpacked += size
        stored = self.path.stat().st_size
        check_size(self.path, 2 * self.unpacked, stored, "compressed data")

    def _block(self, packed: bytes, size: int) -> bytes:
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


def _whole(coded: bytes) -> bytes:
    """Base 64 up to its end: appended data of several arrays follow one another."""
    end = re.search(rb"[^A-Za-z0-9+/]", coded)
    cut = coded if end is None else coded[: end.end() + (coded[end.end() : end.end() + 1] == b"=")]
    return cut[: len(cut) // 4 * 4]
