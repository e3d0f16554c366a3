"""What passes each boundary and what reactions use up, as the time integration goes."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from anosim.conditions import Concentration
from anosim.curved import facet_rule, facet_sizes, shapes
from anosim.integrate.evolution import Evolution
from anosim.meshes import Boundary, Floats, Ints
from anosim.problem import Diffusion
from anosim.weakform import BoundaryTerm


@dataclass(frozen=True, eq=False)
class Balance:
    """Rates at which lithium enters through each conditioned boundary, and is used up.

    Attributes:
        problem: the problem.
        evolution: its equations.
    """

    problem: Diffusion
    evolution: Evolution

    @cached_property
    def names(self) -> tuple[Boundary, ...]:
        """The boundaries with a condition."""
        return tuple(self.problem.boundary_conditions)

    def rates(self, u: Floats, slope: Floats, time: float) -> Floats:
        """Inflow at each boundary, then use by reactions, mol/s or mol/m/s, shape (n_names + 1,).

        Where the concentration is given, the inflow is the residual M du/dt + K u + N(u) - b of the
        boundary's nodes: so all of them together balance the content to rounding.

        Args:
            u: state.
            slope: du/dt.
            time: dimensionless.
        """
        form, disc = self.evolution.form, self.evolution.discretisation
        inflow = dict.fromkeys(self.names, 0.0)
        sources = form.sources(time * form.time)
        for rank, term in enumerate(form.terms):
            load = disc.loads[rank]
            if term.linear:
                taken = term.transfer * term.kappa * float(load @ u)
            else:
                taken = self._saturable[rank].integral(u)
            inflow[term.name] += float(sources[rank] * load.sum()) - taken
        if self._shares:
            missing = disc.mass(slope) + self.evolution.outflow(u) - self.evolution.load(time)
            for name, share in self._shares.items():
                inflow[name] += float(share @ missing)
        used = float(self._reaction @ u)
        return np.array([*inflow.values(), used]) * form.flow

    def jumped(self, grown: Floats) -> Floats:
        """Inflow, mol or mol/m, that a change of the given values makes without any slope."""
        form = self.evolution.form
        content = self.evolution.discretisation.mass(np.ones(len(grown))) * grown
        inflow = dict.fromkeys(self.names, 0.0)
        for name, share in self._shares.items():
            inflow[name] = float(share @ content)
        return np.array([*inflow.values(), 0.0]) * form.space

    @cached_property
    def _shares(self) -> dict[Boundary, Floats]:
        conditions = self.problem.boundary_conditions.items()
        held = [name for name, c in conditions if isinstance(c, Concentration)]
        return self.evolution.form.domain.shares(held)

    @cached_property
    def _reaction(self) -> Floats:
        form = self.evolution.form
        return form.domain.weights(scale=form.reaction) / form.space

    @cached_property
    def _saturable(self) -> dict[int, "_Facets"]:
        return dict(self._facets())

    def _facets(self) -> Iterator[tuple[int, "_Facets"]]:
        form = self.evolution.form
        at, weight = facet_rule(form.domain.dimension)
        shape = shapes(form.domain.order, at)
        scale = form.space / form.length
        for rank, term in enumerate(form.terms):
            if not term.linear:
                nodes, places = form.domain.nodes_of(term.facets)
                size = facet_sizes(places, at) / scale
                yield rank, _Facets(term, nodes, shape, size * weight)


@dataclass(frozen=True, eq=False)
class _Facets:
    """The facets of an uptake that saturates, with quadrature on them."""

    term: BoundaryTerm
    nodes: Ints
    shape: Floats
    weights: Floats

    def integral(self, u: Floats) -> float:
        return float(np.sum(self.weights * self.term.uptake(u[self.nodes] @ self.shape.T)))
