"""The one-dimensional mesh: every arc cut into segments of the wanted length."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anosim_geometry.crossings import tangled
from anosim_geometry.curves import Curves
from anosim_geometry.network import OUTSIDE, Network
from anosim_geometry.sizing import Sizes, refined_to
from anosim_geometry.smoothing import restoring_shift

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

CLOSED_SEGMENTS = 3
FIELD_PASSES = 6
TOO_LONG = 1.8
"""Segments longer than the refined field by this factor are cut again."""
KEPT_SHARE = 0.75
"""An arc that would get this share of its pixel edges is cut at the corners of the network."""
DIVIDED = 1.5
"""Segments in conflict that are longer than this, in pixels, are cut in two instead of the arc."""
DIVISIONS = 5
"""Rounds of that; bulging may make segments as long again."""
MOST_OFFSET = 0.05
"""How far an arc may lie off the smooth one on average, in pixels."""
AREA_PASSES = 4
MOST_SHIFT = 0.2
"""The most that a point moves per pass, in lengths of its shorter segment."""


@dataclass(frozen=True, eq=False)
class Cut:
    """Arcs cut into segments.

    Attributes:
        curves: the segments; arcs as in the network.
        segment_of: the segment into which each segment of the network went, or the middle one
            where it was divided, shape (n_network_segments,).
        least: segments that each arc needs to stay clear of the others, shape (n_arcs,).
        most: edge length with which each segment of the network does, shape
            (n_network_segments,).
    """

    curves: Curves
    segment_of: Ints
    least: Ints
    most: Floats

    def seen_by(self, network: Network) -> Ints:
        """Pixels along the arcs and the segment that each one sees, shape (n, 2)."""
        pairs = [np.stack([side, self.segment_of], axis=1) for side in network.pixels.T]
        both = np.concatenate(pairs)
        return np.asarray(both[both[:, 0] != OUTSIDE])


def cut_to_size(
    network: Network, smooth: Curves, field: Floats, sizes: Sizes
) -> tuple[Cut, Floats]:
    """The arcs' segments, and the size field between them, shape (rows, columns).

    Where arcs had to be cut more finely than asked, the field and with it the arcs around follow.

    Args:
        network: the network, for the pixels along each arc.
        smooth: the smooth arcs, in the unit of ``sizes``.
        field: edge length wanted at every pixel, shape (rows, columns).
        sizes: growth and pixel sides.
    """
    least = np.where(_to_match(network, sizes), np.diff(smooth.first), _fewest(smooth))
    made = cut(network, smooth, field, least, np.full(len(smooth.segments), np.inf))
    for _ in range(FIELD_PASSES):
        field = refined_to(field, made.curves, made.seen_by(network), sizes)
        lengths = made.curves.lengths[made.segment_of]
        if np.all(lengths < TOO_LONG * _along(network, field)):
            break
        made = cut(network, smooth, field, made.least, made.most)
    return made, field


def cut(network: Network, smooth: Curves, field: Floats, least: Ints, most: Floats) -> Cut:
    """Cut the smooth arcs into segments of the field's length, without crossings.

    Long segments that conflict with others are cut in two. Arcs that still do, or that do not
    enclose the right area, are cut twice as finely, in the end at every corner of the network,
    where no two can conflict.

    Args:
        network: the network, for the pixels along each arc.
        smooth: the smooth arcs, in the field's unit of length.
        field: edge length at every pixel, shape (rows, columns).
        least: segments that each arc gets at least, shape (n_arcs,).
        most: edge length of each segment of the network at most, shape (n_network_segments,).
    """
    wanted = _along(network, field)
    inside = (network.left != OUTSIDE) & (network.right != OUTSIDE) & ~_straight(smooth)
    divisions = 0
    while True:
        kept = least >= KEPT_SHARE * np.diff(smooth.first)
        made = _divided(smooth, np.minimum(wanted, most), least, kept)
        curves = _with_areas(made.curves, smooth, inside & ~kept, network.is_node)
        made = Cut(curves, made.segment_of, least, most)
        bad = tangled(curves, smooth, made.segment_of) & ~kept[curves.arc]
        long = bad & (curves.lengths > DIVIDED) & inside[curves.arc] & (divisions < DIVISIONS)
        again = _astray(curves, smooth) & ~kept
        again[curves.arc[bad & ~long]] = True
        if not (again.any() or long.any()):
            return made
        least = np.where(again, 2 * np.diff(curves.first), least)
        halves = np.where(long, curves.lengths / 2.0, np.inf)
        most = np.minimum(most, halves[made.segment_of])
        divisions += 1


def _along(network: Network, field: Floats) -> Floats:
    """The field along the network, shape (n_network_segments,)."""
    return np.asarray(np.append(field.ravel(), np.inf)[network.pixels].min(axis=1))


def _straight(curves: Curves) -> Bools:
    """Arcs without a bend, shape (n_arcs,): their chords cut off nothing."""
    ends = curves.points[curves.ends]
    chord = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    return np.asarray(np.add.reduceat(curves.lengths, curves.first[:-1]) < chord * (1.0 + 1e-12))


def _astray(curves: Curves, smooth: Curves) -> Bools:
    """Arcs that lie off the smooth ones on average, shape (n_arcs,)."""
    length = np.add.reduceat(curves.lengths, curves.first[:-1])
    return np.asarray(np.abs(curves.swept(smooth)) > MOST_OFFSET * length)


def _divided(smooth: Curves, wanted: Floats, least: Ints, kept: Bools) -> Cut:
    """Arcs in about equal segments of the wanted length; those kept, corner by corner."""
    parts = smooth.lengths / wanted
    # halves go down whatever the last bit, so that opposite sides agree
    parts = np.where(kept[smooth.arc], np.maximum(1.0, np.rint(parts - 1e-6)), parts)
    total = np.add.reduceat(parts, smooth.first[:-1])
    counts = np.rint(total).astype(np.int64)
    counts = np.where(kept, counts, np.maximum(counts, least))
    before = np.cumsum(parts) - parts
    place = (before - before[smooth.first[:-1]][smooth.arc]) * (counts / total)[smooth.arc]
    place = np.where(kept[smooth.arc], np.rint(place), place)  # corners stay points, exactly
    curves, segment_of = _sampled(smooth, place, counts)
    return Cut(curves, segment_of, least, wanted)


def _sampled(smooth: Curves, place: Floats, counts: Ints) -> tuple[Curves, Ints]:
    """New points wherever an arc's running place, 0 to its count, is whole.

    Args:
        smooth: the arcs.
        place: running place of each segment's start within its arc, shape (n_segments,).
        counts: new segments of each arc, shape (n_arcs,).

    Returns:
        The new segments, and for each old one the new segment around its middle.
    """
    base = np.concatenate([[0], np.cumsum(counts)])
    at = place + base[smooth.arc]
    until = np.append(at[1:], base[-1])
    until[smooth.first[1:] - 1] = base[1:]
    whole = np.arange(base[-1])
    inner = np.ones(len(whole), dtype=np.bool_)
    inner[base[:-1]] = False
    source = np.searchsorted(at, whole[inner], side="right") - 1
    share = (whole[inner] - at[source]) / (until[source] - at[source])
    a, b = smooth.points[smooth.segments[source]].transpose(1, 0, 2)
    nodes, ends = np.unique(smooth.ends, return_inverse=True)
    ends = ends.reshape(-1, 2)
    start = np.empty(len(whole), dtype=np.int64)
    start[inner] = len(nodes) + np.arange(len(source))
    start[base[:-1]] = ends[:, 0]
    stop = np.append(start[1:], -1)
    stop[base[1:] - 1] = ends[:, 1]
    points = np.concatenate([smooth.points[nodes], a + share[:, None] * (b - a)])
    segment_of = np.floor((at + until) / 2.0).astype(np.int64)
    curves = Curves(points, np.stack([start, stop], axis=1), base)
    return curves, np.minimum(segment_of, base[1:][smooth.arc] - 1)


def _to_match(network: Network, sizes: Sizes) -> Bools:
    """Arcs on sides that are to match, shape (n_arcs,): they are cut corner by corner.

    Nodes are corners of pixels, so what is cut at every corner has a point wherever the opposite
    side has one.
    """
    outer = (network.left == OUTSIDE) | (network.right == OUTSIDE)
    along_y = network.heading[network.curves.first[:-1]] % 2 == 1
    return np.asarray(outer & np.where(along_y, *sizes.periodic))


def _fewest(smooth: Curves) -> Ints:
    """Segments that each arc needs so that no two arcs coincide, shape (n_arcs,)."""
    ends = np.sort(smooth.ends, axis=1)
    _, which, count = np.unique(ends, axis=0, return_inverse=True, return_counts=True)
    fewest = np.where(count[which.ravel()] > 1, 2, 1)
    return np.where(ends[:, 0] == ends[:, 1], CLOSED_SEGMENTS, fewest)


def _with_areas(curves: Curves, smooth: Curves, free: Bools, is_node: Bools) -> Curves:
    """The arcs in ``free`` bulged until they enclose what the smooth ones do: chords cut area."""
    movable = np.zeros(len(curves.points), dtype=np.bool_)
    movable[curves.segments[free[curves.arc]]] = True
    ends = np.unique(smooth.ends)  # the first points of the new arcs
    movable[: len(ends)] &= ~is_node[ends]
    reach = np.full(len(movable), np.inf)
    for end in curves.segments.T:
        np.minimum.at(reach, end, MOST_SHIFT * curves.lengths)
    for _ in range(AREA_PASSES):
        shift = restoring_shift(curves, smooth, ~movable)
        size = np.hypot(*shift.T)
        shift *= np.minimum(1.0, reach / np.maximum(size, 1e-300))[:, None]
        curves = curves.moved(curves.points + shift)
    return curves
