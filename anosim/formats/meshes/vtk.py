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
from anosim.formats.meshes.parts import Parts, gathered
from anosim.formats.meshes.shapes import SHAPES, Block
from anosim.formats.meshes.vtk_cells import (
    POLYLINE,
    blocks_of,
    dimension_of_types,
    dimensions,
)
from anosim.meshes import Floats, Ints, Mesh

KINDS = {3: 5, 6: 22, 4: 10, 10: 24}
"""VTK's numbers of the triangles and tetrahedra with as many nodes."""
BOUNDARY_TABLES = {2: "boundary_edges", 3: "boundary_facets"}


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
        facets: corners of named facets, shape (n, 2, 3 or 4).
    """

    points: Floats
    connectivity: Ints
    offsets: Ints
    types: Ints
    data: Mapping[str, NDArray[Any]]
    names: Mapping[tuple[int, int], str] = field(default_factory=dict)
    boundary_table: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    boundaries: Mapping[int, str] = field(default_factory=dict)
    facets: Mapping[str, Ints] = field(default_factory=dict)

    def parts(self, regions: Regions = ()) -> Parts:
        """Cells with the regions as groups; tagged lines, in space triangles, name boundaries.

        Args:
            regions: name of the cell data with the phases; found without it.

        Raises:
            InputError: no such cell data, or several that may be the phases.
            UnsupportedError: cells of a type that cannot be used.
            MeshError: neither triangle nor tetrahedron, or arrays that do not fit each other.
        """
        sizes = np.diff(self.offsets, prepend=0)
        if len(self.types) != len(self.offsets) or np.any(sizes < 0):
            raise MeshError("the cells' types and offsets do not fit each other")
        dimension = dimension_of_types(self.types)
        dims = dimensions(self.types)
        cell = dims == dimension
        facet = (dims == dimension - 1) & ((self.types != POLYLINE) | (sizes > 1))
        values = region_values(self.data, cell, regions)
        named = [*self._boundaries(dimension).items(), *self.facets.items()]
        blocks, order = self._blocks(cell)
        if values is None:
            return Parts.of(self.points, blocks, {}, gathered(named))
        groups = self._groups(values[order], dimension, "phase")
        around, order = self._blocks(facet)
        first = 0
        for shape, nodes in around:
            found = self._groups(
                values[order[first : first + len(nodes)]], dimension - 1, "boundary"
            )
            corners = SHAPES[shape].corners if shape in SHAPES else 2
            named += [(name, nodes[rows, :corners]) for name, rows in found.items()]
            first += len(nodes)
        return Parts.of(self.points, blocks, groups, gathered(named))

    def _blocks(self, chosen: NDArray[np.bool_]) -> tuple[list[Block], Ints]:
        return blocks_of(self.points, self.connectivity, self.offsets, self.types, chosen)

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
