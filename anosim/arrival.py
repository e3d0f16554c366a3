"""When the concentration of each node first reaches a level."""

import numpy as np

from anosim.meshes import Floats
from anosim.solution import Solution

_DECADES = 8.0
_SAMPLES = 161
_ROUNDS = 40
_CHUNK = 20_000_000
"""Most numbers held at once."""


def arrival(solution: Solution, level: Floats, sign: Floats) -> Floats:
    """First time at which each node reaches its level, s, shape (n_nodes,).

    The crossing is bracketed between samples spaced evenly in the logarithm of time over eight
    decades up to the problem's end and found by bisection of the solution itself.

    Args:
        solution: a transient solution.
        level: mol/m^3, shape (n_nodes,).
        sign: 1 where the level is reached from below, -1 from above, shape (n_nodes,).

    Returns:
        Infinity where the level is not reached by the end.
    """
    until = solution.problem.until
    samples = np.concatenate([[0.0], until * np.geomspace(10.0**-_DECADES, 1.0, _SAMPLES)])
    n = len(solution.base)
    times = np.full(n, np.inf)
    size = max(1, _CHUNK // max(len(samples), len(solution.modes), 1))
    weights = solution.trajectory.values(samples)
    for start in range(0, n, size):
        part = slice(start, start + size)
        values = solution.base[part] + weights @ solution.modes[:, part]
        excess = sign[part] * (values - level[part])
        above = excess >= 0.0
        crossed = np.flatnonzero(above.any(axis=0))
        after = np.argmax(above[:, crossed], axis=0)
        low, high = samples[np.maximum(after - 1, 0)], samples[after]
        nodes = start + crossed
        times[nodes] = _bisect(solution, nodes, level[nodes], sign[nodes], (low, high))
    return times


def _bisect(
    solution: Solution,
    nodes: np.ndarray,
    level: Floats,
    sign: Floats,
    bracket: tuple[Floats, Floats],
) -> Floats:
    low, high = bracket
    base, modes = solution.base[nodes], solution.modes[:, nodes].T
    for _ in range(_ROUNDS):
        middle = (low + high) / 2.0
        values = base + np.sum(solution.trajectory.values(middle) * modes, axis=1)
        above = sign * (values - level) >= 0.0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
        if np.all(high - low <= 1e-10 * high):
            break
    return high
