"""The steady state, by one solution or by Newton's method."""

import numpy as np

from anosim.conditions import Flux
from anosim.errors import ConvergenceError, InputError
from anosim.integrate.evolution import Evolution
from anosim.meshes import Floats, Ints
from anosim.problem import Diffusion
from anosim.progress import report

MOST_ROUNDS = 60


def steady_state(problem: Diffusion, evolution: Evolution, tolerance: float) -> tuple[Floats, int]:
    """The u that no longer changes, and the number of linear systems solved.

    Parts of the domain that nothing passes into or out of keep what they have at time zero.

    Raises:
        InputError: a part has fluxes only, so that no steady state exists.
        ConvergenceError: Newton's method does not converge.
    """
    _check_anchored(problem, evolution)
    u = evolution.given(evolution.form.start, evolution.held(0.0))
    reached = evolution.form.domain.reachable_from(problem.open)
    nodes = evolution.free[reached[evolution.free]]
    if len(nodes) == 0:
        return u, 0
    load = evolution.load(0.0)
    if evolution.form.linear:
        solve = evolution.discretisation.factorise(0.0, 1.0, nodes)
        return u + _spread(evolution, nodes, solve((load - evolution.outflow(u))[nodes])), 1
    return _newton(evolution, nodes, load, u, tolerance)


def _newton(
    evolution: Evolution, nodes: Ints, load: Floats, u: Floats, tolerance: float
) -> tuple[Floats, int]:
    """Newton's method; a round that does not lower the residual is shortened."""
    rest = (load - evolution.outflow(u))[nodes]
    first = float(np.linalg.norm(rest))
    for rounds in range(1, MOST_ROUNDS + 1):
        solve = evolution.discretisation.factorise(0.0, 1.0, nodes, at=u)
        change = _spread(evolution, nodes, solve(rest))
        part, size = 1.0, np.inf
        while part > 1e-6:
            ahead = u + part * change
            found = (load - evolution.outflow(ahead))[nodes]
            size = float(np.linalg.norm(found))
            if size <= (1.0 - 0.1 * part) * np.linalg.norm(rest):
                break
            part /= 2.0
        moved = float(np.abs(part * change).max()) / max(float(np.abs(ahead).max()), 1e-300)
        report("solve", min(0.99, rounds / 10.0))
        if part == 1.0 and (moved <= 1e-3 * tolerance or size <= 1e-14 * first):
            return ahead, rounds
        if part <= 1e-6:
            if size <= 1e-10 * first:  # rounding is reached
                return u, rounds
            break
        u, rest = ahead, found
    raise ConvergenceError(
        "Newton's method finds no steady state: start from another initial concentration, or solve "
        "with a finite until that is long enough"
    )


def _spread(evolution: Evolution, nodes: Ints, values: Floats) -> Floats:
    whole = np.zeros(len(evolution.form.domain.points))
    whole[nodes] = values
    return whole[evolution.form.domain.twins]


def _check_anchored(problem: Diffusion, evolution: Evolution) -> None:
    form = evolution.form
    held = [n for n in problem.open if not isinstance(problem.conditions[n], Flux)]
    fed = form.domain.reachable_from(problem.open)
    used_up = np.isin(np.arange(len(fed)), form.domain.connectivity[form.reaction > 0.0])
    part = form.domain.part_of_node
    kept = form.domain.reachable_from(held) | np.isin(part, part[used_up])
    if np.any(fed & ~kept):
        raise InputError(
            "there is no steady state: part of the domain has a Flux condition only, so its "
            "content grows for ever; set a Concentration, MassTransfer or Uptake there, or a "
            "finite until"
        )
