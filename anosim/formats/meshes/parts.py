"""What a mesh file holds, and how it becomes a Mesh: the part that all formats share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from anosim.errors import MeshError
from anosim.formats.meshes.checks import check_joined, check_unfolded, turned_back
from anosim.formats.meshes.groups import Phases, Regions, phases_of, selected
from anosim.formats.meshes.overlaps import check_apart
from anosim.formats.meshes.shapes import SHAPES, Block, refused
from anosim.formats.meshes.split import cut_faces, split
from anosim.meshes import NODES, Floats, Ints, Mesh
from anosim.topology import facets_of

_FLAT = 1e-6
"""Thickness of a plane mesh, as a share of its size."""


@dataclass(frozen=True, eq=False)
class Parts:
    """A mesh as a file has it.

    Attributes:
        points: shape (n_points, 2 or 3), in the file's unit.
        cells: triangles, shape (n_cells, 3 or 6), or tetrahedra, (n_cells, 4 or 10); midpoints in
            the order of ``Mesh.cells``.
        groups: indices of the cells of each named group; groups may overlap.
        facets: corners of each named group of edges of triangles or faces of tetrahedra, shape
            (n, 2 or 3).
        own: the cells of each domain of the file; a cell in no group is called after its domain.
    """

    points: Floats
    cells: Ints
    groups: Mapping[str, Ints]
    facets: Mapping[str, Ints]
    own: Mapping[str, Ints] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        points: Floats,
        blocks: Sequence[Block],
        groups: Mapping[str, Ints],
        facets: Mapping[str, Ints],
        own: Mapping[str, Ints] | None = None,
        regions: Regions = (),
    ) -> "Parts":
        """Elements of any shape, split into triangles or tetrahedra with a warning.

        Args:
            points: shape (n_points, 2 or 3), in the file's unit.
            blocks: elements of one dimension and order.
            groups: elements of each named group, counted over all blocks.
            facets: corners of each named group of edges or faces, shape (n, 2, 3 or 4); triangles
                among four corners repeat the last.
            own: elements of each domain of the file.
            regions: names of the groups and domains that count, in their order; all without it.

        Raises:
            InputError: a region that is no group and no domain.
            UnsupportedError: elements of both orders, or triangles in no plane of constant z.
            MeshError: an element without volume.
        """
        groups = selected(groups, regions, own or {})
        nodes = np.concatenate([nodes.ravel() for _, nodes in blocks])
        points = _coordinates(points, SHAPES[blocks[0][0]].dimension, nodes)
        made = split(points, blocks)
        count = sum(len(nodes) for _, nodes in blocks)

        def cells(named: Mapping[str, Ints]) -> Mapping[str, Ints]:
            if len(made.cells) == count:
                return named
            masks = {name: bool_rows(count, rows) for name, rows in named.items()}
            return {name: np.flatnonzero(mask[made.element]) for name, mask in masks.items()}

        cut = {name: cut_faces(corners) for name, corners in facets.items()}
        return cls(made.points, made.cells, cells(groups), cut, cells(own or {}))

    def mesh(self, scale: float, phases: Phases) -> Mesh:
        """The mesh in metres.

        Cells that are turned over are turned back and points of no cell left out. Each cell
        belongs to the smallest group that holds it.

        Args:
            scale: metres per unit of the file.
            phases: the groups that are phases; all of them without it.

        Raises:
            UnsupportedError: triangles that are not in a plane of constant z.
            InputError: groups that cross each other, or unknown ones in ``phases``.
            MeshError: not a conforming mesh.
        """
        dimension = next(d for d, nodes in NODES.items() if self.cells.shape[1] in nodes)
        points = _coordinates(self.points, dimension, self.cells) * scale
        phase, names = phases_of(len(self.cells), self.groups, self.own, phases)
        used, cells = _used(self.cells, len(points))
        points = points[used]
        cells = turned_back(points, cells)
        sides = _sides(self.facets, used, len(self.points), points, cells)
        mesh = Mesh(points, cells, phase, names, sides)
        check_unfolded(mesh)
        check_joined(mesh)
        check_apart(mesh)
        return mesh


def dimension_of(found: Iterable[int]) -> int:
    """The mesh's dimension, by those of a file's elements: tetrahedra go before triangles.

    Raises:
        MeshError: neither the ones nor the others.
    """
    dimension = max(found, default=0)
    if dimension < 2:
        raise MeshError("the file has neither triangles nor tetrahedra")
    return dimension


def places(numbers: Ints, wanted: Ints, what: str) -> Ints:
    """Where each wanted number is among the numbers that a file gives its points or cells.

    Raises:
        MeshError: a number that the file does not define, or defines twice.
    """
    order = np.argsort(numbers, kind="stable")
    ranked = numbers[order]
    twice = np.flatnonzero(ranked[1:] == ranked[:-1])
    if len(twice):
        raise MeshError(f"{what} {ranked[twice[0]]} is defined twice")
    at = np.minimum(np.searchsorted(ranked, wanted), max(len(ranked) - 1, 0))
    known = ranked[at] == wanted if len(ranked) else np.zeros(wanted.shape, dtype=np.bool_)
    if not np.all(known):
        raise MeshError(f"{what} {wanted[~known].flat[0]} is used but not defined")
    return np.asarray(order[at], dtype=np.int64)


def gathered(named: Iterable[tuple[str, Ints]]) -> dict[str, Ints]:
    """Arrays of one name joined, in their order; shorter rows repeat their last entry."""
    found: dict[str, list[Ints]] = {}
    for name, array in named:
        found.setdefault(name, []).append(array)
    return {name: joined_rows(arrays) for name, arrays in found.items()}


def joined_rows(arrays: Sequence[Ints]) -> Ints:
    """Arrays one after the other; shorter rows repeat their last entry."""
    if arrays[0].ndim > 1:
        width = max(array.shape[1] for array in arrays)
        arrays = [np.pad(a, ((0, 0), (0, width - a.shape[1])), mode="edge") for a in arrays]
    return np.concatenate(arrays)


def _coordinates(points: Floats, dimension: int, nodes: Ints) -> Floats:
    """The points with as many coordinates as the mesh has dimensions, by its nodes."""
    axes = points.shape[1] if points.ndim == 2 else 0
    if not dimension <= axes <= 3 or not np.isfinite(points).all():
        raise MeshError(f"the points have shape {points.shape}: expected finite coordinates")
    if nodes.size and nodes.max() >= len(points):
        raise MeshError(f"a cell refers to a point outside 0 to {len(points) - 1}")
    if axes > dimension and nodes.size:
        own = points[bool_rows(len(points), nodes[nodes >= 0])]
        low, high = own.min(axis=0), own.max(axis=0)
        if high[2] - low[2] > _FLAT * (high - low)[:2].max():
            raise refused(f"points from z = {low[2]:g} to {high[2]:g} but no tetrahedra")
    return points[:, :dimension]


def _used(cells: Ints, count: int) -> tuple[Ints, Ints]:
    """The points of the cells, ascending, and the cells in terms of them."""
    if cells.size and (cells.min() < 0 or cells.max() >= count):
        raise MeshError(f"a cell refers to a point outside 0 to {count - 1}")
    used = bool_rows(count, cells)
    return np.flatnonzero(used), (np.cumsum(used) - 1)[cells]


def _sides(
    named: Mapping[str, Ints], used: Ints, count: int, points: Floats, cells: Ints
) -> dict[str, Ints]:
    """Those of the named facets that are on the outer boundary, each once, by used points."""
    if not named:
        return {}
    dimension = points.shape[1]
    every, index = facets_of(cells[:, : dimension + 1], points), np.full(count, -1, dtype=np.int64)
    index[used] = np.arange(len(used))
    sides = {}
    for name, corners in named.items():
        local = _local(index, corners, dimension)
        facet = every.find(local)
        outer = (facet >= 0) & (every.cells[facet, 1] < 0)
        first = np.sort(np.unique(facet[outer], return_index=True)[1])
        if len(first):
            sides[name] = np.asarray(local[outer][first], dtype=np.int64)
    return sides


def _local(index: Ints, facets: Ints, dimension: int) -> Ints:
    """The facets in terms of used points, without those that have another."""
    facets = np.asarray(facets, dtype=np.int64).reshape(-1, dimension)
    if facets.size and (facets.min() < 0 or facets.max() >= len(index)):
        what = "an edge" if dimension == 2 else "a facet"
        raise MeshError(f"{what} refers to a point outside 0 to {len(index) - 1}")
    local = index[facets]
    return np.asarray(local[(local >= 0).all(axis=1)])


def in_space(points: Floats) -> Floats:
    """Points with three coordinates, z = 0 in the plane."""
    return np.column_stack([points, np.zeros((len(points), 3 - points.shape[1]))])


def bool_rows(count: int, rows: Ints) -> NDArray[np.bool_]:
    """A mask that is true in some rows."""
    mask = np.zeros(count, dtype=np.bool_)
    mask[rows] = True
    return mask
