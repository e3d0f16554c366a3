"""How far two solvers' solutions of one problem are apart."""

import numpy as np

from anosim.solution import Solution, Times


def largest_difference(first: Solution, second: Solution, times: Times = None) -> float:
    """Largest difference at any node and time, relative to the largest change of concentration.

    Both solutions are of one problem on one mesh, with elements of one order.
    """
    a, b = first.values(times), second.values(times)
    change = np.abs(a - first.initial).max()
    return float(np.abs(a - b).max() / (change if change > 0 else 1.0))
