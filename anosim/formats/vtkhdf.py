"""Meshes and solutions as VTKHDF files, which ParaView (5.12 or later) and PyVista open.

Format: https://docs.vtk.org/en/latest/vtk_file_formats/vtkhdf_file_format, version 2.0,
UnstructuredGrid. Lengths are in m, z = 0 and y runs downwards, as everywhere in this package.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.formats.atomic import replacing
from anosim.formats.meshes.parts import in_space
from anosim.formats.meshes.vtk import BOUNDARY_TABLES, KINDS, boundary_table, codes, held
from anosim.meshes import Floats, Ints, Mesh
from anosim.solution import Solution, Times


def write_mesh(mesh: Mesh, path: str | PathLike[str]) -> None:
    """The whole mesh with ``phase`` and ``quality`` (SICN) per cell.

    ``phase`` counts through the field data's ``phases``, which holds the names. Field data
    ``boundaries`` has the names of sides and interfaces, ``boundary_edges`` (in space
    ``boundary_facets``) their edges or facets.

    Raises:
        InputError: no such folder.
    """
    with _file(path) as root:
        _grid(root, mesh.points, mesh.cells)
        _cell_data(root, {"phase": mesh.cell_phase, "quality": mesh.quality})
        boundaries, table = boundary_table(mesh)
        for name, texts in (("phases", mesh.phases), ("boundaries", boundaries)):
            _names(root, held(texts), name)
            root.file[f"names/{name}"] = codes(texts)  # texts of any length are slow to check
        root[f"FieldData/{BOUNDARY_TABLES[mesh.dimension]}"] = table


def write_solution(
    solution: Solution,
    path: str | PathLike[str],
    times: Times = None,
    *,
    arrival: Floats | None = None,
) -> None:
    """The concentration in the domain at some times, on cells of the solution's own order.

    Point data ``concentration`` (mol/m^3) goes with time; cell data ``phase`` counts through the
    field data's ``phases``, the names of the mesh's phases. The mesh is stored once.

    Args:
        solution: what to write.
        path: ends in .vtkhdf, so that ParaView knows it.
        times: s or strings with a unit, in any order; the end without it.
        arrival: time to 90 % at the nodes, s, as ``solution.time_to(0.9)`` gives it; written as
            point data ``time_to_90``.

    Raises:
        InputError: no such folder, a time outside of what was solved, arrival times of another
            mesh.
    """
    domain, steps = solution.domain, np.unique(solution.times(times))
    if arrival is not None and arrival.shape != solution.base.shape:
        raise InputError(
            f"arrival has shape {arrival.shape}: expected one time per node, {solution.base.shape}"
        )
    with _file(path) as root:
        _grid(root, domain.points, domain.connectivity)
        _cell_data(root, {"phase": domain.mesh.cell_phase[domain.cells]})
        _names(root, domain.mesh.phases)
        point_data = root.create_group("PointData")
        _concentration(point_data, solution, steps)
        if arrival is not None:
            _dataset(point_data, "time_to_90", arrival).attrs["units"] = "s"
        moving = {"PointData": {"concentration": np.arange(len(steps)) * len(domain.points)}}
        _steps(root, steps, moving)


@contextmanager
def _file(path: str | PathLike[str]) -> Iterator[Any]:
    with replacing(path) as temporary, h5py.File(temporary, "w") as file:
        root = file.create_group("VTKHDF")
        root.attrs["Version"] = np.array([2, 0], dtype=np.int64)
        kind = b"UnstructuredGrid"  # the reader takes nothing but ASCII of fixed length
        root.attrs.create("Type", kind, dtype=h5py.string_dtype("ascii", len(kind)))
        yield root


def _grid(root: Any, points: Floats, connectivity: Ints) -> None:
    count, nodes = connectivity.shape
    root["NumberOfPoints"] = np.array([len(points)])
    root["NumberOfCells"] = np.array([count])
    root["NumberOfConnectivityIds"] = np.array([connectivity.size])
    _dataset(root, "Points", in_space(points))
    _dataset(root, "Connectivity", connectivity.ravel())
    _dataset(root, "Offsets", np.arange(count + 1, dtype=np.int64) * nodes)
    _dataset(root, "Types", np.full(count, KINDS[nodes], dtype=np.uint8))


def _cell_data(root: Any, arrays: Mapping[str, NDArray[Any]]) -> None:
    group = root.create_group("CellData")
    for name, array in arrays.items():
        _dataset(group, name, array)


def _names(root: Any, texts: Sequence[str], name: str = "phases") -> None:
    """Names as UTF-8 bytes that claim to be ASCII: VTK's reader crashes on any other string."""
    names = np.array([text.encode() for text in texts], dtype=object)
    kind = h5py.string_dtype("ascii")
    root.require_group("FieldData").create_dataset(name, data=names, dtype=kind)


def _concentration(group: Any, solution: Solution, steps: Floats) -> None:
    """One step after the other, each its own chunk: never all of them in memory."""
    n = len(solution.base)
    data = group.create_dataset(
        "concentration", (len(steps) * n,), "f8", chunks=(n,), compression="gzip", shuffle=True
    )
    data.attrs["units"] = "mol/m^3"
    for rank, time in enumerate(steps):
        data[rank * n : (rank + 1) * n] = solution.values([time])[0]


def _steps(root: Any, times: Floats, moving: Mapping[str, Mapping[str, Ints]]) -> None:
    """The time axis: every step starts at offset 0 of every array, except of the moving ones."""
    steps, still = root.create_group("Steps"), np.zeros(len(times), dtype=np.int64)
    steps.attrs["NSteps"] = len(times)
    steps["Values"] = times
    steps["PartOffsets"] = still
    steps["NumberOfParts"] = np.ones(len(times), dtype=np.int64)
    steps["PointOffsets"] = still
    for name in ("CellOffsets", "ConnectivityIdOffsets"):  # one column per topology
        steps[name] = still[:, None]
    for kind in ("PointData", "CellData", "FieldData"):
        group = steps.create_group(f"{kind}Offsets")
        for name in root[kind]:
            group[name] = moving.get(kind, {}).get(name, still)
    for name, array in root["FieldData"].items():  # else only the first entry of each is read
        steps[f"FieldDataSizes/{name}"] = np.tile([1, len(array)], (len(times), 1))


def _dataset(group: Any, name: str, array: NDArray[Any]) -> Any:
    return group.create_dataset(name, data=array, compression="gzip", shuffle=True)
