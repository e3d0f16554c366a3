"""Integrals over the part of a domain that lies in a region."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anosim.curved import cross, shapes, slopes, triangle_rule
from anosim.domain import Domain
from anosim.errors import InputError, listing
from anosim.meshes import Floats, Ints
from anosim.regions import Region

_SMALL, _ERROR = 1e-10, 1e-6
"""Shares of the area found that one piece on the border, and all, may be wrong by at most."""
_MOST = 400_000
"""Pieces on the border after which it is not followed more finely."""
_NOTHING = 1e-12
"""Share of the domain's area that is no more than rounding."""
_CHUNK = 50_000
_CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])


def reached_weights(domain: Domain, region: Region, reached: NDArray[np.bool_]) -> Floats:
    """``region_weights`` of the cells that a source reaches, zero where there are none.

    Raises:
        InputError: the region holds nothing of the domain, or is no region.
    """
    if not isinstance(region, Region):
        raise InputError(
            f"{region!r} is no region: name a phase, or give a Box, Disc, Mask or another Region"
        )
    nothing = _NOTHING * domain.areas.sum()
    weights = region_weights(domain, region, reached)
    if weights.sum() > nothing:
        return weights
    everything = np.ones(len(reached), dtype=np.bool_)
    if reached.all() or region_weights(domain, region, everything).sum() <= nothing:
        low, high = domain.points.min(axis=0), domain.points.max(axis=0)
        raise InputError(
            f"the region {region!r} holds nothing of {listing(domain.phases)}, the phases with a "
            f"material; they lie within x = {low[0]:g} to {high[0]:g} m and y = {low[1]:g} to "
            f"{high[1]:g} m"
        )
    return np.zeros_like(weights)


def region_weights(domain: Domain, region: Region, cells: NDArray[np.bool_]) -> Floats:
    """Integral of each node's shape function over the part of some cells in a region, m^2.

    Cells that the region's border cuts are divided into four, again and again, until a straight
    line through each piece is as good as the border.

    Args:
        domain: cells and nodes.
        region: where.
        cells: mask over the domain's cells.

    Returns:
        Shape (n_nodes,), zero where none of the cells lies in the region.
    """
    chosen = np.flatnonzero(cells)
    start = np.broadcast_to(_CORNERS, (len(chosen), 3, 2))
    whole, border = _sorted(domain, region, _Pieces(chosen, start, np.ones(len(chosen))))
    full = np.zeros(len(domain.cells), dtype=np.bool_)
    full[whole.cell] = True
    weights = domain.weights(full)
    found = weights.sum()
    parts = []
    while len(border.cell):
        rest = border.areas(domain).sum()
        total, error = found + rest, _errors(domain, region, border)
        last = error.sum() <= _ERROR * total or rest <= _NOTHING * domain.areas.sum()
        if last or len(border.cell) > _MOST:
            error[:] = 0.0
        good = error <= _SMALL * total
        parts.append(_cut(domain, region, border.part(good)))
        inside, border = _sorted(domain, region, border.part(~good).divided())
        found += parts[-1].areas(domain).sum() + inside.areas(domain).sum()
        parts.append(inside)
    for part in parts:
        _add(domain, part, weights)
    return weights


@dataclass(frozen=True, eq=False)
class _Pieces:
    """Triangles inside of cells.

    Attributes:
        cell: the domain's cell that each is part of, shape (n,).
        corners: reference points, shape (n, 3, 2).
        sign: whether its integral is added or taken away, shape (n,).
    """

    cell: Ints
    corners: Floats
    sign: Floats

    def part(self, chosen: NDArray[np.bool_]) -> "_Pieces":
        return _Pieces(self.cell[chosen], self.corners[chosen], self.sign[chosen])

    def divided(self) -> "_Pieces":
        """Each as four."""
        a, b, c = (self.corners[:, i] for i in range(3))
        ab, bc, ca = (a + b) / 2.0, (b + c) / 2.0, (c + a) / 2.0
        four = np.stack(
            [np.stack(p, axis=1) for p in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (bc, ca, ab))],
            axis=1,
        )
        return _Pieces(np.repeat(self.cell, 4), four.reshape(-1, 3, 2), np.repeat(self.sign, 4))

    def areas(self, domain: Domain) -> Floats:
        """With their signs; nearly those of bent pieces, m^2."""
        u, v = (self.corners[:, i] - self.corners[:, 0] for i in (1, 2))
        return np.asarray(self.sign * np.abs(cross(u, v)) * domain.areas[self.cell])

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
    """Most by which the area of each piece in the region is wrong if it is cut straight, m^2."""
    hull = _hulls(domain, pieces)
    middle, radius = _ball(hull)
    bend = region.bend(middle, radius)
    if domain.mesh.order == 2:
        bulge = hull[:, 3:] - (hull[:, :3] + hull[:, [1, 2, 0]]) / 2.0
        bend = bend + np.linalg.norm(bulge, axis=2).max(axis=1) / 2.0
    return np.asarray(2.0 * radius * bend)


