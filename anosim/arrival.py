"""When the concentration of each node first reaches a level."""

import numpy as np

from anosim.meshes import Floats
from anosim.solution import Solution

_DECADES = 8.0
_SAMPLES = 161
_ROUNDS = 40
_CHUNK = 20_000_000
"""Most numbers held at once."""


def arrival(solution: Solution, level: float, *, rising: bool) -> Floats:
    """First time at which each node reaches a level, s, shape (n_nodes,).

    The crossing is bracketed between samples spaced evenly in the logarithm of time over eight
    decades up to the problem's end and found by bisection of the solution itself.

    Args:
        solution: a transient solution.
        level: mol/m^3.
        rising: whether the level is reached from below.

    Returns:
        Infinity where the level is not reached by the end.
    """
    until = solution.problem.until
    samples = np.concatenate([[0.0], until * np.geomspace(10.0**-_DECADES, 1.0, _SAMPLES)])
    sign = 1.0 if rising else -1.0
    n = len(solution.base)
    times = np.full(n, np.inf)
    size = max(1, _CHUNK // max(len(samples), len(solution.modes), 1))
    weights = solution.trajectory.values(samples)
    for start in range(0, n, size):
        part = slice(start, start + size)
        excess = sign * (solution.base[part] + weights @ solution.modes[:, part] - level)
        above = excess >= 0.0
        crossed = np.flatnonzero(above.any(axis=0))
        after = np.argmax(above[:, crossed], axis=0)
        low, high = samples[np.maximum(after - 1, 0)], samples[after]
        times[start + crossed] = _bisect(solution, start + crossed, level, sign, (low, high))
    return times


def _bisect(
    solution: Solution, nodes: np.ndarray, level: float, sign: float, bracket: tuple[Floats, Floats]
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
