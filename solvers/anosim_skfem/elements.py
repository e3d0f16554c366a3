"""Matrices of cells: of straight ones by exact integrals over the reference cell.

The integrals are those of scikit-fem's shape functions; with the geometry of a straight cell, three
numbers in the plane and six in space, its matrices are linear combinations of them. Bent cells go
to scikit-fem.
"""

from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from skfem import (
    BilinearForm,
    ElementLineP1,
    ElementLineP2,
    ElementTetP1,
    ElementTetP2,
    ElementTriP1,
    ElementTriP2,
)

from anosim.curved import bent, jacobians, simplex_rule, spanned
from anosim.meshes import Floats, Ints
from anosim.quality import over_cells
from anosim.weakform import WeakForm
from anosim_skfem.pattern import Local

ELEMENTS: dict[tuple[int, int], Any] = {
    (1, 1): ElementLineP1(),
    (1, 2): ElementLineP2(),
    (2, 1): ElementTriP1(),
    (2, 2): ElementTriP2(),
    (3, 1): ElementTetP1(),
    (3, 2): ElementTetP2(),
}
"""By dimension and order; their nodes come as those of the domain do."""


@BilinearForm
def _diffusion(u, v, w):  # type: ignore[no-untyped-def]
    return w["D"] * sum(a * b for a, b in zip(u.grad, v.grad, strict=True))


@BilinearForm
def _storage(u, v, w):  # type: ignore[no-untyped-def]
    return w["theta"] * u * v


def shape_functions(order: int, at: Floats) -> tuple[Floats, Floats]:
    """scikit-fem's shape functions and their gradients on the reference simplex.

    Args:
        order: 1 or 2.
        at: points, shape (n_points, dimension).

    Returns:
        Shapes (n_points, n_nodes) and (n_points, n_nodes, dimension).
    """
    dimension = at.shape[1]
    element = ELEMENTS[dimension, order]
    found = [element.lbasis(at.T, i) for i in range(len(element.doflocs))]
    values = np.stack([np.broadcast_to(value, len(at)) for value, _ in found], axis=1)
    slopes = [np.broadcast_to(slope, (dimension, len(at))).T for _, slope in found]
    return values, np.stack(slopes, axis=1)


def components(dimension: int) -> tuple[tuple[int, int], ...]:
    """The components of a symmetric tensor, as they are stored: xx, xy, yy or xx, xy, xz, ..."""
    return tuple(combinations_with_replacement(range(dimension), 2))


def metric(nodes: Floats, at: Floats) -> tuple[Floats, Floats]:
    """Det J, and det J times the inverse of J^T J, with J = dx/dxi.

    Args:
        nodes: coordinates of each cell's nodes, shape (n_cells, n_nodes, dimension).
        at: reference points, shape (n_points, dimension).

    Returns:
        Shapes (n_cells, n_points) and (n_components, n_cells, n_points).
    """
    J = jacobians(nodes, at)
    dimension = J.shape[-1]
    columns = [J[..., axis] for axis in range(dimension)]
    det = spanned(*columns)
    if dimension == 2:
        a, b = columns
        rows = [np.stack([b[..., 1], -b[..., 0]], -1), np.stack([-a[..., 1], a[..., 0]], -1)]
    else:
        rows = [np.cross(columns[i - 2], columns[i - 1]) for i in range(3)]
    products = [(rows[i] * rows[j]).sum(axis=-1) for i, j in components(dimension)]
    return det, np.stack(products) / det


