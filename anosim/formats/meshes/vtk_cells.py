"""VTK's types of cells: their shapes, dimensions, and the order of their nodes.

Types: https://docs.vtk.org/en/latest/vtk_file_formats/vtk_cell_types. Lagrange's cells (68 to 73)
are of any order; of those up to the second the nodes come as in VTK's other cells.
"""

from typing import Any

import numpy as np

from anosim.errors import MeshError
from anosim.formats.meshes.parts import dimension_of
from anosim.formats.meshes.shapes import SHAPES, Block, refused
from anosim.meshes import Floats, Ints

SHAPE_OF = {
    **dict.fromkeys((5, 22, 69), "triangle"),
    **dict.fromkeys((8, 9, 23, 28, 70), "quadrangle"),
    **dict.fromkeys((10, 24, 71), "tetrahedron"),
    **dict.fromkeys((11, 12, 25, 29, 72), "hexahedron"),
    **dict.fromkeys((13, 26, 32, 73), "prism"),
    **dict.fromkeys((14, 27), "pyramid"),
}
"""Shapes of cells by type."""
_LINES, _POINTS, POLYLINE = (3, 4, 21, 35, 68), (1, 2), 4
_ORDER = {8: [0, 1, 3, 2], 11: [0, 1, 3, 2, 4, 5, 7, 6]}
"""Order in which the corners of pixels and voxels go around."""
_LAGRANGE_HEXAHEDRON, _HEXAHEDRON_NODES = 72, 27
_OTHERS = {6: "strips of triangles", 7: "polygons", 34: "triangles with 7 nodes", 42: "polyhedra"}
_OTHERS |= {30: "quadrangles with 6 nodes", 31: "prisms with 12 nodes", 33: "hexahedra of 24 nodes"}
_OTHERS |= {37: "pyramids with 19 nodes", 74: "Lagrange's pyramids"}
_DIMENSIONS = {
    **{kind: SHAPES[name].dimension for kind, name in SHAPE_OF.items()},
    **dict.fromkeys(_LINES, 1),
    **dict.fromkeys(_POINTS, 0),
}


def dimension_of_types(types: Ints) -> int:
    """The mesh's dimension, by VTK's types of its cells.

    Raises:
        UnsupportedError: cells of a type that cannot be used.
        MeshError: none in the plane or in space.
    """
    kinds = np.unique(types).tolist()
    for kind in kinds:
        if kind not in _DIMENSIONS:
            raise refused(_OTHERS.get(kind, f"cells of VTK's type {kind}"))
    return dimension_of(_DIMENSIONS[kind] for kind in kinds)


def dimensions(types: Ints) -> Ints:
    """Dimension of each cell, by its type."""
    kinds, place = np.unique(types, return_inverse=True)
    return np.array([_DIMENSIONS[kind] for kind in kinds.tolist()], np.int64)[place.ravel()]


def blocks_of(
    points: Floats, connectivity: Ints, offsets: Ints, types: Ints, chosen: Any
) -> tuple[list[Block], Ints]:
    """The chosen cells in blocks of one shape and size, and which cells they are, in that order.

    Lines are blocks of two nodes, their ends.

    Args:
        points: of the grid.
        connectivity: the points of all cells, one after the other.
        offsets: where the points of each cell end.
        types: VTK's number of each cell's type.
        chosen: which cells, shape (n_cells,).

    Raises:
        UnsupportedError: cells with other numbers of nodes than VTK gives them.
        MeshError: cells that refer to points that are not there.
    """
    starts = np.concatenate([[0], offsets[:-1]]).astype(np.int64)
    sizes = offsets - starts
    blocks, order = list[Block](), [np.empty(0, np.int64)]
    for kind in np.unique(types[chosen]).tolist():
        of_kind = chosen & (types == kind)
        for size in np.unique(sizes[of_kind]).tolist():
            _check_size(kind, size)
            rows = np.flatnonzero(of_kind & (sizes == size))
            width = 2 if kind in _LINES else size
            nodes = connectivity[starts[rows][:, None] + np.arange(width)]
            if nodes.size and not 0 <= nodes.min() <= nodes.max() < len(points):
                raise MeshError(f"a cell refers to a point outside 0 to {len(points) - 1}")
            nodes = nodes[:, _ORDER.get(kind, np.arange(width))]
            if kind == _LAGRANGE_HEXAHEDRON and size == _HEXAHEDRON_NODES:
                nodes = _upright(points, nodes)
            blocks.append((SHAPE_OF.get(kind, "line"), nodes))
            order.append(rows)
    return blocks, np.concatenate(order)


def _check_size(kind: int, size: int) -> None:
    if kind in _LINES:
        if size < 2:
            raise refused("lines of one point")
        return
    SHAPES[SHAPE_OF[kind]].order(size)


def _upright(points: Floats, nodes: Ints) -> Ints:
    """Hexahedra of 27 nodes whose last two upright edges are in VTK's order.

    Before version 2.1 of the format they stood the other way round in Lagrange's hexahedra.
    """
    turned = nodes.copy()
    turned[:, [18, 19]] = nodes[:, [19, 18]]
    ends = points[nodes[:, [2, 3]]] + points[nodes[:, [6, 7]]]
    off, other = (np.abs(2 * points[found[:, [18, 19]]] - ends).sum() for found in (nodes, turned))
    return turned if other < off else nodes
