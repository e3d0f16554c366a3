"""The numbers of a run of a case: what a table can hold, without maps and pictures."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from anosim.case import Case
from anosim.conditions import InterfaceTransfer
from anosim.errors import InputError
from anosim.regions import Region
from anosim.results.dimensionless import label
from anosim.results.numbers import overshoot
from anosim.results.terms import TERMS
from anosim.solution import Solution
from anosim.study.results import OVERSHOOT, RESOLVED, TIMES

FRACTION = 0.9
ARRIVAL = "mean_reaches_90"


def case_numbers(case: Case, solution: Solution) -> dict[str, Any]:
    """Numbers of a run, curves as lists over the output times, all in SI.

    ``average.PHASE`` and ``region.NAME`` are mean concentrations, ``probe.NAME`` those at points,
    ``flux.BOUNDARY`` and ``uptake.BOUNDARY`` what enters, ``mean_reaches_90.NAME`` when the mean
    of a phase or region has 90 % of the way to equilibrium with the sources (infinite: not by then;
    a run's time to 90 % is another, of each point by itself), and
    ``imbalance`` the largest error of the mass balance. ``resolved_from_s``, from when on the mesh
    resolves what enters, and ``overshoot_share``, are those of ``results.json``.

    ``triangles`` (in space ``tetrahedra``) are those of the mesh, ``triangles_inside`` those that
    take part, ``mesh_size_m`` is the square root of the mean area of all (the cube root of the mean
    volume).

    Args:
        case: says which.
        solution: of the case's problem.
    """
    problem, times = solution.problem, list(case.output.times)
    when = times or None
    mesh = problem.mesh
    found: dict[str, Any] = {TIMES: times} if times else {}
    cells = TERMS[mesh.dimension].cells
    found[cells] = len(mesh.cells)
    found[f"{cells}_inside"] = len(solution.domain.cells)
    found["unknowns"] = len(solution.base)
    found["mesh_size_m"] = float(mesh.volumes.mean() ** (1.0 / mesh.dimension))
    places: dict[str, str | Region] = {f"average.{name}": name for name in solution.domain.phases}
    places |= {f"region.{n}": r for n, r in case.regions.items()}
    for name, where in places.items():
        found[name] = solution.average(where, when)
    found |= _probes(case, solution, when)
    for boundary, condition in problem.conditions.items():
        if isinstance(condition, InterfaceTransfer) and np.isinf(condition.coefficient):
            continue
        found[f"flux.{label(boundary)}"] = solution.flux(boundary, when)
        if when:
            found[f"uptake.{label(boundary)}"] = solution.uptake(boundary, when)
    found["imbalance"] = float(np.max(solution.imbalance(when)))
    if not problem.steady:
        found[RESOLVED] = solution.resolved_from
    beyond = overshoot(solution, when)
    if beyond is not None:
        found[OVERSHOOT] = beyond
    if when and problem.held:
        found |= _arrivals(solution, places)
    return {name: _plain(value) for name, value in found.items()}


def _probes(case: Case, solution: Solution, when: Any) -> dict[str, Any]:
    if not case.output.probes:
        return {}
    points = np.array([point for _, point in case.output.probes.values()], dtype=float)
    values = solution.at(points, when)
    return {f"probe.{name}": values[:, i] for i, name in enumerate(case.output.probes)}


def _arrivals(solution: Solution, places: Mapping[str, str | Region]) -> dict[str, float]:
    found = {}
    for name, where in places.items():
        try:
            arrival = solution.time_to_average(where, FRACTION)
        except InputError:  # nothing to compare with: the problem starts in equilibrium
            continue
        found[f"{ARRIVAL}.{name.split('.', 1)[1]}"] = arrival
    return found


def _plain(value: Any) -> Any:
    """A curve as a list, of one point as a number."""
    if isinstance(value, np.ndarray):
        return float(value[0]) if value.shape == (1,) else value.tolist()
    return value
