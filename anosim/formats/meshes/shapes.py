"""Shapes of the elements in mesh files: corners, edges and faces, in VTK's order.

Order: https://docs.vtk.org/en/latest/vtk_file_formats/vtk_cell_types. The nodes of an element are
its corners, then in second order the midpoints of its edges, then, of Lagrange's elements, the
centres of its quadrangular faces and that of a hexahedron itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from anosim.errors import UnsupportedError
from anosim.meshes import Ints
from anosim.topology import EDGES, FACETS

Block = tuple[str, Ints]
"""Elements of one shape, by its name in SHAPES, and their nodes, shape (n, nodes of each)."""


@dataclass(frozen=True)
class Shape:
    """A shape of elements.

    Attributes:
        many: what several are called.
        dimension: 2 or 3.
        corners: how many there are.
        edges: corners at their ends.
        faces: corners of the facets, all counterclockwise as seen from outside; in the plane edges.
        quadrangles: corners of the quadrangular faces in the order of their centres.
        opposite: of a hexahedron the corner across from each.
    """

    many: str
    dimension: int
    corners: int
    edges: tuple[tuple[int, int], ...]
    faces: tuple[tuple[int, ...], ...]
    quadrangles: tuple[tuple[int, ...], ...] = ()
    opposite: tuple[int, ...] = field(default=())

    @property
    def simple(self) -> bool:
        """Whether it is a triangle or a tetrahedron."""
        return self.corners == self.dimension + 1

    def order(self, nodes: int) -> int:
        """Order of an element with as many nodes: 1 or 2.

        Raises:
            UnsupportedError: neither.
        """
        serendipity = self.corners + len(self.edges)
        lagrange = serendipity + len(self.quadrangles) + bool(self.opposite)
        if nodes == self.corners:
            return 1
        if nodes in (serendipity, lagrange):
            return 2
        raise refused(f"{self.many} with {nodes} nodes")


_SQUARE = ((0, 1), (1, 2), (2, 3), (3, 0))
_HEXAHEDRON = (*_SQUARE, (4, 5), (5, 6), (6, 7), (7, 4), (0, 4), (1, 5), (2, 6), (3, 7))
_SIDES = ((0, 4, 7, 3), (1, 2, 6, 5), (0, 1, 5, 4), (3, 7, 6, 2), (0, 3, 2, 1), (4, 5, 6, 7))
_PRISM = ((0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (0, 3), (1, 4), (2, 5))
_WALLS = ((0, 1, 4, 3), (1, 2, 5, 4), (2, 0, 3, 5))
_PYRAMID = (*_SQUARE, (0, 4), (1, 4), (2, 4), (3, 4))
_SLOPES = ((0, 1, 4), (1, 2, 4), (2, 3, 4), (3, 0, 4))
_BASE = (0, 3, 2, 1)

SHAPES = {
    "triangle": Shape("triangles", 2, 3, EDGES[2], EDGES[2]),
    "quadrangle": Shape("quadrangles", 2, 4, _SQUARE, _SQUARE, ((0, 1, 2, 3),)),
    "tetrahedron": Shape("tetrahedra", 3, 4, EDGES[3], FACETS[3]),
    "pyramid": Shape("pyramids", 3, 5, _PYRAMID, (*_SLOPES, _BASE), (_BASE,)),
    "prism": Shape("prisms", 3, 6, _PRISM, (*_WALLS, (0, 2, 1), (3, 4, 5)), _WALLS),
    "hexahedron": Shape(
        "hexahedra", 3, 8, _HEXAHEDRON, _SIDES, _SIDES, opposite=(6, 7, 4, 5, 2, 3, 0, 1)
    ),
}
"""Shapes of elements by their names."""
SIMPLICES = {2: "triangle", 3: "tetrahedron"}
"""The shape that a mesh is of, by dimension."""


def refused(what: str) -> UnsupportedError:
    """The error about elements that cannot be used, to be raised."""
    return UnsupportedError(
        f"the mesh has {what}: only plane meshes of triangles and quadrangles, or meshes of "
        "tetrahedra, hexahedra, prisms and pyramids, all of order 1 or all of order 2, can be "
        "read; change that in the program that made the file (a surface in space needs "
        "tetrahedra inside, or a plane part of it)"
    )


def reordered(
    shape: str, edges: Sequence[Sequence[int]], quadrangles: Sequence[Sequence[int]] = ()
) -> list[int]:
    """Where the nodes of a second-order element stand in another program's order.

    Args:
        shape: of the element; its corners are in VTK's order.
        edges: ends of its edges in the other order.
        quadrangles: corners of its quadrangular faces in the other order.
    """
    kind = SHAPES[shape]

    def places(ours: Sequence[Sequence[int]], theirs: Sequence[Sequence[int]]) -> list[Any]:
        sets = [set(corners) for corners in theirs]
        return [sets.index(set(corners)) for corners in ours] if theirs else []

    middles = [kind.corners + place for place in places(kind.edges, edges)]
    first = kind.corners + len(edges)
    centres = [first + place for place in places(kind.quadrangles, quadrangles)]
    return [*range(kind.corners), *middles, *centres]
