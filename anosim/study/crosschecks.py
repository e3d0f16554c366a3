"""One case through all installed solvers: differences and times."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from anosim import plugins
from anosim.case import Case
from anosim.errors import AnosimError, InputError, UnsupportedError
from anosim.results import Stopwatch, largest_difference
from anosim.solution import Solution


@dataclass(frozen=True)
class Check:
    """One solver on a case.

    Attributes:
        solver: its name.
        seconds: of the solution; a second one, so that nothing is compiled in between.
        difference: largest at any node and time from the first solver's, relative to the largest
            change of concentration; NaN where the two cannot be compared.
        imbalance: of mass, relative, the largest over the output times.
        unknowns: nodes.
        error: why there is no solution; "" if there is one.
    """

    solver: str
    seconds: float = float("nan")
    difference: float = float("nan")
    imbalance: float = float("nan")
    unknowns: int = 0
    error: str = ""


def usable() -> tuple[str, ...]:
    """The solvers that can be loaded here."""
    found = []
    for name in plugins.names():
        try:
            plugins.solver(name)
        except AnosimError:
            continue
        found.append(name)
    return tuple(found)


def crosscheck(
    case: str | os.PathLike[str], solvers: Sequence[str] | None = None
) -> tuple[Check, ...]:
    """Solve a case by several solvers on one mesh with the case's own options.

    Args:
        case: the path of a case file.
        solvers: their names; all that can be loaded without it.

    Raises:
        InputError: fewer than two solvers.
        CaseError: the case is wrong.
    """
    names = tuple(solvers or usable())
    if len(names) < 2:
        raise InputError(
            f"{len(names)} solver: a comparison needs two; 'anosim doctor' says how to get more"
        )
    watch = Stopwatch()
    first_case = Case.read(case)
    with watch.stage("mesh"):
        mesh = first_case.mesh(first_case.microstructure())
    found: list[Check] = []
    reference: Solution | None = None
    for name in names:
        with watch.stage(f"solve by {name}"):
            check, solution = _checked(Case.read(case, solver=name), mesh, name, reference)
        found.append(check)
        reference = reference or solution
    return tuple(found)


def _checked(
    case: Case, mesh: object, name: str, reference: Solution | None
) -> tuple[Check, Solution | None]:
    times = list(case.output.times) or None
    try:
        problem = case.problem(mesh)  # type: ignore[arg-type]
        case.solve(problem, name)
        start = perf_counter()
        solution = case.solve(problem, name)
        seconds = perf_counter() - start
    except UnsupportedError as error:
        return Check(name, error=str(error)), None
    difference = 0.0 if reference is None else float("nan")
    if reference is not None and len(reference.base) == len(solution.base):
        difference = largest_difference(reference, solution, times)
    imbalance = float(np.max(solution.imbalance(times)))
    return Check(name, seconds, difference, imbalance, len(solution.base)), solution
