"""What one process assembles: everything, or what the cells it has contribute."""

from dataclasses import dataclass

import numpy as np

from anosim.meshes import Floats, Ints
from anosim_fenicsx.nonlinear import Nonlinear
from anosim_fenicsx.pattern import Pattern


@dataclass(frozen=True, eq=False)
class Part:
    """Matrices and loads of a process's cells; those of all processes add up to the whole.

    They are over the places of the process: DOLFINx's degrees of freedom, its own before those of
    others, then the nodes that joined sides and interfaces bring in.

    Attributes:
        pattern: where the matrices have entries.
        M: the entries of the mass matrix.
        K: those of the stiffness matrix.
        loads: one for each of the form's terms.
        node: node of the domain at each place.
        owned: number of degrees of freedom that are this process's own.
        stands: the place that stands for each one.
        curved: N; None where the form is linear.
    """

    pattern: Pattern
    M: Floats
    K: Floats
    loads: Floats
    node: Ints
    owned: int
    stands: Ints
    curved: Nonlinear | None

    def product(self, values: Floats, x: Floats) -> Floats:
        """The matrix with these entries times a vector over the places."""
        return np.asarray(self.pattern.matrix(values) @ x)

    def bent(self, x: Floats) -> Floats:
        """N(x) over the places."""
        if self.curved is None:
            return np.zeros_like(x)
        found = self.curved.at(x[: self.curved.size])
        return joined(found, self.stands)

    def shifted(self, mass: float, stiffness: float, at: Floats | None) -> Floats:
        """The entries of ``mass M + stiffness (K + N'(at))``, ``at`` over the places."""
        values = mass * self.M + stiffness * self.K
        if at is not None and self.curved is not None:
            slopes = self.curved.slopes(at[: self.curved.size])
            values += stiffness * self.pattern.gathered(slopes)
        return values

    def symmetric(self, at: Floats | None) -> bool:
        """Whether that matrix is symmetric."""
        return at is None or self.curved is None or self.curved.symmetric


def joined(x: Floats, stands: Ints) -> Floats:
    """Sums at the places that stand for those of the degrees of freedom."""
    return np.bincount(stands[: len(x)], weights=x, minlength=len(stands))
