"""A weak form as a sum of constant operators times coefficients of the problem.

With the mesh, the phases and the kinds of conditions fixed, M and K of the dimensionless weak form
(see ``anosim.weakform``) are linear in the capacities, diffusivities, reaction rates and transfer
coefficients: M = sum_p theta_p M_p and K = sum_q k_q K_q. Each part is assembled once, by the
solver's own plugin. Scales of length and time are those of the first problem.
"""

from collections.abc import Callable
from dataclasses import dataclass, is_dataclass, replace
from typing import Any, cast

import numpy as np

from anosim.conditions import Concentration, Flux, MassTransfer, Uptake
from anosim.functions import Function
from anosim.integrate.discretisation import Discretisation
from anosim.integrate.evolution import Evolution
from anosim.integrate.finite_elements import FiniteElements
from anosim.meshes import Floats, Ints
from anosim.problem import Diffusion
from anosim.weakform import BoundaryTerm, WeakForm, weak_form

Apply = Callable[[Floats], Floats]


@dataclass(frozen=True, eq=False)
class Coefficients:
    """What distinguishes one problem of a family from another, dimensionless but for loads.

    Attributes:
        mass: factor of each part of M.
        stiffness: factor of each part of K.
        load: factor of each load, mol/m^3.
        base: factor of each part of the base, 1 and the given concentrations in mol/m^3.
        earliest: first time at which the tolerance holds.
        until: the end.
    """

    mass: Floats
    stiffness: Floats
    load: Floats
    base: Floats
    earliest: float
    until: float

    def times(self, count: int) -> Floats:
        """Times from the first to the last, even in their logarithm."""
        return np.geomspace(self.earliest, self.until, count)


@dataclass(frozen=True, eq=False)
class Affine:
    """The operators of a family of problems.

    Attributes:
        solver: the plugin that assembles.
        first: the problem whose scales are used.
        form: its weak form.
        masses: the parts of M.
        stiffnesses: the parts of K.
        loads: one for each term of the form, shape (n_terms, n_nodes).
        bases: the parts of the base, shape (n_parts, n_nodes): the start, then each given value.
        free: nodes with an unknown of their own.
        whole: the matrices of the first problem.
        entries: of the parts of M and of K, one row each, where the solver's matrices hold them so
            that those of all problems can be summed up; None where each has to be assembled.
    """

    solver: FiniteElements
    first: Diffusion
    form: WeakForm
    masses: tuple[Apply, ...]
    stiffnesses: tuple[Apply, ...]
    loads: Floats
    bases: Floats
    free: Ints
    whole: Discretisation
    entries: tuple[Floats, Floats] | None

    @classmethod
    def of(cls, solver: FiniteElements, problem: Diffusion) -> "Affine":
        """Assemble the parts of a problem."""
        form = weak_form(problem, solver.order)
        domain = form.domain
        none = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
        bare = replace(form, terms=(), coupling=none, reaction=np.zeros(len(domain.cells)))
        kappa = domain.per_cell(problem.solubility)
        inside = []
        for phase in domain.phases:
            here = np.where(domain.in_phase(phase), kappa, 0.0)
            inside.append(solver.assemble(replace(bare, diffusivity=here, capacity=here)))
        still = replace(bare, diffusivity=np.zeros(len(domain.cells)), capacity=kappa)
        walls = [
            solver.assemble(replace(still, terms=(replace(term, transfer=1.0),)))
            for term in form.terms
        ]
        jumps = [
            solver.assemble(replace(still, coupling=part))
            for part in _unit_couplings(problem, form)
        ]
        whole = solver.assemble(form)
        masses = tuple(part.mass for part in inside)
        others = tuple(part.stiffness for part in (*walls, *jumps))
        parts = (*(part.stiffness for part in inside), *masses, *others)
        free = Evolution(form, whole).free
        entries = _entries(whole, inside, [*walls, *jumps])
        loads, bases = whole.loads, _bases(form)
        return cls(solver, problem, form, masses, parts, loads, bases, free, whole, entries)

    def coefficients(self, problem: Diffusion) -> Coefficients:
        """The factors that make a problem of the operators."""
        phases = [problem.materials[name] for name in self.form.domain.phases]
        length, scale = self.form.length, self.form.diffusivity_scale
        terms = [_factors(problem, term) for term in self.form.terms]
        finite = [t for t in problem.transfers.values() if np.isfinite(t.coefficient)]
        held = [c.value for c in problem.conditions.values() if isinstance(c, Concentration)]
        earliest = self.solver.earliest or 1e-5 * problem.until
        return Coefficients(
            mass=np.array([m.capacity for m in phases]),
            stiffness=np.array(
                [
                    *(_constant(m.diffusivity) / scale for m in phases),
                    *(m.reaction * length**2 / scale for m in phases),
                    *(transfer * length / scale for transfer, _ in terms),
                    *(t.coefficient / scale for t in finite),
                ]
            ),
            load=np.array([load * length / scale for _, load in terms]),
            base=np.array([1.0, *map(_constant, held)]),
            earliest=earliest / self.form.time,
            until=problem.until / self.form.time,
        )

    def assembled(self, at: Coefficients) -> Discretisation:
        """The matrices of one problem, to factorise until the next one is asked for.

        Where their entries can be summed up, what is known of the pattern stays known.
        """
        if self.entries is not None:
            M, K = at.mass @ self.entries[0], at.stiffness @ self.entries[1]
            return cast(Discretisation, replace(cast(Any, self.whole), M=M, K=K))
        form = self.form
        domain, kappa = form.domain, form.domain.per_cell(self.first.solubility)
        n, first = len(domain.phases), len(domain.phases) * 2
        table = np.zeros((3, len(domain.cells)))
        for rank, phase in enumerate(domain.phases):
            inside = domain.in_phase(phase)
            table[:, inside] = np.array(
                [[at.mass[rank]], [at.stiffness[rank]], [at.stiffness[n + rank]]]
            )
        capacity, diffusivity, reaction = table * kappa
        terms = tuple(
            replace(term, transfer=float(k))
            for term, k in zip(form.terms, at.stiffness[first:], strict=False)
        )
        rest = at.stiffness[first + len(terms) :]
        units = _unit_couplings(self.first, form)
        coupling = form.coupling
        if units:
            values = [k * part[2] for k, part in zip(rest, units, strict=True)]
            coupling = (*coupling[:2], np.concatenate(values))
        return self.solver.assemble(
            replace(
                form,
                capacity=capacity,
                diffusivity=diffusivity,
                reaction=reaction,
                terms=terms,
                coupling=coupling,
            )
        )

    def start(self, at: Coefficients) -> Floats:
        """The base of u: at time zero, with what boundaries hold, shape (n_nodes,)."""
        return np.asarray(at.base @ self.bases)


