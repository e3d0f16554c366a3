"""How far a number of a solution is off because of the mesh.

The error of a linear quantity is the integral over time of the residual of the solution at s,
applied to the error of the dual solution at t - s, plus what both miss at their starts (dual
weighted residuals: Becker and Rannacher, Acta Numerica 10 (2001) 1). That is exact; the residuals
and the error of the dual solution are taken cell by cell, by ``anosim.adapt.residuals``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from anosim.adapt.duals import check_linear, driven, dual
from anosim.adapt.ends import end_errors, start_errors
from anosim.adapt.quantities import Goal
from anosim.adapt.residuals import residuals
from anosim.domain import Domain
from anosim.errors import ConvergenceError, UnsupportedError
from anosim.functions import Function
from anosim.meshes import Floats
from anosim.plugins import Solver
from anosim.progress import report, stage
from anosim.solution import Solution

_TIMES, _DECADES = 40, 5.5
"""Points of the rule in time, and how near to both ends it goes."""
_MOST_KINKS = 20
"""Kinks of the conditions that the rule minds: more are a smooth curve to it."""
_BEFORE = 1.0 - 1e-9
"""Rates of change may jump at the end: those before count."""
_AT_ONCE = 8
"""Times whose nodal values are worked out together."""
_GONE = 1e-6
"""Share of a block of concentration that may be left when it counts as gone."""
_LONGER, _MOST = 10.0, 8
_TRUSTED = 0.1
"""Errors of cells may cancel down to this share of their sizes; beyond, that is chance."""
_SMOOTHINGS = 2


@dataclass(frozen=True, eq=False)
class Estimate:
    """The error of a number because of the mesh.

    Attributes:
        goal: which number.
        value: what the solution gives, SI.
        domain: the solution's cells.
        cells: what each of them adds to the error, SI, shape (n_cells,).
    """

    goal: Goal
    value: float
    domain: Domain
    cells: Floats

    @property
    def error(self) -> float:
        """Exact value less ``value``, as estimated."""
        return float(self.cells.sum())

    @property
    def size(self) -> float:
        """What to expect of |error|: cells that cancel each other almost count a little."""
        return max(abs(self.error), _TRUSTED * float(self.indicators.sum()))

    @property
    def relative(self) -> float:
        """``size`` over the size of the value."""
        return self.size / abs(self.value) if self.value else float("inf")

    @cached_property
    def indicators(self) -> Floats:
        """How much each cell adds, whatever the sign, shape (n_cells,).

        Means over neighbours: what cancels between them needs no refinement.
        """
        areas, corners, cells = self.domain.volumes, self.domain.corners, self.cells
        n = len(self.domain.vertices)
        room = np.bincount(corners.ravel(), np.repeat(areas, 3), n)
        for _ in range(_SMOOTHINGS):
            gathered = np.bincount(corners.ravel(), np.repeat(cells, 3), n) / room
            cells = areas * gathered[corners].sum(axis=1) / 3.0
        return np.abs(cells)

    def __str__(self) -> str:
        return f"estimated error of the {self.goal}: {100.0 * self.relative:.2g} %"


@stage("estimate")
def estimate(solution: Solution, goal: Goal, solver: Solver) -> Estimate:
    """The error of a number of a solution because of the mesh; the mesh's outline counts as given.

    Left out: errors in time, which the solver's tolerance bounds; and at nodes where two given
    concentrations meet, how what enters there is shared between the two boundaries.

    Args:
        solution: of a linear problem; conditions may depend on time.
        goal: the number.
        solver: solves the dual problem, with elements of the solution's order.

    Raises:
        UnsupportedError: the problem is not linear, or the solver has another order.
        InputError: the solution does not have this number.
    """
    check_linear(solution.problem)
    value = goal.value(solution)
    other = solver.solve(dual(goal, solution))
    if other.domain.order != solution.domain.order:
        raise UnsupportedError(
            f"the solution has elements of order {solution.domain.order}, the solver for its dual "
            f"{other.domain.order}: give the solver the same order"
        )
    sign = -1.0 if driven(goal) else 1.0
    cells = (
        _steady(goal, solution, other, solver)
        if solution.problem.steady
        else (_transient(goal, solution, other))
    )
    return Estimate(goal, value, solution.domain, sign * cells)


def _transient(goal: Goal, solution: Solution, other: Solution) -> Floats:
    own = residuals(solution.problem, solution.domain)
    dual_own = own.driven_by(other.problem, other.domain)
    total = start_errors(goal, solution, other)
    until = goal.time
    (last,) = _states(solution, np.array([until * _BEFORE]))
    total += end_errors(goal, solution, other, own.errors(own.of(*last)))
    past, left, weights = _rule(solution, until)
    firsts, seconds = _states(solution, past), _states(other, left)
    for step, (first, second, weight) in enumerate(zip(firsts, seconds, weights, strict=True)):
        total += weight * own.product(own.of(*first), dual_own.of(*second))
        report("estimate", (step + 1) / len(weights))
    return total


def _rule(solution: Solution, until: float) -> tuple[Floats, Floats, Floats]:
    """Times from 0 to ``until``, what is left then, and weights of an integral over time, s.

    Between kinks of the conditions: the trapezoidal rule in the logarithm of the time past over
    the time left, for that is how a solution changes after a jump.
    """
    values = [v for c in solution.problem.conditions.values() for v in vars(c).values()]
    kinks = np.concatenate([np.zeros(0), *(v.kinks for v in values if isinstance(v, Function))])
    inner = np.unique(kinks[(kinks > 0.0) & (kinks < until)])
    stops = np.array([0.0, *(inner if len(inner) <= _MOST_KINKS else ()), until])
    x = np.linspace(-1.0, 1.0, _TIMES) * _DECADES * np.log(10.0)
    step, part, rest = x[1] - x[0], 1.0 / (1.0 + np.exp(-x)), 1.0 / (1.0 + np.exp(x))
    length, start, stop = np.diff(stops)[:, None], stops[:-1, None], stops[1:, None]
    past, left = start + length * part, length * rest + (until - stop)
    return past.ravel(), left.ravel(), (step * length * part * rest).ravel()


def _steady(goal: Goal, solution: Solution, other: Solution, solver: Solver) -> Floats:
    own = residuals(solution.problem, solution.domain)
    dual_own = own.driven_by(other.problem, other.domain)
    still = np.zeros(len(solution.base))
    first = own.of(solution.values()[0], still, 0.0)
    if other.problem.steady:
        return own.product(first, dual_own.of(other.values()[0], still, 0.0))
    second = dual_own.of(*_lasting(other, solver), 0.0)
    return own.product(first, second) + end_errors(goal, solution, other, own.errors(first))


def _states(solution: Solution, times: Floats) -> Iterator[tuple[Floats, Floats, float]]:
    """Values and rates of the nodes at each time, and the time."""
    for start in range(0, len(times), _AT_ONCE):
        t = times[start : start + _AT_ONCE]
        values = solution.base + solution.trajectory.values(t) @ solution.modes
        rates = solution.trajectory.rates(t) @ solution.modes
        yield from zip(values, rates, t.tolist(), strict=True)


def _lasting(block: Solution, solver: Solver) -> tuple[Floats, Floats]:
    """Time integral of a block of concentration until it is gone, and its change."""
    for _ in range(_MOST):
        t = np.array([block.problem.until])
        left = block.values(t)[0]
        if np.abs(left).max() <= _GONE * np.abs(block.values(0.0)[0]).max():
            values = t[0] * block.base + (block.trajectory.integrals(t) @ block.modes)[0]
            return values, left - block.values(0.0)[0]
        block = solver.solve(replace(block.problem, until=_LONGER * block.problem.until))
    raise ConvergenceError(
        "the steady state takes too long to settle for an estimate of the error of a mean: ask "
        "for a SteadyFlux, or solve with a finite until"
    )
