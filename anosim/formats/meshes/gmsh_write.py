"""Writing a mesh as a binary .msh file, format 4.1."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from anosim.errors import InputError
from anosim.formats.meshes.names import escaped, named_edges, printable, with_middles
from anosim.meshes import Floats, Ints, Mesh

_LONGEST = 250
"""Bytes in a line with a name."""
_LINE, _TRIANGLE = {2: 1, 3: 8}, {3: 2, 6: 9}
"""Gmsh's element types by the number of nodes."""


def write(mesh: Mesh, path: Path) -> None:
    """Write a .msh file.

    Elements and nodes are numbered in the mesh's order, edges first. Each phase is one surface,
    each interface and side one curve.
    """
    curves = named_edges(mesh)
    surfaces = [np.flatnonzero(mesh.cell_phase == rank) for rank in range(len(mesh.phases))]
    with path.open("wb") as file:
        file.write(b"$MeshFormat\n4.1 1 8\n" + np.int32(1).tobytes() + b"\n$EndMeshFormat\n")
        _names(file, [(1, list(curves)), (2, mesh.phases)])
        _entities(file, mesh, list(curves.values()))
        _nodes(file, mesh, list(curves.values()))
        _elements(file, mesh, [with_middles(mesh, edges) for edges in curves.values()], surfaces)


def _names(file: BinaryIO, groups: Sequence[tuple[int, Sequence[str]]]) -> None:
    """The names of physical groups.

    Raises:
        InputError: a name is longer than Gmsh can read.
    """
    lines = [
        f'{dimension} {rank} "{escaped(name, printable)}"'
        for dimension, names in groups
        for rank, name in enumerate(names, 1)
    ]
    longest = max(lines, key=lambda line: len(line.encode()))
    if len(longest.encode()) > _LONGEST:
        raise InputError(
            f"the name {longest.split(' ', 2)[2]} is too long for a .msh file: Gmsh reads lines of "
            f"at most {_LONGEST} bytes"
        )
    text = "\n".join(["$PhysicalNames", str(len(lines)), *lines, "$EndPhysicalNames", ""])
    file.write(text.encode())


def _entities(file: BinaryIO, mesh: Mesh, curves: Sequence[Ints]) -> None:
    """Every curve and surface with its box, its group and the curves around it."""
    file.write(b"$Entities\n" + _sizes(0, len(curves), len(mesh.phases), 0))
    touched = []
    for tag, edges in enumerate(curves, 1):
        file.write(_ints(tag) + _box(mesh.points[edges]) + _sizes(1) + _ints(tag) + _sizes(0))
        cells = np.unique(mesh.facets.cells[mesh.edges.find(edges)])
        touched.append(np.unique(mesh.cell_phase[cells[cells >= 0]]))
    for rank in range(len(mesh.phases)):
        around = [tag for tag, phases in enumerate(touched, 1) if rank in phases]
        box = _box(mesh.points[mesh.cells[mesh.cell_phase == rank]])
        file.write(_ints(rank + 1) + box + _sizes(1) + _ints(rank + 1))
        file.write(_sizes(len(around)) + _ints(*around))
    file.write(b"\n$EndEntities\n")


def _nodes(file: BinaryIO, mesh: Mesh, curves: Sequence[Ints]) -> None:
    """Nodes by the first curve that has them, the others by their surface."""
    owner = np.full(len(mesh.points), -1, dtype=np.int64)
    for rank in reversed(range(len(mesh.phases))):
        owner[mesh.cells[mesh.cell_phase == rank]] = len(curves) + rank
    for rank in reversed(range(len(curves))):
        owner[with_middles(mesh, curves[rank])] = rank
    points = np.column_stack([mesh.points, np.zeros(len(mesh.points))])
    present, count = np.unique(owner), len(owner)
    file.write(b"$Nodes\n" + _sizes(len(present), count, 1, count))
    for entity in present.tolist():
        here = np.flatnonzero(owner == entity)
        tag = entity + 1 if entity < len(curves) else entity - len(curves) + 1
        file.write(_ints(1 if entity < len(curves) else 2, tag, 0) + _sizes(len(here)))
        file.write((here + 1).astype("<u8").tobytes() + points[here].astype("<f8").tobytes())
    file.write(b"\n$EndNodes\n")


def _elements(file: BinaryIO, mesh: Mesh, curves: Sequence[Ints], surfaces: Sequence[Ints]) -> None:
    lines = sum(len(edges) for edges in curves)
    total = lines + len(mesh.cells)
    file.write(b"$Elements\n" + _sizes(len(curves) + len(surfaces), total, 1, total))
    first = 1
    for tag, edges in enumerate(curves, 1):
        file.write(_ints(1, tag, _LINE[edges.shape[1]]) + _sizes(len(edges)))
        file.write(_rows(first + np.arange(len(edges)), edges))
        first += len(edges)
    for tag, here in enumerate(surfaces, 1):
        file.write(_ints(2, tag, _TRIANGLE[mesh.cells.shape[1]]) + _sizes(len(here)))
        file.write(_rows(first + here, mesh.cells[here]))
    file.write(b"\n$EndElements\n")


def _rows(tags: Ints, nodes: Ints) -> bytes:
    return np.column_stack([tags, nodes + 1]).astype("<u8").tobytes()


def _box(points: Floats) -> bytes:
    flat = points.reshape(-1, 2)
    low, high = flat.min(axis=0), flat.max(axis=0)
    return np.array([*low, 0.0, *high, 0.0], dtype="<f8").tobytes()


def _ints(*values: Any) -> bytes:
    return np.array(values, dtype="<i4").tobytes()


def _sizes(*values: Any) -> bytes:
    return np.array(values, dtype="<u8").tobytes()
