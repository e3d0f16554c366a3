"""Writing a mesh as an Abaqus input file."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TextIO

import numpy as np

from anosim.formats.meshes.names import escaped, named_edges
from anosim.meshes import Ints, Mesh

_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_PER_LINE = 16


def write(mesh: Mesh, path: Path) -> None:
    """Write a .inp file: plane elements (CPS3, CPS6) numbered in the mesh's order.

    Every side and interface has its nodes as an NSET and its edges as a surface; that of an
    interface ``a|b`` is on the elements of ``a``.
    """
    edges = named_edges(mesh)
    labels = _labels(dict.fromkeys([*mesh.phases, *edges]))
    kind = "CPS3" if mesh.order == 1 else "CPS6"
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.write("*HEADING\nanosim mesh, lengths in m\n*NODE\n")
        for number, (x, y) in enumerate(mesh.points.tolist(), 1):
            file.write(f"{number}, {x!r}, {y!r}\n")
        for rank, phase in enumerate(mesh.phases):
            file.write(f"*ELEMENT, TYPE={kind}, ELSET={labels[phase]}\n")
            here = np.flatnonzero(mesh.cell_phase == rank)
            rows = np.column_stack([here + 1, mesh.cells[here] + 1]).tolist()
            file.writelines(", ".join(map(str, row)) + "\n" for row in rows)
        for count, (name, pairs) in enumerate(edges.items(), 1):
            _boundary(file, mesh, pairs, labels[name], count)


def _boundary(file: TextIO, mesh: Mesh, pairs: Ints, label: str, count: int) -> None:
    edge = mesh.edges.find(pairs)
    nodes = np.unique(pairs if mesh.order == 1 else [*pairs.ravel(), *mesh.midpoints[edge]])
    file.write(f"*NSET, NSET={label}\n")
    _numbers(file, nodes + 1)
    sides = mesh.facets.cells[edge]
    second = (sides[:, 1] >= 0) & (mesh.cell_phase[sides[:, 1]] < mesh.cell_phase[sides[:, 0]])
    cell = np.where(second, sides[:, 1], sides[:, 0])
    face = np.argmax(mesh.edges.of_cell[cell] == edge[:, None], axis=1)
    faces = []
    for rank in np.unique(face).tolist():
        faces.append(f"_boundary_{count}_S{rank + 1}, S{rank + 1}\n")
        file.write(f"*ELSET, ELSET=_boundary_{count}_S{rank + 1}, INTERNAL\n")
        _numbers(file, cell[face == rank] + 1)
    file.write(f"*SURFACE, NAME={label}, TYPE=ELEMENT\n" + "".join(faces))


def _numbers(file: TextIO, numbers: Ints) -> None:
    values = [str(number) for number in numbers.tolist()]
    for start in range(0, len(values), _PER_LINE):
        file.write(", ".join(values[start : start + _PER_LINE]) + "\n")


def _labels(names: Iterable[str]) -> Mapping[str, str]:
    """Labels, in quotes where a name is no plain one or differs from another only in case."""
    names = list(names)
    plain = [name.upper() for name in names]
    return {
        name: name
        if _LABEL.fullmatch(name) and plain.count(name.upper()) == 1
        else f'"{escaped(name, _quotable)}"'
        for name in names
    }


def _quotable(char: str) -> bool:
    return char == " " or ("!" <= char <= "~" and char not in '",=*.')
