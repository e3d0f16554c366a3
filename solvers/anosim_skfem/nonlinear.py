"""N(x) and its derivative: diffusivities that depend on c, and uptake that saturates."""

from dataclasses import dataclass

import numpy as np

from anosim.curved import exact_rule, simplex_rule
from anosim.meshes import Floats, Ints
from anosim.weakform import BoundaryTerm, DiffusivityLaw, WeakForm
from anosim_skfem.elements import components, metric, shape_functions
from anosim_skfem.patch import Patch
from anosim_skfem.pattern import Pattern


@dataclass(frozen=True, eq=False)
class Law:
    """``int D(u) grad u . grad v`` over the cells of a law; all that stays the same is kept.

    Attributes:
        law: D of u.
        nodes: of each cell, shape (n_cells, k), k nodes each.
        entries: of each cell's matrix in the whole, shape (n_cells, k k).
        stretch: det J (J^T J)^-1 at the quadrature points, or one for all of them, shape
            (3 or 6, n_cells, n_points or 1).
        weights: of the quadrature, shape (n_points,).
        shapes: shape functions, (n_points, k).
        slopes: their gradients, (n_points, k, dimension).
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
        dimension = form.domain.dimension
        points, weights = exact_rule(dimension, order) if straight else simplex_rule(dimension)
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
        local = np.zeros((len(D), S.shape[1] ** 2))
        for part, (a, b) in zip(self.stretch, components(S.shape[2]), strict=True):
            grown = np.einsum("pi,pj->pij", S[..., a], S[..., b])
            if a != b:
                grown = grown + grown.swapaxes(1, 2)
            local += (D * part) @ grown.reshape(len(S), -1)
        moved = np.einsum("pia,pj->apij", S, self.shapes).reshape(S.shape[2], len(S), -1)
        for flux, tensor in zip(self._flux(x) * self.law.slope(u), moved, strict=True):
            local += flux @ tensor
        return np.asarray(local)

    def _flux(self, x: Floats) -> Floats:
        """Weights times det J J^-1 grad u, shape (dimension, n_cells, n_points)."""
        slope = np.einsum("qi,pia->aqp", x[self.nodes], self.slopes, optimize=True)
        flux = np.zeros_like(slope)
        for part, (a, b) in zip(self.stretch, components(len(slope)), strict=True):
            flux[a] += part * slope[b]
            if a != b:
                flux[b] += part * slope[a]
        return np.asarray(flux * self.weights)


@dataclass(frozen=True, eq=False)
class Saturable:
    """Uptake that saturates, on the facets of a term.

    Attributes:
        term: the uptake over u.
        patch: shape functions on its facets.
        entries: of each facet's matrix in the whole.
    """

    term: BoundaryTerm
    patch: Patch
    entries: Ints

    @property
    def nodes(self) -> Ints:
        """The nodes of each facet."""
        return self.patch.nodes

    def residual(self, x: Floats) -> Floats:
        """Of each facet's shape functions, like ``nodes``."""
        return self.patch.loads(self.term.uptake(self.patch.at_points(x)))

    def derivative(self, x: Floats) -> Floats:
        """Of each facet's matrix, like ``entries``."""
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
