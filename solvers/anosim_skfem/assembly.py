"""Mass, stiffness and load of a weak form by scikit-fem, in the domain's node order."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csc_array, csr_array
from scipy.sparse.linalg import splu
from skfem import (
    Basis,
    BilinearForm,
    ElementTriP1,
    ElementTriP2,
    FacetBasis,
    LinearForm,
    MeshTri,
    MeshTri2,
)

from anosim.curved import edge_rule, triangle_rule
from anosim.domain import Domain
from anosim.integrate.discretisation import Solve
from anosim.meshes import Floats, Ints
from anosim.weakform import BoundaryTerm, WeakForm


@BilinearForm  # type: ignore[untyped-decorator]
def _diffusion(u: Any, v: Any, w: Any) -> Any:
    return w["D"] * (u.grad[0] * v.grad[0] + u.grad[1] * v.grad[1])


@BilinearForm  # type: ignore[untyped-decorator]
def _storage(u: Any, v: Any, w: Any) -> Any:
    return w["theta"] * u * v


@BilinearForm  # type: ignore[untyped-decorator]
def _product(u: Any, v: Any, w: Any) -> Any:
    return u * v


@LinearForm  # type: ignore[untyped-decorator]
def _unit(v: Any, w: Any) -> Any:
    return v


@dataclass(frozen=True, eq=False)
class Matrices:
    """M, K and b over all nodes of the domain."""

    M: csr_array
    K: csr_array
    load: Floats

    def mass(self, x: Floats, /) -> Floats:
        """M x."""
        return np.asarray(self.M @ x)

    def stiffness(self, x: Floats, /) -> Floats:
        """K x."""
        return np.asarray(self.K @ x)

    def factorise(self, mass: float, stiffness: float, free: Ints, /) -> Solve:
        """Sparse LU, without pivoting, of a symmetric positive definite matrix."""
        matrix = (mass * self.M + stiffness * self.K)[free][:, free]
        factors = splu(
            csc_array(matrix),
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True},
        )
        return lambda x: np.asarray(factors.solve(x))


def assemble(form: WeakForm) -> Matrices:
    """The matrices of a weak form."""
    mesh = _mesh(form)
    element = ElementTriP1() if form.domain.order == 1 else ElementTriP2()
    bent = form.domain.mesh.order == 2
    basis = Basis(mesh, element, quadrature=_rule(*triangle_rule()) if bent else None)
    node = _nodes(basis, form.domain)
    every = np.ones(basis.X.shape[1])
    K = _diffusion.assemble(basis, D=np.outer(form.diffusivity, every))
    M = _storage.assemble(basis, theta=np.outer(form.capacity, every))
    if form.reaction.any():
        K = K + _storage.assemble(basis, theta=np.outer(form.reaction, every))
    load = np.zeros(len(node))
    for term in form.terms:
        rule = _rule(edge_rule()[0][:, None], edge_rule()[1]) if bent else None
        boundary = FacetBasis(mesh, element, facets=_facets(mesh, term), quadrature=rule)
        K = K + term.transfer * _product.assemble(boundary)
        load += term.source * _unit.assemble(boundary)
    rows, columns, values = form.coupling
    jumps = csr_array((values, (rows, columns)), shape=K.shape)
    return Matrices(_ordered(M, node), _ordered(K, node) + jumps, _ordered_vector(load, node))


def _mesh(form: WeakForm) -> Any:
    """scikit-fem's mesh; a bent one takes its midpoints in the order of its own facets."""
    n = len(form.domain.vertices)
    corners, cells = np.ascontiguousarray(form.points[:n].T), form.domain.triangles.T
    mesh = MeshTri(corners, np.ascontiguousarray(cells))
    if form.domain.mesh.order == 1:
        return mesh
    middles = form.points[n + form.domain.edges.find(mesh.facets.T)]
    return MeshTri2(np.ascontiguousarray(np.vstack([corners.T, middles]).T), mesh.t)


def _rule(points: Floats, weights: Floats) -> tuple[Floats, Floats]:
    return np.ascontiguousarray(points.T), weights


def _nodes(basis: Any, domain: Domain) -> Ints:
    """Node of the domain of each of scikit-fem's degrees of freedom."""
    node = np.empty(basis.N, dtype=np.int64)
    node[basis.nodal_dofs[0]] = np.arange(basis.mesh.nvertices)
    if domain.order == 2:
        edge = domain.edges.find(basis.mesh.facets.T)
        node[basis.facet_dofs[0]] = len(domain.vertices) + edge
    return node


def _facets(mesh: Any, term: BoundaryTerm) -> Ints:
    """scikit-fem's facets of a term's edges; both are pairs of vertices."""
    size = mesh.nvertices
    keys = np.sort(mesh.facets, axis=0).T @ np.array([size, 1])
    wanted = np.sort(term.edges, axis=1) @ np.array([size, 1])
    order = np.argsort(keys)
    return np.asarray(order[np.searchsorted(keys, wanted, sorter=order)])


def _ordered(matrix: Any, node: Ints) -> csr_array:
    entries = matrix.tocoo()
    return csr_array((entries.data, (node[entries.row], node[entries.col])), shape=matrix.shape)


def _ordered_vector(vector: Floats, node: Ints) -> Floats:
    ordered = np.empty_like(vector)
    ordered[node] = vector
    return ordered