def _ball(hull: Floats) -> tuple[Floats, Floats]:
    """Middle, m, shape (n, 2), and radius, m, of a circle around each piece."""
    middle = hull.mean(axis=1)
    return middle, np.linalg.norm(hull - middle[:, None], axis=2).max(axis=1)


def _hulls(domain: Domain, pieces: _Pieces) -> Floats:
    """Points between which each piece lies: corners, and the control points of bent sides, m."""
    if domain.mesh.order == 1:
        return _placed(domain, pieces.cell, pieces.corners)
    ends = pieces.corners
    middles = (ends + ends[:, [1, 2, 0]]) / 2.0
    x = _placed(domain, pieces.cell, np.concatenate([ends, middles], axis=1))
    control = 2.0 * x[:, 3:] - (x[:, :3] + x[:, [1, 2, 0]]) / 2.0
    return np.concatenate([x[:, :3], control], axis=1)


def _placed(domain: Domain, cell: Ints, at: Floats) -> Floats:
    """Where reference points of cells lie, m, shape (n, n_points, 2)."""
    nodes = domain.mesh.points[domain.mesh.cells[domain.cells[cell]]]
    weights = shapes(domain.mesh.order, at.reshape(-1, 2)).reshape(*at.shape[:2], nodes.shape[1])
    return np.asarray(weights @ nodes)


def _cut(domain: Domain, region: Region, pieces: _Pieces) -> _Pieces:
    """What of each piece lies in the region, its border taken as straight.

    One corner differs from the other two: the triangle there is what is inside, or what is not.
    """
    places = _placed(domain, pieces.cell, pieces.corners).reshape(-1, 2)
    distance = region.distance(places).reshape(-1, 3)
    inside = distance <= 0.0
    count = inside.sum(axis=1)
    mixed = (count == 1) | (count == 2)
    odd = np.argmax(inside == (count == 1)[:, None], axis=1)
    order = (odd[:, None] + np.arange(3)) % 3
    corners = np.take_along_axis(pieces.corners, order[:, :, None], axis=1)[mixed]
    d = np.take_along_axis(distance, order, axis=1)[mixed]
    share = d[:, :1] / (d[:, :1] - d[:, 1:])
    tips = corners[:, :1] + share[:, :, None] * (corners[:, 1:] - corners[:, :1])
    tip = np.concatenate([corners[:, :1], tips], axis=1)
    sign = np.where(count[mixed] == 1, 1.0, -1.0)
    full = pieces.part(count >= 2)
    return _Pieces(
        np.concatenate([full.cell, pieces.cell[mixed]]),
        np.concatenate([full.corners, tip]),
        np.concatenate([full.sign, sign]),
    )


def _add(domain: Domain, pieces: _Pieces, weights: Floats) -> None:
    """Add the integrals of the shape functions over pieces."""
    rule, share = triangle_rule(1 + domain.mesh.order)  # exact also for quadratic elements
    barycentric = shapes(1, rule)
    for part in pieces.chunks():
        at = np.einsum("qi,nir->nqr", barycentric, part.corners)
        u, v = (part.corners[:, i] - part.corners[:, 0] for i in (1, 2))
        scale = part.sign * np.abs(cross(u, v))
        volume = scale[:, None] * share * _stretch(domain, part.cell, at)
        nodes = domain.connectivity[part.cell]
        shape = shapes(domain.order, at.reshape(-1, 2)).reshape(*at.shape[:2], nodes.shape[1])
        values = np.einsum("nq,nqi->ni", volume, shape)
        weights += np.bincount(nodes.ravel(), values.ravel(), len(weights))


def _stretch(domain: Domain, cell: Ints, at: Floats) -> Floats:
    """det(dx/dxi) of cells at reference points, m^2, shape (n, n_points)."""
    order = domain.mesh.order
    if order == 1:
        return np.broadcast_to(2.0 * domain.areas[cell, None], at.shape[:2])
    nodes = domain.mesh.points[domain.mesh.cells[domain.cells[cell]]]
    grown = slopes(order, at.reshape(-1, 2)).reshape(*at.shape[:2], nodes.shape[1], 2)
    J = np.einsum("nid,nqir->nqdr", nodes, grown)
    return np.asarray(cross(J[..., 0], J[..., 1]))
