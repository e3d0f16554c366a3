"""What passes each boundary and what reactions use up, as the time integration goes."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from anosim.conditions import Concentration
from anosim.curved import edge_lengths, edge_rule, edge_shapes
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
        """Inflow at each boundary, then use by reactions, mol/m/s, shape (n_names + 1,).

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
        return np.array([*inflow.values(), used]) * form.diffusivity_scale

    def jumped(self, grown: Floats) -> Floats:
        """Inflow, mol/m, that a change of the given values makes without any slope."""
        form = self.evolution.form
        content = self.evolution.discretisation.mass(np.ones(len(grown))) * grown
        inflow = dict.fromkeys(self.names, 0.0)
        for name, share in self._shares.items():
            inflow[name] = float(share @ content)
        return np.array([*inflow.values(), 0.0]) * form.length**2

    @cached_property
    def _shares(self) -> dict[Boundary, Floats]:
        conditions = self.problem.boundary_conditions.items()
        held = [name for name, c in conditions if isinstance(c, Concentration)]
        return self.evolution.form.domain.shares(held)

    @cached_property
    def _reaction(self) -> Floats:
        form = self.evolution.form
        return form.domain.weights(scale=form.reaction) / form.length**2

    @cached_property
    def _saturable(self) -> dict[int, "_Edges"]:
        return dict(self._edges())

    def _edges(self) -> Iterator[tuple[int, "_Edges"]]:
        form = self.evolution.form
        at, weight = edge_rule()
        shape = edge_shapes(form.domain.order, at)
        for rank, term in enumerate(form.terms):
            if not term.linear:
                nodes, lengths = form.domain.nodes_of(term.edges)
                speed = edge_lengths(lengths, at) / form.length
                yield rank, _Edges(term, nodes, shape, speed * weight)


@dataclass(frozen=True, eq=False)
class _Edges:
    """The edges of an uptake that saturates, with quadrature along them."""

    term: BoundaryTerm
    nodes: Ints
    shape: Floats
    weights: Floats

    def integral(self, u: Floats) -> float:
        return float(np.sum(self.weights * self.term.uptake(u[self.nodes] @ self.shape.T)))
