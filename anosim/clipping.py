"""Integrals over the part of a domain that lies in a region."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anosim.curved import exact_rule, shapes, slopes, spanned
from anosim.domain import Domain
from anosim.errors import InputError, listing
from anosim.meshes import Floats, Ints
from anosim.regions import Region
from anosim.topology import EDGES

_SMALL, _ERROR = {2: 1e-10, 3: 1e-9}, {2: 1e-6, 3: 1e-3}
"""Shares of what is found that one piece on the border, and all of them, may be wrong by at most,
by dimension."""
_MOST = {2: 400_000, 3: 100_000}
"""Pieces on the border after which it is not followed more finely, by dimension."""
_NOTHING = 1e-12
"""Share of the domain's volume that is no more than rounding."""
_FINE = {2: 1e-6, 3: 0.02}
"""Share of a bent cell below which a piece of it is taken as straight."""
_CHUNK = 50_000
_PARTS = {
    2: ((0, 3, 5), (3, 1, 4), (5, 4, 2), (4, 5, 3)),
    3: (
        (0, 4, 6, 7),
        (4, 1, 5, 8),
        (6, 5, 2, 9),
        (7, 8, 9, 3),
        (4, 9, 6, 7),
        (4, 9, 7, 8),
        (4, 9, 8, 5),
        (4, 9, 5, 6),
    ),
}
"""Corners of the pieces of a cell among its nodes of second order; the inner ones of a tetrahedron
lie around the line between the middles of 01 and 23."""


def reached_weights(domain: Domain, region: Region, reached: NDArray[np.bool_]) -> Floats:
    """``region_weights`` of the cells that a source reaches, zero where there are none.

    Raises:
        InputError: the region holds nothing of the domain, or is no region.
    """
    if not isinstance(region, Region):
        raise InputError(
            f"{region!r} is no region: name a phase, or give a Box, Disc, Ball, Mask or another "
            "Region"
        )
    nothing = _NOTHING * domain.volumes.sum()
    weights = region_weights(domain, region, reached)
    if weights.sum() > nothing:
        return weights
    everything = np.ones(len(reached), dtype=np.bool_)
    if reached.all() or region_weights(domain, region, everything).sum() <= nothing:
        ends = zip("xyz", domain.points.min(axis=0), domain.points.max(axis=0), strict=False)
        where = " and ".join(f"{axis} = {low:g} to {high:g} m" for axis, low, high in ends)
        raise InputError(
            f"the region {region!r} holds nothing of {listing(domain.phases)}, the phases with a "
            f"material; they lie within {where}"
        )
    return np.zeros_like(weights)


def region_weights(domain: Domain, region: Region, cells: NDArray[np.bool_]) -> Floats:
    """Integral of each node's shape function over the part of some cells in a region, m^3 or m^2.

    Cells that the region's border cuts are divided into four (in space eight), again and again,
    until a straight line (a plane) through each piece is as good as the border.

    Args:
        domain: cells and nodes.
        region: where.
        cells: mask over the domain's cells.

    Returns:
        Shape (n_nodes,), zero where none of the cells lies in the region.
    """
    chosen = np.flatnonzero(cells)
    reference = np.vstack([np.zeros(domain.dimension), np.eye(domain.dimension)])
    start = np.broadcast_to(reference, (len(chosen), *reference.shape))
    whole, border = _sorted(domain, region, _Pieces(chosen, start, np.ones(len(chosen))))
    full = np.zeros(len(domain.cells), dtype=np.bool_)
    full[whole.cell] = True
    weights = domain.weights(full)
    found = weights.sum()
    parts = []
    while len(border.cell):
        rest = border.volumes(domain).sum()
        total, error = found + rest, _errors(domain, region, border)
        last = (
            error.sum() <= _ERROR[domain.dimension] * total
            or rest <= _NOTHING * domain.volumes.sum()
        )
        if last or len(border.cell) > _MOST[domain.dimension]:
            error[:] = 0.0
        good = error <= _SMALL[domain.dimension] * total
        parts.append(_cut(domain, region, border.part(good)))
        inside, border = _sorted(domain, region, border.part(~good).divided())
        found += parts[-1].volumes(domain).sum() + inside.volumes(domain).sum()
        parts.append(inside)
    for part in parts:
        _add(domain, part, weights)
    return weights


