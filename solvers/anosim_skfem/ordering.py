"""The order in which to eliminate unknowns: nested dissection of the cells by their places."""

import numpy as np

from anosim.domain import Domain
from anosim.meshes import Floats, Ints

LEAF = 16
"""Cells per part that is not split further."""


def nested_dissection(domain: Domain) -> Ints:
    """The nodes in an order that keeps the factors of a matrix over them sparse.

    The cells are split in halves again and again, at the median of their places along the longer
    extent; nodes that two halves share come after all others of both. Source: George, SIAM J.
    Numer. Anal. 10 (1973) 345.

    Returns:
        Shape (n_nodes,); joined nodes come where the one that stands for them does.
    """
    levels = max(0, int(np.ceil(np.log2(max(1, len(domain.cells)) / LEAF))))
    inner = domain.facets.cells[(domain.facets.cells >= 0).all(axis=1)]
    part = _parts(domain.points[domain.corners].mean(axis=1), inner, levels)
    n = len(domain.points)
    low, high = np.full(n, 2**levels), np.zeros(n, dtype=np.int64)
    for column in domain.connectivity.T:
        nodes = domain.twins[column]
        np.minimum.at(low, nodes, part)
        np.maximum.at(high, nodes, part)
    low, high = low[domain.twins], high[domain.twins]
    # the leading digits that all parts around a node share tell the cut that it lies on
    digits = np.frexp((low ^ high).astype(np.float64))[1].astype(np.int64)
    last = high | ((1 << digits) - 1)
    return np.argsort(last * (levels + 1) + digits, kind="stable")


def _parts(places: Floats, neighbours: Ints, levels: int) -> Ints:
    """The part of each cell, numbered so that the halves of one have the same leading digits.

    Args:
        places: middle of each cell.
        neighbours: pairs of cells that share a facet.
        levels: how often to split.
    """
    part = np.zeros(len(places), dtype=np.int64)
    for _ in range(levels):
        count = np.bincount(part)
        start = np.concatenate([[0], np.cumsum(count)[:-1]])
        filled = np.minimum(start, len(part) - 1)  # reduceat takes no start at the end
        order = np.argsort(part, kind="stable")
        low, high = (f.reduceat(places[order], filled) for f in (np.minimum, np.maximum))
        extent = high - low
        axis = np.argmax(extent, axis=1)
        each = np.arange(len(count))
        floor, width = low[each, axis], np.maximum(extent[each, axis], 1e-300)
        along = (places[np.arange(len(part)), axis[part]] - floor[part]) / width[part]
        rank = np.empty(len(part), dtype=np.int64)
        rank[np.argsort(part + 0.999 * along)] = np.arange(len(part))
        part = 2 * part + (rank - start[part] >= count[part] // 2)
        for side in (0, 1):
            _straighten(part, neighbours, side, most=(places.shape[1] + 3) // 2)
    return part


def _straighten(part: Ints, neighbours: Ints, side: int, most: int) -> None:
    """Give cells of one half to the other if most of their neighbours are there."""
    pairs = part[neighbours]
    across = neighbours[(pairs[:, 0] ^ pairs[:, 1]) == 1]
    outside = np.bincount(across.ravel(), minlength=len(part))
    part[(outside >= most) & (part & 1 == side)] ^= 1
