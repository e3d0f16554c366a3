"""The solver plugin "fenicsx"."""

from dataclasses import dataclass
from typing import ClassVar

from anosim.integrate import FiniteElements
from anosim.weakform import WeakForm
from anosim_fenicsx.assembly import Matrices, assemble, versions


@dataclass(frozen=True)
class Fenicsx(FiniteElements):
    """Finite elements by FEniCSx (DOLFINx), sparse Cholesky factorisation by PETSc and MUMPS.

    Attributes:
        order: 1 (linear) or 2 (quadratic elements).
        tolerance: relative error in time of ``c - initial``.
        earliest: first time at which the tolerance holds, s; 1e-5 of the whole without it.
    """

    name: ClassVar[str] = "fenicsx"

    def assemble(self, form: WeakForm) -> Matrices:
        """The matrices of a weak form; every process assembles and holds the whole."""
        return assemble(form)

    def record(self) -> dict[str, str]:
        """Linear algebra and versions."""
        return {"linear algebra": "PETSc Cholesky by MUMPS", **versions()}
