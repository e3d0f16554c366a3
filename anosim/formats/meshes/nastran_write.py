"""Writing a mesh as Nastran bulk data."""

from pathlib import Path
from typing import TextIO

import numpy as np

from anosim.formats.meshes.names import escaped, named_facets, printable, with_middles
from anosim.formats.meshes.parts import in_space
from anosim.meshes import Ints, Mesh

MARK = "$ANOSIM"
"""How a file of this package begins."""
_WRITTEN = {2: "CROD", 3: "CTRIA3", 6: "CTRIA6", 4: "CTETRA", 10: "CTETRA"}


def write(mesh: Mesh, path: Path) -> None:
    """Write a .nas or .bdf file: points in large fields, elements in small ones."""
    facets = named_facets(mesh)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"{MARK} MESH, LENGTHS IN M\n")
        for number, name in enumerate([*mesh.phases, *facets], 1):
            file.write(f'$HMNAME PROP{number:>20}"{escaped(name, printable)}"\n')
        file.write("BEGIN BULK\n")
        for number, (x, y, z) in enumerate(in_space(mesh.points).tolist(), 1):
            file.write(f"GRID*   {number:>16}{'':16}{_real(x):>16}{_real(y):>16}\n")
            file.write(f"*       {_real(z):>16}\n")
        _elements(file, 1, mesh.cell_phase + 1, mesh.cells)
        first = len(mesh.cells) + 1
        for number, corners in enumerate(facets.values(), len(mesh.phases) + 1):
            nodes = corners if mesh.dimension == 2 else with_middles(mesh, corners)
            _elements(file, first, np.full(len(nodes), number), nodes)
            first += len(nodes)
        file.write("ENDDATA\n")


def _elements(file: TextIO, first: int, properties: Ints, nodes: Ints) -> None:
    kind = _WRITTEN[nodes.shape[1]]
    for number, row in enumerate(np.column_stack([properties, nodes + 1]).tolist(), first):
        fields = [f"{entry:>8}" for entry in (number, *row)]
        lines = ["".join(fields[start : start + 8]) for start in range(0, len(fields), 8)]
        file.write(f"{kind:<8}" + "\n+       ".join(lines) + "\n")


def _real(value: float) -> str:
    """A number in 16 characters, with a point as reals must have."""
    text = repr(value)
    if len(text) <= 16 and "e" not in text:
        return text
    for digits in range(13, 8, -1):
        mantissa, _, exponent = f"{value:.{digits}E}".partition("E")
        text = f"{mantissa}E{int(exponent)}"
        if len(text) <= 16:
            break
    return text