def reducible(problem: Diffusion, solver: Any) -> bool:
    """Whether a problem is one for which the sum holds: linear, constant, transient."""
    return (
        isinstance(solver, FiniteElements)
        and solver.integrator in ("auto", "krylov")
        and solver.linear_solver != "multigrid"
        and problem.linear
        and problem.constant
        and not problem.steady
    )


def _entries(
    whole: Discretisation, inside: list[Discretisation], others: list[Discretisation]
) -> tuple[Floats, Floats] | None:
    """The entries of the parts of M and K, if all have the places of the whole."""
    every = [whole, *inside, *others]
    if not all(is_dataclass(part) and hasattr(part, "M") and hasattr(part, "K") for part in every):
        return None
    M = [np.asarray(part.M) for part in cast(Any, inside)]
    K = [np.asarray(part.K) for part in cast(Any, [*inside, *others])]
    if {len(row) for row in (*M, *K)} != {len(cast(Any, whole).K)}:
        return None
    return np.array(M), np.array([*K[: len(inside)], *M, *K[len(inside) :]])


def _factors(problem: Diffusion, term: BoundaryTerm) -> tuple[float, float]:
    """Transfer coefficient of a term, m/s, and what its load is multiplied by, mol/m^2/s."""
    match problem.conditions[term.name]:
        case MassTransfer(coefficient=k, bulk=bulk):
            return k, k * _constant(bulk)
        case Flux(value=flux):
            return 0.0, _constant(flux)
        case Uptake(coefficient=k, equilibrium=rest):
            return k, k * rest
    raise TypeError(f"no term comes from the condition on {term.name!r}")


def _constant(value: Any) -> float:
    if isinstance(value, Function):
        raise TypeError("a value that depends on time or concentration has no coefficient")
    return float(value)


def _bases(form: WeakForm) -> Floats:
    """The start without what boundaries hold, and 1 over kappa where each of them does."""
    parts = np.zeros((1 + len(form.held), len(form.start)))
    parts[0] = form.start
    parts[0, form.fixed] = 0.0
    for row, held in zip(parts[1:], form.held, strict=True):
        row[form.fixed[held.places]] = 1.0 / held.kappa
    return parts[:, form.domain.twins]


def _unit_couplings(problem: Diffusion, form: WeakForm) -> list[tuple[Ints, Ints, Floats]]:
    """The coupling of each interface transfer for a coefficient of D0, with all places of all.

    All have the same places, so that all matrices have the same entries.
    """
    rows, columns, values = form.coupling
    found, start = [], 0
    for pair, transfer in problem.transfers.items():
        if not np.isfinite(transfer.coefficient):
            continue
        nodes = form.domain.boundary_nodes(pair, pair[0]).shape
        count = 4 * nodes[0] * nodes[1] ** 2  # two diagonal blocks and two others
        own = np.zeros_like(values)
        here = slice(start, start + count)
        own[here] = values[here] * (form.diffusivity_scale / transfer.coefficient)
        found.append((rows, columns, own))
        start += count
    return found
