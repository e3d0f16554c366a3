"""Means, content and fluxes of a solution over time as columns."""

import math

import numpy as np

from anosim.conditions import InterfaceTransfer
from anosim.meshes import Floats
from anosim.solution import Solution, Times

CURVE_POINTS = 101
CURVE_DECADES = 5.0


def time_course(solution: Solution, times: Times = None) -> dict[str, Floats]:
    """What ``Solution.frame`` says, by column."""
    problem, steady = solution.problem, solution.problem.steady
    when = None if steady else solution.times(curve_times(solution) if times is None else times)
    columns = {"time_s": np.array([math.inf]) if when is None else when}
    amount = "mol_per_m" if solution.domain.dimension == 2 else "mol"
    for phase in solution.domain.phases:
        columns[f"average_{phase}_mol_per_m3"] = solution.average(phase, when)
    columns[f"content_{amount}"] = solution.content(when)
    for name, condition in problem.conditions.items():
        if isinstance(condition, InterfaceTransfer) and math.isinf(condition.coefficient):
            continue  # perfect contact: its flux is not known
        label = name if isinstance(name, str) else "|".join(name)
        columns[f"flux_{label}_{amount}_per_s"] = solution.flux(name, when)
        if not steady:
            columns[f"uptake_{label}_{amount}"] = solution.uptake(name, when)
    return columns


def curve_times(solution: Solution) -> Floats:
    """Times over which curves are drawn and written, s: evenly spaced in their logarithm."""
    until = solution.problem.until
    if math.isinf(until):
        return np.array([math.inf])
    logarithmic = until * np.geomspace(10.0**-CURVE_DECADES, 1.0, CURVE_POINTS)
    return np.concatenate([[0.0], logarithmic])
