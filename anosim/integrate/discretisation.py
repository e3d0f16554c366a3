"""What a solver plugin assembles: the semi-discrete problem M dc/dt + K c = b."""

from collections.abc import Callable
from typing import Protocol

from anosim.meshes import Floats, Ints

Solve = Callable[[Floats], Floats]
"""Applies the inverse of a factorised matrix to a vector."""


class Discretisation(Protocol):
    """Mass matrix M, stiffness matrix K (boundary terms included) and load b of a weak form.

    Vectors are float64 arrays over all nodes of the domain, in the domain's order.
    """

    @property
    def load(self) -> Floats:
        """B."""
        ...

    def mass(self, x: Floats, /) -> Floats:
        """M x."""
        ...

    def stiffness(self, x: Floats, /) -> Floats:
        """K x."""
        ...

    def factorise(self, mass: float, stiffness: float, free: Ints, /) -> Solve:
        """Factorise ``mass M + stiffness K`` restricted to the free nodes.

        The function returned takes and gives vectors over the free nodes only.
        """
        ...
