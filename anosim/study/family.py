"""Problems that differ in coefficients only, solved together by a reduced model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from math import inf
from typing import Any, Self, cast

import numpy as np

from anosim.conditions import Concentration
from anosim.domain import Domain
from anosim.fluxes import BoundaryFlux
from anosim.integrate.finite_elements import FiniteElements
from anosim.meshes import Boundary, Floats, Ints
from anosim.problem import Diffusion
from anosim.regions import Region
from anosim.solution import Solution
from anosim.study.affine import Affine
from anosim.study.reduced import ReducedModel, Relaxed
from anosim.trajectory import Relaxation

MOST_REMEMBERED = 256
MOST_IN_VAIN = 2
"""Problems for which the reduced model was grown without serving them: then it grows no more."""


class SharedModes(np.ndarray[Any, np.dtype[np.float64]]):
    """Modes of many solutions: products with weights of nodes are remembered by content."""

    _products: dict[bytes, Floats] | None = None

    @classmethod
    def of(cls, modes: Floats) -> Self:
        """Modes that remember."""
        shared = modes.view(cls)
        shared._products = {}
        return shared

    def __matmul__(self, other: Any) -> Any:
        known = self._products
        if known is None or not isinstance(other, np.ndarray) or other.ndim != 1:
            return np.asarray(self) @ other
        key = blake2b(np.ascontiguousarray(other).tobytes(), digest_size=16).digest()
        if key not in known:
            if len(known) >= MOST_REMEMBERED:
                known.clear()
            known[key] = np.asarray(self) @ other
        return known[key]


@dataclass(frozen=True, eq=False)
class Rotated:
    """Coefficients of shared modes: a rotation of some that relax one by one.

    Attributes:
        relaxation: those, over s.
        rotation: shape (n_modes, n_modes).
    """

    relaxation: Relaxation
    rotation: Floats

    def values(self, times: Floats, /) -> Floats:
        """a(t)."""
        return np.asarray(self.relaxation.values(times) @ self.rotation.T)

    def rates(self, times: Floats, /) -> Floats:
        """da/dt, 1/s."""
        return np.asarray(self.relaxation.rates(times) @ self.rotation.T)

    def integrals(self, times: Floats, /) -> Floats:
        """Integral of a from 0 to t, s."""
        return np.asarray(self.relaxation.integrals(times) @ self.rotation.T)


@dataclass(frozen=True, eq=False)
class FamilyDomain(Domain):
    """A domain of many problems: what is asked of it again and again is remembered."""

    def boundary_weights(self, name: Boundary, phase: str | None = None) -> Floats:
        """Integral of each node's shape function along a side or interface, m."""
        key = ("weights", name if isinstance(name, str) else tuple(name), phase)
        if key not in self._known:
            self._known[key] = super().boundary_weights(name, phase)
        return cast(Floats, self._known[key])

    def boundary_phases(self, name: Boundary) -> Ints:
        """Phase, an index into the mesh's, of the cell at each edge of a boundary, shape (n,)."""
        key = ("phases", name if isinstance(name, str) else tuple(name))
        if key not in self._known:
            self._known[key] = super().boundary_phases(name)
        return cast(Ints, self._known[key])

    def per_node(self, values: Mapping[str, float]) -> Floats:
        """The value of the phase at each node, shape (n_nodes,)."""
        key = ("nodes", *values.items())
        if key not in self._known:
            self._known[key] = super().per_node(values)
        return cast(Floats, self._known[key])

    @cached_property
    def _known(self) -> dict[Any, Any]:
        return {}


