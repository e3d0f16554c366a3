"""Cost of the transient against its size: seconds and memory from 50 000 to 3 million unknowns.

Run with:  python studies/transient/scaling.py [SOLVER] [LARGEST]
"""

import resource
import subprocess
import sys
from time import perf_counter

import numpy as np
import roi

from anosim import solve

TRIANGLES = (25_000, 75_000, 200_000, 500_000, 1_500_000)
TOLERANCE = 1e-6


def run(triangles: int, solver: str) -> tuple[int, float, float, float]:
    """Unknowns, seconds of the solution alone, of the mesh, and peak memory in GB, here."""
    start = perf_counter()
    grid = roi.roi(triangles)
    meshing = perf_counter() - start
    problem = roi.problem(grid, 1e-13)
    start = perf_counter()
    solution = solve(problem, solver=solver, tolerance=TOLERANCE)
    seconds = perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return len(solution.base), seconds, meshing, peak


def main(solver: str, largest: int) -> None:
    """Print a line per size, each measured in a process of its own, and the exponent."""
    found = []
    for triangles in TRIANGLES:
        if triangles > largest:
            break
        command = [sys.executable, __file__, "--one", str(triangles), solver]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        unknowns, seconds, meshing, peak = map(float, done.stdout.split())
        found.append((unknowns, seconds))
        print(
            f"{solver} {unknowns:9.0f} unknowns: {seconds:7.1f} s, {peak:.1f} GB at most "
            f"(meshing {meshing:.1f} s)",
            flush=True,
        )
    n, t = np.log(np.array(found)).T
    print(f"cost grows as n^{(t[-1] - t[0]) / (n[-1] - n[0]):.2f} over all sizes")


if __name__ == "__main__":
    if "--one" in sys.argv:
        print(*run(int(sys.argv[2]), sys.argv[3]))
    else:
        names = [word for word in sys.argv[1:] if not word.isdigit()]
        sizes = [int(word) for word in sys.argv[1:] if word.isdigit()]
        main(names[0] if names else "fenicsx", sizes[0] if sizes else TRIANGLES[-1])
