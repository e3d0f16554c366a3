"""Geometry of simplices with straight or bent sides: maps, Jacobians, sizes, quadrature.

Simplices are edges, triangles and tetrahedra. The reference simplex has its corners at the origin
and at 1 on each axis; behind the corners come the midpoints of the edges, in the order of
``anosim.topology.EDGES``.
"""

from functools import cache
from itertools import combinations_with_replacement, permutations

import numpy as np
from numpy.typing import NDArray

from anosim.topology import EDGES

Floats = NDArray[np.float64]

_GAUSS = 6
"""Points per direction: exact for polynomials of degree 11 on an edge, 10 on a triangle, 9 on a
tetrahedron."""
_Orbits = tuple[tuple[tuple[float, ...], float], ...]
_A, _B, _C = 0.214602871259151684, 0.0406739585346113397, 0.322337890142275646
_D, _E = 0.0636610018750175299, 0.269672331458315867
_KEAST: dict[int, _Orbits] = {
    1: (((0.25 - 0.05 * 5**0.5,) * 3 + (0.25 + 0.15 * 5**0.5,), 1.0 / 24.0),),
    2: (
        ((_A, _A, _A, 1.0 - 3.0 * _A), 0.00665379170969464506),
        ((_B, _B, _B, 1.0 - 3.0 * _B), 0.00167953517588677620),
        ((_C, _C, _C, 1.0 - 3.0 * _C), 0.00922619692394239843),
        ((_D, _D, _E, 1.0 - 2.0 * _D - _E), 9.0 / 1120.0),
    ),
}
"""Barycentric coordinates, in any order, and weights: exact to degree 2 and 6, by element order."""
_F, _G = 0.249286745170910421, 0.063089014491502228
_H, _I = 0.053145049844816947, 0.310352451033784405
_DUNAVANT: _Orbits = (
    ((_F, _F, 1.0 - 2.0 * _F), 0.116786275726379366 / 2.0),
    ((_G, _G, 1.0 - 2.0 * _G), 0.050844906370206817 / 2.0),
    ((_H, _I, 1.0 - _H - _I), 0.082851075618373575 / 2.0),
)
"""The same of a triangle, exact to degree 6."""


def simplex_rule(dimension: int, per_direction: int = _GAUSS) -> tuple[Floats, Floats]:
    """Points, shape (n, dimension), and weights of a rule on the reference simplex.

    Source: Gauss-Legendre points on the square or cube, collapsed onto the simplex (Duffy, SIAM J.
    Numer. Anal. 19 (1982) 1260).

    Args:
        dimension: 1 (edge), 2 (triangle) or 3 (tetrahedron).
        per_direction: points along each direction; n are exact for polynomials of degree
            2 n - dimension.
    """
    x, w = edge_rule(per_direction)
    points, weights, room = np.zeros((1, 0)), np.ones(1), np.ones(1)
    for level in range(dimension):
        place = np.multiply.outer(room, x).ravel()
        points = np.column_stack([np.repeat(points, len(x), axis=0), place])
        weights = np.outer(weights, w * (1.0 - x) ** (dimension - 1 - level)).ravel()
        room = np.multiply.outer(room, 1.0 - x).ravel()
    return points, weights


def exact_rule(dimension: int, order: int) -> tuple[Floats, Floats]:
    """A rule for ``int D(c) grad c . grad v`` on straight cells, D a polynomial of second degree.

    Source for tetrahedra: Keast, Comput. Methods Appl. Mech. Eng. 55 (1986) 339.

    Args:
        dimension: 2 or 3.
        order: of the elements, 1 or 2.
    """
    if dimension == 2:
        return triangle_rule({1: 2, 2: 4}[order])
    return _symmetric(_KEAST[order])


