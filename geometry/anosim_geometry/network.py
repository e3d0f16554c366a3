"""The boundary network of a label image: which pixel edges separate regions, joined to arcs.

A region is a 4-connected component of one phase. Where four pixels meet and only the diagonal
ones are alike, they are different regions that meet in one shared node: a point contact.

Coordinates are in pixels, (x, y) with y downwards; the corner in row r and column c is (c, r).
"Left" of a directed edge is where ``cross(edge, p - start) > 0`` in these coordinates.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, sparse

from anosim_geometry.curves import Curves

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

OUTSIDE = -1


@dataclass(frozen=True, eq=False)
class Network:
    """Arcs of pixel edges between nodes, and the region on either side of each.

    Attributes:
        regions: region of each pixel, shape (rows, columns).
        region_label: label of each region, shape (n_regions,).
        curves: the arcs as polylines through pixel corners.
        left: region on the left of each arc, shape (n_arcs,); OUTSIDE beyond the image.
        right: region on the right of each arc, shape (n_arcs,); OUTSIDE beyond the image.
        pixels: flat index of the pixels left and right of each segment, shape (n_segments, 2);
            OUTSIDE beyond the image.
        heading: direction of each segment, shape (n_segments,): 0 +x, 1 +y, 2 -x, 3 -y.
        is_node: whether a point is a node, that is an image corner, a point with other than two
            neighbours or, in a network of straight arcs, a turn, shape (n_points,). A closed arc
            without one starts at a point that is no node.
    """

    regions: Ints
    region_label: Ints
    curves: Curves
    left: Ints
    right: Ints
    pixels: Ints
    heading: Ints
    is_node: Bools


def network_of(labels: NDArray[np.integer], straight: bool = False) -> Network:
    """The network of a label image, image border included.

    Args:
        labels: shape (rows, columns).
        straight: whether every turn is a node, so that no arc has a bend.
    """
    regions, region_label = regions_of(labels)
    corners, pixels, heading = _pixel_edges(regions)
    used, edges = np.unique(corners, return_inverse=True)
    edges = edges.reshape(-1, 2)
    rows, columns = labels.shape
    is_node = _nodes(edges, used, rows, columns)
    if straight:
        is_node |= _turns(edges, heading, len(used))
    order, reverse, first = _arcs(edges, _with_anchors(edges, is_node))
    edges = np.where(reverse[:, None], edges[order, ::-1], edges[order])
    pixels = np.where(reverse[:, None], pixels[order, ::-1], pixels[order])
    flat = np.append(regions.ravel(), OUTSIDE)  # index OUTSIDE = -1 reads the appended entry
    points = np.stack([used % (columns + 1), used // (columns + 1)], axis=1).astype(np.float64)
    return Network(
        regions=regions,
        region_label=region_label,
        curves=Curves(points, edges, first),
        left=flat[pixels[first[:-1], 0]],
        right=flat[pixels[first[:-1], 1]],
        pixels=pixels,
        heading=heading[order] + 2 * reverse,
        is_node=is_node,
    )


def regions_of(labels: NDArray[np.integer]) -> tuple[Ints, Ints]:
    """Region of each pixel and label of each region, in the order of labels."""
    regions = np.empty(labels.shape, dtype=np.int64)
    found: list[Ints] = []
    total = 0
    for label in np.unique(labels):
        here = labels == label
        parts, count = ndimage.label(here)
        regions[here] = parts[here] + (total - 1)
        found.append(np.full(count, int(label), dtype=np.int64))
        total += count
    return regions, np.concatenate(found)


def _pixel_edges(regions: Ints) -> tuple[Ints, Ints, Ints]:
    """Corners (from, to), pixels (left, right) and heading of every edge of the network."""
    columns = regions.shape[1]
    around = np.pad(regions, 1, constant_values=OUTSIDE)
    index = np.pad(np.arange(regions.size).reshape(regions.shape), 1, constant_values=OUTSIDE)
    # along x: the pixel below is on the left, the one above on the right
    r, c = np.nonzero(around[1:, 1:-1] != around[:-1, 1:-1])
    start = r * (columns + 1) + c
    along_x = np.stack([start, start + 1], axis=1)
    pixels_x = np.stack([index[r + 1, c + 1], index[r, c + 1]], axis=1)
    # along y (downwards): the pixel with the smaller x is on the left
    r, c = np.nonzero(around[1:-1, 1:] != around[1:-1, :-1])
    start = r * (columns + 1) + c
    along_y = np.stack([start, start + columns + 1], axis=1)
    pixels_y = np.stack([index[r + 1, c], index[r + 1, c + 1]], axis=1)
    heading = np.repeat(np.array([0, 1], dtype=np.int64), [len(along_x), len(along_y)])
    return np.concatenate([along_x, along_y]), np.concatenate([pixels_x, pixels_y]), heading


def _nodes(edges: Ints, used: Ints, rows: int, columns: int) -> Bools:
    degree = np.bincount(edges.ravel(), minlength=len(used))
    last = rows * (columns + 1)
    return np.asarray((degree != 2) | np.isin(used, [0, columns, last, last + columns]))


def _turns(edges: Ints, heading: Ints, count: int) -> Bools:
    """Points where an edge along x and one along y meet."""
    met = np.zeros((2, count), dtype=np.bool_)
    for direction in (0, 1):
        met[direction, edges[heading == direction]] = True
    return np.asarray(met.all(axis=0))


def _with_anchors(edges: Ints, is_node: Bools) -> Bools:
    """Nodes, and for every closed arc without one its first point."""
    n = len(is_node)
    graph = sparse.coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(n, n))
    count, part = sparse.csgraph.connected_components(graph, directed=False)
    closed = np.bincount(part, weights=is_node, minlength=count) == 0
    _, first = np.unique(part, return_index=True)
    stops = is_node.copy()
    stops[first[closed]] = True
    return stops


def _arcs(edges: Ints, stops: Bools) -> tuple[Ints, Bools, Ints]:
    """Edges in the order of their arcs, which to turn around, and each arc's first place.

    Half-edge 2e runs along edge e, 2e + 1 against it. Chains of half-edges between stops are
    ranked by pointer jumping; of the two chains of an arc, one each way, one is kept.
    """
    tail = edges.ravel()
    twin = np.arange(len(tail)) ^ 1
    by_tail = np.argsort(tail, kind="stable")
    begin = np.searchsorted(tail[by_tail], np.arange(len(stops)))
    # the half-edge that ends where h starts, and is not its twin
    pair = by_tail[begin[tail]] + by_tail[np.minimum(begin[tail] + 1, len(tail) - 1)]
    here = np.arange(len(tail))
    before = np.where(stops[tail], here, (pair - here) ^ 1)
    rank = (~stops[tail]).astype(np.int64)
    while np.any(rank[before] > 0):
        rank, before = rank + rank[before], before[before]
    length = np.bincount(before, minlength=len(tail))
    last = np.empty_like(before)
    at_end = rank == length[before] - 1
    last[before[at_end]] = here[at_end]
    chosen = before < twin[last[before]]
    order = np.lexsort((rank[chosen], before[chosen]))
    half = here[chosen][order]
    first = np.append(np.flatnonzero(rank[half] == 0), len(half))
    return half // 2, (half & 1).astype(np.bool_), first
