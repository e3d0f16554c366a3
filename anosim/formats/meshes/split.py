"""Quadrangles, hexahedra, prisms and pyramids split into triangles and tetrahedra that conform.

Every quadrangular face is cut from its corner of lowest number, so that the elements on both sides
of it agree without looking at each other; an element's simplices meet in its own corner of lowest
number (Dompierre et al., "How to subdivide pyramids, prisms and hexahedra into tetrahedra", 8th
International Meshing Roundtable, 1999). Where that turns one over, as in a twisted element, they
meet in a new point in its middle. Quadrangles in the plane are cut along the other diagonal where
that gives much better triangles.

In second order the midpoint of a diagonal of a bent face, or of a bent hexahedron, is its centre:
the node there, or without one where the element's shape functions put it (of 8 and 20 nodes,
Zienkiewicz and Taylor, "The Finite Element Method", volume 1). Corners that coincide, as in a
hexahedron that stands for a prism, give simplices without volume, which are left out.
"""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from anosim.curved import distortion, signed_volumes
from anosim.errors import MeshError
from anosim.formats.meshes.checks import turned_back
from anosim.formats.meshes.midpoints import with_midpoints
from anosim.formats.meshes.shapes import SHAPES, SIMPLICES, Block, Shape, refused
from anosim.meshes import Floats, Ints
from anosim.quality import over_cells

_FLAT = 1e-9
"""Volume of a simplex that is turned over or flat, as a share of its element's."""
_BETTER = 2.0
"""How many times greater the smaller triangle must be for the other diagonal."""


@dataclass(frozen=True, eq=False)
class Split:
    """Triangles or tetrahedra instead of other elements.

    Attributes:
        points: shape (n_points, 2 or 3): those of the file, then new ones.
        cells: with the nodes of ``Mesh.cells``.
        element: the one that each cell is a part of, ascending.
    """

    points: Floats
    cells: Ints
    element: Ints


def split(points: Floats, blocks: Sequence[Block]) -> Split:
    """Split elements into triangles, or tetrahedra, and warn of it with their number.

    Args:
        points: shape (n_points, 2), or (n_points, 3) for tetrahedra.
        blocks: the elements, all of one dimension and order; a midpoint without a node is -1.

    Raises:
        UnsupportedError: elements of both orders, or with other numbers of nodes.
        MeshError: an element without volume.
    """
    given = [(SHAPES[name], nodes) for name, nodes in blocks if len(nodes)]
    if len({shape.order(nodes.shape[1]) for shape, nodes in given}) > 1:
        kinds = (f"{shape.many} with {nodes.shape[1]} nodes" for shape, nodes in given)
        raise refused(f"elements of both orders ({', '.join(dict.fromkeys(kinds))})")
    count = sum(len(nodes) for _, nodes in given)
    if all(shape.simple and (nodes >= 0).all() for shape, nodes in given):
        return Split(points, np.concatenate([nodes for _, nodes in given]), np.arange(count))
    _check_points(given, len(points))
    points, corners, element = _corners(points, given)
    missing = np.flatnonzero(np.bincount(element, minlength=count) == 0)
    if len(missing):
        raise MeshError(f"an element {_where(given, int(missing[0]), points)} has no volume")
    _warn(blocks)
    if given[0][0].order(given[0][1].shape[1]) == 1:
        return Split(points, corners, element)
    more, cells = with_midpoints(points, corners, given)
    if over_cells(distortion, more, turned_back(more, cells)).min() > 0:
        return Split(more, cells, element)
    warnings.warn(
        "the bent edges of some of them would fold the parts over: the mesh is read in first "
        "order, with straight edges",
        UserWarning,
        stacklevel=2,
    )
    return Split(points, corners, element)


def cut_faces(corners: Ints) -> Ints:
    """Faces of tetrahedra instead of quadrangles, which are split as the elements are.

    Args:
        corners: shape (n, 3 or 4); a triangle among four repeats its last corner.
    """
    if corners.shape[1] < 4:
        return corners
    return np.concatenate([_distinct(part)[0] for part in _fan(corners)])


def _corners(points: Floats, given: Sequence[tuple[Shape, Ints]]) -> tuple[Floats, Ints, Ints]:
    """Points, with new ones in the middle of some elements; corners of simplices; their element."""
    corners, elements, first, extra = [], [], 0, len(points)
    for shape, nodes in given:
        own = nodes[:, : shape.corners]
        apex = _apex(points, own) if shape.dimension == 2 else np.argmin(own, axis=1)
        found, element = _joined(_cones(shape, own, apex)) if not shape.simple else _whole(own)
        if shape.dimension == 3 and not shape.simple:
            over = _turned(points, found, element, len(own))
            centres = points[own[over]].mean(axis=1)
            inside = extra + np.arange(len(over))
            again, which = _joined(_stars(shape, own[over], inside))
            extra, points = extra + len(over), np.concatenate([points, centres])
            kept = ~np.isin(element, over)
            found = np.concatenate([found[kept], again])
            element = np.concatenate([element[kept], over[which]])
        corners.append(found)
        elements.append(first + element)
        first += len(own)
    every = np.concatenate(elements)
    order = np.argsort(every, kind="stable")
    return points, np.concatenate(corners)[order], every[order]


