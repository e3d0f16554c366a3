"""What finite-element solver plugins share: their options, and from problem to solution."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from anosim.integrate.discretisation import Discretisation
from anosim.integrate.drive import solution
from anosim.problem import Diffusion
from anosim.progress import report
from anosim.solution import Solution
from anosim.weakform import WeakForm, weak_form


@dataclass(frozen=True)
class FiniteElements(ABC):
    """A solver that assembles the weak form; the time integration is shared.

    Attributes:
        order: 1 (linear) or 2 (quadratic elements).
        tolerance: relative error in time of ``c - initial``.
        earliest: first time at which the tolerance holds, s; 1e-5 of the whole without it.
    """

    order: int = 2
    tolerance: float = 1e-8
    earliest: float | None = None

    name: ClassVar[str]

    @abstractmethod
    def assemble(self, form: WeakForm) -> Discretisation:
        """The matrices of a weak form."""

    @abstractmethod
    def record(self) -> Mapping[str, str]:
        """What does the work: linear algebra and versions of libraries."""

    def solve(self, problem: Diffusion, /) -> Solution:
        """The solution in the mesh's own node order."""
        form = weak_form(problem, self.order)
        report("assemble", 0.0)
        matrices = self.assemble(form)
        report("assemble", 1.0)
        options = {"order": str(self.order), "tolerance": f"{self.tolerance:g}"}
        return solution(
            problem,
            form,
            matrices,
            tolerance=self.tolerance,
            earliest=self.earliest,
            record={"solver": self.name, **options, **self.record()},
        )
