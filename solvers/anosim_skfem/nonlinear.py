"""N(x) and its derivative: diffusivities that depend on c, and uptake that saturates."""

from dataclasses import dataclass

import numpy as np

from anosim.curved import triangle_rule
from anosim.meshes import Floats, Ints
from anosim.weakform import BoundaryTerm, DiffusivityLaw, WeakForm
from anosim_skfem.elements import metric, shape_functions
from anosim_skfem.patch import Patch
from anosim_skfem.pattern import Pattern

_EXACT = {1: 2, 2: 4}
"""Quadrature points per direction by element order: exact on straight cells where D is a
polynomial of second degree in c."""


@dataclass(frozen=True, eq=False)
class Law:
    """``int D(u) grad u . grad v`` over the cells of a law; all that stays the same is kept.

    Attributes:
        law: D of u.
        nodes: of each cell, shape (n_cells, k), k being 3 or 6.
        entries: of each cell's matrix in the whole, shape (n_cells, k k).
        stretch: det J (J^T J)^-1 at the quadrature points, or one for all of them, shape
            (3, n_cells, n_points or 1).
        weights: of the quadrature, shape (n_points,).
        shapes: shape functions, (n_points, k).
        slopes: their gradients, (n_points, k, 2).
    """

    law: DiffusivityLaw
    nodes: Ints
    entries: Ints
    stretch: Floats
    weights: Floats
    shapes: Floats
    slopes: Floats

    @classmethod
    def of(cls, form: WeakForm, law: DiffusivityLaw, pattern: Pattern) -> "Law":
        """A law of a weak form."""
        order = form.domain.order
        straight = form.domain.mesh.order == 1
        points, weights = triangle_rule(_EXACT[order]) if straight else triangle_rule()
        _, stretch = metric(form.points[form.cells[law.cells]], points[:1] if straight else points)
        nodes = form.domain.connectivity[law.cells]
        k = nodes.shape[1]
        entries = pattern.find(np.repeat(nodes, k, axis=1), np.tile(nodes, k))
        return cls(law, nodes, entries, stretch, weights, *shape_functions(order, points))

    def residual(self, x: Floats) -> Floats:
        """Of each cell's shape functions, like ``nodes``."""
        flux = self._flux(x) * self.law.value(x[self.nodes] @ self.shapes.T)
        return np.asarray(np.einsum("aqp,pia->qi", flux, self.slopes, optimize=True))

    def derivative(self, x: Floats) -> Floats:
        """Of each cell's matrix, like ``entries``."""
        u = x[self.nodes] @ self.shapes.T
        D = self.law.value(u) * self.weights
        S = self.slopes
        grown = np.einsum("pia,pjb->abpij", S, S).reshape(2, 2, len(S), -1)
        local = (D * self.stretch[0]) @ grown[0, 0]
        local += (D * self.stretch[1]) @ (grown[0, 1] + grown[1, 0])
        local += (D * self.stretch[2]) @ grown[1, 1]
        moved = np.einsum("pia,pj->apij", S, self.shapes).reshape(2, len(S), -1)
        for flux, tensor in zip(self._flux(x) * self.law.slope(u), moved, strict=True):
            local += flux @ tensor
        return np.asarray(local)

    def _flux(self, x: Floats) -> Floats:
        """Weights times det J J^-1 grad u, shape (2, n_cells, n_points)."""
        slope = np.einsum("qi,pia->aqp", x[self.nodes], self.slopes, optimize=True)
        xx, xy, yy = self.stretch
        flux = np.stack([xx * slope[0] + xy * slope[1], xy * slope[0] + yy * slope[1]])
        return np.asarray(flux * self.weights)


@dataclass(frozen=True, eq=False)
class Saturable:
    """Uptake that saturates, along the edges of a term.

    Attributes:
        term: the uptake over u.
        patch: shape functions on its edges.
        entries: of each edge's matrix in the whole.
    """

    term: BoundaryTerm
    patch: Patch
    entries: Ints

    @property
    def nodes(self) -> Ints:
        """The nodes of the cell at each edge."""
        return self.patch.nodes

    def residual(self, x: Floats) -> Floats:
        """Of each edge's shape functions, like ``nodes``."""
        return self.patch.loads(self.term.uptake(self.patch.at_points(x)))

    def derivative(self, x: Floats) -> Floats:
        """Of each edge's matrix, like ``entries``."""
        return self.patch.products(self.term.uptake_slope(self.patch.at_points(x)))


@dataclass(frozen=True, eq=False)
class Nonlinear:
    """The nonlinear part of a weak form.

    Attributes:
        pattern: where matrices have entries.
        laws: phases whose diffusivity depends on concentration.
        uptakes: boundaries whose uptake saturates.
    """

    pattern: Pattern
    laws: tuple[Law, ...]
    uptakes: tuple[Saturable, ...]

    @classmethod
    def of(cls, form: WeakForm, pattern: Pattern) -> "Nonlinear":
        """The nonlinear part of a form."""
        uptakes = []
        for term in form.terms:
            if not term.linear:
                patch = Patch.of_term(form, term)
                uptakes.append(Saturable(term, patch, pattern.find(*patch.pairs)))
        laws = tuple(Law.of(form, law, pattern) for law in form.laws)
        return cls(pattern, laws, tuple(uptakes))

    @property
    def symmetric(self) -> bool:
        """Whether the derivative is."""
        return not self.laws

    @property
    def _parts(self) -> tuple[Law | Saturable, ...]:
        return (*self.laws, *self.uptakes)

    def at(self, x: Floats) -> Floats:
        """N(x)."""
        total = np.zeros_like(x)
        for part in self._parts:
            total += np.bincount(part.nodes.ravel(), part.residual(x).ravel(), len(x))
        return total

    def slopes(self, x: Floats) -> Floats:
        """The entries of N'(x)."""
        total = np.zeros(len(self.pattern.indices))
        for part in self._parts:
            total += np.bincount(part.entries.ravel(), part.derivative(x).ravel(), len(total))
        return total
