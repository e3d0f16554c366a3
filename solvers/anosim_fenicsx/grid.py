"""DOLFINx's mesh of a weak form, and what belongs to what: nodes, cells, edges."""

from collections.abc import Iterable
from typing import Any

import basix.ufl
import numpy as np
import ufl
from dolfinx import fem, mesh
from numpy.typing import NDArray

from anosim.meshes import Floats, Ints
from anosim.topology import BETWEEN
from anosim.weakform import BoundaryTerm, WeakForm

CELLS = {2: "triangle", 3: "tetrahedron"}
"""Basix's names of cells by dimension."""
_EDGES = {2: ((1, 2), (0, 2), (0, 1)), 3: ((2, 3), (1, 3), (1, 2), (0, 3), (0, 2), (0, 1))}
"""Corners at the ends of each edge in Basix's order, by dimension."""


def grid_of(form: WeakForm, comm: Any) -> Any:
    """DOLFINx's mesh, divided among processes that all hold the form.

    A bent mesh has its midpoints in the order of Basix's edges.
    """
    order, dimension = form.domain.mesh.order, form.domain.dimension
    given = share(form.cells, comm)
    cells = given if order == 1 else given[:, _nodes(dimension)]
    kind = basix.ufl.element("Lagrange", CELLS[dimension], order, shape=(dimension,))
    shape = ufl.Mesh(kind)
    return mesh.create_mesh(comm, np.ascontiguousarray(cells), shape, share(form.points, comm))


def share(rows: NDArray[Any], comm: Any) -> NDArray[Any]:
    """What a process hands over to be divided: those of all processes, in their order, are all."""
    start, stop = (len(rows) * (comm.rank + step) // comm.size for step in (0, 1))
    return rows[start:stop]


def nodes_of(space: Any, form: WeakForm) -> Ints:
    """Node of the domain of each of DOLFINx's degrees of freedom that this process knows."""
    given = space.mesh.topology.original_cell_index
    dofs = space.dofmap.index_map
    node = np.empty(dofs.size_local + dofs.num_ghosts, dtype=np.int64)
    place = _nodes(form.domain.dimension)
    for column, dofs in enumerate(space.dofmap.list.T):
        node[dofs] = form.domain.connectivity[given, place[column]]
    return node


def _nodes(dimension: int) -> list[int]:
    """Basix's nodes of second order among ours."""
    middles = [dimension + 1 + int(BETWEEN[dimension][ends]) for ends in _EDGES[dimension]]
    return [*range(dimension + 1), *middles]


def per_cell(grid: Any, values: Floats) -> Any:
    """A function with a value for each cell of the domain."""
    function = fem.Function(fem.functionspace(grid, ("DG", 0)))
    function.x.array[:] = values[grid.topology.original_cell_index]
    return function


def cells_of(grid: Any, cells: Ints) -> Ints:
    """DOLFINx's numbers of those of the domain's cells that this process has."""
    return np.flatnonzero(np.isin(grid.topology.original_cell_index, cells))


def over_cells(grid: Any, cells: Ints, rule: dict[str, Any]) -> Any:
    """Integration over some of DOLFINx's cells."""
    chosen = np.sort(cells).astype(np.int32)
    tags = mesh.meshtags(grid, grid.topology.dim, chosen, np.ones(len(chosen), dtype=np.int32))
    return ufl.Measure("dx", domain=grid, subdomain_data=tags, metadata=rule)(1)


def over_facets(
    grid: Any, form: WeakForm, terms: Iterable[BoundaryTerm], rule: dict[str, Any]
) -> list[Any]:
    """Integration over the facets of each term."""
    dimension, domain = grid.topology.dim, form.domain
    grid.topology.create_connectivity(dimension - 1, dimension)
    grid.topology.create_connectivity(dimension - 1, 0)
    outer = mesh.exterior_facet_indices(grid.topology)
    corners = mesh.entities_to_geometry(grid, dimension - 1, outer)[:, :dimension]
    facets = domain.facets.find(grid.geometry.input_global_indices[corners])
    measures = []
    for term in terms:
        chosen = np.sort(outer[np.isin(facets, domain.facets.find(term.facets))])
        tags = mesh.meshtags(grid, dimension - 1, chosen, np.ones(len(chosen), dtype=np.int32))
        measure = ufl.Measure("ds", domain=grid, subdomain_data=tags, metadata=rule)
        measures.append(measure(1))
    return measures


def custom(points: Floats, weights: Floats) -> dict[str, Any]:
    """A quadrature that both built-in solvers use, where none is exact."""
    return {
        "quadrature_rule": "custom",
        "quadrature_points": points,
        "quadrature_weights": weights,
    }
