"""What a mesh file holds, and how it becomes a Mesh: the part that all formats share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, MeshError, UnsupportedError, listing
from anosim.formats.meshes.checks import check_joined, check_unfolded, turned_back
from anosim.meshes import CELLS, NODES, Floats, Ints, Mesh
from anosim.topology import facets_of

Phases = Mapping[str, str] | Sequence[str] | None
"""The groups of a file that are phases, with the phases' names where they shall differ."""

Regions = tuple[str, ...]
"""Names of a file's cell data, or of its groups of cells, that say which phase a cell is."""

_FLAT = 1e-9
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
    """

    points: Floats
    cells: Ints
    groups: Mapping[str, Ints]
    facets: Mapping[str, Ints]

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
        points = _coordinates(self.points, dimension) * scale
        phase, names = _phases(len(self.cells), self.groups, phases)
        used, cells = _used(self.cells, len(points))
        points = points[used]
        cells = turned_back(points, cells)
        sides = _sides(self.facets, used, len(self.points), points, cells)
        mesh = Mesh(points, cells, phase, names, sides)
        check_unfolded(mesh)
        check_joined(mesh)
        return mesh


def refused(what: str) -> UnsupportedError:
    """The error about elements that are no simplices, to be raised."""
    return UnsupportedError(
        f"the mesh has {what}: only plane meshes of triangles with 3 or 6 nodes, or meshes of "
        "tetrahedra with 4 or 10, can be used; split other elements, fill surfaces with "
        "tetrahedra, or take a plane part, in the program that made the file"
    )


def dimension_of(found: Iterable[int]) -> int:
    """The mesh's dimension, by those of a file's elements: tetrahedra go before triangles.

    Raises:
        MeshError: neither the ones nor the others.
    """
    dimension = max(found, default=0)
    if dimension < 2:
        raise MeshError("the file has neither triangles nor tetrahedra")
    return dimension


def stacked(blocks: Sequence[Ints], dimension: int) -> Ints:
    """Blocks of triangles or tetrahedra as one array, in their order.

    Raises:
        UnsupportedError: some have midpoints and others have none.
    """
    if len({block.shape[1] for block in blocks}) > 1:
        few, many = NODES[dimension]
        raise refused(f"{CELLS[dimension][1]} with {few} nodes and others with {many}")
    return np.concatenate(blocks).astype(np.int64)


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
    """Arrays of one name joined, each row once, in their order."""
    found: dict[str, list[Ints]] = {}
    for name, array in named:
        found.setdefault(name, []).append(array)
    return {name: np.concatenate(arrays) for name, arrays in found.items()}


def selected(groups: Mapping[str, Ints], regions: Regions) -> dict[str, Ints]:
    """The groups of the given names, in the order of the names; all of them without names.

    Raises:
        InputError: the file has no such group.
    """
    for name in regions:
        if name not in groups:
            raise InputError(
                f"regions names {name!r}, but the file has no group of cells of that name; "
                f"its groups: {listing(groups)}"
            )
    return {name: groups[name] for name in regions or groups}


def _coordinates(points: Floats, dimension: int) -> Floats:
    """The points with as many coordinates as the mesh has dimensions."""
    axes = points.shape[1] if points.ndim == 2 else 0
    if not dimension <= axes <= 3 or not np.isfinite(points).all():
        raise MeshError(f"the points have shape {points.shape}: expected finite coordinates")
    if axes > dimension and len(points):
        size = np.ptp(points, axis=0)
        if size[2] > _FLAT * size[:2].max():
            low, high = points[:, 2].min(), points[:, 2].max()
            raise refused(f"points from z = {low:g} to {high:g} but no tetrahedra")
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


def _phases(count: int, groups: Mapping[str, Ints], chosen: Phases) -> tuple[Ints, tuple[str, ...]]:
    """The phase of each cell, and the names of the phases."""
    names = _chosen(groups, chosen)
    owner = np.full(count, -1, dtype=np.int64)
    for rank in sorted(range(len(names)), key=lambda r: -len(groups[names[r][0]])):
        name, cells = names[rank][0], groups[names[rank][0]]
        before = np.unique(owner[cells])
        if len(before) > 1:
            other = names[int(before[-1])][0]
            raise InputError(
                f"the groups {other!r} and {name!r} of the file share only some of their cells: "
                f"say which groups are the phases, phases=[...], of {listing(groups)}"
            )
        owner[cells] = rank
    left = int(np.sum(owner < 0))
    if left and chosen is not None:
        raise InputError(
            f"{left} of {count} cells are in none of the groups {listing(n for n, _ in names)}; "
            f"groups of the file: {listing(groups)}"
        )
    if left:
        owner[owner < 0] = len(names)
        names = [*names, ("", _free_name(groups, "rest" if names else "all"))]
    present = [rank for rank in range(len(names)) if (owner == rank).any()]
    given = list(dict.fromkeys(names[rank][1] for rank in present))
    phase_of = np.zeros(len(names), dtype=np.int64)
    phase_of[present] = [given.index(names[rank][1]) for rank in present]
    return phase_of[owner], tuple(given)


def _chosen(groups: Mapping[str, Ints], chosen: Phases) -> list[tuple[str, str]]:
    """Groups that are phases with the phases' names, in the order of the phases."""
    if chosen is None:
        return [(name, name) for name, cells in groups.items() if len(cells)]
    if isinstance(chosen, str):
        raise InputError(f"phases is {chosen!r}: give a list of groups, or new names by group")
    pairs = list(chosen.items()) if isinstance(chosen, Mapping) else [(n, n) for n in chosen]
    for name, _ in pairs:
        if name not in groups:
            raise InputError(f"the file has no group {name!r}; its groups: {listing(groups)}")
    return pairs


def _free_name(groups: Mapping[str, Ints], name: str) -> str:
    while name in groups:
        name += "_"
    return name


def in_space(points: Floats) -> Floats:
    """Points with three coordinates, z = 0 in the plane."""
    return np.column_stack([points, np.zeros((len(points), 3 - points.shape[1]))])


def bool_rows(count: int, rows: Ints) -> NDArray[np.bool_]:
    """A mask that is true in some rows."""
    mask = np.zeros(count, dtype=np.bool_)
    mask[rows] = True
    return mask
