"""From an assembled problem to a Solution: the part that all solver plugins share."""

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike

import numpy as np

from anosim.conditions import Concentration
from anosim.domain import Domain
from anosim.errors import InputError, listing
from anosim.fluxes import BoundaryFlux, Passage
from anosim.functions import Function
from anosim.integrate.balance import Balance
from anosim.integrate.checkpoint import Checkpoint
from anosim.integrate.digest import digest
from anosim.integrate.discretisation import Discretisation
from anosim.integrate.evolution import Evolution
from anosim.integrate.krylov import System, relax
from anosim.integrate.steady import steady_state
from anosim.integrate.stepping import Stepper
from anosim.integrate.tableau import esdirk, implicit_euler
from anosim.meshes import Boundary, Floats, Ints
from anosim.problem import Diffusion
from anosim.progress import report
from anosim.solution import Solution
from anosim.trajectory import Relaxation, Trajectory
from anosim.weakform import WeakForm

INTEGRATORS = ("auto", "krylov", "esdirk", "euler")
DECADES = 5.0
"""Without a first output time, the error is held over this many decades before the end."""


@dataclass(frozen=True)
class TimeOptions:
    """How time is integrated.

    Attributes:
        tolerance: relative error in time of ``c - initial`` (L2 norm weighted by capacity).
        earliest: first time at which the tolerance holds for the Krylov method, s; 1e-5 of the
            whole by default. The stepping methods hold it from the start.
        integrator: one of INTEGRATORS.
        steps: number of equal steps, for ``euler`` only.
        checkpoint: folder in which a long run is written as it goes, and from which it goes on.
    """

    tolerance: float
    earliest: float | None = None
    integrator: str = "auto"
    steps: int | None = None
    checkpoint: str | PathLike[str] | None = None

    def __post_init__(self) -> None:
        if not 1e-12 <= self.tolerance < 1.0:
            raise InputError(
                f"tolerance is {self.tolerance!r}: choose a number between 1e-12 and 1"
            )
        if self.integrator not in INTEGRATORS:
            raise InputError(
                f"integrator is {self.integrator!r}: choose one of {listing(INTEGRATORS)}"
            )
        if (self.steps is None) == (self.integrator == "euler"):
            raise InputError(
                "integrator 'euler' takes equal steps, and only it does: give steps=1000 with it, "
                "and none with the others"
            )
        if self.steps is not None and self.steps < 1:
            raise InputError(f"steps is {self.steps!r}: choose 1 or more")


def solution(
    problem: Diffusion,
    form: WeakForm,
    discretisation: Discretisation,
    options: TimeOptions,
    record: Mapping[str, str] | None = None,
) -> Solution:
    """The solution of an assembled problem, transient or steady.

    Args:
        problem: the problem that ``form`` was made of.
        form: its dimensionless weak form.
        discretisation: the assembled matrices.
        options: how time is integrated.
        record: what the plugin wants remembered: its name, options, versions.

    Raises:
        ConvergenceError: the tolerance was not met.
        InputError: options that make no sense, or do not fit the problem.
    """
    evolution = Evolution(form, discretisation)
    integrator = _integrator(problem, options)
    if integrator == "none":
        found = _steady(problem, evolution, options.tolerance)
    else:
        checkpoint = None
        if options.checkpoint is not None:
            checkpoint = Checkpoint(options.checkpoint, digest(form, options, integrator))
        solve = _relaxed if integrator == "krylov" else _stepped
        found = solve(problem, evolution, options, checkpoint)
        if checkpoint is not None:
            checkpoint.clear()
            if checkpoint.resumed:
                record = {**(record or {}), "resumed": "from a checkpoint"}
    report("solve", 1.0)
    domain, node, kappa = _concentration_nodes(problem, form)
    plain = len(node) == len(form.start) and not problem.transfers
    return Solution(
        problem=problem,
        domain=domain,
        base=found.base[node] * kappa,
        modes=found.shapes if plain else found.shapes[:, node] * kappa,
        trajectory=found.trajectory,
        passages=found.passages,
        usage=found.usage,
        record={**(record or {}), **discretisation.record, **found.record},
    )


@dataclass(frozen=True, eq=False)
class _Found:
    """u = base + sum_j a_j(t) shapes_j, times in s, and what passes the boundaries."""

    base: Floats
    shapes: Floats
    trajectory: Trajectory
    passages: Mapping[Boundary, Passage]
    usage: Passage | None
    record: Mapping[str, str]


def _integrator(problem: Diffusion, options: TimeOptions) -> str:
    """The method that fits the problem, or the one asked for."""
    asked = options.integrator
    simple = problem.linear and problem.constant
    if problem.steady:
        return "none"
    if asked == "krylov" and not simple:
        what = "depends on time" if problem.linear else "is not linear"
        raise InputError(
            f"integrator 'krylov' does not fit: the problem {what}; choose 'esdirk', or leave it "
            "to 'auto'"
        )
    if asked == "auto":
        return "krylov" if simple else "esdirk"
    return asked


