"""What finite-element solver plugins share: their options, and from problem to solution."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from anosim.errors import InputError, listing
from anosim.features import FEATURES, check_supported
from anosim.integrate.discretisation import Discretisation
from anosim.integrate.drive import TimeOptions, solution
from anosim.problem import Diffusion
from anosim.progress import report
from anosim.solution import Solution
from anosim.weakform import WeakForm, weak_form

LINEAR_SOLVERS = ("auto", "direct", "multigrid")


@dataclass(frozen=True)
class FiniteElements(ABC):
    """A solver that assembles the weak form; the time integration is shared.

    Attributes:
        order: 1 (linear) or 2 (quadratic elements).
        tolerance: relative error in time of ``c - initial``.
        earliest: first time at which the tolerance holds, s; 1e-5 of the whole without it.
        integrator: "krylov" for constant linear problems, "esdirk" for all, "euler" with equal
            ``steps`` for reference; "auto" takes the first that fits.
        steps: number of equal steps of "euler".
        linear_solver: "direct" or "multigrid"; "auto" goes by size.
        checkpoint: folder in which a long run is written as it goes and from which, after a kill,
            the same run goes on; removed when it is done.
    """

    order: int = 2
    tolerance: float = 1e-8
    earliest: float | None = None
    integrator: str = "auto"
    steps: int | None = None
    linear_solver: str = "auto"
    checkpoint: str | None = None

    name: ClassVar[str]
    supports: ClassVar[frozenset[str]] = frozenset(feature.name for feature in FEATURES)

    @property
    def accuracy(self) -> float:
        """Residual that iterations may leave, relative to the right-hand side.

        So far below the tolerance that the time integration's estimates of its error, which are
        differences of solutions, do not see it; a steady state is worth 1e-11 at any tolerance.
        """
        return float(np.clip(1e-3 * self.tolerance, 1e-13, 1e-11))

    @abstractmethod
    def assemble(self, form: WeakForm) -> Discretisation:
        """The matrices of a weak form."""

    def solve(self, problem: Diffusion, /) -> Solution:
        """The solution in the mesh's own node order.

        Raises:
            UnsupportedError: the problem needs what this solver cannot do.
            InputError: options that make no sense, or do not fit the problem.
            ConvergenceError: the tolerance was not met.
        """
        check_supported(problem, self.name, self.supports)
        options = TimeOptions(
            self.tolerance, self.earliest, self.integrator, self.steps, self.checkpoint
        )
        if self.linear_solver not in LINEAR_SOLVERS:
            raise InputError(
                f"linear_solver is {self.linear_solver!r}: choose one of {listing(LINEAR_SOLVERS)}"
            )
        form = weak_form(problem, self.order)
        report("assemble", 0.0)
        matrices = self.assemble(form)
        report("assemble", 1.0)
        named = {"order": str(self.order), "tolerance": f"{self.tolerance:g}"}
        return solution(problem, form, matrices, options, {"solver": self.name, **named})