@dataclass(frozen=True, eq=False)
class FamilySolution(Solution):
    """A solution that shares with others of its family what does not differ.

    Attributes:
        shared: weights of means by phase or region, and concentrations at time zero.
    """

    shared: dict[Any, Floats] = field(default_factory=dict)

    @cached_property
    def initial(self) -> Floats:
        """Concentration of each node at time zero, before any boundary acts, mol/m^3."""
        if not isinstance(self.problem.initial, int | float):
            return self.problem.start(self.domain)
        capacities = ((name, m.capacity) for name, m in self.problem.materials.items())
        key = ("initial", self.problem.initial, *capacities)
        if key not in self.shared:
            self.shared[key] = self.problem.start(self.domain)
        return self.shared[key]

    def mean_weights(self, where: str | Region) -> Floats:
        """The weight of each node in the mean over a phase or region, shape (n_nodes,)."""
        if where not in self.shared:
            self.shared[where] = super().mean_weights(where)
        return self.shared[where]


class Family:
    """Problems on one mesh that differ in coefficients, times and given values only.

    Args:
        solver: solves; the reduced model holds its tolerance, or it is asked itself.
        first: one of the problems; all have its phases and kinds of conditions.
    """

    def __init__(self, solver: FiniteElements, first: Diffusion) -> None:
        self.solver = solver
        self._model = ReducedModel(Affine.of(solver, first), solver.tolerance)
        form = self._model.affine.form
        domain = first.domain(solver.order)
        self._domain = FamilyDomain(
            domain.mesh, domain.phases, domain.order, domain.splits, domain.periodic
        )
        self._node = np.empty(len(self._domain.points), dtype=np.int64)
        self._node[self._domain.connectivity] = form.domain.connectivity
        self._kappa = self._domain.per_node(first.solubility)
        self._shares = form.domain.shares(
            [n for n, c in first.conditions.items() if isinstance(c, Concentration)]
        )
        self._modes: SharedModes | None = None
        self._weights: dict[Any, Floats] = {}
        self._in_vain = 0

    def grow(self, problems: Sequence[Diffusion], most: float = inf) -> None:
        """Let the reduced model serve these problems; what it then does not is left to the solver.

        Args:
            problems: all that will be asked for.
            most: problems to solve in full at most.
        """
        family = [self._model.affine.coefficients(problem) for problem in problems]
        self._model.grow(family, most)
        self._in_vain = MOST_IN_VAIN

    def solve(self, problem: Diffusion) -> Solution:
        """The solution, with an estimated error in time within the solver's tolerance.

        By the reduced model where that serves the problem or, unless it was grown for many
        problems before, can be made to; else by the solver.
        """
        at = self._model.affine.coefficients(problem)
        found = self._model.relaxed(at)
        if found.error > self.solver.tolerance and self._in_vain < MOST_IN_VAIN:
            self._model.grow([at])
            found = self._model.relaxed(at)
            self._in_vain += found.error > self.solver.tolerance
        if found.error > self.solver.tolerance:
            return self.solver.solve(problem)
        return self._solution(problem, at, found)

    def _solution(self, problem: Diffusion, at: Any, found: Relaxed) -> Solution:
        form = self._model.affine.form
        trajectory = Rotated(
            Relaxation(found.relaxation.decay / form.time, found.relaxation.amplitudes / form.time),
            found.rotation,
        )
        passages: dict[Boundary, BoundaryFlux] = {}
        for name, share in self._shares.items():
            constant, value, slope = self._model.reactions(at, share[form.domain.twins])
            passages[name] = BoundaryFlux(
                constant * form.flow,
                value * form.flow,
                slope * form.space,
            )
        return FamilySolution(
            shared=self._weights,
            problem=problem,
            domain=self._domain,
            base=self._model.affine.start(at)[self._node] * self._kappa,
            modes=self._shared(),
            trajectory=trajectory,
            passages=passages,
            record={
                "solver": self.solver.name,
                "order": str(self.solver.order),
                "tolerance": f"{self.solver.tolerance:g}",
                "integrator": "reduced model of rational Krylov solutions",
                "modes": str(len(self._model.vectors)),
                "factorisations": str(self._model.factorisations),
                "error estimate": f"{found.error:.1e}",
            },
        )

    def _shared(self) -> SharedModes:
        vectors = self._model.vectors
        if self._modes is None or len(self._modes) != len(vectors):
            self._modes = SharedModes.of(vectors[:, self._node] * self._kappa)
        return self._modes
