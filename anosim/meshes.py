"""Mesh: points, triangles or tetrahedra, phases, named interfaces and sides."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.curved import distortion, signed_volumes
from anosim.errors import InputError, MeshError, listing
from anosim.quality import angles, condition, over_cells
from anosim.topology import Edges, Facets, edges_of, facets_of
from anosim.voxel_grid import VoxelGrid

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Boundary = str | tuple[str, str]
"""A side's name, or the two phases that meet at an interface, in either order."""

CELLS = {2: ("triangle", "triangles"), 3: ("tetrahedron", "tetrahedra")}
"""What cells are called, by dimension."""
NODES = {2: (3, 6), 3: (4, 10)}
"""Nodes of cells of order 1 and 2, by dimension."""
TURNED = {2: [0, 2, 1, 5, 4, 3], 3: [0, 2, 1, 3, 6, 5, 4, 7, 9, 8]}
"""Order of a cell's nodes in which it is turned over, by dimension."""


@dataclass(frozen=True, eq=False)
class Mesh:
    """A conforming mesh of triangles, or of tetrahedra, that belong to named phases.

    Facets are what neighbouring cells share: in the plane edges, in space triangles.

    Attributes:
        points: shape (n_points, 2) or (n_points, 3), (x, y[, z]) in m; y runs downwards with the
            image's rows, z with its slices.
        cells: indices of points, all cells oriented the same way: shape (n_cells, 3) or
            (n_cells, 4); (n_cells, 6) or (n_cells, 10) with a midpoint on each edge, which may bend
            it. Midpoints follow the corners in VTK's order: 01, 12, 20, then 03, 13, 23 (Gmsh has
            the last two the other way round).
        cell_phase: shape (n_cells,), index into ``phases``.
        phases: names of the phases, in the order of the image's labels.
        sides: facets on the outer boundary by name, each of shape (n, 2) or (n, 3), indices of
            points; an image's mesh has "left" and "right" (along x), "top" and "bottom" (along y)
            and in space "front" and "back" (along z; "front" is the first slice's).
        grid: voxels of the image that ``anosim.mesh`` made it of; not kept in files.

    Raises:
        MeshError: arrays that do not fit each other, cells without volume or turned over.
        InputError: a phase without cells, or a side that is not on the outer boundary.
    """

    points: Floats
    cells: Ints
    cell_phase: Ints
    phases: tuple[str, ...]
    sides: Mapping[str, Ints] = field(default_factory=dict)
    grid: VoxelGrid | None = None

    def __post_init__(self) -> None:
        points = np.array(self.points, dtype=np.float64, ndmin=2)
        cells = np.array(self.cells, dtype=np.int64, ndmin=2)
        phase = np.array(self.cell_phase, dtype=np.int64, ndmin=1)
        _check_arrays(points, cells, phase)
        volume = over_cells(signed_volumes, points, cells)
        if np.all(volume < 0):
            cells, volume = cells[:, TURNED[points.shape[1]][: cells.shape[1]]], -volume
        _check_volumes(points, cells, volume)
        for name, array in (("points", points), ("cells", cells), ("cell_phase", phase)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        object.__setattr__(self, "phases", tuple(self.phases))
        width = self.dimension
        sides = {n: np.array(f, dtype=np.int64).reshape(-1, width) for n, f in self.sides.items()}
        object.__setattr__(self, "sides", MappingProxyType(sides))
        self._check_names()

    @staticmethod
    def read(
        path: str | PathLike[str],
        *,
        unit: float | str = "m",
        phases: Any = None,
        regions: str | Sequence[str] | None = None,
    ) -> "Mesh":
        """Read a mesh of this or another program: ``anosim.formats.meshes.files.read_mesh``."""
        from anosim.formats.meshes.files import read_mesh

        return read_mesh(path, unit=unit, phases=phases, regions=regions)

    def write(self, path: str | PathLike[str]) -> None:
        """Write a mesh in the format of the path's ending: see ``anosim.formats.meshes.files``."""
        from anosim.formats.meshes.files import write_mesh

        write_mesh(self, path)

    def of_image(self, grid: VoxelGrid) -> "Mesh":
        """The same mesh, with the voxels of the image that it was made of."""
        made = copy(self)
        object.__setattr__(made, "grid", grid)
        return made

    def __repr__(self) -> str:
        return (
            f"<Mesh: {len(self.cells)} {CELLS[self.dimension][1]} of order {self.order}, "
            f"{len(self.points)} points, phases {listing(self.phases)}>"
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
        for name, vertices in self.sides.items():
            facet = self.facets.find(vertices)
            if np.any(facet < 0) or np.any(self.facets.cells[facet, 1] >= 0):
                what = "an edge" if self.dimension == 2 else "a facet"
                raise InputError(f"side {name!r} has {what} that is not on the outer boundary")

    @property
    def dimension(self) -> int:
        """2 for triangles in the plane, 3 for tetrahedra in space."""
        return int(self.points.shape[1])

    @property
    def order(self) -> int:
        """1 for straight edges, 2 for edges with a midpoint."""
        return 1 if self.cells.shape[1] == self.dimension + 1 else 2

    @property
    def corners(self) -> Ints:
        """Corners of each cell, shape (n_cells, 3 or 4)."""
        return self.cells[:, : self.dimension + 1]

    @cached_property
    def facets(self) -> Facets:
        """What cells share with their neighbours, between corners, with the cells on either side.

        Raises:
            MeshError: a facet of more than two cells.
        """
        return facets_of(self.corners, self.points)

    @cached_property
    def edges(self) -> Edges:
        """All edges, between corners; in the plane they are the facets.

        Raises:
            MeshError: cells that bend the edge they share differently.
        """
        edges = self.facets if self.dimension == 2 else edges_of(self.corners)
        if self.order == 2:
            _check_midpoints(self.cells[:, self.dimension + 1 :], edges)
        return edges

    @cached_property
    def midpoints(self) -> Ints:
        """The point on each edge, for order 2, shape (n_edges,)."""
        middle = np.empty(len(self.edges.vertices), dtype=np.int64)
        middle[self.edges.of_cell] = self.cells[:, self.dimension + 1 :]
        return middle

    @cached_property
    def volumes(self) -> Floats:
        """Volume of each cell, m^3; of plane cells the area, m^2; shape (n_cells,)."""
        return over_cells(signed_volumes, self.points, self.cells)

    @cached_property
    def phase_volumes(self) -> Mapping[str, float]:
        """Volume of each phase, m^3; in the plane its area, m^2."""
        sums = np.bincount(self.cell_phase, weights=self.volumes, minlength=len(self.phases))
        return MappingProxyType(dict(zip(self.phases, sums.tolist(), strict=True)))

    @cached_property
    def interfaces(self) -> Mapping[tuple[str, str], Ints]:
        """Facets where two phases meet, by the pair of names in the order of ``phases``."""
        n, cells = len(self.phases), self.facets.cells
        one, other = self.cell_phase[cells.T]
        between = np.flatnonzero((one != other) & (cells[:, 1] >= 0))
        low, high = (f(one[between], other[between]) for f in (np.minimum, np.maximum))
        pair = low * n + high
        return MappingProxyType(
            {
                (self.phases[key // n], self.phases[key % n]): self.facets.vertices[
                    between[pair == key]
                ]
                for key in np.unique(pair)
            }
        )

    @property
    def boundaries(self) -> tuple[Boundary, ...]:
        """Every name that a condition can be set on: sides, then interfaces."""
        return (*self.sides, *self.interfaces)

    def boundary(self, name: Boundary) -> tuple[Boundary, Ints]:
        """The canonical name of a side or interface and its facets, shape (n, 2 or 3).

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
        from scipy.spatial import KDTree

        ends = [np.unique(self.boundary(name)[1]) for name in (first, second)]
        here, there = (self.points[nodes] for nodes in ends)
        across = int(np.argmin(np.ptp(here, axis=0)))
        here, there = (np.delete(points, across, axis=1) for points in (here, there))
        reach = 1e-9 * float(np.ptp(here, axis=0).max())
        off, place = (np.asarray(found) for found in KDTree(there).query(here))
        if len(np.unique(place)) != len(there) or len(here) != len(there) or off.max() > reach:
            choices = '"x", "y" or "xy"' if self.dimension == 2 else '"x", "y", "z" or "xyz"'
            raise MeshError(
                f"sides {first!r} and {second!r} do not match point by point; the mesher 'gmsh' "
                f"makes them do so with periodic={choices}"
            )
        return np.stack([ends[0], ends[1][place]], axis=1)

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
        return over_cells(condition, self.points, self.cells)

    @cached_property
    def angles(self) -> Floats:
        """Angles between the corners of each triangle, shape (n_cells, 3), degrees.

        Of tetrahedra the dihedral angles, at the edges 01, 12, 20, 03, 13, 23: (n_cells, 6).
        """
        return over_cells(angles, self.points, self.corners)


def _check_arrays(points: Floats, cells: Ints, phase: Ints) -> None:
    if points.ndim != 2 or points.shape[1] not in NODES or not np.isfinite(points).all():
        raise MeshError(f"Mesh.points has shape {points.shape}: expected finite (n_points, 2 or 3)")
    dimension = points.shape[1]
    few, many = NODES[dimension]
    if cells.ndim != 2 or cells.shape[1] not in (few, many) or len(cells) == 0:
        raise MeshError(
            f"Mesh.cells has shape {cells.shape}: expected (n_cells, {few} or {many}), n_cells > "
            f"0, for {CELLS[dimension][1]} between points (x, y{', z' if dimension == 3 else ''})"
        )
    if phase.shape != (len(cells),):
        raise MeshError(f"Mesh.cell_phase has shape {phase.shape}, expected ({len(cells)},)")
    if cells.min() < 0 or cells.max() >= len(points):
        raise MeshError(f"Mesh.cells refers to points outside 0 to {len(points) - 1}")
    if phase.min() < 0:
        raise MeshError("Mesh.cell_phase has negative entries: it holds indices into phases")
    used = np.zeros(len(points), dtype=np.bool_)
    used[cells] = True
    unused = len(points) - np.count_nonzero(used)
    if unused:
        raise MeshError(f"{unused} of the mesh's {len(points)} points belong to no cell")


def _check_volumes(points: Floats, cells: Ints, volume: Floats) -> None:
    dimension = points.shape[1]
    worst = int(np.argmin(volume))
    plain = cells.shape[1] == dimension + 1
    shape = np.ones(1) if plain else over_cells(distortion, points, cells)
    if volume[worst] <= 0:
        without = "has no area" if dimension == 2 else "has no volume"
        what = "is turned over against the others" if volume[worst] < 0 else without
    elif shape.min() <= 0:
        worst, what = int(np.argmin(shape)), "has a midpoint so far off that it folds over itself"
    else:
        return
    centre = points[cells[worst, : dimension + 1]].mean(axis=0)
    place = ", ".join(f"{x:.4g}" for x in centre)
    raise MeshError(f"{CELLS[dimension][0]} {worst} near ({place}) m {what}")


def _check_midpoints(middles: Ints, edges: Edges) -> None:
    first = np.full(len(edges.vertices), -1, dtype=np.int64)
    first[edges.of_cell] = middles
    if np.any(first[edges.of_cell] != middles) or len(np.unique(first)) < len(first):
        raise MeshError("the cells around an edge must share one midpoint")
