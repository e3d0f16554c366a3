"""Meshes as .vtu files, VTK's XML format of unstructured grids.

Format: https://docs.vtk.org/en/latest/vtk_file_formats/vtkxml_file_format.html. Written as
compressed binary data in the XML; read in every encoding of it that VTK writes, but for LZ4.
Names are bytes in UTF-8, each followed by a zero.
"""

import base64
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.formats.beside import file_beside
from anosim.formats.meshes.groups import Regions
from anosim.formats.meshes.parts import Parts, in_space
from anosim.formats.meshes.pieces import joined
from anosim.formats.meshes.vtk import (
    BOUNDARY_TABLES,
    KINDS,
    Grid,
    boundary_table,
    codes,
    phase_names,
)
from anosim.formats.meshes.vtk_cells import dimension_of_types
from anosim.formats.meshes.vtu_arrays import TYPES, Source
from anosim.formats.xml import parsed
from anosim.meshes import Mesh

_FILES = ("UnstructuredGrid", "PUnstructuredGrid", "Collection")
_BLOCK = 1 << 16


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
    raw = array.astype("<" + TYPES[kind]).tobytes()
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


def named_files(path: Path, depth: int = 0) -> list[Path]:
    """The files that a .pvtu or .pvd file names."""
    if path.suffix.lower() == ".vtu" or depth > 1:
        return []
    try:
        files = _named(path, _root(path.read_bytes())[0])
    except InputError:  # reading tells
        return []
    return [file for named in files for file in (named, *named_files(named, depth + 1))]


def _pieces(path: Path, depth: int = 0) -> Iterator[Grid]:
    root, appended = _root(path.read_bytes())
    if root.get("type") != "UnstructuredGrid":
        if depth > 1:
            raise InputError(f"{path.name!r} names files of files of files")
        for file in _named(path, root):
            yield from _pieces(file, depth + 1)
        return
    coded = (root.findtext("AppendedData") or "").strip()
    source = Source.of(path, root, appended, coded[1:].encode())
    held = {a.get("Name"): a for a in root.findall("UnstructuredGrid/FieldData/*")}
    for piece in root.findall("UnstructuredGrid/Piece"):
        if int(piece.get("NumberOfCells", "1")):
            yield _grid(source, held, piece)


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
        parts = {  # of one part the last: DOLFINx adds the mesh with a field to the mesh alone
            (s.get("group", ""), s.get("part", "0"), s.get("name", "")): s.get("file", "")
            for s in sets
            if float(s.get("timestep", "0")) == last
        }
        names = list(parts.values())
    return [file_beside(path, name) for name in dict.fromkeys(names)]


def _grid(source: Source, held: dict[str, Any], piece: Any) -> Grid:
    cells = {a.get("Name"): source.array(a) for a in piece.findall("Cells/DataArray")}
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
