"""The solver: its options, and from problem to solution."""

from dataclasses import dataclass

from anosim import integrate
from anosim.problem import Diffusion
from anosim.progress import report
from anosim.solution import Solution
from anosim.weakform import weak_form
from anosim_fenicsx.assembly import assemble, versions


@dataclass(frozen=True)
class Fenicsx:
    """Finite elements by FEniCSx (DOLFINx), sparse Cholesky factorisation by PETSc and MUMPS.

    Attributes:
        order: 1 (linear) or 2 (quadratic elements).
        tolerance: relative error in time of ``c - initial``.
        earliest: first time at which the tolerance holds, s; 1e-5 of the whole without it.
    """

    order: int = 2
    tolerance: float = 1e-8
    earliest: float | None = None

    def solve(self, problem: Diffusion, /) -> Solution:
        """The solution in the mesh's own node order."""
        form = weak_form(problem, self.order)
        report("assemble", 0.0)
        matrices = assemble(form)
        report("assemble", 1.0)
        return integrate.solution(
            problem,
            form,
            matrices,
            tolerance=self.tolerance,
            earliest=self.earliest,
            record={
                "solver": "fenicsx",
                "order": str(self.order),
                "tolerance": f"{self.tolerance:g}",
                "linear algebra": "PETSc Cholesky by MUMPS",
                **versions(),
            },
        )
