"""scikit-fem's view of some of the cells: bent ones, and those along boundaries."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from skfem import (
    Basis,
    ElementTriP1,
    ElementTriP2,
    FacetBasis,
    MeshTri,
    MeshTri2,
)

from anosim.curved import edge_rule, triangle_rule
from anosim.meshes import Floats, Ints
from anosim.weakform import BoundaryTerm, WeakForm

ELEMENTS = {1: ElementTriP1(), 2: ElementTriP2()}
"""By element order; their nodes come as those of the domain do."""


@dataclass(frozen=True, eq=False)
class Patch:
    """Shape functions at the quadrature points of some cells or edges.

    Attributes:
        nodes: the domain's nodes of each cell, or of the cell at each edge, shape (n, 3 or 6).
        shapes: their shape functions, shape (3 or 6, n, n_points).
        weights: quadrature weights times area or length, shape (n, n_points).
        basis: scikit-fem's.
    """

    nodes: Ints
    shapes: Floats
    weights: Floats
    basis: Any

    @classmethod
    def of_cells(cls, form: WeakForm, cells: Ints) -> "Patch":
        """The quadrature that both built-in solvers use on bent cells, where none is exact."""
        points, weights = triangle_rule()
        element = ELEMENTS[form.domain.order]
        basis = Basis(_mesh(form, cells), element, quadrature=(points.T.copy(), weights))
        return cls._of(basis, form.domain.connectivity[cells])

    @classmethod
    def of_term(cls, form: WeakForm, term: BoundaryTerm) -> "Patch":
        """The quadrature on the edges of a term."""
        domain = form.domain
        edges = domain.edges.find(term.edges)
        cells, near = np.unique(domain.edges.cells[edges, 0], return_inverse=True)
        side = np.argmax(domain.edges.of_cell[cells[near]] == edges[:, None], axis=1)
        mesh = _mesh(form, cells)
        points, weights = edge_rule()
        basis = FacetBasis(
            mesh,
            ELEMENTS[domain.order],
            facets=mesh.t2f[side, near],
            quadrature=(points[None], weights),
        )
        return cls._of(basis, domain.connectivity[cells[basis.tind]])

    @classmethod
    def _of(cls, basis: Any, nodes: Ints) -> "Patch":
        shapes = np.array(
            [np.broadcast_to(field[0].value, basis.dx.shape) for field in basis.basis]
        )
        return cls(nodes, shapes, basis.dx, basis)

    @property
    def pairs(self) -> tuple[Ints, Ints]:
        """Rows and columns of the entries of each cell's matrix, shape (n, 9 or 36) each."""
        k = self.nodes.shape[1]
        return np.repeat(self.nodes, k, axis=1), np.tile(self.nodes, k)

    def loads(self, values: Floats | float = 1.0) -> Floats:
        """``int f v`` of each shape function, f given at the quadrature points, like ``nodes``."""
        return np.asarray(np.einsum("iqp,qp->qi", self.shapes, self.weights * values))

    def products(self, values: Floats | float = 1.0) -> Floats:
        """``int f u v`` of each pair of shape functions, like ``pairs``."""
        weighted = self.shapes * (self.weights * values)
        found = np.einsum("iqp,jqp->qij", weighted, self.shapes)
        return np.asarray(found.reshape(len(self.nodes), -1))

    def at_points(self, x: Floats) -> Floats:
        """A field at the quadrature points, shape (n, n_points)."""
        return np.asarray(np.einsum("qi,iqp->qp", x[self.nodes], self.shapes))


def _mesh(form: WeakForm, cells: Ints) -> Any:
    """scikit-fem's mesh of some cells, whose corners keep their order."""
    corners, local = np.unique(form.cells[cells][:, :3], return_inverse=True)
    points = form.points[corners]
    t = np.ascontiguousarray(local.reshape(-1, 3).T)
    mesh = MeshTri(np.ascontiguousarray(points.T), t, sort_t=False)
    if form.domain.mesh.order == 1:
        return mesh
    middles = np.empty((mesh.nfacets, 2))
    middles[mesh.t2f.T] = form.points[form.cells[cells][:, 3:]]
    points = np.vstack([points, middles])
    return MeshTri2(np.ascontiguousarray(points.T), t, sort_t=False)
