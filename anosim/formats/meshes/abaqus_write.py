"""Writing a mesh as an Abaqus input file."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TextIO

import numpy as np

from anosim.formats.meshes.names import escaped, named_facets, with_middles
from anosim.meshes import Ints, Mesh
from anosim.topology import FACETS

_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_PER_LINE = 16
_KINDS = {3: "CPS3", 6: "CPS6", 4: "C3D4", 10: "C3D10"}
FACES: dict[int, dict[str, tuple[int, ...]]] = {
    2: {"S1": (0, 1), "S2": (1, 2), "S3": (2, 0)},
    3: {"S1": (0, 1, 2), "S2": (0, 3, 1), "S3": (1, 3, 2), "S4": (2, 3, 0)},
}
"""Corners at the faces of triangles and tetrahedra."""


def write(mesh: Mesh, path: Path) -> None:
    """Write a .inp file: plane elements (CPS3, CPS6) or solid ones (C3D4, C3D10) in mesh order.

    Every side and interface has its nodes as an NSET and its facets as a surface; that of an
    interface ``a|b`` is on the elements of ``a``.
    """
    facets = named_facets(mesh)
    labels = _labels(dict.fromkeys([*mesh.phases, *facets]))
    kind = _KINDS[mesh.cells.shape[1]]
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.write("*HEADING\nanosim mesh, lengths in m\n*NODE\n")
        for number, point in enumerate(mesh.points.tolist(), 1):
            file.write(f"{number}, {', '.join(map(repr, point))}\n")
        for rank, phase in enumerate(mesh.phases):
            file.write(f"*ELEMENT, TYPE={kind}, ELSET={labels[phase]}\n")
            here = np.flatnonzero(mesh.cell_phase == rank)
            rows = np.column_stack([here + 1, mesh.cells[here] + 1]).tolist()
            file.writelines(", ".join(map(str, row)) + "\n" for row in rows)
        for count, (name, corners) in enumerate(facets.items(), 1):
            _boundary(file, mesh, corners, labels[name], count)


def _boundary(file: TextIO, mesh: Mesh, corners: Ints, label: str, count: int) -> None:
    facet = mesh.facets.find(corners)
    file.write(f"*NSET, NSET={label}\n")
    _numbers(file, np.unique(with_middles(mesh, corners)) + 1)
    sides = mesh.facets.cells[facet]
    second = (sides[:, 1] >= 0) & (mesh.cell_phase[sides[:, 1]] < mesh.cell_phase[sides[:, 0]])
    cell = np.where(second, sides[:, 1], sides[:, 0])
    local = np.argmax(mesh.facets.of_cell[cell] == facet[:, None], axis=1)
    faces = []
    for face, ends in FACES[mesh.dimension].items():
        here = local == [set(part) for part in FACETS[mesh.dimension]].index(set(ends))
        if here.any():
            faces.append(f"_boundary_{count}_{face}, {face}\n")
            file.write(f"*ELSET, ELSET=_boundary_{count}_{face}, INTERNAL\n")
            _numbers(file, cell[here] + 1)
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
