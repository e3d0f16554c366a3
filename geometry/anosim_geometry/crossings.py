"""Which segments cross, nearly touch or step over others once arcs are cut coarsely."""

import numpy as np
from numpy.typing import NDArray

from anosim.curved import cross
from anosim_geometry.curves import Curves

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

CLEARANCE = 0.15
"""Distance that a segment keeps from others without a common point, in its own length."""
SHARPEST = np.sin(np.radians(20.0))
"""Below this angle between two segments from one point, both arcs are cut more finely."""


def tangled(curves: Curves, smooth: Curves, segment_of: Ints) -> Bools:
    """Whether each segment is involved in a conflict, shape (n_segments,).

    Args:
        curves: the arcs as cut into segments.
        smooth: the same arcs with all their corners.
        segment_of: the segment into which each segment of ``smooth`` went.
    """
    bad = np.zeros(len(curves.segments), dtype=np.bool_)
    bad[_conflicting(curves)] = True
    bad[_stepping_over(curves, smooth, segment_of)] = True
    return bad


def _conflicting(curves: Curves) -> Ints:
    """Segments that cross others, come too close or leave a point in nearly one direction.

    Of two that come close, each is judged by its own length: the longer one has to yield.
    """
    import shapely

    lines = shapely.linestrings(curves.points[curves.segments])
    tree = shapely.STRtree(lines)
    i, j = tree.query(lines, predicate="dwithin", distance=CLEARANCE * curves.lengths)
    i, j = i[i != j], j[i != j]
    a, b = curves.segments[i], curves.segments[j]
    same = a[:, :, None] == b[:, None, :]
    shared = same.sum(axis=(1, 2))
    bad = shared != 1
    one = np.flatnonzero(shared == 1)
    place = same[one].reshape(-1, 4).argmax(axis=1)
    u = _leaving(curves, i[one], place // 2)
    v = _leaving(curves, j[one], place % 2)
    limit = SHARPEST * np.hypot(*u.T) * np.hypot(*v.T)
    bad[one] = (np.sum(u * v, axis=1) > 0) & (np.abs(cross(u, v)) < limit)
    return np.asarray(i[bad])


def _leaving(curves: Curves, segments: Ints, end: Ints) -> Floats:
    """Vectors along segments from their end 0 or 1 to the other."""
    pairs = curves.segments[segments]
    row = np.arange(len(pairs))
    return np.asarray(curves.points[pairs[row, 1 - end]] - curves.points[pairs[row, end]])


def _stepping_over(curves: Curves, smooth: Curves, segment_of: Ints) -> Ints:
    """Segments with another point between them and the corners that they replace."""
    import shapely

    # corners strictly inside each segment: where consecutive network segments share it
    inside = np.flatnonzero(segment_of[1:] == segment_of[:-1])
    if len(inside) == 0:
        return inside
    owner = segment_of[inside]
    several, begin = np.unique(owner, return_index=True)
    ring_sizes = np.diff(np.append(begin, len(owner))) + 2
    ring = np.repeat(np.arange(len(several)), ring_sizes)
    starts = np.concatenate([[0], np.cumsum(ring_sizes)[:-1]])
    ends = starts + ring_sizes - 1
    corners = np.empty((len(ring), 2))
    between = np.ones(len(ring), dtype=np.bool_)
    between[starts] = between[ends] = False
    corners[between] = smooth.points[smooth.segments[inside, 1]]
    corners[starts] = curves.points[curves.segments[several, 0]]
    corners[ends] = curves.points[curves.segments[several, 1]]
    areas = shapely.polygons(shapely.linearrings(corners, indices=ring))
    tree = shapely.STRtree(shapely.points(curves.points))
    area, point = tree.query(areas)  # by bounding boxes: few have more than their own ends
    own = (curves.segments[several[area]] == point[:, None]).any(axis=1)
    suspects = np.unique(area[~own])
    valid = shapely.make_valid(areas[suspects])
    found = np.unique(tree.query(valid, predicate="contains_properly")[0])
    return np.asarray(several[suspects[found]])
