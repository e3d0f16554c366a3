"""Kernels of geodesic distance: any-angle shortest paths through open voxels, compiled.

Dijkstra's order, but a voxel's parent is the last bend of its path, not its neighbour, and
the distance is the straight line to that bend plus the distance there: free of the grid's
directions. Source: Daniel, Nash, Koenig and Felner, Theta*, J. Artif. Intell. Res. 39 (2010) 533;
Nash, Koenig and Tovey, Lazy Theta*, AAAI 2010. New here: a straight line is known to be free
when the voxels around it one step back have the same bend (a blocking voxel is as wide as they
are apart, so it would block one of theirs); only else it is walked.

Arrays are one voxel wider than the image on each side and that frame is blocked. A straight line
may touch edges and corners of blocked voxels but passes none between two of them. ``h`` is the
voxel size per axis, followed by 1 / n1 and 1 / n2 of the shape (n0, n1, n2).
"""

from typing import Any

import numpy as np

from anosim.measure.compiled import compiled

BLOCKED, OPEN, CHECKED, CLOSED = 0, 1, 2, 3
"""States of a voxel; of a CHECKED one the straight line to the bend is known to be free."""


@compiled
def settle(state: Any, reached: Any, bend: Any, shell: Any, below: float, h: Any) -> None:
    """Check the bends of a shell's voxels that are nearer than a distance.

    Only what earlier shells hold is read of other voxels, so parts of a shell can go in parallel.
    """
    n1, n2 = state.shape[1], state.shape[2]
    s, t, b = state.ravel(), reached.ravel(), bend.ravel()
    for x in shell:
        if s[x] == OPEN and t[x] < below:
            _settle(s, t, b, x, n1, n2, h)


@compiled
def close(
    state: Any, reached: Any, bend: Any, shell: Any, shells: Any, filled: Any, width: float,
    now: int, rows: Any, h: Any,
) -> Any:  # fmt: skip
    """Make distances final and offer the bends around, for the voxels of a shell in some rows.

    Only these rows and those beside them are written to.

    Returns:
        ``shells``, where the offers are added, or a larger copy.
    """
    n1, n2 = state.shape[1], state.shape[2]
    s, t, b = state.ravel(), reached.ravel(), bend.ravel()
    shells = _room(shells, filled, 7 * len(shell))
    for x in shell:
        if s[x] != CHECKED or not rows[0] <= _place(x, n1, n2, h)[1] < rows[1]:
            continue
        if t[x] < (now + 1) * width:
            _close(s, t, b, x, n1, n2, h, shells, filled, width, now)
        else:
            late = int(t[x] / width) % len(filled)
            shells[late, filled[late]] = x
            filled[late] += 1
    return shells


@compiled
def _room(shells: Any, filled: Any, more: int) -> Any:
    """The shells with room for so many more in each."""
    size = shells.shape[1]
    if filled.max() + more <= size:
        return shells
    made = np.empty((shells.shape[0], filled.max() + 2 * more), shells.dtype)
    for k in range(len(filled)):
        made[k, : filled[k]] = shells[k, : filled[k]]
    return made


@compiled
def _place(x: int, n1: int, n2: int, h: Any) -> tuple[int, int, int]:
    """Indices of a flat index; multiplication is quicker than division of integers, and exact."""
    line = int((x + 0.5) * h[4])
    z = int((line + 0.5) * h[3])
    return z, line - z * n1, x - line * n2


@compiled
def _from_bend(start: float, at: Any, to: Any, h: Any) -> float:
    """Distance of a voxel whose path bends last at another."""
    a, b, c = (to[0] - at[0]) * h[0], (to[1] - at[1]) * h[1], (to[2] - at[2]) * h[2]
    return start + np.sqrt(a * a + b * b + c * c)  # type: ignore[no-any-return]


@compiled
def _close(
    s: Any, t: Any, b: Any, x: int, n1: int, n2: int, h: Any, shells: Any, filled: Any,
    width: float, now: int,
) -> None:  # fmt: skip
    """The distance of x is final: offer its bend to its neighbours."""
    s[x] = CLOSED
    p = b[x]
    start, at, here, stride = t[p], _place(p, n1, n2, h), _place(x, n1, n2, h), n1 * n2
    for axis in range(3):
        for side in (-1, 1):
            y = x + side * stride
            if s[y] != OPEN and s[y] != CHECKED:
                continue
            to = (here[0] + side * (axis == 0), here[1] + side * (axis == 1),
                  here[2] + side * (axis == 2))  # fmt: skip
            offered = np.float32(_from_bend(start, at, to, h))
            if offered < t[y]:
                t[y], b[y], s[y] = offered, p, OPEN
                turn = max(now, int(offered / width)) % len(filled)
                shells[turn, filled[turn]] = y
                filled[turn] += 1
        stride = n2 if axis == 0 else 1


