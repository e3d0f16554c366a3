"""Better worst tetrahedra: corners of thin ones move where that helps, flat ones on the box go."""

import numpy as np
from numpy.typing import NDArray

from anosim.errors import MeshError
from anosim.quality import angles
from anosim_geometry.solid.result import sixfold_volumes
from anosim_geometry.solid.splitting import with_split_edges
from anosim_geometry.solid.tetrahedra import Tetrahedra, Walls

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

THIN = 7.0
"""Dihedral angle below which a tetrahedron's corners are moved, degrees."""
SUSPECT = 0.3
"""Volume over that of a regular tetrahedron of such edges, below which angles are looked at."""
ROUNDS, SPLITS = 8, 2
FREE_STEPS, WALL_STEPS = (0.03, 0.1, 0.25), (0.02, 0.05, 0.1)
"""Lengths of trial moves, in edges: of points inside regions, and of those on walls."""
SMALL = 300.0
"""Volume of a region, in cubes of a voxel's smallest side, below which its walls stay."""
RANDOM = 4
"""Trial directions beside the normal of the opposite facet and its opposite."""
CHUNK = 500_000


def improved(
    tetrahedra: Tetrahedra,
    walls: Walls,
    box: tuple[float, ...],
    matched: str,
    *,
    walls_stay: bool,
) -> Tetrahedra:
    """The tetrahedra with larger smallest dihedral angles, where they were very small.

    Corners move one by one to the best of some trial places, of which none makes the smallest
    angle around it smaller. Where all corners are on walls an edge inside gets a point that can
    move. Only if that does not help points on walls of larger regions move, by at most a tenth of
    an edge at a time, so that regions' volumes hardly change. Points on the box stay on its faces
    and edges, those on sides that are to match where they are.

    Args:
        tetrahedra: what to improve; their first points are those of the walls.
        walls: the triangles between regions.
        box: where x, y and z end.
        matched: the axes across which sides are to match.
        walls_stay: whether points on walls may not move at all.
    """
    count = len(walls.points)
    for _ in range(SPLITS):
        tetrahedra, thin = _moved(
            tetrahedra, _on_box(tetrahedra, box, matched), count, free_only=True
        )
        if len(thin) == 0:
            return tetrahedra
        tetrahedra = with_split_edges(tetrahedra, walls.triangles, count, thin)
    held = _on_box(tetrahedra, box, matched)
    tetrahedra, thin = _moved(tetrahedra, held, count, free_only=True)
    if len(thin) and not walls_stay:
        tetrahedra, _ = _moved(tetrahedra, held, count, free_only=False)
    return tetrahedra


def _on_box(tetrahedra: Tetrahedra, box: tuple[float, ...], matched: str) -> Bools:
    """Coordinates that may not move: across the box, and all of points on matched sides."""
    held = (tetrahedra.points == 0.0) | (tetrahedra.points == np.array(box))
    held[held[:, [axis in matched for axis in "xyz"]].any(axis=1)] = True
    return np.asarray(held)


def _moved(
    tetrahedra: Tetrahedra, held: Bools, walls: int, *, free_only: bool
) -> tuple[Tetrahedra, Ints]:
    """The tetrahedra with corners of thin ones moved, and which are thin still."""
    points, cells = tetrahedra.points.copy(), tetrahedra.cells
    suspects = np.flatnonzero(_fullness(points, cells) < SUSPECT)
    thin = suspects[_smallest(points, cells[suspects]) < THIN]
    if len(thin) == 0:
        return tetrahedra, thin
    held = held.copy()
    if free_only:
        held[:walls] = True
    else:
        held[_of_small_regions(tetrahedra)[:walls].nonzero()] = True
    near = np.zeros(len(points), dtype=np.bool_)
    near[cells[thin]] = True
    around = np.flatnonzero(near[cells].any(axis=1))
    pool = cells[around]
    smallest = _smallest(points, pool)
    rng = np.random.default_rng(0)
    for _ in range(ROUNDS):
        bad = np.flatnonzero(smallest < THIN)
        if len(bad) == 0:
            break
        moving, cause = _independent(pool, bad, smallest, ~held.all(axis=1), rng)
        if len(moving) == 0:
            break
        _move(points, pool, smallest, moving, cause, held, walls, rng)
    return Tetrahedra(points, cells, tetrahedra.region), around[smallest < THIN]


def _of_small_regions(tetrahedra: Tetrahedra) -> Bools:
    """Points of regions so small that moving one of their walls changes their volume."""
    volumes = np.bincount(
        tetrahedra.region, sixfold_volumes(tetrahedra.points, tetrahedra.cells) / 6.0
    )
    found = np.zeros(len(tetrahedra.points), dtype=np.bool_)
    found[tetrahedra.cells[(volumes < SMALL)[tetrahedra.region]]] = True
    return found