def _cones(shape: Shape, corners: Ints, apex: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Simplices between a corner of each element and the faces without it, and their elements."""
    for place in np.unique(apex).tolist():
        here = np.flatnonzero(apex == place)
        for face in shape.faces:
            if place not in face:
                for part in _fan(corners[here][:, face]):
                    yield np.column_stack([part, corners[here, place]]), here


def _stars(shape: Shape, corners: Ints, inside: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Simplices between a point inside each element and all its faces, and their elements."""
    for face in shape.faces:
        for part in _fan(corners[:, face]):
            yield np.column_stack([part, inside]), np.arange(len(corners))


def _fan(face: Ints) -> list[Ints]:
    """The parts of faces: of quadrangles the triangles around the corner of lowest number."""
    if face.shape[1] < 4:
        return [face]
    turn = (np.argmin(face, axis=1)[:, None] + np.arange(4)) % 4
    turned = np.take_along_axis(face, turn, axis=1)
    return [turned[:, [0, 1, 2]], turned[:, [0, 2, 3]]]


def _joined(parts: Iterator[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    """Simplices of different corners, and their elements."""
    simplices, elements = zip(*parts, strict=True)
    kept, rows = _distinct(np.concatenate(simplices))
    return kept, np.concatenate(elements)[rows]


def _whole(corners: Ints) -> tuple[Ints, Ints]:
    return corners, np.arange(len(corners))


def _distinct(rows: Ints) -> tuple[Ints, Ints]:
    """The rows without repeated entries, and which they are."""
    ranked = np.sort(rows, axis=1)
    kept = np.flatnonzero((ranked[:, 1:] != ranked[:, :-1]).all(axis=1))
    return rows[kept], kept


def _apex(points: Floats, corners: Ints) -> Ints:
    """The corner of each quadrangle in the plane that it is cut from."""
    lowest = np.argmin(corners, axis=1)
    if corners.shape[1] == 3:
        return lowest
    next_to = np.arange(4)[:, None] + np.array([-1, 0, 1])
    areas = _volumes(points, corners[:, next_to % 4])  # of the triangle at each corner
    areas *= np.sign(areas.sum(axis=1, keepdims=True))
    at = [np.minimum(areas[:, 1], areas[:, 3]), np.minimum(areas[:, 0], areas[:, 2])]
    along = np.where(lowest % 2 == 0, at[0], at[1])
    across = np.where(lowest % 2 == 0, at[1], at[0])
    better = (across > _BETTER * along) & (across > 0)
    return np.where(better, (lowest + 1) % 4, lowest)


def _turned(points: Floats, simplices: Ints, element: Ints, count: int) -> Ints:
    """The elements of which a simplex is flat or turned over against the others."""
    if len(simplices) == 0:
        return np.arange(0)
    volume = _volumes(points, simplices)
    whole = np.bincount(element, weights=volume, minlength=count)
    bad = volume * np.sign(whole)[element] <= _FLAT * np.abs(whole)[element]
    return np.unique(element[bad])


def _volumes(points: Floats, simplices: Ints) -> Floats:
    """Signed volumes of simplices, shape (..., d + 1) to (...)."""
    rows = simplices.reshape(-1, simplices.shape[-1])
    return over_cells(signed_volumes, points, rows).reshape(simplices.shape[:-1])


def _check_points(given: Sequence[tuple[Shape, Ints]], count: int) -> None:
    for shape, nodes in given:
        own = nodes[:, : shape.corners]
        if own.min() < 0 or nodes.min() < -1 or nodes.max() >= count:
            raise MeshError(f"a cell refers to a point outside 0 to {count - 1}")


def _warn(blocks: Sequence[Block]) -> None:
    numbers: dict[str, int] = {}
    for name, nodes in blocks:
        if len(nodes) and not SHAPES[name].simple:
            numbers[name] = numbers.get(name, 0) + len(nodes)
    if numbers:
        said = (f"{n} {SHAPES[name].many if n > 1 else name}" for name, n in numbers.items())
        into = SHAPES[SIMPLICES[SHAPES[blocks[0][0]].dimension]].many
        verb = "are" if sum(numbers.values()) > 1 else "is"
        warnings.warn(f"{' and '.join(said)} {verb} split into {into}", UserWarning, stacklevel=2)


def _where(given: Sequence[tuple[Shape, Ints]], element: int, points: Floats) -> str:
    """An element's shape and place, for an error."""
    for shape, nodes in given:
        if element < len(nodes):
            centre = points[nodes[element, : shape.corners]].mean(axis=0)
            return f"({shape.many}) near ({', '.join(f'{x:.4g}' for x in centre)})"
        element -= len(nodes)
    return ""
