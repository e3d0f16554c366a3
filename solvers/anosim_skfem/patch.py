"""The facets of boundary terms: shape functions of scikit-fem and quadrature on them."""

from dataclasses import dataclass

import numpy as np

from anosim.curved import facet_rule, facet_sizes
from anosim.meshes import Floats, Ints
from anosim.weakform import BoundaryTerm, WeakForm
from anosim_skfem.elements import shape_functions


@dataclass(frozen=True, eq=False)
class Patch:
    """Shape functions at the quadrature points of facets.

    Attributes:
        nodes: the domain's nodes of each facet, shape (n, k).
        shapes: their shape functions, shape (n_points, k).
        weights: quadrature weights times length or area, shape (n, n_points).
    """

    nodes: Ints
    shapes: Floats
    weights: Floats

    @classmethod
    def of_term(cls, form: WeakForm, term: BoundaryTerm) -> "Patch":
        """The quadrature on the facets of a term."""
        domain = form.domain
        points, weights = facet_rule(domain.dimension)
        nodes, places = domain.nodes_of(term.facets)
        sizes = facet_sizes(places / form.length, points)
        return cls(nodes, shape_functions(domain.order, points)[0], sizes * weights)

    @property
    def pairs(self) -> tuple[Ints, Ints]:
        """Rows and columns of the entries of each facet's matrix, shape (n, k^2) each."""
        k = self.nodes.shape[1]
        return np.repeat(self.nodes, k, axis=1), np.tile(self.nodes, k)

    def loads(self, values: Floats | float = 1.0) -> Floats:
        """``int f v`` of each shape function, f given at the quadrature points, like ``nodes``."""
        return np.asarray((self.weights * values) @ self.shapes)

    def products(self, values: Floats | float = 1.0) -> Floats:
        """``int f u v`` of each pair of shape functions, like ``pairs``."""
        both = np.einsum("pi,pj->pij", self.shapes, self.shapes).reshape(len(self.shapes), -1)
        return np.asarray((self.weights * values) @ both)

    def at_points(self, x: Floats) -> Floats:
        """A field at the quadrature points, shape (n, n_points)."""
        return np.asarray(x[self.nodes] @ self.shapes.T)
