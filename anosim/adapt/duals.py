"""The problem whose solution tells how errors act on a quantity.

Diffusion is self-adjoint in u = c / kappa, kappa the solubility of the phase. So the dual problem
is the same diffusion, run backwards from the time of the quantity, that nothing but the quantity
drives (Becker and Rannacher, Acta Numerica 10 (2001) 1): a mean starts it from a block of
concentration there, an amount that passes a boundary holds 1 / kappa = 1 at that boundary.
"""

from dataclasses import replace

import numpy as np

from anosim.adapt.quantities import Average, Content, Goal, Passed, SteadyFlux
from anosim.conditions import (
    Concentration,
    Condition,
    Flux,
    InterfaceTransfer,
    MassTransfer,
    Uptake,
)
from anosim.errors import InputError, UnsupportedError
from anosim.initial import Start
from anosim.meshes import Boundary
from anosim.problem import Diffusion
from anosim.solution import Solution

_NOTHING = 1e-12
"""Share of D / L that the coefficient of an uptake has which takes up nothing."""
RELAXED = 20.0
"""Times L^2 theta / D after which a block of concentration should be gone."""


def check_linear(problem: Diffusion) -> None:
    """Refuse a problem whose dual depends on its solution.

    Raises:
        UnsupportedError: it is not linear.
    """
    if not problem.linear:
        raise UnsupportedError(
            "the error estimate is for linear problems: a diffusivity that depends on the "
            "concentration, or an uptake that saturates, has none yet; compare meshes instead"
        )


def driven(goal: Goal) -> bool:
    """Whether a boundary drives the dual problem, rather than a block of concentration."""
    return isinstance(goal, Passed | SteadyFlux)


def dual(goal: Goal, solution: Solution) -> Diffusion:
    """The dual problem of a quantity of a solution.

    Raises:
        InputError: a boundary through which the solution's problem prescribes the flux.
        UnsupportedError: a boundary along phases of different solubility.
    """
    problem = solution.problem
    conditions = {n: _homogeneous(c) for n, c in problem.conditions.items()}
    start: Start = 0.0
    match goal:
        case Passed(boundary=given) | SteadyFlux(boundary=given):
            name = problem.mesh.boundary(given)[0]
            conditions[name] = _driving(solution, name)
        case Content():
            start = dict(problem.solubility)
        case Average():
            start = _block(goal, solution)
        case _:
            raise InputError(
                f"no error estimate for {goal!r}: choose an Average, Content, Passed or SteadyFlux"
            )
    kept = {n: c for n, c in conditions.items() if not isinstance(c, Flux)}
    if not any(not isinstance(c, InterfaceTransfer) for c in kept.values()):
        name = next(iter(problem.boundary_conditions))
        rate = min(problem.diffusivity(phase) for phase in problem.materials)
        kept[name] = Uptake(_NOTHING * rate / solution.domain.length)
    until = goal.time
    if until == float("inf") and not driven(goal):
        until = RELAXED * _relaxation(solution)
    return replace(problem, conditions=kept, initial=start, until=until)


def _homogeneous(condition: Condition) -> Condition:
    match condition:
        case Concentration():
            return Concentration(0.0)
        case MassTransfer(coefficient=k) | Uptake(coefficient=k):
            return Uptake(k)
        case Flux():
            return Flux(0.0)
    return condition


def _driving(solution: Solution, name: Boundary) -> Condition:
    problem = solution.problem
    phases = np.unique(solution.domain.boundary_phases(name))
    kappa = {problem.solubility[problem.mesh.phases[index]] for index in phases}
    if len(kappa) > 1:
        raise UnsupportedError(
            f"no error estimate for what passes {name!r}: it lies along phases of different "
            "solubility"
        )
    match problem.conditions.get(name):
        case Concentration():
            return Concentration(kappa.pop())
        case MassTransfer(coefficient=k) | Uptake(coefficient=k):
            return MassTransfer(k, kappa.pop())
    raise InputError(
        f"what passes {name!r} is given by its condition, or zero without one: it has no error"
    )


def _block(goal: Average, solution: Solution) -> Start:
    """Concentration 1 / (theta area) where the mean is taken, times kappa; nothing elsewhere."""
    problem, domain = solution.problem, solution.domain
    kappa, materials = problem.solubility, problem.materials
    if isinstance(goal.where, str):
        inside = domain.in_phase(goal.where) & solution.reached
        height = kappa[goal.where] / (materials[goal.where].capacity * domain.volumes[inside].sum())
        return {phase: height if phase == goal.where else 0.0 for phase in materials}
    corners = replace(domain, order=1)
    weights = goal.weights(solution, corners)
    room = corners.weights(
        scale=domain.per_cell({n: m.capacity / kappa[n] for n, m in materials.items()})
    )
    points = domain.vertices
    n = len(problem.mesh.points)
    held, space = (np.bincount(points, x, n) for x in (weights / weights.sum(), room))
    return np.divide(held, space, out=np.zeros(n), where=space > 0)


def _relaxation(solution: Solution) -> float:
    """Theta L^2 / D of the slowest phase, s."""
    problem = solution.problem
    times = [
        material.capacity * solution.domain.length**2 / problem.diffusivity(phase)
        for phase, material in problem.materials.items()
    ]
    return max(times)