def _concentration_nodes(problem: Diffusion, form: WeakForm) -> tuple[Domain, Ints, Floats]:
    """The domain of c, whose nodes double at every jump; the node of u and kappa of each."""
    domain = problem.domain(form.domain.order)
    node = np.empty(len(domain.points), dtype=np.int64)
    node[domain.connectivity] = form.domain.connectivity
    return domain, node, domain.per_node(problem.solubility)


def _steady(problem: Diffusion, evolution: Evolution, tolerance: float) -> _Found:
    u, rounds = steady_state(problem, evolution, tolerance)
    shapes, none = np.zeros((0, len(u))), np.zeros(0)
    passages: dict[Boundary, Passage] = dict(_reactions(problem, evolution, u, shapes))
    if not problem.linear:
        balance = Balance(problem, evolution)
        rates = balance.rates(u, np.zeros_like(u), 0.0)
        for name, rate in zip(balance.names, rates[:-1], strict=True):
            passages[name] = BoundaryFlux(float(rate), none, none)
    record = {"integrator": "none: steady state", "linear systems solved": str(rounds)}
    return _Found(u, shapes, Relaxation(none, none), passages, None, record)


def _relaxed(
    problem: Diffusion, evolution: Evolution, options: TimeOptions, checkpoint: Checkpoint | None
) -> _Found:
    """Without time steps, by the rational Krylov method."""
    form, disc, free = evolution.form, evolution.discretisation, evolution.free
    base = evolution.given(form.start, evolution.held(0.0))
    system = System(
        mass=lambda x: disc.mass(evolution.embedded(x))[free],
        stiffness=lambda x: disc.stiffness(evolution.embedded(x))[free],
        shifted=lambda gamma: disc.factorise(1.0, gamma, free),
        right=(evolution.load(0.0) - disc.stiffness(base))[free],
    )
    conserved = form.domain.reachable_from(problem.open)[free].astype(float)
    modes = relax(
        system,
        conserved,
        earliest=_earliest(problem, options.earliest) / form.time,
        until=problem.until / form.time,
        tolerance=options.tolerance,
        checkpoint=checkpoint,
    )
    shapes = np.zeros((len(modes.shapes), len(base)))
    shapes[:, free] = modes.shapes
    if problem.periodic:
        shapes = shapes[:, form.domain.twins]
    relaxation = modes.trajectory
    trajectory = Relaxation(relaxation.decay / form.time, relaxation.amplitudes / form.time)
    record = {
        "integrator": "rational Krylov",
        "modes": str(len(shapes)),
        "factorisations": str(modes.factorisations),
        "error estimate": f"{modes.error:.1e}",
    }
    passages = _reactions(problem, evolution, base, shapes)
    return _Found(base, shapes, trajectory, passages, None, record)


def _earliest(problem: Diffusion, given: float | None) -> float:
    earliest = problem.until * 10.0**-DECADES if given is None else given
    if not 0.0 < earliest <= problem.until:
        raise InputError(f"earliest is {given!r}: choose a time in (0, {problem.until:g}] s")
    return earliest


def _stepped(
    problem: Diffusion, evolution: Evolution, options: TimeOptions, checkpoint: Checkpoint | None
) -> _Found:
    """Step by step."""
    form = evolution.form
    balance = Balance(problem, evolution)
    tableau = esdirk() if options.steps is None else implicit_euler()
    stepper = Stepper(
        balance,
        tableau,
        tolerance=options.tolerance,
        until=problem.until / form.time,
        kinks=_kinks(problem) / form.time,
        checkpoint=checkpoint,
    )
    run = stepper.run(options.steps)
    record = {"integrator": tableau.name, "modes": str(len(run.shapes)), **stepper.statistics}
    passages = dict(zip(balance.names, run.passed[:-1], strict=True))
    base = form.start[form.domain.twins]
    return _Found(base, run.shapes, run.trajectory, passages, run.passed[-1], record)


def _kinks(problem: Diffusion) -> Floats:
    """Times at which a condition has a kink, s, ascending."""
    values = [
        value for condition in problem.conditions.values() for value in vars(condition).values()
    ]
    kinks = [value.kinks for value in values if isinstance(value, Function)]
    return np.unique(np.concatenate([np.zeros(0), *kinks]))


def _reactions(
    problem: Diffusion, evolution: Evolution, base: Floats, shapes: Floats
) -> dict[Boundary, BoundaryFlux]:
    """Flux through every boundary with a given concentration: the residual M dc/dt + K c - b there.

    It is consistent: the fluxes of all boundaries balance the content to rounding.
    """
    form, disc = evolution.form, evolution.discretisation
    names = [n for n, c in problem.conditions.items() if isinstance(c, Concentration)]
    held = evolution.outflow(base) - evolution.load(0.0)
    fluxes = {}
    for name, share in form.domain.shares(names).items():
        whole = share[form.domain.twins]
        fluxes[name] = BoundaryFlux(
            constant=float(share @ held) * form.flow,
            value=shapes @ disc.stiffness(whole) * form.flow,  # K, M are symmetric
            slope=shapes @ disc.mass(whole) * form.space,
        )
    return fluxes
