"""Meshes as VTKHDF files, from this package and others."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from anosim.errors import InputError
from anosim.formats import vtkhdf
from anosim.formats.images.hdf5_links import LinkedFile, opened
from anosim.formats.meshes.groups import Regions
from anosim.formats.meshes.hdf5 import dataset
from anosim.formats.meshes.parts import Parts
from anosim.formats.meshes.pieces import joined
from anosim.formats.meshes.vtk import BOUNDARY_TABLES, Grid, decoded_names, phase_names
from anosim.formats.meshes.vtk_cells import dimension_of_types
from anosim.meshes import Ints, Mesh


def write(mesh: Mesh, path: Path) -> None:
    """Write a .vtkhdf file."""
    vtkhdf.write_mesh(mesh, path)


def read(path: Path, regions: Regions = ()) -> Parts:
    """Read a .vtkhdf file with an unstructured grid; its pieces are joined, its last time is read.

    Raises:
        InputError: another kind of data, or more than fits into memory.
    """
    with opened(path) as file:
        root = file.node("VTKHDF")
        kind = root.attrs["Type"]
        text = kind.decode() if isinstance(kind, bytes) else str(kind)
        if text != "UnstructuredGrid":
            raise InputError(f"it holds data of type {text!r}: expected 'UnstructuredGrid'")
        return joined(list(_pieces(file))).parts(regions)


def _pieces(file: LinkedFile) -> Iterator[Grid]:
    first = _step(file, "PartOffsets", 0)
    sizes = _array(file, "NumberOfCells")
    parts = _step(file, "NumberOfParts", len(sizes) - first)
    counts = np.column_stack(
        [
            _array(file, name)[first : first + parts].ravel()
            for name in ("NumberOfPoints", "NumberOfConnectivityIds")
        ]
        + [sizes[first : first + parts].ravel()]
    ).astype(np.int64)
    starts = [
        _step(file, name, 0) for name in ("PointOffsets", "ConnectivityIdOffsets", "CellOffsets")
    ]
    before = np.cumsum(counts, axis=0) - counts + starts
    for rank, (count, start) in enumerate(zip(counts, before, strict=True)):
        if count[2]:
            yield _piece(file, count, start, first + rank, int(start[2] - starts[2]))


def _piece(file: LinkedFile, count: Ints, start: Ints, part: int, cells: int) -> Grid:
    """Grid of a part: counts of points, connectivity and cells, and where they start."""

    def rows(name: str, axis: int, more: int = 0) -> Any:
        begin = int(start[axis]) + (part if more else 0)
        return dataset(file, file.node(f"VTKHDF/{name}"), begin, int(count[axis]) + more)

    types = rows("Types", 2).astype(np.int64)
    names = [_strings(file, name) for name in ("phases", "boundaries")]
    table = _field(file, BOUNDARY_TABLES[dimension_of_types(types)])
    group = file.node("VTKHDF/CellData") if "CellData" in file.node("VTKHDF") else {}
    data = {}
    for name in group:
        node = file.node(name, group)
        if getattr(node, "ndim", 0) == 1 or getattr(node, "shape", ())[1:] == (1,):
            begin = _step(file, f"CellDataOffsets/{name}", 0) + cells
            data[name] = dataset(file, node, begin, int(count[2]))
    return Grid(
        rows("Points", 0).astype(np.float64),
        rows("Connectivity", 1).astype(np.int64),
        rows("Offsets", 2, 1)[1:].astype(np.int64),
        types,
        data,
        phase_names(names[0], types),
        np.empty(0, np.int64) if table is None else table.astype(np.int64),
        dict(enumerate(names[1])),
    )


def _array(file: LinkedFile, name: str) -> Any:
    return dataset(file, file.node(f"VTKHDF/{name}"))


def _step(file: LinkedFile, name: str, default: int) -> int:
    """The last entry of an array over time; the default where there is none."""
    try:
        node = file.node(f"VTKHDF/Steps/{name}")
    except InputError:
        return default
    return int(dataset(file, node, max(len(node) - 1, 0), 1).ravel()[0])


def _field(file: LinkedFile, name: str) -> Any:
    try:
        node = file.node(f"VTKHDF/FieldData/{name}")
    except InputError:
        return None
    return dataset(file, node)


def _strings(file: LinkedFile, name: str) -> list[str]:
    """Names as this package keeps them beside the grid, or as VTK does in the field data.

    HDF5 keeps texts of any length in a way that its library can search forever when it is
    damaged; arrays of bytes are safe.
    """
    if name in file.root.get("names", {}):
        return decoded_names(dataset(file, file.node(f"names/{name}")))
    found = _field(file, name)
    texts = [] if found is None else found.tolist()
    return [t.decode(errors="replace") if isinstance(t, bytes) else str(t) for t in texts]
