"""Which cell a point lies in, for many points at once."""

import numpy as np
from numpy.typing import NDArray

from anosim.curved import shapes, slopes, spanned
from anosim.domain import Domain
from anosim.meshes import Floats, Ints
from anosim.topology import OPPOSITE

_EDGE = 1e-9
"""Barycentric slack: a point on a facet, up to rounding, lies in a cell."""
_BEND = 1e-7
"""The same for bent facets."""
_NEWTON, _HOPS = 12, 8
_CHUNK = 200_000
"""Points that are looked for at a time."""


def locate(corners: Floats, points: Floats, slack: float = _EDGE) -> tuple[Ints, Floats]:
    """The cell of each point and the barycentric coordinates in it.

    The cells are sorted into bins by their bounding boxes, so that each point is compared with the
    few cells of its bin; those with no point in their bins are left out.

    Args:
        corners: shape (n_cells, 3, 2) or (n_cells, 4, 3).
        points: shape (n_points, 2 or 3).
        slack: how far outside of a cell a point may lie, in its barycentric coordinates.

    Returns:
        Cell per point, -1 outside of all, shape (n_points,); coordinates, shape (n_points, 3 or 4).
    """
    if len(points) > _CHUNK:
        parts = [
            locate(corners, points[i : i + _CHUNK], slack) for i in range(0, len(points), _CHUNK)
        ]
        cells, places = zip(*parts, strict=True)
        return np.concatenate(cells), np.concatenate(places)
    dimension = points.shape[1]
    lowest, highest = corners.min(axis=1), corners.max(axis=1)
    low, high = lowest.min(axis=0), highest.max(axis=0)
    count = max(1, int(len(corners) ** (1.0 / dimension)))
    bins = np.full(dimension, count, dtype=np.int64)
    pitch = np.maximum((high - low) / bins, np.finfo(float).tiny)
    strides = count ** np.arange(dimension - 1, -1, -1)

    def bin_of(x: Floats) -> Ints:
        return np.asarray(np.clip(np.floor((x - low) / pitch), 0, bins - 1), dtype=np.int64)

    margin = slack * np.max(high - low)
    first, last = bin_of(lowest - margin), bin_of(highest + margin)
    home = bin_of(points)
    near = np.flatnonzero(_occupied(home, first, last, bins))
    cell, flat = _spread(first[near], last[near], strides)
    order = np.argsort(flat, kind="stable")
    bin_ = home @ strides
    start, stop = (np.searchsorted(flat[order], bin_, side) for side in ("left", "right"))
    return _compare(corners, points, near[cell[order]], start, stop, slack)


def _occupied(home: Ints, first: Ints, last: Ints, bins: Ints) -> NDArray[np.bool_]:
    """Which boxes of bins, from first to last, hold a point: by sums over the bins before."""
    sums = np.zeros(bins + 1, dtype=np.int64)
    np.add.at(sums, tuple(home.T + 1), 1)
    for axis in range(len(bins)):
        np.cumsum(sums, axis=axis, out=sums)
    total = np.zeros(len(first), dtype=np.int64)
    for choice in range(2 ** len(bins)):
        upper = [(choice >> axis) & 1 for axis in range(len(bins))]
        corner = tuple(
            (last[:, axis] + 1) if up else first[:, axis] for axis, up in enumerate(upper)
        )
        total += (-1) ** (len(bins) - sum(upper)) * sums[corner]
    return total > 0


def _spread(first: Ints, last: Ints, strides: Ints) -> tuple[Ints, Ints]:
    """Every pair of a cell and a bin that its bounding box touches."""
    size = last - first + 1
    count = size.prod(axis=1)
    cell = np.repeat(np.arange(len(first)), count)
    rank = np.arange(len(cell)) - np.repeat(np.cumsum(count) - count, count)
    flat = np.zeros(len(cell), dtype=np.int64)
    for axis in range(len(strides) - 1, -1, -1):
        rank, step = np.divmod(rank, size[cell, axis])
        flat += (first[cell, axis] + step) * strides[axis]
    return cell, flat


