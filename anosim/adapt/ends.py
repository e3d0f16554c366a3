"""Errors at the two ends of time, where solution and dual solution start from nodal values."""

from collections.abc import Mapping

import numpy as np

from anosim.adapt.bubbles import bubbles
from anosim.adapt.quantities import Average, Content, Goal, Passed
from anosim.conditions import Concentration
from anosim.curved import determinants, shapes, triangle_rule
from anosim.domain import Domain
from anosim.initial import InitialField
from anosim.meshes import Floats
from anosim.regions import Region
from anosim.solution import Solution
from anosim.state import State

_PLACES, _SHARE = triangle_rule(5)
"""Finer than the elements need: an initial concentration or a region may be anything."""


def start_errors(goal: Goal, solution: Solution, dual: Solution) -> Floats:
    """``int theta z (c - c_h) / kappa`` at time zero, z being the dual solution at its end.

    A solution starts from nodal values, and takes at once what boundaries hold: between nodes both
    differ from the initial concentration. What a boundary took in by that jump counts as passed.

    Returns:
        Of each cell, shape (n_cells,).
    """
    problem, domain = solution.problem, solution.domain
    started = solution.values(0.0)[0]
    volume = _capacity(solution)[:, None] * _volume(domain)
    error = _initial(solution) - _inside(domain, started)
    weight = _inside(domain, dual.values(dual.problem.until)[0])
    kappa = domain.per_cell(problem.solubility)
    found = np.sum(volume * error * weight, axis=1) / kappa
    if isinstance(goal, Passed):
        jump = _share(solution, goal) * (started - solution.initial)
        found += np.sum(volume * _inside(domain, jump), axis=1)
    return np.asarray(found)


def end_errors(goal: Goal, solution: Solution, dual: Solution, error: Floats) -> Floats:
    """``int (w - theta z_h / kappa) e`` at the end, z_h being the dual solution where it starts.

    The quantity is ``int w c`` then, and w is no combination of shape functions where the border of
    a phase or region passes, or at boundaries that hold z_h. For linear elements the bubbles do not
    tell e, only its slope, and this is of higher order: it is left out.

    Args:
        goal: the quantity.
        solution: the solution.
        dual: the dual solution.
        error: e by the bubbles in it, shape (n_cells, n_bubbles).

    Returns:
        Of each cell, shape (n_cells,).
    """
    domain = solution.domain
    if domain.order == 1:
        return np.zeros(len(domain.cells))
    kappa = domain.per_cell(solution.problem.solubility)
    started = _inside(domain, dual.values(0.0)[0]) * (_capacity(solution) / kappa)[:, None]
    e = error @ bubbles(domain.order, _PLACES).T
    return np.asarray(np.sum(_volume(domain) * (_density(goal, solution) - started) * e, axis=1))


def _density(goal: Goal, solution: Solution) -> Floats:
    """The quantity's w at the places of all cells, shape (n_cells, n_places)."""
    domain = solution.domain
    match goal:
        case Content():
            return np.repeat(_capacity(solution)[:, None], len(_SHARE), axis=1)
        case Average(where=str(phase)):
            inside = np.repeat(domain.in_phase(phase)[:, None], len(_SHARE), axis=1)
        case Average(where=Region() as region):
            inside = region.contains(_points(domain).reshape(-1, 2)).reshape(-1, len(_SHARE))
        case _:
            return np.zeros((len(domain.cells), len(_SHARE)))
    reached = inside & solution.reached[:, None]
    return np.asarray(reached / goal.weights(solution, domain).sum())


def _initial(solution: Solution) -> Floats:
    """The initial concentration at the places of all cells, mol/m^3, shape (n_cells, n_places)."""
    start, domain = solution.problem.initial, solution.domain
    shape = (len(domain.cells), len(_SHARE))
    if isinstance(start, Mapping):
        return np.broadcast_to(domain.per_cell(start)[:, None], shape)
    if isinstance(start, np.ndarray | State):
        return np.asarray(InitialField(start, domain).of_cells() @ shapes(domain.order, _PLACES).T)
    if callable(start):
        x, y = _points(domain).reshape(-1, 2).T
        values = np.asarray(start(x, y), dtype=np.float64)
        return np.broadcast_to(values, x.shape).reshape(shape)
    return np.full(shape, start)


def _share(solution: Solution, goal: Passed) -> Floats:
    """How much of what each node takes at time zero counts as passed there, shape (n_nodes,)."""
    problem = solution.problem
    held = [n for n, c in problem.conditions.items() if isinstance(c, Concentration)]
    name = problem.mesh.boundary(goal.boundary)[0]
    if name not in held:
        return np.zeros(len(solution.base))
    return solution.domain.shares(held)[name][solution.domain.twins]


def _capacity(solution: Solution) -> Floats:
    materials = solution.problem.materials.items()
    return solution.domain.per_cell({name: m.capacity for name, m in materials})


def _inside(domain: Domain, values: Floats) -> Floats:
    """Nodal values at the places of all cells."""
    return np.asarray(values[domain.connectivity] @ shapes(domain.order, _PLACES).T)


def _volume(domain: Domain) -> Floats:
    """Area of each place of all cells, m^2."""
    nodes = domain.mesh.points[domain.mesh.cells[domain.cells]]
    return np.asarray(determinants(nodes, _PLACES) * _SHARE)


def _points(domain: Domain) -> Floats:
    """The places of all cells, m, shape (n_cells, n_places, 2)."""
    nodes = domain.mesh.points[domain.mesh.cells[domain.cells]]
    return np.asarray(np.einsum("qi,mid->mqd", shapes(domain.mesh.order, _PLACES), nodes))
