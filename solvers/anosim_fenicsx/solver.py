"""The solver plugin "fenicsx"."""

from dataclasses import dataclass
from typing import ClassVar

from anosim.integrate import FiniteElements
from anosim.weakform import WeakForm
from anosim_fenicsx.assembly import assemble
from anosim_fenicsx.matrices import Matrices


@dataclass(frozen=True)
class Fenicsx(FiniteElements):
    """Finite elements by FEniCSx (DOLFINx), linear systems by PETSc: MUMPS or multigrid (GAMG).

    Attributes:
        order: 1 (linear) or 2 (quadratic elements).
        tolerance: relative error in time of ``c - initial``.
        earliest: first time at which the tolerance holds, s; 1e-5 of the whole without it.
    """

    name: ClassVar[str] = "fenicsx"

    def assemble(self, form: WeakForm) -> Matrices:
        """The matrices of a weak form; every process assembles and holds the whole."""
        return assemble(form, self.linear_solver, self.accuracy)