def without_flats(tetrahedra: Tetrahedra, box: tuple[float, ...], matched: str) -> Tetrahedra:
    """The tetrahedra without those whose four corners lie on one face of the box.

    These have no volume; without them two facets on the box share the other diagonal.

    Args:
        tetrahedra: all of them.
        box: where x, y and z end.
        matched: the axes across which facets on the box must stay as they are.

    Raises:
        MeshError: there is such a tetrahedron on a side that must stay as it is.
    """
    flat = np.zeros(len(tetrahedra.cells), dtype=np.bool_)
    for axis, end in enumerate(box):
        for place in (0.0, end):
            here = (tetrahedra.points[:, axis] == place)[tetrahedra.cells].all(axis=1)
            if here.any() and "xyz"[axis] in matched:
                raise MeshError("a tetrahedron on a side that is to match another one is flat")
            flat |= here
    if not flat.any():
        return tetrahedra
    return Tetrahedra(tetrahedra.points, tetrahedra.cells[~flat], tetrahedra.region[~flat])


def _fullness(points: Floats, cells: Ints) -> Floats:
    """Volume over that of a regular tetrahedron with such edges in the mean square."""
    found = np.empty(len(cells))
    for start in range(0, len(cells), CHUNK):
        part = slice(start, start + CHUNK)
        a, b, c, d = (points[corner] for corner in cells[part].T)
        u, v, w = b - a, c - a, d - a
        squares = sum(np.einsum("ij,ij->i", e, e) for e in (u, v, w, v - u, w - v, w - u)) / 6.0
        found[part] = np.sqrt(2.0) * np.einsum("ij,ij->i", u, np.cross(v, w)) / squares**1.5
    return found


def _smallest(points: Floats, cells: Ints) -> Floats:
    """Smallest dihedral angle of each tetrahedron, degrees; negative where it is turned over."""
    p = points[cells]
    found = np.abs(angles(p)).min(axis=1, initial=180.0)
    u, v, w = (p[:, k] - p[:, 0] for k in (1, 2, 3))
    return np.asarray(np.where(np.einsum("ij,ij->i", u, np.cross(v, w)) > 0.0, found, -1.0))


def _independent(
    pool: Ints, bad: Ints, smallest: Floats, mobile: Bools, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Corners of bad tetrahedra of which no two share a tetrahedron, and the one each is from."""
    count = len(mobile)
    cause = np.full(count, -1, dtype=np.int64)
    order = bad[np.argsort(-smallest[bad])]
    for corner in pool[order].T:
        cause[corner] = order
    wanted = np.flatnonzero((cause >= 0) & mobile)
    rank = np.full(count, -1.0)
    rank[wanted] = rng.random(len(wanted))
    highest = np.zeros(count)
    top = rank[pool].max(axis=1)
    for corner in pool.T:
        np.maximum.at(highest, corner, top)
    moving = wanted[rank[wanted] >= highest[wanted]]
    return moving, cause[moving]


def _move(
    points: Floats,
    pool: Ints,
    smallest: Floats,
    moving: Ints,
    cause: Ints,
    held: Bools,
    walls: int,
    rng: np.random.Generator,
) -> None:
    """Move each point to the best of its trial places; points and angles change in place."""
    trials = _trials(points, pool, moving, cause, walls, rng)
    trials[held[moving]] = 0.0  # of the coordinates
    number = np.full(len(points), -1, dtype=np.int64)
    number[moving] = np.arange(len(moving))
    owner = number[pool].max(axis=1)
    ball = np.flatnonzero(owner >= 0)
    owner = owner[ball]
    cells = pool[ball]
    p = points[cells]
    is_owner = number[cells] >= 0
    best = np.full(len(moving), np.inf)
    np.minimum.at(best, owner, smallest[ball])
    choice, angle = np.full(len(moving), -1), np.empty((trials.shape[2], len(ball)))
    for trial in range(trials.shape[2]):
        moved = p + np.where(is_owner[..., None], trials[owner, :, trial][:, None], 0.0)
        angle[trial] = _smallest(moved.reshape(-1, 3), np.arange(4 * len(ball)).reshape(-1, 4))
        worst = np.full(len(moving), np.inf)
        np.minimum.at(worst, owner, angle[trial])
        better = worst > best + 1e-6
        choice[better], best[better] = trial, worst[better]
    chosen = np.flatnonzero(choice >= 0)
    points[moving[chosen]] += trials[chosen, :, choice[chosen]]
    there = choice[owner] >= 0
    smallest[ball[there]] = angle[choice[owner[there]], np.flatnonzero(there)]


def _trials(
    points: Floats, pool: Ints, moving: Ints, cause: Ints, walls: int, rng: np.random.Generator
) -> Floats:
    """Trial displacements of each point, shape (n, 3, n_trials)."""
    cells = pool[cause]
    opposite = cells[cells != moving[:, None]].reshape(-1, 3)
    a, b, c = (points[corner] for corner in opposite.T)
    normal = np.cross(b - a, c - a)
    edge = np.linalg.norm(b - a, axis=1) + np.linalg.norm(c - a, axis=1)
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    others = rng.standard_normal((RANDOM, len(moving), 3))
    others /= np.linalg.norm(others, axis=2)[..., None]
    found = []
    for free, fixed in zip(FREE_STEPS, WALL_STEPS, strict=True):
        step = (0.5 * edge * np.where(moving >= walls, free, fixed))[:, None]
        found += [step * normal, -step * normal, *(step * other for other in others)]
    return np.stack(found, axis=2)
