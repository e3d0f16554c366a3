"""When concentrations first reach a level."""

from typing import Any

import numpy as np

from anosim.domain import Domain
from anosim.errors import InputError
from anosim.functions import Function
from anosim.meshes import Floats
from anosim.problem import Diffusion
from anosim.solution import Solution
from anosim.trajectory import Trajectory

_DECADES = 8.0
_SAMPLES = 161
_ROUNDS = 40
_CHUNK = 20_000_000
"""Most numbers held at once."""


def time_to(solution: Solution, fraction: float, reference: float | None) -> Floats:
    """What ``Solution.time_to`` says, s, shape (n_nodes,)."""
    _check(solution, fraction)
    goal = solution.equilibrium if reference is None else np.full(len(solution.base), reference)
    times = _arrival(solution, solution.base, solution.modes, (solution.initial, goal), fraction)
    return np.where(solution.reached_nodes, times, np.nan)


def time_to_mean(
    solution: Solution, weights: Floats, fraction: float, reference: float | None
) -> float:
    """What ``Solution.time_to_average`` says, s, for the mean with these weights."""
    _check(solution, fraction)
    if np.isnan(weights).any():
        return float("nan")
    goal = solution.equilibrium @ weights if reference is None else reference
    return float(time_to_means(solution, weights[None], np.array([goal]), fraction)[0])


def time_to_means(solution: Solution, weights: Any, goal: Floats, fraction: float) -> Floats:
    """First time at which each of some means has a fraction of the way to its goal, s.

    Args:
        solution: a transient solution.
        weights: of the nodes in each mean, shape (n_means, n_nodes), may be sparse.
        goal: mol/m^3, shape (n_means,).
        fraction: of the way from the initial mean.

    Returns:
        Infinity where it is not reached by the end, shape (n_means,).
    """
    ends = weights @ solution.initial, goal
    modes = (weights @ solution.modes.T).T
    return _arrival(solution, weights @ solution.base, modes, ends, fraction)


def equilibrium(problem: Diffusion, domain: Domain) -> Floats:
    """Concentration of each node in equilibrium with the sources, mol/m^3, shape (n_nodes,).

    Raises:
        InputError: only fluxes drive the problem, so there is none.
    """
    check_held(problem)
    solubility, highest = problem.solubility, -np.inf
    for name, (_, value) in problem.held_range.items():
        phases = np.unique(domain.boundary_phases(name))
        least = min(solubility[problem.mesh.phases[index]] for index in phases)
        highest = max(highest, value / least)
    return highest * domain.per_node(solubility)


def check_held(problem: Diffusion) -> None:
    """Refuse a problem without a source concentration.

    Raises:
        InputError: only fluxes drive it.
    """
    if not problem.held:
        raise InputError(
            "only fluxes drive this problem, so no source concentration exists to compare "
            "with: give a reference"
        )


def _check(solution: Solution, fraction: float) -> None:
    if not 0.0 <= fraction <= 1.0:
        raise InputError(f"fraction is {fraction:g}: it goes from 0 to 1; 90 % is 0.9")
    if solution.problem.steady:
        raise InputError("a steady state has no arrival time: solve with a finite until")


def _arrival(
    solution: Solution,
    base: Floats,
    modes: Floats,
    ends: tuple[Floats, Floats],
    fraction: float,
) -> Floats:
    """First time at which each of some values has a fraction of the way between its ends, s.

    The crossing is bracketed between samples and found by bisection of the solution itself.

    Args:
        solution: a transient solution.
        base: part of the values that does not change, shape (n,).
        modes: how each mode of the solution changes them, shape (n_modes, n).
        ends: where each starts and where it goes to, shape (n,) each.
        fraction: of the way.

    Returns:
        Infinity where it is not reached by the end, shape (n,).
    """
    first, last = ends
    level, sign = first + fraction * (last - first), np.where(last >= first, 1.0, -1.0)
    samples = _samples(solution)
    weights = solution.trajectory.values(samples)
    times = np.full(len(base), np.inf)
    size = max(1, _CHUNK // max(len(samples), len(modes), 1))
    for start in range(0, len(base), size):
        part = slice(start, start + size)
        values = base[part] + weights @ modes[:, part]
        above = sign[part] * (values - level[part]) >= 0.0
        crossed = np.flatnonzero(above.any(axis=0))
        after = np.argmax(above[:, crossed], axis=0)
        bracket = samples[np.maximum(after - 1, 0)], samples[after]
        n = start + crossed
        times[n] = _bisect(
            solution.trajectory, (base[n], modes[:, n].T), (level[n], sign[n]), bracket
        )
    return times


def _samples(solution: Solution) -> Floats:
    """Times to look at, s: even in their logarithm over eight decades up to the end.

    Where conditions depend on time, also evenly over the whole, and where their slopes jump.
    """
    problem = solution.problem
    until = problem.until
    samples = [np.zeros(1), until * np.geomspace(10.0**-_DECADES, 1.0, _SAMPLES)]
    if not problem.constant:
        samples.append(until * np.linspace(0.0, 1.0, _SAMPLES))
        for condition in problem.conditions.values():
            values = vars(condition).values()
            samples += [value.kinks for value in values if isinstance(value, Function)]
    times = np.unique(np.concatenate(samples))
    return times[(times >= 0.0) & (times <= until)]


def _bisect(
    trajectory: Trajectory,
    values: tuple[Floats, Floats],
    goal: tuple[Floats, Floats],
    bracket: tuple[Floats, Floats],
) -> Floats:
    (base, modes), (level, sign), (low, high) = values, goal, bracket
    for _ in range(_ROUNDS):
        middle = (low + high) / 2.0
        now = base + np.sum(trajectory.values(middle) * modes, axis=1)
        above = sign * (now - level) >= 0.0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
        if np.all(high - low <= 1e-10 * high):
            break
    return high
