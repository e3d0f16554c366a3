"""From an assembled problem to a Solution: the part that all solver plugins share."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from anosim.domain import Domain
from anosim.errors import InputError
from anosim.fluxes import BoundaryFlux
from anosim.integrate.discretisation import Discretisation
from anosim.integrate.krylov import Modes, System, relax
from anosim.meshes import Boundary, Floats, Ints
from anosim.problem import Concentration, Diffusion, Flux
from anosim.progress import report
from anosim.solution import Solution
from anosim.trajectory import Relaxation
from anosim.weakform import WeakForm

DECADES = 5.0
"""Without a first output time, the error is held over this many decades before the end."""


def solution(
    problem: Diffusion,
    form: WeakForm,
    discretisation: Discretisation,
    *,
    tolerance: float,
    earliest: float | None = None,
    record: Mapping[str, str] | None = None,
) -> Solution:
    """The solution of an assembled problem, transient or steady.

    Args:
        problem: the problem that ``form`` was made of.
        form: its dimensionless weak form.
        discretisation: the assembled matrices.
        tolerance: relative error of ``c - initial`` (L2 norm weighted by capacity) at every time
            from ``earliest`` on.
        earliest: first time of interest, s; 1e-5 of the whole by default.
        record: what the plugin wants remembered: its name, options, versions.

    Raises:
        ConvergenceError: the tolerance was not met.
        InputError: the tolerance or earliest time make no sense.
    """
    if not 1e-12 <= tolerance < 1.0:
        raise InputError(f"tolerance is {tolerance!r}: choose a number between 1e-12 and 1")
    split = _split(problem, form)
    base = form.start.copy()
    residual = discretisation.load - discretisation.stiffness(base)
    if problem.steady:
        _check_anchored(problem, form)
        base[split.free] += _steady(discretisation, split, residual)
        modes = Modes(np.zeros((0, len(split.free))), Relaxation(np.zeros(0), np.zeros(0)), 0.0)
    else:
        first = _earliest(problem, earliest) / form.time
        modes = _transient(
            discretisation, split, residual, (first, problem.until / form.time), tolerance
        )
    report("solve", 1.0)
    shapes = np.zeros((len(modes.shapes), len(base)))
    shapes[:, split.free] = modes.shapes
    reactions = _reactions(problem, form, discretisation, base, shapes)
    domain, node, kappa = _concentration_nodes(problem, form)
    statistics = {"modes": str(len(shapes)), "error estimate": f"{modes.error:.1e}"}
    return Solution(
        problem=problem,
        domain=domain,
        base=base[node] * kappa,
        modes=shapes[:, node] * kappa if problem.transfers else shapes,
        trajectory=Relaxation(
            modes.trajectory.decay / form.time, modes.trajectory.amplitudes / form.time
        ),
        reactions=reactions,
        record={**(record or {}), **statistics},
    )


def _concentration_nodes(problem: Diffusion, form: WeakForm) -> tuple[Domain, Ints, Floats]:
    """The domain of c, whose nodes double at every jump; the node of u and kappa of each."""
    domain = problem.domain(form.domain.order)
    node = np.empty(len(domain.points), dtype=np.int64)
    node[domain.connectivity] = form.domain.connectivity
    return domain, node, domain.per_node(problem.solubility)


@dataclass(frozen=True, eq=False)
class _Split:
    """Free nodes, and which of them a source reaches (positions within ``free``)."""

    free: Ints
    reached: Ints


def _split(problem: Diffusion, form: WeakForm) -> _Split:
    n = len(form.domain.points)
    free = np.setdiff1d(np.arange(n), form.fixed)
    reached = form.domain.reachable_from(problem.sources)
    return _Split(free, np.flatnonzero(reached[free]))


def _earliest(problem: Diffusion, given: float | None) -> float:
    earliest = problem.until * 10.0**-DECADES if given is None else given
    if not 0.0 < earliest <= problem.until:
        raise InputError(f"earliest is {given!r}: choose a time in (0, {problem.until:g}] s")
    return earliest


def _check_anchored(problem: Diffusion, form: WeakForm) -> None:
    held = [n for n in problem.sources if not isinstance(problem.conditions[n], Flux)]
    fed = form.domain.reachable_from(problem.sources)
    used_up = np.isin(np.arange(len(fed)), form.domain.connectivity[form.reaction > 0.0])
    part = form.domain.part_of_node
    kept = form.domain.reachable_from(held) | np.isin(part, part[used_up])
    if np.any(fed & ~kept):
        raise InputError(
            "there is no steady state: part of the domain has a Flux condition only, so its "
            "content grows for ever; set a Concentration or MassTransfer there, or a finite until"
        )


def _steady(discretisation: Discretisation, split: _Split, residual: Floats) -> Floats:
    """Change from the initial to the steady state on the free nodes; none where no source is."""
    change = np.zeros(len(split.free))
    if len(split.reached):
        nodes = split.free[split.reached]
        change[split.reached] = discretisation.factorise(0.0, 1.0, nodes)(residual[nodes])
    return change


def _transient(
    discretisation: Discretisation,
    split: _Split,
    residual: Floats,
    times: tuple[float, float],
    tolerance: float,
) -> Modes:
    free = split.free
    n = len(residual)

    def embedded(x: Floats) -> Floats:
        whole = np.zeros(n)
        whole[free] = x
        return whole

    system = System(
        mass=lambda x: discretisation.mass(embedded(x))[free],
        stiffness=lambda x: discretisation.stiffness(embedded(x))[free],
        shifted=lambda gamma: discretisation.factorise(1.0, gamma, free),
        right=residual[free],
    )
    conserved = np.zeros(len(free))
    conserved[split.reached] = 1.0
    return relax(system, conserved, earliest=times[0], until=times[1], tolerance=tolerance)


def _reactions(
    problem: Diffusion, form: WeakForm, disc: Discretisation, base: Floats, shapes: Floats
) -> dict[Boundary, BoundaryFlux]:
    """Flux through every boundary with a given concentration: the residual M dc/dt + K c - b there.

    It is consistent: the fluxes of all boundaries balance the content to rounding.
    """
    names = [n for n, c in problem.conditions.items() if isinstance(c, Concentration)]
    held = disc.stiffness(base) - disc.load
    fluxes = {}
    for name, share in form.domain.shares(names).items():
        fluxes[name] = BoundaryFlux(
            constant=float(share @ held) * form.diffusivity_scale,
            value=shapes @ disc.stiffness(share) * form.diffusivity_scale,  # K and M are symmetric
            rate=shapes @ disc.mass(share) * form.length**2,
        )
    return fluxes
