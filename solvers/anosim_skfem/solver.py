"""The solver plugin "skfem"."""

from dataclasses import dataclass
from typing import ClassVar

from anosim.integrate import FiniteElements
from anosim.weakform import WeakForm
from anosim_skfem.assembly import assemble
from anosim_skfem.matrices import Matrices


@dataclass(frozen=True)
class ScikitFem(FiniteElements):
    """Finite elements by scikit-fem; linear systems by PARDISO, SuperLU or multigrid (pyamg).

    PARDISO, of Intel's MKL, is used where pypardiso is installed: it is many times faster.

    Attributes:
        order: 1 (linear) or 2 (quadratic elements).
        tolerance: relative error in time of ``c - initial``.
        earliest: first time at which the tolerance holds, s; 1e-5 of the whole without it.
    """

    name: ClassVar[str] = "skfem"

    def assemble(self, form: WeakForm) -> Matrices:
        """The matrices of a weak form."""
        return assemble(form, self.linear_solver, self.accuracy)