def facet_rule(dimension: int) -> tuple[Floats, Floats]:
    """A rule on facets that treats their corners alike, and so asks for no order of them.

    Source for triangles: Dunavant, Int. J. Numer. Methods Eng. 21 (1985) 1129.

    Args:
        dimension: of the cells, 2 or 3.
    """
    return simplex_rule(1) if dimension == 2 else _symmetric(_DUNAVANT)


def _symmetric(orbits: _Orbits) -> tuple[Floats, Floats]:
    points = [np.array(sorted(set(permutations(orbit)))) for orbit, _ in orbits]
    weights = [np.full(len(p), w) for p, (_, w) in zip(points, orbits, strict=True)]
    return np.ascontiguousarray(np.concatenate(points)[:, 1:]), np.concatenate(weights)


def triangle_rule(per_direction: int = _GAUSS) -> tuple[Floats, Floats]:
    """``simplex_rule`` of a triangle."""
    return simplex_rule(2, per_direction)


def edge_rule(points: int = _GAUSS) -> tuple[Floats, Floats]:
    """Gauss-Legendre points and weights on the interval from 0 to 1."""
    x, w = np.polynomial.legendre.leggauss(points)
    return (x + 1.0) / 2.0, w / 2.0


def shapes(order: int, at: Floats) -> Floats:
    """Shape functions at reference points, shape (n_points, n_nodes)."""
    b = _barycentric(at)
    if order == 1:
        return np.stack(b, axis=1)
    middles = [4 * b[i] * b[j] for i, j in EDGES[at.shape[1]]]
    return np.stack([*(a * (2 * a - 1) for a in b), *middles], axis=1)


def slopes(order: int, at: Floats) -> Floats:
    """Gradients of the shape functions at reference points, (n_points, n_nodes, dimension)."""
    dimension = at.shape[1]
    grad = np.vstack([-np.ones(dimension), np.eye(dimension)])
    if order == 1:
        return np.repeat(grad[None], len(at), axis=0)
    b = [value[:, None] for value in _barycentric(at)]
    middles = [4 * b[i] * grad[j] + 4 * b[j] * grad[i] for i, j in EDGES[dimension]]
    return np.stack([*((4 * a - 1) * g for a, g in zip(b, grad, strict=True)), *middles], axis=1)


def _barycentric(at: Floats) -> list[Floats]:
    return [1.0 - at.sum(axis=1), *at.T]


def jacobians(nodes: Floats, at: Floats) -> Floats:
    """dx/dxi of each simplex at reference points, (n_cells, n_points, n_axes, dimension).

    Args:
        nodes: coordinates of each one's nodes, shape (n_cells, n_nodes, n_axes).
        at: reference points, shape (n_points, dimension).
    """
    slope = slopes(_order(nodes, at.shape[1]), at)
    return np.asarray(np.einsum("mid,qir->mqdr", nodes, slope, optimize=True))  # by BLAS


def determinants(nodes: Floats, at: Floats) -> Floats:
    """det(dx/dxi) of each cell at reference points, shape (n_cells, n_points)."""
    J = jacobians(nodes, at)
    return spanned(*(J[..., axis] for axis in range(J.shape[-1])))


def bent(nodes: Floats) -> np.ndarray:
    """Which cells have a midpoint off the middle of its edge, shape (n_cells,)."""
    dimension = nodes.shape[2]
    if _order(nodes, dimension) == 1:
        return np.zeros(len(nodes), dtype=np.bool_)
    start, stop = np.array(EDGES[dimension]).T
    off = nodes[:, dimension + 1 :] - (nodes[:, start] + nodes[:, stop]) / 2.0
    size = np.ptp(nodes[:, : dimension + 1], axis=1).max(axis=1)
    return np.asarray(np.abs(off).max(axis=(1, 2)) > 1e-9 * size)