def _compare(
    corners: Floats, points: Floats, candidates: Ints, start: Ints, stop: Ints, slack: float
) -> tuple[Ints, Floats]:
    """The candidate in which the smallest barycentric coordinate is largest."""
    found = np.full(len(points), -1, dtype=np.int64)
    best = np.full(len(points), -slack)
    where = np.zeros((len(points), points.shape[1] + 1))
    for rank in range(int(np.max(stop - start, initial=0))):
        open_ = np.flatnonzero((start + rank < stop) & (best < 0.0))
        if len(open_) == 0:
            break
        cell = candidates[start[open_] + rank]
        inside = barycentric(corners[cell], points[open_])
        depth = inside.min(axis=1)
        better = depth > best[open_]
        chosen = open_[better]
        found[chosen], best[chosen], where[chosen] = cell[better], depth[better], inside[better]
    return found, where


def interpolation(domain: Domain, points: Floats) -> tuple[Floats, Ints, NDArray[np.bool_]]:
    """Shape functions at points: weights and nodes, (n_points, nodes per cell), and who is inside.

    Args:
        domain: cells and nodes.
        points: (x, y[, z]) in m, shape (n_points, 2 or 3).
    """
    cell, weights = locate(domain.points[domain.corners], points)
    at = weights[:, 1:]
    if domain.mesh.order == 2:
        cell, at = _within_bent(domain, points, cell, at)
    return shapes(domain.order, at), domain.connectivity[cell], cell >= 0


def _within_bent(domain: Domain, points: Floats, cell: Ints, at: Floats) -> tuple[Ints, Floats]:
    """The bent cell of each point and the reference point that it maps there, by Newton's method.

    Each point starts from the straight cell around it and, where it ends outside of its
    cell, goes on through the side that it left by.
    """
    from scipy.spatial import KDTree

    nodes, corners = domain.mesh.points[domain.mesh.cells[domain.cells]], domain.dimension + 1
    outside = np.flatnonzero(cell < 0)
    if len(outside):  # perhaps between a chord and its bend
        nearest = KDTree(nodes[:, :corners].mean(axis=1)).query(points[outside])[1]
        cell, at = cell.copy(), at.copy()
        cell[outside], at[outside] = nearest, 1 / corners
    for _ in range(_HOPS):
        at = _inverse(nodes[cell], points, at)
        depth = np.column_stack([1 - at.sum(axis=1), at])
        corner = np.argmin(depth, axis=1)  # the one opposite to the facet that was crossed
        beyond = depth[np.arange(len(at)), corner] < -_BEND
        facet = domain.facets.of_cell[cell, np.array(OPPOSITE)[corner]]
        pair = domain.facets.cells[facet]
        other = np.where(pair[:, 0] == cell, pair[:, 1], pair[:, 0])
        moving = beyond & (other >= 0)
        if not moving.any():
            break
        cell = np.where(moving, other, cell)
        at = np.where(moving[:, None], 1 / corners, at)
    return np.where(beyond, -1, cell), at


def _inverse(nodes: Floats, points: Floats, at: Floats) -> Floats:
    """Reference point that each cell maps to a point, by Newton's method from ``at``."""
    for _ in range(_NEWTON):
        x = np.einsum("ni,nid->nd", shapes(2, at), nodes)
        J = np.einsum("nid,nir->ndr", nodes, slopes(2, at))
        J[np.abs(spanned(*np.moveaxis(J, 2, 0))) == 0.0] = np.eye(J.shape[1])
        step = np.linalg.solve(J, (points - x)[:, :, None])[:, :, 0]
        at = np.clip(at + step, -1.0, 2.0)
        if np.abs(step).max(initial=0.0) < 1e-13:
            break
    return at


def barycentric(corners: Floats, points: Floats) -> Floats:
    """Barycentric coordinates of each point in its cell, shape (n, 3 or 4)."""
    first = corners[:, 0]
    axes = [corners[:, i] - first for i in range(1, corners.shape[1])]
    whole, off = spanned(*axes), points - first
    rest = []
    for turn in range(len(axes)):
        exchanged = [*axes]
        exchanged[turn] = off
        rest.append(spanned(*exchanged) / whole)
    return np.stack([1.0 - sum(rest), *rest], axis=1)
