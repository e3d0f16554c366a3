"""Writing a mesh as a binary .msh file, format 4.1."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from anosim.errors import InputError
from anosim.formats.meshes.names import escaped, named_facets, printable, with_middles
from anosim.formats.meshes.parts import in_space
from anosim.meshes import Floats, Ints, Mesh

_LONGEST = 250
"""Bytes in a line with a name."""
TYPES = {(0, 1): 15, (1, 2): 1, (1, 3): 8, (2, 3): 2, (2, 6): 9, (3, 4): 4, (3, 10): 11}
"""Gmsh's element types by dimension and number of nodes."""
ORDER = {10: [0, 1, 2, 3, 4, 5, 6, 7, 9, 8]}
"""Where nodes stand in Gmsh's order and this package's, both ways; by number of nodes."""


def write(mesh: Mesh, path: Path) -> None:
    """Write a .msh file.

    Elements and nodes are numbered in the mesh's order, facets first. Each phase is one surface (in
    space a volume), each interface and side one curve (in space a surface).
    """
    facets = named_facets(mesh)
    inside = [np.flatnonzero(mesh.cell_phase == rank) for rank in range(len(mesh.phases))]
    nodes = [with_middles(mesh, corners) for corners in facets.values()]
    with path.open("wb") as file:
        file.write(b"$MeshFormat\n4.1 1 8\n" + np.int32(1).tobytes() + b"\n$EndMeshFormat\n")
        _names(file, [(mesh.dimension - 1, list(facets)), (mesh.dimension, mesh.phases)])
        _entities(file, mesh, list(facets.values()))
        _nodes(file, mesh, nodes)
        _elements(file, mesh, nodes, inside)


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


def _entities(file: BinaryIO, mesh: Mesh, boundaries: Sequence[Ints]) -> None:
    """Every boundary and phase with its box, its group and what is around it."""
    counts = {mesh.dimension - 1: len(boundaries), mesh.dimension: len(mesh.phases)}
    file.write(b"$Entities\n" + _sizes(*(counts.get(dimension, 0) for dimension in range(4))))
    touched = []
    for tag, facets in enumerate(boundaries, 1):
        file.write(_ints(tag) + _box(mesh.points[facets]) + _sizes(1) + _ints(tag) + _sizes(0))
        cells = np.unique(mesh.facets.cells[mesh.facets.find(facets)])
        touched.append(np.unique(mesh.cell_phase[cells[cells >= 0]]))
    for rank in range(len(mesh.phases)):
        around = [tag for tag, phases in enumerate(touched, 1) if rank in phases]
        box = _box(mesh.points[mesh.corners[mesh.cell_phase == rank]])
        file.write(_ints(rank + 1) + box + _sizes(1) + _ints(rank + 1))
        file.write(_sizes(len(around)) + _ints(*around))
    file.write(b"\n$EndEntities\n")


def _nodes(file: BinaryIO, mesh: Mesh, boundaries: Sequence[Ints]) -> None:
    """Nodes by the first boundary that has them, the others by their phase."""
    first, dimension = len(boundaries), mesh.dimension
    owner = np.full(len(mesh.points), -1, dtype=np.int64)
    for rank in reversed(range(len(mesh.phases))):
        owner[mesh.cells[mesh.cell_phase == rank]] = first + rank
    for rank in reversed(range(first)):
        owner[boundaries[rank]] = rank
    points = in_space(mesh.points)
    present, count = np.unique(owner), len(owner)
    file.write(b"$Nodes\n" + _sizes(len(present), count, 1, count))
    for entity in present.tolist():
        here = np.flatnonzero(owner == entity)
        place = (dimension - 1, entity + 1) if entity < first else (dimension, entity - first + 1)
        file.write(_ints(*place, 0) + _sizes(len(here)))
        file.write((here + 1).astype("<u8").tobytes() + points[here].astype("<f8").tobytes())
    file.write(b"\n$EndNodes\n")


def _elements(
    file: BinaryIO, mesh: Mesh, boundaries: Sequence[Ints], inside: Sequence[Ints]
) -> None:
    total = sum(len(facets) for facets in boundaries) + len(mesh.cells)
    file.write(b"$Elements\n" + _sizes(len(boundaries) + len(inside), total, 1, total))
    first, dimension = 1, mesh.dimension
    for tag, facets in enumerate(boundaries, 1):
        kind = TYPES[dimension - 1, facets.shape[1]]
        file.write(_ints(dimension - 1, tag, kind) + _sizes(len(facets)))
        file.write(_rows(first + np.arange(len(facets)), facets))
        first += len(facets)
    width = mesh.cells.shape[1]
    for tag, here in enumerate(inside, 1):
        file.write(_ints(dimension, tag, TYPES[dimension, width]) + _sizes(len(here)))
        file.write(_rows(first + here, mesh.cells[here][:, ORDER.get(width, np.arange(width))]))
    file.write(b"\n$EndElements\n")


def _rows(tags: Ints, nodes: Ints) -> bytes:
    return np.column_stack([tags, nodes + 1]).astype("<u8").tobytes()


def _box(points: Floats) -> bytes:
    flat = in_space(points.reshape(-1, points.shape[-1]))
    return np.array([flat.min(axis=0), flat.max(axis=0)], dtype="<f8").tobytes()


def _ints(*values: Any) -> bytes:
    return np.array(values, dtype="<i4").tobytes()


def _sizes(*values: Any) -> bytes:
    return np.array(values, dtype="<u8").tobytes()
