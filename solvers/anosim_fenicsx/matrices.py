"""The matrices of one process that assembles everything, offered in the domain's node order."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from anosim.integrate.discretisation import Solve
from anosim.meshes import Floats, Ints
from anosim_fenicsx.part import Part
from anosim_fenicsx.system import System


@dataclass(frozen=True, eq=False)
class Matrices(Part):
    """A discretisation: matrices over DOLFINx's degrees of freedom, vectors over the nodes.

    Attributes:
        dof: degree of freedom of each node.
        system: solves linear systems.
        record: what does the linear algebra, and versions.
    """

    dof: Ints
    system: System
    record: Mapping[str, str]

    def mass(self, x: Floats, /) -> Floats:
        """M x."""
        return self.product(self.M, x[self.node])[self.dof]

    def stiffness(self, x: Floats, /) -> Floats:
        """K x."""
        return self.product(self.K, x[self.node])[self.dof]

    def nonlinear(self, x: Floats, /) -> Floats:
        """N(x)."""
        return np.zeros_like(x) if self.curved is None else self.bent(x[self.node])[self.dof]

    def factorise(
        self, mass: float, stiffness: float, free: Ints, /, at: Floats | None = None
    ) -> Solve:
        """Solve with ``mass M + stiffness (K + N'(at))`` on the free nodes."""
        here = None if at is None else at[self.node]
        values = self.shifted(mass, stiffness, here)
        order = np.argsort(self.dof[free])
        rows = self.dof[free][order]
        inner = self.system.prepare(self.pattern, values, rows, self.symmetric(here))

        def solve(x: Floats) -> Floats:
            y = np.empty_like(x)
            y[order] = inner(x[order])
            return y

        return solve
