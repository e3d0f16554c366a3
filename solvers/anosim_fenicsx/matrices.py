"""The assembled matrices, offered in the domain's node order."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from anosim.integrate.discretisation import Solve
from anosim.meshes import Floats, Ints
from anosim_fenicsx.linear_solvers import LinearSolver
from anosim_fenicsx.nonlinear import Nonlinear
from anosim_fenicsx.pattern import Pattern


@dataclass(frozen=True, eq=False)
class Matrices:
    """A discretisation: matrices over DOLFINx's degrees of freedom, vectors over the nodes.

    Attributes:
        pattern: where the matrices have entries.
        M: the entries of the mass matrix.
        K: those of the stiffness matrix.
        loads: one for each of the form's terms, over the nodes.
        node: node of each degree of freedom.
        dof: degree of freedom of each node.
        stands: the degree of freedom that stands for each one.
        curved: N; None where the form is linear.
        solver: solves linear systems.
        record: what does the linear algebra, and versions.
    """

    pattern: Pattern
    M: Floats
    K: Floats
    loads: Floats
    node: Ints
    dof: Ints
    stands: Ints
    curved: Nonlinear | None
    solver: LinearSolver
    record: Mapping[str, str]

    def mass(self, x: Floats, /) -> Floats:
        """M x."""
        return self._times(self.M, x)

    def stiffness(self, x: Floats, /) -> Floats:
        """K x."""
        return self._times(self.K, x)

    def _times(self, values: Floats, x: Floats) -> Floats:
        return np.asarray((self.pattern.matrix(values) @ x[self.node])[self.dof])

    def nonlinear(self, x: Floats, /) -> Floats:
        """N(x)."""
        if self.curved is None:
            return np.zeros_like(x)
        found = self.curved.at(x[self.node])
        return np.bincount(self.stands, weights=found, minlength=len(x))[self.dof]

    def factorise(
        self, mass: float, stiffness: float, free: Ints, /, at: Floats | None = None
    ) -> Solve:
        """Solve with ``mass M + stiffness (K + N'(at))`` on the free nodes."""
        values = mass * self.M + stiffness * self.K
        symmetric = True
        if at is not None and self.curved is not None:
            values += stiffness * self.pattern.gathered(self.curved.slopes(at[self.node]))
            symmetric = self.curved.symmetric
        order = np.argsort(self.dof[free])
        inner = self.solver.prepare(self.pattern, values, self.dof[free][order], symmetric)

        def solve(x: Floats) -> Floats:
            y = np.empty_like(x)
            y[order] = inner(x[order])
            return y

        return solve
