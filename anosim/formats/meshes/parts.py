"""What a mesh file holds, and how it becomes a Mesh: the part that all formats share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, MeshError, UnsupportedError, listing
from anosim.meshes import Floats, Ints, Mesh

Phases = Mapping[str, str] | Sequence[str] | None
"""The groups of a file that are phases, with the phases' names where they shall differ."""

_TURNED = {3: [0, 2, 1], 6: [0, 2, 1, 5, 4, 3]}
_SAME = 1e-3
"""Distance of points at one place, as a share of the shortest outer edge."""
_FLAT = 1e-9
"""Thickness of a plane mesh, as a share of its size."""


@dataclass(frozen=True, eq=False)
class Parts:
    """A mesh as a file has it.

    Attributes:
        points: shape (n_points, 2 or 3), in the file's unit.
        cells: triangles, shape (n_cells, 3 or 6); midpoints of 01, 12, 20.
        groups: indices of the cells of each named group; groups may overlap.
        edges: pairs of points of each named group of edges, shape (n, 2).
    """

    points: Floats
    cells: Ints
    groups: Mapping[str, Ints]
    edges: Mapping[str, Ints]

    def mesh(self, scale: float, phases: Phases) -> Mesh:
        """The mesh in metres.

        Cells that are turned over are turned back and points of no cell left out. Each cell
        belongs to the smallest group that holds it.

        Args:
            scale: metres per unit of the file.
            phases: the groups that are phases; all of them without it.

        Raises:
            UnsupportedError: the mesh is not in a plane of constant z.
            InputError: groups that cross each other, or unknown ones in ``phases``.
            MeshError: not a conforming mesh.
        """
        points = _plane(self.points) * scale
        phase, names = _phases(len(self.cells), self.groups, phases)
        used, cells = _used(self.cells, len(points))
        points = points[used]
        cells = _turned(points, cells)
        bare = Mesh(points, cells, phase, names)
        _check_unfolded(bare)
        _check_joined(bare)
        index = np.full(len(self.points), -1, dtype=np.int64)
        index[used] = np.arange(len(used))
        sides = {name: _outer(bare, _local(index, pairs)) for name, pairs in self.edges.items()}
        kept = {name: pairs for name, pairs in sides.items() if len(pairs)}
        return Mesh(points, cells, phase, names, kept) if kept else bare


def refused(what: str) -> UnsupportedError:
    """The error about elements that are no triangles, to be raised."""
    return UnsupportedError(
        f"the mesh has {what}: only plane meshes of triangles with 3 or 6 nodes can be used; "
        "split other elements, or take a plane part, in the program that made the file"
    )


def stacked(blocks: Sequence[Ints]) -> Ints:
    """Blocks of triangles as one array, in their order.

    Raises:
        MeshError: no triangle at all.
        UnsupportedError: some triangles have 3 nodes and others 6.
    """
    widths = {block.shape[1] for block in blocks if len(block)}
    if not widths:
        raise MeshError("the file has no triangles")
    if len(widths) > 1:
        raise refused("triangles with 3 nodes and others with 6")
    return np.concatenate([block for block in blocks if len(block)]).astype(np.int64)


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


def _plane(points: Floats) -> Floats:
    if points.ndim != 2 or points.shape[1] not in (2, 3) or not np.isfinite(points).all():
        raise MeshError(f"the points have shape {points.shape}: expected finite coordinates")
    if points.shape[1] == 3 and len(points):
        size = np.ptp(points, axis=0)
        if size[2] > _FLAT * size[:2].max():
            raise refused(f"points from z = {points[:, 2].min():g} to {points[:, 2].max():g}")
    return points[:, :2]


def _used(cells: Ints, count: int) -> tuple[Ints, Ints]:
    """The points of the cells, ascending, and the cells in terms of them."""
    if cells.size and (cells.min() < 0 or cells.max() >= count):
        raise MeshError(f"a triangle refers to a point outside 0 to {count - 1}")
    used, inverse = np.unique(cells, return_inverse=True)
    return used, inverse.reshape(cells.shape).astype(np.int64)


def _turned(points: Floats, cells: Ints) -> Ints:
    a, b, c = (points[cells[:, k]] for k in range(3))
    u, v = b - a, c - a
    area = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    if not np.isfinite(area).all():
        raise MeshError("the coordinates are too large to be lengths")
    over = area < 0
    if not over.any():
        return cells
    cells = cells.copy()
    cells[over] = cells[over][:, _TURNED[cells.shape[1]]]
    return cells


def _check_unfolded(mesh: Mesh) -> None:
    """Two cells at an edge run through it in opposite directions, unless they overlap."""
    corners = mesh.cells[:, :3]
    ways = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    keys, count = np.unique(ways @ np.array([len(mesh.points), 1]), return_counts=True)
    if count.max(initial=1) > 1:
        x, y = mesh.points[int(keys[np.argmax(count)]) // len(mesh.points)]
        raise MeshError(f"two triangles near ({x:.4g}, {y:.4g}) m lie on each other")


def _check_joined(mesh: Mesh) -> None:
    """No two points on the outer boundary are at one place, as where parts were not merged."""
    ends = mesh.edges.vertices[mesh.facets.cells[:, 1] < 0]
    points = mesh.points[np.unique(ends)]
    step = _SAME * np.linalg.norm(np.diff(mesh.points[ends], axis=1), axis=2).min()
    low = points.min(axis=0)
    for shift in (0.0, 0.5):  # two grids, for a pair that the lines of one divide
        boxes = np.floor((points - low) / step + shift)
        twice = len(points) - len(np.unique(boxes[:, 0] + 1j * boxes[:, 1]))
        if twice:
            raise MeshError(
                f"{twice} points lie on others, so that the triangles there are not joined: merge "
                "coincident nodes in the program that made the file"
            )


def _outer(mesh: Mesh, pairs: Ints) -> Ints:
    """Those of the pairs that are edges on the outer boundary, each once."""
    edge = mesh.edges.find(pairs)
    outer = (edge >= 0) & (mesh.facets.cells[edge, 1] < 0)
    first = np.sort(np.unique(edge[outer], return_index=True)[1])
    return np.asarray(pairs[outer][first], dtype=np.int64)


def _local(index: Ints, pairs: Ints) -> Ints:
    pairs = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    if pairs.size and (pairs.min() < 0 or pairs.max() >= len(index)):
        raise MeshError(f"an edge refers to a point outside 0 to {len(index) - 1}")
    local = index[pairs]
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


def bool_rows(count: int, rows: Ints) -> NDArray[np.bool_]:
    """A mask that is true in some rows."""
    mask = np.zeros(count, dtype=np.bool_)
    mask[rows] = True
    return mask
