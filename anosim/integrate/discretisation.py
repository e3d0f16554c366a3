"""What a solver plugin assembles: M dc/dt + K c + N(c) = sum of sources times loads."""

from collections.abc import Callable, Mapping
from typing import Protocol

from anosim.meshes import Floats, Ints

Solve = Callable[[Floats], Floats]
"""Applies the inverse of a matrix to a vector."""


class Discretisation(Protocol):
    """The matrices and loads of a weak form.

    Vectors are float64 arrays over all nodes of the domain, in the domain's order. Where periodic
    sides join nodes, those given hold equal values at them; those returned hold the sum at the
    node that stands for them (``form.domain.twins``) and zero at the others.
    """

    @property
    def loads(self) -> Floats:
        """``int v ds`` over each of the form's terms, shape (n_terms, n_nodes)."""
        ...

    @property
    def record(self) -> Mapping[str, str]:
        """What does the linear algebra, and versions of libraries."""
        ...

    def mass(self, x: Floats, /) -> Floats:
        """M x."""
        ...

    def stiffness(self, x: Floats, /) -> Floats:
        """K x: all that is linear in c, the boundaries' and interfaces' terms included."""
        ...

    def nonlinear(self, x: Floats, /) -> Floats:
        """N(x): phases whose diffusivity depends on c, and uptake that saturates."""
        ...

    def factorise(
        self, mass: float, stiffness: float, free: Ints, /, at: Floats | None = None
    ) -> Solve:
        """Prepare to solve with ``mass M + stiffness (K + N'(at))`` restricted to the free nodes.

        The function returned takes and gives vectors over the free nodes only. It may be used
        until the next call of ``factorise``, which may reuse its memory.

        Args:
            mass: factor of M.
            stiffness: factor of K, and of the derivative of N.
            free: nodes, ascending; of joined nodes the one that stands for them.
            at: where the derivative of N is taken; None leaves N out.
        """
        ...
