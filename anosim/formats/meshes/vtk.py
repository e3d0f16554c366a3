"""What the formats of VTK and XDMF share: cells by VTK's types, names beside them.

The phase of each cell is cell data ``phase``, an index into the field data's ``phases``. Field
data ``boundaries`` has the names of interfaces (``a|b``) and sides, and ``boundary_edges``,
shape (n, 3), the two points of each of their edges and the index of its name; in space
``boundary_facets``, shape (n, 4), with three points.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import MeshError
from anosim.formats.meshes.cell_data import region_values
from anosim.formats.meshes.groups import Regions
from anosim.formats.meshes.names import escaped, named_facets, unescaped
from anosim.formats.meshes.parts import Parts, dimension_of, gathered
from anosim.formats.meshes.shapes import refused
from anosim.meshes import CELLS, NODES, Floats, Ints, Mesh

KINDS = {3: 5, 6: 22, 4: 10, 10: 24}
"""VTK's numbers of the triangles and tetrahedra with as many nodes."""
BOUNDARY_TABLES = {2: "boundary_edges", 3: "boundary_facets"}
_DIMENSIONS = {1: 0, 2: 0, 3: 1, 4: 1, 21: 1, 5: 2, 22: 2, 69: 2, 10: 3, 24: 3, 71: 3}
"""Dimension of the types that are used; 69 and 71 are Lagrange's of any order."""
_POLYLINE = 4
_OTHERS = {7: "polygons", 8: "pixels", 9: "quadrangles", 11: "voxels", 12: "hexahedra"}
_OTHERS |= {13: "prisms", 14: "pyramids", 23: "quadrangles", 25: "hexahedra", 26: "prisms"}
_OTHERS |= {27: "pyramids", 28: "quadrangles"}


@dataclass(frozen=True, eq=False)
class Grid:
    """An unstructured grid.

    Attributes:
        points: shape (n_points, 2 or 3).
        connectivity: the points of all cells, one after the other.
        offsets: where the points of each cell end.
        types: VTK's number of each cell's type.
        data: arrays of cell data.
        names: of regions by (dimension, value).
        boundary_table: corners of facets with the index of a name each, shape (n, 3 or 4).
        boundaries: those names by index.
    """

    points: Floats
    connectivity: Ints
    offsets: Ints
    types: Ints
    data: Mapping[str, NDArray[Any]]
    names: Mapping[tuple[int, int], str] = field(default_factory=dict)
    boundary_table: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    boundaries: Mapping[int, str] = field(default_factory=dict)

    def parts(self, regions: Regions = ()) -> Parts:
        """Cells with the regions as groups; tagged lines, in space triangles, name boundaries.

        Args:
            regions: name of the cell data with the phases; found without it.

        Raises:
            InputError: no such cell data, or several that may be the phases.
            UnsupportedError: cells that are neither tetrahedra, triangles, lines nor points.
            MeshError: neither triangle nor tetrahedron, or arrays that do not fit each other.
        """
        starts = np.concatenate([[0], self.offsets[:-1]]).astype(np.int64)
        sizes = self.offsets - starts
        if len(self.types) != len(self.offsets) or np.any(sizes < 0):
            raise MeshError("the cells' types and offsets do not fit each other")
        dimension = dimension_of_types(self.types)
        kinds = [kind for kind, d in _DIMENSIONS.items() if d == dimension]
        cell = np.isin(self.types, kinds)
        widths = np.unique(sizes[cell])
        if len(widths) > 1 or widths[0] not in NODES[dimension]:
            raise refused(f"{CELLS[dimension][1]} with {', '.join(map(str, widths))} nodes")
        around = [kind for kind, d in _DIMENSIONS.items() if d == dimension - 1]
        facet = np.isin(self.types, around) & ((self.types != _POLYLINE) | (sizes > 1))
        cells = self.connectivity[starts[cell][:, None] + np.arange(widths[0])]
        corners = self.connectivity[starts[facet][:, None] + np.arange(dimension)]
        values = region_values(self.data, cell, regions)
        facets = self._boundaries(dimension)
        if values is None:
            return Parts(self.points, cells, {}, facets)
        groups = self._groups(values[cell], dimension, "phase")
        named = self._groups(values[facet], dimension - 1, "boundary")
        facets |= {name: corners[rows] for name, rows in named.items()}
        return Parts(self.points, cells, groups, facets)

    def _groups(self, values: Floats, dimension: int, word: str) -> dict[str, Ints]:
        numbers = [int(value) for value in np.unique(values) if np.isfinite(value)]
        named = ((number, self.names.get((dimension, number))) for number in numbers)
        return gathered(
            (name or f"{word} {value}", np.flatnonzero(values == value)) for value, name in named
        )

    def _boundaries(self, dimension: int) -> dict[str, Ints]:
        table = self.boundary_table.reshape(-1, dimension + 1)
        return gathered(
            (name, table[table[:, -1] == value, :-1]) for value, name in self.boundaries.items()
        )


def dimension_of_types(types: Ints) -> int:
    """The mesh's dimension, by VTK's types of its cells.

    Raises:
        UnsupportedError: cells that are neither tetrahedra, triangles, lines nor points.
        MeshError: neither triangle nor tetrahedron.
    """
    kinds = np.unique(types).tolist()
    for kind in kinds:
        if kind not in _DIMENSIONS:
            raise refused(_OTHERS.get(kind, f"cells of VTK's type {kind}"))
    return dimension_of(_DIMENSIONS[kind] for kind in kinds)


def boundary_table(mesh: Mesh) -> tuple[list[str], Ints]:
    """The names of sides and interfaces, and the table of their facets.

    Its rows are the corners of a facet, two or in space three, and the index of its name.
    """
    named = named_facets(mesh)
    rows = [np.column_stack([f, np.full(len(f), rank)]) for rank, f in enumerate(named.values())]
    return list(named), np.concatenate([np.empty((0, mesh.dimension + 1), np.int64), *rows])


def phase_names(names: Sequence[str], types: Ints) -> dict[tuple[int, int], str]:
    """Names of cells by the index in ``phases``."""
    return {(dimension_of_types(types), rank): name for rank, name in enumerate(names)}


def held(names: Iterable[str]) -> list[str]:
    """Names as VTK's files hold them: zero is where a text ends; ``unescaped`` undoes it."""
    return [escaped(name, lambda char: char != "\0") for name in names]


def codes(names: Iterable[str]) -> NDArray[np.uint8]:
    """Names as bytes in UTF-8, each followed by a zero."""
    text = "".join(name + "\0" for name in held(names))
    return np.frombuffer(text.encode(errors="surrogatepass"), dtype=np.uint8)


def decoded_names(array: NDArray[Any]) -> list[str]:
    """The names of ``codes``."""
    parts = array.astype(np.uint8).tobytes().split(b"\0")[:-1]
    return [unescaped(part.decode(errors="replace")) for part in parts]
