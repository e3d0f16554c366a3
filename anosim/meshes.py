"""Mesh: points, triangles with straight or bent sides, phases, named interfaces and sides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from os import PathLike
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.curved import distortion, signed_areas
from anosim.errors import InputError, MeshError, listing
from anosim.topology import Edges, edges_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Boundary = str | tuple[str, str]
"""A side's name, or the two phases that meet at an interface, in either order."""

_TURNED = [0, 2, 1, 5, 4, 3]
"""Order of a cell's nodes in which it is turned over."""


@dataclass(frozen=True, eq=False)
class Mesh:
    """A conforming triangle mesh whose triangles belong to named phases.

    Attributes:
        points: shape (n_points, 2), (x, y) in m; y runs downwards with the image's rows.
        cells: indices of points, all cells oriented the same way, shape (n_cells, 3); or (n_cells,
            6) for sides bent through a midpoint: those of 01, 12 and 20 follow the corners.
        cell_phase: shape (n_cells,), index into ``phases``.
        phases: names of the phases, in the order of the image's labels.
        sides: edges on the outer boundary by name, each of shape (n, 2), indices of points;
            an image's mesh has "left", "right", "top" and "bottom".

    Raises:
        MeshError: arrays that do not fit each other, triangles without area or turned over.
        InputError: a phase without cells, or a side that is not on the outer boundary.
    """

    points: Floats
    cells: Ints
    cell_phase: Ints
    phases: tuple[str, ...]
    sides: Mapping[str, Ints] = field(default_factory=dict)

    def __post_init__(self) -> None:
        points = np.array(self.points, dtype=np.float64, ndmin=2)
        cells = np.array(self.cells, dtype=np.int64, ndmin=2)
        phase = np.array(self.cell_phase, dtype=np.int64, ndmin=1)
        _check_arrays(points, cells, phase)
        area = signed_areas(points[cells])
        if np.all(area < 0):
            cells, area = cells[:, _TURNED[: cells.shape[1]]], -area
        _check_areas(points, cells, area)
        for name, array in (("points", points), ("cells", cells), ("cell_phase", phase)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        object.__setattr__(self, "phases", tuple(self.phases))
        sides = {n: np.array(e, dtype=np.int64).reshape(-1, 2) for n, e in self.sides.items()}
        object.__setattr__(self, "sides", MappingProxyType(sides))
        self._check_names()

    @staticmethod
    def read(path: str | PathLike[str], *, unit: float | str = "m", phases: Any = None) -> "Mesh":
        """Read a mesh of this or another program: ``anosim.formats.meshes.files.read_mesh``."""
        from anosim.formats.meshes.files import read_mesh

        return read_mesh(path, unit=unit, phases=phases)

    def write(self, path: str | PathLike[str]) -> None:
        """Write a mesh in the format of the path's ending: see ``anosim.formats.meshes.files``."""
        from anosim.formats.meshes.files import write_mesh

        write_mesh(self, path)

    def __repr__(self) -> str:
        return (
            f"<Mesh: {len(self.cells)} triangles of order {self.order}, {len(self.points)} points, "
            f"phases {listing(self.phases)}>"
        )

    def _check_names(self) -> None:
        if len(set(self.phases)) != len(self.phases):
            raise InputError(f"Mesh.phases names one phase twice: {listing(self.phases)}")
        known = np.bincount(self.cell_phase, minlength=len(self.phases))
        if len(known) > len(self.phases):
            raise InputError(
                f"Mesh.cell_phase goes up to {len(known) - 1}, but {len(self.phases)} phases "
                f"are named: {listing(self.phases)}"
            )
        if known.min(initial=1) == 0:
            empty = self.phases[int(np.argmin(known))]
            raise InputError(f"phase {empty!r} has no cell in the mesh: leave it out")
        for name, pairs in self.sides.items():
            edge = self.edges.find(pairs)
            if np.any(edge < 0) or np.any(self.edges.cells[edge, 1] >= 0):
                raise InputError(f"side {name!r} has an edge that is not on the outer boundary")

    @property
    def order(self) -> int:
        """1 for straight sides, 2 for sides bent through midpoints."""
        return 1 if self.cells.shape[1] == 3 else 2

    @property
    def corners(self) -> Ints:
        """Corners of each cell, shape (n_cells, 3)."""
        return self.cells[:, :3]

    @cached_property
    def edges(self) -> Edges:
        """All edges, between corners, with the cells on either side.

        Raises:
            MeshError: an edge of more than two cells, or two cells that bend theirs differently.
        """
        edges = edges_of(self.corners)
        if self.order == 2:
            _check_midpoints(self.cells, edges)
        return edges

    @cached_property
    def midpoints(self) -> Ints:
        """The point that bends each edge, for order 2, shape (n_edges,)."""
        middle = np.empty(len(self.edges.vertices), dtype=np.int64)
        middle[self.edges.of_cell] = self.cells[:, 3:]
        return middle

    @cached_property
    def areas(self) -> Floats:
        """Area of each cell, shape (n_cells,), m^2."""
        return signed_areas(self.points[self.cells])

    @cached_property
    def phase_areas(self) -> Mapping[str, float]:
        """Area of each phase, m^2."""
        sums = np.bincount(self.cell_phase, weights=self.areas, minlength=len(self.phases))
        return MappingProxyType(dict(zip(self.phases, sums.tolist(), strict=True)))

    @cached_property
    def interfaces(self) -> Mapping[tuple[str, str], Ints]:
        """Edges where two phases meet, by the pair of names in the order of ``phases``."""
        inner = self.edges.cells[:, 1] >= 0
        sides = np.sort(self.cell_phase[self.edges.cells[inner]], axis=1)
        pairs = self.edges.vertices[inner]
        found = {}
        for a, b in combinations(range(len(self.phases)), 2):
            here = (sides[:, 0] == a) & (sides[:, 1] == b)
            if here.any():
                found[self.phases[a], self.phases[b]] = pairs[here]
        return MappingProxyType(found)

    @property
    def boundaries(self) -> tuple[Boundary, ...]:
        """Every name that a condition can be set on: sides, then interfaces."""
        return (*self.sides, *self.interfaces)

    def boundary(self, name: Boundary) -> tuple[Boundary, Ints]:
        """The canonical name of a side or interface and its edges, shape (n, 2).

        Raises:
            InputError: the mesh has no such side, phase or interface.
        """
        if isinstance(name, str):
            if name in self.sides:
                return name, self.sides[name]
            raise InputError(
                f"the mesh has no side {name!r}; sides: {listing(self.sides)}; "
                f"interfaces: {listing(self.interfaces)}"
            )
        for phase in name:
            self.phase_index(phase)
        for pair in (tuple(name), tuple(name)[::-1]):
            if pair in self.interfaces:
                return pair, self.interfaces[pair]  # type: ignore[index, return-value]
        raise InputError(
            f"no interface between {listing(name)} in the mesh: the two phases do not touch; "
            f"interfaces: {listing(self.interfaces)}"
        )

    def opposite(self, first: str, second: str) -> Ints:
        """Points of one side and those opposite to them on another, shape (n, 2).

        Raises:
            InputError: the mesh has no such side.
            MeshError: a point of one side has no opposite on the other.
        """
        ends = [np.unique(self.boundary(name)[1]) for name in (first, second)]
        axis = int(np.argmax(np.ptp(self.points[ends[0]], axis=0)))
        a, b = (here[np.argsort(self.points[here, axis])] for here in ends)
        reach = 1e-9 * float(np.ptp(self.points[a, axis]))
        if len(a) != len(b) or np.any(np.abs(self.points[a, axis] - self.points[b, axis]) > reach):
            raise MeshError(
                f"sides {first!r} and {second!r} do not match point by point; the mesher 'gmsh' "
                'makes them do so with periodic="x", "y" or "xy"'
            )
        return np.stack([a, b], axis=1)

    def phase_index(self, name: str) -> int:
        """Position of a phase in ``phases``.

        Raises:
            InputError: the mesh has no phase of that name.
        """
        if name not in self.phases:
            raise InputError(f"unknown phase {name!r}; phases of the mesh: {listing(self.phases)}")
        return self.phases.index(name)

    @cached_property
    def quality(self) -> Floats:
        """Signed inverse condition number (SICN) of each cell: 1 equilateral, 0 flat.

        That of a bent cell is its corners' times the smallest over the largest Jacobian.
        """
        nodes = self.points[self.cells]
        p = nodes[:, :3]
        squares = np.sum((p[:, [1, 2, 0]] - p) ** 2, axis=(1, 2))
        return np.asarray(4.0 * np.sqrt(3.0) * signed_areas(p) / squares * distortion(nodes))

    @cached_property
    def angles(self) -> Floats:
        """Angles between the corners of each cell, shape (n_cells, 3), degrees."""
        p = self.points[self.corners]
        ahead = np.roll(p, -1, axis=1) - p
        back = np.roll(p, 1, axis=1) - p
        cross = np.abs(ahead[..., 0] * back[..., 1] - ahead[..., 1] * back[..., 0])
        return np.asarray(np.degrees(np.arctan2(cross, np.sum(ahead * back, axis=2))))


def _check_arrays(points: Floats, cells: Ints, phase: Ints) -> None:
    if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
        raise MeshError(f"Mesh.points has shape {points.shape}: expected finite (n_points, 2)")
    if cells.ndim != 2 or cells.shape[1] not in (3, 6) or len(cells) == 0:
        raise MeshError(
            f"Mesh.cells has shape {cells.shape}: expected (n_cells, 3 or 6), n_cells > 0"
        )
    if phase.shape != (len(cells),):
        raise MeshError(f"Mesh.cell_phase has shape {phase.shape}, expected ({len(cells)},)")
    if cells.min() < 0 or cells.max() >= len(points):
        raise MeshError(f"Mesh.cells refers to points outside 0 to {len(points) - 1}")
    if phase.min() < 0:
        raise MeshError("Mesh.cell_phase has negative entries: it holds indices into phases")
    unused = len(points) - len(np.unique(cells))
    if unused:
        raise MeshError(f"{unused} of the mesh's {len(points)} points belong to no cell")


def _check_areas(points: Floats, cells: Ints, area: Floats) -> None:
    worst = int(np.argmin(area))
    shape = distortion(points[cells]) if cells.shape[1] == 6 else np.ones(1)
    if area[worst] <= 0:
        what = "is turned over against the others" if area[worst] < 0 else "has no area"
    elif shape.min() <= 0:
        worst, what = int(np.argmin(shape)), "has a midpoint so far off that it folds over itself"
    else:
        return
    x, y = points[cells[worst, :3]].mean(axis=0)
    raise MeshError(f"triangle {worst} near ({x:.4g}, {y:.4g}) m {what}")


def _check_midpoints(cells: Ints, edges: Edges) -> None:
    first = np.full(len(edges.vertices), -1, dtype=np.int64)
    first[edges.of_cell] = cells[:, 3:]
    if np.any(first[edges.of_cell] != cells[:, 3:]) or len(np.unique(first)) < len(first):
        raise MeshError("the cells on the two sides of an edge must share one midpoint")
