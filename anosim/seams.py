"""Nodes of a domain that periodic sides join."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from anosim.errors import InputError
from anosim.meshes import Floats, Ints

if TYPE_CHECKING:
    from anosim.domain import Domain


def joined(domain: "Domain", pairs: Iterable[tuple[str, str]]) -> Ints:
    """The node that stands for each node of a domain, the first of those that are joined.

    Edges that lie opposite to each other are joined if their cells belong to one phase, or to two
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
    ends = domain.mesh.points[domain.mesh.opposite(*pair)[:, 0]]
    axis = int(np.argmax(np.ptp(ends, axis=0)))
    try:
        (here, phase_here, place), (there, phase_there, target) = (
            _along(domain, side, axis) for side in pair
        )
    except InputError:  # no cell of the domain on one of the two
        return np.zeros((0, 2), dtype=np.int64)
    order = np.argsort(target)
    reach = 1e-9 * float(np.ptp(ends[:, axis]))
    near = order[np.clip(np.searchsorted(target[order], place - reach), 0, len(order) - 1)]
    together = np.abs(target[near] - place) <= 2.0 * reach
    together &= _contact(domain, phase_here, phase_there[near])
    return np.stack([here[together].ravel(), there[near[together]].ravel()], axis=1)


def _along(domain: "Domain", side: str, axis: int) -> tuple[Ints, Ints, Floats]:
    """Nodes of each of the domain's edges on a side, upwards; phase and place of its middle."""
    edges = domain.boundary_nodes(side)
    place = domain.points[:, axis]
    turned = place[edges[:, 0]] > place[edges[:, 1]]
    edges[turned, :2] = edges[turned, 1::-1]
    return edges, domain.boundary_phases(side), place[edges[:, :2]].mean(axis=1)


def _contact(domain: "Domain", one: Ints, other: Ints) -> np.ndarray:
    """Whether two phases share nodes where they touch: one and the same, or not split."""
    n = len(domain.mesh.phases)
    split = np.zeros((n, n), dtype=np.bool_)
    for a, b in domain.splits:
        i, j = domain.mesh.phase_index(a), domain.mesh.phase_index(b)
        split[i, j] = split[j, i] = True
    return np.asarray(~split[one, other])
