"""The paper-size transient by anosim and by a plain DOLFINx script, to the same accuracy.

Run with:  python studies/transient/paper_size.py [TRIANGLES] [--no-plain]
"""

import resource
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np
import plain
import roi

from anosim import solve

WANTED = 1e-4
"""Relative error of every curve at every time."""
DIFFUSIVITIES = {"1e-13 m^2/s": 1e-13, "stated, 1.54e-10 m^2/s": 1.54e-10}
OURS, PLAIN = 1e-6, 2e-7
"""Tolerances that meet WANTED: the largest of 1e-3, 3e-4, 1e-4, ... that do (see ``tune``)."""


def error(found: np.ndarray, exact: np.ndarray) -> float:
    """Largest relative error of any curve at any time, of what is above 1e-3 of the bulk.

    Before the front arrives a curve is next to zero: there it counts as 1e-3 of the bulk.
    """
    return float(np.max(np.abs(found - exact) / np.maximum(exact, 1e-3 * roi.BULK)))


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What work gives, and its seconds."""
    start = perf_counter()
    return work(), perf_counter() - start


def compare(triangles: int, *, with_plain: bool = True) -> dict[str, float]:
    """Print errors, seconds and their ratio for both diffusivities; the ratios by name."""
    grid, seconds = timed(lambda: roi.roi(triangles))
    print(f"mesh: {len(grid.cells)} triangles in {seconds:.1f} s")
    places, ratios = roi.regions(grid), {}
    for name, D in DIFFUSIVITIES.items():
        problem = roi.problem(grid, D)
        precise = solve(problem, solver="skfem", tolerance=1e-8)
        rows = roi.weights(precise, places)
        exact = roi.curves(precise, rows, roi.TIMES)
        print(f"D = {name}: {len(precise.base)} unknowns")
        del precise
        best = np.inf
        for solver in ("fenicsx", "skfem"):
            options = {"solver": solver, "tolerance": OURS}
            solution, seconds = timed(lambda p=problem, o=options: solve(p, **o))
            off = error(roi.curves(solution, rows, roi.TIMES), exact)
            record = solution.record
            work = f"{record['modes']} modes, {record['factorisations']} factorisations"
            print(f"  anosim {solver:8} {seconds:7.1f} s  error {off:.1e}  ({work})", flush=True)
            best = min(best, seconds)
            del solution
        if with_plain:
            arrays = roi.as_arrays(problem)
            (found, work), seconds = timed(
                lambda a=arrays: plain.curves(a, roi.TIMES, places, PLAIN)
            )
            off = error(found, exact)
            print(f"  plain DOLFINx   {seconds:7.1f} s  error {off:.1e}  ({work})", flush=True)
            ratios[name] = seconds / best
            print(f"  ratio {ratios[name]:.1f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"peak memory {peak:.1f} GB")
    return ratios


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    compare(numbers[0] if numbers else 430_000, with_plain="--no-plain" not in sys.argv)
