"""N(x) and its derivative: diffusivities that depend on c, and uptake that saturates."""

from dataclasses import dataclass
from typing import Any

import basix.ufl
import numpy as np
import ufl
from dolfinx import fem

from anosim.curved import exact_rule, facet_rule, simplex_rule
from anosim.meshes import Floats, Ints
from anosim.weakform import DiffusivityLaw, WeakForm
from anosim_fenicsx.grid import CELLS, cells_of, custom, over_cells, over_facets


@dataclass(frozen=True, eq=False)
class Nonlinear:
    """The nonlinear part of a weak form, in the degrees of freedom that a process knows.

    Attributes:
        u: the function at which N and its derivative are taken.
        laws: the parts of the domain with a law.
        vectors: forms whose sum is N(u).
        matrices: forms whose sum is N'(u).
        derivative: room for it.
        symmetric: whether the derivative is.
    """

    u: Any
    laws: tuple["_Law", ...]
    vectors: tuple[Any, ...]
    matrices: tuple[Any, ...]
    derivative: Any
    symmetric: bool

    @classmethod
    def of(cls, form: WeakForm, space: Any, derivative: Any) -> "Nonlinear":
        """The nonlinear part of a form.

        Args:
            form: the weak form.
            space: DOLFINx's function space.
            derivative: an empty matrix for the derivative.
        """
        u = fem.Function(space)
        laws: tuple[_Law, ...] = ()
        parts = _uptake(form, space, u)
        if form.laws:
            laws, *diffusion = _diffusion(form, space, u)
            parts.append(tuple(diffusion))
        vectors, matrices = (
            tuple(fem.form(f) for f in forms) for forms in zip(*parts, strict=True)
        )
        return cls(u, laws, vectors, matrices, derivative, symmetric=not form.laws)

    @property
    def size(self) -> int:
        """Number of degrees of freedom that the process knows."""
        return len(self.u.x.array)

    def at(self, x: Floats) -> Floats:
        """N(x)."""
        self._set(x)
        for law in self.laws:
            law.evaluate(self.u.x.array, slope=False)
        result = np.zeros_like(x)
        for form in self.vectors:
            fem.assemble_vector(result, form)
        return result

    def slopes(self, x: Floats) -> Floats:
        """The entries of N'(x)."""
        self._set(x)
        for law in self.laws:
            law.evaluate(self.u.x.array, slope=True)
        self.derivative.set_value(0.0)
        for form in self.matrices:
            fem.assemble_matrix(self.derivative, form)
        return np.asarray(self.derivative.data)

    def _set(self, x: Floats) -> None:
        self.u.x.array[:] = x


@dataclass(frozen=True, eq=False)
class _Law:
    """A law, and the functions over quadrature points that take its D and dD/du."""

    law: DiffusivityLaw
    dofs: Ints
    shapes: Floats
    places: Ints
    value: Any
    slope: Any

    def evaluate(self, u: Floats, *, slope: bool) -> None:
        """Set D and, if asked for, its slope."""
        at = u[self.dofs] @ self.shapes.T
        self.value.x.array[self.places] = self.law.value(at)
        if slope:
            self.slope.x.array[self.places] = self.law.slope(at)


def _diffusion(form: WeakForm, space: Any, w: Any) -> tuple[tuple[_Law, ...], Any, Any]:
    """The laws, ``int D(w) grad w . grad v`` and its derivative."""
    grid = space.mesh
    bent, dimension = form.domain.mesh.order == 2, form.domain.dimension
    points, weights = simplex_rule(dimension) if bent else exact_rule(dimension, form.domain.order)
    element = basix.ufl.quadrature_element(CELLS[dimension], points=points, weights=weights)
    over = fem.functionspace(grid, element)
    D, slope = fem.Function(over), fem.Function(over)
    shapes = space.element.basix_element.tabulate(0, points)[0, :, :, 0]
    laws = []
    chosen = [cells_of(grid, law.cells) for law in form.laws]
    for law, cells in zip(form.laws, chosen, strict=True):
        if not len(cells):
            continue  # another process has them
        dofs = space.dofmap.list[cells]
        laws.append(_Law(law, dofs, shapes, over.dofmap.list[cells], D, slope))
    dx = over_cells(grid, np.concatenate(chosen), custom(points, weights))
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
    residual = D * ufl.inner(ufl.grad(w), ufl.grad(v)) * dx
    derivative = D * ufl.inner(ufl.grad(u), ufl.grad(v)) * dx
    derivative += slope * u * ufl.inner(ufl.grad(w), ufl.grad(v)) * dx
    return tuple(laws), residual, derivative


def _uptake(form: WeakForm, space: Any, w: Any) -> list[tuple[Any, ...]]:
    """``int k e / (1 + |e| / s) v``, e = kappa w - rest, and its derivative, for each term."""
    grid = space.mesh
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
    terms = [term for term in form.terms if not term.linear]
    found: list[tuple[Any, ...]] = []
    for term, ds in zip(
        terms,
        over_facets(grid, form, terms, custom(*facet_rule(form.domain.dimension))),
        strict=True,
    ):
        numbers = (term.transfer, term.kappa, term.rest, term.saturation)
        k, kappa, rest, s = (fem.Constant(grid, number) for number in numbers)
        excess = kappa * w - rest
        room = 1 + abs(excess) / s
        found.append((k * excess / room * v * ds, k * kappa / room**2 * u * v * ds))
    return found
