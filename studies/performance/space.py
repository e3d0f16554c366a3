"""Cost of a transient in space against its size, by both solvers.

Run with:  python studies/performance/space.py [boxes per side ...]

A cube of two phases, linear tetrahedra; each run in a process of its own, the mesh is not timed.
"""

import sys
from collections.abc import Callable

import numpy as np
from parallel import problem
from rounds import Round, alone, machine

from anosim import solve
from anosim.plugins import names

BOXES = (30, 45, 60, 80)
UNTIL = 100.0


def transient(boxes: int, solver: str) -> Callable[[], dict[str, float]]:
    """Two decades of time, to a relative accuracy of 1e-4."""
    given = problem(boxes, UNTIL)

    def work() -> dict[str, float]:
        found = solve(given, solver=solver, order=1, tolerance=1e-4, earliest=1e-2 * UNTIL)
        return {
            "unknowns": float(len(found.base)),
            "modes": float(len(found.modes)),
            "mean": float(found.average("slow", UNTIL)[0]),
            "imbalance": float(found.imbalance(UNTIL)[0]),
        }

    return work


def main() -> None:
    """Print the table and the power of the unknowns that time grows with."""
    sizes = [int(text) for text in sys.argv[1:]] or BOXES
    print(machine())
    for solver in names():
        rounds = [alone(transient, boxes, solver) for boxes in sizes]
        for one in rounds:
            print(f"{solver:8} {one}", flush=True)
        known = [one for one in rounds if isinstance(one, Round)]
        if len(known) > 1:
            unknowns = [one.figures["unknowns"] for one in known]
            power, _ = np.polyfit(np.log(unknowns), np.log([one.cpu for one in known]), 1)
            print(f"{solver:8} CPU time grows with the unknowns to the power of {power:.2f}")


if __name__ == "__main__":
    main()
