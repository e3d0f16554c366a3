"""The few worst triangles made better: edges turned over, points moved, one at a time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anosim.curved import cross
from anosim.topology import facets_of
from anosim_geometry.quality import sicn, sicn_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

GOOD = 0.68
"""Triangles below this quality (SICN) are mended; from 0.56 on all angles exceed 20 degrees."""
ROUNDS = 12
DIRECTIONS = 8
GAIN = 1e-6
"""Improvements below this are not worth a change."""
REACHES = (0.4, 0.2, 0.1, 0.05)
"""How far points try to move, in units of the mean distance to their neighbours."""


@dataclass(eq=False)
class _Draft:
    """Triangles while they change.

    Attributes:
        points: shape (n_points, 2).
        cells: shape (n_cells, 3).
        region: region of each cell, shape (n_cells,).
        free: the points that may move, shape (n_points,).
        quality: of each cell, shape (n_cells,).
    """

    points: Floats
    cells: Ints
    region: Ints
    free: Bools
    quality: Floats

    def around(self, centre: Ints) -> Ints:
        """Cells with a point in common with the given ones."""
        marked = np.zeros(len(self.points), dtype=np.bool_)
        marked[self.cells[centre]] = True
        return np.flatnonzero(marked[self.cells].any(axis=1))

    def movable(self, near: Ints) -> Bools:
        """Free points all of whose cells are among the given ones, shape (n_points,).

        Edges that were turned over bring in points from farther away. Moved or collapsed with
        a part of their cells only, these would leave holes.
        """
        count = len(self.points)
        whole = np.bincount(self.cells.ravel(), minlength=count)
        seen = np.bincount(self.cells[near].ravel(), minlength=count)
        return np.asarray(self.free & (seen == whole))


def mended(points: Floats, cells: Ints, region: Ints, free: Bools) -> tuple[Floats, Ints, Ints]:
    """Points, cells and their regions; the worst triangles are better, and a few fewer.

    Args:
        points: shape (n_points, 2), those that may not move first.
        cells: positively oriented triangles, shape (n_cells, 3).
        region: region of each cell; edges between regions stay.
        free: the points that may move, shape (n_points,).
    """
    draft = _Draft(points.copy(), cells.copy(), region, free, sicn(points, cells))
    for _ in range(ROUNDS):
        bad = np.flatnonzero(draft.quality < GOOD)
        if len(bad) == 0:
            break
        near = draft.around(bad)
        turned, moved = _turn(draft, near), _move(draft, near)
        if not (turned or moved or _collapse(draft, near)):
            break
    used = np.zeros(len(points), dtype=np.bool_)
    used[draft.cells] = True
    return draft.points[used], (np.cumsum(used) - 1)[draft.cells], draft.region


def _turn(draft: _Draft, near: Ints) -> bool:
    """Turn over edges of bad triangles where that makes the smallest angle larger."""
    points, cells, region, quality = draft.points, draft.cells, draft.region, draft.quality
    edges = facets_of(cells[near])
    inner = np.flatnonzero(edges.cells[:, 1] >= 0)
    pair = near[edges.cells[inner]]
    inner = inner[(region[pair[:, 0]] == region[pair[:, 1]]) & (quality[pair].min(axis=1) < GOOD)]
    pair = near[edges.cells[inner]]
    a, b = edges.vertices[inner].T
    sums = cells[pair].sum(axis=2) - (a + b)[:, None]  # the corners opposite the edge
    c, d = sums.T
    swapped = _ahead(cells[pair[:, 0]], a) != b
    a, b = np.where(swapped, b, a), np.where(swapped, a, b)  # first cell: a, b, c
    first, second = np.stack([a, d, c], axis=1), np.stack([d, b, c], axis=1)
    after = np.minimum(_narrowest(points, first), _narrowest(points, second))
    before = _narrowest(points, cells[pair].reshape(-1, 3)).reshape(-1, 2).min(axis=1)
    gain = after - before
    used = np.zeros(len(cells), dtype=np.bool_)
    chosen = []
    for k in np.argsort(-gain, kind="stable").tolist():
        if gain[k] < GAIN:
            break
        if not used[pair[k]].any():
            used[pair[k]] = True
            chosen.append(k)
    cells[pair[chosen, 0]], cells[pair[chosen, 1]] = first[chosen], second[chosen]
    quality[pair[chosen]] = sicn(points, cells[pair[chosen]].reshape(-1, 3)).reshape(-1, 2)
    return len(chosen) > 0


def _narrowest(points: Floats, cells: Ints) -> Floats:
    """Sine of the smallest angle of each triangle, negative when it is turned over."""
    a, b, c = (points[cells[:, i]] for i in range(3))
    sides = np.sort(np.stack([np.hypot(*(v - u).T) for u, v in ((a, b), (b, c), (c, a))]), axis=0)
    return np.asarray(cross(b - a, c - a) / (sides[1] * sides[2]))


def _ahead(cells: Ints, corner: Ints) -> Ints:
    """The point that follows a corner in each cell."""
    return np.asarray(np.roll(cells, -1, axis=1)[cells == corner[:, None]])


def _move(draft: _Draft, near: Ints) -> bool:
    """Move points of bad triangles to where the worst triangle around them is best."""
    points, cells, quality = draft.points, draft.cells, draft.quality
    chosen, star, cell = _stars(draft, near)
    if len(chosen) == 0:
        return False
    first = np.flatnonzero(np.diff(star, prepend=-1))
    corners = points[cells[cell]]
    own = (cells[cell] == chosen[star][:, None])[:, :, None]
    worst = np.minimum.reduceat(quality[cell], first)
    size = np.hypot(*np.ptp(corners, axis=1).T)
    reach = (np.add.reduceat(size, first) / np.bincount(star))[:, None]
    place = points[chosen]
    for step in REACHES:
        centre = place.copy()
        for angle in 2.0 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS:
            trial = centre + step * reach * np.array([np.cos(angle), np.sin(angle)])
            moved = np.where(own, trial[star][:, None, :], corners)
            found = np.minimum.reduceat(sicn_of(*moved.transpose(1, 0, 2)), first)
            better = found > worst + GAIN
            worst, place = np.where(better, found, worst), np.where(better[:, None], trial, place)
    changed = bool((place != points[chosen]).any())
    points[chosen] = place
    quality[cell] = sicn(points, cells[cell])
    return changed


def _stars(draft: _Draft, near: Ints) -> tuple[Ints, Ints, Ints]:
    """Points that may move, no two in one triangle, the worst first.

    Returns:
        The points, and of each triangle around them which point it belongs to, ascending, and
        which triangle it is.
    """
    count, quality = len(draft.points), draft.quality[near]
    sub = draft.cells[near]
    worst = np.full(count, np.inf)
    for corner in sub.T:
        np.minimum.at(worst, corner, quality)
    candidates = np.flatnonzero(draft.movable(near) & (worst < GOOD))
    rank = np.full(count, count)
    rank[candidates[np.argsort(worst[candidates], kind="stable")]] = np.arange(len(candidates))
    beaten = np.zeros(count, dtype=np.bool_)
    beaten[sub[rank[sub] > rank[sub].min(axis=1)[:, None]]] = True
    chosen = candidates[~beaten[candidates]]
    place = np.full(count, -1)
    place[chosen] = np.arange(len(chosen))
    star = place[sub].max(axis=1)
    order = np.argsort(star, kind="stable")[np.count_nonzero(star < 0) :]
    return chosen, star[order], near[order]


def _collapse(draft: _Draft, near: Ints) -> bool:
    """Draw a free point of each bad triangle into a neighbour where that is best for all."""
    cells, quality = draft.cells, draft.quality
    alive = np.ones(len(cells), dtype=np.bool_)
    movable = draft.movable(near)
    for bad in near[np.argsort(quality[near], kind="stable")].tolist():
        if quality[bad] >= GOOD:
            break
        corners = cells[bad]
        inner = corners[movable[corners]]
        found = _best_collapse(draft, near[alive[near]], inner) if alive[bad] else None
        if found is not None:
            gone, rest, new = found
            alive[gone] = False
            cells[rest] = new
            quality[rest] = sicn(draft.points, new)
    draft.cells, draft.region, draft.quality = cells[alive], draft.region[alive], quality[alive]
    return not bool(alive.all())


def _best_collapse(draft: _Draft, near: Ints, points: Ints) -> tuple[Ints, Ints, Ints] | None:
    """Cells that go, cells that change and how, or None where no point is better drawn in."""
    best, found = GAIN, None
    for point in points.tolist():
        star = near[(draft.cells[near] == point).any(axis=1)]
        around = draft.cells[star]
        for target in np.unique(around).tolist():
            with_target = (around == target).any(axis=1)
            if target == point or np.count_nonzero(with_target) != 2:
                continue
            new = np.where(around == point, target, around)[~with_target]
            gain = sicn(draft.points, new).min() - draft.quality[star].min()
            if gain > best:
                best, found = gain, (star[with_target], star[~with_target], new)
    return found
