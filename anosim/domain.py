"""Domain: the part of a mesh in which lithium diffuses, with the nodes of its elements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from anosim.curved import bent, determinants, facet_sizes, shapes, simplex_rule
from anosim.errors import InputError, UnsupportedError
from anosim.meshes import Boundary, Floats, Ints, Mesh
from anosim.numbering import numbered
from anosim.seams import joined
from anosim.topology import BETWEEN, EDGES, Edges, Facets, edges_of, facets_of

_ACROSS = {"x": ("left", "right"), "y": ("top", "bottom"), "z": ("front", "back")}
_SHARES = {
    (2, 1): (1 / 3, 0.0),
    (2, 2): (0.0, 1 / 3),
    (3, 1): (1 / 4, 0.0),
    (3, 2): (-1 / 20, 1 / 5),
}
"""Mean of the shape functions of a corner and of a midpoint, by dimension and order."""
PERIODIC: Mapping[str, tuple[tuple[str, str], ...]] = {
    choice: tuple(_ACROSS[axis] for axis in choice)
    for choice in ("", "x", "y", "xy", "z", "xz", "yz", "xyz")
}
"""The sides that each choice of periodicity joins."""


@dataclass(frozen=True, eq=False)
class Domain:
    """The cells of some phases of a mesh, and Lagrange nodes of order 1 or 2 on them.

    Nodes are numbered alike for every solver: first the cells' corners, in the mesh's
    order; for order 2 then the edges' midpoints, sorted by their end points. Facets are what cells
    share: in the plane edges, in space triangles.

    Attributes:
        mesh: the whole mesh.
        phases: the phases that belong to the domain.
        order: 1 (linear) or 2 (quadratic elements).
        splits: interfaces, by their canonical names, across which the field may jump: points on
            them have a node on either side, at the same place.
        periodic: along which axes opposite sides are joined: "", "x", "xy", ...: see PERIODIC.
    """

    mesh: Mesh
    phases: tuple[str, ...]
    order: int = 1
    splits: frozenset[tuple[str, str]] = frozenset()
    periodic: str = ""

    def __post_init__(self) -> None:
        if self.order not in (1, 2):
            raise UnsupportedError(
                f"element order {self.order}: choose 1 (linear) or 2 (quadratic)"
            )

    @classmethod
    def of(
        cls,
        mesh: Mesh,
        phases: Iterable[str],
        order: int,
        splits: Iterable[tuple[str, str]] = (),
        periodic: str = "",
    ) -> "Domain":
        """The domain of some phases, in the mesh's order of phases."""
        wanted = set(phases)
        inside = tuple(name for name in mesh.phases if name in wanted)
        return cls(mesh, inside, order, frozenset(splits), periodic)

    @cached_property
    def cells(self) -> Ints:
        """Indices of the mesh's cells in the domain, shape (n_cells,)."""
        inside = np.isin(self.mesh.cell_phase, [self.mesh.phase_index(p) for p in self.phases])
        return np.flatnonzero(inside)

    @property
    def vertices(self) -> Ints:
        """The cells' corners among the mesh's points, ascending, shape (n_vertices,).

        A point on a split interface comes once for each side.
        """
        return self._numbering[0]

    @property
    def dimension(self) -> int:
        """2 in the plane, 3 in space."""
        return self.mesh.dimension

    @property
    def corners(self) -> Ints:
        """Corners of each cell as nodes of the domain, shape (n_cells, 3 or 4)."""
        return self._numbering[1]

    @property
    def triangles(self) -> Ints:
        """``corners`` of a domain in the plane, shape (n_cells, 3).

        Raises:
            UnsupportedError: the domain is in space.
        """
        if self.dimension != 2:
            raise UnsupportedError(
                "this needs a mesh of triangles, and the solution is on one of tetrahedra"
            )
        return self.corners

    @cached_property
    def _numbering(self) -> tuple[Ints, Ints]:
        return numbered(self.mesh, self.cells, self.splits)

    @cached_property
    def facets(self) -> Facets:
        """Facets of the domain's cells, in nodes of the domain."""
        return facets_of(self.corners)

    @cached_property
    def edges(self) -> Edges:
        """Edges of the domain's cells, in nodes of the domain."""
        return self.facets if self.dimension == 2 else edges_of(self.corners)

    @cached_property
    def connectivity(self) -> Ints:
        """Nodes of each cell; for order 2 the edges' midpoints follow in the order of a mesh's.

        Shape (n_cells, 3 or 6) in the plane, (n_cells, 4 or 10) in space.
        """
        if self.order == 1:
            return self.corners
        return np.hstack([self.corners, len(self.vertices) + self.edges.of_cell])

    @cached_property
    def points(self) -> Floats:
        """Coordinates of the nodes, shape (n_nodes, 2 or 3), m."""
        vertices = self.mesh.points[self.vertices]
        return vertices if self.order == 1 else np.vstack([vertices, self._middles])

    @cached_property
    def _middles(self) -> Floats:
        """The middle of each edge, m, shape (n_edges, 2 or 3)."""
        ends = self.vertices[self.edges.vertices]
        if self.mesh.order == 1:
            return np.asarray(self.mesh.points[ends].mean(axis=1))
        return self.mesh.points[self.mesh.midpoints[self.mesh.edges.find(ends)]]

    @cached_property
    def volumes(self) -> Floats:
        """Volume of each cell of the domain, m^3; in the plane its area, m^2."""
        return self.mesh.volumes[self.cells]

    @cached_property
    def length(self) -> float:
        """Longest side of the domain's bounding box, m: the scale of dimensionless numbers."""
        points = self.mesh.points[self.vertices]
        return float(np.max(points.max(axis=0) - points.min(axis=0)))

    def boundary_facets(self, name: Boundary, phase: str | None = None) -> Ints:
        """The domain's facets on a side or interface, as nodes at their corners, (n, 2 or 3).

        Corners come in the order of the mesh's points, and so alike on both sides of an interface.

        Args:
            name: side or interface.
            phase: for an interface inside of the domain: on whose side of it.

        Raises:
            InputError: no such boundary, or no cell of the domain on it.
        """
        cell, local = self._along(name, phase)
        return self.corners[cell[:, None], local]

    def boundary_nodes(self, name: Boundary, phase: str | None = None) -> Ints:
        """Nodes of each facet on a side or interface, shape (n, 2 or 3), for order 2 (n, 3 or 6).

        Midpoints follow the corners.
        """
        corners = self.boundary_facets(name, phase)
        if self.order == 1:
            return corners
        return np.hstack([corners, len(self.vertices) + self._edges_along(name, phase)])

    def boundary_phases(self, name: Boundary) -> Ints:
        """Phase, an index into the mesh's, of the cell at each facet of a boundary, shape (n,)."""
        return self.mesh.cell_phase[self.cells[self._along(name, None)[0]]]

    def _along(self, name: Boundary, phase: str | None) -> tuple[Ints, Ints]:
        """Cell of the domain, and its corners, at each facet of a boundary."""
        name, vertices = self.mesh.boundary(name)
        facet = self.mesh.facets.find(vertices)
        local = np.full(len(self.mesh.cells) + 1, -1, dtype=np.int64)  # the last is "no cell"
        wanted = self.cells if phase is None else self.cells[self.in_phase(phase)]
        local[wanted] = np.searchsorted(self.cells, wanted)
        near = local[self.mesh.facets.cells[facet]]
        cell = np.where(near[:, 0] >= 0, near[:, 0], near[:, 1])
        facet, cell = facet[cell >= 0], cell[cell >= 0]
        if len(facet) == 0:
            raise InputError(
                f"no phase with a material touches {name!r}: the condition there has no effect"
            )
        of_cell = self.mesh.corners[self.cells[cell]]
        ends = self.mesh.facets.vertices[facet]
        return cell, np.argmax(of_cell[:, None, :] == ends[:, :, None], axis=2)

    def _edges_along(self, name: Boundary, phase: str | None) -> Ints:
        """The edges of each facet of a boundary, shape (n, 1 or 3)."""
        cell, local = self._along(name, phase)
        start, stop = np.array(EDGES[self.dimension - 1]).T
        return self.edges.of_cell[
            cell[:, None], BETWEEN[self.dimension][local[:, start], local[:, stop]]
        ]

    def boundary_sizes(self, name: Boundary) -> Floats:
        """Area of each facet on a side or interface, m^2; in the plane its length, m."""
        at, share = self._facet_rule
        return facet_sizes(self._shape_along(name), at) @ share

    def boundary_weights(self, name: Boundary, phase: str | None = None) -> Floats:
        """Integral of each node's shape function over a side or interface, m^2; in the plane m."""
        at, share = self._facet_rule
        size = facet_sizes(self._shape_along(name), at)
        return self._sum(
            self.boundary_nodes(name, phase), size @ (share[:, None] * shapes(self.order, at))
        )

    def boundary_products(self, name: Boundary) -> Floats:
        """Integral of the products of each facet's shape functions, m^2; in the plane m.

        Shape (n, k, k) with k nodes per facet, as ``boundary_nodes`` gives them.
        """
        at, share = self._facet_rule
        size = facet_sizes(self._shape_along(name), at)
        shape = shapes(self.order, at)
        return np.asarray(np.einsum("eq,q,qi,qj->eij", size, share, shape, shape, optimize=True))

    @property
    def _facet_rule(self) -> tuple[Floats, Floats]:
        """Exact for products of quadratic shape functions on straight facets."""
        return simplex_rule(self.dimension - 1, *(3,)[: self.mesh.order == 1])

    def _shape_along(self, name: Boundary) -> Floats:
        """Corners of each facet and, where the mesh is bent, its midpoints, m."""
        corners = self.points[self.boundary_facets(name)]
        if self.mesh.order == 1:
            return corners
        return np.concatenate([corners, self._middles[self._edges_along(name, None)]], axis=1)

    def nodes_of(self, facets: Ints) -> tuple[Ints, Floats]:
        """Nodes of facets given by their corners, and the points that shape them.

        Args:
            facets: nodes at the corners of facets of the domain, shape (n, 2 or 3).

        Returns:
            Nodes, shape (n, k), midpoints after corners; corners and, where the mesh is bent,
            midpoints, m, shape (n, k', 2 or 3).
        """
        shape = self.points[facets]
        if self.order == self.mesh.order == 1:
            return facets, shape
        ends = EDGES[self.dimension - 1]
        edges = np.stack([self.edges.find(facets[:, pair]) for pair in ends], axis=1)
        if self.mesh.order == 2:
            shape = np.concatenate([shape, self._middles[edges]], axis=1)
        if self.order == 1:
            return facets, shape
        return np.hstack([facets, len(self.vertices) + edges]), shape

    def shares(self, names: Iterable[Boundary]) -> dict[Boundary, Floats]:
        """How much of each node belongs to each of the boundaries, shape (n_nodes,) each.

        1 on one boundary only, 0 off them; a node on several is shared in proportion to the
        sizes of the facets that meet in it. Of nodes that periodic sides join, the one that
        stands for them has the share of all.
        """
        sizes = {}
        for name in names:
            nodes = self.boundary_nodes(name)
            sizes[name] = self._sum(
                self.twins[nodes],
                np.repeat(self.boundary_sizes(name)[:, None], nodes.shape[1], axis=1),
            )
        total = sum(sizes.values(), np.zeros(len(self.points)))
        return {n: np.divide(x, total, out=np.zeros_like(x), where=x > 0) for n, x in sizes.items()}

    def spread(self, values: Floats) -> Floats:
        """Integral of each node's shape function times values given per cell and node, m^3 or m^2.

        Args:
            values: shape (n_cells, nodes per cell).
        """
        return self._sum(self.connectivity, values * self.cell_weights)

    def weights(
        self, cells: NDArray[np.bool_] | None = None, scale: Floats | None = None
    ) -> Floats:
        """Integral of each node's shape function over (some of) the cells, m^3 or m^2.

        Args:
            cells: mask over the domain's cells; all without it.
            scale: a factor per cell of the domain.
        """
        factor = np.ones(len(self.cells)) if scale is None else scale
        if cells is not None:
            factor = np.where(cells, factor, 0.0)
        return self._sum(self.connectivity, factor[:, None] * self.cell_weights)

    @cached_property
    def cell_weights(self) -> Floats:
        """Integral of each shape function over each cell, m^3 or m^2, shape as connectivity."""
        corner, middle = _SHARES[self.dimension, self.order]
        n_corners, n_nodes = self.dimension + 1, self.connectivity.shape[1]
        share = [corner] * n_corners + [middle] * (n_nodes - n_corners)
        integrals = np.outer(self.volumes, share)
        if self.mesh.order == 2:
            nodes = self.mesh.points[self.mesh.cells[self.cells]]
            curved = bent(nodes)
            at, part = simplex_rule(self.dimension)
            volume = determinants(nodes[curved], at) * part
            integrals[curved] = volume @ shapes(self.order, at)
        return integrals

    def in_phase(self, phase: str) -> NDArray[np.bool_]:
        """Which of the domain's cells belong to a phase.

        Raises:
            InputError: the phase takes no part in the diffusion.
        """
        index = self.mesh.phase_index(phase)
        if phase not in self.phases:
            raise InputError(
                f"phase {phase!r} has no material, so it has no concentration; "
                f"phases with one: {', '.join(self.phases)}"
            )
        return np.asarray(self.mesh.cell_phase[self.cells] == index)

    def per_cell(self, values: Mapping[str, float]) -> Floats:
        """The value of each cell's phase, shape (n_cells,)."""
        table = np.zeros(len(self.mesh.phases))
        for phase, value in values.items():
            table[self.mesh.phase_index(phase)] = value
        return table[self.mesh.cell_phase[self.cells]]

    def per_node(self, values: Mapping[str, float]) -> Floats:
        """The value of the phase at each node, where phases that share nodes agree, (n_nodes,)."""
        found = np.empty(len(self.points))
        found[self.connectivity] = self.per_cell(values)[:, None]
        return found

    @cached_property
    def twins(self) -> Ints:
        """The node that stands for each node: itself, unless periodic sides join it to another."""
        return joined(self, PERIODIC[self.periodic])

    @cached_property
    def part_of_node(self) -> Ints:
        """Number of the connected part that each node belongs to, shape (n_nodes,).

        The two sides of a split interface belong together: lithium passes from one to the other.
        """
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        n = len(self.points)
        first = np.repeat(self.connectivity[:, 0], self.connectivity.shape[1] - 1)
        second = self.connectivity[:, 1:].ravel()
        for pair in self.splits:
            here, there = (self.boundary_facets(pair, phase)[:, 0] for phase in pair)
            first, second = np.concatenate([first, here]), np.concatenate([second, there])
        first, second = np.append(first, self.twins), np.append(second, np.arange(n))
        graph = coo_array((np.ones(first.size), (first, second)), shape=(n, n))
        return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)

    def reachable_from(self, sources: Iterable[Boundary]) -> NDArray[np.bool_]:
        """Which nodes a path through the domain joins to one of the boundaries."""
        parts = [self.part_of_node[self.boundary_nodes(name)].ravel() for name in sources]
        return np.isin(self.part_of_node, np.concatenate([np.empty(0, np.int64), *parts]))

    def _sum(self, nodes: Ints, values: Floats) -> Floats:
        n = len(self.points)
        return np.bincount(nodes.ravel(), weights=values.ravel(), minlength=n)