def signed_volumes(nodes: Floats) -> Floats:
    """Volume of each tetrahedron, or area of each triangle, shape (n_cells,).

    Positive if the axes from the first corner to the others are right-handed: in the plane, if the
    nodes turn from x to y. A bent side of a triangle adds two thirds of its chord times its bulge.
    """
    if nodes.shape[2] == 3:
        return _signed_tetrahedra(nodes)
    a, b, c = (nodes[:, i] for i in range(3))
    area = cross(b - a, c - a) / 2.0
    if _order(nodes, 2) == 2:
        for i, (start, stop) in enumerate(((a, b), (b, c), (c, a))):
            bulge = nodes[:, 3 + i] - (start + stop) / 2.0
            area = area + 2.0 / 3.0 * cross(bulge, stop - start)
    return np.asarray(area)


def _signed_tetrahedra(nodes: Floats) -> Floats:
    first = nodes[:, 0]
    volume = spanned(*(nodes[:, i] - first for i in (1, 2, 3))) / 6.0
    curved = np.flatnonzero(bent(nodes))
    if len(curved):
        at, weights = simplex_rule(3, 3)  # the determinant is of third degree
        volume[curved] = determinants(nodes[curved], at) @ weights
    return volume


def distortion(nodes: Floats) -> Floats:
    """Smallest over largest Jacobian determinant of each cell, by its Bernstein bounds.

    1 for straight sides, above 0 only if the cell is nowhere turned over, shape (n_cells,).
    """
    dimension = nodes.shape[2]
    found = np.ones(len(nodes))
    curved = np.flatnonzero(bent(nodes))
    if len(curved):
        at, control = _bernstein(dimension)
        bounds = determinants(nodes[curved], at) @ control.T
        largest = np.abs(bounds).max(axis=1)
        found[curved] = bounds.min(axis=1) / np.where(largest > 0, largest, 1.0)
    return found


@cache
def _bernstein(degree: int) -> tuple[Floats, Floats]:
    """Points, and the matrix from values there to coefficients in Bernstein's basis.

    Of polynomials on the simplex whose dimension is their degree, as determinants are.
    """
    every = combinations_with_replacement(range(degree + 1), degree)
    powers = np.array([np.bincount(one, minlength=degree + 1) for one in every])
    factorial = np.cumprod([1, *range(1, degree + 1)])
    count = factorial[degree] / factorial[powers].prod(axis=1)
    b = powers / degree
    values = count * np.prod(b[:, None, :] ** powers[None], axis=2)
    return np.ascontiguousarray(b[:, 1:]), np.linalg.inv(values)


def facet_sizes(nodes: Floats, at: Floats) -> Floats:
    """Length of each edge, or area of each triangle in space, per that of the reference simplex.

    |dx/ds|, or |dx/ds x dx/dt|, at reference points: shape (n_facets, n_points).

    Args:
        nodes: coordinates of each facet's nodes, shape (n_facets, n_nodes, 2 or 3).
        at: reference points, shape (n_points, 1 or 2).
    """
    J = jacobians(nodes, at)
    if J.shape[-1] == 1:
        return np.asarray(np.linalg.norm(J[..., 0], axis=-1))
    return np.asarray(np.linalg.norm(np.cross(J[..., 0], J[..., 1]), axis=-1))


def cross(u: Floats, v: Floats) -> Floats:
    """u_x v_y - u_y v_x of plane vectors, shape (n, 2) each."""
    return np.asarray(u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0])


def spanned(*vectors: Floats) -> Floats:
    """Determinant of as many vectors as there are axes, shape (..., n_axes) each."""
    if len(vectors) == 2:
        return cross(*vectors)
    u, v, w = vectors
    found = u[..., 0] * (v[..., 1] * w[..., 2] - v[..., 2] * w[..., 1])
    found += u[..., 1] * (v[..., 2] * w[..., 0] - v[..., 0] * w[..., 2])
    found += u[..., 2] * (v[..., 0] * w[..., 1] - v[..., 1] * w[..., 0])
    return np.asarray(found)


def _order(nodes: Floats, dimension: int) -> int:
    return 1 if nodes.shape[1] == dimension + 1 else 2
