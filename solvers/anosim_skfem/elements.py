"""Matrices of cells: of straight ones by exact integrals over the reference triangle.

The integrals are those of scikit-fem's shape functions; with the geometry of a straight cell, three
numbers, its matrices are linear combinations of them. Bent cells go to scikit-fem.
"""

from dataclasses import dataclass

import numpy as np
from skfem import BilinearForm

from anosim.curved import bent, jacobians, triangle_rule
from anosim.meshes import Floats, Ints
from anosim.weakform import WeakForm
from anosim_skfem.patch import ELEMENTS, Patch
from anosim_skfem.pattern import Local


@BilinearForm
def _diffusion(u, v, w):  # type: ignore[no-untyped-def]
    return w["D"] * (u.grad[0] * v.grad[0] + u.grad[1] * v.grad[1])


@BilinearForm
def _storage(u, v, w):  # type: ignore[no-untyped-def]
    return w["theta"] * u * v


def shape_functions(order: int, at: Floats) -> tuple[Floats, Floats]:
    """scikit-fem's shape functions and their gradients on the reference triangle.

    Args:
        order: 1 or 2.
        at: points, shape (n_points, 2).

    Returns:
        Shapes (n_points, 3 or 6) and (n_points, 3 or 6, 2).
    """
    element = ELEMENTS[order]
    count = 3 if order == 1 else 6
    found = [element.lbasis(at.T, i) for i in range(count)]
    values = np.stack([np.broadcast_to(value, len(at)) for value, _ in found], axis=1)
    slopes = [np.broadcast_to(slope, (2, len(at))).T for _, slope in found]
    return values, np.stack(slopes, axis=1)


def metric(nodes: Floats, at: Floats) -> tuple[Floats, Floats]:
    """Det J, and det J times the inverse of J^T J, with J = dx/dxi.

    Args:
        nodes: coordinates of each cell's nodes, shape (n_cells, 3 or 6, 2).
        at: reference points, shape (n_points, 2).

    Returns:
        Shapes (n_cells, n_points) and (3, n_cells, n_points): components xx, xy and yy.
    """
    J = jacobians(nodes, at)
    a, b = J[..., 0], J[..., 1]
    det = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    products = [(b * b).sum(axis=-1), -(a * b).sum(axis=-1), (a * a).sum(axis=-1)]
    return det, np.stack(products) / det


@dataclass(frozen=True, eq=False)
class Cells:
    """The matrices of all cells.

    Attributes:
        form: the weak form.
        area: det J of each cell, zero for bent ones.
        metric: det J (J^T J)^-1 of each, shape (3, n_cells).
        curved: the bent cells.
        patch: scikit-fem's view of them; None if there are none.
    """

    form: WeakForm
    area: Floats
    metric: Floats
    curved: Ints
    patch: Patch | None

    @classmethod
    def of(cls, form: WeakForm) -> "Cells":
        """The cells of a weak form."""
        corners = form.points[form.cells[:, :3]]
        area, stretch = (part[..., 0] for part in metric(corners, np.array([[1 / 3, 1 / 3]])))
        curved = np.flatnonzero(bent(form.points[form.cells]))
        area[curved], stretch[:, curved] = 0.0, 0.0
        patch = Patch.of_cells(form, curved) if len(curved) else None
        return cls(form, area, stretch, curved, patch)

    def mass(self, factor: Floats) -> Local:
        """``int f u v``."""
        values, _, weights = self._reference
        integrals = np.einsum("p,pi,pj->ij", weights, values, values)
        size = self.area * factor
        return self._with_bent(lambda i, j: integrals[i, j] * size, _storage, theta=factor)

    def stiffness(self, factor: Floats) -> Local:
        """``int f grad u . grad v``."""
        _, slopes, weights = self._reference
        S = np.einsum("p,pia,pjb->abij", weights, slopes, slopes)
        xx, xy, yy = self.metric * factor

        def straight(i: int, j: int) -> Floats:
            crossed = S[0, 1, i, j] + S[1, 0, i, j]
            return np.asarray(S[0, 0, i, j] * xx + crossed * xy + S[1, 1, i, j] * yy)

        return self._with_bent(straight, _diffusion, D=factor)

    @property
    def _reference(self) -> tuple[Floats, Floats, Floats]:
        """Shape functions, their gradients and weights at points of a rule that is exact."""
        points, weights = triangle_rule(4)
        return *shape_functions(self.form.domain.order, points), weights

    def _with_bent(self, straight: Local, bilinear: BilinearForm, **factor: Floats) -> Local:
        """The matrices of straight cells, and scikit-fem's of the bent ones."""
        if self.patch is None:
            return straight
        basis = self.patch.basis
        every = np.ones(basis.dx.shape[1])
        given = {name: np.outer(values[self.curved], every) for name, values in factor.items()}
        found = bilinear.elemental(basis, **given).tolocal()

        def both(i: int, j: int) -> Floats:
            local = straight(i, j)
            local[self.curved] = found[:, i, j]
            return local

        return both