@dataclass(frozen=True, eq=False)
class _Pieces:
    """Triangles or tetrahedra inside of cells.

    Attributes:
        cell: the domain's cell that each is part of, shape (n,).
        corners: reference points, shape (n, 3, 2) or (n, 4, 3).
        sign: whether its integral is added or taken away, shape (n,).
    """

    cell: Ints
    corners: Floats
    sign: Floats

    def part(self, chosen: NDArray[np.bool_]) -> "_Pieces":
        return _Pieces(self.cell[chosen], self.corners[chosen], self.sign[chosen])

    def divided(self) -> "_Pieces":
        """Each as four or eight."""
        k, dimension = self.corners.shape[1:]
        ends = np.array(EDGES[dimension]).T
        middles = (self.corners[:, ends[0]] + self.corners[:, ends[1]]) / 2.0
        nodes, parts = np.concatenate([self.corners, middles], axis=1), np.array(_PARTS[dimension])
        pieces = nodes[:, parts].reshape(-1, k, dimension)
        n = len(parts)
        return _Pieces(np.repeat(self.cell, n), pieces, np.repeat(self.sign, n))

    def shares(self) -> Floats:
        """Volume of each over that of its cell, nearly so for bent ones; not signed."""
        axes = [self.corners[:, i] - self.corners[:, 0] for i in range(1, self.corners.shape[1])]
        return np.abs(spanned(*axes))

    def volumes(self, domain: Domain) -> Floats:
        """With their signs; nearly those of bent pieces, m^3 or m^2."""
        return np.asarray(self.sign * self.shares() * domain.volumes[self.cell])

    def chunks(self) -> Iterator["_Pieces"]:
        for start in range(0, len(self.cell), _CHUNK):
            at = slice(start, start + _CHUNK)
            yield _Pieces(self.cell[at], self.corners[at], self.sign[at])


def _sorted(domain: Domain, region: Region, pieces: _Pieces) -> tuple[_Pieces, _Pieces]:
    """The pieces inside of the region, and those that its border may cut."""
    middle, radius = _ball(_hulls(domain, pieces))
    distance = region.distance(middle)
    return pieces.part(distance < -radius), pieces.part(np.abs(distance) <= radius)


def _errors(domain: Domain, region: Region, pieces: _Pieces) -> Floats:
    """Most by which the volume of each piece in the region is wrong if it is cut straight."""
    hull = _hulls(domain, pieces)
    middle, radius = _ball(hull)
    bend = region.bend(middle, radius)
    if domain.mesh.order == 2:
        k, ends = domain.dimension + 1, np.array(EDGES[domain.dimension]).T
        bulge = hull[:, k:] - (hull[:, ends[0]] + hull[:, ends[1]]) / 2.0
        bend = bend + np.linalg.norm(bulge, axis=2).max(axis=1) / 2.0
    if domain.dimension == 2:
        return np.asarray(2.0 * radius * bend)
    return np.minimum((2.0 * radius) ** 2 * bend, np.abs(pieces.volumes(domain)))


def _ball(hull: Floats) -> tuple[Floats, Floats]:
    """Middle, m, shape (n, 2 or 3), and radius, m, of a circle or ball around each piece."""
    middle = hull.mean(axis=1)
    return middle, np.linalg.norm(hull - middle[:, None], axis=2).max(axis=1)


def _hulls(domain: Domain, pieces: _Pieces) -> Floats:
    """Points between which each piece lies: corners, and the control points of bent sides, m."""
    if domain.mesh.order == 1:
        return _placed(domain, pieces.cell, pieces.corners)
    k, ends = domain.dimension + 1, np.array(EDGES[domain.dimension]).T
    middles = (pieces.corners[:, ends[0]] + pieces.corners[:, ends[1]]) / 2.0
    x = _placed(domain, pieces.cell, np.concatenate([pieces.corners, middles], axis=1))
    control = 2.0 * x[:, k:] - (x[:, ends[0]] + x[:, ends[1]]) / 2.0
    return np.concatenate([x[:, :k], control], axis=1)


def _placed(domain: Domain, cell: Ints, at: Floats) -> Floats:
    """Where reference points of cells lie, m, shape (n, n_points, 2 or 3)."""
    nodes = domain.mesh.points[domain.mesh.cells[domain.cells[cell]]]
    weights = shapes(domain.mesh.order, at.reshape(-1, at.shape[2])).reshape(
        *at.shape[:2], nodes.shape[1]
    )
    return np.asarray(weights @ nodes)


