"""The boundary loops of every region, as signed arcs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anosim.curved import cross
from anosim_geometry.network import OUTSIDE, Network

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Face:
    """A region by its boundary.

    Attributes:
        region: index of the region.
        loops: the outer loop first, then the holes; each a list of directed arcs, 2a along arc
            a and 2a + 1 against it, with the region on the left.
    """

    region: int
    loops: list[list[int]]


def faces_of(network: Network) -> list[Face]:
    """The boundary of every region, in the order of regions."""
    successor = _successors(network)
    area = _areas(network)
    region = np.stack([network.left, network.right], axis=1).ravel().tolist()
    outer: dict[int, list[int]] = {}
    holes: dict[int, list[list[int]]] = {}
    seen = [False] * len(successor)
    for start in range(len(successor)):
        if seen[start] or region[start] == OUTSIDE:
            continue
        loop, here = [], start
        while not seen[here]:
            seen[here] = True
            loop.append(here)
            here = successor[here]
        if sum(area[arc] for arc in loop) > 0:
            outer[region[start]] = loop
        else:
            holes.setdefault(region[start], []).append(loop)
    return [Face(r, [outer[r], *holes.get(r, [])]) for r in sorted(outer)]


def _successors(network: Network) -> list[int]:
    """The directed arc that follows each one around the region on its left.

    At its end it turns left if it can, else goes straight on, else turns right: the region's
    pixel next to the end is never left, so that diagonal pixels stay apart.
    """
    curves, heading = network.curves, network.heading
    leaves = np.stack([heading[curves.first[:-1]], (heading[curves.first[1:] - 1] + 2) % 4], axis=1)
    tail = curves.ends.ravel()
    leaving = np.full((len(curves.points), 4), -1, dtype=np.int64)
    leaving[tail, leaves.ravel()] = np.arange(len(tail))
    arrives = (leaves[:, ::-1].ravel() + 2) % 4
    head = curves.ends[:, ::-1].ravel()
    found = np.full(len(tail), -1, dtype=np.int64)
    for turn in (3, 0, 1):  # the last one that exists wins: right, straight on, left
        candidate = leaving[head, (arrives + turn) % 4]
        found = np.where(candidate >= 0, candidate, found)
    return [int(arc) for arc in found]


def _areas(network: Network) -> list[float]:
    """Shoelace term of every directed arc through pixel corners (exact)."""
    curves = network.curves
    a, b = curves.points[curves.segments].transpose(1, 0, 2)
    term = np.add.reduceat(cross(a, b), curves.first[:-1])
    return [float(x) for x in np.stack([term, -term], axis=1).ravel()]
