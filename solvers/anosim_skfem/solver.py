"""The solver plugin "skfem"."""

from dataclasses import dataclass
from importlib.metadata import version
from typing import ClassVar

from anosim.integrate import FiniteElements
from anosim.weakform import WeakForm
from anosim_skfem.assembly import Matrices, assemble


@dataclass(frozen=True)
class ScikitFem(FiniteElements):
    """Finite elements by scikit-fem, sparse direct factorisation by SuperLU.

    Attributes:
        order: 1 (linear) or 2 (quadratic elements).
        tolerance: relative error in time of ``c - initial``.
        earliest: first time at which the tolerance holds, s; 1e-5 of the whole without it.
    """

    name: ClassVar[str] = "skfem"

    def assemble(self, form: WeakForm) -> Matrices:
        """The matrices of a weak form."""
        return assemble(form)

    def record(self) -> dict[str, str]:
        """Linear algebra and versions."""
        versions = {name: version(name) for name in ("scikit-fem", "scipy")}
        return {"linear algebra": "SciPy SuperLU", **versions}
