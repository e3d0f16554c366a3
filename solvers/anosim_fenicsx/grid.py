"""DOLFINx's mesh of a weak form, and what belongs to what: nodes, cells, edges."""

from collections.abc import Iterable
from typing import Any

from mpi4py import MPI

import basix.ufl
import numpy as np
import ufl
from dolfinx import fem, mesh

from anosim.curved import edge_rule, triangle_rule
from anosim.domain import Domain
from anosim.meshes import Floats, Ints
from anosim.weakform import BoundaryTerm, WeakForm

_EDGES_OF_REFERENCE = ((1, 2), (0, 2), (0, 1))
"""Basix numbers the edges of a triangle by the vertex opposite to them."""


def grid_of(form: WeakForm) -> Any:
    """DOLFINx's mesh; a bent one has its midpoints in the order of Basix's edges."""
    order = form.domain.mesh.order
    cells = form.cells if order == 1 else form.cells[:, [0, 1, 2, 4, 5, 3]]
    shape = ufl.Mesh(basix.ufl.element("Lagrange", "triangle", order, shape=(2,)))
    return mesh.create_mesh(MPI.COMM_SELF, np.ascontiguousarray(cells), shape, form.points)


def nodes_of(space: Any, domain: Domain) -> Ints:
    """Node of the domain of each of DOLFINx's degrees of freedom."""
    grid = space.mesh
    dofs = space.dofmap.list
    vertices = np.asarray(grid.geometry.input_global_indices)[grid.geometry.dofmaps[0][:, :3]]
    node = np.empty(space.dofmap.index_map.size_local, dtype=np.int64)
    node[dofs[:, :3]] = vertices
    if domain.order == 2:
        for j, ends in enumerate(_EDGES_OF_REFERENCE):
            node[dofs[:, 3 + j]] = len(domain.vertices) + domain.edges.find(vertices[:, ends])
    return node


def per_cell(grid: Any, values: Floats) -> Any:
    """A function with a value for each cell of the domain."""
    function = fem.Function(fem.functionspace(grid, ("DG", 0)))
    function.x.array[:] = values[grid.topology.original_cell_index]
    return function


def cells_of(grid: Any, cells: Ints) -> Ints:
    """DOLFINx's numbers of cells of the domain."""
    position = np.empty(len(grid.topology.original_cell_index), dtype=np.int64)
    position[grid.topology.original_cell_index] = np.arange(len(position))
    return position[cells]


def over_cells(grid: Any, cells: Ints, rule: dict[str, Any]) -> Any:
    """Integration over some of DOLFINx's cells."""
    chosen = np.sort(cells).astype(np.int32)
    tags = mesh.meshtags(grid, 2, chosen, np.ones(len(chosen), dtype=np.int32))
    return ufl.Measure("dx", domain=grid, subdomain_data=tags, metadata=rule)(1)


def over_edges(grid: Any, terms: Iterable[BoundaryTerm], rule: dict[str, Any]) -> list[Any]:
    """Integration over the edges of each term."""
    grid.topology.create_connectivity(1, 2)
    grid.topology.create_connectivity(1, 0)
    facets = mesh.exterior_facet_indices(grid.topology)
    vertices = grid.geometry.input_global_indices
    ends = np.sort(vertices[mesh.entities_to_geometry(grid, 1, facets)[:, :2]], axis=1)
    size = int(vertices.max()) + 1
    keys = ends @ [size, 1]
    measures = []
    for term in terms:
        wanted = np.sort(term.edges, axis=1) @ np.array([size, 1])
        chosen = np.sort(facets[np.isin(keys, wanted)])
        tags = mesh.meshtags(grid, 1, chosen, np.ones(len(chosen), dtype=np.int32))
        measure = ufl.Measure("ds", domain=grid, subdomain_data=tags, metadata=rule)
        measures.append(measure(1))
    return measures


def triangle_metadata(*rule: Any) -> dict[str, Any]:
    """A quadrature that both built-in solvers use, where none is exact."""
    points, weights = rule or triangle_rule()
    return _custom(points, weights)


def edge_metadata() -> dict[str, Any]:
    """The same for edges."""
    points, weights = edge_rule()
    return _custom(points[:, None], weights)


def _custom(points: Floats, weights: Floats) -> dict[str, Any]:
    return {
        "quadrature_rule": "custom",
        "quadrature_points": points,
        "quadrature_weights": weights,
    }