@compiled
def _settle(s: Any, t: Any, b: Any, x: int, n1: int, n2: int, h: Any) -> None:
    """Keep the bend of x if it is seen from x; else take the best of its neighbours'."""
    refused, here = b[x], _place(x, n1, n2, h)
    s[x] = CHECKED
    if refused == x or _seen(s, b, x, refused, here, _place(refused, n1, n2, h), n1, n2):
        return
    best, chosen = np.inf, -1
    for dz in range(-1, 2):
        for dy in range(-1, 2):
            y = x + (dz * n1 + dy) * n2
            across = (dz * h[0]) ** 2 + (dy * h[1]) ** 2
            for dx in range(-1, 2):
                if s[y + dx] == CLOSED and t[y + dx] < best:
                    length = t[y + dx] + np.sqrt(across + (dx * h[2]) ** 2)
                    if length < best and _passes(s, x, dz * n1 * n2, dy * n2, dx):
                        best, chosen = length, y + dx
    other = -1
    for side in (-n1 * n2, -n2, -1, 1, n2, n1 * n2):
        if s[x + side] != CLOSED:
            continue
        p = b[x + side]
        if p == refused or p == other or p == chosen:  # noqa: SIM109 (compiled: a tuple is slower)
            continue
        at = _place(p, n1, n2, h)
        length = _from_bend(t[p], at, here, h)
        if length < best and _seen(s, b, x, p, here, at, n1, n2):
            best, chosen = length, p
        else:
            other = p
    t[x], b[x] = best, chosen


@compiled
def _passes(s: Any, x: int, dz: int, dy: int, dx: int) -> bool:
    """Whether a step to a neighbour, of which one part is along each axis, is free."""
    parts = (dz != 0) + (dy != 0) + (dx != 0)
    if parts < 2:
        return True
    if parts == 2:
        return bool((dz and s[x + dz]) or (dy and s[x + dy]) or (dx and s[x + dx]))
    far = s[x + dy + dx], s[x + dz + dx], s[x + dz + dy]
    return bool(
        (s[x + dz] and (far[1] or far[2]))
        or (s[x + dy] and (far[0] or far[2]))
        or (s[x + dx] and (far[0] or far[1]))
    )


@compiled
def _seen(s: Any, b: Any, x: int, p: int, here: Any, at: Any, n1: int, n2: int) -> bool:
    """Whether the straight line from x to its bend p is free."""
    dz, dy, dx = at[0] - here[0], at[1] - here[1], at[2] - here[2]
    most = max(abs(dz), abs(dy), abs(dx))
    # one step back along the longest parts, the line lies between up to four voxels
    sz, sy, sx = np.sign(dz) * n1 * n2, np.sign(dy) * n2, np.sign(dx)
    wz, wy, wx = abs(dz) == most, abs(dy) == most, abs(dx) == most
    if not _passes(s, x, sz * wz, sy * wy, sx * wx):
        return False
    y = x + sz * wz + sy * wy + sx * wx
    for u in range(2):
        for v in range(2):
            for w in range(2):
                if (u and (wz or dz == 0)) or (v and (wy or dy == 0)) or (w and (wx or dx == 0)):
                    continue
                k = y + u * sz + v * sy + w * sx
                if s[k] != CLOSED or (b[k] != p and k != p):
                    return _walk(s, x, p, (dz, dy, dx), n1, n2)
    return True


@compiled
def _walk(s: Any, x: int, p: int, line: Any, n1: int, n2: int) -> bool:
    """Whether all voxels on the straight line from x to p are open."""
    jump0, jump1, jump2 = np.sign(line[0]) * n1 * n2, np.sign(line[1]) * n2, np.sign(line[2])
    a, b, c = abs(line[0]), abs(line[1]), abs(line[2])
    # where the line crosses into the next voxel along each axis, times 2 a b c (exact integers)
    far = 8 * max(a, 1) * max(b, 1) * max(c, 1)
    next0 = max(b, 1) * max(c, 1) if a else far
    next1 = max(a, 1) * max(c, 1) if b else far
    next2 = max(a, 1) * max(b, 1) if c else far
    gap0, gap1, gap2 = 2 * next0, 2 * next1, 2 * next2
    y = x
    while y != p:
        limit = min(next0, next1, next2)
        move0, move1, move2 = 0, 0, 0
        if next0 <= limit:
            move0, next0 = jump0, next0 + gap0
        if next1 <= limit:
            move1, next1 = jump1, next1 + gap1
        if next2 <= limit:
            move2, next2 = jump2, next2 + gap2
        to = y + move0 + move1 + move2
        if s[to] == BLOCKED:
            return False
        alone = to == y + move0 or to == y + move1 or to == y + move2
        if not alone and not _passes(s, y, move0, move1, move2):
            return False
        y = to
    return True
