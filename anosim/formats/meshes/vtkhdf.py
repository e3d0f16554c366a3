"""Meshes as VTKHDF files, from this package and others."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np

from anosim.errors import InputError, UnsupportedError
from anosim.formats import vtkhdf
from anosim.formats.meshes.groups import Regions
from anosim.formats.meshes.parts import Parts
from anosim.formats.meshes.vtk import (
    BOUNDARY_TABLES,
    Grid,
    decoded_names,
    dimension_of_types,
    phase_names,
)
from anosim.meshes import Mesh

MOST = 2000
"""Times that data may be larger than their file, which is more than deflate can do."""


def write(mesh: Mesh, path: Path) -> None:
    """Write a .vtkhdf file."""
    vtkhdf.write_mesh(mesh, path)


def read(path: Path, regions: Regions = ()) -> Parts:
    """Read a .vtkhdf file with an unstructured grid in one piece.

    Raises:
        InputError: another kind of data.
        UnsupportedError: several pieces.
    """
    most = MOST * path.stat().st_size
    with h5py.File(path, "r") as file:
        root = file["VTKHDF"]
        kind = root.attrs["Type"]
        text = kind.decode() if isinstance(kind, bytes) else str(kind)
        if text != "UnstructuredGrid":
            raise InputError(f"it holds data of type {text!r}: expected 'UnstructuredGrid'")
        if len(root["NumberOfPoints"]) > 1 and "Steps" not in root:
            raise UnsupportedError("the mesh is in several pieces: save it as one")
        count = int(root["NumberOfPoints"][0])
        cells = int(root["NumberOfCells"][0])
        arrays = {name: array(root[name], most) for name in ("Connectivity", "Offsets", "Types")}
        types = arrays["Types"][:cells].astype(np.int64)
        table = _field(root, BOUNDARY_TABLES[dimension_of_types(types)], most)
        return Grid(
            array(root["Points"], most)[:count].astype(np.float64),
            arrays["Connectivity"].astype(np.int64),
            arrays["Offsets"][1 : cells + 1].astype(np.int64),
            types,
            {name: array(data, most) for name, data in root.get("CellData", {}).items()},
            phase_names(_strings(root, "phases", most), types),
            np.empty(0, np.int64) if table is None else table.astype(np.int64),
            dict(enumerate(_strings(root, "boundaries", most))),
        ).parts(regions)


def array(data: Any, most: int) -> Any:
    """A dataset in memory.

    Raises:
        InputError: it claims to be far larger than its file.
    """
    if data.size * max(data.dtype.itemsize, 1) > most:
        raise InputError(f"{data.name} claims to have {data.size} values")
    return data[()]


def _field(root: Any, name: str, most: int) -> Any:
    return array(root["FieldData"][name], most) if name in root.get("FieldData", {}) else None


def _strings(root: Any, name: str, most: int) -> list[str]:
    """Names as this package keeps them beside the grid, or as VTK does in the field data.

    HDF5 keeps texts of any length in a way that its library can search forever when it is
    damaged; arrays of bytes are safe.
    """
    if name in root.file.get("names", {}):
        return decoded_names(array(root.file["names"][name], most))
    found = _field(root, name, most)
    texts = [] if found is None else found.tolist()
    return [t.decode(errors="replace") if isinstance(t, bytes) else str(t) for t in texts]
