"""Geometry of triangles with three or six nodes: maps, Jacobians, lengths, quadrature.

Reference triangle (0, 0), (1, 0), (0, 1); the nodes 3, 4, 5 lie between 0 and 1, 1 and 2, 2 and 0.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_GAUSS = 6
"""Points per direction: exact for polynomials of degree 10 on the triangle, 11 on an edge."""


def triangle_rule(per_direction: int = _GAUSS) -> tuple[Floats, Floats]:
    """Points, shape (n, 2), and weights of a rule on the reference triangle.

    Source: Gauss-Legendre points on the square, collapsed onto the triangle (Duffy, SIAM J.
    Numer. Anal. 19 (1982) 1260).

    Args:
        per_direction: points along each direction; n are exact for polynomials of degree 2 n - 2.
    """
    x, w = edge_rule(per_direction)
    u, v = np.meshgrid(x, x, indexing="ij")
    points = np.stack([u.ravel(), (v * (1.0 - u)).ravel()], axis=1)
    return points, (np.outer(w, w) * (1.0 - u)).ravel()


def edge_rule(points: int = _GAUSS) -> tuple[Floats, Floats]:
    """Gauss-Legendre points and weights on the interval from 0 to 1."""
    x, w = np.polynomial.legendre.leggauss(points)
    return (x + 1.0) / 2.0, w / 2.0


def shapes(order: int, at: Floats) -> Floats:
    """Shape functions at reference points, shape (n_points, 3 or 6)."""
    b, c = at.T
    a = 1.0 - b - c
    if order == 1:
        return np.stack([a, b, c], axis=1)
    corners = [a * (2 * a - 1), b * (2 * b - 1), c * (2 * c - 1)]
    return np.stack([*corners, 4 * a * b, 4 * b * c, 4 * c * a], axis=1)


def slopes(order: int, at: Floats) -> Floats:
    """Gradients of the shape functions at reference points, shape (n_points, 3 or 6, 2)."""
    b, c = at.T
    a, zero, one = 1.0 - b - c, np.zeros(len(at)), np.ones(len(at))
    if order == 1:
        return np.stack([np.stack(g, axis=1) for g in ((-one, -one), (one, zero), (zero, one))], 1)
    pairs = (
        (1 - 4 * a, 1 - 4 * a),
        (4 * b - 1, zero),
        (zero, 4 * c - 1),
        (4 * (a - b), -4 * b),
        (4 * c, 4 * b),
        (-4 * c, 4 * (a - c)),
    )
    return np.stack([np.stack(pair, axis=1) for pair in pairs], axis=1)


def jacobians(nodes: Floats, at: Floats) -> Floats:
    """dx/dxi of each cell at reference points, shape (n_cells, n_points, 2, 2).

    Args:
        nodes: coordinates of each cell's nodes, shape (n_cells, 3 or 6, 2).
        at: reference points, shape (n_points, 2).
    """
    return np.asarray(np.einsum("mid,qir->mqdr", nodes, slopes(_order(nodes), at)))


def determinants(nodes: Floats, at: Floats) -> Floats:
    """det(dx/dxi) of each cell at reference points, shape (n_cells, n_points)."""
    J = jacobians(nodes, at)
    return np.asarray(J[..., 0, 0] * J[..., 1, 1] - J[..., 0, 1] * J[..., 1, 0])


def bent(nodes: Floats) -> np.ndarray:
    """Which cells have a midpoint off the middle of its side, shape (n_cells,)."""
    if _order(nodes) == 1:
        return np.zeros(len(nodes), dtype=np.bool_)
    off = nodes[:, 3:] - (nodes[:, :3] + nodes[:, [1, 2, 0]]) / 2.0
    size = np.ptp(nodes[:, :3], axis=1).max(axis=1)
    return np.asarray(np.abs(off).max(axis=(1, 2)) > 1e-9 * size)


def signed_areas(nodes: Floats) -> Floats:
    """Area of each cell, positive if its nodes turn from x to y, shape (n_cells,).

    A bent side adds two thirds of its chord times its bulge.
    """
    a, b, c = (nodes[:, i] for i in range(3))
    area = cross(b - a, c - a) / 2.0
    if _order(nodes) == 2:
        for i, (start, stop) in enumerate(((a, b), (b, c), (c, a))):
            bulge = nodes[:, 3 + i] - (start + stop) / 2.0
            area = area + 2.0 / 3.0 * cross(bulge, stop - start)
    return np.asarray(area)


def distortion(nodes: Floats) -> Floats:
    """Smallest over largest Jacobian determinant of each cell, by its Bernstein bounds.

    1 for straight sides, above 0 only if the cell is nowhere turned over, shape (n_cells,).
    """
    if _order(nodes) == 1:
        return np.ones(len(nodes))
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    at = np.concatenate([corners, (corners + corners[[1, 2, 0]]) / 2.0])
    det = determinants(nodes, at)
    middles = 2.0 * det[:, 3:] - (det[:, :3] + det[:, [1, 2, 0]]) / 2.0
    bounds = np.concatenate([det[:, :3], middles], axis=1)
    largest = np.abs(bounds).max(axis=1)
    return np.asarray(bounds.min(axis=1) / np.where(largest > 0, largest, 1.0))


def edge_lengths(ends: Floats, at: Floats) -> Floats:
    """|dx/ds| of each edge at reference points s, shape (n_edges, n_points).

    Args:
        ends: both ends and, for bent edges, the midpoint, shape (n_edges, 2 or 3, 2).
        at: s from 0 to 1, shape (n_points,).
    """
    a, b = ends[:, 0], ends[:, 1]
    speed = (b - a)[:, None] * np.ones((1, len(at), 1))
    if ends.shape[1] == 3:
        bulge = ends[:, 2] - (a + b) / 2.0
        speed = speed + 4.0 * (1.0 - 2.0 * at)[None, :, None] * bulge[:, None]
    return np.asarray(np.linalg.norm(speed, axis=2))


def edge_shapes(order: int, at: Floats) -> Floats:
    """Shape functions of an edge, its midpoint last, shape (n_points, 2 or 3)."""
    if order == 1:
        return np.stack([1.0 - at, at], axis=1)
    return np.stack([(1 - at) * (1 - 2 * at), at * (2 * at - 1), 4 * at * (1 - at)], axis=1)


def cross(u: Floats, v: Floats) -> Floats:
    """u_x v_y - u_y v_x of plane vectors, shape (n, 2) each."""
    return np.asarray(u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0])


def _order(nodes: Floats) -> int:
    return 1 if nodes.shape[1] == 3 else 2
