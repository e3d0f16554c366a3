"""Nodes of a domain that periodic sides join."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from anosim.errors import InputError
from anosim.meshes import Ints

if TYPE_CHECKING:
    from anosim.domain import Domain


def joined(domain: "Domain", pairs: Iterable[tuple[str, str]]) -> Ints:
    """The node that stands for each node of a domain, the first of those that are joined.

    Facets that lie opposite to each other are joined if their cells belong to one phase, or to two
    that share nodes where they touch.

    Args:
        domain: the domain.
        pairs: the opposite sides.

    Returns:
        Shape (n_nodes,).
    """
    n = len(domain.points)
    ties = [_tied(domain, pair) for pair in pairs]
    if not ties:
        return np.arange(n)
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    first, second = np.concatenate(ties).T
    graph = coo_array((np.ones(len(first)), (first, second)), shape=(n, n))
    _, part = connected_components(graph, directed=False)
    _, stands = np.unique(part, return_index=True)
    return np.asarray(stands[part])


def _tied(domain: "Domain", pair: tuple[str, str]) -> Ints:
    """Nodes of one side and those opposite to them, shape (n, 2)."""
    from scipy.spatial import KDTree

    ends = domain.mesh.points[domain.mesh.opposite(*pair)[:, 0]]
    extent = np.ptp(ends, axis=0)
    along = np.delete(domain.points, np.argmin(extent), axis=1)
    try:
        here, there = (domain.boundary_nodes(side) for side in pair)
        phase_here, phase_there = (domain.boundary_phases(side) for side in pair)
    except InputError:  # no cell of the domain on one of the two
        return np.zeros((0, 2), dtype=np.int64)
    corners = domain.dimension
    middles = [along[nodes[:, :corners]].mean(axis=1) for nodes in (here, there)]
    off, near = (np.asarray(found) for found in KDTree(middles[1]).query(middles[0]))
    together = off <= 2e-9 * extent.max()
    together &= _contact(domain, phase_here, phase_there[near])
    here, there = here[together], there[near[together]]
    way = along[here][:, :, None] - along[there][:, None, :]
    match = np.argmin(np.abs(way).sum(axis=3), axis=2)
    return np.stack([here.ravel(), np.take_along_axis(there, match, axis=1).ravel()], axis=1)


def _contact(domain: "Domain", one: Ints, other: Ints) -> np.ndarray:
    """Whether two phases share nodes where they touch: one and the same, or not split."""
    n = len(domain.mesh.phases)
    split = np.zeros((n, n), dtype=np.bool_)
    for a, b in domain.splits:
        i, j = domain.mesh.phase_index(a), domain.mesh.phase_index(b)
        split[i, j] = split[j, i] = True
    return np.asarray(~split[one, other])