@dataclass(frozen=True, eq=False)
class Cells:
    """The matrices of all cells.

    Attributes:
        form: the weak form.
        size: det J of each cell, zero for bent ones.
        metric: det J (J^T J)^-1 of each, shape (3 or 6, n_cells).
        curved: the bent cells.
        basis: scikit-fem's view of them; None if there are none.
    """

    form: WeakForm
    size: Floats
    metric: Floats
    curved: Ints
    basis: Any

    @classmethod
    def of(cls, form: WeakForm) -> "Cells":
        """The cells of a weak form."""
        corners = form.cells[:, : form.domain.dimension + 1]
        both = over_cells(_plain_metric, form.points, corners)
        size, stretch = np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1:].T)
        curved = np.zeros(0, dtype=np.int64)
        if form.domain.mesh.order == 2:
            curved = np.flatnonzero(over_cells(bent, form.points, form.cells))
        size[curved], stretch[:, curved] = 0.0, 0.0
        return cls(form, size, stretch, curved, _basis(form, curved) if len(curved) else None)

    def mass(self, factor: Floats) -> Local:
        """``int f u v``."""
        values, _, weights = self._reference
        integrals = np.einsum("p,pi,pj->ij", weights, values, values)
        size = self.size * factor
        return self._with_bent(lambda i, j: integrals[i, j] * size, _storage, theta=factor)

    def stiffness(self, factor: Floats) -> Local:
        """``int f grad u . grad v``."""
        _, slopes, weights = self._reference
        S = np.einsum("p,pia,pjb->abij", weights, slopes, slopes)
        pairs = components(self.form.domain.dimension)

        def straight(i: int, j: int) -> Floats:
            total = np.zeros(len(factor))
            for part, (a, b) in zip(self.metric, pairs, strict=True):
                share = S[a, b, i, j] if a == b else S[a, b, i, j] + S[b, a, i, j]
                if share:
                    total += share * part
            return total * factor

        return self._with_bent(straight, _diffusion, D=factor)

    @property
    def _reference(self) -> tuple[Floats, Floats, Floats]:
        """Shape functions, their gradients and weights at points of a rule that is exact."""
        points, weights = simplex_rule(self.form.domain.dimension, 4)
        return *shape_functions(self.form.domain.order, points), weights

    def _with_bent(self, straight: Local, bilinear: BilinearForm, **factor: Floats) -> Local:
        """The matrices of straight cells, and scikit-fem's of the bent ones."""
        if self.basis is None:
            return straight
        every = np.ones(self.basis.dx.shape[1])
        given = {name: np.outer(values[self.curved], every) for name, values in factor.items()}
        found = bilinear.elemental(self.basis, **given).tolocal()

        def both(i: int, j: int) -> Floats:
            local = straight(i, j)
            local[self.curved] = found[:, i, j]
            return local

        return both


def _plain_metric(corners: Floats) -> Floats:
    """Det J and the metric of straight cells, shape (n_cells, 4 or 7)."""
    middle = np.full((1, corners.shape[2]), 0.25)
    det, stretch = metric(corners, middle)
    return np.concatenate([det, stretch[..., 0].T], axis=1)


def _basis(form: WeakForm, cells: Ints) -> Any:
    """The quadrature that both built-in solvers use on bent cells, where none is exact."""
    from skfem import Basis, MeshTet, MeshTet2, MeshTri, MeshTri2

    dimension = form.domain.dimension
    points, weights = simplex_rule(dimension)
    corners, local = np.unique(form.cells[cells][:, : dimension + 1], return_inverse=True)
    t = np.ascontiguousarray(local.reshape(len(cells), -1).T)
    places, middles = form.points[corners], form.points[form.cells[cells][:, dimension + 1 :]]
    plain, quadratic = ((MeshTri, MeshTri2), (MeshTet, MeshTet2))[dimension - 2]
    mesh = plain(np.ascontiguousarray(places.T), t, sort_t=False)
    edge = mesh.t2f if dimension == 2 else mesh.t2e
    on_edges = np.empty((edge.max() + 1, dimension))
    on_edges[edge.T] = middles
    mesh = quadratic(np.ascontiguousarray(np.vstack([places, on_edges]).T), t, sort_t=False)
    element = ELEMENTS[dimension, form.domain.order]
    return Basis(mesh, element, quadrature=(points.T.copy(), weights))
