"""Writing a mesh as COMSOL's text file, mesh version 4."""

from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import numpy as np

from anosim.formats.meshes.names import escaped, named_facets, with_middles
from anosim.meshes import Ints, Mesh

ORDER = {6: [0, 1, 2, 3, 5, 4], 10: [0, 1, 2, 3, 4, 6, 5, 7, 8, 9]}
"""Where nodes stand in COMSOL's order and this package's, both ways; by number of nodes."""
_KINDS = {"vtx": 0, "edg": 1, "tri": 2, "tet": 3}
"""Dimension of the elements that are written; a 2 behind the name is their order."""


def write(mesh: Mesh, path: Path) -> None:
    """Write a .mphtxt file: one domain per phase, one boundary per side and interface."""
    facets, dimension = named_facets(mesh), mesh.dimension
    tags = ["mesh1", *(f"mesh1_sel{k + 1}" for k in range(len(mesh.phases) + len(facets)))]
    kinds = {d: kind + ("" if mesh.order == 1 else "2") for kind, d in _KINDS.items()}
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"# Created by anosim, lengths in m\n0 1\n{len(tags)} # number of tags\n")
        file.writelines(f"{len(tag)} {tag}\n" for tag in tags)
        file.write(f"{len(tags)} # number of types\n" + "3 obj\n" * len(tags))
        file.write("\n# --------- Object 0 ----------\n\n0 0 1\n4 Mesh # class\n4 # version\n")
        file.write(f"{dimension} # sdim\n{len(mesh.points)} # number of mesh vertices\n")
        file.write("0 # lowest mesh vertex index\n\n# Mesh vertex coordinates\n")
        file.writelines(" ".join(map(repr, point)) + "\n" for point in mesh.points.tolist())
        file.write(f"\n{2 if facets else 1} # number of element types\n")
        if facets:
            nodes = np.concatenate([with_middles(mesh, corners) for corners in facets.values()])
            which = np.repeat(np.arange(len(facets)), list(map(len, facets.values())))
            _elements(file, kinds[dimension - 1], nodes, which)
        _elements(file, kinds[dimension], mesh.cells, mesh.cell_phase + 1)
        _selections(file, mesh.phases, dimension, 1, 1)
        _selections(file, list(facets), dimension - 1, 0, 1 + len(mesh.phases))


def _elements(file: TextIO, kind: str, nodes: Ints, entities: Ints) -> None:
    count, width = nodes.shape
    file.write(f"\n{len(kind)} {kind} # type name\n\n{width} # number of vertices per element\n")
    file.write(f"{count} # number of elements\n# Elements\n")
    file.writelines(" ".join(map(str, row)) + "\n" for row in _reordered(nodes).tolist())
    file.write(f"\n{count} # number of geometric entity indices\n# Geometric entity indices\n")
    file.writelines(f"{entity}\n" for entity in entities.tolist())


def _one_unit(char: str) -> bool:
    """Whether the length of a text counts a character once, in COMSOL as in Python."""
    return char.isprintable() and ord(char) < 0x10000


def _selections(
    file: TextIO, names: Sequence[str], dimension: int, first: int, number: int
) -> None:
    for rank, name in enumerate(names):
        label = escaped(name, _one_unit)
        file.write(f"\n# --------- Object {number + rank} ----------\n\n0 0 1\n")
        file.write(f"9 Selection # class\n0 # Version\n{len(label)} {label} # Label\n")
        file.write(f"5 mesh1 # Geometry/mesh tag\n{dimension} # Dimension\n")
        file.write(f"1 # Number of entities\n# Entities\n{first + rank}\n")


def _reordered(nodes: Ints) -> Ints:
    """The nodes of simplices from this package's order in COMSOL's."""
    order = ORDER.get(nodes.shape[1])
    return nodes if order is None else nodes[:, order]
