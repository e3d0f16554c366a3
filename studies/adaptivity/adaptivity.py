"""How good the estimate of the error is, and what meshes gain that follow it.

Run with:  python studies/adaptivity/adaptivity.py
"""

from collections.abc import Callable

import numpy as np
from cases import CASES, ELL, ELL_FLUX, REAL, REAL_MEAN, ell, real

from anosim import Diffusion, Mesh, Microstructure, adapt, plugins
from anosim_geometry import GmshMesher

Problem = Callable[[Mesh], Diffusion]
IMAGES = {"L": (ELL, ell, ELL_FLUX), "real crop": (REAL, real, REAL_MEAN)}
TOLERANCES = {
    ("L", 1): (1e-3, 3e-4),
    ("L", 2): (1e-4, 3e-5),
    ("real crop", 1): (3e-3, 1e-3),
    ("real crop", 2): (3e-4, 1e-4),
}
BEST = {"L": 3e-6, "real crop": 4e-5}
"""Tolerances of the solutions that the others are compared with."""


def effectivity(case: str, order: int, n: int, finest: int = 80) -> tuple[float, float]:
    """Relative error, and estimated over true error, on a mesh of fineness n."""
    problem_of, goal, true = CASES[case]
    if true is None:
        best = _estimate(problem_of(finest), goal, 2)
        true = best.value + best.error
    found = _estimate(problem_of(n), goal, order)
    return (true - found.value) / true, found.error / (true - found.value)


def _estimate(problem: Diffusion, goal: adapt.Goal, order: int) -> adapt.Estimate:
    solver = plugins.solver("skfem")(order=order)
    return adapt.estimate(solver.solve(problem), goal, solver)


def mesher(image: Microstructure, pixels: float) -> GmshMesher:
    """Edges of so many pixels, twice as long in the bulk; boundaries exactly those of pixels."""
    edge = pixels * min(image.voxel)
    return GmshMesher(size=2 * edge, interface_size=edge, gap_elements=0, staircase=True)


def adapted(name: str, order: int, tolerance: float) -> adapt.Refinement:
    """From edges of two pixels on, until the tolerance is met."""
    image, problem_of, goal = IMAGES[name]
    solver = plugins.solver("skfem")(order=order)
    return adapt.refine(
        image, problem_of, goal, tolerance, mesher=mesher(image, 2.0), solver=solver
    )


def uniform(name: str, order: int, pixels: float) -> tuple[int, adapt.Estimate]:
    """Unknowns and estimate with edges of so many pixels everywhere."""
    image, problem_of, goal = IMAGES[name]
    found = _estimate(problem_of(mesher(image, pixels).mesh(image)), goal, order)
    return len(found.domain.points), found


def needed(unknowns: list[int], errors: list[float], error: float) -> float:
    """Unknowns of a uniform mesh with that error, by a line through all in logarithms."""
    slope, start = np.polyfit(np.log(errors), np.log(unknowns), 1)
    return float(np.exp(start + slope * np.log(error)))


def main() -> None:
    """Print the tables."""
    print("relative error, and estimated / true error, at fineness 10, 20, 40")
    for case in CASES:
        for order in (1, 2):
            row = [effectivity(case, order, n) for n in (10, 20, 40)]
            text = "  ".join(f"{error:9.1e} {ratio:5.2f}" for error, ratio in row)
            print(f"{case:34} P{order}  {text}", flush=True)
    for name in IMAGES:
        best = adapted(name, 2, BEST[name]).estimate
        true = best.value + best.error
        for order in (1, 2):
            tried = [uniform(name, order, pixels) for pixels in (2.0, 1.0, 0.5, 0.25)]
            errors = [abs(found.value / true - 1.0) for _, found in tried]
            print(f"\n{name} P{order}: triangles, unknowns, true error, estimated / true")
            for (count, found), error in zip(tried, errors, strict=True):
                print(
                    f"  uniform  {count:7} {error:9.1e} {found.error / (true - found.value):5.2f}"
                )
            for tolerance in TOLERANCES[name, order]:
                made = adapted(name, order, tolerance)
                last = made.rounds[-1]
                error = abs(last.value / true - 1.0)
                gain = needed([count for count, _ in tried], errors, error) / last.unknowns
                ratio = made.estimate.error / (true - last.value)
                print(f"  adapted  {last.unknowns:7} {error:9.1e} {ratio:5.2f}  {gain:.1f} x fewer")
                print(f"    {made}", flush=True)


if __name__ == "__main__":
    main()
