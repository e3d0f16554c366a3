"""What the formats of VTK and XDMF share: cells by VTK's types, names beside them.

The phase of each cell is cell data ``phase``, an index into the field data's ``phases``. Field
data ``boundaries`` has the names of interfaces (``a|b``) and sides, and ``boundary_edges``,
shape (n, 3), the two points of each of their edges and the index of its name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, MeshError, listing
from anosim.formats.meshes.names import escaped, named_edges, unescaped
from anosim.formats.meshes.parts import Parts, gathered, refused
from anosim.meshes import Floats, Ints, Mesh

TRIANGLE, BENT_TRIANGLE = 5, 22
BOUNDARY_TABLES = {2: "boundary_edges", 3: "boundary_facets"}
_LINES, _POINTS, _LAGRANGE = {3: 2, 21: 3}, (1, 2), 69
_OTHERS = {7: "polygons", 8: "pixels", 9: "quadrangles", 10: "tetrahedra", 11: "voxels"}
_OTHERS |= {12: "hexahedra", 13: "prisms", 14: "pyramids", 23: "quadrangles", 24: "tetrahedra"}
_KNOWN = ("phase", "phases", "PhysicalIds", "gmsh:physical", "MaterialIds", "medit:ref")
"""Cell data that other programs keep regions in."""


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
        boundary_edges: pairs of points with the index of a name each, shape (n, 3).
        boundaries: those names by index.
    """

    points: Floats
    connectivity: Ints
    offsets: Ints
    types: Ints
    data: Mapping[str, NDArray[Any]]
    names: Mapping[tuple[int, int], str] = field(default_factory=dict)
    boundary_edges: Ints = field(default_factory=lambda: np.empty((0, 3), np.int64))
    boundaries: Mapping[int, str] = field(default_factory=dict)

    def parts(self) -> Parts:
        """Triangles with the regions as groups; tagged lines are groups of edges.

        Raises:
            UnsupportedError: cells that are neither triangles, lines nor points.
            MeshError: no triangle, or arrays that do not fit each other.
        """
        starts = np.concatenate([[0], self.offsets[:-1]]).astype(np.int64)
        sizes = self.offsets - starts
        if len(self.types) != len(self.offsets) or np.any(sizes < 0):
            raise MeshError("the cells' types and offsets do not fit each other")
        triangle = np.isin(self.types, (TRIANGLE, BENT_TRIANGLE, _LAGRANGE))
        line = np.isin(self.types, (*_LINES, 4)) & (sizes > 1)
        other = np.setdiff1d(self.types[~triangle & ~line], (*_POINTS, 4))
        if len(other):
            raise refused(_OTHERS.get(int(other[0]), f"cells of VTK's type {other[0]}"))
        widths = np.unique(sizes[triangle])
        if len(widths) == 0:
            raise MeshError("the file has no triangles")
        if len(widths) > 1 or widths[0] not in (3, 6):
            raise refused(f"triangles with {', '.join(map(str, widths))} nodes")
        cells = self.connectivity[starts[triangle][:, None] + np.arange(widths[0])]
        pairs = self.connectivity[starts[line][:, None] + np.arange(2)]
        values = self._values()
        edges = self._boundaries()
        if values is None:
            return Parts(self.points, cells, {}, edges)
        groups = self._groups(values[triangle], 2)
        lines = self._groups(values[line], 1)
        edges |= {name: pairs[rows] for name, rows in lines.items()}
        return Parts(self.points, cells, groups, edges)

    def _values(self) -> Ints | None:
        """The region of each cell: an array that is known, or the only one of integers."""
        whole = {
            name: array.ravel()
            for name, array in self.data.items()
            if array.dtype.kind in "iu" and array.size == len(self.types)
        }
        known = [name for name in _KNOWN if name in whole] or list(whole)
        if len(known) > 1 and known[0] not in _KNOWN:
            raise InputError(
                f"the cell data {listing(known)} are integers: rename the one with the phases "
                "to 'phase'"
            )
        return whole[known[0]].astype(np.int64) if known else None

    def _groups(self, values: Ints, dimension: int) -> dict[str, Ints]:
        word = "phase" if dimension == 2 else "boundary"
        named = ((v, self.names.get((dimension, v))) for v in np.unique(values).tolist())
        return gathered(
            (name or f"{word} {value}", np.flatnonzero(values == value)) for value, name in named
        )

    def _boundaries(self) -> dict[str, Ints]:
        table = self.boundary_edges.reshape(-1, 3)
        return gathered(
            (name, table[table[:, 2] == value, :2]) for value, name in self.boundaries.items()
        )


def boundary_table(mesh: Mesh) -> tuple[list[str], Ints]:
    """The names of sides and interfaces, and the table ``boundary_edges`` of their facets.

    In space its rows are the three points of a facet and the index of its name.
    """
    named = named_edges(mesh)
    rows = [np.column_stack([e, np.full(len(e), rank)]) for rank, e in enumerate(named.values())]
    return list(named), np.concatenate([np.empty((0, mesh.dimension + 1), np.int64), *rows])


def phase_names(names: Sequence[str]) -> dict[tuple[int, int], str]:
    """Names of cells by the index in ``phases``."""
    return {(2, rank): name for rank, name in enumerate(names)}


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