def _cut(domain: Domain, region: Region, pieces: _Pieces) -> _Pieces:
    """What of each piece lies in the region, its border taken as straight.

    Where one corner differs from the others, the simplex there is what is inside, or what is not.
    Where two corners of a tetrahedron differ from two, what is inside is a wedge.
    """
    k, dimension = pieces.corners.shape[1:]
    places = _placed(domain, pieces.cell, pieces.corners).reshape(-1, dimension)
    distance = region.distance(places).reshape(-1, k)
    inside = distance <= 0.0
    count = inside.sum(axis=1)
    one = (count == 1) | (count == k - 1)
    odd = np.argmax(inside == (count == 1)[:, None], axis=1)
    order = (odd[:, None] + np.arange(k)) % k
    corners = np.take_along_axis(pieces.corners, order[:, :, None], axis=1)[one]
    d = np.take_along_axis(distance, order, axis=1)[one]
    cuts = [_between(corners, d, 0, i) for i in range(1, k)]
    tip = np.stack([corners[:, 0], *cuts], axis=1)
    parts = [
        pieces.part(count >= k - 1),
        _Pieces(pieces.cell[one], tip, np.where(count[one] == 1, 1.0, -1.0)),
    ]
    if k == 4:
        parts += _wedges(pieces, distance, count == 2)
    return _Pieces(
        np.concatenate([part.cell for part in parts]),
        np.concatenate([part.corners for part in parts]),
        np.concatenate([part.sign for part in parts]),
    )


def _wedges(pieces: _Pieces, distance: Floats, two: NDArray[np.bool_]) -> Iterator[_Pieces]:
    """The wedges around two corners inside, as three tetrahedra each."""
    order = np.argsort(distance[two], axis=1)  # a and b inside, c and d outside
    corners = np.take_along_axis(pieces.corners[two], order[:, :, None], axis=1)
    d = np.take_along_axis(distance[two], order, axis=1)
    a, b = corners[:, 0], corners[:, 1]
    ac, ad, bc, bd = (_between(corners, d, i, j) for i in (0, 1) for j in (2, 3))
    for part in ((a, ac, ad, b), (ac, ad, b, bd), (ac, b, bc, bd)):
        yield _Pieces(pieces.cell[two], np.stack(part, axis=1), pieces.sign[two])


def _between(corners: Floats, distance: Floats, i: int, j: int) -> Floats:
    """Where the border crosses the edge between two corners of each piece."""
    share = distance[:, i] / (distance[:, i] - distance[:, j])
    return np.asarray(corners[:, i] + share[:, None] * (corners[:, j] - corners[:, i]))


def _add(domain: Domain, pieces: _Pieces, weights: Floats) -> None:
    """Add the integrals of the shape functions over pieces."""
    bent = (pieces.shares() > _FINE[domain.dimension]) & (domain.mesh.order == 2)
    for order, which in ((1, ~bent), (2, bent)):
        _add_by(exact_rule(domain.dimension, order), domain, pieces.part(which), weights)


def _add_by(rule: tuple[Floats, Floats], domain: Domain, pieces: _Pieces, weights: Floats) -> None:
    at_piece, share = rule
    barycentric = shapes(1, at_piece)
    for part in pieces.chunks():
        at = barycentric @ part.corners
        scale = part.sign * part.shares()
        volume = scale[:, None] * share * _stretch(domain, part.cell, at)
        nodes = domain.connectivity[part.cell]
        shape = shapes(domain.order, at.reshape(-1, domain.dimension))
        shape = shape.reshape(*at.shape[:2], nodes.shape[1])
        values = (volume[:, None] @ shape)[:, 0]
        weights += np.bincount(nodes.ravel(), values.ravel(), len(weights))


def _stretch(domain: Domain, cell: Ints, at: Floats) -> Floats:
    """det(dx/dxi) of cells at reference points, m^3 or m^2, shape (n, n_points)."""
    order, dimension = domain.mesh.order, domain.dimension
    if order == 1:
        whole = {2: 2.0, 3: 6.0}[dimension] * domain.volumes[cell, None]
        return np.broadcast_to(whole, at.shape[:2])
    nodes = domain.mesh.points[domain.mesh.cells[domain.cells[cell]]]
    grown = slopes(order, at.reshape(-1, dimension))
    grown = grown.reshape(*at.shape[:2], nodes.shape[1], dimension)
    J = np.swapaxes(nodes, 1, 2)[:, None] @ grown
    return spanned(*np.moveaxis(J, -1, 0))
