"""The solver plugin "fenicsx"."""

from dataclasses import dataclass
from typing import ClassVar

from anosim.errors import InputError, listing
from anosim.integrate import FiniteElements
from anosim.problem import Diffusion
from anosim.solution import Solution
from anosim.weakform import WeakForm
from anosim_fenicsx import together
from anosim_fenicsx.assembly import assemble
from anosim_fenicsx.matrices import Matrices

PROCESSES = ("all", "one")


@dataclass(frozen=True)
class Fenicsx(FiniteElements):
    """Finite elements by FEniCSx (DOLFINx), linear systems by PETSc: MUMPS or multigrid (GAMG).

    Attributes:
        order: 1 (linear) or 2 (quadratic elements).
        tolerance: relative error in time of ``c - initial``.
        earliest: first time at which the tolerance holds, s; 1e-5 of the whole without it.
        processes: with more than one process of MPI, "all" solve the problem together, or each
            "one" its own.
    """

    processes: str = "all"

    name: ClassVar[str] = "fenicsx"
    leading = staticmethod(together.leading)
    follow = staticmethod(together.follow)

    def solve(self, problem: Diffusion, /) -> Solution:
        """The solution in the mesh's own node order; on every process, where they are several.

        Raises:
            UnsupportedError: the problem needs what this solver cannot do.
            InputError: options that make no sense, or do not fit the problem; processes that were
                given different problems.
            ConvergenceError: the tolerance was not met.
        """
        if self.processes not in PROCESSES:
            raise InputError(f"processes is {self.processes!r}: choose one of {listing(PROCESSES)}")
        if self.processes == "one" or not together.others():
            return super().solve(problem)
        return together.solve(self, problem)

    def assemble(self, form: WeakForm) -> Matrices:
        """The matrices of a weak form, all on this process."""
        return assemble(form, self.linear_solver, self.accuracy)
