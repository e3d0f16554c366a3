"""The assembled matrices."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from anosim.integrate.discretisation import Solve
from anosim.meshes import Floats, Ints
from anosim_skfem.linear_solvers import LinearSolver
from anosim_skfem.nonlinear import Nonlinear
from anosim_skfem.pattern import Pattern


@dataclass(frozen=True, eq=False)
class Matrices:
    """A discretisation: matrices and vectors over the domain's nodes.

    Attributes:
        pattern: where the matrices have entries.
        M: the entries of the mass matrix.
        K: those of the stiffness matrix.
        loads: one for each of the form's terms.
        twins: the node that stands for each one.
        curved: N; None where the form is linear.
        solver: solves linear systems.
        record: what does the linear algebra, and versions.
    """

    pattern: Pattern
    M: Floats
    K: Floats
    loads: Floats
    twins: Ints
    curved: Nonlinear | None
    solver: LinearSolver
    record: Mapping[str, str]

    def mass(self, x: Floats, /) -> Floats:
        """M x."""
        return np.asarray(self.pattern.matrix(self.M) @ x)

    def stiffness(self, x: Floats, /) -> Floats:
        """K x."""
        return np.asarray(self.pattern.matrix(self.K) @ x)

    def nonlinear(self, x: Floats, /) -> Floats:
        """N(x)."""
        if self.curved is None:
            return np.zeros_like(x)
        return np.bincount(self.twins, weights=self.curved.at(x), minlength=len(x))

    def factorise(
        self, mass: float, stiffness: float, free: Ints, /, at: Floats | None = None
    ) -> Solve:
        """Solve with ``mass M + stiffness (K + N'(at))`` on the free nodes."""
        values = mass * self.M + stiffness * self.K
        symmetric = True
        if at is not None and self.curved is not None:
            values += stiffness * self.curved.slopes(at)
            symmetric = self.curved.symmetric
        return self.solver.prepare(self.pattern, values, free, symmetric)
